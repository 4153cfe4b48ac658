-- Administrators set the rules: a party that a kind does not have would tell nobody, and say nothing of it.

CREATE FUNCTION is_notification_party(kind text, party text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN kind IN ('DUE_SOON', 'DUE_TODAY', 'OVERDUE', 'INPUT_OVERDUE') THEN party IN ('ADDRESSEE', 'LEAD')
        WHEN kind IN ('DIRECTIVE_ISSUED', 'DIRECTIVE_ACCEPTED', 'PART_DELEGATED', 'INPUT_REQUESTED', 'INPUT_GIVEN', 'EXTENSION_REQUESTED',
            'EXTENSION_DECIDED', 'COUNTER_ANSWERED', 'DONE_REPORTED', 'DONE_CONFIRMED', 'SENT_BACK', 'DIRECTIVE_CANCELLED', 'UNBLOCKED')
            THEN party IN ('ADDRESSEE', 'LEAD', 'COORDINATOR', 'ISSUER')
        ELSE party = 'ADDRESSEE' END;
COMMENT ON FUNCTION is_notification_party(text, text) IS 'Whether something that people are told of has such a party';

ALTER TABLE notification_rule ADD CONSTRAINT notification_rule_kind_party_check CHECK (is_notification_party(kind, party)) NOT VALID;
