DROP VIEW recommendation_party;
DROP VIEW document_party;
DROP VIEW directive_party;
