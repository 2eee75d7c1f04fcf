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

CREATE TRIGGER count_card_insert AFTER INSERT ON model_cards BEGIN
    UPDATE sessions SET
        cards = cards + 1,
        content_bytes = content_bytes + 200 + octet_length(NEW.title) + COALESCE(octet_length(NEW.file_name), 0) + COALESCE(octet_length(NEW.source), 0)
    WHERE id = NEW.session_id;
END;

CREATE TRIGGER count_card_update AFTER UPDATE OF title, file_name, source ON model_cards BEGIN
    UPDATE sessions SET
        content_bytes = content_bytes + 200 + octet_length(NEW.title) + COALESCE(octet_length(NEW.file_name), 0) + COALESCE(octet_length(NEW.source), 0)
        - (200 + octet_length(OLD.title) + COALESCE(octet_length(OLD.file_name), 0) + COALESCE(octet_length(OLD.source), 0))
    WHERE id = NEW.session_id;
END;

CREATE TRIGGER count_card_delete AFTER DELETE ON model_cards BEGIN
    UPDATE sessions SET
        cards = cards - 1,
        content_bytes = content_bytes - (200 + octet_length(OLD.title) + COALESCE(octet_length(OLD.file_name), 0) + COALESCE(octet_length(OLD.source), 0))
    WHERE id = OLD.session_id;
END;

CREATE TRIGGER count_section_insert AFTER INSERT ON card_section_data BEGIN
    UPDATE sessions SET
        content_bytes = content_bytes + 200 + octet_length(NEW.title) + octet_length(NEW.value)
    WHERE id = NEW.session_id;
END;

CREATE TRIGGER count_section_update AFTER UPDATE OF title, value ON card_section_data BEGIN
    UPDATE sessions SET
        content_bytes = content_bytes + 200 + octet_length(NEW.title) + octet_length(NEW.value)
        - (200 + octet_length(OLD.title) + octet_length(OLD.value))
    WHERE id = NEW.session_id;
END;

CREATE TRIGGER count_section_delete AFTER DELETE ON card_section_data BEGIN
    UPDATE sessions SET
        content_bytes = content_bytes - (200 + octet_length(OLD.title) + octet_length(OLD.value))
    WHERE id = OLD.session_id;
END;

CREATE TRIGGER count_revision_insert AFTER INSERT ON card_revisions BEGIN
    UPDATE sessions SET
        history_bytes = history_bytes + 200 + octet_length(NEW.title) + octet_length(NEW.value)
    WHERE id = NEW.session_id;
END;

CREATE TRIGGER count_revision_update AFTER UPDATE OF title, value ON card_revisions BEGIN
    UPDATE sessions SET
        history_bytes = history_bytes + 200 + octet_length(NEW.title) + octet_length(NEW.value)
        - (200 + octet_length(OLD.title) + octet_length(OLD.value))
    WHERE id = NEW.session_id;
END;

CREATE TRIGGER count_revision_delete AFTER DELETE ON card_revisions BEGIN
    UPDATE sessions SET
        history_bytes = history_bytes - (200 + octet_length(OLD.title) + octet_length(OLD.value))
    WHERE id = OLD.session_id;
END;

CREATE TRIGGER count_file_insert AFTER INSERT ON files BEGIN
    UPDATE sessions SET
        content_bytes = content_bytes + 200 + octet_length(NEW.name) + NEW.size
    WHERE id = NEW.session_id;
END;

CREATE TRIGGER count_file_update AFTER UPDATE OF name, size ON files BEGIN
    UPDATE sessions SET
        content_bytes = content_bytes + 200 + octet_length(NEW.name) + NEW.size
        - (200 + octet_length(OLD.name) + OLD.size)
    WHERE id = NEW.session_id;
END;

CREATE TRIGGER count_file_delete AFTER DELETE ON files BEGIN
    UPDATE sessions SET
        content_bytes = content_bytes - (200 + octet_length(OLD.name) + OLD.size)
    WHERE id = OLD.session_id;
END;
