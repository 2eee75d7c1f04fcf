ALTER TABLE card_revisions DROP COLUMN by_link;
ALTER TABLE card_section_data DROP COLUMN by_link;
DROP TABLE section_links;
DROP INDEX card_section_data_owner;
