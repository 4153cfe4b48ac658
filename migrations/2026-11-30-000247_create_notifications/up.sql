-- Who is told of what (thông báo), and when.

CREATE TABLE notification_rule (
    kind text NOT NULL,
    party text NOT NULL,
    role text NOT NULL,
    days integer NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, party, role, days),
    CONSTRAINT notification_rule_party_check CHECK (party IN ('LEAD', 'COORDINATOR', 'ISSUER', 'ADDRESSEE')),
    CONSTRAINT notification_rule_role_check CHECK (role IN ('REPORTER', 'HEAD', 'STANDING_OFFICE', 'LEADER')),
    CONSTRAINT notification_rule_days_check CHECK (CASE kind
        WHEN 'DUE_SOON' THEN days BETWEEN -60 AND -1
        WHEN 'OVERDUE' THEN days BETWEEN 1 AND 60
        WHEN 'INPUT_OVERDUE' THEN days BETWEEN 1 AND 60
        ELSE days = 0 END)
);
COMMENT ON TABLE notification_rule IS 'Who is told of what: whoever holds the role at the party, or reaches it from an agency above';
COMMENT ON COLUMN notification_rule.party IS 'Which agency: LEAD and COORDINATOR of a directive, its ISSUER, or the ADDRESSEE: the one that is asked, answered, or owes figures';
COMMENT ON COLUMN notification_rule.days IS 'Working days after the due day; before it where negative';

-- What falls due goes up the tree by the days that it is late: reporter, head, standing office, leader.
INSERT INTO notification_rule (kind, party, role, days)
SELECT due.kind, party, due.role, due.days
FROM (VALUES ('DUE_SOON', 'REPORTER', -5), ('DUE_SOON', 'REPORTER', -1), ('DUE_SOON', 'HEAD', -1), ('DUE_TODAY', 'REPORTER', 0),
    ('OVERDUE', 'REPORTER', 1), ('OVERDUE', 'HEAD', 3), ('OVERDUE', 'STANDING_OFFICE', 5), ('OVERDUE', 'LEADER', 10)) AS due (kind, role, days),
    (VALUES ('LEAD'), ('ADDRESSEE')) AS parties (party);
INSERT INTO notification_rule (kind, party, role, days) VALUES
    ('INPUT_OVERDUE', 'ADDRESSEE', 'REPORTER', 1), ('INPUT_OVERDUE', 'ADDRESSEE', 'HEAD', 1), ('INPUT_OVERDUE', 'LEAD', 'HEAD', 1);
INSERT INTO notification_rule (kind, party, role) VALUES
    ('FIGURES_RETURNED', 'ADDRESSEE', 'REPORTER'), ('FIGURES_RETURNED', 'ADDRESSEE', 'HEAD'),
    ('FIGURES_ENDORSED', 'ADDRESSEE', 'REPORTER'), ('FIGURES_ENDORSED', 'ADDRESSEE', 'STANDING_OFFICE'),
    ('FIGURES_PUBLISHED', 'ADDRESSEE', 'REPORTER'), ('FIGURES_PUBLISHED', 'ADDRESSEE', 'HEAD'),
    ('UNLOCK_DECIDED', 'ADDRESSEE', 'REPORTER'), ('UNLOCK_DECIDED', 'ADDRESSEE', 'HEAD'),
    ('DIRECTIVE_ISSUED', 'LEAD', 'REPORTER'), ('DIRECTIVE_ISSUED', 'LEAD', 'HEAD'), ('DIRECTIVE_ISSUED', 'COORDINATOR', 'HEAD'),
    ('DIRECTIVE_ACCEPTED', 'ISSUER', 'LEADER'), ('PART_DELEGATED', 'ISSUER', 'LEADER'),
    ('INPUT_REQUESTED', 'ADDRESSEE', 'REPORTER'), ('INPUT_REQUESTED', 'ADDRESSEE', 'HEAD'),
    ('INPUT_GIVEN', 'ADDRESSEE', 'REPORTER'), ('INPUT_GIVEN', 'ADDRESSEE', 'HEAD'),
    ('EXTENSION_REQUESTED', 'ISSUER', 'LEADER'), ('EXTENSION_DECIDED', 'ADDRESSEE', 'HEAD'), ('COUNTER_ANSWERED', 'ISSUER', 'LEADER'),
    ('DONE_REPORTED', 'ISSUER', 'LEADER'), ('DONE_REPORTED', 'LEAD', 'STANDING_OFFICE'),
    ('DONE_CONFIRMED', 'LEAD', 'REPORTER'), ('DONE_CONFIRMED', 'LEAD', 'HEAD'),
    ('SENT_BACK', 'LEAD', 'REPORTER'), ('SENT_BACK', 'LEAD', 'HEAD'),
    ('DIRECTIVE_CANCELLED', 'LEAD', 'REPORTER'), ('DIRECTIVE_CANCELLED', 'LEAD', 'HEAD'), ('DIRECTIVE_CANCELLED', 'COORDINATOR', 'HEAD'),
    ('UNBLOCKED', 'LEAD', 'REPORTER'), ('UNBLOCKED', 'LEAD', 'HEAD'),
    ('RECOMMENDATION_ANSWERED', 'ADDRESSEE', 'REPORTER'), ('RECOMMENDATION_ANSWERED', 'ADDRESSEE', 'HEAD'),
    ('CHASED', 'ADDRESSEE', 'REPORTER'), ('CHASED', 'ADDRESSEE', 'HEAD');

CREATE TABLE notification_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    directive_id uuid REFERENCES directive,
    recommendation_id uuid REFERENCES recommendation,
    regime text,
    period text,
    agency_id uuid REFERENCES agency,
    figures integer,
    account_id uuid,
    happened_at timestamptz NOT NULL,
    CONSTRAINT notification_event_about_check CHECK (num_nonnulls(directive_id, recommendation_id, period) = 1),
    CONSTRAINT notification_event_figures_check CHECK ((period IS NULL) = (regime IS NULL) AND (period IS NULL) = (figures IS NULL)
        AND (period IS NULL OR agency_id IS NOT NULL))
);
COMMENT ON TABLE notification_event IS 'What has happened and has not been told yet, written by triggers in the transaction in which it happens. A row goes as it is told';
COMMENT ON COLUMN notification_event.agency_id IS 'The ADDRESSEE; null if there is none';
COMMENT ON COLUMN notification_event.figures IS 'How many figures of the agency and the period it happened to';
COMMENT ON COLUMN notification_event.account_id IS 'Who did it, who is not told; null if nobody did';

CREATE TABLE notification (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id uuid NOT NULL,
    kind text NOT NULL,
    directive_id uuid,
    recommendation_id uuid,
    regime text,
    period text,
    due_on date,
    step integer,
    key text NOT NULL,
    happened_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    read_at timestamptz,
    CONSTRAINT notification_account_id_fkey FOREIGN KEY (account_id) REFERENCES account,
    CONSTRAINT notification_directive_id_fkey FOREIGN KEY (directive_id) REFERENCES directive,
    CONSTRAINT notification_recommendation_id_fkey FOREIGN KEY (recommendation_id) REFERENCES recommendation,
    CONSTRAINT notification_key UNIQUE (account_id, key),
    CONSTRAINT notification_about_check CHECK (num_nonnulls(directive_id, recommendation_id, period) = 1 AND (period IS NULL) = (regime IS NULL)),
    CONSTRAINT notification_due_check CHECK (num_nulls(due_on, step) = CASE WHEN kind IN ('DUE_SOON', 'DUE_TODAY', 'OVERDUE', 'INPUT_OVERDUE') THEN 0 ELSE 2 END)
);
COMMENT ON TABLE notification IS 'Something that a person is told (thông báo): once, in the inbox. What it is about is looked up as the person may see it when they read';
COMMENT ON COLUMN notification.step IS 'Of what falls due or is late: the days of the rule by which it is told; null for the rest';
COMMENT ON COLUMN notification.key IS 'What it is told of, so that nobody is told twice of the same';
COMMENT ON COLUMN notification.happened_at IS 'When it happened; of what falls due or is late: when it was told';
COMMENT ON COLUMN notification.read_at IS 'When the person marked it as read; null while they have not';
CREATE INDEX notification_account_id_idx ON notification (account_id, id DESC);
CREATE INDEX notification_unread_idx ON notification (account_id, id DESC) WHERE read_at IS NULL;
CREATE INDEX notification_directive_id_idx ON notification (directive_id) WHERE directive_id IS NOT NULL;

CREATE TABLE notification_agency (
    notification_id uuid NOT NULL REFERENCES notification ON DELETE CASCADE,
    agency_id uuid NOT NULL REFERENCES agency,
    figures integer NOT NULL,
    PRIMARY KEY (notification_id, agency_id),
    CONSTRAINT notification_agency_figures_check CHECK (figures > 0)
);
COMMENT ON TABLE notification_agency IS 'Whose figures a notification is about: shown to who sees what the agency owes';
COMMENT ON COLUMN notification_agency.figures IS 'How many of them, as it was when it was told';

CREATE TABLE notification_day (
    day date PRIMARY KEY,
    told_at timestamptz NOT NULL
);
COMMENT ON TABLE notification_day IS 'Working days (Asia/Ho_Chi_Minh) on which it was told what falls due and what is late';

-- How many working days lie after one day, up to another one that is not before it.
CREATE FUNCTION working_days_until(after_day date, until_day date) RETURNS integer
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    AS $$
        SELECT count(*)::integer FROM generate_series(after_day + 1, until_day, interval '1 day') AS days (day)
        LEFT JOIN holiday h ON h.day = days.day::date
        WHERE coalesce(h.works, extract(isodow FROM days.day) < 6)
    $$;
COMMENT ON FUNCTION working_days_until(date, date) IS 'How many working days lie after the first day, up to the second one';

-- Who holds a role, agency by agency: those at which it is held, those that went into them, and those below where the grant says so. Whether a
-- place reaches an agency is asked only of places above it, at whatever time it was below them.
CREATE FUNCTION role_holder(roles text[], on_day date, agencies uuid[]) RETURNS TABLE (account_id uuid, role text, agency_id uuid)
    LANGUAGE sql STABLE ROWS 10000
    AS $$
        WITH RECURSIVE above (id) AS (
            SELECT unnest(agencies)
            UNION
            SELECT next.id FROM above CROSS JOIN LATERAL (
                SELECT p.parent_id FROM agency_placement p WHERE p.agency_id = above.id
                UNION ALL
                SELECT came.agency_id FROM agency_succession_party went
                JOIN agency_succession_party came ON came.succession_id = went.succession_id AND came.side = 'SUCCESSOR'
                WHERE went.agency_id = above.id AND went.side = 'PREDECESSOR') AS next (id)),
        held AS MATERIALIZED (
            SELECT g.account_id, g.role, g.agency_id, g.with_below FROM role_grant g JOIN account a ON a.id = g.account_id
            WHERE g.role = ANY (roles) AND a.status = 'ACTIVE' AND g.valid_from <= on_day AND (g.valid_until IS NULL OR g.valid_until > on_day)
                AND g.agency_id IN (SELECT id FROM above)),
        reached AS MATERIALIZED (
            SELECT place.agency_id, place.with_below,
                CASE WHEN place.with_below THEN agency_reached_ids(place.agency_id, on_day) ELSE agency_inherited_ids(place.agency_id, on_day) END AS ids
            FROM (SELECT DISTINCT held.agency_id, held.with_below FROM held) AS place)
        SELECT DISTINCT held.account_id, held.role, one.id
        FROM held JOIN reached USING (agency_id, with_below) CROSS JOIN LATERAL unnest(reached.ids) AS one (id)
        WHERE one.id = ANY (agencies)
    $$;
COMMENT ON FUNCTION role_holder(text[], date, uuid[]) IS 'Who holds one of the roles on a day, with each of these agencies that they reach by it';

-- What happens is noted as it happens, once a statement, however many rows it has. What an owner loads was told elsewhere.
CREATE FUNCTION notify_of_directives() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        INSERT INTO notification_event (kind, directive_id, agency_id, account_id, happened_at)
        SELECT known.kind, w.directive_id, coalesce(i.asked, i.asker, x.agency_id), w.account_id, w.recorded_at
        FROM written w
        JOIN (VALUES ('ISSUED', 'DIRECTIVE_ISSUED'), ('ACCEPTED', 'DIRECTIVE_ACCEPTED'), ('DELEGATED', 'PART_DELEGATED'),
            ('INPUT_REQUESTED', 'INPUT_REQUESTED'), ('INPUT_GIVEN', 'INPUT_GIVEN'), ('EXTENSION_REQUESTED', 'EXTENSION_REQUESTED'),
            ('EXTENSION_APPROVED', 'EXTENSION_DECIDED'), ('EXTENSION_REFUSED', 'EXTENSION_DECIDED'), ('EXTENSION_COUNTERED', 'EXTENSION_DECIDED'),
            ('COUNTER_ACCEPTED', 'COUNTER_ANSWERED'), ('COUNTER_DECLINED', 'COUNTER_ANSWERED'),
            ('REPORTED_DONE', 'DONE_REPORTED'), ('COMPLETED', 'DONE_CONFIRMED'), ('SENT_BACK', 'SENT_BACK'), ('CANCELLED', 'DIRECTIVE_CANCELLED'),
            ('UNBLOCKED', 'UNBLOCKED')) AS known (event, kind) ON known.event = w.kind
        LEFT JOIN LATERAL (
            SELECT CASE w.kind WHEN 'INPUT_REQUESTED' THEN own.coordinator_id END AS asked, CASE w.kind WHEN 'INPUT_GIVEN' THEN own.agency_id END AS asker
            FROM directive_input own WHERE own.id = w.input_id) AS i ON true
        LEFT JOIN directive_extension x ON x.id = w.extension_id
        JOIN directive d ON d.id = w.directive_id
        JOIN document stated ON stated.id = d.document_id
        -- What is registered long after, or without a day, is no news.
        WHERE coalesce(w.occurred_on, stated.issued_on) > (w.recorded_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - 31
        ORDER BY w.number;
        RETURN NULL;
    END
    $$;
CREATE TRIGGER directive_event_told AFTER INSERT ON directive_event REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT WHEN (current_user = 'cotmoc_server') EXECUTE FUNCTION notify_of_directives();

CREATE FUNCTION notify_of_figures() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        INSERT INTO notification_event (kind, regime, period, agency_id, figures, account_id, happened_at)
        SELECT 'FIGURES_' || w.state, m.regime, m.period, m.reporter_id, count(*), w.decided_by, max(w.decided_at)
        FROM written w JOIN measurement m ON m.id = w.measurement_id
        WHERE w.state IN ('RETURNED', 'ENDORSED', 'PUBLISHED')
        GROUP BY w.state, m.regime, m.period, m.reporter_id, w.decided_by
        ORDER BY w.state, m.regime, m.period, m.reporter_id;
        RETURN NULL;
    END
    $$;
CREATE TRIGGER measurement_decision_told AFTER INSERT ON measurement_decision REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT WHEN (current_user = 'cotmoc_server') EXECUTE FUNCTION notify_of_figures();

CREATE FUNCTION notify_of_unlocks() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        INSERT INTO notification_event (kind, regime, period, agency_id, figures, account_id, happened_at)
        SELECT 'UNLOCK_DECIDED', a.regime, w.period, w.reporter_id, count(*), w.decided_by, max(w.decided_at)
        FROM written w JOIN replaced r USING (id) JOIN reporting_assignment a ON a.id = w.assignment_id
        WHERE r.decided_at IS NULL AND w.decided_at IS NOT NULL
        GROUP BY a.regime, w.period, w.reporter_id, w.decided_by
        ORDER BY a.regime, w.period, w.reporter_id;
        RETURN NULL;
    END
    $$;
CREATE TRIGGER unlock_request_told AFTER UPDATE ON unlock_request REFERENCING OLD TABLE AS replaced NEW TABLE AS written
    FOR EACH STATEMENT WHEN (current_user = 'cotmoc_server') EXECUTE FUNCTION notify_of_unlocks();

CREATE FUNCTION notify_of_recommendations() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        INSERT INTO notification_event (kind, recommendation_id, agency_id, account_id, happened_at)
        SELECT 'RECOMMENDATION_ANSWERED', w.recommendation_id, r.from_agency_id, w.account_id, w.recorded_at
        FROM written w JOIN recommendation r ON r.id = w.recommendation_id
        WHERE w.state IN ('ANSWERED', 'REFUSED');
        RETURN NULL;
    END
    $$;
CREATE TRIGGER recommendation_step_told AFTER INSERT ON recommendation_step REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT WHEN (current_user = 'cotmoc_server') EXECUTE FUNCTION notify_of_recommendations();

DO $$
DECLARE
    told text;
BEGIN
    FOREACH told IN ARRAY ARRAY['directives', 'figures', 'unlocks', 'recommendations'] LOOP
        EXECUTE format('ALTER FUNCTION notify_of_%s() SET search_path = %I, pg_temp', told, current_schema());
    END LOOP;
END
$$;
