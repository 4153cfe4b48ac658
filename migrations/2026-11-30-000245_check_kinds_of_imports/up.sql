-- What was sent before are figures.
ALTER TABLE file_import VALIDATE CONSTRAINT file_import_what_check;
