-- With the triggers.
DROP FUNCTION data_version_raise() CASCADE;
DROP TABLE data_version;
