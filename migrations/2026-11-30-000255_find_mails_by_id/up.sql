CREATE INDEX CONCURRENTLY notification_mail_mail_id_idx ON notification_mail (mail_id) WHERE mail_id IS NOT NULL;
