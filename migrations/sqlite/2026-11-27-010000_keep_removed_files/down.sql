-- What was kept only to be put back goes, and its bytes with the next cleanup.
DELETE FROM files WHERE removed_at IS NOT NULL;

DROP TRIGGER count_file_insert;
CREATE TRIGGER count_file_insert AFTER INSERT ON files BEGIN
    UPDATE sessions SET
        content_bytes = content_bytes + 200 + octet_length(NEW.name) + NEW.size
    WHERE id = NEW.session_id;
END;

DROP TRIGGER count_file_update;
CREATE TRIGGER count_file_update AFTER UPDATE OF name, size ON files BEGIN
    UPDATE sessions SET
        content_bytes = content_bytes + 200 + octet_length(NEW.name) + NEW.size
        - (200 + octet_length(OLD.name) + OLD.size)
    WHERE id = NEW.session_id;
END;

DROP TRIGGER count_file_delete;
CREATE TRIGGER count_file_delete AFTER DELETE ON files BEGIN
    UPDATE sessions SET
        content_bytes = content_bytes - (200 + octet_length(OLD.name) + OLD.size)
    WHERE id = OLD.session_id;
END;

DROP INDEX files_removed_at;
ALTER TABLE files DROP COLUMN removed_at;
