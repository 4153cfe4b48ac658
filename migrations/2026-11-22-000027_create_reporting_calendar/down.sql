CREATE OR REPLACE FUNCTION measurement_follow_revisions() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        -- Before counting: whoever writes another revision of it at this moment is then waited for, and seen.
        PERFORM FROM measurement WHERE id = NEW.measurement_id FOR NO KEY UPDATE;
        UPDATE measurement SET (submitted_revision, drafted_revision) = (
            SELECT max(revision) FILTER (WHERE state IN ('SUBMITTED', 'ENDORSED')), max(revision) FILTER (WHERE state IN ('DRAFT', 'RETURNED', 'WITHDRAWN'))
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
ALTER TABLE measurement_revision DROP COLUMN submitted_at;
ALTER TABLE measurement DROP COLUMN answered_on;
DROP FUNCTION reporting_window(uuid, uuid, text, text, text, date, date, date);
DROP TABLE nil_answer;
DROP TABLE unlock_request;
DROP TABLE reporting_extension;
DROP TABLE reporting_assignment;
DROP TABLE reporting_schedule;
DROP FUNCTION nth_working_day(date, integer);
DROP TABLE holiday;
