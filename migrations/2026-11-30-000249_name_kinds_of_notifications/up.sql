-- One list of what people are told of, for every table that holds a kind.
CREATE FUNCTION is_notification_kind(kind text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN kind IN (
        'DUE_SOON', 'DUE_TODAY', 'OVERDUE', 'INPUT_OVERDUE', 'FIGURES_RETURNED', 'FIGURES_ENDORSED', 'FIGURES_PUBLISHED', 'UNLOCK_DECIDED',
        'DIRECTIVE_ISSUED', 'DIRECTIVE_ACCEPTED', 'PART_DELEGATED', 'INPUT_REQUESTED', 'INPUT_GIVEN', 'EXTENSION_REQUESTED',
        'EXTENSION_DECIDED', 'COUNTER_ANSWERED', 'DONE_REPORTED', 'DONE_CONFIRMED', 'SENT_BACK', 'DIRECTIVE_CANCELLED', 'UNBLOCKED',
        'RECOMMENDATION_ANSWERED', 'CHASED');
COMMENT ON FUNCTION is_notification_kind(text) IS 'Whether it is something that people are told of';

ALTER TABLE notification_rule ADD CONSTRAINT notification_rule_kind_check CHECK (is_notification_kind(kind)) NOT VALID;
ALTER TABLE notification_event ADD CONSTRAINT notification_event_kind_check CHECK (is_notification_kind(kind)) NOT VALID;
ALTER TABLE notification ADD CONSTRAINT notification_kind_check CHECK (is_notification_kind(kind)) NOT VALID;
ALTER TABLE notification_choice ADD CONSTRAINT notification_choice_kind_check CHECK (is_notification_kind(kind)) NOT VALID;
