-- Sums over all obligations, without looking at each: nil answers alone, and what was begun too early, are looked at one by one.
DROP FUNCTION obligation_sum(date, date, date, date, date, uuid[], uuid[]);
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
