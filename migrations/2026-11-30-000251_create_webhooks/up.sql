-- Other systems hear of changes by themselves: what a service account sees of the change feed is sent to an address of theirs.

CREATE TABLE webhook (
    id uuid PRIMARY KEY,
    service_account_id uuid NOT NULL CONSTRAINT webhook_service_account_id_fkey REFERENCES service_account,
    url text NOT NULL,
    nouns text[] NOT NULL,
    programme_id uuid CONSTRAINT webhook_programme_id_fkey REFERENCES programme,
    agency_id uuid CONSTRAINT webhook_agency_id_fkey REFERENCES agency,
    place bigint NOT NULL,
    replays integer NOT NULL DEFAULT 0,
    secret_number integer NOT NULL DEFAULT 1,
    rotated_at timestamptz,
    test_wanted boolean NOT NULL DEFAULT false,
    failures integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    send_after timestamptz NOT NULL,
    lease uuid,
    lease_until timestamptz,
    disabled_at timestamptz,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL,
    created_by uuid CONSTRAINT webhook_created_by_fkey REFERENCES account,
    CONSTRAINT webhook_url_check CHECK (url ~ '^https?://[^\s]+$' AND length(url) <= 2000),
    CONSTRAINT webhook_place_check CHECK (place >= 0),
    CONSTRAINT webhook_counts_check CHECK (replays >= 0 AND secret_number >= 1 AND failures >= 0),
    CONSTRAINT webhook_rotated_check CHECK ((rotated_at IS NULL) = (secret_number = 1)),
    CONSTRAINT webhook_failing_check CHECK ((failing_since IS NULL) = (failures = 0)),
    CONSTRAINT webhook_deleted_check CHECK (deleted_at IS NULL OR disabled_at IS NOT NULL),
    CONSTRAINT webhook_lease_check CHECK ((lease IS NULL) = (lease_until IS NULL))
);
COMMENT ON TABLE webhook IS 'An address to which changes are sent, as far as a service account sees them. Its secret is computed from the installation''s secret, its id and secret_number: it lies nowhere';
COMMENT ON COLUMN webhook.nouns IS 'Which types of objects; empty for all';
COMMENT ON COLUMN webhook.place IS 'Up to where in the change feed everything was sent';
COMMENT ON COLUMN webhook.replays IS 'How often it was sent back to a place: messages that are sent again on purpose are others';
COMMENT ON COLUMN webhook.rotated_at IS 'When it got its latest secret; the one before signs for a day longer; null while it has its first';
COMMENT ON COLUMN webhook.test_wanted IS 'True if a message is to be sent that says nothing but that it is a test';
COMMENT ON COLUMN webhook.failures IS 'Attempts that failed since the last one that did not';
COMMENT ON COLUMN webhook.send_after IS 'Nothing is sent before; of those that are due, the one that has waited for longest comes first';
COMMENT ON COLUMN webhook.lease IS 'Whoever sends now; null while nobody does';
COMMENT ON COLUMN webhook.disabled_at IS 'Since when nothing is sent; null while it is used';
COMMENT ON COLUMN webhook.deleted_at IS 'When it was deleted: nobody is shown it any more; null while it is there';
CREATE INDEX webhook_service_account_id_idx ON webhook (service_account_id);
CREATE INDEX webhook_programme_id_idx ON webhook (programme_id);
CREATE INDEX webhook_agency_id_idx ON webhook (agency_id);
CREATE INDEX webhook_created_by_idx ON webhook (created_by);
CREATE INDEX webhook_place_idx ON webhook (place) WHERE disabled_at IS NULL;

CREATE TABLE webhook_delivery (
    id uuid PRIMARY KEY,
    webhook_id uuid NOT NULL CONSTRAINT webhook_delivery_webhook_id_fkey REFERENCES webhook,
    message_id text NOT NULL,
    test boolean NOT NULL,
    events integer NOT NULL,
    sent_at timestamptz NOT NULL,
    milliseconds integer NOT NULL,
    status integer,
    error text,
    CONSTRAINT webhook_delivery_counts_check CHECK (events >= 0 AND milliseconds >= 0),
    CONSTRAINT webhook_delivery_outcome_check CHECK (num_nonnulls(status, error) >= 1)
);
COMMENT ON TABLE webhook_delivery IS 'What became of each attempt to send, the latest 50 of each webhook';
COMMENT ON COLUMN webhook_delivery.message_id IS 'The webhook-id: the same at each attempt';
COMMENT ON COLUMN webhook_delivery.events IS 'How many changes it told of';
COMMENT ON COLUMN webhook_delivery.milliseconds IS 'How long it took until there was an answer, or none any more';
COMMENT ON COLUMN webhook_delivery.status IS 'The HTTP status of the answer; null if there was none';
COMMENT ON COLUMN webhook_delivery.error IS 'Why it failed; null if it did not';
CREATE INDEX webhook_delivery_webhook_id_idx ON webhook_delivery (webhook_id, id DESC);

-- Who keeps the accounts of a place is told when one of its webhooks is disabled, as what it is about may be.
ALTER TABLE notification_event ADD COLUMN webhook_id uuid;
ALTER TABLE notification_event ADD CONSTRAINT notification_event_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES webhook NOT VALID;
ALTER TABLE notification_event DROP CONSTRAINT notification_event_about_check;
ALTER TABLE notification_event ADD CONSTRAINT notification_event_about_check CHECK (num_nonnulls(directive_id, recommendation_id, period, webhook_id) = 1) NOT VALID;
ALTER TABLE notification ADD COLUMN webhook_id uuid;
ALTER TABLE notification ADD CONSTRAINT notification_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES webhook NOT VALID;
ALTER TABLE notification DROP CONSTRAINT notification_about_check;
ALTER TABLE notification ADD CONSTRAINT notification_about_check
    CHECK (num_nonnulls(directive_id, recommendation_id, period, webhook_id) = 1 AND (period IS NULL) = (regime IS NULL)) NOT VALID;
ALTER TABLE notification_rule DROP CONSTRAINT notification_rule_role_check;
ALTER TABLE notification_rule ADD CONSTRAINT notification_rule_role_check
    CHECK (role IN ('REPORTER', 'HEAD', 'STANDING_OFFICE', 'LEADER', 'ADMINISTRATOR')) NOT VALID;
COMMENT ON COLUMN notification.webhook_id IS 'The webhook it is about; null if it is about something else';
COMMENT ON COLUMN notification_event.webhook_id IS 'The webhook it happened to; null if it happened to something else';

CREATE OR REPLACE FUNCTION is_notification_kind(kind text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN kind IN (
        'DUE_SOON', 'DUE_TODAY', 'OVERDUE', 'INPUT_OVERDUE', 'FIGURES_RETURNED', 'FIGURES_ENDORSED', 'FIGURES_PUBLISHED', 'UNLOCK_DECIDED',
        'DIRECTIVE_ISSUED', 'DIRECTIVE_ACCEPTED', 'PART_DELEGATED', 'INPUT_REQUESTED', 'INPUT_GIVEN', 'EXTENSION_REQUESTED',
        'EXTENSION_DECIDED', 'COUNTER_ANSWERED', 'DONE_REPORTED', 'DONE_CONFIRMED', 'SENT_BACK', 'DIRECTIVE_CANCELLED', 'UNBLOCKED',
        'RECOMMENDATION_ANSWERED', 'CHASED', 'WEBHOOK_DISABLED');

-- An administrator of everything is one of each agency.
CREATE OR REPLACE FUNCTION role_holder(roles text[], on_day date, agencies uuid[]) RETURNS TABLE (account_id uuid, role text, agency_id uuid)
    LANGUAGE sql STABLE ROWS 10000
    AS $$
        WITH RECURSIVE above (id) AS (
            SELECT unnest(agencies)
            UNION
            SELECT next.id FROM above CROSS JOIN LATERAL (
                SELECT p.parent_id FROM agency_placement p WHERE p.agency_id = above.id
                UNION ALL
                SELECT came.agency_id FROM agency_succession_party went
                JOIN agency_succession_party came ON came.succession_id = went.succession_id AND came.side = 'SUCCESSOR'
                WHERE went.agency_id = above.id AND went.side = 'PREDECESSOR') AS next (id)),
        held AS MATERIALIZED (
            SELECT g.account_id, g.role, g.agency_id, g.with_below FROM role_grant g JOIN account a ON a.id = g.account_id
            WHERE g.role = ANY (roles) AND a.status = 'ACTIVE' AND g.valid_from <= on_day AND (g.valid_until IS NULL OR g.valid_until > on_day)
                AND (g.agency_id IN (SELECT id FROM above) OR (g.agency_id IS NULL AND g.role = 'ADMINISTRATOR'))),
        reached AS MATERIALIZED (
            SELECT place.agency_id, place.with_below,
                CASE WHEN place.with_below THEN agency_reached_ids(place.agency_id, on_day) ELSE agency_inherited_ids(place.agency_id, on_day) END AS ids
            FROM (SELECT DISTINCT held.agency_id, held.with_below FROM held WHERE held.agency_id IS NOT NULL) AS place)
        SELECT DISTINCT held.account_id, held.role, one.id
        FROM held JOIN reached USING (agency_id, with_below) CROSS JOIN LATERAL unnest(reached.ids) AS one (id)
        WHERE one.id = ANY (agencies)
        UNION
        SELECT held.account_id, held.role, one.id FROM held CROSS JOIN unnest(agencies) AS one (id) WHERE held.agency_id IS NULL
    $$;
