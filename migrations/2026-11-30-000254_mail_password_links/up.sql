-- Links by which a person sets a password go to them by e-mail.

CREATE TABLE account_mail (
    mail_id uuid PRIMARY KEY,
    account_id uuid NOT NULL CONSTRAINT account_mail_account_id_fkey REFERENCES account,
    requested_by uuid CONSTRAINT account_mail_requested_by_fkey REFERENCES account,
    requested_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'WAITING',
    send_after timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    doubts integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    ended_at timestamptz,
    error text,
    CONSTRAINT account_mail_state_check CHECK (state IN ('WAITING', 'SENDING', 'SENT', 'DEAD', 'DROPPED')),
    CONSTRAINT account_mail_sending_check CHECK ((state = 'SENDING') = (lease_until IS NOT NULL)),
    CONSTRAINT account_mail_ended_check CHECK ((state IN ('SENT', 'DEAD', 'DROPPED')) = (ended_at IS NOT NULL)),
    CONSTRAINT account_mail_doubts_check CHECK (doubts BETWEEN 0 AND 1)
);
COMMENT ON TABLE account_mail IS 'Who is to be mailed a link for a new password, and what became of it, in the words of notification_mail. The link is made as the mail is sent: its token is nowhere but there';
COMMENT ON COLUMN account_mail.requested_by IS 'Who asked for it; null for the person, who need not have signed in, and for the command line';
COMMENT ON COLUMN account_mail.state IS 'DEAD: given up, for somebody to look at; DROPPED: the account is disabled or has no address, or a later link or password has taken its place';
COMMENT ON COLUMN account_mail.doubts IS 'How often nobody knows whether the mail went out: once it is sent again, twice it is given up';
CREATE INDEX account_mail_waiting_idx ON account_mail (send_after) WHERE state IN ('WAITING', 'SENDING');
CREATE INDEX account_mail_account_id_idx ON account_mail (account_id, requested_at);
CREATE INDEX account_mail_requested_by_idx ON account_mail (requested_by) WHERE requested_by IS NOT NULL;
CREATE INDEX account_mail_dead_idx ON account_mail (ended_at) WHERE state = 'DEAD';

COMMENT ON COLUMN password_reset.created_by IS 'Who made it; null for the command line, and for who asked for it by e-mail without signing in';
