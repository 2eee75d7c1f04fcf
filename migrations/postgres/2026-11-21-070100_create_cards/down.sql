DROP TABLE card_revisions;
DROP TABLE card_section_data;
DROP TABLE model_cards;
