ALTER TABLE notification_event VALIDATE CONSTRAINT notification_event_webhook_id_fkey;
ALTER TABLE notification_event VALIDATE CONSTRAINT notification_event_about_check;
ALTER TABLE notification VALIDATE CONSTRAINT notification_webhook_id_fkey;
ALTER TABLE notification VALIDATE CONSTRAINT notification_about_check;
ALTER TABLE notification_rule VALIDATE CONSTRAINT notification_rule_role_check;
INSERT INTO notification_rule (kind, party, role) VALUES ('WEBHOOK_DISABLED', 'ADDRESSEE', 'ADMINISTRATOR');
