-- A file that no section refers to any more is kept for a while, so that what was removed can be put back. Meanwhile it
-- counts as history, which gives way when a session is full.
ALTER TABLE files ADD COLUMN removed_at TIMESTAMP;
CREATE INDEX files_removed_at ON files (removed_at);

DROP TRIGGER count_file_insert;
CREATE TRIGGER count_file_insert AFTER INSERT ON files BEGIN
    UPDATE sessions SET
        content_bytes = content_bytes + CASE WHEN NEW.removed_at IS NULL THEN 200 + octet_length(NEW.name) + NEW.size ELSE 0 END,
        history_bytes = history_bytes + CASE WHEN NEW.removed_at IS NULL THEN 0 ELSE 200 + octet_length(NEW.name) + NEW.size END
    WHERE id = NEW.session_id;
END;

DROP TRIGGER count_file_update;
CREATE TRIGGER count_file_update AFTER UPDATE OF name, size, removed_at ON files BEGIN
    UPDATE sessions SET
        content_bytes = content_bytes + CASE WHEN NEW.removed_at IS NULL THEN 200 + octet_length(NEW.name) + NEW.size ELSE 0 END
        - CASE WHEN OLD.removed_at IS NULL THEN 200 + octet_length(OLD.name) + OLD.size ELSE 0 END,
        history_bytes = history_bytes + CASE WHEN NEW.removed_at IS NULL THEN 0 ELSE 200 + octet_length(NEW.name) + NEW.size END
        - CASE WHEN OLD.removed_at IS NULL THEN 0 ELSE 200 + octet_length(OLD.name) + OLD.size END
    WHERE id = NEW.session_id;
END;

DROP TRIGGER count_file_delete;
CREATE TRIGGER count_file_delete AFTER DELETE ON files BEGIN
    UPDATE sessions SET
        content_bytes = content_bytes - CASE WHEN OLD.removed_at IS NULL THEN 200 + octet_length(OLD.name) + OLD.size ELSE 0 END,
        history_bytes = history_bytes - CASE WHEN OLD.removed_at IS NULL THEN 0 ELSE 200 + octet_length(OLD.name) + OLD.size END
    WHERE id = OLD.session_id;
END;
