-- Checked apart from where they were added, so that nobody waits while rows are read.
ALTER TABLE holiday VALIDATE CONSTRAINT holiday_document_id_fkey;
ALTER TABLE reporting_schedule VALIDATE CONSTRAINT reporting_schedule_document_id_fkey;
ALTER TABLE assessment_rule VALIDATE CONSTRAINT assessment_rule_document_id_fkey;
ALTER TABLE indicator_rule VALIDATE CONSTRAINT indicator_rule_valid_check;
ALTER TABLE indicator_rule VALIDATE CONSTRAINT indicator_rule_clause_check;
ALTER TABLE indicator_rule VALIDATE CONSTRAINT indicator_rule_document_id_fkey;
