-- Who sees what is restricted to its parties. An agency may stand in a view more than once.
CREATE VIEW directive_party AS
    SELECT id AS directive_id, assigner_id AS agency_id FROM directive WHERE assigner_id IS NOT NULL
    UNION ALL SELECT directive_id, agency_id FROM directive_lead
    UNION ALL SELECT directive_id, agency_id FROM directive_coordinator WHERE agency_id IS NOT NULL;
COMMENT ON VIEW directive_party IS 'The parties of a directive: who gives it, leads it, or coordinates by name';

CREATE VIEW document_party AS
    SELECT id AS document_id, issuer_id AS agency_id FROM document WHERE issuer_id IS NOT NULL
    UNION ALL SELECT d.document_id, p.agency_id FROM directive d JOIN directive_party p ON p.directive_id = d.id
    UNION ALL SELECT from_document_id, to_agency_id FROM document_relation WHERE to_agency_id IS NOT NULL;
COMMENT ON VIEW document_party IS 'The parties of a document: its issuer, the parties of directives that stand in it, and whom it is addressed to';

CREATE VIEW recommendation_party AS
    SELECT id AS recommendation_id, from_agency_id AS agency_id FROM recommendation
    UNION ALL SELECT recommendation_id, agency_id FROM recommendation_recipient;
COMMENT ON VIEW recommendation_party IS 'The parties of a recommendation: who makes it, and whom it goes to';
