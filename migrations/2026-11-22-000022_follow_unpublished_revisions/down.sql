DROP INDEX measurement_every_indicator_id_idx;
DROP INDEX measurement_every_ends_on_idx;
DROP TRIGGER measurement_follow_moved_revision ON measurement_revision;
DROP TRIGGER measurement_follow_new_revision ON measurement_revision;
DROP FUNCTION measurement_follow_revisions();
ALTER TABLE measurement DROP COLUMN drafted_revision, DROP COLUMN submitted_revision;
