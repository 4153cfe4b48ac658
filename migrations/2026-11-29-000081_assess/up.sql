ALTER TABLE indicator VALIDATE CONSTRAINT indicator_interpolation_check;

-- Assessment: how far an indicator of a subject is from its next milestone. The rule stands here alone; what it answers is shown,
-- filtered, sorted and counted by the same functions. See "Assessment" in docs/GUIDE.md for its words.

CREATE FUNCTION effective_comparator(comparator text, direction text, source_words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN comparator = 'EXACTLY' AND lower(btrim(normalize(coalesce(source_words, ''), NFC))) IN ('', 'đạt', 'có')
        THEN CASE direction WHEN 'HIGHER_IS_BETTER' THEN 'AT_LEAST' WHEN 'LOWER_IS_BETTER' THEN 'AT_MOST' ELSE comparator END
        ELSE comparator END;
COMMENT ON FUNCTION effective_comparator(text, text, text) IS 'How a comparator counts: a bare figure, "đạt" and "có" ask for a figure to be reached (as db/src/comparator.rs)';

CREATE FUNCTION meets(comparator text, demanded numeric, upper_value numeric, figure numeric) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE comparator
        WHEN 'AT_LEAST' THEN figure >= demanded
        WHEN 'MORE_THAN' THEN figure > demanded
        WHEN 'AT_MOST' THEN figure <= demanded
        WHEN 'LESS_THAN' THEN figure < demanded
        WHEN 'EXACTLY' THEN figure = demanded
        WHEN 'BETWEEN' THEN figure BETWEEN demanded AND upper_value
    END;
COMMENT ON FUNCTION meets(text, numeric, numeric, numeric) IS 'Whether a figure is what a comparator demands';

-- A target in each year is a milestone at the end of the year that is asked for, or of the first or last one that it is about. Where the
-- document does not say from which year on, it begins after the milestone before it.
CREATE FUNCTION milestone(on_day date, of_year integer) RETURNS TABLE (
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

CREATE FUNCTION assessment_severity(status text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_position(ARRAY['MISSED', 'OFF_TRACK', 'AT_RISK', 'NEEDS_JUDGEMENT', 'NO_DATA', 'INCOMPLETE', 'ON_TRACK', 'ACHIEVED', 'NO_TARGET'], status);
COMMENT ON FUNCTION assessment_severity(text) IS 'Orders the statuses of assessments, what needs attention first';

-- Of a programme are assessed all its indicators for its jurisdiction, and whoever has a target of its own.
CREATE VIEW assessed AS
    SELECT followed.programme_id, followed.indicator_id, programme.jurisdiction_id AS subject_id
    FROM programme_indicator followed JOIN programme ON programme.id = followed.programme_id
    UNION
    SELECT programme_id, indicator_id, subject_id FROM target;
COMMENT ON VIEW assessed IS 'What is assessed in a programme: indicator × subject';

-- One row for each target that is due on the milestone; one without a target where there is none. The first of an indicator and a subject
-- (`place` 1) is their assessment: of targets that contradict one another the one that stands worse.
CREATE FUNCTION assessment(of_programme uuid, on_day date, of_year integer, indicators uuid[], subjects uuid[], are_pairs boolean) RETURNS TABLE (
    place bigint, is_ambiguous boolean, indicator_id uuid, subject_id uuid, target_id uuid, target_code text, due_on date, comparator text,
    demanded numeric, is_falling boolean, range_position text,
    value numeric, measured_until date, is_stale boolean, measurement_ids uuid[], parts integer, parts_expected integer,
    baseline_value numeric, baseline_on date, baseline_id uuid, baseline_measurement_id uuid,
    previous_value numeric, previous_on date, previous_target_id uuid, next_value numeric, next_on date, next_target_id uuid,
    rule text, expected numeric, attainment numeric, attainment_method text, pace numeric,
    judgement_id uuid, on_track_from numeric, at_risk_from numeric, status text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 SET plan_cache_mode = force_generic_plan
    AS $$
    #variable_conflict use_column
    BEGIN
        RETURN QUERY
        WITH pair AS MATERIALIZED (
            SELECT a.indicator_id, a.subject_id, i.direction, i.regime, i.frequency, i.aggregation,
                CASE i.frequency WHEN 'MONTH' THEN 12 WHEN 'QUARTER' THEN 4 WHEN 'HALF_YEAR' THEN 2 ELSE 1 END AS year_parts,
                -- What comes about within a year is judged by years, as it is planned.
                i.nature = 'FLOW' AND (i.value_kind, i.aggregation) IN (('NUMBER', 'SUM'), ('RATIO', 'RATIO_OF_SUMS')) AS adds_up,
                coalesce(i.interpolation, CASE WHEN i.value_kind IN ('NUMBER', 'RATIO', 'INDEX') THEN 'LINEAR' ELSE 'STEP' END) AS interpolation
            FROM (
                SELECT a.indicator_id, a.subject_id FROM assessed a
                WHERE NOT are_pairs AND a.programme_id = of_programme
                    AND (indicators IS NULL OR a.indicator_id = ANY (indicators)) AND (subjects IS NULL OR a.subject_id = ANY (subjects))
                UNION
                -- Asked for by name, something is assessed that has no target.
                SELECT * FROM unnest(indicators, subjects) WHERE are_pairs) AS a
            JOIN indicator i ON i.id = a.indicator_id),
        point AS MATERIALIZED (
            SELECT m.*, m.cadence = 'BY_DATE' AND m.value IS NOT NULL AS is_on_way,
                CASE pair.direction WHEN 'LOWER_IS_BETTER' THEN m.value ELSE -m.value END AS strictness
            FROM milestone(on_day, of_year) AS m JOIN pair ON pair.indicator_id = m.indicator_id AND pair.subject_id = m.subject_id
            WHERE m.programme_id = of_programme),
        -- The milestone that is asked for, and those on the way to it. Of targets that contradict one another the stricter is on the way.
        asked AS MATERIALIZED (
            SELECT pair.*, due.due_on, least(on_day, due.due_on) AS last_day, way.first_on, way.days, way.figures, way.targets
            FROM pair
            LEFT JOIN (SELECT p.indicator_id, p.subject_id, coalesce(min(p.due_on) FILTER (WHERE p.due_on >= on_day), max(p.due_on)) AS due_on
                FROM point p WHERE of_year IS NULL OR extract(year FROM p.due_on) = of_year GROUP BY p.indicator_id, p.subject_id) AS due
                ON due.indicator_id = pair.indicator_id AND due.subject_id = pair.subject_id
            LEFT JOIN (SELECT p.indicator_id, p.subject_id, min(p.due_on) AS first_on,
                    array_agg(p.due_on ORDER BY p.due_on, p.strictness, p.target_id) FILTER (WHERE p.is_on_way) AS days,
                    array_agg(p.value ORDER BY p.due_on, p.strictness, p.target_id) FILTER (WHERE p.is_on_way) AS figures,
                    array_agg(p.target_id ORDER BY p.due_on, p.strictness, p.target_id) FILTER (WHERE p.is_on_way) AS targets
                FROM point p
                GROUP BY p.indicator_id, p.subject_id) AS way
                ON way.indicator_id = pair.indicator_id AND way.subject_id = pair.subject_id),
        -- What stood on the last day that counts, and where the way began: as somebody has stated it, else the first published figure before the
        -- first milestone.
        measured AS MATERIALIZED (
            SELECT asked.*, figure.value AS figure, figure.measured_until, figure.ids, figure.parts, figure.parts_expected,
                coalesce(stated.value, first.value) AS began_at, coalesce(stated.measured_on, first.measured_on) AS began_on,
                stated.id AS baseline_id, first.id AS first_id
            FROM asked
            LEFT JOIN LATERAL (
                (SELECT r.value, m.ends_on - 1 AS measured_until, ARRAY[m.id] AS ids, NULL::integer AS parts, NULL::integer AS parts_expected
                FROM measurement m JOIN measurement_revision r ON r.measurement_id = m.id AND r.revision = m.published_revision
                WHERE NOT asked.adds_up AND m.indicator_id = asked.indicator_id AND m.subject_id = asked.subject_id AND m.published_revision IS NOT NULL
                    AND m.regime = asked.regime AND m.period_kind = asked.frequency AND m.ends_on <= coalesce(asked.last_day, on_day) + 1 AND r.value IS NOT NULL
                ORDER BY m.ends_on DESC LIMIT 1)
                UNION ALL
                -- The year of the milestone as far as it has come; before that year the last whole one.
                (SELECT CASE asked.aggregation WHEN 'SUM' THEN sum(r.value) ELSE round(sum(r.numerator * r.factor) / nullif(sum(r.denominator), 0), 6) END,
                    max(m.ends_on) - 1, array_agg(m.id ORDER BY m.ends_on), count(*)::integer, (extract(month FROM max(m.ends_on) - 1) * asked.year_parts / 12)::integer
                FROM measurement m JOIN measurement_revision r ON r.measurement_id = m.id AND r.revision = m.published_revision
                WHERE asked.adds_up AND m.indicator_id = asked.indicator_id AND m.subject_id = asked.subject_id AND m.published_revision IS NOT NULL
                    AND m.regime = asked.regime AND m.period_kind = asked.frequency AND m.ends_on <= coalesce(asked.last_day, on_day) + 1 AND r.value IS NOT NULL
                GROUP BY extract(year FROM m.ends_on - 1)
                HAVING CASE WHEN extract(year FROM asked.due_on) <= extract(year FROM on_day) THEN extract(year FROM max(m.ends_on) - 1) = extract(year FROM asked.due_on)
                    ELSE count(*) = asked.year_parts END
                ORDER BY 2 DESC LIMIT 1)) AS figure ON true
            LEFT JOIN LATERAL (
                SELECT b.id, b.value, b.measured_on FROM baseline b
                WHERE b.indicator_id = asked.indicator_id AND b.subject_id = asked.subject_id AND b.measured_on <= coalesce(asked.last_day, on_day)
                ORDER BY b.measured_on DESC LIMIT 1) AS stated ON true
            LEFT JOIN LATERAL (
                SELECT m.id, r.value, m.ends_on - 1 AS measured_on
                FROM measurement m JOIN measurement_revision r ON r.measurement_id = m.id AND r.revision = m.published_revision
                WHERE stated.id IS NULL AND NOT asked.adds_up AND m.indicator_id = asked.indicator_id AND m.subject_id = asked.subject_id
                    AND m.published_revision IS NOT NULL AND m.regime = asked.regime AND m.period_kind = asked.frequency AND r.value IS NOT NULL
                    AND m.ends_on <= least(asked.first_on, on_day + 1)
                ORDER BY m.ends_on LIMIT 1) AS first ON true),
        -- By which rule each target is held against the figure. One without an explicit comparator that lies on the worse side of the beginning
        -- asks for a way in its own direction.
        line AS MATERIALIZED (
            SELECT measured.*, p.target_id, p.code, p.value AS low, p.upper_value AS high, p.statement, rules.rule, falls.is_falling,
                CASE WHEN falls.is_falling AND p.comparator <> p.stated_comparator
                    THEN CASE p.comparator WHEN 'AT_LEAST' THEN 'AT_MOST' WHEN 'AT_MOST' THEN 'AT_LEAST' ELSE p.comparator END
                    ELSE p.comparator END AS comparator,
                CASE WHEN p.comparator = 'BETWEEN' AND coalesce(measured.began_at, measured.figure) > p.upper_value THEN p.upper_value ELSE p.value END AS aim
            FROM measured
            LEFT JOIN point p ON p.indicator_id = measured.indicator_id AND p.subject_id = measured.subject_id AND p.due_on = measured.due_on
            CROSS JOIN LATERAL (SELECT CASE
                    WHEN p.value IS NULL THEN NULL
                    WHEN measured.adds_up AND measured.aggregation = 'SUM' AND extract(year FROM measured.due_on) <= extract(year FROM on_day) THEN 'PRO_RATA'
                    WHEN p.cadence = 'EACH_YEAR' THEN 'EACH_YEAR'
                    WHEN measured.interpolation = 'COMPOUND' AND (measured.began_at <= 0 OR p.value <= 0) THEN 'LINEAR'
                    ELSE measured.interpolation
                END AS rule) AS rules
            CROSS JOIN LATERAL (SELECT coalesce(rules.rule IN ('LINEAR', 'STEP', 'COMPOUND') AND CASE measured.direction
                    WHEN 'HIGHER_IS_BETTER' THEN coalesce(p.upper_value, p.value) < measured.began_at
                    WHEN 'LOWER_IS_BETTER' THEN p.value > measured.began_at END, false) AS is_falling) AS falls),
        judged AS (
            SELECT line.*, before.due_on AS before_on, before.value AS before_at, before.target_id AS before_id,
                after.due_on AS after_on, after.value AS after_at, after.target_id AS after_id,
                expected.value AS expected_at, reached.share, reached.method, gone.pace_made, verdict.id AS verdict_id, bounds.on_track_from, bounds.at_risk_from,
                CASE
                    WHEN line.target_id IS NULL THEN 'NO_TARGET'
                    WHEN line.statement IS NOT NULL THEN coalesce(verdict.verdict, 'NEEDS_JUDGEMENT')
                    WHEN line.parts < line.parts_expected THEN 'INCOMPLETE'
                    WHEN line.figure IS NULL THEN 'NO_DATA'
                    -- What still adds up may pass the upper end of what is demanded.
                    WHEN meets(line.comparator, line.low, line.high, line.figure)
                        AND (line.rule <> 'PRO_RATA' OR line.comparator IN ('AT_LEAST', 'MORE_THAN') OR line.parts = line.year_parts) THEN 'ACHIEVED'
                    WHEN on_day > line.due_on THEN 'MISSED'
                    -- It has gone too far and has to come back.
                    WHEN line.comparator = 'BETWEEN' AND (line.figure - line.low) * (line.figure - line.high) > 0 AND (line.figure - line.aim) * (line.began_at - line.aim) < 0 THEN 'AT_RISK'
                    WHEN gone.pace_made IS NULL OR gone.pace_made >= bounds.on_track_from THEN 'ON_TRACK'
                    WHEN gone.pace_made >= bounds.at_risk_from THEN 'AT_RISK'
                    ELSE 'OFF_TRACK'
                END AS status
            FROM line
            CROSS JOIN LATERAL (SELECT coalesce(line.rule IN ('LINEAR', 'STEP', 'COMPOUND') AND line.began_at <> line.aim, false) AS from_baseline,
                line.direction = 'LOWER_IS_BETTER' OR line.comparator IN ('AT_MOST', 'LESS_THAN') AS lower_is_better) AS ways
            -- The point of the trajectory before the figure, and the one after it.
            LEFT JOIN LATERAL (
                SELECT point.* FROM (
                    SELECT line.began_on AS due_on, line.began_at AS value, NULL::uuid AS target_id, 0 AS n WHERE line.began_at IS NOT NULL
                    UNION ALL
                    SELECT p.* FROM unnest(line.days, line.figures, line.targets) WITH ORDINALITY AS p (due_on, value, target_id, n)
                    WHERE p.due_on < line.due_on AND (line.began_on IS NULL OR p.due_on > line.began_on)) AS point
                WHERE line.rule IN ('LINEAR', 'STEP', 'COMPOUND') AND point.due_on <= line.measured_until
                ORDER BY point.due_on DESC, point.n LIMIT 1) AS before ON true
            LEFT JOIN LATERAL (
                SELECT point.* FROM (
                    SELECT p.* FROM unnest(line.days, line.figures, line.targets) WITH ORDINALITY AS p (due_on, value, target_id, n)
                    WHERE p.due_on < line.due_on AND p.due_on > line.measured_until
                    UNION ALL
                    SELECT line.due_on, line.aim, line.target_id, 0) AS point
                WHERE line.rule IN ('LINEAR', 'STEP', 'COMPOUND') AND line.figure IS NOT NULL
                ORDER BY point.due_on, point.n LIMIT 1) AS after ON true
            CROSS JOIN LATERAL (SELECT coalesce((line.measured_until - before.due_on)::numeric / nullif(after.due_on - before.due_on, 0), 0) AS share) AS elapsed
            CROSS JOIN LATERAL (
                SELECT round(CASE
                    WHEN line.figure IS NULL THEN NULL
                    WHEN line.rule = 'PRO_RATA' THEN line.aim * line.parts / line.year_parts
                    WHEN line.rule = 'EACH_YEAR' THEN line.aim
                    WHEN line.rule = 'STEP' THEN CASE WHEN line.measured_until >= after.due_on THEN after.value ELSE before.value END
                    WHEN before.value IS NULL THEN after.value
                    WHEN line.rule = 'COMPOUND' AND before.value > 0 AND after.value > 0 THEN before.value * power(after.value / before.value, elapsed.share)
                    ELSE before.value + (after.value - before.value) * elapsed.share
                END, 6) AS value) AS expected
            -- With a beginning, the share of the way from there; else the share of what is demanded.
            CROSS JOIN LATERAL (
                SELECT round(CASE WHEN ways.from_baseline THEN (line.figure - line.began_at) / (line.aim - line.began_at)
                        WHEN ways.lower_is_better THEN line.aim / nullif(line.figure, 0)
                        ELSE line.figure / nullif(line.aim, 0) END, 6) AS share,
                    CASE WHEN line.figure IS NULL OR line.aim IS NULL THEN NULL WHEN ways.from_baseline THEN 'FROM_BASELINE' ELSE 'OF_TARGET' END AS method) AS reached
            CROSS JOIN LATERAL (
                SELECT round(CASE WHEN ways.from_baseline THEN (line.figure - line.began_at) / nullif(expected.value - line.began_at, 0)
                    WHEN ways.lower_is_better THEN expected.value / nullif(line.figure, 0)
                    ELSE line.figure / nullif(expected.value, 0) END, 6) AS pace_made) AS gone
            LEFT JOIN LATERAL (
                SELECT j.id, j.verdict FROM judgement j
                WHERE line.statement IS NOT NULL AND j.target_id = line.target_id AND j.state = 'ENDORSED' AND j.judged_on <= on_day
                ORDER BY j.judged_on DESC, j.id DESC LIMIT 1) AS verdict ON true
            CROSS JOIN (SELECT coalesce(max(b.on_track_from), 0.95) AS on_track_from, coalesce(max(b.at_risk_from), 0.75) AS at_risk_from FROM (
                SELECT b.on_track_from, b.at_risk_from FROM assessment_rule b
                WHERE (b.programme_id = of_programme OR b.programme_id IS NULL) AND b.valid @> on_day
                ORDER BY b.programme_id NULLS LAST LIMIT 1) AS b) AS bounds)
        SELECT row_number() OVER (PARTITION BY j.indicator_id, j.subject_id ORDER BY assessment_severity(j.status), j.pace_made, j.code),
            count(*) OVER same > 1 AND (min(j.demand) OVER same <> max(j.demand) OVER same),
            j.indicator_id, j.subject_id, j.target_id, j.code, j.due_on, j.comparator, j.aim, j.is_falling,
            CASE WHEN j.comparator = 'BETWEEN' AND j.figure IS NOT NULL
                THEN CASE WHEN j.figure < j.low THEN 'BELOW' WHEN j.figure > j.high THEN 'ABOVE' ELSE 'WITHIN' END END,
            j.figure, j.measured_until,
            -- Older than twice the time between two figures.
            coalesce((j.measured_until + 2 * make_interval(months => 12 / j.year_parts))::date < least(on_day, j.due_on), false),
            j.ids, j.parts, j.parts_expected, j.began_at, j.began_on, j.baseline_id, j.first_id,
            j.before_at, j.before_on, j.before_id, j.after_at, j.after_on, j.after_id,
            j.rule, trim_scale(j.expected_at), trim_scale(j.share), j.method, trim_scale(j.pace_made), j.verdict_id, j.on_track_from, j.at_risk_from, j.status
        FROM (SELECT judged.*, concat_ws(' ', judged.comparator, trim_scale(judged.low), trim_scale(judged.high), judged.statement) AS demand FROM judged) AS j
        WINDOW same AS (PARTITION BY j.indicator_id, j.subject_id);
    END
    $$;
COMMENT ON FUNCTION assessment(uuid, date, integer, uuid[], uuid[], boolean) IS 'How indicators of subjects stand on a day in a programme against the targets of their next milestone, or of that of a year, with all that this follows from: of these indicators and subjects (null: of all), or, where the two are pairs, of just these';
