ALTER TABLE measurement DROP CONSTRAINT measurement_published_revision_fkey;
DROP TABLE measurement_revision;
DROP FUNCTION measurement_revision_keep_figures();
DROP TABLE measurement;
