COMMENT ON COLUMN password_reset.created_by IS 'Who made it; null for the command line';
DROP TABLE account_mail;
