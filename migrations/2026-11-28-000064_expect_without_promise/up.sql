-- Whether the day that a directive is due on is a promise; and deadlines that come again or are stated by half-years.
ALTER TABLE directive
    ADD COLUMN original_due_expected boolean NOT NULL DEFAULT false,
    ADD COLUMN due_expected boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN directive.original_due_expected IS 'True if the first deadline is only expected. Kept by the deadline''s trigger';
COMMENT ON COLUMN directive.due_expected IS 'True if the deadline now in force is only expected, so that nobody is late once it is over. Kept by the deadline''s trigger';

CREATE OR REPLACE FUNCTION directive_follow_deadline() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        UPDATE directive
        SET due_on = NEW.due_on, original_due_on = CASE WHEN NEW.revision = 1 THEN NEW.due_on ELSE original_due_on END,
            due_expected = NEW.due_on IS NOT NULL AND NEW.operator IS NOT DISTINCT FROM 'EXPECTED',
            original_due_expected = CASE WHEN NEW.revision = 1
                THEN NEW.due_on IS NOT NULL AND NEW.operator IS NOT DISTINCT FROM 'EXPECTED' ELSE original_due_expected END
        WHERE id = NEW.directive_id;
        RETURN NEW;
    END
    $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION directive_follow_deadline() SET search_path = %I, pg_temp', current_schema());
END
$$;

ALTER TABLE directive_deadline ADD COLUMN cadence text;
COMMENT ON COLUMN directive_deadline.cadence IS 'How often it comes again: then stated_on is the first time, and due_on is null. Null if it comes once';
COMMENT ON COLUMN directive_deadline.stated_on IS 'The day written, or the last day of the month, quarter, half-year or year written (its first day after "before")';
ALTER TABLE directive_deadline DROP CONSTRAINT directive_deadline_precision_check;
ALTER TABLE directive_deadline
    ADD CONSTRAINT directive_deadline_precision_check CHECK (precision IN ('DAY', 'MONTH', 'QUARTER', 'HALF_YEAR', 'YEAR', 'NONE')) NOT VALID;
ALTER TABLE directive_deadline ADD CONSTRAINT directive_deadline_cadence_check CHECK (
    cadence IS NULL OR cadence IN ('MONTHLY', 'QUARTERLY', 'YEARLY') AND stated_on IS NOT NULL AND due_on IS NULL) NOT VALID;
