-- Checked apart from where it was added, so that nobody waits while rows are read.
ALTER TABLE agency VALIDATE CONSTRAINT agency_location_check;
ALTER TABLE agency VALIDATE CONSTRAINT agency_official_code_check;
