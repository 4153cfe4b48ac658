-- Who owes how much, and until when: all that is the same for every indicator that one agency reports of another in a period. A page of obligations
-- begins here, and derives no more of them than it shows; sums end here. Not in SQL, which the planner would merge into the query around it: there it
-- would take what is few for much, or much for little.
CREATE FUNCTION reporting_duty(from_day date, until_day date, due_from date, due_to date, reporters uuid[])
    RETURNS TABLE (reporter_id uuid, subject_id uuid, regime text, period_kind text, period text, starts_on date, ends_on date, opens_on date,
        scheduled_on date, extended boolean, due_on date, closes_on date, assignments integer, answers integer, answers_on_time integer)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20000
    AS $$
    BEGIN
        RETURN QUERY
            SELECT d.reporter_id, d.subject_id, p.regime, p.period_kind, p.period, p.starts_on, p.ends_on, p.opens_on, p.scheduled_on, p.extended,
                d.due_on, CASE WHEN d.due_on > p.due_on THEN nth_working_day(d.due_on + 1, p.grace_working_days) ELSE p.closes_on END,
                d.assignments, d.answers, d.answers_on_time
            FROM reporting_periods(from_day, until_day) AS p
            JOIN LATERAL (
                SELECT counted.reporter_id, counted.subject_id, due.due_on, counted.assignments, counted.answers,
                    coalesce(counted.answered_by[least(due.due_on - p.ends_on + 1, cardinality(counted.answered_by))], 0) AS answers_on_time
                -- Put side by side, not joined: of a join the planner would expect few rows, and look up each.
                FROM (SELECT either.reporter_id, either.subject_id, sum(either.assignments)::integer AS assignments, sum(either.answers)::integer AS answers, max(either.answered_by) AS answered_by
                    FROM (SELECT a.reporter_id, a.subject_id, a.assignments, 0 AS answers, NULL::integer[] AS answered_by
                        FROM assignment_tally a
                        WHERE a.regime = p.regime AND a.period_kind = p.period_kind
                            AND lower(a.valid) < p.ends_on AND coalesce(upper(a.valid), 'infinity') >= p.ends_on
                            AND (reporters IS NULL OR a.reporter_id = ANY (reporters))
                        UNION ALL
                        SELECT t.reporter_id, t.subject_id, 0, t.answers, t.answered_by
                        FROM answer_tally t
                        WHERE t.period = p.period AND t.regime = p.regime AND t.period_kind = p.period_kind
                            AND (reporters IS NULL OR t.reporter_id = ANY (reporters))) AS either
                    GROUP BY either.reporter_id, either.subject_id
                    HAVING sum(either.assignments) > 0) AS counted
                LEFT JOIN (SELECT e.reporter_id, max(e.due_on) AS due_on FROM reporting_extension e
                    WHERE p.extended AND e.period = p.period AND e.regime = p.regime AND e.reporter_id IS NOT NULL GROUP BY e.reporter_id) AS own
                    ON own.reporter_id = counted.reporter_id
                CROSS JOIN LATERAL (SELECT greatest(p.due_on, own.due_on) AS due_on) AS due) AS d
                ON d.due_on BETWEEN coalesce(due_from, '-infinity') AND coalesce(due_to, 'infinity')
            WHERE (p.extended OR p.due_on BETWEEN coalesce(due_from, '-infinity') AND coalesce(due_to, 'infinity'))
                -- Nobody owes, and nothing is owed of, what is not there on the last day.
                AND NOT EXISTS (SELECT FROM agency_lives() AS life WHERE life.agency_id = d.reporter_id AND NOT lives_on(life.opened_on, life.ended_on, p.ends_on - 1))
                AND NOT EXISTS (SELECT FROM agency_lives() AS life WHERE life.agency_id = d.subject_id AND NOT lives_on(life.opened_on, life.ended_on, p.ends_on - 1));
    END
    $$;
COMMENT ON FUNCTION reporting_duty(date, date, date, date, uuid[]) IS
    'What is owed, put together for each reporter, subject and period whose last day is one of the first two days or between, and which is due on one of the next two or between (null: whenever): so many assignments, of which so many are answered by a figure, and so many of those by the due date. Of these reporters; null: of all';

-- The assignments of a duty, as they stand. Figures and nil answers are looked up one by one, on purpose: no statistics tell the planner that an
-- indicator and a subject have a figure in every period.
CREATE FUNCTION obligation_of_duty(reporter uuid, subject uuid, regime text, period_kind text, period text, starts_on date, ends_on date, opens_on date,
        scheduled_on date, extended boolean, due_on date, closes_on date, on_day date, drafts_of uuid[])
    RETURNS TABLE (assignment_id uuid, indicator_id uuid, subject_id uuid, reporter_id uuid, regime text, period_kind text, period text,
        starts_on date, ends_on date, opens_on date, scheduled_on date, extended boolean, due_on date, closes_on date, unlocked boolean,
        state text, answered boolean, answered_on date, on_time boolean, measurement_id uuid, nil_answer_id uuid)
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
        SELECT a.id, a.indicator_id, a.subject_id, a.reporter_id, a.regime, a.period_kind, $5, $6, $7, $8, $9, $10, $11, $12,
            coalesce((SELECT true FROM unlock_request u WHERE u.assignment_id = a.id AND u.period = $5
                AND u.state = 'APPROVED' AND $13 BETWEEN u.opened_on AND u.expires_on LIMIT 1), false),
            -- What the reader may not know of looks as if it were not there.
            CASE WHEN o.state NOT IN ('DRAFT', 'RETURNED') OR known.drafts THEN o.state WHEN $13 < $8 THEN 'NOT_DUE' ELSE 'DUE' END,
            known.answered,
            o.answered_on,
            CASE WHEN known.answered THEN o.answered_on <= $11 WHEN $11 < $13 THEN false END,
            CASE WHEN known.answered AND o.state <> 'NIL' OR known.drafts THEN o.measurement_id END,
            o.nil_answer_id
        FROM reporting_assignment a
        CROSS JOIN LATERAL (
            SELECT m.id AS measurement_id, nil.id AS nil_answer_id,
                CASE
                    WHEN m.published_revision IS NOT NULL THEN 'APPROVED'
                    WHEN m.submitted_revision IS NOT NULL THEN
                        (SELECT CASE r.state WHEN 'ENDORSED' THEN 'APPROVED' ELSE 'SUBMITTED' END
                         FROM measurement_revision r WHERE r.measurement_id = m.id AND r.revision = m.submitted_revision)
                    ELSE coalesce(
                        CASE WHEN m.drafted_revision IS NOT NULL THEN
                            (SELECT r.state FROM measurement_revision r WHERE r.measurement_id = m.id AND r.revision = m.drafted_revision
                                AND (r.state = 'RETURNED' OR r.state = 'DRAFT' AND nil.id IS NULL)) END,
                        CASE WHEN nil.id IS NOT NULL THEN 'NIL' WHEN $13 < $8 THEN 'NOT_DUE' ELSE 'DUE' END)
                END AS state,
                CASE WHEN coalesce(m.published_revision, m.submitted_revision) IS NOT NULL THEN m.answered_on ELSE nil.answered_on END AS answered_on
            FROM (SELECT a.id AS assignment_id) AS owed
            LEFT JOIN LATERAL (SELECT m.* FROM measurement m
                WHERE m.indicator_id = a.indicator_id AND m.subject_id = a.subject_id AND m.regime = a.regime AND m.period = $5 LIMIT 1) AS m ON true
            LEFT JOIN LATERAL (SELECT n.* FROM nil_answer n
                WHERE n.assignment_id = owed.assignment_id AND n.period = $5 AND n.withdrawn_at IS NULL LIMIT 1) AS nil ON true
            -- Worked out once a row, however often it is asked for.
            OFFSET 0) AS o
        CROSS JOIN LATERAL (SELECT o.state IN ('SUBMITTED', 'APPROVED', 'NIL') AS answered, $14 IS NULL OR a.reporter_id = ANY ($14) AS drafts) AS known
        WHERE a.reporter_id = $1 AND a.subject_id = $2 AND a.regime = $3 AND a.period_kind = $4
            AND lower(a.valid) < $7 AND coalesce(upper(a.valid), 'infinity') >= $7
    $$;
COMMENT ON FUNCTION obligation_of_duty(uuid, uuid, text, text, text, date, date, date, date, boolean, date, date, date, uuid[]) IS
    'The obligations of a row of reporting_duty, as obligation_shown has them: what it says of each, this says too';

-- Sums over all obligations, without looking at each: nil answers alone, and what was begun too early, are looked at one by one.
CREATE FUNCTION obligation_sum(from_day date, until_day date, due_from date, due_to date, on_day date, reporters uuid[], drafts_of uuid[])
    RETURNS TABLE (reporter_id uuid, subject_id uuid, regime text, period text, ends_on date, owed integer, expected integer, answered integer,
        answered_on_time integer, overdue integer)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20000
    AS $$
    BEGIN
        RETURN QUERY
            WITH duty AS MATERIALIZED (SELECT * FROM reporting_duty(from_day, until_day, due_from, due_to, reporters)),
            nil AS MATERIALIZED (
                SELECT d.reporter_id, d.subject_id, d.regime, d.period, count(*)::integer AS answers,
                    (count(*) FILTER (WHERE n.answered_on <= d.due_on))::integer AS answers_on_time
                FROM (SELECT DISTINCT duty.period FROM duty) AS asked
                JOIN nil_answer n ON n.period = asked.period
                JOIN LATERAL (SELECT owed.* FROM reporting_assignment owed WHERE owed.id = n.assignment_id LIMIT 1) AS a ON true
                JOIN duty d ON d.reporter_id = a.reporter_id AND d.subject_id = a.subject_id AND d.regime = a.regime AND d.period_kind = a.period_kind AND d.period = n.period
                LEFT JOIN LATERAL (SELECT m.* FROM measurement m
                    WHERE m.indicator_id = a.indicator_id AND m.subject_id = a.subject_id AND m.regime = a.regime AND m.period = n.period LIMIT 1) AS m ON true
                WHERE n.withdrawn_at IS NULL AND (reporters IS NULL OR n.reporter_id = ANY (reporters))
                    AND lower(a.valid) < d.ends_on AND coalesce(upper(a.valid), 'infinity') >= d.ends_on
                    AND coalesce(m.published_revision, m.submitted_revision) IS NULL
                    AND (m.drafted_revision IS NULL OR NOT EXISTS (SELECT FROM measurement_revision r
                        WHERE r.measurement_id = m.id AND r.revision = m.drafted_revision AND r.state = 'RETURNED'))
                GROUP BY d.reporter_id, d.subject_id, d.regime, d.period),
            early AS MATERIALIZED (
                SELECT d.reporter_id, d.subject_id, d.regime, d.period, count(*)::integer AS begun
                FROM duty d,
                    LATERAL obligation_of_duty(d.reporter_id, d.subject_id, d.regime, d.period_kind, d.period, d.starts_on, d.ends_on, d.opens_on, d.scheduled_on, d.extended,
                        d.due_on, d.closes_on, on_day, drafts_of) AS o
                WHERE on_day < d.opens_on AND (drafts_of IS NULL OR d.reporter_id = ANY (drafts_of)) AND o.state IN ('DRAFT', 'RETURNED')
                    AND EXISTS (SELECT FROM measurement m WHERE m.ends_on = d.ends_on AND m.drafted_revision IS NOT NULL)
                GROUP BY d.reporter_id, d.subject_id, d.regime, d.period)
            SELECT d.reporter_id, d.subject_id, d.regime, d.period, d.ends_on, d.assignments,
                CASE WHEN on_day < d.opens_on THEN total.answers + coalesce(early.begun, 0) ELSE d.assignments END,
                total.answers, d.answers_on_time + coalesce(nil.answers_on_time, 0),
                CASE WHEN d.due_on < on_day THEN d.assignments - total.answers ELSE 0 END
            FROM duty d
            LEFT JOIN nil ON nil.reporter_id = d.reporter_id AND nil.subject_id = d.subject_id AND nil.regime = d.regime AND nil.period = d.period
            LEFT JOIN early ON early.reporter_id = d.reporter_id AND early.subject_id = d.subject_id AND early.regime = d.regime AND early.period = d.period
            CROSS JOIN LATERAL (SELECT d.answers + coalesce(nil.answers, 0) AS answers) AS total;
    END
    $$;
COMMENT ON FUNCTION obligation_sum(date, date, date, date, date, uuid[], uuid[]) IS
    'Obligations as obligation_shown has them, summed up for each row of reporting_duty, as they stand on a day: how many there are, how many are expected (all but NOT_DUE), answered, answered by the due date, and overdue';
