-- What a programme comes to at an instant, in the form in which two instants are compared. It is asked through its copy in the schema
-- as_of, which reads the versions of the instant that it opens; before it returns it opens the instant of whoever asks again, so two
-- instants stand in one statement.
CREATE FUNCTION programme_known_at(of_programme uuid, kinds text[], instant timestamptz, back_to timestamptz) RETURNS TABLE (
    kind text, id uuid, place text, indicator_id uuid, subject_id uuid, period text, regime text,
    value numeric, upper_value numeric, comparator text, cadence text, statement text, unit text, due_on date,
    revision integer, reporter_id uuid, visibility text, party_ids uuid[])
    LANGUAGE plpgsql STABLE ROWS 5000
    AS $$
    #variable_conflict use_column
    BEGIN
        PERFORM as_of.open(instant);
        RETURN QUERY
        -- The targets that stand: those of a draft and of a plan that another has replaced do not.
        SELECT 'TARGET', t.id, '1 ' || t.code, t.indicator_id, t.subject_id, NULL, NULL,
            t.value, t.upper_value, t.comparator, t.cadence, t.statement, i.unit, t.due_on, NULL::integer, NULL::uuid, NULL, NULL::uuid[]
        FROM target t JOIN document d ON d.id = t.document_id JOIN indicator i ON i.id = t.indicator_id
        WHERE t.programme_id = of_programme AND d.status NOT IN ('PLANNED', 'DRAFT', 'REVOKED', 'REPLACED')
            AND (kinds IS NULL OR 'TARGET' = ANY (kinds))
        UNION ALL
        -- The published figures of what is assessed in the programme.
        SELECT 'FIGURE', m.id, '2 ' || i.code || '/' || s.code || '/' || m.period || '/' || m.regime, m.indicator_id, m.subject_id, m.period, m.regime,
            r.value, NULL, NULL, NULL, r.narrative, i.unit, NULL, r.revision, m.reporter_id, NULL, NULL
        FROM assessed a JOIN measurement m ON m.indicator_id = a.indicator_id AND m.subject_id = a.subject_id
        JOIN measurement_revision r ON r.measurement_id = m.id AND r.revision = m.published_revision
        JOIN indicator i ON i.id = m.indicator_id JOIN agency s ON s.id = m.subject_id
        WHERE a.programme_id = of_programme AND (kinds IS NULL OR 'FIGURE' = ANY (kinds))
        UNION ALL
        -- The deadlines in force of its directives, with what says who may see those.
        SELECT 'DEADLINE', d.id, '3 ' || d.code, NULL, NULL, NULL, NULL,
            NULL, NULL, NULL, NULL, l.words, NULL, l.due_on, l.revision, NULL, d.visibility,
            CASE d.visibility WHEN 'RESTRICTED' THEN ARRAY(SELECT party.agency_id FROM directive_party party WHERE party.directive_id = d.id) END
        FROM directive d CROSS JOIN LATERAL (SELECT deadline.* FROM directive_deadline deadline
            WHERE deadline.directive_id = d.id ORDER BY deadline.revision DESC LIMIT 1) AS l
        WHERE d.programme_id = of_programme AND (kinds IS NULL OR 'DEADLINE' = ANY (kinds));
        PERFORM as_of.open(back_to);
    END
    $$;
COMMENT ON FUNCTION programme_known_at(uuid, text[], timestamptz, timestamptz) IS 'Targets, published figures and deadlines of a programme as they were known at an instant, infinity for the present, whoever may see them. For connections that read as of an instant: at the end they read as of back_to';
