DROP VIEW target_warning;
DROP TABLE target_revision;
DROP TABLE target;
