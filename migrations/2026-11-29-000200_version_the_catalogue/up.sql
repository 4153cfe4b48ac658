-- The rest of the catalogue is written by whoever keeps it, too: programmes, measures, goals, digital systems, reporting rules and period
-- reports. Each change says which version it has seen.
ALTER TABLE programme ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE measure ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE goal ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE digital_system ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE reporting_rule ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE period_report ADD COLUMN version integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN programme.version IS 'Raised by each change, so that nobody overwrites what they have not seen';
COMMENT ON COLUMN measure.version IS 'Raised by each change, so that nobody overwrites what they have not seen';
COMMENT ON COLUMN goal.version IS 'Raised by each change, so that nobody overwrites what they have not seen';
COMMENT ON COLUMN digital_system.version IS 'Raised by each change, so that nobody overwrites what they have not seen';
COMMENT ON COLUMN reporting_rule.version IS 'Raised by each change, so that nobody overwrites what they have not seen';
COMMENT ON COLUMN period_report.version IS 'Raised by each change, so that nobody overwrites what they have not seen';
SELECT history.attach('programme');
SELECT history.attach('measure');
SELECT history.attach('goal');
SELECT history.attach('digital_system');
SELECT history.attach('reporting_rule');
SELECT history.attach('period_report');
