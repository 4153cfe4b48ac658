-- What a person is told comes to their phone or browser as well, while they are signed in there (Web Push).

CREATE TABLE push_subscription (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL CONSTRAINT push_subscription_account_id_fkey REFERENCES account,
    session_id uuid NOT NULL CONSTRAINT push_subscription_session_id_fkey REFERENCES session,
    endpoint text NOT NULL,
    p256dh bytea NOT NULL,
    auth bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT push_subscription_endpoint_key UNIQUE (endpoint),
    CONSTRAINT push_subscription_endpoint_check CHECK (endpoint ~ '^https?://[^\s]+$' AND length(endpoint) <= 2000),
    CONSTRAINT push_subscription_p256dh_check CHECK (length(p256dh) = 65),
    CONSTRAINT push_subscription_auth_check CHECK (length(auth) = 16)
);
COMMENT ON TABLE push_subscription IS 'A browser or app in which a person wants to be told, for as long as the session lasts in which they said so';
COMMENT ON COLUMN push_subscription.endpoint IS 'Where its push service takes messages for it';
COMMENT ON COLUMN push_subscription.p256dh IS 'Its public key, a point of P-256, for which messages are encrypted';
COMMENT ON COLUMN push_subscription.auth IS 'What it shares with us, so that nobody else writes to it';
CREATE INDEX push_subscription_account_id_idx ON push_subscription (account_id);
CREATE INDEX push_subscription_session_id_idx ON push_subscription (session_id);

CREATE TABLE notification_push (
    notification_id uuid NOT NULL REFERENCES notification ON DELETE CASCADE,
    subscription_id uuid NOT NULL REFERENCES push_subscription ON DELETE CASCADE,
    send_after timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    ended_at timestamptz,
    error text,
    PRIMARY KEY (notification_id, subscription_id),
    CONSTRAINT notification_push_attempts_check CHECK (attempts >= 0),
    CONSTRAINT notification_push_ended_check CHECK (ended_at IS NULL OR lease_until IS NULL)
);
COMMENT ON TABLE notification_push IS 'What is to be pushed to which browser or app, and what became of it';
COMMENT ON COLUMN notification_push.lease_until IS 'Until when it is nobody else''s; null while nobody sends it';
COMMENT ON COLUMN notification_push.ended_at IS 'When it was taken, or given up; null before';
COMMENT ON COLUMN notification_push.error IS 'Why it failed the last time; null if it did not';
CREATE INDEX notification_push_waiting_idx ON notification_push (send_after) WHERE ended_at IS NULL;
CREATE INDEX notification_push_subscription_id_idx ON notification_push (subscription_id);

-- Each channel is chosen by itself; null is what holds otherwise.
ALTER TABLE notification_choice ALTER COLUMN mail DROP NOT NULL;
ALTER TABLE notification_choice ADD COLUMN push boolean;
COMMENT ON TABLE notification_choice IS 'How a person wants to be told of a kind, beside the inbox';
COMMENT ON COLUMN notification_choice.mail IS 'When by e-mail; null if they have not said';
COMMENT ON COLUMN notification_choice.push IS 'Whether by push; null if they have not said';
