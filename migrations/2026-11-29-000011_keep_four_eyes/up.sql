ALTER TABLE programme ADD COLUMN four_eyes boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN programme.four_eyes IS 'Whether whoever endorsed a figure of its indicators may not publish it';

ALTER TABLE measurement_revision ADD COLUMN not_published_by uuid;
COMMENT ON COLUMN measurement_revision.not_published_by IS 'Who endorsed it, if a programme of the indicator then asked for four eyes. Kept by the decisions'' trigger';

CREATE OR REPLACE FUNCTION measurement_decision_move() RETURNS trigger
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
        IF NEW.state = 'PUBLISHED' AND NEW.decided_by = decided.not_published_by THEN
            RAISE EXCEPTION 'whoever endorsed a figure does not publish it'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_decision_four_eyes_check', TABLE = 'measurement_decision';
        END IF;
        UPDATE measurement_revision SET state = NEW.state,
            not_published_by = CASE
                WHEN NEW.state <> 'ENDORSED' THEN not_published_by
                WHEN EXISTS (SELECT FROM programme_indicator followed JOIN programme p ON p.id = followed.programme_id JOIN measurement m ON m.indicator_id = followed.indicator_id
                    WHERE m.id = NEW.measurement_id AND p.four_eyes) THEN NEW.decided_by
            END,
            submitted_by = CASE NEW.state WHEN 'SUBMITTED' THEN NEW.decided_by ELSE submitted_by END,
            submitted_at = CASE NEW.state WHEN 'SUBMITTED' THEN NEW.decided_at ELSE submitted_at END,
            published_at = CASE NEW.state WHEN 'PUBLISHED' THEN NEW.decided_at ELSE published_at END
        WHERE measurement_id = NEW.measurement_id AND revision = NEW.revision;
        RETURN NULL;
    END
    $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION measurement_decision_move() SET search_path = %I, pg_temp', current_schema());
END
$$;
