-- What opens a session in another browser: a link with its short code, or a recovery code. Only keyed hashes are kept.
CREATE TABLE link_codes (
    id TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    code_hash TEXT NOT NULL UNIQUE,
    link_hash TEXT UNIQUE,
    made_by TEXT NOT NULL,
    family TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP
);
CREATE INDEX link_codes_session_id ON link_codes (session_id);
CREATE INDEX link_codes_expires_at ON link_codes (expires_at);
