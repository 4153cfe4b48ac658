-- What is asked of a group ("các sở, ban, ngành") is asked of each of its members.
CREATE TABLE agency_member (
    group_id uuid NOT NULL CONSTRAINT agency_member_group_id_fkey REFERENCES agency,
    agency_id uuid NOT NULL CONSTRAINT agency_member_agency_id_fkey REFERENCES agency,
    stated boolean NOT NULL,
    PRIMARY KEY (group_id, agency_id),
    CONSTRAINT agency_member_self_check CHECK (group_id <> agency_id)
);
COMMENT ON TABLE agency_member IS 'Which agencies a group addresses: what is asked of the group is asked of each of them';
COMMENT ON COLUMN agency_member.stated IS 'True if a document lists it; false if it follows from the group''s name';
CREATE INDEX agency_member_agency_id_idx ON agency_member (agency_id);

CREATE FUNCTION agency_member_of_group() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF (SELECT kind FROM agency WHERE id = NEW.group_id) <> 'AGENCY_GROUP' OR (SELECT kind FROM agency WHERE id = NEW.agency_id) = 'AGENCY_GROUP' THEN
            RAISE EXCEPTION 'members are agencies, and belong to groups'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_member_of_group', TABLE = 'agency_member';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER agency_member_of_group BEFORE INSERT OR UPDATE ON agency_member FOR EACH ROW EXECUTE FUNCTION agency_member_of_group();

-- An agency may stand in a view more than once.
CREATE VIEW directive_lead_reach AS
    SELECT directive_id, agency_id FROM directive_lead
    UNION ALL SELECT l.directive_id, m.agency_id FROM directive_lead l JOIN agency_member m ON m.group_id = l.agency_id;
COMMENT ON VIEW directive_lead_reach IS 'Whom the lead of a directive falls to: those that are named, and the members of groups among them';

CREATE VIEW directive_coordinator_reach AS
    SELECT directive_id, agency_id FROM directive_coordinator WHERE agency_id IS NOT NULL
    UNION ALL SELECT c.directive_id, m.agency_id FROM directive_coordinator c JOIN agency_member m ON m.group_id = c.agency_id;
COMMENT ON VIEW directive_coordinator_reach IS 'Who is to coordinate: those that are named, and the members of groups among them';

CREATE VIEW reporting_rule_reach AS
    SELECT rule_id, role, agency_id FROM reporting_rule_party
    UNION ALL SELECT p.rule_id, p.role, m.agency_id FROM reporting_rule_party p JOIN agency_member m ON m.group_id = p.agency_id;
COMMENT ON VIEW reporting_rule_reach IS 'Who reports and who receives by a rule: those that are named, and the members of groups among them';

CREATE OR REPLACE VIEW directive_party AS
    SELECT id AS directive_id, assigner_id AS agency_id FROM directive WHERE assigner_id IS NOT NULL
    UNION ALL SELECT directive_id, agency_id FROM directive_lead_reach
    UNION ALL SELECT directive_id, agency_id FROM directive_coordinator_reach;
COMMENT ON VIEW directive_party IS 'The parties of a directive: who gives it, leads it, or coordinates by name or as the member of a group';
CREATE OR REPLACE VIEW recommendation_party AS
    SELECT id AS recommendation_id, from_agency_id AS agency_id FROM recommendation
    UNION ALL SELECT recommendation_id, agency_id FROM recommendation_recipient
    UNION ALL SELECT r.recommendation_id, m.agency_id FROM recommendation_recipient r JOIN agency_member m ON m.group_id = r.agency_id;
