CREATE TABLE password (
    account_id uuid PRIMARY KEY CONSTRAINT password_account_id_fkey REFERENCES account,
    hash text NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT password_hash_check CHECK (hash LIKE '$argon2id$%')
);
COMMENT ON TABLE password IS 'How an account proves who it is; no row until a password has been set';
COMMENT ON COLUMN password.hash IS 'Argon2id in PHC form, with its salt and parameters';

CREATE TABLE password_reset (
    token_hash bytea PRIMARY KEY,
    account_id uuid NOT NULL CONSTRAINT password_reset_account_id_fkey REFERENCES account,
    created_at timestamptz NOT NULL,
    created_by uuid CONSTRAINT password_reset_created_by_fkey REFERENCES account,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT password_reset_token_hash_check CHECK (length(token_hash) = 32)
);
COMMENT ON TABLE password_reset IS 'Links by which a person sets a password, each once';
COMMENT ON COLUMN password_reset.token_hash IS 'SHA-256 of the token in the link; the token itself is not kept';
COMMENT ON COLUMN password_reset.created_by IS 'Who made it; null for the command line';
CREATE INDEX password_reset_account_id_idx ON password_reset (account_id);
CREATE INDEX password_reset_created_by_idx ON password_reset (created_by);

CREATE TABLE second_factor (
    account_id uuid PRIMARY KEY CONSTRAINT second_factor_account_id_fkey REFERENCES account,
    sealed_secret bytea NOT NULL,
    created_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    last_step bigint
);
COMMENT ON TABLE second_factor IS 'The shared secret of an authenticator app (TOTP, RFC 6238)';
COMMENT ON COLUMN second_factor.sealed_secret IS 'The secret, encrypted with the installation''s key';
COMMENT ON COLUMN second_factor.confirmed_at IS 'When a first code proved that the app has it; not asked for before';
COMMENT ON COLUMN second_factor.last_step IS 'The time step of the last code accepted: each is accepted once';

CREATE TABLE recovery_code (
    account_id uuid NOT NULL CONSTRAINT recovery_code_account_id_fkey REFERENCES account,
    hash bytea NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (account_id, hash),
    CONSTRAINT recovery_code_hash_check CHECK (length(hash) = 32)
);
COMMENT ON TABLE recovery_code IS 'Codes that stand in for the authenticator app, each once';

CREATE TABLE session (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL CONSTRAINT session_account_id_fkey REFERENCES account,
    second_factor boolean NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    end_reason text,
    address text,
    client_name text,
    client_version text,
    user_agent text,
    CONSTRAINT session_end_reason_check CHECK (end_reason IN
        ('SIGNED_OUT', 'SIGNED_OUT_EVERYWHERE', 'REVOKED', 'PASSWORD_CHANGED', 'FACTOR_CHANGED', 'DISABLED', 'TOKEN_REUSED')),
    CONSTRAINT session_ended_check CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
COMMENT ON TABLE session IS 'Somebody who signed in on one device: a family of refresh tokens, of which one is good at a time';
COMMENT ON COLUMN session.second_factor IS 'Whether a second factor was given';
COMMENT ON COLUMN session.last_used_at IS 'When it was last refreshed; unused for the idle life, it is over';
COMMENT ON COLUMN session.expires_at IS 'When it ends however often it is refreshed';
COMMENT ON COLUMN session.address IS 'Where it began';
CREATE INDEX session_account_id_idx ON session (account_id, created_at DESC);

CREATE TABLE refresh_token (
    hash bytea PRIMARY KEY,
    session_id uuid NOT NULL CONSTRAINT refresh_token_session_id_fkey REFERENCES session,
    created_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT refresh_token_hash_check CHECK (length(hash) = 32)
);
COMMENT ON TABLE refresh_token IS 'The tokens of a session, one after the other; all but the last are used';
COMMENT ON COLUMN refresh_token.hash IS 'SHA-256 of the token; the token itself is not kept';
CREATE INDEX refresh_token_session_id_idx ON refresh_token (session_id);

CREATE TABLE sign_in_throttle (
    key bytea PRIMARY KEY,
    failures integer NOT NULL,
    last_failed_at timestamptz NOT NULL,
    blocked_until timestamptz NOT NULL
);
COMMENT ON TABLE sign_in_throttle IS 'Failed sign-ins by login and by address, so that guessing becomes slow on every node at once';
COMMENT ON COLUMN sign_in_throttle.key IS 'Hash of the login as typed, whether or not an account has it, or of the address';
