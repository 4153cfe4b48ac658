DROP TABLE measure_agency;
DROP TABLE measure_document;
DROP TABLE measure_indicator;
DROP TABLE measure;
