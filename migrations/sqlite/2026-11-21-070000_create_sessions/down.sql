DROP TABLE ended_keys;
DROP TABLE session_keys;
DROP TABLE sessions;
