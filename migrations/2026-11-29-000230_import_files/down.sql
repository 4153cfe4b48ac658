DROP TABLE file_import_error, file_import_content, file_import;
