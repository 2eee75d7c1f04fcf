-- Earlier values in the order in which they give way when a session is full.
DROP INDEX card_revisions_session_id;
CREATE INDEX card_revisions_oldest ON card_revisions (session_id, removed, created_at);

-- What each session keeps, counted as it changes: a limit can then be checked without looking at every row, and
-- nobody who adds a row can forget to count it. A row counts its texts and 200 bytes for ids, times and indexes.
ALTER TABLE sessions ADD COLUMN cards INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN content_bytes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN history_bytes BIGINT NOT NULL DEFAULT 0;

UPDATE sessions SET
    cards = (SELECT count(*) FROM model_cards t WHERE t.session_id = sessions.id),
    content_bytes =
        COALESCE((SELECT sum(200 + octet_length(t.title) + COALESCE(octet_length(t.file_name), 0) + COALESCE(octet_length(t.source), 0)) FROM model_cards t WHERE t.session_id = sessions.id), 0)
      + COALESCE((SELECT sum(200 + octet_length(t.title) + octet_length(t.value)) FROM card_section_data t WHERE t.session_id = sessions.id), 0)
      + COALESCE((SELECT sum(200 + octet_length(t.name) + t.size) FROM files t WHERE t.session_id = sessions.id), 0),
    history_bytes =
        COALESCE((SELECT sum(200 + octet_length(t.title) + octet_length(t.value)) FROM card_revisions t WHERE t.session_id = sessions.id), 0);

CREATE FUNCTION count_card_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE sessions SET cards = cards + 1, content_bytes = content_bytes + 200 + octet_length(NEW.title) + COALESCE(octet_length(NEW.file_name), 0) + COALESCE(octet_length(NEW.source), 0)
    WHERE id = NEW.session_id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_card_insert AFTER INSERT ON model_cards FOR EACH ROW EXECUTE FUNCTION count_card_insert();

CREATE FUNCTION count_card_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE sessions SET content_bytes = content_bytes + 200 + octet_length(NEW.title) + COALESCE(octet_length(NEW.file_name), 0) + COALESCE(octet_length(NEW.source), 0)
        - (200 + octet_length(OLD.title) + COALESCE(octet_length(OLD.file_name), 0) + COALESCE(octet_length(OLD.source), 0))
    WHERE id = NEW.session_id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_card_update AFTER UPDATE OF title, file_name, source ON model_cards FOR EACH ROW EXECUTE FUNCTION count_card_update();

-- Once a statement: a card that goes takes many rows with it.
CREATE FUNCTION count_card_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE sessions SET cards = cards - less.number, content_bytes = content_bytes - less.bytes
    FROM (SELECT gone.session_id, count(*) AS number, sum(200 + octet_length(gone.title) + COALESCE(octet_length(gone.file_name), 0) + COALESCE(octet_length(gone.source), 0)) AS bytes
          FROM gone GROUP BY gone.session_id) less
    WHERE sessions.id = less.session_id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_card_delete AFTER DELETE ON model_cards REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION count_card_delete();

CREATE FUNCTION count_section_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE sessions SET content_bytes = content_bytes + 200 + octet_length(NEW.title) + octet_length(NEW.value)
    WHERE id = NEW.session_id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_section_insert AFTER INSERT ON card_section_data FOR EACH ROW EXECUTE FUNCTION count_section_insert();

CREATE FUNCTION count_section_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE sessions SET content_bytes = content_bytes + 200 + octet_length(NEW.title) + octet_length(NEW.value)
        - (200 + octet_length(OLD.title) + octet_length(OLD.value))
    WHERE id = NEW.session_id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_section_update AFTER UPDATE OF title, value ON card_section_data FOR EACH ROW EXECUTE FUNCTION count_section_update();

-- Once a statement: a card that goes takes many rows with it.
CREATE FUNCTION count_section_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE sessions SET content_bytes = content_bytes - less.bytes
    FROM (SELECT gone.session_id, count(*) AS number, sum(200 + octet_length(gone.title) + octet_length(gone.value)) AS bytes
          FROM gone GROUP BY gone.session_id) less
    WHERE sessions.id = less.session_id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_section_delete AFTER DELETE ON card_section_data REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION count_section_delete();

CREATE FUNCTION count_revision_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE sessions SET history_bytes = history_bytes + 200 + octet_length(NEW.title) + octet_length(NEW.value)
    WHERE id = NEW.session_id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_revision_insert AFTER INSERT ON card_revisions FOR EACH ROW EXECUTE FUNCTION count_revision_insert();

CREATE FUNCTION count_revision_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE sessions SET history_bytes = history_bytes + 200 + octet_length(NEW.title) + octet_length(NEW.value)
        - (200 + octet_length(OLD.title) + octet_length(OLD.value))
    WHERE id = NEW.session_id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_revision_update AFTER UPDATE OF title, value ON card_revisions FOR EACH ROW EXECUTE FUNCTION count_revision_update();

-- Once a statement: a card that goes takes many rows with it.
CREATE FUNCTION count_revision_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE sessions SET history_bytes = history_bytes - less.bytes
    FROM (SELECT gone.session_id, count(*) AS number, sum(200 + octet_length(gone.title) + octet_length(gone.value)) AS bytes
          FROM gone GROUP BY gone.session_id) less
    WHERE sessions.id = less.session_id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_revision_delete AFTER DELETE ON card_revisions REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION count_revision_delete();

CREATE FUNCTION count_file_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE sessions SET content_bytes = content_bytes + 200 + octet_length(NEW.name) + NEW.size
    WHERE id = NEW.session_id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_file_insert AFTER INSERT ON files FOR EACH ROW EXECUTE FUNCTION count_file_insert();

CREATE FUNCTION count_file_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE sessions SET content_bytes = content_bytes + 200 + octet_length(NEW.name) + NEW.size
        - (200 + octet_length(OLD.name) + OLD.size)
    WHERE id = NEW.session_id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_file_update AFTER UPDATE OF name, size ON files FOR EACH ROW EXECUTE FUNCTION count_file_update();

-- Once a statement: a card that goes takes many rows with it.
CREATE FUNCTION count_file_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE sessions SET content_bytes = content_bytes - less.bytes
    FROM (SELECT gone.session_id, count(*) AS number, sum(200 + octet_length(gone.name) + gone.size) AS bytes
          FROM gone GROUP BY gone.session_id) less
    WHERE sessions.id = less.session_id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_file_delete AFTER DELETE ON files REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION count_file_delete();
