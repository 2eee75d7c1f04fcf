-- The cleanup takes expired sessions in this order, some at a time; by the time alone, each step sorted all of one time.
DROP INDEX sessions_expires_at;
CREATE INDEX sessions_expires_at ON sessions (expires_at, id);
