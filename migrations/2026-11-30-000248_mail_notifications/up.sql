-- What a person is told goes to them by e-mail as well, as they choose.

CREATE FUNCTION notification_mail_default(kind text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN kind IN ('FIGURES_ENDORSED', 'FIGURES_PUBLISHED', 'DIRECTIVE_ACCEPTED', 'PART_DELEGATED', 'DONE_CONFIRMED') THEN 'DAILY' ELSE 'AT_ONCE' END;
COMMENT ON FUNCTION notification_mail_default(text) IS 'When a kind is mailed where nobody has chosen: what asks for nothing waits for the next morning';

CREATE TABLE notification_choice (
    account_id uuid NOT NULL REFERENCES account,
    kind text NOT NULL,
    mail text NOT NULL,
    PRIMARY KEY (account_id, kind),
    CONSTRAINT notification_choice_mail_check CHECK (mail IN ('AT_ONCE', 'DAILY', 'WEEKLY', 'NEVER'))
);
COMMENT ON TABLE notification_choice IS 'When a person wants a kind of notification by e-mail';

CREATE TABLE notification_mail (
    notification_id uuid PRIMARY KEY REFERENCES notification ON DELETE CASCADE,
    account_id uuid NOT NULL REFERENCES account,
    state text NOT NULL DEFAULT 'WAITING',
    send_after timestamptz NOT NULL,
    mail_id uuid,
    attempts integer NOT NULL DEFAULT 0,
    doubts integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    ended_at timestamptz,
    error text,
    CONSTRAINT notification_mail_state_check CHECK (state IN ('WAITING', 'SENDING', 'SENT', 'DEAD', 'DROPPED')),
    CONSTRAINT notification_mail_sending_check CHECK ((state = 'SENDING') = (lease_until IS NOT NULL)),
    CONSTRAINT notification_mail_ended_check CHECK ((state IN ('SENT', 'DEAD', 'DROPPED')) = (ended_at IS NOT NULL)),
    CONSTRAINT notification_mail_doubts_check CHECK (doubts BETWEEN 0 AND 1)
);
COMMENT ON TABLE notification_mail IS 'What is to be mailed, and what became of it';
COMMENT ON COLUMN notification_mail.state IS 'DEAD: given up, for somebody to look at; DROPPED: its reader may see none of it any more';
COMMENT ON COLUMN notification_mail.mail_id IS 'The mail in which it is sent, the same at each attempt; null before the first';
COMMENT ON COLUMN notification_mail.doubts IS 'How often nobody knows whether the mail went out: once it is sent again, twice it is given up';
CREATE INDEX notification_mail_waiting_idx ON notification_mail (send_after) WHERE state IN ('WAITING', 'SENDING');
CREATE INDEX notification_mail_account_id_idx ON notification_mail (account_id) WHERE state IN ('WAITING', 'SENDING');
CREATE INDEX notification_mail_sending_idx ON notification_mail (mail_id) WHERE state = 'SENDING';
CREATE INDEX notification_mail_dead_idx ON notification_mail (ended_at) WHERE state = 'DEAD';

CREATE FUNCTION notification_mail_time(choice text, told_at timestamptz) RETURNS timestamptz
    LANGUAGE plpgsql STABLE STRICT
    AS $$
    DECLARE
        here timestamp := told_at AT TIME ZONE 'Asia/Ho_Chi_Minh';
        day date := here::date;
    BEGIN
        IF choice = 'AT_ONCE' THEN
            IF here::time >= '06:00' AND here::time < '21:00' THEN
                RETURN told_at;
            END IF;
            RETURN (day + CASE WHEN here::time < '06:00' THEN 0 ELSE 1 END + time '06:00') AT TIME ZONE 'Asia/Ho_Chi_Minh';
        END IF;
        IF here::time >= '08:00' THEN
            day := day + 1;
        END IF;
        IF choice = 'WEEKLY' THEN
            day := day + (8 - extract(isodow FROM day)::integer) % 7;
        END IF;
        RETURN (nth_working_day(day, 1) + time '08:00') AT TIME ZONE 'Asia/Ho_Chi_Minh';
    END
    $$;
COMMENT ON FUNCTION notification_mail_time(text, timestamptz) IS
    'When it is mailed: at once, but not between nine in the evening and six in the morning; at eight of the next working day; or of the next Monday, or the first working day after it (Asia/Ho_Chi_Minh)';
