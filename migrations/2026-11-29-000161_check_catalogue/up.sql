-- Checked apart from where they were added, so that nobody waits while rows are read.
ALTER TABLE document VALIDATE CONSTRAINT document_programme_id_fkey;
ALTER TABLE document_relation VALIDATE CONSTRAINT document_relation_kind_check;
ALTER TABLE document_relation VALIDATE CONSTRAINT document_relation_effective_check;
ALTER TABLE target VALIDATE CONSTRAINT target_cadence_bounds_check;
ALTER TABLE target VALIDATE CONSTRAINT target_withdrawal_document_id_fkey;
ALTER TABLE target VALIDATE CONSTRAINT target_withdrawn_check;
ALTER TABLE target VALIDATE CONSTRAINT target_withdrawn_on_check;
ALTER TABLE indicator VALIDATE CONSTRAINT indicator_retired_on_check;
