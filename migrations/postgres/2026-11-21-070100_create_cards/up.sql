CREATE TABLE model_cards (
    id TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    format TEXT NOT NULL,
    outline TEXT NOT NULL,
    file_name TEXT,
    source BYTEA,
    once TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (session_id, once)
);
CREATE INDEX model_cards_session_id ON model_cards (session_id, updated_at);

CREATE TABLE card_section_data (
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    card_id TEXT NOT NULL REFERENCES model_cards (id) ON DELETE CASCADE,
    section_key TEXT NOT NULL,
    title TEXT NOT NULL,
    position INTEGER NOT NULL,
    value TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (card_id, section_key)
);
CREATE INDEX card_section_data_session_id ON card_section_data (session_id);

-- Earlier values of sections; a removed section's last state is marked, so that it can be put back.
CREATE TABLE card_revisions (
    id TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    card_id TEXT NOT NULL REFERENCES model_cards (id) ON DELETE CASCADE,
    section_key TEXT NOT NULL,
    title TEXT NOT NULL,
    position INTEGER NOT NULL,
    value TEXT NOT NULL,
    version INTEGER NOT NULL,
    removed BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX card_revisions_section ON card_revisions (card_id, section_key, version);
CREATE INDEX card_revisions_session_id ON card_revisions (session_id);
