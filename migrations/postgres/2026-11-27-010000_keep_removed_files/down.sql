-- What was kept only to be put back goes, and its bytes with the next cleanup.
DELETE FROM files WHERE removed_at IS NOT NULL;

CREATE OR REPLACE FUNCTION count_file_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE sessions SET content_bytes = content_bytes + 200 + octet_length(NEW.name) + NEW.size
    WHERE id = NEW.session_id;
    RETURN NULL;
END $$;

DROP TRIGGER count_file_update ON files;
CREATE OR REPLACE FUNCTION count_file_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE sessions SET content_bytes = content_bytes + 200 + octet_length(NEW.name) + NEW.size
        - (200 + octet_length(OLD.name) + OLD.size)
    WHERE id = NEW.session_id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_file_update AFTER UPDATE OF name, size ON files FOR EACH ROW EXECUTE FUNCTION count_file_update();

CREATE OR REPLACE FUNCTION count_file_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE sessions SET content_bytes = content_bytes - less.bytes
    FROM (SELECT gone.session_id, sum(200 + octet_length(gone.name) + gone.size) AS bytes
          FROM gone GROUP BY gone.session_id) less
    WHERE sessions.id = less.session_id;
    RETURN NULL;
END $$;

DROP INDEX files_removed_at;
ALTER TABLE files DROP COLUMN removed_at;
