CREATE TABLE account (
    id uuid PRIMARY KEY,
    login text COLLATE "C" NOT NULL,
    full_name text COLLATE vietnamese NOT NULL,
    email text,
    agency_id uuid CONSTRAINT account_agency_id_fkey REFERENCES agency,
    language text NOT NULL DEFAULT 'VI',
    status text NOT NULL DEFAULT 'ACTIVE',
    demo boolean NOT NULL DEFAULT false,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    search_text text NOT NULL GENERATED ALWAYS AS (fold(ARRAY[full_name, login, email])) STORED,
    CONSTRAINT account_login_key UNIQUE (login),
    CONSTRAINT account_login_check CHECK (login ~ '^[a-z0-9]([a-z0-9._@+-]*[a-z0-9])?$' AND length(login) <= 128),
    CONSTRAINT account_full_name_check CHECK (full_name ~ '\S' AND full_name IS NFC NORMALIZED AND length(full_name) <= 200),
    CONSTRAINT account_email_check CHECK (email ~ '^[^@\s]+@[^@\s]+$' AND length(email) <= 254),
    CONSTRAINT account_language_check CHECK (language IN ('VI', 'EN')),
    CONSTRAINT account_status_check CHECK (status IN ('ACTIVE', 'DISABLED'))
);
COMMENT ON TABLE account IS 'A person who signs in (tài khoản). Never deleted: history names them';
COMMENT ON COLUMN account.login IS 'What the person types to sign in: an e-mail address or a name, in lower case';
COMMENT ON COLUMN account.agency_id IS 'The agency the person belongs to: its administrators keep the account; null if none does';
COMMENT ON COLUMN account.language IS 'Language of what is sent to the person';
COMMENT ON COLUMN account.demo IS 'True for accounts of the demo, whose passwords are printed; refused outside it';
COMMENT ON COLUMN account.version IS 'Counted up by each change, so that two editors notice one another';
COMMENT ON COLUMN account.search_text IS 'Folded name, login and e-mail address, for search';
CREATE INDEX account_agency_id_idx ON account (agency_id);
CREATE INDEX account_search_text_idx ON account USING gin (search_text gin_trgm_ops);

CREATE TABLE role_grant (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL CONSTRAINT role_grant_account_id_fkey REFERENCES account,
    role text NOT NULL,
    agency_id uuid CONSTRAINT role_grant_agency_id_fkey REFERENCES agency,
    with_below boolean NOT NULL DEFAULT false,
    valid_from date NOT NULL,
    valid_until date,
    granted_at timestamptz NOT NULL,
    granted_by uuid CONSTRAINT role_grant_granted_by_fkey REFERENCES account,
    CONSTRAINT role_grant_role_check CHECK (role IN ('REPORTER', 'HEAD', 'STANDING_OFFICE', 'LEADER', 'INSPECTOR', 'ADMINISTRATOR')),
    CONSTRAINT role_grant_everywhere_check CHECK (agency_id IS NOT NULL OR (role IN ('INSPECTOR', 'ADMINISTRATOR') AND NOT with_below)),
    CONSTRAINT role_grant_valid_check CHECK (valid_until >= valid_from),
    CONSTRAINT role_grant_self_check CHECK (granted_by <> account_id),
    CONSTRAINT role_grant_no_overlap EXCLUDE USING gist (account_id WITH =, role WITH =,
        (coalesce(agency_id, '00000000-0000-0000-0000-000000000000')) WITH =, daterange(valid_from, valid_until) WITH &&)
);
COMMENT ON TABLE role_grant IS 'A role somebody holds at an agency, from a day, perhaps until a day. Ended by its last day, never deleted';
COMMENT ON COLUMN role_grant.agency_id IS 'Where it is held; null means everywhere, for inspectors and administrators only';
COMMENT ON COLUMN role_grant.with_below IS 'True if it is also held at the agencies below';
COMMENT ON COLUMN role_grant.valid_from IS 'First day (Asia/Ho_Chi_Minh)';
COMMENT ON COLUMN role_grant.valid_until IS 'First day on which it is no longer held; null while no end is set';
COMMENT ON COLUMN role_grant.granted_by IS 'Who granted it; null for the command line. Nobody grants to themselves';
CREATE INDEX role_grant_account_id_idx ON role_grant (account_id);
CREATE INDEX role_grant_agency_id_idx ON role_grant (agency_id);
CREATE INDEX role_grant_granted_by_idx ON role_grant (granted_by);

-- The same rule as auth::Role::goes_with: who administers or inspects does nothing else.
CREATE FUNCTION role_grant_refuse_mixture() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        -- Two grants at the same time would not see one another: one grant to an account at a time.
        PERFORM FROM account WHERE id = NEW.account_id FOR UPDATE;
        IF EXISTS (
            SELECT FROM role_grant other
            WHERE other.account_id = NEW.account_id AND other.role <> NEW.role
                AND (other.role IN ('INSPECTOR', 'ADMINISTRATOR') OR NEW.role IN ('INSPECTOR', 'ADMINISTRATOR'))
                AND daterange(other.valid_from, other.valid_until) && daterange(NEW.valid_from, NEW.valid_until)
        ) THEN
            RAISE EXCEPTION 'who administers or inspects holds no other role'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'role_grant_no_mixture', TABLE = 'role_grant';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER role_grant_no_mixture BEFORE INSERT OR UPDATE ON role_grant FOR EACH ROW EXECUTE FUNCTION role_grant_refuse_mixture();

-- Only the end of a grant may still move.
CREATE FUNCTION role_grant_keep() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF (NEW.id, NEW.account_id, NEW.role, NEW.agency_id, NEW.with_below, NEW.valid_from, NEW.granted_at, NEW.granted_by)
            IS DISTINCT FROM
           (OLD.id, OLD.account_id, OLD.role, OLD.agency_id, OLD.with_below, OLD.valid_from, OLD.granted_at, OLD.granted_by) THEN
            RAISE EXCEPTION 'a grant is ended and another one made'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'role_grant_append_only', TABLE = 'role_grant';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER role_grant_keep BEFORE UPDATE ON role_grant FOR EACH ROW EXECUTE FUNCTION role_grant_keep();
CREATE TRIGGER role_grant_append_only BEFORE DELETE ON role_grant FOR EACH ROW EXECUTE FUNCTION refuse_change();
