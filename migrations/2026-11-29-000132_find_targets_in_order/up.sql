-- The first targets of an indicator or of a subject, in the order of lists: of 200,000 targets all were read for it.
CREATE INDEX target_indicator_id_due_on_idx ON target (indicator_id, due_on, code);
CREATE INDEX target_subject_id_due_on_idx ON target (subject_id, due_on, code);
DROP INDEX target_subject_id_idx;
