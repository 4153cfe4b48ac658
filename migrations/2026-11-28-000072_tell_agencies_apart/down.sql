ALTER TABLE agency_placement DROP COLUMN basis;
DROP TABLE agency_existence;
ALTER TABLE agency DROP COLUMN block, DROP COLUMN block_stated;
