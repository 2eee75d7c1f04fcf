-- What lies under uploads/: the bytes are named after the row's id, the name is only shown.
CREATE TABLE files (
    id TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    card_id TEXT NOT NULL REFERENCES model_cards (id) ON DELETE CASCADE,
    section_key TEXT,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX files_session_id ON files (session_id);
CREATE INDEX files_card_id ON files (card_id);
