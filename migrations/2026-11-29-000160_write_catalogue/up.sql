-- Documents, plans, targets, baselines and indicators are written by whoever keeps the catalogue. A document ends another from a day on; a
-- target is withdrawn, an indicator retired from a day on. What ends stays readable, and earlier days are judged by it.
ALTER TABLE document
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN programme_id uuid,
    ADD CONSTRAINT document_programme_id_fkey FOREIGN KEY (programme_id) REFERENCES programme NOT VALID;
COMMENT ON COLUMN document.version IS 'Raised by each change, so that nobody overwrites what they have not seen';
COMMENT ON COLUMN document.programme_id IS 'The programme for whose catalogue it was registered; null for what was loaded';

ALTER TABLE document_relation
    ADD COLUMN effective_on date,
    DROP CONSTRAINT document_relation_kind_check,
    ADD CONSTRAINT document_relation_kind_check CHECK (kind IN ('REPLACES', 'REVOKES', 'AMENDS', 'IMPLEMENTS', 'DIRECTS_IMPLEMENTATION_OF', 'REFERENCES', 'FOLLOWS',
        'SUBMITTED_TO', 'RESPONDS_TO', 'ESTABLISHES', 'PROPOSES', 'APPROVES', 'REPORTS_ON')) NOT VALID,
    ADD CONSTRAINT document_relation_effective_check CHECK (effective_on IS NULL OR kind IN ('REPLACES', 'REVOKES') AND isfinite(effective_on)) NOT VALID;
COMMENT ON COLUMN document_relation.effective_on IS 'The day from which it has replaced or revoked the other (Asia/Ho_Chi_Minh); null: from its day of issue';

ALTER TABLE target
    ADD COLUMN withdrawn_on date,
    ADD COLUMN withdrawal_document_id uuid,
    ADD COLUMN withdrawal_clause text,
    -- A milestone is made of such a year: one that is no day would be in the way of every assessment.
    ADD CONSTRAINT target_cadence_bounds_check CHECK (coalesce(cadence_from, 2000) BETWEEN 1900 AND 2200 AND coalesce(cadence_until, 2000) BETWEEN 1900 AND 2200) NOT VALID,
    ADD CONSTRAINT target_withdrawal_document_id_fkey FOREIGN KEY (withdrawal_document_id) REFERENCES document NOT VALID,
    ADD CONSTRAINT target_withdrawn_check CHECK (num_nonnulls(withdrawn_on, withdrawal_document_id, withdrawal_clause) IN (0, 3)) NOT VALID,
    ADD CONSTRAINT target_withdrawn_on_check CHECK (withdrawn_on IS NULL OR isfinite(withdrawn_on)) NOT VALID;
COMMENT ON COLUMN target.withdrawn_on IS 'The day from which it is demanded no longer (Asia/Ho_Chi_Minh); null while it is';
COMMENT ON COLUMN target.withdrawal_document_id IS 'The document that withdraws it';
COMMENT ON COLUMN target.withdrawal_clause IS 'Clause of that document, as printed';

ALTER TABLE indicator
    ADD COLUMN retired_on date,
    ADD CONSTRAINT indicator_retired_on_check CHECK (retired_on IS NULL OR isfinite(retired_on)) NOT VALID;
COMMENT ON COLUMN indicator.retired_on IS 'The day from which it is measured no longer (Asia/Ho_Chi_Minh); null while it is';

ALTER TABLE baseline ADD COLUMN version integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN baseline.version IS 'Raised by each change, so that nobody overwrites what they have not seen';

SELECT history.attach('document');
SELECT history.attach('document_relation');
SELECT history.attach('target');
SELECT history.attach('indicator');
SELECT history.attach('baseline');

-- The owner of the tables mends what was never so; the server's role keeps to the rules below.
CREATE FUNCTION is_owned(of_table oid) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = of_table), 'MEMBER');
COMMENT ON FUNCTION is_owned(oid) IS 'Whether whoever asks owns a table';

-- The same rule as DocumentStatus::may_become in db/src/document.
CREATE FUNCTION document_moves() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF (OLD.status, NEW.status) NOT IN (('PLANNED', 'DRAFT'), ('PLANNED', 'ISSUED'), ('DRAFT', 'ISSUED'), ('UNKNOWN', 'ISSUED'),
                ('UNKNOWN', 'REPLACED'), ('UNKNOWN', 'REVOKED'), ('ISSUED', 'REPLACED'), ('ISSUED', 'REVOKED'))
            AND NOT is_owned(TG_RELID) THEN
            RAISE EXCEPTION 'a document does not go from % to %', OLD.status, NEW.status
                USING ERRCODE = 'check_violation', CONSTRAINT = 'document_status_moves', TABLE = 'document';
        END IF;
        IF NEW.status IN ('REPLACED', 'REVOKED') AND NOT is_owned(TG_RELID) AND NOT EXISTS (SELECT FROM document_relation relation
                WHERE relation.to_document_id = NEW.id AND relation.kind = CASE NEW.status WHEN 'REPLACED' THEN 'REPLACES' ELSE 'REVOKES' END) THEN
            RAISE EXCEPTION 'a document is ended by another'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'document_ends_by_another', TABLE = 'document';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER document_moves BEFORE UPDATE OF status ON document
    FOR EACH ROW WHEN (NEW.status IS DISTINCT FROM OLD.status) EXECUTE FUNCTION document_moves();

-- One writer at a time, or two could each add half of a circle.
CREATE FUNCTION document_relation_no_circle() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('document relation'));
        IF EXISTS (WITH RECURSIVE ended (id) AS (
                SELECT NEW.to_document_id
                UNION SELECT relation.to_document_id FROM ended JOIN document_relation relation ON relation.from_document_id = ended.id
                WHERE relation.kind IN ('REPLACES', 'REVOKES'))
            SELECT FROM ended WHERE id = NEW.from_document_id) THEN
            RAISE EXCEPTION 'a document is not replaced by one that it has replaced'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'document_relation_no_circle', TABLE = 'document_relation';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER document_relation_no_circle BEFORE INSERT OR UPDATE ON document_relation
    FOR EACH ROW WHEN (NEW.kind IN ('REPLACES', 'REVOKES')) EXECUTE FUNCTION document_relation_no_circle();

CREATE FUNCTION target_begins() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF NOT is_owned(TG_RELID) AND NOT EXISTS (SELECT FROM document d, indicator i
                WHERE d.id = NEW.document_id AND d.status IN ('UNKNOWN', 'ISSUED') AND i.id = NEW.indicator_id AND i.retired_on IS NULL) THEN
            RAISE EXCEPTION 'a target rests on a document in force, and on an indicator in use'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'target_begins', TABLE = 'target';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER target_begins BEFORE INSERT ON target FOR EACH ROW EXECUTE FUNCTION target_begins();

CREATE FUNCTION ends_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF NOT is_owned(TG_RELID) THEN
            RAISE EXCEPTION 'what has ended stays so' USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER target_withdrawn_once BEFORE UPDATE ON target
    FOR EACH ROW WHEN (OLD.withdrawn_on IS NOT NULL AND (OLD.withdrawn_on, OLD.withdrawal_document_id, OLD.withdrawal_clause)
        IS DISTINCT FROM (NEW.withdrawn_on, NEW.withdrawal_document_id, NEW.withdrawal_clause)) EXECUTE FUNCTION ends_once();
CREATE TRIGGER indicator_retired_once BEFORE UPDATE ON indicator
    FOR EACH ROW WHEN (OLD.retired_on IS NOT NULL AND OLD.retired_on IS DISTINCT FROM NEW.retired_on) EXECUTE FUNCTION ends_once();

-- As before, but among the targets that are demanded: those of a plan that was replaced contradict nobody.
CREATE OR REPLACE VIEW target_warning AS
    WITH demanded AS (
        SELECT t.* FROM target t JOIN document d ON d.id = t.document_id WHERE t.withdrawn_on IS NULL AND d.status NOT IN ('REPLACED', 'REVOKED'))
    SELECT t.id AS target_id, 'CONFLICT' AS kind, o.id AS other_id
    FROM demanded t
    JOIN demanded o ON o.indicator_id = t.indicator_id AND o.subject_id = t.subject_id AND o.due_on = t.due_on AND o.cadence = t.cadence AND o.id <> t.id
    WHERE (o.comparator, o.value, o.upper_value) IS DISTINCT FROM (t.comparator, t.value, t.upper_value)
    UNION ALL
    SELECT t.id, 'RETREAT', o.id
    FROM demanded t
    JOIN indicator i ON i.id = t.indicator_id
    JOIN demanded o ON o.indicator_id = t.indicator_id AND o.subject_id = t.subject_id AND o.cadence = t.cadence
    WHERE o.due_on = (
            SELECT max(p.due_on) FROM demanded p
            WHERE p.indicator_id = t.indicator_id AND p.subject_id = t.subject_id AND p.cadence = t.cadence AND p.due_on < t.due_on AND p.value IS NOT NULL)
        AND CASE i.direction
            WHEN 'HIGHER_IS_BETTER' THEN t.value < o.value
            WHEN 'LOWER_IS_BETTER' THEN t.value > o.value
            ELSE false
        END;
COMMENT ON VIEW target_warning IS 'What is odd about a target and was accepted all the same, with the other target that makes it so; only among targets that are demanded';

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
        WHERE t.due_on IS NOT NULL AND (t.withdrawn_on IS NULL OR t.withdrawn_on > on_day)
            -- A plan that takes the place of another begins when it does.
            AND coalesce(greatest(d.issued_on, (SELECT max(relation.effective_on) FROM document_relation relation
                WHERE relation.from_document_id = d.id AND relation.kind = 'REPLACES')), '-infinity') <= on_day
            AND d.status NOT IN ('PLANNED', 'DRAFT')
            -- Of a document that has ended and nobody knows when, it is as if it had never been in force.
            AND NOT EXISTS (SELECT FROM document_relation relation JOIN document successor ON successor.id = relation.from_document_id
                WHERE relation.to_document_id = d.id AND relation.kind IN ('REPLACES', 'REVOKES') AND successor.status IN ('ISSUED', 'REPLACED', 'REVOKED')
                    AND coalesce(relation.effective_on, successor.issued_on, '-infinity') <= on_day)
            AND (d.status <> 'REVOKED' OR EXISTS (SELECT FROM document_relation relation WHERE relation.to_document_id = d.id AND relation.kind = 'REVOKES'))
    $$;
COMMENT ON FUNCTION milestone(date, integer) IS 'The targets in force on a day, each with the day on which it is due: of those in each year the end of that year';

CREATE OR REPLACE FUNCTION next_day_of_assessments(on_day date) RETURNS date
    LANGUAGE sql STABLE
    RETURN least(
        make_date(extract(year FROM on_day)::integer + 1, 1, 1),
        (SELECT min(issued_on) FROM document WHERE issued_on > on_day),
        (SELECT min(revised_on) FROM target_revision WHERE revised_on > on_day),
        (SELECT min(withdrawn_on) FROM target WHERE withdrawn_on > on_day),
        (SELECT min(effective_on) FROM document_relation WHERE effective_on > on_day),
        (SELECT min(judged_on) FROM judgement WHERE judged_on > on_day),
        (SELECT min(measured_on) FROM baseline WHERE measured_on > on_day),
        (SELECT min(lower(valid)) FROM assessment_rule WHERE lower(valid) > on_day),
        (SELECT min(upper(valid)) FROM assessment_rule WHERE upper(valid) > on_day));
COMMENT ON FUNCTION next_day_of_assessments(date) IS 'The first day after a day on which any assessment might be another: the first of a year, or that of a document, of its end, of a revision, a withdrawal, a judgement, a baseline, a rule';

CREATE OR REPLACE FUNCTION outdate_assessments_of_document() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        INSERT INTO outdated_assessment (indicator_id, subject_id)
        SELECT DISTINCT t.indicator_id, t.subject_id FROM target t
        WHERE t.document_id = NEW.id
            OR t.document_id IN (SELECT r.to_document_id FROM document_relation r WHERE r.from_document_id = NEW.id AND r.kind IN ('REPLACES', 'REVOKES'));
        RETURN NULL;
    END
    $$;
COMMENT ON FUNCTION outdate_assessments_of_document() IS 'Trigger: those of the document''s targets, and of the targets of what it replaces or revokes, no longer hold';

CREATE OR REPLACE FUNCTION outdate_assessments_of_replaced() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        INSERT INTO outdated_assessment (indicator_id, subject_id)
        SELECT DISTINCT t.indicator_id, t.subject_id FROM target t
        WHERE TG_OP <> 'DELETE' AND NEW.kind IN ('REPLACES', 'REVOKES') AND t.document_id IN (NEW.from_document_id, NEW.to_document_id)
            OR TG_OP <> 'INSERT' AND OLD.kind IN ('REPLACES', 'REVOKES') AND t.document_id IN (OLD.from_document_id, OLD.to_document_id);
        RETURN NULL;
    END
    $$;
COMMENT ON FUNCTION outdate_assessments_of_replaced() IS 'Trigger: those of the targets of a document that is replaced or revoked, or no longer is, and of the other one, no longer hold';
DO $$
DECLARE
    title name;
BEGIN
    FOREACH title IN ARRAY ARRAY['outdate_assessments_of_document', 'outdate_assessments_of_replaced'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', title, current_schema());
    END LOOP;
END
$$;

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
        -- The targets that stand: those of a draft, of a plan that another has replaced, and those withdrawn do not.
        SELECT 'TARGET', t.id, '1 ' || t.code, t.indicator_id, t.subject_id, NULL, NULL,
            t.value, t.upper_value, t.comparator, t.cadence, t.statement, i.unit, t.due_on, NULL::integer, NULL::uuid, NULL, NULL::uuid[]
        FROM target t JOIN document d ON d.id = t.document_id JOIN indicator i ON i.id = t.indicator_id
        WHERE t.programme_id = of_programme AND d.status NOT IN ('PLANNED', 'DRAFT', 'REVOKED', 'REPLACED')
            AND t.withdrawn_on IS NULL
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
