-- Checked apart from where they were added, so that the outbox is not locked while its rows are read.
ALTER TABLE change VALIDATE CONSTRAINT change_kind_check;
ALTER TABLE change VALIDATE CONSTRAINT change_audience_kind_check;
