SELECT history.drop_views();
CREATE OR REPLACE FUNCTION programme_known_at(of_programme uuid, kinds text[], instant timestamptz, back_to timestamptz) RETURNS TABLE (
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
CREATE OR REPLACE FUNCTION outdate_assessments_of_replaced() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        INSERT INTO outdated_assessment (indicator_id, subject_id)
        SELECT DISTINCT t.indicator_id, t.subject_id FROM target t
        WHERE TG_OP <> 'DELETE' AND NEW.kind = 'REPLACES' AND t.document_id = NEW.to_document_id
            OR TG_OP <> 'INSERT' AND OLD.kind = 'REPLACES' AND t.document_id = OLD.to_document_id;
        RETURN NULL;
    END
    $$;
COMMENT ON FUNCTION outdate_assessments_of_replaced() IS 'Trigger: those of the targets of a document that is replaced, or no longer is, no longer hold';
CREATE OR REPLACE FUNCTION outdate_assessments_of_document() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        INSERT INTO outdated_assessment (indicator_id, subject_id)
        SELECT DISTINCT t.indicator_id, t.subject_id FROM target t
        WHERE t.document_id = NEW.id
            OR t.document_id IN (SELECT r.to_document_id FROM document_relation r WHERE r.from_document_id = NEW.id AND r.kind = 'REPLACES');
        RETURN NULL;
    END
    $$;
COMMENT ON FUNCTION outdate_assessments_of_document() IS 'Trigger: those of the document''s targets, and of the targets of what it replaces, no longer hold';
DO $$
DECLARE
    title name;
BEGIN
    FOREACH title IN ARRAY ARRAY['outdate_assessments_of_document', 'outdate_assessments_of_replaced'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', title, current_schema());
    END LOOP;
END
$$;
CREATE OR REPLACE FUNCTION next_day_of_assessments(on_day date) RETURNS date
    LANGUAGE sql STABLE
    RETURN least(
        make_date(extract(year FROM on_day)::integer + 1, 1, 1),
        (SELECT min(issued_on) FROM document WHERE issued_on > on_day),
        (SELECT min(revised_on) FROM target_revision WHERE revised_on > on_day),
        (SELECT min(judged_on) FROM judgement WHERE judged_on > on_day),
        (SELECT min(measured_on) FROM baseline WHERE measured_on > on_day),
        (SELECT min(lower(valid)) FROM assessment_rule WHERE lower(valid) > on_day),
        (SELECT min(upper(valid)) FROM assessment_rule WHERE upper(valid) > on_day));
COMMENT ON FUNCTION next_day_of_assessments(date) IS 'The first day after a day on which any assessment might be another: the first of a year, or that of a document, a revision, a judgement, a baseline, a rule';
-- A target in each year is a milestone at the end of the year that is asked for, or of the first or last one that it is about. Where the
-- document does not say from which year on, it begins after the milestone before it.
CREATE OR REPLACE FUNCTION milestone(on_day date, of_year integer) RETURNS TABLE (
    target_id uuid, code text, programme_id uuid, indicator_id uuid, subject_id uuid, cadence text, due_on date, comparator text,
    stated_comparator text, value numeric, upper_value numeric, statement text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 200
    AS $$
        SELECT t.id, t.code, t.programme_id, t.indicator_id, t.subject_id, t.cadence,
            CASE t.cadence
                WHEN 'BY_DATE' THEN t.due_on
                ELSE make_date(greatest(least(coalesce(of_year, extract(year FROM on_day)::integer),
                    coalesce(t.cadence_until, extract(year FROM t.due_on)::integer)),
                    coalesce(t.cadence_from, (SELECT extract(year FROM max(earlier.due_on))::integer + 1 FROM target earlier
                        WHERE earlier.indicator_id = t.indicator_id AND earlier.subject_id = t.subject_id AND earlier.programme_id = t.programme_id
                            AND earlier.due_on < t.due_on))), 12, 31)
            END,
            effective_comparator(t.comparator, i.direction, t.source_words), t.comparator,
            CASE WHEN r.previous_known THEN r.previous_value ELSE t.value END, t.upper_value, t.statement
        FROM target t
        JOIN indicator i ON i.id = t.indicator_id
        JOIN document d ON d.id = t.document_id
        -- What held before the first revision after the day.
        LEFT JOIN LATERAL (SELECT later.previous_known, later.previous_value FROM target_revision later
            WHERE later.target_id = t.id AND later.revised_on > on_day ORDER BY later.revision LIMIT 1) AS r ON true
        WHERE t.due_on IS NOT NULL AND (d.issued_on IS NULL OR d.issued_on <= on_day) AND d.status NOT IN ('PLANNED', 'DRAFT', 'REVOKED')
            AND NOT EXISTS (SELECT FROM document_relation relation JOIN document successor ON successor.id = relation.from_document_id
                WHERE relation.to_document_id = d.id AND relation.kind = 'REPLACES' AND successor.status IN ('ISSUED', 'REPLACED')
                    AND successor.issued_on <= on_day)
    $$;
COMMENT ON FUNCTION milestone(date, integer) IS 'The targets in force on a day, each with the day on which it is due: of those in each year the end of that year';
CREATE OR REPLACE VIEW target_warning AS
    SELECT t.id AS target_id, 'CONFLICT' AS kind, o.id AS other_id
    FROM target t
    JOIN target o ON o.indicator_id = t.indicator_id AND o.subject_id = t.subject_id AND o.due_on = t.due_on AND o.cadence = t.cadence AND o.id <> t.id
    WHERE (o.comparator, o.value, o.upper_value) IS DISTINCT FROM (t.comparator, t.value, t.upper_value)
    UNION ALL
    SELECT t.id, 'RETREAT', o.id
    FROM target t
    JOIN indicator i ON i.id = t.indicator_id
    JOIN target o ON o.indicator_id = t.indicator_id AND o.subject_id = t.subject_id AND o.cadence = t.cadence
    WHERE o.due_on = (
            SELECT max(p.due_on) FROM target p
            WHERE p.indicator_id = t.indicator_id AND p.subject_id = t.subject_id AND p.cadence = t.cadence AND p.due_on < t.due_on AND p.value IS NOT NULL)
        AND CASE i.direction
            WHEN 'HIGHER_IS_BETTER' THEN t.value < o.value
            WHEN 'LOWER_IS_BETTER' THEN t.value > o.value
            ELSE false
        END;
COMMENT ON VIEW target_warning IS 'What is odd about a target and was accepted all the same, with the other target that makes it so';
DROP TRIGGER indicator_retired_once ON indicator;
DROP TRIGGER target_withdrawn_once ON target;
DROP FUNCTION ends_once();
DROP TRIGGER target_begins ON target;
DROP FUNCTION target_begins();
DROP TRIGGER document_relation_no_circle ON document_relation;
DROP FUNCTION document_relation_no_circle();
DROP TRIGGER document_moves ON document;
DROP FUNCTION document_moves();
DROP FUNCTION is_owned(oid);
ALTER TABLE baseline DROP COLUMN version;
ALTER TABLE history.baseline DROP COLUMN version;
ALTER TABLE indicator DROP COLUMN retired_on;
ALTER TABLE history.indicator DROP COLUMN retired_on;
ALTER TABLE target DROP CONSTRAINT target_cadence_bounds_check, DROP COLUMN withdrawn_on, DROP COLUMN withdrawal_document_id, DROP COLUMN withdrawal_clause;
ALTER TABLE history.target DROP COLUMN withdrawn_on, DROP COLUMN withdrawal_document_id, DROP COLUMN withdrawal_clause;
DELETE FROM document_relation WHERE kind = 'REVOKES';
ALTER TABLE document_relation DROP COLUMN effective_on, DROP CONSTRAINT document_relation_kind_check,
    ADD CONSTRAINT document_relation_kind_check CHECK (kind IN ('REPLACES', 'AMENDS', 'IMPLEMENTS', 'DIRECTS_IMPLEMENTATION_OF', 'REFERENCES', 'FOLLOWS',
        'SUBMITTED_TO', 'RESPONDS_TO', 'ESTABLISHES', 'PROPOSES', 'APPROVES', 'REPORTS_ON')) NOT VALID;
ALTER TABLE document_relation VALIDATE CONSTRAINT document_relation_kind_check;
ALTER TABLE history.document_relation DROP COLUMN effective_on;
ALTER TABLE document DROP COLUMN version, DROP COLUMN programme_id;
ALTER TABLE history.document DROP COLUMN version, DROP COLUMN programme_id;
SELECT history.attach('baseline');
SELECT history.attach('indicator');
SELECT history.attach('target');
SELECT history.attach('document_relation');
SELECT history.attach('document');
