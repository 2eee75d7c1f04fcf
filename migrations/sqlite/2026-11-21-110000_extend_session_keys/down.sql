DROP INDEX ended_keys_forget_at;
ALTER TABLE ended_keys DROP COLUMN forget_at;
CREATE INDEX ended_keys_ended_at ON ended_keys (ended_at);
DROP INDEX session_keys_expires_at;
DROP INDEX session_keys_previous_hash;
ALTER TABLE session_keys DROP COLUMN previous_until;
ALTER TABLE session_keys DROP COLUMN previous_hash;
ALTER TABLE session_keys DROP COLUMN family;
