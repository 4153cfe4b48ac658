DELETE FROM notification_mail USING notification WHERE notification.id = notification_id AND webhook_id IS NOT NULL;
DELETE FROM notification WHERE webhook_id IS NOT NULL;
DELETE FROM notification_event WHERE webhook_id IS NOT NULL;
DELETE FROM notification_choice WHERE kind = 'WEBHOOK_DISABLED';
ALTER TABLE notification_rule DROP CONSTRAINT notification_rule_role_check;
ALTER TABLE notification_rule ADD CONSTRAINT notification_rule_role_check CHECK (role IN ('REPORTER', 'HEAD', 'STANDING_OFFICE', 'LEADER'));
ALTER TABLE notification DROP COLUMN webhook_id;
ALTER TABLE notification ADD CONSTRAINT notification_about_check CHECK (num_nonnulls(directive_id, recommendation_id, period) = 1 AND (period IS NULL) = (regime IS NULL));
ALTER TABLE notification_event DROP COLUMN webhook_id;
ALTER TABLE notification_event ADD CONSTRAINT notification_event_about_check CHECK (num_nonnulls(directive_id, recommendation_id, period) = 1);
DROP TABLE webhook_delivery;
DROP TABLE webhook;
CREATE OR REPLACE FUNCTION is_notification_kind(kind text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN kind IN (
        'DUE_SOON', 'DUE_TODAY', 'OVERDUE', 'INPUT_OVERDUE', 'FIGURES_RETURNED', 'FIGURES_ENDORSED', 'FIGURES_PUBLISHED', 'UNLOCK_DECIDED',
        'DIRECTIVE_ISSUED', 'DIRECTIVE_ACCEPTED', 'PART_DELEGATED', 'INPUT_REQUESTED', 'INPUT_GIVEN', 'EXTENSION_REQUESTED',
        'EXTENSION_DECIDED', 'COUNTER_ANSWERED', 'DONE_REPORTED', 'DONE_CONFIRMED', 'SENT_BACK', 'DIRECTIVE_CANCELLED', 'UNBLOCKED',
        'RECOMMENDATION_ANSWERED', 'CHASED');
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
                AND g.agency_id IN (SELECT id FROM above)),
        reached AS MATERIALIZED (
            SELECT place.agency_id, place.with_below,
                CASE WHEN place.with_below THEN agency_reached_ids(place.agency_id, on_day) ELSE agency_inherited_ids(place.agency_id, on_day) END AS ids
            FROM (SELECT DISTINCT held.agency_id, held.with_below FROM held) AS place)
        SELECT DISTINCT held.account_id, held.role, one.id
        FROM held JOIN reached USING (agency_id, with_below) CROSS JOIN LATERAL unnest(reached.ids) AS one (id)
        WHERE one.id = ANY (agencies)
    $$;
