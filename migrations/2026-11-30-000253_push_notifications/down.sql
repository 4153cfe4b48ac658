DELETE FROM notification_choice WHERE mail IS NULL;
ALTER TABLE notification_choice DROP COLUMN push;
ALTER TABLE notification_choice ALTER COLUMN mail SET NOT NULL;
COMMENT ON TABLE notification_choice IS 'When a person wants a kind of notification by e-mail';
COMMENT ON COLUMN notification_choice.mail IS NULL;
DROP TABLE notification_push;
DROP TABLE push_subscription;
