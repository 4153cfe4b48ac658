ALTER TABLE file_import ADD CONSTRAINT file_import_kind_check CHECK (kind IN ('FIGURES')) NOT VALID;
ALTER TABLE file_import DROP CONSTRAINT file_import_what_check;
