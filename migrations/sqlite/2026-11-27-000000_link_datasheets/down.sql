DROP TABLE card_datasheets;
DROP INDEX model_cards_owner;
