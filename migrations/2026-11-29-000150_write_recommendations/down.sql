SELECT history.drop_views();
SELECT history.detach('recommendation_step');
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
    SELECT ARRAY(SELECT programme_id FROM programme_document WHERE document_id = recommendation.document_id),
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
CREATE OR REPLACE VIEW recommendation_party AS
    SELECT id AS recommendation_id, from_agency_id AS agency_id FROM recommendation
    UNION ALL SELECT recommendation_id, agency_id FROM recommendation_recipient
    UNION ALL SELECT r.recommendation_id, m.agency_id FROM recommendation_recipient r JOIN agency_member m ON m.group_id = r.agency_id;
COMMENT ON VIEW recommendation_party IS 'The parties of a recommendation: who makes it, and whom it goes to';
DROP VIEW recommendation_reach;
DROP TRIGGER recommendation_answer_append_only ON recommendation_answer;
DROP TRIGGER recommendation_move ON recommendation;
DROP TABLE recommendation_step;
DROP FUNCTION recommendation_move(), recommendation_step_leads_on(), recommendation_moves(text, text);
COMMENT ON COLUMN recommendation.document_id IS NULL;
-- Refused while there are recommendations that stand in no document or were withdrawn: they would be lost.
ALTER TABLE recommendation
    DROP CONSTRAINT recommendation_programme_id_fkey,
    DROP CONSTRAINT recommendation_made_check,
    DROP CONSTRAINT recommendation_clause_check,
    DROP CONSTRAINT recommendation_source_check,
    DROP CONSTRAINT recommendation_state_check,
    ADD CONSTRAINT recommendation_state_check CHECK (state IN ('OPEN', 'ACKNOWLEDGED', 'ANSWERED', 'REFUSED')),
    DROP COLUMN version, DROP COLUMN made_by, DROP COLUMN made_on, DROP COLUMN programme_id,
    ALTER COLUMN clause SET NOT NULL,
    ALTER COLUMN document_id SET NOT NULL;
ALTER TABLE history.recommendation
    DROP COLUMN version, DROP COLUMN made_by, DROP COLUMN made_on, DROP COLUMN programme_id,
    ALTER COLUMN clause SET NOT NULL,
    ALTER COLUMN document_id SET NOT NULL;
SELECT history.attach('recommendation');
