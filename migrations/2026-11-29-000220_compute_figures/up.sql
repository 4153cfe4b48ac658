-- A definition says how its figures come about: reported by somebody, or computed from the figures of other indicators of the same subject
-- and period. A computed figure is a measurement like any other, published with the last of its inputs, and names what it was computed from.
ALTER TABLE indicator_definition
    ADD COLUMN method text NOT NULL DEFAULT 'REPORTED',
    ADD COLUMN formula text,
    ADD CONSTRAINT indicator_definition_method_check CHECK (method IN ('REPORTED', 'FORMULA', 'COMPOSITE')) NOT VALID,
    ADD CONSTRAINT indicator_definition_formula_check CHECK ((method = 'FORMULA') = (formula IS NOT NULL)) NOT VALID,
    ADD CONSTRAINT indicator_definition_formula_text_check CHECK (formula IS NULL OR formula ~ '\S' AND formula IS NFC NORMALIZED AND length(formula) <= 2000) NOT VALID;
COMMENT ON COLUMN indicator_definition.method IS 'REPORTED by somebody; by a FORMULA over other indicators; COMPOSITE: the weighted mean of a tree of others';
COMMENT ON COLUMN indicator_definition.formula IS 'The formula, in the language of db::formula; null unless figures are computed by one';

ALTER TABLE measurement ADD COLUMN computed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN measurement.computed IS 'Whether its figures are computed from others; then nobody enters one. Written by record_computations alone';

SELECT history.attach('indicator_definition');
SELECT history.attach('measurement');

CREATE TABLE definition_input (
    definition_id uuid NOT NULL CONSTRAINT definition_input_definition_id_fkey REFERENCES indicator_definition,
    indicator_id uuid NOT NULL CONSTRAINT definition_input_indicator_id_fkey REFERENCES indicator,
    CONSTRAINT definition_input_pkey PRIMARY KEY (definition_id, indicator_id)
);
COMMENT ON TABLE definition_input IS 'The indicators whose figures the figures of a definition are computed from';
CREATE INDEX definition_input_indicator_id_idx ON definition_input (indicator_id);
CREATE TRIGGER definition_input_append_only BEFORE UPDATE OR DELETE ON definition_input FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- One writer at a time, or two could each add half of a circle. Over all versions of definitions: what once followed from the other way
-- round would be computed so again when an old figure is corrected.
CREATE FUNCTION definition_input_no_circle() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('computed definition'));
        IF EXISTS (WITH RECURSIVE needed (indicator_id) AS (
                SELECT NEW.indicator_id
                UNION SELECT i.indicator_id FROM needed JOIN indicator_definition d ON d.indicator_id = needed.indicator_id
                    JOIN definition_input i ON i.definition_id = d.id)
            SELECT FROM needed JOIN indicator_definition d ON d.indicator_id = needed.indicator_id WHERE d.id = NEW.definition_id) THEN
            RAISE EXCEPTION 'an indicator is not computed from itself'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'definition_input_no_circle', TABLE = 'definition_input';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER definition_input_no_circle BEFORE INSERT ON definition_input FOR EACH ROW EXECUTE FUNCTION definition_input_no_circle();

CREATE TABLE computation (
    id uuid PRIMARY KEY,
    indicator_id uuid NOT NULL,
    definition_id uuid NOT NULL,
    subject_id uuid NOT NULL CONSTRAINT computation_subject_id_fkey REFERENCES agency,
    regime text NOT NULL,
    period_kind text NOT NULL,
    period text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    state text NOT NULL,
    gap text,
    missing uuid[] NOT NULL DEFAULT '{}',
    measurement_id uuid,
    revision integer,
    computed_at timestamptz NOT NULL,
    CONSTRAINT computation_key UNIQUE (indicator_id, subject_id, regime, period),
    CONSTRAINT computation_definition_fkey FOREIGN KEY (definition_id, indicator_id) REFERENCES indicator_definition (id, indicator_id),
    CONSTRAINT computation_measurement_id_key UNIQUE (measurement_id),
    CONSTRAINT computation_figure_fkey FOREIGN KEY (measurement_id, revision) REFERENCES measurement_revision,
    CONSTRAINT computation_figure_check CHECK ((measurement_id IS NULL) = (revision IS NULL) AND (state = 'INCOMPLETE' OR measurement_id IS NOT NULL)),
    CONSTRAINT computation_state_check CHECK (state IN ('COMPUTED', 'INCOMPLETE')),
    CONSTRAINT computation_gap_check CHECK (gap IN ('MISSING_INPUT', 'DIVISION_BY_ZERO', 'OUT_OF_BOUNDS')),
    CONSTRAINT computation_incomplete_check CHECK ((state = 'INCOMPLETE') = (gap IS NOT NULL)),
    CONSTRAINT computation_missing_check CHECK ((coalesce(gap, '') = 'MISSING_INPUT') = (missing <> '{}'))
);
COMMENT ON TABLE computation IS 'How it stands with the computed figure of an indicator of a subject in a period: computed, or why not. Never a zero for what is missing';
COMMENT ON COLUMN computation.definition_id IS 'The version of the definition by which it is computed';
COMMENT ON COLUMN computation.starts_on IS 'First day of the period (Asia/Ho_Chi_Minh)';
COMMENT ON COLUMN computation.ends_on IS 'First day after the period';
COMMENT ON COLUMN computation.state IS 'COMPUTED: the measurement of that place has the figure. INCOMPLETE: it could not be computed from what is published now; a figure from before stands';
COMMENT ON COLUMN computation.gap IS 'Why it could not be computed';
COMMENT ON COLUMN computation.missing IS 'The indicators of which no figure is published';
COMMENT ON COLUMN computation.measurement_id IS 'The measurement that was computed; null while none could be';
COMMENT ON COLUMN computation.revision IS 'Its revision that was computed last';
COMMENT ON COLUMN computation.computed_at IS 'When it was last tried';
CREATE INDEX computation_indicator_id_idx ON computation (indicator_id, ends_on DESC, id DESC);

CREATE TABLE computed_input (
    measurement_id uuid NOT NULL,
    revision integer NOT NULL,
    input_id uuid NOT NULL,
    input_revision integer NOT NULL,
    CONSTRAINT computed_input_pkey PRIMARY KEY (measurement_id, revision, input_id),
    CONSTRAINT computed_input_revision_fkey FOREIGN KEY (measurement_id, revision) REFERENCES measurement_revision,
    CONSTRAINT computed_input_input_fkey FOREIGN KEY (input_id, input_revision) REFERENCES measurement_revision
);
COMMENT ON TABLE computed_input IS 'The figures from which a revision of a measurement was computed';
COMMENT ON COLUMN computed_input.input_id IS 'The measurement that was used';
COMMENT ON COLUMN computed_input.input_revision IS 'Its revision that was published then';
CREATE TRIGGER computed_input_append_only BEFORE UPDATE OR DELETE ON computed_input FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The same rule as db::measurement::draft.
CREATE FUNCTION definition_used(of_indicator uuid, on_day date) RETURNS uuid
    LANGUAGE sql STABLE
    RETURN coalesce(
        (SELECT id FROM indicator_definition WHERE indicator_id = of_indicator AND coalesce(valid_from, '-infinity') <= on_day
            ORDER BY valid_from DESC NULLS LAST, version LIMIT 1),
        (SELECT id FROM indicator_definition WHERE indicator_id = of_indicator ORDER BY valid_from, version LIMIT 1));
COMMENT ON FUNCTION definition_used(uuid, date) IS 'The version of an indicator''s definition that a new figure of a period means, by the first day of the period';

-- What is computed is written by record_computations, as the owner; the server's role enters what was reported.
CREATE FUNCTION measurement_not_by_hand() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF EXISTS (SELECT FROM indicator_definition WHERE id = NEW.definition_id AND method <> 'REPORTED') THEN
            RAISE EXCEPTION 'nobody enters what is computed'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_not_by_hand', TABLE = 'measurement';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER measurement_not_by_hand BEFORE INSERT ON measurement
    FOR EACH ROW WHEN (current_user = 'cotmoc_server') EXECUTE FUNCTION measurement_not_by_hand();
CREATE FUNCTION measurement_revision_not_by_hand() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF NEW.source IN ('COMPUTED', 'SIMULATED') OR EXISTS (SELECT FROM measurement WHERE id = NEW.measurement_id AND computed) THEN
            RAISE EXCEPTION 'nobody enters what is computed'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_revision_not_by_hand', TABLE = 'measurement_revision';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER measurement_revision_not_by_hand BEFORE INSERT ON measurement_revision
    FOR EACH ROW WHEN (current_user = 'cotmoc_server') EXECUTE FUNCTION measurement_revision_not_by_hand();

-- As before, but for what follows from figures that were endorsed.
CREATE OR REPLACE FUNCTION measurement_revision_refuse_unendorsed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF EXISTS (SELECT FROM measurement WHERE id = NEW.measurement_id AND computed) THEN
            RETURN NULL;
        END IF;
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

-- Whoever publishes inputs at the same moment waits, and then sees what the other has published. Definitions do not change meanwhile.
CREATE FUNCTION begin_computations(published uuid[]) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(hashtext('computed definition'));
        IF NOT EXISTS (SELECT FROM measurement m JOIN definition_input i ON i.indicator_id = m.indicator_id WHERE m.id = ANY (published)) THEN
            RETURN false;
        END IF;
        PERFORM pg_advisory_xact_lock(hashtext('computation'));
        RETURN true;
    END
    $$;
COMMENT ON FUNCTION begin_computations(uuid[]) IS 'Whether anything is computed from these measurements; until the end of the transaction nobody else computes then';

CREATE TYPE computation_result AS (
    id uuid, measurement_id uuid, revision integer, indicator_id uuid, definition_id uuid, subject_id uuid, regime text, period_kind text, period text,
    starts_on date, ends_on date, gap text, missing uuid[], value numeric, observation text, source text, inputs jsonb);
COMMENT ON TYPE computation_result IS 'What became of a computed figure, as db::computation tells it: with a gap, or with a value and its inputs, the revision of each by the id of its measurement';

-- As the owner, because nobody else publishes what was not endorsed. So it looks itself whether what is recorded follows from what is
-- published: from one figure of each input of the definition, of the same subject and period. Figures are counted as answers by reporter,
-- subject and period: in that order, so that two do not wait for one another.
CREATE FUNCTION record_computations(told jsonb, instant timestamptz) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    DECLARE
        results computation_result[] := ARRAY(SELECT jsonb_populate_recordset(NULL::computation_result, told));
    BEGIN
        INSERT INTO measurement (id, indicator_id, definition_id, subject_id, reporter_id, regime, period_kind, period, starts_on, ends_on, published_revision,
            answered_on, computed)
        SELECT measurement_id, indicator_id, definition_id, subject_id, subject_id, regime, period_kind, period, starts_on, ends_on, 1,
            (instant AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, true
        FROM unnest(results) WHERE gap IS NULL AND revision = 1
        ORDER BY subject_id, regime, period_kind, period, indicator_id;
        INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, source, reason, recorded_at, published_at)
        SELECT measurement_id, revision, 'PUBLISHED', observation, value, source,
            CASE WHEN revision > 1 THEN 'Tính lại vì số liệu đầu vào đã thay đổi' END, instant, instant
        FROM unnest(results) WHERE gap IS NULL;
        UPDATE measurement m SET published_revision = r.revision
        FROM unnest(results) AS r WHERE r.gap IS NULL AND r.revision > 1 AND m.id = r.measurement_id;
        INSERT INTO computed_input (measurement_id, revision, input_id, input_revision)
        SELECT r.measurement_id, r.revision, input.key::uuid, input.value::integer
        FROM unnest(results) AS r CROSS JOIN LATERAL jsonb_each_text(r.inputs) AS input WHERE r.gap IS NULL;
        INSERT INTO computation AS c (id, indicator_id, definition_id, subject_id, regime, period_kind, period, starts_on, ends_on, state, gap, missing, measurement_id,
            revision, computed_at)
        SELECT id, indicator_id, definition_id, subject_id, regime, period_kind, period, starts_on, ends_on,
            CASE WHEN gap IS NULL THEN 'COMPUTED' ELSE 'INCOMPLETE' END, gap, coalesce(missing, '{}'), measurement_id, revision, instant
        FROM unnest(results)
        ON CONFLICT ON CONSTRAINT computation_key DO UPDATE SET definition_id = EXCLUDED.definition_id, state = EXCLUDED.state, gap = EXCLUDED.gap,
            missing = EXCLUDED.missing, measurement_id = coalesce(EXCLUDED.measurement_id, c.measurement_id), revision = coalesce(EXCLUDED.revision, c.revision),
            computed_at = EXCLUDED.computed_at;
        IF EXISTS (SELECT FROM unnest(results) AS r JOIN measurement m ON m.id = r.measurement_id
            WHERE r.gap IS NULL AND (NOT m.computed
                OR (m.indicator_id, m.definition_id, m.subject_id, m.regime, m.period, m.published_revision)
                    IS DISTINCT FROM (r.indicator_id, r.definition_id, r.subject_id, r.regime, r.period, r.revision)
                OR ARRAY(SELECT i.indicator_id FROM definition_input i WHERE i.definition_id = r.definition_id ORDER BY i.indicator_id)
                    IS DISTINCT FROM ARRAY(SELECT input.indicator_id FROM computed_input used
                        JOIN measurement input ON input.id = used.input_id AND input.published_revision = used.input_revision
                        WHERE used.measurement_id = r.measurement_id AND used.revision = r.revision
                            AND (input.subject_id, input.regime, input.period) = (r.subject_id, r.regime, r.period)
                        ORDER BY input.indicator_id))) THEN
            RAISE EXCEPTION 'a computed figure follows from one published figure of each input'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'computed_input_whole', TABLE = 'computed_input';
        END IF;
    END
    $$;
COMMENT ON FUNCTION record_computations(jsonb, timestamptz) IS 'Publishes computed figures with what they were computed from, and keeps what could not be computed';
DO $$
DECLARE
    title text;
BEGIN
    FOREACH title IN ARRAY ARRAY['definition_input', 'computation', 'computed_input'] LOOP
        EXECUTE format('CREATE TRIGGER data_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION data_version_raise(%L)', title, CASE title WHEN 'definition_input' THEN 'indicator' ELSE 'measurement' END);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER data_version', title);
        EXECUTE format('SELECT history.attach(%L)', title);
    END LOOP;
    EXECUTE format('ALTER FUNCTION record_computations(jsonb, timestamptz) SET search_path = %I, pg_temp', current_schema());
END
$$;
