-- What the visitor's list of browsers shows, such as "Firefox on Linux".
ALTER TABLE session_keys ADD COLUMN family TEXT NOT NULL DEFAULT '';
-- After a renewal the key before opens the session for some seconds more.
ALTER TABLE session_keys ADD COLUMN previous_hash TEXT;
ALTER TABLE session_keys ADD COLUMN previous_until TIMESTAMP;
CREATE INDEX session_keys_previous_hash ON session_keys (previous_hash);
CREATE INDEX session_keys_expires_at ON session_keys (expires_at);

-- Until when an ended key, or the hash of an ended session's id, is remembered. What an earlier version remembered
-- goes with the next cleanup.
DROP INDEX ended_keys_ended_at;
ALTER TABLE ended_keys ADD COLUMN forget_at TIMESTAMP NOT NULL DEFAULT '1970-01-01 00:00:00';
CREATE INDEX ended_keys_forget_at ON ended_keys (forget_at);
