CREATE TABLE audit_entry (
    id bigint PRIMARY KEY,
    recorded_at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    session_id uuid,
    action text NOT NULL,
    succeeded boolean NOT NULL,
    noun text,
    object_id uuid,
    before jsonb,
    after jsonb,
    address text,
    client_name text,
    client_version text,
    request_id text,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_entry_id_check CHECK (id >= 1),
    CONSTRAINT audit_entry_actor_check CHECK (actor_kind IN ('NOBODY', 'USER', 'SERVICE', 'OPERATOR')),
    CONSTRAINT audit_entry_actor_id_check CHECK ((actor_id IS NOT NULL) = (actor_kind IN ('USER', 'SERVICE'))),
    CONSTRAINT audit_entry_action_check CHECK (action ~ '^[A-Z]+(_[A-Z]+)*$'),
    CONSTRAINT audit_entry_hash_check CHECK (length(previous_hash) = 32 AND length(hash) = 32)
);
COMMENT ON TABLE audit_entry IS 'Who did what: added, never changed; each entry carries the hash of the one before';
COMMENT ON COLUMN audit_entry.id IS 'From 1, without a gap';
COMMENT ON COLUMN audit_entry.actor_id IS 'The account of a person or of a machine';
COMMENT ON COLUMN audit_entry.action IS 'What was done, in the words of the table of permissions, or SIGN_IN and what belongs to it';
COMMENT ON COLUMN audit_entry.succeeded IS 'False for what was tried in vain: a wrong password, an expired link';
COMMENT ON COLUMN audit_entry.noun IS 'Table of the object';
COMMENT ON COLUMN audit_entry.before IS 'The object before, without secrets';
COMMENT ON COLUMN audit_entry.after IS 'The object after, or what was tried';
COMMENT ON COLUMN audit_entry.address IS 'Where the request came from';
COMMENT ON COLUMN audit_entry.request_id IS 'As in the answer and in the log';
COMMENT ON COLUMN audit_entry.previous_hash IS 'hash of the entry before; 32 zero bytes for the first';
COMMENT ON COLUMN audit_entry.hash IS 'SHA-256 of previous_hash and of all other columns';
-- Each is read from the newest entry backwards.
CREATE INDEX audit_entry_recorded_at_idx ON audit_entry (recorded_at, id);
CREATE INDEX audit_entry_actor_id_idx ON audit_entry (actor_id, id);
CREATE INDEX audit_entry_object_id_idx ON audit_entry (object_id, id);
CREATE INDEX audit_entry_action_idx ON audit_entry (action, id);
CREATE INDEX audit_entry_address_idx ON audit_entry (address, id);
CREATE INDEX audit_entry_request_id_idx ON audit_entry (request_id, id);

CREATE TABLE audit_head (
    singleton boolean PRIMARY KEY DEFAULT true,
    id bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_head_singleton_check CHECK (singleton)
);
COMMENT ON TABLE audit_head IS 'The last entry of the audit trail: its row is the lock that makes entries follow one another';
INSERT INTO audit_head (id, hash) VALUES (0, decode(repeat('00', 32), 'hex'));

-- jsonb writes keys in one order and numbers in one way, so that the same row always gives the same bytes. The columns are
-- named: one that is added later would otherwise change the hash of every entry there is. The same stands in the program
-- (db/src/audit/verify.sql), which does not trust what is stored here.
CREATE FUNCTION audit_hash(entry audit_entry) RETURNS bytea
    LANGUAGE sql STABLE
    RETURN sha256(entry.previous_hash || convert_to(jsonb_build_object(
        'id', entry.id, 'recorded_at', extract(epoch FROM entry.recorded_at),
        'actor_kind', entry.actor_kind, 'actor_id', entry.actor_id, 'session_id', entry.session_id,
        'action', entry.action, 'succeeded', entry.succeeded, 'noun', entry.noun, 'object_id', entry.object_id,
        'before', entry.before, 'after', entry.after, 'address', entry.address, 'client_name', entry.client_name,
        'client_version', entry.client_version, 'request_id', entry.request_id)::text, 'UTF8'));
COMMENT ON FUNCTION audit_hash(audit_entry) IS 'What the hash of an entry must be';

-- As the owner: whoever adds an entry may not touch the head.
CREATE FUNCTION audit_entry_chain() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    DECLARE
        head audit_head;
    BEGIN
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
    -- The tables of this schema, whatever the caller has on its own path or among its temporary tables.
    EXECUTE format('ALTER FUNCTION audit_entry_chain() SET search_path = %I, pg_temp', current_schema());
END
$$;
REVOKE EXECUTE ON FUNCTION audit_entry_chain() FROM PUBLIC;
CREATE TRIGGER audit_entry_chain BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_chain();
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- No reset needs to empty them.
CREATE TRIGGER audit_entry_not_emptied BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON audit_head FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
