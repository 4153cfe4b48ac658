ALTER TABLE indicator DROP COLUMN part_decimals;
