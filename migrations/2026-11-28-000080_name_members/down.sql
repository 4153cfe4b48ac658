CREATE OR REPLACE VIEW recommendation_party AS
    SELECT id AS recommendation_id, from_agency_id AS agency_id FROM recommendation
    UNION ALL SELECT recommendation_id, agency_id FROM recommendation_recipient;
CREATE OR REPLACE VIEW directive_party AS
    SELECT id AS directive_id, assigner_id AS agency_id FROM directive WHERE assigner_id IS NOT NULL
    UNION ALL SELECT directive_id, agency_id FROM directive_lead
    UNION ALL SELECT directive_id, agency_id FROM directive_coordinator WHERE agency_id IS NOT NULL;
COMMENT ON VIEW directive_party IS 'The parties of a directive: who gives it, leads it, or coordinates by name';
DROP VIEW reporting_rule_reach;
DROP VIEW directive_coordinator_reach;
DROP VIEW directive_lead_reach;
DROP TABLE agency_member;
DROP FUNCTION agency_member_of_group;
