DROP TABLE document_meeting;
DROP TABLE document_office;
DROP TABLE goal_agency;
DROP TABLE goal_document;
DROP TABLE goal_indicator;
DROP TABLE goal;
