-- Assessments of a country are too many to be worked out for each question. They are kept for as long as they hold; what no longer
-- holds, or might not, is worked out for the question. So an answer is never older than what it was made of, whoever keeps them,
-- and however late.

-- As function assessment() answers, column by column, and before that what lists are sorted by.
CREATE TABLE kept_assessment (
    programme_id uuid NOT NULL,
    codes text COLLATE "C" NOT NULL,
    position integer NOT NULL,
    holds_from date NOT NULL,
    holds_until date NOT NULL,
    place bigint NOT NULL,
    is_ambiguous boolean NOT NULL,
    indicator_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    target_id uuid,
    target_code text,
    due_on date,
    comparator text,
    demanded numeric,
    is_falling boolean NOT NULL,
    range_position text,
    value numeric,
    measured_until date,
    is_stale boolean NOT NULL,
    measurement_ids uuid[],
    parts integer,
    parts_expected integer,
    baseline_value numeric,
    baseline_on date,
    baseline_id uuid,
    baseline_measurement_id uuid,
    previous_value numeric,
    previous_on date,
    previous_target_id uuid,
    next_value numeric,
    next_on date,
    next_target_id uuid,
    rule text,
    expected numeric,
    attainment numeric,
    attainment_method text,
    pace numeric,
    judgement_id uuid,
    on_track_from numeric,
    at_risk_from numeric,
    status text NOT NULL,
    CONSTRAINT kept_assessment_pkey PRIMARY KEY (programme_id, indicator_id, subject_id, place),
    CONSTRAINT kept_assessment_holds_check CHECK (holds_from < holds_until)
);
COMMENT ON TABLE kept_assessment IS 'Assessments against the next milestone, kept for as long as they hold: rows of assessment(). Nothing is lost with them: keep_assessments() works them out anew';
COMMENT ON COLUMN kept_assessment.codes IS 'Codes of programme, indicator and subject, with a slash between: the place in lists';
COMMENT ON COLUMN kept_assessment.position IS 'The indicator''s place in the catalogue';
COMMENT ON COLUMN kept_assessment.holds_from IS 'The day on which it was worked out (Asia/Ho_Chi_Minh)';
COMMENT ON COLUMN kept_assessment.holds_until IS 'The first day on which it might be another, though nothing that it was made of changes';
CREATE UNIQUE INDEX kept_assessment_codes_idx ON kept_assessment (codes, place);
CREATE INDEX kept_assessment_holds_until_idx ON kept_assessment (holds_until);
CREATE INDEX kept_assessment_holds_from_idx ON kept_assessment (holds_from);
CREATE INDEX kept_assessment_pair_idx ON kept_assessment (indicator_id, subject_id);
-- What needs attention first, as lists are sorted if nothing else is asked for.
CREATE INDEX kept_assessment_status_idx ON kept_assessment
    (assessment_severity(status), coalesce(pace, 'Infinity'), split_part(codes, '/', 1), position, codes) WHERE place = 1;

-- Nobody waits for another: whoever changes something adds a row.
CREATE TABLE outdated_assessment (
    id bigint GENERATED ALWAYS AS IDENTITY,
    indicator_id uuid,
    subject_id uuid,
    CONSTRAINT outdated_assessment_pkey PRIMARY KEY (id),
    CONSTRAINT outdated_assessment_whose_check CHECK (indicator_id IS NOT NULL OR subject_id IS NULL)
);
COMMENT ON TABLE outdated_assessment IS 'Whose kept assessments no longer hold, because something has changed that they were made of. A row goes when they were worked out anew';
COMMENT ON COLUMN outdated_assessment.indicator_id IS 'The indicator; null: all assessments';
COMMENT ON COLUMN outdated_assessment.subject_id IS 'The subject; null: all of the indicator';
CREATE INDEX outdated_assessment_pair_idx ON outdated_assessment (indicator_id, subject_id);

CREATE VIEW holding_assessment AS
    SELECT k.* FROM kept_assessment k
    -- As NOT IN it is looked up in a table of hashes however many are outdated; of NOT EXISTS the planner has made a loop over all of them.
    WHERE (k.indicator_id, k.subject_id) NOT IN (SELECT o.indicator_id, o.subject_id FROM outdated_assessment o WHERE o.subject_id IS NOT NULL)
        AND k.indicator_id NOT IN (SELECT o.indicator_id FROM outdated_assessment o WHERE o.indicator_id IS NOT NULL AND o.subject_id IS NULL)
        AND NOT EXISTS (SELECT FROM outdated_assessment o WHERE o.indicator_id IS NULL);
COMMENT ON VIEW holding_assessment IS 'The kept assessments that nothing has changed since. Each holds from a day on, until another';

-- As a procedure, so that nobody's plan counts on there being many.
CREATE FUNCTION outdated_assessments(on_day date) RETURNS TABLE (programme_id uuid, indicator_id uuid, subject_id uuid, is_assessed boolean)
    LANGUAGE plpgsql STABLE ROWS 10
    AS $$
    #variable_conflict use_column
    BEGIN
        IF EXISTS (SELECT FROM outdated_assessment o WHERE o.indicator_id IS NULL) THEN
            RETURN QUERY SELECT a.programme_id, a.indicator_id, a.subject_id, true FROM assessed a
                UNION ALL (SELECT k.programme_id, k.indicator_id, k.subject_id, false FROM kept_assessment k
                EXCEPT SELECT a.programme_id, a.indicator_id, a.subject_id, false FROM assessed a);
            RETURN;
        END IF;
        RETURN QUERY SELECT pair.programme_id, pair.indicator_id, pair.subject_id, bool_or(pair.is_assessed) FROM (
            SELECT k.programme_id, k.indicator_id, k.subject_id, true AS is_assessed FROM kept_assessment k WHERE k.holds_until <= on_day
            UNION ALL
            SELECT k.programme_id, k.indicator_id, k.subject_id, true FROM kept_assessment k WHERE k.holds_from > on_day
            UNION ALL
            SELECT t.programme_id, t.indicator_id, t.subject_id, true
            FROM outdated_assessment o JOIN target t ON t.indicator_id = o.indicator_id AND t.subject_id = o.subject_id
            UNION ALL
            SELECT t.programme_id, t.indicator_id, t.subject_id, true
            FROM outdated_assessment o JOIN target t ON t.indicator_id = o.indicator_id WHERE o.subject_id IS NULL
            UNION ALL
            SELECT p.id, followed.indicator_id, p.jurisdiction_id, true
            FROM outdated_assessment o JOIN programme_indicator followed ON followed.indicator_id = o.indicator_id JOIN programme p ON p.id = followed.programme_id
            WHERE o.subject_id IS NULL OR o.subject_id = p.jurisdiction_id
            UNION ALL
            -- Kept, and perhaps assessed no longer.
            SELECT k.programme_id, k.indicator_id, k.subject_id, false
            FROM outdated_assessment o JOIN kept_assessment k ON k.indicator_id = o.indicator_id AND k.subject_id = o.subject_id
            UNION ALL
            SELECT k.programme_id, k.indicator_id, k.subject_id, false
            FROM outdated_assessment o JOIN kept_assessment k ON k.indicator_id = o.indicator_id WHERE o.subject_id IS NULL) AS pair
        GROUP BY pair.programme_id, pair.indicator_id, pair.subject_id;
    END
    $$;
COMMENT ON FUNCTION outdated_assessments(date) IS 'Whose kept assessments cannot be used on a day, and whether they are assessed at all';

-- Days on which assessments may change by themselves, whosever they are.
CREATE FUNCTION next_day_of_assessments(on_day date) RETURNS date
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

-- What is marked is read before what it was marked for: whoever commits in between leaves a mark that stays.
CREATE FUNCTION keep_assessments(on_day date, most integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    DECLARE
        marks bigint[];
        indicators uuid[];
        subjects uuid[];
    BEGIN
        IF NOT pg_try_advisory_xact_lock(hashtext('kept assessment')) THEN
            RETURN 0;
        END IF;
        marks := ARRAY(SELECT o.id FROM outdated_assessment o WHERE o.subject_id IS NULL);
        IF cardinality(marks) > 0 THEN
            INSERT INTO outdated_assessment (indicator_id, subject_id)
            SELECT DISTINCT a.indicator_id, a.subject_id FROM outdated_assessments(on_day) a ORDER BY 1, 2;
            DELETE FROM outdated_assessment o WHERE o.id = ANY (marks);
        END IF;
        marks := ARRAY(SELECT o.id FROM outdated_assessment o ORDER BY o.id LIMIT most);
        SELECT coalesce(array_agg(pair.indicator_id), '{}'), coalesce(array_agg(pair.subject_id), '{}') INTO indicators, subjects FROM (
            SELECT o.indicator_id, o.subject_id FROM outdated_assessment o WHERE o.id = ANY (marks)
            UNION
            (SELECT k.indicator_id, k.subject_id FROM kept_assessment k
            WHERE k.holds_until <= on_day OR k.holds_from > on_day LIMIT most - cardinality(marks))) AS pair;
        DELETE FROM kept_assessment k USING unnest(indicators, subjects) AS pair (indicator_id, subject_id)
        WHERE k.indicator_id = pair.indicator_id AND k.subject_id = pair.subject_id;
        INSERT INTO kept_assessment
        SELECT p.id, p.code || '/' || i.code || '/' || s.code, i.position, on_day,
            least(next_day_of_assessments(on_day), CASE WHEN a.due_on >= on_day THEN a.due_on + 1 END,
                -- When the figure is getting old.
                CASE WHEN old.from_day > on_day THEN old.from_day END,
                -- When figures come to count that were published before their period was over.
                (SELECT min(m.ends_on) - 1 FROM measurement m WHERE m.indicator_id = a.indicator_id AND m.subject_id = a.subject_id
                    AND m.regime = i.regime AND m.period_kind = i.frequency AND m.published_revision IS NOT NULL AND m.ends_on - 1 > on_day)),
            a.*
        FROM (
            -- As view assessed.
            SELECT p.id, p.code, array_agg(pair.indicator_id) AS indicators, array_agg(pair.subject_id) AS subjects
            FROM unnest(indicators, subjects) AS pair (indicator_id, subject_id) CROSS JOIN programme p
            WHERE EXISTS (SELECT FROM target t WHERE t.programme_id = p.id AND t.indicator_id = pair.indicator_id AND t.subject_id = pair.subject_id)
                OR p.jurisdiction_id = pair.subject_id
                    AND EXISTS (SELECT FROM programme_indicator followed WHERE followed.programme_id = p.id AND followed.indicator_id = pair.indicator_id)
            GROUP BY p.id) AS p
        CROSS JOIN LATERAL assessment(p.id, on_day, NULL, p.indicators, p.subjects, true) AS a
        JOIN indicator i ON i.id = a.indicator_id
        JOIN agency s ON s.id = a.subject_id
        CROSS JOIN LATERAL (SELECT (a.measured_until + 2 * make_interval(months => CASE i.frequency WHEN 'MONTH' THEN 1 WHEN 'QUARTER' THEN 3
            WHEN 'HALF_YEAR' THEN 6 ELSE 12 END))::date + 1 AS from_day) AS old;
        DELETE FROM outdated_assessment o WHERE o.id = ANY (marks);
        RETURN cardinality(indicators);
    END
    $$;
COMMENT ON FUNCTION keep_assessments(date, integer) IS 'Works out anew as many assessments as are given, of those that can no longer be used on a day: their number, 0 if there are none, or another does so';

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION keep_assessments(date, integer) SET search_path = %I, pg_temp', current_schema());
END
$$;
INSERT INTO outdated_assessment DEFAULT VALUES;
