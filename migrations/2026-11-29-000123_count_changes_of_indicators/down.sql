SELECT history.drop_views();
ALTER TABLE indicator DROP COLUMN version;
ALTER TABLE history.indicator DROP COLUMN version;
SELECT history.attach('indicator');
