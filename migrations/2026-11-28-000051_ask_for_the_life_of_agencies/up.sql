-- The life of agencies, as every question on a day asks it: here, and nowhere else.
CREATE FUNCTION lives_on(opened_on date, ended_on date, on_day date) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(opened_on <= on_day, true) AND coalesce(ended_on > on_day, true);
COMMENT ON FUNCTION lives_on(date, date, date) IS
    'Whether what was opened and has ended on these days (the first on which it was there, the first on which it was not; null: unknown, or not yet) is there on a day';

-- Of most agencies nothing is known but that they exist: they have no row, and whoever asks for one that is not alive looks at few.
CREATE VIEW agency_life AS
    SELECT agency.id AS agency_id, agency.opened_on, least(agency.closed_on, gone.since) AS ended_on
    FROM agency
    LEFT JOIN (
        SELECT party.agency_id, min(coalesce(succession.effective_on, decided.issued_on)) AS since
        FROM agency_succession succession
        JOIN agency_succession_party party ON party.succession_id = succession.id AND party.side = 'PREDECESSOR'
        -- What only asks for it decides nothing, and what is hidden tells nothing.
        LEFT JOIN document decided ON decided.id = succession.document_id
            AND decided.kind NOT IN ('SUBMISSION', 'REPORT', 'NEWS') AND decided.status NOT IN ('PLANNED', 'DRAFT') AND decided.visibility = 'PUBLIC'
        -- Whose tasks alone went to another goes on, and so does what others were merged into.
        WHERE succession.kind <> 'TRANSFER' AND NOT EXISTS (
            SELECT FROM agency_succession_party successor
            WHERE successor.succession_id = succession.id AND successor.agency_id = party.agency_id AND successor.side = 'SUCCESSOR')
        GROUP BY party.agency_id
    ) gone ON gone.agency_id = agency.id
    WHERE agency.opened_on IS NOT NULL OR agency.closed_on IS NOT NULL OR gone.since IS NOT NULL;
COMMENT ON VIEW agency_life IS
    'The agencies of whose life something is known: the first day of each, and the first day on which it is gone. Closed, or gone into another: on the day of the succession, or, where the documents give none, of the document that decides it';

CREATE FUNCTION agency_exists_on(agency uuid, on_day date) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NOT EXISTS (SELECT FROM agency_life WHERE agency_id = agency AND NOT lives_on(opened_on, ended_on, on_day));
COMMENT ON FUNCTION agency_exists_on(uuid, date) IS 'Whether an agency is there on a day, as far as is known';

CREATE FUNCTION agency_successor_codes(agency uuid) RETURNS text[]
    LANGUAGE sql STABLE
    RETURN (
        SELECT array_agg(DISTINCT successor.code ORDER BY successor.code)
        FROM agency_succession_party went
        JOIN agency_succession_party came ON came.succession_id = went.succession_id AND came.side = 'SUCCESSOR'
        JOIN agency successor ON successor.id = came.agency_id AND successor.id <> went.agency_id
        WHERE went.agency_id = agency AND went.side = 'PREDECESSOR');
COMMENT ON FUNCTION agency_successor_codes(uuid) IS 'The codes of the agencies into which one went; null if none is known';

-- The tree on a day holds those who are there on it. What hangs below one that is gone, and was placed nowhere else, still hangs there.
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
        WHERE agency_id NOT IN (SELECT life.agency_id FROM agency_life life WHERE NOT lives_on(life.opened_on, life.ended_on, on_day))
    $$;
COMMENT ON FUNCTION agency_subtree_ids(uuid, date) IS 'The agencies below one that are there on a day, itself included; null if there are none';

CREATE OR REPLACE FUNCTION agency_ancestor_ids(leaf uuid, on_day date) RETURNS uuid[]
    LANGUAGE sql STABLE
    AS $$
        WITH RECURSIVE above (agency_id, depth) AS (
            SELECT leaf, 0 WHERE agency_exists_on(leaf, on_day)
            UNION ALL
            SELECT p.parent_id, above.depth + 1
            FROM above JOIN agency_placement p ON p.agency_id = above.agency_id
            WHERE (p.valid_from IS NULL OR p.valid_from <= on_day) AND (p.valid_until IS NULL OR p.valid_until > on_day)
        )
        SELECT array_agg(agency_id ORDER BY depth) FROM above
        WHERE depth > 0
            AND agency_id NOT IN (SELECT life.agency_id FROM agency_life life WHERE NOT lives_on(life.opened_on, life.ended_on, on_day))
    $$;
COMMENT ON FUNCTION agency_ancestor_ids(uuid, date) IS 'The agencies above one on a day that are there, nearest first; null if there are none, or if it is not there itself';

-- What somebody may do reaches those below who are gone as well: what they still owe is reported, endorsed and chased by somebody.
CREATE FUNCTION agency_reached_ids(root uuid, on_day date) RETURNS uuid[]
    -- It is asked for each request, and compiling it takes twenty times as long as it does.
    LANGUAGE sql STABLE SET jit = off
    AS $$
        WITH RECURSIVE below (agency_id) AS (
            SELECT root
            UNION ALL
            SELECT p.agency_id
            FROM below JOIN agency_placement p ON p.parent_id = below.agency_id
            WHERE (p.valid_from IS NULL OR p.valid_from <= on_day)
                AND (p.valid_until IS NULL OR p.valid_until > on_day
                    -- Nobody has placed them since they are gone.
                    OR NOT agency_exists_on(p.agency_id, on_day) AND NOT EXISTS (
                        SELECT FROM agency_placement later WHERE later.agency_id = p.agency_id AND later.valid_from >= p.valid_until))
        )
        SELECT array_agg(agency_id) FROM below
    $$;
COMMENT ON FUNCTION agency_reached_ids(uuid, date) IS 'The agencies to which a role at one extends on a day: those below, also those that are gone, itself included';

-- Who may be tasked: a leader tasks the agencies of the own province, and those who have a part in the programme already.
CREATE FUNCTION may_receive_directive(giver uuid, of_programme uuid, receiver uuid, on_day date) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN EXISTS (
            SELECT FROM agency gives JOIN agency receives ON receives.id = receiver
            WHERE gives.id = giver AND (gives.level = 'CENTRAL' OR gives.province = receives.province))
        OR receiver = ANY (coalesce(
            agency_subtree_ids(coalesce((SELECT above[cardinality(above)] FROM agency_ancestor_ids(giver, on_day) above), giver), on_day), '{}'))
        OR EXISTS (
            SELECT FROM directive JOIN directive_party party ON party.directive_id = directive.id
            WHERE directive.programme_id = of_programme AND party.agency_id = receiver);
COMMENT ON FUNCTION may_receive_directive(uuid, uuid, uuid, date) IS
    'Whether an agency may lead or coordinate what another gives: it belongs to the same province, or stands on that day in the tree whose root is the giver''s, or is a party to a directive of the programme; central authorities task everybody';

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
        -- Nobody owes, and nothing is owed of, what is not there on the last day. Each by itself: the planner then makes two short lists of them.
        WHERE NOT EXISTS (SELECT FROM agency_life life WHERE life.agency_id = a.reporter_id AND NOT lives_on(life.opened_on, life.ended_on, p.ends_on - 1))
            AND NOT EXISTS (SELECT FROM agency_life life WHERE life.agency_id = a.subject_id AND NOT lives_on(life.opened_on, life.ended_on, p.ends_on - 1))
    $$;
COMMENT ON FUNCTION obligation(date, date, date) IS
    'What is owed (nghĩa vụ báo cáo): every assignment in every period whose last day is one of the first two days or between, as it stands, if reporter and subject are there on that last day; a period that has not opened by the third day is not due. The state is for those who see drafts';

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
            AND agency_exists_on(a.reporter_id, $7 - 1) AND agency_exists_on(a.subject_id, $7 - 1)
    $$;
