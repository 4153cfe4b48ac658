DROP TABLE measure_system;
DROP TABLE digital_system_document;
DROP TABLE digital_system_indicator;
DROP TABLE digital_system_clause;
DROP TABLE digital_system;
