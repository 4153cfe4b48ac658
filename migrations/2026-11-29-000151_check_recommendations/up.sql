-- Checked apart from where they were added, so that nobody waits while rows are read.
ALTER TABLE recommendation VALIDATE CONSTRAINT recommendation_state_check;
ALTER TABLE recommendation VALIDATE CONSTRAINT recommendation_source_check;
ALTER TABLE recommendation VALIDATE CONSTRAINT recommendation_clause_check;
ALTER TABLE recommendation VALIDATE CONSTRAINT recommendation_made_check;
ALTER TABLE recommendation VALIDATE CONSTRAINT recommendation_programme_id_fkey;
