-- What people do with directives. Who may do it is the program's rule; that states move one way, that nobody decides on
-- their own, and that what was decided stays, is said here too.

ALTER TABLE directive
    ADD COLUMN content text,
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN done_reported_by uuid,
    ADD COLUMN confirmed_by uuid,
    ADD CONSTRAINT directive_content_check CHECK (content ~ '\S' AND content IS NFC NORMALIZED),
    ADD CONSTRAINT directive_done_reported_by_check CHECK (done_reported_by IS NULL OR state IN ('REPORTED_DONE', 'COMPLETED')),
    ADD CONSTRAINT directive_confirmed_by_check CHECK (confirmed_by IS NULL OR state = 'COMPLETED'),
    ADD CONSTRAINT directive_confirmed_by_another CHECK (confirmed_by <> done_reported_by);
COMMENT ON COLUMN directive.content IS 'What the clause says, in its own words; null if nobody has copied them';
COMMENT ON COLUMN directive.version IS 'Raised by whatever people change: whoever changes it says which version they have seen';
COMMENT ON COLUMN directive.done_reported_by IS 'The account that reported it as done; null while nobody has, or if the source does not say';
COMMENT ON COLUMN directive.confirmed_by IS 'The account that confirmed it, never the one that reported it; null while nobody has, or if the source does not say';

CREATE FUNCTION directive_move() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF (OLD.state, NEW.state) NOT IN (
            ('ASSIGNED', 'IN_PROGRESS'), ('ASSIGNED', 'CANCELLED'), ('IN_PROGRESS', 'REPORTED_DONE'), ('IN_PROGRESS', 'CANCELLED'),
            ('REPORTED_DONE', 'IN_PROGRESS'), ('REPORTED_DONE', 'COMPLETED'), ('REPORTED_DONE', 'CANCELLED'))
        THEN
            RAISE EXCEPTION 'a directive does not go from % to %', OLD.state, NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'directive_state_moves', TABLE = 'directive';
        END IF;
        IF NEW.version <= OLD.version THEN
            RAISE EXCEPTION 'another state is another version'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'directive_version_rises', TABLE = 'directive';
        END IF;
        IF NEW.state = 'REPORTED_DONE' AND NEW.done_reported_by IS NULL
            OR NEW.state = 'COMPLETED' AND (NEW.confirmed_by IS NULL OR NEW.done_reported_by IS DISTINCT FROM OLD.done_reported_by)
        THEN
            RAISE EXCEPTION 'somebody reports a directive as done, and somebody confirms it'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'directive_done_by_somebody', TABLE = 'directive';
        END IF;
        RETURN NEW;
    END
    $$;
-- Who reported and who confirmed belong to the state: they change with it or not at all.
CREATE TRIGGER directive_move BEFORE UPDATE ON directive FOR EACH ROW
    WHEN ((OLD.state, OLD.done_reported_by, OLD.confirmed_by) IS DISTINCT FROM (NEW.state, NEW.done_reported_by, NEW.confirmed_by))
    EXECUTE FUNCTION directive_move();

CREATE FUNCTION directive_deadline_within_parent() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM directive part JOIN directive whole ON whole.id = part.parent_id
            WHERE part.id = NEW.directive_id AND NEW.due_on > whole.due_on)
        THEN
            RAISE EXCEPTION 'a part is not due after the whole'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'directive_deadline_within_parent', TABLE = 'directive_deadline';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER directive_deadline_within_parent BEFORE INSERT ON directive_deadline
    FOR EACH ROW WHEN (NEW.due_on IS NOT NULL) EXECUTE FUNCTION directive_deadline_within_parent();

CREATE FUNCTION is_awaited(awaited_directive uuid, awaited_document uuid) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN EXISTS (SELECT FROM directive WHERE id = awaited_directive AND state NOT IN ('COMPLETED', 'CANCELLED'))
        OR EXISTS (SELECT FROM document WHERE id = awaited_document AND status IN ('PLANNED', 'DRAFT'));
COMMENT ON FUNCTION is_awaited IS 'Whether a dependency still holds: the directive is neither completed nor cancelled, or the document is not issued yet';

ALTER TABLE progress_update
    ADD COLUMN evidence text,
    ADD CONSTRAINT progress_update_evidence_check CHECK (evidence ~ '\S' AND evidence IS NFC NORMALIZED);
COMMENT ON COLUMN progress_update.evidence IS 'What shows it, in words and addresses; null if nothing was given';

CREATE TABLE directive_extension (
    id uuid PRIMARY KEY,
    directive_id uuid NOT NULL CONSTRAINT directive_extension_directive_id_fkey REFERENCES directive,
    agency_id uuid NOT NULL CONSTRAINT directive_extension_agency_id_fkey REFERENCES agency,
    state text NOT NULL DEFAULT 'REQUESTED',
    proposed_on date NOT NULL,
    reason text NOT NULL,
    requested_at timestamptz NOT NULL,
    requested_by uuid NOT NULL,
    counter_on date,
    decision_reason text,
    decided_at timestamptz,
    decided_by uuid,
    answered_at timestamptz,
    answered_by uuid,
    CONSTRAINT directive_extension_state_check CHECK (state IN ('REQUESTED', 'APPROVED', 'REFUSED', 'COUNTERED', 'COUNTER_ACCEPTED', 'COUNTER_DECLINED', 'LAPSED')),
    CONSTRAINT directive_extension_reason_check CHECK (reason ~ '\S' AND reason IS NFC NORMALIZED),
    CONSTRAINT directive_extension_decision_reason_check CHECK (decision_reason ~ '\S' AND decision_reason IS NFC NORMALIZED),
    CONSTRAINT directive_extension_decided_check CHECK ((decided_at IS NULL) = (decided_by IS NULL) AND (state = 'LAPSED' OR (decided_by IS NULL) = (state = 'REQUESTED'))),
    CONSTRAINT directive_extension_refused_check CHECK (state <> 'REFUSED' OR decision_reason IS NOT NULL),
    CONSTRAINT directive_extension_counter_on_check CHECK (counter_on <> proposed_on),
    CONSTRAINT directive_extension_countered_check CHECK (state = 'LAPSED' OR (counter_on IS NOT NULL) = (state IN ('COUNTERED', 'COUNTER_ACCEPTED', 'COUNTER_DECLINED'))),
    CONSTRAINT directive_extension_answered_check CHECK ((answered_at IS NULL) = (answered_by IS NULL) AND (answered_by IS NOT NULL) = (state IN ('COUNTER_ACCEPTED', 'COUNTER_DECLINED'))),
    CONSTRAINT directive_extension_decided_by_another CHECK (decided_by <> requested_by),
    CONSTRAINT directive_extension_answered_by_another CHECK (answered_by <> decided_by)
);
COMMENT ON TABLE directive_extension IS 'Requests for a later deadline (xin gia hạn), and what became of them';
COMMENT ON COLUMN directive_extension.agency_id IS 'The agency that asks, one of those that lead';
COMMENT ON COLUMN directive_extension.state IS 'LAPSED: the directive ended before the request was settled';
COMMENT ON COLUMN directive_extension.proposed_on IS 'The last day that is asked for';
COMMENT ON COLUMN directive_extension.counter_on IS 'The last day that was offered instead';
CREATE INDEX directive_extension_directive_id_idx ON directive_extension (directive_id, requested_at);
CREATE UNIQUE INDEX directive_extension_one_at_a_time ON directive_extension (directive_id) WHERE state IN ('REQUESTED', 'COUNTERED');

CREATE FUNCTION directive_extension_move() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF (OLD.state, NEW.state) NOT IN (
            ('REQUESTED', 'APPROVED'), ('REQUESTED', 'REFUSED'), ('REQUESTED', 'COUNTERED'), ('REQUESTED', 'LAPSED'),
            ('COUNTERED', 'COUNTER_ACCEPTED'), ('COUNTERED', 'COUNTER_DECLINED'), ('COUNTERED', 'LAPSED'))
            OR OLD.decided_by IS NOT NULL AND (NEW.decided_by, NEW.counter_on) IS DISTINCT FROM (OLD.decided_by, OLD.counter_on)
        THEN
            RAISE EXCEPTION 'a request does not go from % to %', OLD.state, NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'directive_extension_state_moves', TABLE = 'directive_extension';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER directive_extension_move BEFORE UPDATE ON directive_extension FOR EACH ROW EXECUTE FUNCTION directive_extension_move();

CREATE TABLE directive_input (
    id uuid PRIMARY KEY,
    directive_id uuid NOT NULL CONSTRAINT directive_input_directive_id_fkey REFERENCES directive,
    agency_id uuid NOT NULL CONSTRAINT directive_input_agency_id_fkey REFERENCES agency,
    coordinator_id uuid NOT NULL CONSTRAINT directive_input_coordinator_id_fkey REFERENCES agency,
    question text NOT NULL,
    due_on date,
    asked_on date NOT NULL,
    asked_at timestamptz NOT NULL,
    asked_by uuid NOT NULL,
    answer text,
    ended_on date,
    given_at timestamptz,
    given_by uuid,
    CONSTRAINT directive_input_question_check CHECK (question ~ '\S' AND question IS NFC NORMALIZED),
    CONSTRAINT directive_input_due_on_check CHECK (due_on >= asked_on),
    CONSTRAINT directive_input_ended_on_check CHECK (ended_on >= asked_on),
    CONSTRAINT directive_input_answer_check CHECK (answer ~ '\S' AND answer IS NFC NORMALIZED),
    CONSTRAINT directive_input_given_check CHECK ((given_by IS NULL) = (answer IS NULL) AND (given_at IS NULL) = (answer IS NULL) AND (answer IS NULL OR ended_on IS NOT NULL))
);
COMMENT ON TABLE directive_input IS 'What coordinating agencies were asked for, and what they gave: the days in between are counted';
COMMENT ON COLUMN directive_input.agency_id IS 'The agency that asks, one of those that lead';
COMMENT ON COLUMN directive_input.coordinator_id IS 'The agency that is asked, one of those that coordinate';
COMMENT ON COLUMN directive_input.ended_on IS 'Day on which the waiting ended: by the answer, or with the directive; null while it goes on';
CREATE INDEX directive_input_directive_id_idx ON directive_input (directive_id, asked_at);

CREATE FUNCTION directive_input_given_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF OLD.ended_on IS NOT NULL THEN
            RAISE EXCEPTION 'what was given stays'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'directive_input_given_once', TABLE = 'directive_input';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER directive_input_given_once BEFORE UPDATE ON directive_input FOR EACH ROW EXECUTE FUNCTION directive_input_given_once();

CREATE TABLE directive_event (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY,
    directive_id uuid NOT NULL CONSTRAINT directive_event_directive_id_fkey REFERENCES directive,
    kind text NOT NULL,
    occurred_on date,
    recorded_at timestamptz NOT NULL,
    account_id uuid,
    agency_id uuid CONSTRAINT directive_event_agency_id_fkey REFERENCES agency,
    role text,
    text text,
    deadline_revision integer,
    progress_id uuid CONSTRAINT directive_event_progress_id_fkey REFERENCES progress_update,
    extension_id uuid CONSTRAINT directive_event_extension_id_fkey REFERENCES directive_extension,
    input_id uuid CONSTRAINT directive_event_input_id_fkey REFERENCES directive_input,
    other_directive_id uuid CONSTRAINT directive_event_other_directive_id_fkey REFERENCES directive,
    CONSTRAINT directive_event_number_key UNIQUE (number),
    CONSTRAINT directive_event_kind_check CHECK (kind IN ('ISSUED', 'DEADLINE_SET', 'ACCEPTED', 'DELEGATED', 'PROGRESS_REPORTED', 'INPUT_REQUESTED', 'INPUT_GIVEN',
        'EXTENSION_REQUESTED', 'EXTENSION_APPROVED', 'EXTENSION_REFUSED', 'EXTENSION_COUNTERED', 'COUNTER_ACCEPTED', 'COUNTER_DECLINED',
        'REPORTED_DONE', 'COMPLETED', 'SENT_BACK', 'CANCELLED', 'UNBLOCKED')),
    CONSTRAINT directive_event_role_check CHECK (role IN ('REPORTER', 'HEAD', 'STANDING_OFFICE', 'LEADER', 'INSPECTOR', 'ADMINISTRATOR')),
    CONSTRAINT directive_event_deadline_fkey FOREIGN KEY (directive_id, deadline_revision) REFERENCES directive_deadline (directive_id, revision)
);
COMMENT ON TABLE directive_event IS 'The timeline of a directive: everything that happened to it, written with what happened';
COMMENT ON COLUMN directive_event.number IS 'Order of recording; within a directive the order in which things happened';
COMMENT ON COLUMN directive_event.occurred_on IS 'Day (Asia/Ho_Chi_Minh); null if the source gives none';
COMMENT ON COLUMN directive_event.recorded_at IS 'When it was recorded here; what documents say was recorded when it was loaded';
COMMENT ON COLUMN directive_event.account_id IS 'The person or machine that did it; null if the source does not say, or if it follows from something else';
COMMENT ON COLUMN directive_event.agency_id IS 'The agency for which it was done';
COMMENT ON COLUMN directive_event.role IS 'The role by which it was done; null for machines, and if the source does not say';
COMMENT ON COLUMN directive_event.text IS 'What was said: the reason, the question, the report';
COMMENT ON COLUMN directive_event.other_directive_id IS 'The part that was given away, or the directive that is waited for no longer';
CREATE INDEX directive_event_directive_id_idx ON directive_event (directive_id, number);
CREATE TRIGGER directive_event_append_only BEFORE UPDATE OR DELETE ON directive_event FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Ids follow from the facts, so that the same facts have the same ids everywhere.
CREATE FUNCTION directive_tell_past(at timestamptz) RETURNS void
    LANGUAGE sql
    BEGIN ATOMIC
    INSERT INTO directive_event (id, directive_id, kind, occurred_on, recorded_at, agency_id, text, deadline_revision, progress_id)
    SELECT md5(concat_ws(' ', 'directive_event', fact.directive_id, fact.kind, fact.deadline_revision, fact.progress_id))::uuid,
        fact.directive_id, fact.kind, fact.occurred_on, coalesce(fact.recorded_at, at), fact.agency_id, fact.text, fact.deadline_revision, fact.progress_id
    FROM (
        SELECT 1 AS place, d.id AS directive_id, 'ISSUED' AS kind, CASE o.issued_precision WHEN 'DAY' THEN o.issued_on END AS occurred_on,
            NULL::timestamptz AS recorded_at, d.assigner_id AS agency_id, NULL AS text,
            (SELECT 1 FROM directive_deadline WHERE directive_id = d.id AND revision = 1) AS deadline_revision, NULL::uuid AS progress_id
        FROM directive d JOIN document o ON o.id = d.document_id
        UNION ALL
        SELECT 2, directive_id, 'DEADLINE_SET', set_on, NULL, NULL, NULL, revision, NULL FROM directive_deadline WHERE revision > 1
        UNION ALL
        SELECT 3, directive_id, 'PROGRESS_REPORTED', reported_on, recorded_at, reporter_id, narrative, NULL, id FROM progress_update
        UNION ALL
        SELECT 4, id, state, completed_on, NULL, NULL, NULL, NULL, NULL FROM directive WHERE state IN ('REPORTED_DONE', 'COMPLETED', 'CANCELLED')
    ) AS fact
    WHERE NOT EXISTS (SELECT FROM directive_event told WHERE told.directive_id = fact.directive_id)
    ORDER BY fact.directive_id, fact.place > 1, fact.occurred_on, fact.place, fact.deadline_revision, fact.progress_id;
    END;
COMMENT ON FUNCTION directive_tell_past IS 'Puts what documents say of directives without a timeline into one: when they were issued, their deadlines, reports, and the end';
SELECT directive_tell_past(now());
