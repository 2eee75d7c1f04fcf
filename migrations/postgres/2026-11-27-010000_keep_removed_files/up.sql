-- A file that no section refers to any more is kept for a while, so that what was removed can be put back. Meanwhile it
-- counts as history, which gives way when a session is full.
ALTER TABLE files ADD COLUMN removed_at TIMESTAMP;
CREATE INDEX files_removed_at ON files (removed_at);

CREATE OR REPLACE FUNCTION count_file_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE sessions SET
        content_bytes = content_bytes + CASE WHEN NEW.removed_at IS NULL THEN 200 + octet_length(NEW.name) + NEW.size ELSE 0 END,
        history_bytes = history_bytes + CASE WHEN NEW.removed_at IS NULL THEN 0 ELSE 200 + octet_length(NEW.name) + NEW.size END
    WHERE id = NEW.session_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION count_file_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE sessions SET
        content_bytes = content_bytes + CASE WHEN NEW.removed_at IS NULL THEN 200 + octet_length(NEW.name) + NEW.size ELSE 0 END
        - CASE WHEN OLD.removed_at IS NULL THEN 200 + octet_length(OLD.name) + OLD.size ELSE 0 END,
        history_bytes = history_bytes + CASE WHEN NEW.removed_at IS NULL THEN 0 ELSE 200 + octet_length(NEW.name) + NEW.size END
        - CASE WHEN OLD.removed_at IS NULL THEN 0 ELSE 200 + octet_length(OLD.name) + OLD.size END
    WHERE id = NEW.session_id;
    RETURN NULL;
END $$;
DROP TRIGGER count_file_update ON files;
CREATE TRIGGER count_file_update AFTER UPDATE OF name, size, removed_at ON files FOR EACH ROW EXECUTE FUNCTION count_file_update();

CREATE OR REPLACE FUNCTION count_file_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE sessions SET content_bytes = content_bytes - less.content, history_bytes = history_bytes - less.history
    FROM (SELECT gone.session_id,
                 COALESCE(sum(200 + octet_length(gone.name) + gone.size) FILTER (WHERE gone.removed_at IS NULL), 0) AS content,
                 COALESCE(sum(200 + octet_length(gone.name) + gone.size) FILTER (WHERE gone.removed_at IS NOT NULL), 0) AS history
          FROM gone GROUP BY gone.session_id) less
    WHERE sessions.id = less.session_id;
    RETURN NULL;
END $$;
