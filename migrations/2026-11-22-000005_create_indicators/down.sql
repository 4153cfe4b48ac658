DROP TABLE programme_indicator;
DROP TABLE indicator_definition;
DROP TABLE indicator;
