CREATE TABLE directive (
    id uuid PRIMARY KEY,
    code text COLLATE "C" NOT NULL,
    programme_id uuid NOT NULL CONSTRAINT directive_programme_id_fkey REFERENCES programme,
    kind text NOT NULL,
    title text NOT NULL,
    summary_en text,
    document_id uuid NOT NULL CONSTRAINT directive_document_id_fkey REFERENCES document,
    clause text NOT NULL,
    position integer NOT NULL,
    parent_id uuid CONSTRAINT directive_parent_id_fkey REFERENCES directive,
    assigner_id uuid CONSTRAINT directive_assigner_id_fkey REFERENCES agency,
    lead_basis text NOT NULL,
    priority text NOT NULL DEFAULT 'NORMAL',
    expected_output text,
    state text NOT NULL DEFAULT 'ASSIGNED',
    state_source text NOT NULL DEFAULT 'REPORTED',
    visibility text NOT NULL DEFAULT 'PUBLIC',
    original_due_on date,
    due_on date,
    completed_on date,
    note text,
    search_text text NOT NULL GENERATED ALWAYS AS (fold(ARRAY[title, summary_en, code])) STORED,
    CONSTRAINT directive_code_key UNIQUE (code),
    CONSTRAINT directive_title_check CHECK (title ~ '\S' AND title IS NFC NORMALIZED),
    CONSTRAINT directive_kind_check CHECK (kind IN ('DIRECTIVE', 'STANDING_DUTY', 'REPORTED_TASK', 'PLANNED_TASK', 'MEASURE', 'REPORTING', 'RESOURCES')),
    CONSTRAINT directive_lead_basis_check CHECK (lead_basis IN ('EXPLICIT', 'JOINT', 'OPENING_SENTENCE', 'IMPLIED', 'NOT_STATED')),
    CONSTRAINT directive_priority_check CHECK (priority IN ('NORMAL', 'URGENT')),
    CONSTRAINT directive_state_check CHECK (state IN ('ASSIGNED', 'IN_PROGRESS', 'REPORTED_DONE', 'COMPLETED', 'CANCELLED')),
    CONSTRAINT directive_state_source_check CHECK (state_source IN ('REPORTED', 'IMPORTED', 'COMPUTED', 'SIMULATED')),
    CONSTRAINT directive_visibility_check CHECK (visibility IN ('PUBLIC', 'INTERNAL', 'RESTRICTED')),
    CONSTRAINT directive_completed_on_check CHECK (state <> 'COMPLETED' OR completed_on IS NOT NULL),
    CONSTRAINT directive_not_done_check CHECK (completed_on IS NULL OR state IN ('REPORTED_DONE', 'COMPLETED')),
    CONSTRAINT directive_position_key UNIQUE (document_id, position) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT directive_position_check CHECK (position >= 1),
    CONSTRAINT directive_self_check CHECK (parent_id <> id)
);
COMMENT ON TABLE directive IS 'A directive or duty (chỉ đạo, nhiệm vụ) that a clause of a document gives';
COMMENT ON COLUMN directive.code IS 'Stable key: document and clause';
COMMENT ON COLUMN directive.kind IS 'DIRECTIVE has an end; STANDING_DUTY has none; the others are what reports and plans list';
COMMENT ON COLUMN directive.title IS 'What is to be done, in our words';
COMMENT ON COLUMN directive.clause IS 'Clause label as printed: 10.a, 10.b, … 10.l';
COMMENT ON COLUMN directive.position IS 'Order within the document, from 1: clause labels do not sort';
COMMENT ON COLUMN directive.lead_basis IS 'How the document names the lead';
COMMENT ON COLUMN directive.state_source IS 'Where state and completed_on come from. SIMULATED: invented for the demo, no real progress';
COMMENT ON COLUMN directive.original_due_on IS 'Last day allowed by the first deadline; null without one. Kept by the deadline''s trigger';
COMMENT ON COLUMN directive.due_on IS 'Last day allowed by the deadline now in force; null without one. Kept by the deadline''s trigger';
COMMENT ON COLUMN directive.completed_on IS 'Day on which it was done; null while it is not, or if the source does not say';
CREATE INDEX directive_search_text_idx ON directive USING gin (search_text gin_trgm_ops);
CREATE INDEX directive_due_on_idx ON directive (due_on, code);
CREATE INDEX directive_programme_id_idx ON directive (programme_id);
CREATE INDEX directive_parent_id_idx ON directive (parent_id);
CREATE INDEX directive_assigner_id_idx ON directive (assigner_id);

CREATE TABLE directive_lead (
    directive_id uuid NOT NULL CONSTRAINT directive_lead_directive_id_fkey REFERENCES directive,
    agency_id uuid NOT NULL CONSTRAINT directive_lead_agency_id_fkey REFERENCES agency,
    position integer NOT NULL,
    PRIMARY KEY (directive_id, agency_id),
    CONSTRAINT directive_lead_position_key UNIQUE (directive_id, position)
);
COMMENT ON TABLE directive_lead IS 'Who leads (chủ trì): nobody, one, or several jointly';
COMMENT ON COLUMN directive_lead.position IS 'Order in which the document names them, from 1';
CREATE INDEX directive_lead_agency_id_idx ON directive_lead (agency_id);

CREATE TABLE directive_coordinator (
    directive_id uuid NOT NULL CONSTRAINT directive_coordinator_directive_id_fkey REFERENCES directive,
    position integer NOT NULL,
    agency_id uuid CONSTRAINT directive_coordinator_agency_id_fkey REFERENCES agency,
    words text,
    PRIMARY KEY (directive_id, position),
    CONSTRAINT directive_coordinator_agency_key UNIQUE (directive_id, agency_id),
    CONSTRAINT directive_coordinator_who_check CHECK (num_nonnulls(agency_id, words) = 1)
);
COMMENT ON TABLE directive_coordinator IS 'Who coordinates (phối hợp): a named agency, or an open group in the document''s words';
COMMENT ON COLUMN directive_coordinator.words IS 'An open group as written: "các đơn vị liên quan"';
CREATE INDEX directive_coordinator_agency_id_idx ON directive_coordinator (agency_id);

CREATE TABLE directive_deadline (
    directive_id uuid NOT NULL CONSTRAINT directive_deadline_directive_id_fkey REFERENCES directive,
    revision integer NOT NULL,
    words text,
    stated_on date,
    precision text NOT NULL,
    operator text,
    year_inferred boolean NOT NULL DEFAULT false,
    due_on date,
    set_on date,
    document_id uuid CONSTRAINT directive_deadline_document_id_fkey REFERENCES document,
    note text,
    PRIMARY KEY (directive_id, revision),
    CONSTRAINT directive_deadline_revision_check CHECK (revision >= 1),
    CONSTRAINT directive_deadline_precision_check CHECK (precision IN ('DAY', 'MONTH', 'QUARTER', 'YEAR', 'NONE')),
    CONSTRAINT directive_deadline_operator_check CHECK (operator IN ('BY', 'BEFORE', 'WITHIN', 'EXPECTED', 'DURING')),
    CONSTRAINT directive_deadline_stated_on_check CHECK ((stated_on IS NULL) = (precision = 'NONE')),
    CONSTRAINT directive_deadline_due_on_check CHECK (
        CASE
            WHEN stated_on IS NULL OR operator = 'DURING' THEN due_on IS NULL
            WHEN operator = 'BEFORE' THEN due_on < stated_on
            WHEN precision = 'DAY' THEN due_on = stated_on
            ELSE due_on >= stated_on
        END)
);
COMMENT ON TABLE directive_deadline IS 'The deadlines (thời hạn) a directive has had; the first is the original and is never lost';
COMMENT ON COLUMN directive_deadline.words IS 'The deadline as written';
COMMENT ON COLUMN directive_deadline.stated_on IS 'The day written, or the last day of the month, quarter or year written (its first day after "before")';
COMMENT ON COLUMN directive_deadline.operator IS 'BY and WITHIN include the day, BEFORE does not; EXPECTED ends on its last day too, though it is no promise; DURING is a period of work and no deadline';
COMMENT ON COLUMN directive_deadline.year_inferred IS 'True if the document gives no year and it follows from the context';
COMMENT ON COLUMN directive_deadline.due_on IS 'Effective last day: "before 15/4" is 14/4, "in quarter IV" is 31/12';
COMMENT ON COLUMN directive_deadline.set_on IS 'Day on which this deadline was set; null if unknown';
CREATE TRIGGER directive_deadline_append_only BEFORE UPDATE OR DELETE ON directive_deadline FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION directive_follow_deadline() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        UPDATE directive
        SET due_on = NEW.due_on, original_due_on = CASE WHEN NEW.revision = 1 THEN NEW.due_on ELSE original_due_on END
        WHERE id = NEW.directive_id;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER directive_follow_deadline AFTER INSERT ON directive_deadline FOR EACH ROW EXECUTE FUNCTION directive_follow_deadline();

CREATE TABLE directive_dependency (
    id uuid PRIMARY KEY,
    directive_id uuid NOT NULL CONSTRAINT directive_dependency_directive_id_fkey REFERENCES directive,
    on_directive_id uuid CONSTRAINT directive_dependency_on_directive_id_fkey REFERENCES directive,
    on_document_id uuid CONSTRAINT directive_dependency_on_document_id_fkey REFERENCES document,
    note text,
    CONSTRAINT directive_dependency_key UNIQUE NULLS NOT DISTINCT (directive_id, on_directive_id, on_document_id),
    CONSTRAINT directive_dependency_one_end_check CHECK (num_nonnulls(on_directive_id, on_document_id) = 1),
    CONSTRAINT directive_dependency_self_check CHECK (on_directive_id <> directive_id)
);
COMMENT ON TABLE directive_dependency IS 'What a directive waits for: another directive, or a document not yet issued';
CREATE INDEX directive_dependency_on_directive_id_idx ON directive_dependency (on_directive_id);
CREATE INDEX directive_dependency_on_document_id_idx ON directive_dependency (on_document_id);

-- A directive can neither stand under itself nor wait for itself. One lock for both chains: two edges added at the
-- same time could close a cycle that neither sees.
CREATE FUNCTION directive_refuse_cycle() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('directive_chain'));
        IF EXISTS (
            WITH RECURSIVE above (id) AS (
                SELECT NEW.parent_id UNION SELECT d.parent_id FROM above JOIN directive d ON d.id = above.id WHERE above.id <> NEW.id
            ) SELECT FROM above WHERE id = NEW.id)
        THEN
            RAISE EXCEPTION 'a directive cannot stand under itself'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'directive_no_cycle', TABLE = 'directive';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER directive_no_cycle AFTER INSERT OR UPDATE OF parent_id ON directive
    FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION directive_refuse_cycle();

CREATE FUNCTION directive_dependency_refuse_cycle() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('directive_chain'));
        IF EXISTS (
            WITH RECURSIVE awaited (id) AS (
                SELECT NEW.on_directive_id
                UNION SELECT d.on_directive_id FROM awaited JOIN directive_dependency d ON d.directive_id = awaited.id WHERE d.on_directive_id IS NOT NULL
            ) SELECT FROM awaited WHERE id = NEW.directive_id)
        THEN
            RAISE EXCEPTION 'a directive cannot wait for itself'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'directive_dependency_no_cycle', TABLE = 'directive_dependency';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER directive_dependency_no_cycle AFTER INSERT OR UPDATE ON directive_dependency
    FOR EACH ROW WHEN (NEW.on_directive_id IS NOT NULL) EXECUTE FUNCTION directive_dependency_refuse_cycle();

CREATE TABLE directive_document (
    directive_id uuid NOT NULL CONSTRAINT directive_document_directive_id_fkey REFERENCES directive,
    document_id uuid NOT NULL CONSTRAINT directive_document_document_id_fkey REFERENCES document,
    PRIMARY KEY (directive_id, document_id)
);
COMMENT ON TABLE directive_document IS 'Documents a directive mentions, beside the one it stands in';
CREATE INDEX directive_document_document_id_idx ON directive_document (document_id);

CREATE TABLE directive_indicator (
    directive_id uuid NOT NULL CONSTRAINT directive_indicator_directive_id_fkey REFERENCES directive,
    indicator_id uuid NOT NULL CONSTRAINT directive_indicator_indicator_id_fkey REFERENCES indicator,
    stated boolean NOT NULL,
    PRIMARY KEY (directive_id, indicator_id)
);
COMMENT ON TABLE directive_indicator IS 'Which indicators a directive serves';
COMMENT ON COLUMN directive_indicator.stated IS 'True if the document says so; false if it is our reading of the two texts';
CREATE INDEX directive_indicator_indicator_id_idx ON directive_indicator (indicator_id);

CREATE TABLE progress_update (
    id uuid PRIMARY KEY,
    directive_id uuid NOT NULL CONSTRAINT progress_update_directive_id_fkey REFERENCES directive,
    reporter_id uuid CONSTRAINT progress_update_reporter_id_fkey REFERENCES agency,
    reported_on date NOT NULL,
    percent smallint,
    narrative text NOT NULL,
    obstacles text,
    source text NOT NULL,
    document_id uuid CONSTRAINT progress_update_document_id_fkey REFERENCES document,
    recorded_at timestamptz NOT NULL,
    recorded_by uuid,
    CONSTRAINT progress_update_percent_check CHECK (percent BETWEEN 0 AND 100),
    CONSTRAINT progress_update_narrative_check CHECK (narrative ~ '\S' AND narrative IS NFC NORMALIZED),
    CONSTRAINT progress_update_source_check CHECK (source IN ('REPORTED', 'IMPORTED', 'COMPUTED', 'SIMULATED'))
);
COMMENT ON TABLE progress_update IS 'What was reported of a directive''s progress: added, never changed';
COMMENT ON COLUMN progress_update.reporter_id IS 'The agency that reports; null if the source does not say';
COMMENT ON COLUMN progress_update.percent IS 'How much is done, 0 to 100; null if the report gives no figure';
COMMENT ON COLUMN progress_update.obstacles IS 'What stands in the way; null if nothing was reported';
COMMENT ON COLUMN progress_update.source IS 'SIMULATED: invented for the demo, no real report';
CREATE INDEX progress_update_directive_id_idx ON progress_update (directive_id, reported_on DESC, id DESC);
CREATE INDEX progress_update_reporter_id_idx ON progress_update (reporter_id);
CREATE TRIGGER progress_update_append_only BEFORE UPDATE OR DELETE ON progress_update FOR EACH ROW EXECUTE FUNCTION refuse_change();
