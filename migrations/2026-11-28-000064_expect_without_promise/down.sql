CREATE OR REPLACE FUNCTION directive_follow_deadline() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        UPDATE directive
        SET due_on = NEW.due_on, original_due_on = CASE WHEN NEW.revision = 1 THEN NEW.due_on ELSE original_due_on END
        WHERE id = NEW.directive_id;
        RETURN NEW;
    END
    $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION directive_follow_deadline() SET search_path = %I, pg_temp', current_schema());
END
$$;
ALTER TABLE directive DROP COLUMN original_due_expected, DROP COLUMN due_expected;
ALTER TABLE directive_deadline DROP COLUMN cadence, DROP CONSTRAINT directive_deadline_precision_check;
ALTER TABLE directive_deadline
    ADD CONSTRAINT directive_deadline_precision_check CHECK (precision IN ('DAY', 'MONTH', 'QUARTER', 'YEAR', 'NONE')) NOT VALID;
COMMENT ON COLUMN directive_deadline.stated_on IS 'The day written, or the last day of the month, quarter or year written (its first day after "before")';
