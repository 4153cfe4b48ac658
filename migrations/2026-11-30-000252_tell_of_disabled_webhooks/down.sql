DELETE FROM notification_rule WHERE kind = 'WEBHOOK_DISABLED';
