-- Agencies are opened, renamed, moved, merged, split and closed. What is open passes to whoever takes over; what was done stays
-- with whoever did it.

ALTER TABLE agency ADD COLUMN version integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN agency.version IS 'Raised by whatever people change: whoever changes it says which version they have seen';
SELECT history.attach('agency');

ALTER TABLE agency_placement ADD COLUMN note text;
COMMENT ON COLUMN agency_placement.note IS 'What a careful reader should know about the source';
SELECT history.attach('agency_placement');

CREATE TABLE agency_name (
    id uuid PRIMARY KEY,
    agency_id uuid NOT NULL CONSTRAINT agency_name_agency_id_fkey REFERENCES agency,
    name_vi text COLLATE vietnamese NOT NULL,
    name_en text,
    valid_from date,
    valid_until date NOT NULL,
    document_id uuid CONSTRAINT agency_name_document_id_fkey REFERENCES document,
    clause text,
    note text,
    CONSTRAINT agency_name_vi_check CHECK (name_vi ~ '\S' AND name_vi IS NFC NORMALIZED),
    CONSTRAINT agency_name_en_check CHECK (name_en IS NULL OR name_en ~ '\S'),
    CONSTRAINT agency_name_valid_check CHECK (valid_until > valid_from),
    CONSTRAINT agency_name_no_overlap EXCLUDE USING gist (agency_id WITH =, daterange(valid_from, valid_until) WITH &&)
);
COMMENT ON TABLE agency_name IS 'The names that agencies had before: added, never changed. The name of today stands in agency';
COMMENT ON COLUMN agency_name.valid_from IS 'First day; null if it was so before our records begin';
COMMENT ON COLUMN agency_name.valid_until IS 'First day on which it had another name';
COMMENT ON COLUMN agency_name.document_id IS 'The document that gave it the next name';
COMMENT ON COLUMN agency_name.note IS 'What a careful reader should know about the source';
CREATE INDEX agency_name_document_id_idx ON agency_name (document_id);
CREATE TRIGGER agency_name_append_only BEFORE UPDATE OR DELETE ON agency_name FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER data_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON agency_name
    FOR EACH STATEMENT EXECUTE FUNCTION data_version_raise('agency');
ALTER TABLE agency_name ENABLE ALWAYS TRIGGER data_version;
SELECT history.attach('agency_name');

ALTER TABLE agency_succession
    DROP CONSTRAINT agency_succession_kind_check,
    ADD CONSTRAINT agency_succession_kind_check CHECK (kind IN ('MERGER', 'SPLIT', 'RENAME', 'TRANSFER', 'CLOSURE')) NOT VALID;

ALTER TABLE directive_event
    ADD COLUMN predecessor_id uuid,
    DROP CONSTRAINT directive_event_kind_check,
    ADD CONSTRAINT directive_event_kind_check CHECK (kind IN ('ISSUED', 'DEADLINE_SET', 'ACCEPTED', 'DELEGATED', 'PROGRESS_REPORTED', 'INPUT_REQUESTED', 'INPUT_GIVEN',
        'EXTENSION_REQUESTED', 'EXTENSION_APPROVED', 'EXTENSION_REFUSED', 'EXTENSION_COUNTERED', 'COUNTER_ACCEPTED', 'COUNTER_DECLINED',
        'REPORTED_DONE', 'COMPLETED', 'SENT_BACK', 'CANCELLED', 'UNBLOCKED', 'TRANSFERRED')) NOT VALID,
    ADD CONSTRAINT directive_event_predecessor_check CHECK (kind <> 'TRANSFERRED' OR coalesce(predecessor_id <> agency_id, false)) NOT VALID,
    ADD CONSTRAINT directive_event_predecessor_id_fkey FOREIGN KEY (predecessor_id) REFERENCES agency NOT VALID;
COMMENT ON COLUMN directive_event.predecessor_id IS 'The agency from which its part passed to the one for which this was done';
SELECT history.attach('directive_event');

-- Whoever took over what an agency did reaches what it still owes: its half-written reports, what it has to endorse or to answer.
CREATE FUNCTION agency_inherited_ids(heir uuid, on_day date) RETURNS uuid[]
    LANGUAGE sql STABLE STRICT SET jit = off
    AS $$
        WITH RECURSIVE inherited (agency_id) AS (
            SELECT heir
            UNION
            SELECT went.agency_id
            FROM inherited
            JOIN agency_succession_party came ON came.agency_id = inherited.agency_id AND came.side = 'SUCCESSOR'
            JOIN agency_succession_party went ON went.succession_id = came.succession_id AND went.side = 'PREDECESSOR'
            WHERE NOT agency_exists_on(went.agency_id, on_day)
        )
        SELECT array_agg(agency_id) FROM inherited
    $$;
COMMENT ON FUNCTION agency_inherited_ids(uuid, date) IS 'An agency, and those that are gone on a day and went into it, directly or by others';

CREATE OR REPLACE FUNCTION agency_reached_ids(root uuid, on_day date) RETURNS uuid[]
    -- It is asked for each request, and compiling it takes twenty times as long as it does.
    LANGUAGE sql STABLE SET jit = off
    AS $$
        WITH RECURSIVE below (agency_id) AS (
            SELECT root
            UNION
            SELECT reached.agency_id
            FROM below CROSS JOIN LATERAL (
                SELECT p.agency_id
                FROM agency_placement p
                WHERE p.parent_id = below.agency_id AND (p.valid_from IS NULL OR p.valid_from <= on_day)
                    AND (p.valid_until IS NULL OR p.valid_until > on_day
                        -- Nobody has placed them since they are gone.
                        OR NOT agency_exists_on(p.agency_id, on_day) AND NOT EXISTS (
                            SELECT FROM agency_placement later WHERE later.agency_id = p.agency_id AND later.valid_from >= p.valid_until))
                UNION ALL
                SELECT went.agency_id
                FROM agency_succession_party came
                JOIN agency_succession_party went ON went.succession_id = came.succession_id AND went.side = 'PREDECESSOR'
                WHERE came.agency_id = below.agency_id AND came.side = 'SUCCESSOR' AND NOT agency_exists_on(went.agency_id, on_day)
            ) AS reached
        )
        SELECT array_agg(agency_id) FROM below
    $$;
COMMENT ON FUNCTION agency_reached_ids(uuid, date) IS
    'The agencies to which a role at one extends on a day: those below, those that are gone and stood there or went into one of them, itself included';

-- What passes to somebody else when an agency ends, in one place: whoever closes one asks it, and so does the rule below.
CREATE FUNCTION agency_open(of_agency uuid, on_day date, today date) RETURNS TABLE (kind text, id uuid, code text)
    LANGUAGE sql STABLE
    AS $$
        SELECT 'DIRECTIVE', directive.id, directive.code
        FROM directive
        WHERE directive.state NOT IN ('COMPLETED', 'CANCELLED') AND directive.id IN (
            SELECT directive_id FROM directive_lead WHERE agency_id = of_agency
            UNION ALL SELECT directive_id FROM directive_coordinator WHERE agency_id = of_agency
            UNION ALL SELECT directive_id FROM directive_input WHERE ended_on IS NULL AND of_agency IN (agency_id, coordinator_id)
            UNION ALL SELECT directive_id FROM directive_extension WHERE state IN ('REQUESTED', 'COUNTERED') AND agency_id = of_agency)
        UNION ALL
        SELECT 'RECOMMENDATION', recommendation.id, recommendation.code
        FROM recommendation
        WHERE recommendation.state IN ('OPEN', 'ACKNOWLEDGED') AND (recommendation.decision_maker_id = of_agency
            OR recommendation.id IN (SELECT recommendation_id FROM recommendation_recipient WHERE agency_id = of_agency))
        UNION ALL
        -- Asked of either side, so that each has its index.
        SELECT 'ASSIGNMENT', assignment.id, NULL
        FROM (SELECT * FROM reporting_assignment WHERE reporter_id = of_agency
            UNION SELECT * FROM reporting_assignment WHERE subject_id = of_agency) AS assignment
        WHERE upper_inf(assignment.valid) OR upper(assignment.valid) > greatest(on_day, lower(assignment.valid) + 1)
        UNION ALL
        SELECT 'AGENCY', child.id, child.code
        FROM agency_placement placement JOIN agency child ON child.id = placement.agency_id
        WHERE placement.parent_id = of_agency AND (placement.valid_until IS NULL OR placement.valid_until > on_day)
            AND agency_exists_on(child.id, greatest(on_day, placement.valid_from))
        UNION ALL
        SELECT 'INDICATOR', indicator.id, indicator.code FROM indicator WHERE indicator.lead_agency_id = of_agency
        UNION ALL
        SELECT 'ROLE', role_grant.id, NULL
        FROM role_grant
        WHERE role_grant.agency_id = of_agency AND (role_grant.valid_until IS NULL OR role_grant.valid_until > greatest(today, role_grant.valid_from))
        UNION ALL
        SELECT 'ACCOUNT', account.id, NULL FROM account WHERE account.agency_id = of_agency AND account.status = 'ACTIVE'
        UNION ALL
        SELECT 'SERVICE_ACCOUNT', service_account.id, service_account.code
        FROM service_account WHERE service_account.agency_id = of_agency AND service_account.status = 'ACTIVE'
    $$;
COMMENT ON FUNCTION agency_open(uuid, date, date) IS
    'What an agency that ends on a day leaves to others: directives that are not done in which it has a part, recommendations it is to answer, what is reported by it or of it, the agencies below, indicators it answers for, and, as of today, roles held at it, and the people and machines that belong to it';

-- The owner may tell of what ended otherwise; whoever works with the program leaves nothing behind.
CREATE FUNCTION agency_ends_with_nothing_open() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER') THEN
            RETURN NULL;
        END IF;
        -- Roles are left out: what they were is judged by the day on which they were changed.
        IF EXISTS (SELECT FROM agency_open(NEW.id, NEW.closed_on, NEW.closed_on) AS open WHERE open.kind <> 'ROLE') THEN
            RAISE EXCEPTION 'an agency that ends leaves nothing open'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_ends_with_nothing_open', TABLE = 'agency';
        END IF;
        RETURN NULL;
    END
    $$;
CREATE CONSTRAINT TRIGGER agency_ends_with_nothing_open AFTER UPDATE ON agency DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.closed_on IS NOT NULL AND NEW.closed_on IS DISTINCT FROM OLD.closed_on) EXECUTE FUNCTION agency_ends_with_nothing_open();

-- Nothing is opened under, or moved below, what is not there.
CREATE FUNCTION agency_placement_below_somebody() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF NOT agency_exists_on(NEW.parent_id, NEW.valid_from) THEN
            RAISE EXCEPTION 'the agency above is not there on that day'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_placement_below_somebody', TABLE = 'agency_placement';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER agency_placement_below_somebody BEFORE INSERT ON agency_placement
    FOR EACH ROW WHEN (NEW.valid_from IS NOT NULL) EXECUTE FUNCTION agency_placement_below_somebody();

-- Who leads and who coordinates was said when the directive was issued: it passes on, and the timeline says so. The owner may mend it.
CREATE FUNCTION directive_part_passes() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER') AND NOT EXISTS (
            SELECT FROM directive_event
            WHERE directive_id = OLD.directive_id AND kind = 'TRANSFERRED' AND OLD.agency_id IN (predecessor_id, agency_id))
        THEN
            RAISE EXCEPTION 'the timeline tells who took over'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'directive_part_passes', TABLE = TG_TABLE_NAME;
        END IF;
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER directive_part_passes BEFORE UPDATE OF agency_id OR DELETE ON directive_lead
    FOR EACH ROW EXECUTE FUNCTION directive_part_passes();
CREATE TRIGGER directive_part_passes BEFORE UPDATE OF agency_id OR DELETE ON directive_coordinator
    FOR EACH ROW EXECUTE FUNCTION directive_part_passes();

-- As before, but that an open request goes on by whoever took over.
CREATE OR REPLACE FUNCTION directive_extension_move() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF OLD.state IN ('REQUESTED', 'COUNTERED') AND NEW.agency_id <> OLD.agency_id
            AND to_jsonb(NEW) - '{agency_id,known}'::text[] = to_jsonb(OLD) - '{agency_id,known}'::text[]
        THEN
            RETURN NEW;
        END IF;
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
