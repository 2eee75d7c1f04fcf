-- One row per visitor who has stored something. Every data row hangs on it.
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

-- One row per browser: only the hash of its key is kept.
CREATE TABLE session_keys (
    handle TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    key_hash TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    touched_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX session_keys_session_id ON session_keys (session_id);

-- Keys that were ended on purpose, remembered until they could not be taken for new ones any more.
CREATE TABLE ended_keys (
    key_hash TEXT NOT NULL PRIMARY KEY,
    ended_at TIMESTAMP NOT NULL
);
CREATE INDEX ended_keys_ended_at ON ended_keys (ended_at);
