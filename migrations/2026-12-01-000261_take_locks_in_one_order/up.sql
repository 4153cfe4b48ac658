-- Whoever writes what has history takes the lock of the outbox at the end of the transaction. Who had only written the audit trail
-- before (a sign-in) held its end by then, and stood in the way of whoever had the outbox and came to the trail. Now the outbox
-- comes first for all.
CREATE OR REPLACE FUNCTION audit_entry_chain() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    DECLARE
        head audit_head;
    BEGIN
        PERFORM pg_advisory_xact_lock('change'::regclass::bigint);
        SELECT * INTO STRICT head FROM audit_head FOR UPDATE;
        NEW.id := head.id + 1;
        NEW.previous_hash := head.hash;
        NEW.hash := audit_hash(NEW);
        UPDATE audit_head SET id = NEW.id, hash = NEW.hash;
        RETURN NEW;
    END
    $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION audit_entry_chain() SET search_path = %I, pg_temp', current_schema());
END
$$;
