DROP TABLE indicator_group;
DROP TABLE programme_document;
DROP TABLE programme;
