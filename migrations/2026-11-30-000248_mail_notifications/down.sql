SELECT history.drop_views();
DROP FUNCTION notification_mail_time(text, timestamptz);
DROP TABLE notification_mail;
DROP TABLE notification_choice;
DROP FUNCTION notification_mail_default(text);
