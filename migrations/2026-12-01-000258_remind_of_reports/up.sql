-- Reports that a plan's rules ask for fall due like figures, and people are told of them as well.

ALTER TABLE notification ADD COLUMN reporting_rule_id uuid;
ALTER TABLE notification ADD CONSTRAINT notification_reporting_rule_id_fkey FOREIGN KEY (reporting_rule_id) REFERENCES reporting_rule NOT VALID;
ALTER TABLE notification ADD CONSTRAINT notification_report_check
    CHECK (reporting_rule_id IS NULL OR period IS NOT NULL AND kind IN ('DUE_SOON', 'DUE_TODAY', 'OVERDUE')) NOT VALID;
COMMENT ON COLUMN notification.reporting_rule_id IS 'The rule by which the report of the period is asked for that it is about; null if it is about something else';
COMMENT ON TABLE notification_agency IS 'Whose figures, or whose report, a notification is about: shown to who sees what the agency owes';
COMMENT ON COLUMN notification_agency.figures IS 'How many figures, as it was when it was told; 1 of a report';
