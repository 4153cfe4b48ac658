DELETE FROM notification_mail USING notification WHERE notification.id = notification_id AND reporting_rule_id IS NOT NULL;
DELETE FROM notification WHERE reporting_rule_id IS NOT NULL;
ALTER TABLE notification DROP COLUMN reporting_rule_id;
COMMENT ON TABLE notification_agency IS 'Whose figures a notification is about: shown to who sees what the agency owes';
COMMENT ON COLUMN notification_agency.figures IS 'How many of them, as it was when it was told';
