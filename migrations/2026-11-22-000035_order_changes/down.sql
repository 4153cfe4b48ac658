DROP TRIGGER change_notify ON change;
DROP FUNCTION change_notify;
DROP TRIGGER change_order ON change;
DROP FUNCTION change_order;
ALTER TABLE change DROP COLUMN audience_agency_id, DROP COLUMN audience,
    ADD COLUMN transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id();
COMMENT ON COLUMN change.id IS NULL;
COMMENT ON COLUMN change.kind IS NULL;
COMMENT ON COLUMN change.transaction_id IS 'Orders rows by commit: a reader stops before the oldest transaction still running';
CREATE INDEX change_transaction_id_idx ON change (transaction_id, id);
