-- Which card is the datasheet of a dataset behind which other card. Both keys hold the session too: no row can join the
-- cards of two visitors. A row goes with either of its cards, and moves with them into another session.
CREATE UNIQUE INDEX model_cards_owner ON model_cards (session_id, id);

CREATE TABLE card_datasheets (
    datasheet_id TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    card_id TEXT NOT NULL,
    CHECK (datasheet_id <> card_id),
    FOREIGN KEY (session_id, datasheet_id) REFERENCES model_cards (session_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
    FOREIGN KEY (session_id, card_id) REFERENCES model_cards (session_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX card_datasheets_card ON card_datasheets (session_id, card_id);
