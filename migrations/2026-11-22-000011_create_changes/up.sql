CREATE TABLE change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    noun text NOT NULL,
    object_id uuid,
    kind text NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT change_noun_check CHECK (noun ~ '^[a-z]+(_[a-z]+)*$'),
    CONSTRAINT change_kind_check CHECK (kind IN ('CREATED', 'UPDATED', 'DELETED', 'LOADED')),
    CONSTRAINT change_object_id_check CHECK ((object_id IS NULL) = (kind = 'LOADED'))
);
COMMENT ON TABLE change IS 'The outbox: one row for each object that a transaction changed, written in that transaction';
COMMENT ON COLUMN change.transaction_id IS 'Orders rows by commit: a reader stops before the oldest transaction still running';
COMMENT ON COLUMN change.noun IS 'Table of the object';
COMMENT ON COLUMN change.object_id IS 'The object; null where many were loaded at once and a reader should fetch the noun again';
CREATE INDEX change_transaction_id_idx ON change (transaction_id, id);
CREATE TRIGGER change_append_only BEFORE UPDATE OR DELETE ON change FOR EACH ROW EXECUTE FUNCTION refuse_change();
