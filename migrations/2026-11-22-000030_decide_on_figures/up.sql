-- Two who work on a figure wait for one another. As the owner, because whoever locks a row must be allowed to update it, and
-- nobody else is. In one order, so that two requests do not wait for each other.
CREATE FUNCTION measurement_lock(ids uuid[]) RETURNS SETOF uuid
    LANGUAGE sql SECURITY DEFINER
    AS $$ SELECT id FROM measurement WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE $$;
COMMENT ON FUNCTION measurement_lock(uuid[]) IS 'Locks measurements until the end of the transaction; answers those that are there';

-- What waits for a head or for the standing office.
CREATE INDEX measurement_waiting_idx ON measurement (ends_on DESC, id DESC) WHERE submitted_revision IS NOT NULL;

-- A draft may be written again without saying why; a published figure is never corrected without.
ALTER TABLE measurement_revision
    ADD COLUMN comment text,
    ADD COLUMN submitted_by uuid,
    DROP CONSTRAINT measurement_revision_reason_check,
    ADD CONSTRAINT measurement_revision_reason_check CHECK (reason ~ '\S'),
    ADD CONSTRAINT measurement_revision_magnitude_check CHECK (abs(value) < 1e15 AND abs(numerator) < 1e15 AND denominator < 1e15),
    ADD CONSTRAINT measurement_revision_text_check CHECK (note IS NFC NORMALIZED AND comment IS NFC NORMALIZED AND reason IS NFC NORMALIZED
        AND narrative IS NFC NORMALIZED);
COMMENT ON COLUMN measurement_revision.reason IS 'Why an earlier figure was changed; never missing where that was published';
COMMENT ON COLUMN measurement_revision.comment IS 'What the reporter says to a figure that is far from those before it';
COMMENT ON COLUMN measurement_revision.submitted_by IS 'The account that submitted it; null for imports and the demo. Kept by the decisions'' trigger';

CREATE OR REPLACE FUNCTION measurement_revision_keep_figures() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF (NEW.measurement_id, NEW.revision, NEW.observation, NEW.stated_value, NEW.numerator, NEW.denominator, NEW.factor, NEW.narrative, NEW.source,
            NEW.note, NEW.comment, NEW.reason, NEW.recorded_at, NEW.recorded_by)
            IS DISTINCT FROM
           (OLD.measurement_id, OLD.revision, OLD.observation, OLD.stated_value, OLD.numerator, OLD.denominator, OLD.factor, OLD.narrative, OLD.source,
            OLD.note, OLD.comment, OLD.reason, OLD.recorded_at, OLD.recorded_by) THEN
            RAISE EXCEPTION 'a recorded figure is changed by a new revision'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'measurement_revision_append_only', TABLE = 'measurement_revision';
        END IF;
        RETURN NEW;
    END
    $$;

-- A figure has one revision under way at a time, and each begins as a draft. The owner loads what was decided elsewhere.
CREATE FUNCTION measurement_revision_begin() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        published integer;
    BEGIN
        -- Before looking: whoever writes another revision of it at this moment is then waited for, and seen.
        PERFORM measurement_lock(ARRAY[NEW.measurement_id]);
        SELECT published_revision INTO published FROM measurement WHERE id = NEW.measurement_id;
        IF published IS NOT NULL AND NEW.revision > published AND NEW.reason IS NULL THEN
            RAISE EXCEPTION 'a published figure is corrected with a reason'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_revision_correction_check', TABLE = 'measurement_revision';
        END IF;
        IF current_user = 'cotmoc_server' AND (NEW.state <> 'DRAFT' OR EXISTS (
            SELECT FROM measurement_revision WHERE measurement_id = NEW.measurement_id AND (revision >= NEW.revision OR state IN ('SUBMITTED', 'ENDORSED'))
        )) THEN
            RAISE EXCEPTION 'a revision begins as a draft, while no other one is submitted'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_revision_begin_check', TABLE = 'measurement_revision';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER measurement_revision_begin BEFORE INSERT ON measurement_revision
    FOR EACH ROW WHEN (NEW.revision > 1 OR current_user = 'cotmoc_server') EXECUTE FUNCTION measurement_revision_begin();

-- What is endorsed and published: all that a revision says, and of what. Numbers without trailing zeros; JSON keeps the parts apart.
CREATE FUNCTION measurement_content_hash(of_measurement uuid, of_revision integer) RETURNS bytea
    LANGUAGE sql STABLE
    RETURN (
        SELECT sha256(convert_to(jsonb_build_array(m.indicator_id, m.definition_id, m.subject_id, m.regime, m.period, trim_scale(r.stated_value)::text,
            trim_scale(r.numerator)::text, trim_scale(r.denominator)::text, trim_scale(r.factor)::text, r.narrative, r.observation, r.note, r.comment)::text, 'UTF8'))
        FROM measurement_revision r JOIN measurement m ON m.id = r.measurement_id
        WHERE r.measurement_id = of_measurement AND r.revision = of_revision);
COMMENT ON FUNCTION measurement_content_hash(uuid, integer) IS 'SHA-256 over what a revision says, and of what';

CREATE TABLE measurement_decision (
    measurement_id uuid NOT NULL,
    revision integer NOT NULL,
    state text NOT NULL,
    content_hash bytea NOT NULL,
    reason text,
    decided_at timestamptz NOT NULL,
    decided_by uuid,
    PRIMARY KEY (measurement_id, revision, state),
    CONSTRAINT measurement_decision_revision_fkey FOREIGN KEY (measurement_id, revision) REFERENCES measurement_revision,
    CONSTRAINT measurement_decision_state_check CHECK (state IN ('SUBMITTED', 'ENDORSED', 'PUBLISHED', 'RETURNED', 'WITHDRAWN')),
    CONSTRAINT measurement_decision_reason_check CHECK (reason ~ '\S' AND reason IS NFC NORMALIZED),
    CONSTRAINT measurement_decision_return_check CHECK (state <> 'RETURNED' OR reason IS NOT NULL)
);
COMMENT ON TABLE measurement_decision IS 'What was decided on a revision of a measurement: its state follows. A revision comes to each state at most once';
COMMENT ON COLUMN measurement_decision.state IS 'The state it led to';
COMMENT ON COLUMN measurement_decision.content_hash IS 'What it was decided on: measurement_content_hash';
COMMENT ON COLUMN measurement_decision.reason IS 'Why; never missing where a figure was returned';
COMMENT ON COLUMN measurement_decision.decided_by IS 'The account of the person or the machine; null for the command line';
CREATE TRIGGER measurement_decision_append_only BEFORE UPDATE OR DELETE ON measurement_decision FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The only way on which a revision moves, for nobody but the owner may write its state. The same rule as db::measurement::rules.
CREATE FUNCTION measurement_decision_move() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    DECLARE
        decided measurement_revision;
    BEGIN
        PERFORM FROM measurement WHERE id = NEW.measurement_id FOR NO KEY UPDATE;
        SELECT * INTO decided FROM measurement_revision WHERE measurement_id = NEW.measurement_id AND revision = NEW.revision;
        IF (decided.state, NEW.state) NOT IN (('DRAFT', 'SUBMITTED'), ('SUBMITTED', 'ENDORSED'), ('ENDORSED', 'PUBLISHED'), ('SUBMITTED', 'RETURNED'),
                ('ENDORSED', 'RETURNED'), ('DRAFT', 'WITHDRAWN'), ('SUBMITTED', 'WITHDRAWN'))
            OR EXISTS (SELECT FROM measurement_revision WHERE measurement_id = NEW.measurement_id AND revision > NEW.revision) THEN
            RAISE EXCEPTION 'the latest revision moves from state to state in order'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_decision_order_check', TABLE = 'measurement_decision';
        END IF;
        IF NEW.content_hash <> measurement_content_hash(NEW.measurement_id, NEW.revision) THEN
            RAISE EXCEPTION 'it was decided on other figures'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_decision_content_check', TABLE = 'measurement_decision';
        END IF;
        IF NEW.state IN ('ENDORSED', 'PUBLISHED')
            AND (NEW.decided_by IS NULL OR NEW.decided_by = decided.recorded_by OR NEW.decided_by = decided.submitted_by) THEN
            RAISE EXCEPTION 'nobody endorses or publishes their own figure'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_decision_own_work_check', TABLE = 'measurement_decision';
        END IF;
        UPDATE measurement_revision SET state = NEW.state,
            submitted_by = CASE NEW.state WHEN 'SUBMITTED' THEN NEW.decided_by ELSE submitted_by END,
            submitted_at = CASE NEW.state WHEN 'SUBMITTED' THEN NEW.decided_at ELSE submitted_at END,
            published_at = CASE NEW.state WHEN 'PUBLISHED' THEN NEW.decided_at ELSE published_at END
        WHERE measurement_id = NEW.measurement_id AND revision = NEW.revision;
        RETURN NULL;
    END
    $$;
CREATE TRIGGER measurement_decision_move AFTER INSERT ON measurement_decision FOR EACH ROW EXECUTE FUNCTION measurement_decision_move();

-- Whoever writes it, and on whatever way: nothing is published that somebody else has not endorsed as it stands.
CREATE FUNCTION measurement_revision_refuse_unendorsed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF NOT EXISTS (
            SELECT FROM measurement_decision endorsed
            WHERE endorsed.measurement_id = NEW.measurement_id AND endorsed.revision = NEW.revision AND endorsed.state = 'ENDORSED'
                AND endorsed.content_hash = measurement_content_hash(NEW.measurement_id, NEW.revision)
                AND endorsed.decided_by IS DISTINCT FROM NEW.recorded_by AND endorsed.decided_by IS DISTINCT FROM NEW.submitted_by
        ) THEN
            RAISE EXCEPTION 'only what somebody else has endorsed is published'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_revision_endorsed_check', TABLE = 'measurement_revision';
        END IF;
        RETURN NULL;
    END
    $$;
CREATE TRIGGER measurement_revision_refuse_unendorsed AFTER UPDATE ON measurement_revision
    FOR EACH ROW WHEN (NEW.state = 'PUBLISHED' AND OLD.state <> 'PUBLISHED') EXECUTE FUNCTION measurement_revision_refuse_unendorsed();
-- Invented figures of the demo come as published.
CREATE TRIGGER measurement_revision_refuse_new_unendorsed AFTER INSERT ON measurement_revision
    FOR EACH ROW WHEN (NEW.state = 'PUBLISHED' AND NEW.source <> 'SIMULATED') EXECUTE FUNCTION measurement_revision_refuse_unendorsed();

-- It now also shows the public what was published.
CREATE OR REPLACE FUNCTION measurement_follow_revisions() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        -- Before counting: whoever writes another revision of it at this moment is then waited for, and seen.
        PERFORM FROM measurement WHERE id = NEW.measurement_id FOR NO KEY UPDATE;
        UPDATE measurement SET (submitted_revision, drafted_revision, answered_on) = (
                SELECT max(revision) FILTER (WHERE state IN ('SUBMITTED', 'ENDORSED')), max(revision) FILTER (WHERE state IN ('DRAFT', 'RETURNED', 'WITHDRAWN')),
                    min((coalesce(submitted_at, recorded_at) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
                        FILTER (WHERE state IN ('SUBMITTED', 'ENDORSED', 'PUBLISHED', 'RETURNED'))
                FROM measurement_revision WHERE measurement_id = NEW.measurement_id),
            published_revision = CASE NEW.state WHEN 'PUBLISHED' THEN NEW.revision ELSE published_revision END
        WHERE id = NEW.measurement_id;
        RETURN NULL;
    END
    $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION measurement_lock(uuid[]) SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION measurement_follow_revisions() SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION measurement_decision_move() SET search_path = %I, pg_temp', current_schema());
END
$$;
