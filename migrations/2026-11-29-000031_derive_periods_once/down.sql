CREATE OR REPLACE FUNCTION obligation(from_day date, until_day date, on_day date)
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
        -- Nobody owes, and nothing is owed of, what is not there on the last day. Each by itself: the planner then makes two short lists of them.
        WHERE NOT EXISTS (SELECT FROM agency_life life WHERE life.agency_id = a.reporter_id AND NOT lives_on(life.opened_on, life.ended_on, p.ends_on - 1))
            AND NOT EXISTS (SELECT FROM agency_life life WHERE life.agency_id = a.subject_id AND NOT lives_on(life.opened_on, life.ended_on, p.ends_on - 1))
    $$;

CREATE OR REPLACE FUNCTION report_obligation(from_day date, until_day date, on_day date)
    RETURNS TABLE (rule_id uuid, reporter_id uuid, period_kind text, period text, starts_on date, ends_on date, opens_on date, due_on date, state text, period_report_id uuid)
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
        SELECT owed.rule_id, owed.agency_id, s.period_kind, p.period, p.starts_on, p.ends_on, p.opens_on, greatest(p.due_on, later.due_on),
            CASE WHEN answer.id IS NOT NULL THEN 'ANSWERED' WHEN $3 < p.opens_on THEN 'NOT_DUE' WHEN $3 <= greatest(p.due_on, later.due_on) THEN 'DUE' ELSE 'OVERDUE' END,
            answer.id
        FROM reporting_schedule s
        CROSS JOIN LATERAL reporting_due(s, $1, $2) AS p
        JOIN reporting_rule_cadence c
            ON c.cadence = CASE s.period_kind WHEN 'MONTH' THEN 'MONTHLY' WHEN 'QUARTER' THEN 'QUARTERLY' WHEN 'HALF_YEAR' THEN 'HALF_YEARLY' WHEN 'YEAR' THEN 'YEARLY' END
        JOIN reporting_rule r ON r.id = c.rule_id AND r.in_force AND r.kind = 'REPORT'
        JOIN document d ON d.id = r.document_id AND coalesce(d.issued_on, '-infinity') < p.ends_on
        -- A group itself reports nothing: its members do, and each once, however it is named.
        JOIN (SELECT DISTINCT reach.rule_id, reach.agency_id FROM reporting_rule_reach reach JOIN agency a ON a.id = reach.agency_id
            WHERE reach.role = 'REPORTER' AND a.kind <> 'AGENCY_GROUP') AS owed ON owed.rule_id = r.id
        CROSS JOIN LATERAL (SELECT CASE WHEN p.extended THEN (SELECT max(e.due_on) FROM reporting_extension e
            WHERE e.period = p.period AND e.regime = s.regime AND (e.reporter_id IS NULL OR e.reporter_id = owed.agency_id)) END AS due_on) AS later
        LEFT JOIN LATERAL (SELECT pr.id FROM period_report pr WHERE pr.reporter_id = owed.agency_id AND pr.regime = s.regime AND pr.period = p.period
            ORDER BY pr.id LIMIT 1) AS answer ON true
        WHERE s.regime = 'CALENDAR'
            AND NOT EXISTS (SELECT FROM agency_life life WHERE life.agency_id = owed.agency_id AND NOT lives_on(life.opened_on, life.ended_on, p.ends_on - 1))
    $$;

DROP FUNCTION agency_lives;
DROP FUNCTION reporting_periods;
