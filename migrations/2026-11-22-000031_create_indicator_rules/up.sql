CREATE TABLE indicator_rule (
    id uuid PRIMARY KEY,
    code text COLLATE "C" NOT NULL,
    left_indicator_id uuid NOT NULL CONSTRAINT indicator_rule_left_indicator_id_fkey REFERENCES indicator,
    comparator text NOT NULL,
    right_indicator_id uuid NOT NULL CONSTRAINT indicator_rule_right_indicator_id_fkey REFERENCES indicator,
    words_vi text NOT NULL,
    words_en text NOT NULL,
    CONSTRAINT indicator_rule_code_key UNIQUE (code),
    CONSTRAINT indicator_rule_code_check CHECK (code ~ '^[a-z0-9]+(_[a-z0-9]+)*$'),
    CONSTRAINT indicator_rule_comparator_check CHECK (comparator IN ('AT_LEAST', 'MORE_THAN', 'AT_MOST', 'LESS_THAN', 'EXACTLY')),
    CONSTRAINT indicator_rule_sides_check CHECK (left_indicator_id <> right_indicator_id),
    CONSTRAINT indicator_rule_words_vi_check CHECK (words_vi ~ '\S' AND words_vi IS NFC NORMALIZED),
    CONSTRAINT indicator_rule_words_en_check CHECK (words_en ~ '\S')
);
COMMENT ON TABLE indicator_rule IS 'How the figures of two indicators must compare, for one subject in one period: what is accepted was launched before';
COMMENT ON COLUMN indicator_rule.comparator IS 'How the left figure must compare with the right one';
COMMENT ON COLUMN indicator_rule.words_vi IS 'What is said to whoever submits figures that break it';
CREATE INDEX indicator_rule_left_indicator_id_idx ON indicator_rule (left_indicator_id);
CREATE INDEX indicator_rule_right_indicator_id_idx ON indicator_rule (right_indicator_id);
