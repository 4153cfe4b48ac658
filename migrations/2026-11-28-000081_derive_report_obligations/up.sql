-- What the rules of a plan oblige everybody to: reports by period, from each agency that a rule names or that belongs to a group it
-- names. Derived as obligations of figures are; a period report answers one. No rule says otherwise, so periods are the calendar's.
CREATE FUNCTION report_obligation(from_day date, until_day date, on_day date)
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
COMMENT ON FUNCTION report_obligation(date, date, date) IS
    'What rules of plans ask everybody to report: every rule in force, for each of its reporters and each period whose last day is one of the first two days or between, as it stands on the third';
