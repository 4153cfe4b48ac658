-- Numbers were given when a row was written, and read below the oldest transaction still running, which any other database
-- of the cluster can hold back for hours. Now a lock gives them in the order of commits.
DROP INDEX change_transaction_id_idx;
ALTER TABLE change DROP COLUMN transaction_id,
    ADD COLUMN audience text,
    ADD COLUMN audience_agency_id uuid,
    ADD CONSTRAINT change_audience_check CHECK (audience IN ('PUBLIC', 'INTERNAL', 'PARTY', 'SUBMITTED', 'DRAFTS', 'ACCOUNTS')),
    ADD CONSTRAINT change_audience_kind_check CHECK ((audience IS NOT NULL) = (kind = 'DELETED')),
    ADD CONSTRAINT change_audience_agency_id_check CHECK ((audience_agency_id IS NOT NULL) = (coalesce(audience, 'PUBLIC') NOT IN ('PUBLIC', 'INTERNAL')));
COMMENT ON COLUMN change.id IS 'Orders rows by commit: whoever sees one sees all smaller ones that there will ever be';
COMMENT ON COLUMN change.kind IS 'DELETED is a tombstone: for its audience the object is no longer there';
COMMENT ON COLUMN change.audience IS 'Who could see the object before: everybody, who sees what is internal, or whose reach for PARTY (restricted objects), SUBMITTED or DRAFTS (figures), or ACCOUNTS holds the agency';
COMMENT ON COLUMN change.audience_agency_id IS 'The agency that the audience''s reach holds';

-- Held until the end of the transaction, and taken before the first number is: so the next transaction gets its numbers after
-- this one can be seen. Outbox rows are therefore the last but the audit trail that a transaction writes.
CREATE FUNCTION change_order() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        -- The key is the table itself: advisory locks are per database, and a database may hold several schemas.
        PERFORM pg_advisory_xact_lock(TG_RELID::bigint);
        RETURN NULL;
    END
    $$;
COMMENT ON FUNCTION change_order() IS 'Trigger that gives the rows of the outbox their numbers in the order of commits';
CREATE TRIGGER change_order BEFORE INSERT ON change FOR EACH STATEMENT EXECUTE FUNCTION change_order();

CREATE FUNCTION change_notify() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        PERFORM pg_notify('cotmoc_change', '');
        RETURN NULL;
    END
    $$;
COMMENT ON FUNCTION change_notify() IS 'Trigger that wakes whoever follows the outbox, once the transaction is committed';
CREATE TRIGGER change_notify AFTER INSERT ON change FOR EACH STATEMENT EXECUTE FUNCTION change_notify();
