-- What the program put together from pieces, in one place: what a reader may know of each obligation, and which states count as
-- answered. As plain as `obligation`, on which it stands: the planner merges both into the query around them, and whatever narrows that reaches the tables.
CREATE FUNCTION obligation_shown(from_day date, until_day date, on_day date, drafts_of uuid[])
    RETURNS TABLE (assignment_id uuid, indicator_id uuid, subject_id uuid, reporter_id uuid, regime text, period_kind text, period text,
        starts_on date, ends_on date, opens_on date, scheduled_on date, extended boolean, due_on date, closes_on date, unlocked boolean,
        state text, answered boolean, answered_on date, on_time boolean, measurement_id uuid, nil_answer_id uuid)
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
        SELECT o.assignment_id, o.indicator_id, o.subject_id, o.reporter_id, o.regime, o.period_kind, o.period,
            o.starts_on, o.ends_on, o.opens_on, o.scheduled_on, o.extended, o.due_on, o.closes_on,
            EXISTS (SELECT FROM unlock_request u WHERE u.assignment_id = o.assignment_id AND u.period = o.period
                AND u.state = 'APPROVED' AND $3 BETWEEN u.opened_on AND u.expires_on),
            -- What the reader may not know of looks as if it were not there.
            CASE WHEN o.state NOT IN ('DRAFT', 'RETURNED') OR known.drafts THEN o.state WHEN $3 < o.opens_on THEN 'NOT_DUE' ELSE 'DUE' END,
            known.answered,
            o.answered_on,
            CASE WHEN known.answered THEN o.answered_on <= o.due_on WHEN o.due_on < $3 THEN false END,
            CASE WHEN known.answered AND o.state <> 'NIL' OR known.drafts THEN o.measurement_id END,
            o.nil_answer_id
        FROM obligation($1, $2, $3) AS o
        CROSS JOIN LATERAL (SELECT o.state IN ('SUBMITTED', 'APPROVED', 'NIL') AS answered, $4 IS NULL OR o.reporter_id = ANY ($4) AS drafts) AS known
    $$;
COMMENT ON FUNCTION obligation_shown(date, date, date, uuid[]) IS
    'Obligations as a reader may know them who sees the drafts of these agencies, or of all where that is null: every assignment in every period whose last day is one of the first two days or between. answered says whether an answer stands that counts; on_time, by the third day, whether it came by the due date, and is null while it still can';
