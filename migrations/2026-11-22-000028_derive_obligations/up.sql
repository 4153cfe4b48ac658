-- Large questions are then answered by several processes.
ALTER FUNCTION nth_working_day(date, integer) PARALLEL SAFE;

-- The periods of a kind whose last day is one of these days, with their dates. Not in SQL, which the planner would merge into the query around it:
-- the dates are worked out once a period, whatever is asked of them, and the planner knows that there are few.
CREATE FUNCTION reporting_due(schedule reporting_schedule, from_day date, until_day date)
    RETURNS TABLE (period text, starts_on date, ends_on date, opens_on date, due_on date, closes_on date, extended boolean)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 12
    AS $$
    DECLARE
        months integer := CASE schedule.period_kind WHEN 'MONTH' THEN 1 WHEN 'QUARTER' THEN 3 WHEN 'HALF_YEAR' THEN 6 WHEN 'NINE_MONTHS' THEN 9 ELSE 12 END;
        step integer := CASE schedule.period_kind WHEN 'NINE_MONTHS' THEN 12 ELSE months END;
        first date := make_date(extract(year FROM from_day)::integer - 1, 1, 1);
        next date;
    BEGIN
        WHILE first <= until_day + 31 LOOP
            next := first + make_interval(months => months);
            period := to_char(first, 'YYYY') || CASE schedule.period_kind
                WHEN 'MONTH' THEN to_char(first, '-MM')
                WHEN 'QUARTER' THEN to_char(first, '-"Q"Q')
                WHEN 'HALF_YEAR' THEN '-S' || CASE WHEN extract(month FROM first) < 7 THEN 1 ELSE 2 END
                WHEN 'NINE_MONTHS' THEN '-M9'
                ELSE '' END;
            IF schedule.regime = 'ADMINISTRATIVE' THEN
                -- Its months run from the 15th of the month before.
                starts_on := (first - interval '1 month')::date + 14;
                ends_on := (next - interval '1 month')::date + 14;
            ELSE
                starts_on := first;
                ends_on := next;
            END IF;
            IF ends_on - 1 BETWEEN from_day AND until_day AND schedule.valid @> ends_on - 1 THEN
                opens_on := ends_on - schedule.cut_off_days;
                due_on := nth_working_day(ends_on, schedule.due_working_days);
                closes_on := nth_working_day(due_on + 1, schedule.grace_working_days);
                extended := EXISTS (SELECT FROM reporting_extension e WHERE e.period = reporting_due.period AND e.regime = schedule.regime);
                RETURN NEXT;
            END IF;
            first := first + make_interval(months => step);
        END LOOP;
    END
    $$;
COMMENT ON FUNCTION reporting_due(reporting_schedule, date, date) IS
    'The periods of a schedule whose last day is one of these, with the days on which reporting opens, is due and closes; extended says that for some reporters or all a later due date holds';

-- A plain query, so that whatever narrows it reaches the tables.
CREATE FUNCTION obligation(from_day date, until_day date, on_day date)
    RETURNS TABLE (assignment_id uuid, indicator_id uuid, subject_id uuid, reporter_id uuid, regime text, period_kind text, period text,
        starts_on date, ends_on date, opens_on date, scheduled_on date, extended boolean, due_on date, closes_on date, state text, answered_on date, measurement_id uuid, nil_answer_id uuid)
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
        SELECT a.id, a.indicator_id, a.subject_id, a.reporter_id, a.regime, a.period_kind, p.period, p.starts_on, p.ends_on, p.opens_on,
            p.due_on, p.extended, greatest(p.due_on, later.due_on),
            CASE WHEN later.due_on > p.due_on THEN nth_working_day(later.due_on + 1, s.grace_working_days) ELSE p.closes_on END,
            CASE
                WHEN m.published_revision IS NOT NULL THEN 'APPROVED'
                WHEN m.submitted_revision IS NOT NULL THEN
                    (SELECT CASE r.state WHEN 'ENDORSED' THEN 'APPROVED' ELSE 'SUBMITTED' END
                     FROM measurement_revision r WHERE r.measurement_id = m.id AND r.revision = m.submitted_revision)
                ELSE coalesce(
                    CASE WHEN m.drafted_revision IS NOT NULL THEN
                        (SELECT r.state FROM measurement_revision r WHERE r.measurement_id = m.id AND r.revision = m.drafted_revision
                            AND (r.state = 'RETURNED' OR r.state = 'DRAFT' AND nil.id IS NULL)) END,
                    CASE WHEN nil.id IS NOT NULL THEN 'NIL' WHEN $3 < p.opens_on THEN 'NOT_DUE' ELSE 'DUE' END)
            END,
            CASE WHEN coalesce(m.published_revision, m.submitted_revision) IS NOT NULL THEN m.answered_on ELSE nil.answered_on END,
            m.id, nil.id
        FROM reporting_schedule s
        CROSS JOIN LATERAL reporting_due(s, $1, $2) AS p
        -- Not valid @> day, of which the planner expects one in two hundred to hold.
        JOIN reporting_assignment a ON a.regime = s.regime AND a.period_kind = s.period_kind
            AND lower(a.valid) < p.ends_on AND coalesce(upper(a.valid), 'infinity') >= p.ends_on
        LEFT JOIN measurement m ON m.indicator_id = a.indicator_id AND m.subject_id = a.subject_id AND m.regime = a.regime AND m.period = p.period
        LEFT JOIN nil_answer nil ON nil.assignment_id = a.id AND nil.period = p.period AND nil.withdrawn_at IS NULL
        CROSS JOIN LATERAL (SELECT CASE WHEN p.extended THEN
            (SELECT max(e.due_on) FROM reporting_extension e
             WHERE e.period = p.period AND e.regime = s.regime AND (e.reporter_id IS NULL OR e.reporter_id = a.reporter_id)) END AS due_on) AS later
    $$;
COMMENT ON FUNCTION obligation(date, date, date) IS
    'What is owed (nghĩa vụ báo cáo): every assignment in every period whose last day is one of the first two days or between, as it stands; a period that has not opened by the third day is not due. The state is for those who see drafts';

-- Ten rows that nothing else would ever count for the planner.
ANALYZE reporting_schedule;
