-- Checked apart from where they were added, so that nobody waits while rows are read.
ALTER TABLE agency_succession VALIDATE CONSTRAINT agency_succession_kind_check;
ALTER TABLE directive_event VALIDATE CONSTRAINT directive_event_kind_check;
ALTER TABLE directive_event VALIDATE CONSTRAINT directive_event_predecessor_check;
ALTER TABLE directive_event VALIDATE CONSTRAINT directive_event_predecessor_id_fkey;
