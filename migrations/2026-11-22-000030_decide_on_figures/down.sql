DROP TRIGGER measurement_revision_refuse_new_unendorsed ON measurement_revision;
DROP TRIGGER measurement_revision_refuse_unendorsed ON measurement_revision;
DROP TABLE measurement_decision;
DROP TRIGGER measurement_revision_begin ON measurement_revision;
DROP FUNCTION measurement_revision_refuse_unendorsed();
DROP FUNCTION measurement_decision_move();
DROP FUNCTION measurement_content_hash(uuid, integer);
DROP FUNCTION measurement_revision_begin();

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
            FROM measurement_revision WHERE measurement_id = NEW.measurement_id)
        WHERE id = NEW.measurement_id;
        RETURN NULL;
    END
    $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION measurement_follow_revisions() SET search_path = %I, pg_temp', current_schema());
END
$$;

CREATE OR REPLACE FUNCTION measurement_revision_keep_figures() RETURNS trigger
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

-- What has no reason was a draft that was written again.
ALTER TABLE measurement_revision DISABLE TRIGGER measurement_revision_keep_figures;
UPDATE measurement_revision SET reason = 'Sửa bản nháp' WHERE revision > 1 AND reason IS NULL;
ALTER TABLE measurement_revision ENABLE TRIGGER measurement_revision_keep_figures;
ALTER TABLE measurement_revision
    DROP CONSTRAINT measurement_revision_text_check,
    DROP CONSTRAINT measurement_revision_magnitude_check,
    DROP CONSTRAINT measurement_revision_reason_check,
    ADD CONSTRAINT measurement_revision_reason_check CHECK (revision = 1 OR reason ~ '\S'),
    DROP COLUMN submitted_by,
    DROP COLUMN comment;
COMMENT ON COLUMN measurement_revision.reason IS 'Why an earlier figure was changed';
DROP INDEX measurement_waiting_idx;
DROP FUNCTION measurement_lock(uuid[]);
