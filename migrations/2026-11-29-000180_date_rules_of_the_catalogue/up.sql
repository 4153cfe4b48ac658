-- Rules are set by documents, hold from a day on, and are changed by whoever keeps them: schedules, days that are not as their weekday
-- says, rules between indicators, and the bounds between the statuses of assessments.
ALTER TABLE holiday
    ADD COLUMN document_id uuid,
    ADD CONSTRAINT holiday_document_id_fkey FOREIGN KEY (document_id) REFERENCES document NOT VALID;
COMMENT ON COLUMN holiday.document_id IS 'The document that sets it, if it is one of the register';
ALTER TABLE reporting_schedule
    ADD COLUMN document_id uuid,
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD CONSTRAINT reporting_schedule_document_id_fkey FOREIGN KEY (document_id) REFERENCES document NOT VALID;
COMMENT ON COLUMN reporting_schedule.document_id IS 'The document that sets it, if it is one of the register';
COMMENT ON COLUMN reporting_schedule.version IS 'Raised by each change';
ALTER TABLE assessment_rule
    ADD COLUMN document_id uuid,
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD CONSTRAINT assessment_rule_document_id_fkey FOREIGN KEY (document_id) REFERENCES document NOT VALID;
COMMENT ON COLUMN assessment_rule.document_id IS 'The document that sets it, if it is one of the register';
COMMENT ON COLUMN assessment_rule.version IS 'Raised by each change';
ALTER TABLE indicator_rule
    ADD COLUMN valid daterange NOT NULL DEFAULT daterange(NULL, NULL),
    ADD COLUMN document_id uuid,
    ADD COLUMN clause text,
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD CONSTRAINT indicator_rule_valid_check CHECK (NOT isempty(valid)) NOT VALID,
    ADD CONSTRAINT indicator_rule_clause_check CHECK ((document_id IS NULL) = (clause IS NULL)) NOT VALID,
    ADD CONSTRAINT indicator_rule_document_id_fkey FOREIGN KEY (document_id) REFERENCES document NOT VALID;
COMMENT ON COLUMN indicator_rule.valid IS 'Holds for periods whose last day is one of these';
COMMENT ON COLUMN indicator_rule.document_id IS 'The document that sets it; null for what was there before documents were named';
COMMENT ON COLUMN indicator_rule.clause IS 'Its clause, as printed';
COMMENT ON COLUMN indicator_rule.version IS 'Raised by each change';

-- Whatever was judged by a rule was judged by it: it ends, and another one follows.
CREATE FUNCTION rule_only_ends() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF lower(NEW.valid) IS DISTINCT FROM lower(OLD.valid) OR NOT OLD.valid @> NEW.valid THEN
            RAISE EXCEPTION 'a rule ends earlier, or stays as it is'
                USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_only_ends', TABLE = TG_TABLE_NAME;
        END IF;
        RETURN NEW;
    END
    $$;
COMMENT ON FUNCTION rule_only_ends() IS 'Trigger: the days on which a rule holds begin as they began, and end no later than they did';
CREATE TRIGGER rule_only_ends BEFORE UPDATE OF valid ON reporting_schedule FOR EACH ROW EXECUTE FUNCTION rule_only_ends();
CREATE TRIGGER rule_only_ends BEFORE UPDATE OF valid ON assessment_rule FOR EACH ROW EXECUTE FUNCTION rule_only_ends();
CREATE TRIGGER rule_only_ends BEFORE UPDATE OF valid ON indicator_rule FOR EACH ROW EXECUTE FUNCTION rule_only_ends();

SELECT history.attach('holiday');
SELECT history.attach('reporting_schedule');
SELECT history.attach('assessment_rule');
SELECT history.attach('indicator_rule');
