-- What was sent before has no headings of its own.
ALTER TABLE file_import VALIDATE CONSTRAINT file_import_headings_check;
