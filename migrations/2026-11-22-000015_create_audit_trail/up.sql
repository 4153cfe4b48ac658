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
    CONSTRAINT audit_entry_hash_key UNIQUE (hash),
    CONSTRAINT audit_entry_actor_check CHECK (actor_kind IN ('NOBODY', 'USER', 'SERVICE', 'OPERATOR')),
    CONSTRAINT audit_entry_actor_id_check CHECK ((actor_id IS NOT NULL) = (actor_kind IN ('USER', 'SERVICE'))),
    CONSTRAINT audit_entry_action_check CHECK (action ~ '^[A-Z]+(_[A-Z]+)*$')
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
CREATE INDEX audit_entry_recorded_at_idx ON audit_entry (recorded_at DESC, id DESC);
CREATE INDEX audit_entry_actor_id_idx ON audit_entry (actor_id, id DESC);
CREATE INDEX audit_entry_object_id_idx ON audit_entry (object_id, id DESC);

CREATE TABLE audit_head (
    singleton boolean PRIMARY KEY DEFAULT true,
    id bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_head_singleton_check CHECK (singleton)
);
COMMENT ON TABLE audit_head IS 'The last entry of the audit trail: its row is the lock that makes entries follow one another';
INSERT INTO audit_head (id, hash) VALUES (0, decode(repeat('00', 32), 'hex'));

-- jsonb writes keys in one order and numbers in one way, so that the same row always gives the same bytes.
CREATE FUNCTION audit_hash(entry audit_entry) RETURNS bytea
    LANGUAGE sql STABLE
    RETURN sha256(entry.previous_hash || convert_to(
        (to_jsonb(entry) - 'hash' - 'previous_hash' - 'recorded_at'
            || jsonb_build_object('recorded_at', extract(epoch FROM entry.recorded_at)))::text, 'UTF8'));
COMMENT ON FUNCTION audit_hash(audit_entry) IS 'What the hash of an entry must be';

CREATE FUNCTION audit_entry_chain() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
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
CREATE TRIGGER audit_entry_chain BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_chain();
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
