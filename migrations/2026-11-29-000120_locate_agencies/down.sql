SELECT history.drop_views();
ALTER TABLE agency DROP COLUMN official_code, DROP COLUMN longitude, DROP COLUMN latitude;
ALTER TABLE history.agency DROP COLUMN official_code, DROP COLUMN longitude, DROP COLUMN latitude;
SELECT history.attach('agency');
