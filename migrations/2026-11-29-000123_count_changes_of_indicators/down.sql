ALTER TABLE indicator DROP COLUMN version;
