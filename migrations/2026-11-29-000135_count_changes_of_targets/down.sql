SELECT history.drop_views();
DROP TRIGGER target_value_by_revision ON target;
DROP FUNCTION target_value_by_revision();
ALTER TABLE target DROP COLUMN version;
ALTER TABLE history.target DROP COLUMN version;
SELECT history.attach('target');
