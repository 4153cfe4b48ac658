ALTER TABLE notification_rule DROP CONSTRAINT notification_rule_kind_party_check;
DROP FUNCTION is_notification_party(text, text);
