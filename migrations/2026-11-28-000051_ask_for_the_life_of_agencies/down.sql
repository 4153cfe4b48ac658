DROP FUNCTION may_receive_directive(uuid, uuid, uuid, date);
DROP FUNCTION agency_reached_ids(uuid, date);
-- The agencies below one on a day, itself included.
CREATE OR REPLACE FUNCTION agency_subtree_ids(root uuid, on_day date) RETURNS uuid[]
    LANGUAGE sql STABLE
    AS $$
        WITH RECURSIVE below (agency_id) AS (
            SELECT root
            UNION ALL
            SELECT p.agency_id
            FROM below JOIN agency_placement p ON p.parent_id = below.agency_id
            WHERE (p.valid_from IS NULL OR p.valid_from <= on_day) AND (p.valid_until IS NULL OR p.valid_until > on_day)
        )
        SELECT array_agg(agency_id) FROM below
    $$;
COMMENT ON FUNCTION agency_subtree_ids(uuid, date) IS 'The agencies below one on a day, itself included';

-- The way up from an agency on a day: its parent first, the root last.
CREATE OR REPLACE FUNCTION agency_ancestor_ids(leaf uuid, on_day date) RETURNS uuid[]
    LANGUAGE sql STABLE
    AS $$
        WITH RECURSIVE above (agency_id, depth) AS (
            SELECT leaf, 0
            UNION ALL
            SELECT p.parent_id, above.depth + 1
            FROM above JOIN agency_placement p ON p.agency_id = above.agency_id
            WHERE (p.valid_from IS NULL OR p.valid_from <= on_day) AND (p.valid_until IS NULL OR p.valid_until > on_day)
        )
        SELECT array_agg(agency_id ORDER BY depth) FROM above WHERE depth > 0
    $$;
COMMENT ON FUNCTION agency_ancestor_ids(uuid, date) IS 'The agencies above one on a day, nearest first; null if there are none';
-- A plain query, so that whatever narrows it reaches the tables.
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
    $$;
COMMENT ON FUNCTION obligation(date, date, date) IS
    'What is owed (nghĩa vụ báo cáo): every assignment in every period whose last day is one of the first two days or between, as it stands; a period that has not opened by the third day is not due. The state is for those who see drafts';

CREATE OR REPLACE FUNCTION reporting_window(indicator uuid, subject uuid, regime text, period_kind text, period text, starts_on date, ends_on date, on_day date)
    RETURNS TABLE (assignment_id uuid, reporter_id uuid, opens_on date, due_on date, closes_on date, unlocked boolean)
    LANGUAGE sql STABLE
    AS $$
        SELECT a.id, a.reporter_id, $7 - coalesce(s.cut_off_days, 0), due.day, nth_working_day(due.day + 1, s.grace_working_days),
            EXISTS (SELECT FROM unlock_request u
                WHERE u.assignment_id = a.id AND u.period = $5 AND u.state = 'APPROVED' AND $8 BETWEEN u.opened_on AND u.expires_on)
        FROM reporting_assignment a
        LEFT JOIN reporting_schedule s ON s.regime = a.regime AND s.period_kind = a.period_kind AND s.valid @> $7 - 1
        CROSS JOIN LATERAL (
            -- Worked out once a row, although it is asked for twice.
            SELECT greatest(nth_working_day($7, s.due_working_days),
                (SELECT max(e.due_on) FROM reporting_extension e
                 WHERE e.period = $5 AND e.regime = a.regime AND (e.reporter_id IS NULL OR e.reporter_id = a.reporter_id))) AS day
            OFFSET 0) AS due
        WHERE a.indicator_id = $1 AND a.subject_id = $2 AND a.regime = $3 AND a.period_kind = $4 AND a.valid @> $7 - 1
    $$;
DROP FUNCTION agency_successor_codes(uuid);
DROP FUNCTION agency_exists_on(uuid, date);
DROP VIEW agency_life;
DROP FUNCTION lives_on(date, date, date);
