-- Links by which somebody else may write in one section of one card. Only a keyed hash of the word in the address is kept.
-- A row goes with its section, follows it to another key, and moves with the card into another session: the key holds the
-- session too, so no link can lead from one visitor to the card of another.
CREATE UNIQUE INDEX card_section_data_owner ON card_section_data (session_id, card_id, section_key);

CREATE TABLE section_links (
    id TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    card_id TEXT NOT NULL,
    section_key TEXT NOT NULL,
    link_hash TEXT NOT NULL UNIQUE,
    since_version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP,
    expires_at TIMESTAMP NOT NULL,
    FOREIGN KEY (session_id, card_id, section_key)
        REFERENCES card_section_data (session_id, card_id, section_key) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX section_links_section ON section_links (session_id, card_id, section_key);
CREATE INDEX section_links_expires_at ON section_links (expires_at);

-- Whether a state of a section was written by somebody with a link.
ALTER TABLE card_section_data ADD COLUMN by_link BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE card_revisions ADD COLUMN by_link BOOLEAN NOT NULL DEFAULT FALSE;
