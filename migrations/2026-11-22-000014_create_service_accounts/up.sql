CREATE TABLE service_account (
    id uuid PRIMARY KEY,
    code text COLLATE "C" NOT NULL,
    name text NOT NULL,
    agency_id uuid NOT NULL CONSTRAINT service_account_agency_id_fkey REFERENCES agency,
    with_below boolean NOT NULL DEFAULT false,
    scopes text[] NOT NULL,
    status text NOT NULL DEFAULT 'ACTIVE',
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    created_by uuid CONSTRAINT service_account_created_by_fkey REFERENCES account,
    CONSTRAINT service_account_code_key UNIQUE (code),
    CONSTRAINT service_account_code_check CHECK (code ~ '^[a-z0-9]+([._-][a-z0-9]+)*$' AND length(code) <= 64),
    CONSTRAINT service_account_name_check CHECK (name ~ '\S' AND name IS NFC NORMALIZED AND length(name) <= 200),
    CONSTRAINT service_account_status_check CHECK (status IN ('ACTIVE', 'DISABLED')),
    CONSTRAINT service_account_scopes_check CHECK (cardinality(scopes) > 0 AND scopes <@ '{figures:read,figures:write,internal:read,progress:write}')
);
COMMENT ON TABLE service_account IS 'A machine that signs in: another system that pushes figures or pulls published data';
COMMENT ON COLUMN service_account.code IS 'Its client_id';
COMMENT ON COLUMN service_account.agency_id IS 'The agency for which it acts';
COMMENT ON COLUMN service_account.with_below IS 'True if it also acts for the agencies below';
COMMENT ON COLUMN service_account.scopes IS 'What it may do, by name';
CREATE INDEX service_account_agency_id_idx ON service_account (agency_id);
CREATE INDEX service_account_created_by_idx ON service_account (created_by);

CREATE TABLE service_secret (
    id uuid PRIMARY KEY,
    service_account_id uuid NOT NULL CONSTRAINT service_secret_service_account_id_fkey REFERENCES service_account,
    hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT service_secret_hash_check CHECK (length(hash) = 32)
);
COMMENT ON TABLE service_secret IS 'Secrets of a service account: at most two at a time, so that one can be replaced without a pause';
COMMENT ON COLUMN service_secret.hash IS 'SHA-256 of 256 random bits: shown once, never kept';
CREATE INDEX service_secret_service_account_id_idx ON service_secret (service_account_id);

CREATE FUNCTION service_secret_refuse_third() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        PERFORM FROM service_account WHERE id = NEW.service_account_id FOR UPDATE;
        IF (SELECT count(*) FROM service_secret WHERE service_account_id = NEW.service_account_id AND ended_at IS NULL) > 2 THEN
            RAISE EXCEPTION 'a service account has at most two secrets'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'service_secret_two_at_most', TABLE = 'service_secret';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER service_secret_two_at_most AFTER INSERT OR UPDATE ON service_secret FOR EACH ROW EXECUTE FUNCTION service_secret_refuse_third();

CREATE TABLE signing_key (
    kid text COLLATE "C" PRIMARY KEY,
    public_key bytea NOT NULL,
    sealed_private_key bytea NOT NULL,
    created_at timestamptz NOT NULL,
    signs_from timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT signing_key_public_key_check CHECK (length(public_key) = 32)
);
COMMENT ON TABLE signing_key IS 'Keys (Ed25519) that sign access tokens. The newest that signs already signs; an older one verifies until its last token has expired';
COMMENT ON COLUMN signing_key.sealed_private_key IS 'The private key, encrypted with the installation''s key';
COMMENT ON COLUMN signing_key.signs_from IS 'Published before it signs, so that whoever keeps our key set for a while knows it in time';
COMMENT ON COLUMN signing_key.revoked_at IS 'When it was withdrawn because somebody else may have it';
