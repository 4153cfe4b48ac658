CREATE INDEX target_subject_id_idx ON target (subject_id);
DROP INDEX target_subject_id_due_on_idx;
DROP INDEX target_indicator_id_due_on_idx;
