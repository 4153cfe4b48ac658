CREATE TABLE measurement (
    id uuid PRIMARY KEY,
    indicator_id uuid NOT NULL,
    definition_id uuid NOT NULL,
    subject_id uuid NOT NULL CONSTRAINT measurement_subject_id_fkey REFERENCES agency,
    reporter_id uuid NOT NULL CONSTRAINT measurement_reporter_id_fkey REFERENCES agency,
    regime text NOT NULL,
    period_kind text NOT NULL,
    period text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    published_revision integer,
    CONSTRAINT measurement_key UNIQUE (indicator_id, subject_id, regime, period),
    CONSTRAINT measurement_definition_fkey FOREIGN KEY (definition_id, indicator_id) REFERENCES indicator_definition (id, indicator_id),
    CONSTRAINT measurement_regime_check CHECK (regime IN ('CALENDAR', 'ADMINISTRATIVE')),
    CONSTRAINT measurement_period_kind_check CHECK (period_kind IN ('MONTH', 'QUARTER', 'HALF_YEAR', 'NINE_MONTHS', 'YEAR', 'RANGE')),
    CONSTRAINT measurement_window_check CHECK (ends_on > starts_on)
);
COMMENT ON TABLE measurement IS 'A measurement (số liệu): one indicator of one subject in one period. Its figures stand in its revisions';
COMMENT ON COLUMN measurement.definition_id IS 'The version of the definition it was measured by';
COMMENT ON COLUMN measurement.subject_id IS 'Whose figure it is. Never re-attributed when agencies are reorganised';
COMMENT ON COLUMN measurement.reporter_id IS 'The agency that reports it';
COMMENT ON COLUMN measurement.regime IS 'CALENDAR, or ADMINISTRATIVE where a month runs from the 15th of the month before to the 14th';
COMMENT ON COLUMN measurement.period IS 'Canonical code: 2025-07, 2025-Q3, 2025-S1, 2025-M9, 2025';
COMMENT ON COLUMN measurement.starts_on IS 'First day of the period (Asia/Ho_Chi_Minh)';
COMMENT ON COLUMN measurement.ends_on IS 'First day after the period';
COMMENT ON COLUMN measurement.published_revision IS 'The revision the public reads; null while none is published';
-- The latest published value of a subject, and a series of it, are one range of this index.
CREATE INDEX measurement_published_idx ON measurement (indicator_id, subject_id, ends_on DESC, id DESC) INCLUDE (published_revision) WHERE published_revision IS NOT NULL;
CREATE INDEX measurement_subject_id_idx ON measurement (subject_id, ends_on DESC);
CREATE INDEX measurement_reporter_id_idx ON measurement (reporter_id);
CREATE INDEX measurement_ends_on_idx ON measurement (ends_on DESC, id DESC) WHERE published_revision IS NOT NULL;
-- The pages of one indicator's measurements of all subjects.
CREATE INDEX measurement_indicator_id_idx ON measurement (indicator_id, ends_on DESC, id DESC) WHERE published_revision IS NOT NULL;

CREATE TABLE measurement_revision (
    measurement_id uuid NOT NULL CONSTRAINT measurement_revision_measurement_id_fkey REFERENCES measurement,
    revision integer NOT NULL,
    state text NOT NULL,
    observation text NOT NULL,
    stated_value numeric,
    numerator numeric,
    denominator numeric,
    factor numeric NOT NULL DEFAULT 1,
    value numeric GENERATED ALWAYS AS (coalesce(stated_value, round(numerator * factor / denominator, 6))) STORED,
    narrative text,
    source text NOT NULL,
    note text,
    reason text,
    recorded_at timestamptz NOT NULL,
    recorded_by uuid,
    published_at timestamptz,
    PRIMARY KEY (measurement_id, revision),
    CONSTRAINT measurement_revision_revision_check CHECK (revision >= 1),
    CONSTRAINT measurement_revision_state_check CHECK (state IN ('DRAFT', 'SUBMITTED', 'ENDORSED', 'PUBLISHED', 'RETURNED', 'WITHDRAWN')),
    CONSTRAINT measurement_revision_observation_check CHECK (observation IN ('PROVISIONAL', 'FINAL', 'ESTIMATED', 'REVISED')),
    CONSTRAINT measurement_revision_source_check CHECK (source IN ('REPORTED', 'IMPORTED', 'COMPUTED', 'SIMULATED')),
    CONSTRAINT measurement_revision_ratio_check CHECK ((numerator IS NULL) = (denominator IS NULL)),
    CONSTRAINT measurement_revision_denominator_check CHECK (denominator > 0),
    CONSTRAINT measurement_revision_figure_check CHECK (num_nonnulls(stated_value, numerator, narrative) = 1),
    CONSTRAINT measurement_revision_factor_check CHECK (factor > 0),
    CONSTRAINT measurement_revision_reason_check CHECK (revision = 1 OR reason ~ '\S'),
    CONSTRAINT measurement_revision_published_check CHECK (state <> 'PUBLISHED' OR published_at IS NOT NULL)
);
COMMENT ON TABLE measurement_revision IS 'What was said of a measurement, and when: added, never changed';
COMMENT ON COLUMN measurement_revision.state IS 'Where this revision stands in its life-cycle';
COMMENT ON COLUMN measurement_revision.observation IS 'How firm the figure is';
COMMENT ON COLUMN measurement_revision.stated_value IS 'The figure, where it was reported as one number';
COMMENT ON COLUMN measurement_revision.denominator IS 'What the ratio is taken over; never zero';
COMMENT ON COLUMN measurement_revision.factor IS 'What the ratio is multiplied by: 100 for percent, 10000 for per 10,000 people';
COMMENT ON COLUMN measurement_revision.value IS 'The figure in the indicator''s unit: as stated, or the ratio to six places';
COMMENT ON COLUMN measurement_revision.source IS 'Where it comes from. SIMULATED: invented for the demo, no real figure';
COMMENT ON COLUMN measurement_revision.reason IS 'Why an earlier figure was changed';
COMMENT ON COLUMN measurement_revision.recorded_by IS 'The account that recorded it; null for imports and the demo';
ALTER TABLE measurement ADD CONSTRAINT measurement_published_revision_fkey
    FOREIGN KEY (id, published_revision) REFERENCES measurement_revision (measurement_id, revision) DEFERRABLE INITIALLY DEFERRED;

-- The life-cycle moves on; the figures of a revision never change.
CREATE FUNCTION measurement_revision_keep_figures() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF (NEW.measurement_id, NEW.revision, NEW.observation, NEW.stated_value, NEW.numerator, NEW.denominator, NEW.factor, NEW.narrative, NEW.source,
            NEW.reason, NEW.recorded_at, NEW.recorded_by)
            IS DISTINCT FROM
           (OLD.measurement_id, OLD.revision, OLD.observation, OLD.stated_value, OLD.numerator, OLD.denominator, OLD.factor, OLD.narrative, OLD.source,
            OLD.reason, OLD.recorded_at, OLD.recorded_by) THEN
            RAISE EXCEPTION 'a recorded figure is changed by a new revision'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'measurement_revision_append_only', TABLE = 'measurement_revision';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER measurement_revision_keep_figures BEFORE UPDATE ON measurement_revision
    FOR EACH ROW EXECUTE FUNCTION measurement_revision_keep_figures();
CREATE TRIGGER measurement_revision_append_only BEFORE DELETE ON measurement_revision FOR EACH ROW EXECUTE FUNCTION refuse_change();
