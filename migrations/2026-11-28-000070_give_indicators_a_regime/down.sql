ALTER TABLE indicator DROP COLUMN regime;
