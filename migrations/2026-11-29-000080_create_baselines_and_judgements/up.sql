-- How an assessment gets from a figure to a word is data: where the way began, how it is expected to go, and which pace is enough.
ALTER TABLE indicator ADD COLUMN interpolation text,
    ADD CONSTRAINT indicator_interpolation_check CHECK (interpolation IN ('LINEAR', 'STEP', 'COMPOUND')) NOT VALID;
COMMENT ON COLUMN indicator.interpolation IS 'How it is expected to go from one milestone to the next: LINEAR, STEP (nothing is expected before the day), COMPOUND (by a constant rate). Null: LINEAR for numbers, ratios and indices, STEP for all else';

CREATE TABLE baseline (
    id uuid PRIMARY KEY,
    indicator_id uuid NOT NULL CONSTRAINT baseline_indicator_id_fkey REFERENCES indicator,
    subject_id uuid NOT NULL CONSTRAINT baseline_subject_id_fkey REFERENCES agency,
    value numeric NOT NULL,
    measured_on date NOT NULL,
    document_id uuid CONSTRAINT baseline_document_id_fkey REFERENCES document,
    clause text,
    simulated boolean NOT NULL DEFAULT false,
    note text,
    CONSTRAINT baseline_key UNIQUE (indicator_id, subject_id, measured_on),
    CONSTRAINT baseline_value_check CHECK (value NOT IN ('NaN', 'Infinity', '-Infinity')),
    CONSTRAINT baseline_measured_on_check CHECK (isfinite(measured_on)),
    CONSTRAINT baseline_source_check CHECK (document_id IS NOT NULL OR simulated OR coalesce(note, '') ~ '\S')
);
COMMENT ON TABLE baseline IS 'A baseline (hiện trạng, mốc xuất phát): where an indicator of a subject stood on a day from which the way to its targets is counted';
COMMENT ON COLUMN baseline.value IS 'In the indicator''s unit';
COMMENT ON COLUMN baseline.measured_on IS 'The day it is true of; the latest one before the milestone counts';
COMMENT ON COLUMN baseline.clause IS 'Clause of the document that says so, as printed';
COMMENT ON COLUMN baseline.simulated IS 'Invented for the demo: no real figure';
COMMENT ON COLUMN baseline.note IS 'Where it comes from, if no document of the register says so';

CREATE TABLE judgement (
    id uuid PRIMARY KEY,
    target_id uuid NOT NULL CONSTRAINT judgement_target_id_fkey REFERENCES target,
    verdict text NOT NULL,
    judged_on date NOT NULL,
    reason text NOT NULL,
    evidence text NOT NULL,
    state text NOT NULL DEFAULT 'PROPOSED',
    recorded_at timestamptz NOT NULL,
    recorded_by uuid,
    decided_at timestamptz,
    decided_by uuid,
    decision_reason text,
    simulated boolean NOT NULL DEFAULT false,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT judgement_verdict_check CHECK (verdict IN ('ACHIEVED', 'ON_TRACK', 'AT_RISK', 'OFF_TRACK', 'MISSED')),
    CONSTRAINT judgement_judged_on_check CHECK (isfinite(judged_on)),
    CONSTRAINT judgement_reason_check CHECK (reason ~ '\S' AND reason IS NFC NORMALIZED),
    CONSTRAINT judgement_evidence_check CHECK (evidence ~ '\S' AND evidence IS NFC NORMALIZED),
    CONSTRAINT judgement_state_check CHECK (state IN ('PROPOSED', 'ENDORSED', 'RETURNED')),
    CONSTRAINT judgement_decided_check CHECK ((state = 'PROPOSED') = (decided_at IS NULL)),
    CONSTRAINT judgement_decision_reason_check CHECK (state <> 'RETURNED' OR coalesce(decision_reason, '') ~ '\S'),
    CONSTRAINT judgement_decided_by_others CHECK (decided_by <> recorded_by)
);
COMMENT ON TABLE judgement IS 'A judgement (nhận định): how a target in words stands on a day, by the standing office. Once decided on it never changes; a later one takes its place';
COMMENT ON COLUMN judgement.judged_on IS 'The day it is true of (Asia/Ho_Chi_Minh)';
COMMENT ON COLUMN judgement.evidence IS 'What it rests on';
COMMENT ON COLUMN judgement.state IS 'PROPOSED until somebody else has decided; ENDORSED: it counts; RETURNED with a reason';
COMMENT ON COLUMN judgement.recorded_by IS 'The account that recorded it; null for the demo';
COMMENT ON COLUMN judgement.decided_by IS 'The account that decided; null for the demo';
COMMENT ON COLUMN judgement.simulated IS 'Invented for the demo';
CREATE INDEX judgement_target_id_idx ON judgement (target_id, judged_on DESC, id DESC);

-- What was judged stands; it is decided on once.
CREATE FUNCTION judgement_keep() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF OLD.state <> 'PROPOSED' OR (NEW.id, NEW.target_id, NEW.verdict, NEW.judged_on, NEW.reason, NEW.evidence, NEW.recorded_at, NEW.recorded_by, NEW.simulated)
            IS DISTINCT FROM (OLD.id, OLD.target_id, OLD.verdict, OLD.judged_on, OLD.reason, OLD.evidence, OLD.recorded_at, OLD.recorded_by, OLD.simulated) THEN
            RAISE EXCEPTION 'a judgement is changed by a later one'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'judgement_append_only', TABLE = 'judgement';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER judgement_keep BEFORE UPDATE ON judgement FOR EACH ROW EXECUTE FUNCTION judgement_keep();
CREATE TRIGGER judgement_append_only BEFORE DELETE ON judgement FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE assessment_rule (
    id uuid PRIMARY KEY,
    programme_id uuid CONSTRAINT assessment_rule_programme_id_fkey REFERENCES programme,
    valid daterange NOT NULL,
    on_track_from numeric NOT NULL,
    at_risk_from numeric NOT NULL,
    source text NOT NULL,
    CONSTRAINT assessment_rule_valid_check CHECK (NOT isempty(valid)),
    CONSTRAINT assessment_rule_order_check CHECK (0 < at_risk_from AND at_risk_from < on_track_from AND on_track_from <= 1),
    CONSTRAINT assessment_rule_source_check CHECK (source ~ '\S'),
    CONSTRAINT assessment_rule_no_overlap EXCLUDE USING gist ((coalesce(programme_id, '00000000-0000-0000-0000-000000000000')) WITH =, valid WITH &&)
);
COMMENT ON TABLE assessment_rule IS 'Which pace is enough: the bounds between on track, at risk and off track, of a programme on the days they are valid; where there is no row 0.95 and 0.75';
COMMENT ON COLUMN assessment_rule.programme_id IS 'Null: of every programme that has no row of its own for the day';
COMMENT ON COLUMN assessment_rule.on_track_from IS 'Way made by way expected, from which an indicator is on track';
COMMENT ON COLUMN assessment_rule.at_risk_from IS 'The same from which it is at risk; below it is off track';
COMMENT ON COLUMN assessment_rule.source IS 'Who says so';

DO $$
DECLARE
    name text;
    noun text;
BEGIN
    FOR name, noun IN VALUES ('baseline', 'assessment'), ('judgement', 'assessment'), ('assessment_rule', 'assessment') LOOP
        EXECUTE format('CREATE TRIGGER data_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION data_version_raise(%L)', name, noun);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER data_version', name);
    END LOOP;
END
$$;
