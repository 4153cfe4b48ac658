ALTER TABLE agency DROP COLUMN official_code, DROP COLUMN longitude, DROP COLUMN latitude;
