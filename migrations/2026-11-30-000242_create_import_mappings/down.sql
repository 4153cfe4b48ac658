ALTER TABLE file_import DROP COLUMN headings;
DROP TABLE import_mapping;
DROP FUNCTION import_headings_fit(jsonb);
