-- Progress of directives comes in files as figures do. Only figures are submitted.
ALTER TABLE file_import ADD CONSTRAINT file_import_what_check
    CHECK (kind = 'FIGURES' OR kind = 'PROGRESS' AND NOT submit) NOT VALID;
ALTER TABLE file_import DROP CONSTRAINT file_import_kind_check;
