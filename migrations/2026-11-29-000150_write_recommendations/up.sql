-- A recommendation is made by the head of an agency, and goes from petition to answer. What documents say was read before has
-- no author; what is made here may stand in no document and belong to a programme alone.
ALTER TABLE recommendation
    ALTER COLUMN document_id DROP NOT NULL,
    ALTER COLUMN clause DROP NOT NULL,
    ADD COLUMN programme_id uuid,
    ADD COLUMN made_on date,
    ADD COLUMN made_by uuid,
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    DROP CONSTRAINT recommendation_state_check,
    ADD CONSTRAINT recommendation_state_check CHECK (state IN ('OPEN', 'ACKNOWLEDGED', 'ANSWERED', 'REFUSED', 'WITHDRAWN')) NOT VALID,
    ADD CONSTRAINT recommendation_source_check CHECK (document_id IS NOT NULL OR programme_id IS NOT NULL) NOT VALID,
    ADD CONSTRAINT recommendation_clause_check CHECK ((document_id IS NULL) = (clause IS NULL)) NOT VALID,
    ADD CONSTRAINT recommendation_made_check CHECK (made_by IS NULL OR made_on IS NOT NULL) NOT VALID,
    ADD CONSTRAINT recommendation_programme_id_fkey FOREIGN KEY (programme_id) REFERENCES programme NOT VALID;
COMMENT ON COLUMN recommendation.document_id IS 'The document it stands in; null if it was made here and stands in none';
COMMENT ON COLUMN recommendation.programme_id IS 'The programme it is about; null if only the document says so';
COMMENT ON COLUMN recommendation.made_on IS 'The day on which it was made here; null for what a document says, which has a day of its own';
COMMENT ON COLUMN recommendation.made_by IS 'The account that made it; null for what a document says';

CREATE TABLE recommendation_step (
    id uuid PRIMARY KEY,
    recommendation_id uuid NOT NULL CONSTRAINT recommendation_step_recommendation_id_fkey REFERENCES recommendation,
    state text NOT NULL,
    text text,
    document_id uuid CONSTRAINT recommendation_step_document_id_fkey REFERENCES document,
    agency_id uuid NOT NULL CONSTRAINT recommendation_step_agency_id_fkey REFERENCES agency,
    role text NOT NULL,
    account_id uuid NOT NULL,
    taken_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT recommendation_step_key UNIQUE (recommendation_id, state),
    CONSTRAINT recommendation_step_state_check CHECK (state IN ('ACKNOWLEDGED', 'ANSWERED', 'REFUSED', 'WITHDRAWN')),
    CONSTRAINT recommendation_step_text_check CHECK (text ~ '\S' AND text IS NFC NORMALIZED),
    CONSTRAINT recommendation_step_said_check CHECK (state NOT IN ('ANSWERED', 'REFUSED') OR text IS NOT NULL),
    CONSTRAINT recommendation_step_document_check CHECK (document_id IS NULL OR state = 'ANSWERED'),
    CONSTRAINT recommendation_step_role_check CHECK (role IN ('HEAD', 'LEADER'))
);
COMMENT ON TABLE recommendation_step IS 'What was done about a recommendation: added, never changed. It is in the state of the last one';
COMMENT ON COLUMN recommendation_step.state IS 'The state it led to, each at most once';
COMMENT ON COLUMN recommendation_step.text IS 'The answer or the reason, in words';
COMMENT ON COLUMN recommendation_step.document_id IS 'The document by which it was answered; the directives stand in recommendation_answer';
COMMENT ON COLUMN recommendation_step.agency_id IS 'The agency for which it was done';
COMMENT ON COLUMN recommendation_step.account_id IS 'Who did it';
COMMENT ON COLUMN recommendation_step.taken_on IS 'Day (Asia/Ho_Chi_Minh)';
CREATE INDEX recommendation_step_document_id_idx ON recommendation_step (document_id);

-- The same rule as db::recommendation::rules: states move one way, and never past the end.
CREATE FUNCTION recommendation_moves(before text, after text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (before, after) IN (('OPEN', 'ACKNOWLEDGED'), ('OPEN', 'ANSWERED'), ('OPEN', 'REFUSED'), ('OPEN', 'WITHDRAWN'),
        ('ACKNOWLEDGED', 'ANSWERED'), ('ACKNOWLEDGED', 'REFUSED'), ('ACKNOWLEDGED', 'WITHDRAWN'));
COMMENT ON FUNCTION recommendation_moves IS 'Whether a recommendation may go from one state to another';

-- A step stands where it leads on from, and nobody answers what they made themselves.
CREATE FUNCTION recommendation_step_leads_on() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        moved recommendation;
    BEGIN
        SELECT * INTO moved FROM recommendation WHERE id = NEW.recommendation_id FOR NO KEY UPDATE;
        IF NOT recommendation_moves(moved.state, NEW.state) THEN
            RAISE EXCEPTION 'a recommendation does not go from % to %', moved.state, NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'recommendation_state_moves', TABLE = 'recommendation';
        END IF;
        IF NEW.state IN ('ANSWERED', 'REFUSED') AND NEW.account_id = moved.made_by THEN
            RAISE EXCEPTION 'somebody else answers'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'recommendation_answered_by_another', TABLE = 'recommendation_step';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER recommendation_step_leads_on BEFORE INSERT ON recommendation_step FOR EACH ROW EXECUTE FUNCTION recommendation_step_leads_on();
CREATE TRIGGER recommendation_step_append_only BEFORE UPDATE OR DELETE ON recommendation_step FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION recommendation_move() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF NOT recommendation_moves(OLD.state, NEW.state) THEN
            RAISE EXCEPTION 'a recommendation does not go from % to %', OLD.state, NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'recommendation_state_moves', TABLE = 'recommendation';
        END IF;
        IF NEW.version <> OLD.version + 1 OR NOT EXISTS (SELECT FROM recommendation_step WHERE recommendation_id = NEW.id AND state = NEW.state) THEN
            RAISE EXCEPTION 'a recommendation moves by a step, to another version'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'recommendation_moves_by_step', TABLE = 'recommendation';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER recommendation_move BEFORE UPDATE OF state ON recommendation
    FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION recommendation_move();
CREATE TRIGGER recommendation_answer_append_only BEFORE UPDATE OR DELETE ON recommendation_answer FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER data_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON recommendation_step
    FOR EACH STATEMENT EXECUTE FUNCTION data_version_raise('recommendation');
ALTER TABLE recommendation_step ENABLE ALWAYS TRIGGER data_version;

-- An agency may stand in a view more than once.
CREATE VIEW recommendation_reach AS
    SELECT recommendation_id, agency_id, position FROM recommendation_recipient
    UNION ALL SELECT r.recommendation_id, m.agency_id, r.position FROM recommendation_recipient r JOIN agency_member m ON m.group_id = r.agency_id
    UNION ALL SELECT id, decision_maker_id, NULL FROM recommendation WHERE decision_maker_id IS NOT NULL;
COMMENT ON VIEW recommendation_reach IS 'Who is to answer a recommendation: whom it goes to, the members of groups among them, and, without a position, who would have to decide';
CREATE OR REPLACE VIEW recommendation_party AS
    SELECT id AS recommendation_id, from_agency_id AS agency_id FROM recommendation
    UNION ALL SELECT recommendation_id, agency_id FROM recommendation_reach;
COMMENT ON VIEW recommendation_party IS 'The parties of a recommendation: who makes it, and who is to answer it';

-- As before, but that a recommendation is also about the programme that it names.
CREATE OR REPLACE FUNCTION change_about(noun text, object uuid)
    RETURNS TABLE (programmes uuid[], agencies uuid[], codes text[])
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT ARRAY(SELECT programme_id FROM programme_indicator WHERE indicator_id = indicator.id),
        ARRAY[lead_agency_id], ARRAY[code]
    FROM indicator WHERE noun = 'indicator' AND id = object
    UNION ALL
    SELECT ARRAY[target.programme_id], ARRAY[subject_id], ARRAY[target.code, indicator.code]
    FROM target JOIN indicator ON indicator.id = target.indicator_id WHERE noun = 'target' AND target.id = object
    UNION ALL
    SELECT ARRAY(SELECT programme_id FROM programme_indicator WHERE indicator_id = indicator.id),
        ARRAY[subject_id, reporter_id], ARRAY[indicator.code]
    FROM measurement JOIN indicator ON indicator.id = measurement.indicator_id
    WHERE noun = 'measurement' AND measurement.id = object
    UNION ALL
    SELECT ARRAY(SELECT programme_id FROM programme_indicator WHERE indicator_id = indicator.id),
        ARRAY[subject_id, assignment.reporter_id], ARRAY[indicator.code]
    FROM reporting_assignment AS assignment JOIN indicator ON indicator.id = assignment.indicator_id
    WHERE assignment.id = CASE noun
        WHEN 'reporting_assignment' THEN object
        WHEN 'nil_answer' THEN (SELECT assignment_id FROM nil_answer WHERE id = object)
        WHEN 'unlock_request' THEN (SELECT assignment_id FROM unlock_request WHERE id = object)
    END
    UNION ALL
    SELECT ARRAY[programme_id],
        ARRAY(SELECT agency_id FROM directive_lead WHERE directive_id = directive.id
            UNION ALL SELECT agency_id FROM directive_coordinator WHERE directive_id = directive.id
            UNION ALL SELECT assigner_id),
        ARRAY[code]
    FROM directive
    WHERE id = CASE noun
        WHEN 'directive' THEN object
        WHEN 'progress_update' THEN (SELECT directive_id FROM progress_update WHERE id = object)
    END
    UNION ALL
    SELECT ARRAY[id], ARRAY[jurisdiction_id], ARRAY[code] FROM programme WHERE noun = 'programme' AND id = object
    UNION ALL
    SELECT ARRAY(SELECT programme_id FROM programme_document WHERE document_id = document.id), ARRAY[issuer_id], ARRAY[code]
    FROM document WHERE noun = 'document' AND id = object
    UNION ALL
    SELECT ARRAY(SELECT programme_id FROM programme_document WHERE document_id = recommendation.document_id) || recommendation.programme_id,
        ARRAY(SELECT agency_id FROM recommendation_recipient WHERE recommendation_id = recommendation.id
            UNION ALL SELECT from_agency_id UNION ALL SELECT decision_maker_id),
        ARRAY[code]
    FROM recommendation WHERE noun = 'recommendation' AND id = object
    UNION ALL
    SELECT ARRAY(SELECT programme_id FROM programme_document WHERE document_id = reporting_rule.document_id),
        ARRAY(SELECT agency_id FROM reporting_rule_party WHERE rule_id = reporting_rule.id), ARRAY[code]
    FROM reporting_rule WHERE noun = 'reporting_rule' AND id = object
    UNION ALL
    SELECT ARRAY[programme_id], ARRAY[assigner_id], ARRAY[code] FROM measure WHERE noun = 'measure' AND id = object
    UNION ALL
    SELECT ARRAY[programme_id], ARRAY[assessed_by_id], ARRAY[code] FROM goal WHERE noun = 'goal' AND id = object
    UNION ALL
    SELECT ARRAY[programme_id], ARRAY[reporter_id], ARRAY[code] FROM period_report WHERE noun = 'period_report' AND id = object
    UNION ALL
    SELECT ARRAY(SELECT programme_id FROM programme_document JOIN digital_system_clause USING (document_id) WHERE system_id = digital_system.id),
        ARRAY[owner_id, responsible_id, agency_id], ARRAY[code]
    FROM digital_system WHERE noun = 'digital_system' AND id = object
    UNION ALL
    SELECT ARRAY[]::uuid[], ARRAY[id], ARRAY[code] FROM agency WHERE noun = 'agency' AND id = object
    UNION ALL
    SELECT ARRAY[]::uuid[], ARRAY[reporter_id], ARRAY[]::text[] FROM reporting_extension
    WHERE noun = 'reporting_extension' AND id = object
    UNION ALL
    SELECT ARRAY[]::uuid[], ARRAY[agency_id], ARRAY[login] FROM account WHERE noun = 'account' AND id = object
    UNION ALL
    SELECT ARRAY[]::uuid[], ARRAY[role_grant.agency_id], ARRAY[login]
    FROM role_grant JOIN account ON account.id = role_grant.account_id WHERE noun = 'role_grant' AND role_grant.id = object
    UNION ALL
    SELECT ARRAY[]::uuid[], ARRAY[agency_id], ARRAY[code] FROM service_account WHERE noun = 'service_account' AND id = object
$$;

-- What was known of a recommendation is told with what had been done about it, and with its version.
ALTER TABLE history.recommendation ALTER COLUMN document_id DROP NOT NULL, ALTER COLUMN clause DROP NOT NULL;
SELECT history.attach('recommendation');
SELECT history.attach('recommendation_step');
