CREATE TABLE target (
    id uuid PRIMARY KEY,
    code text COLLATE "C" NOT NULL,
    programme_id uuid NOT NULL CONSTRAINT target_programme_id_fkey REFERENCES programme,
    indicator_id uuid NOT NULL CONSTRAINT target_indicator_id_fkey REFERENCES indicator,
    definition_id uuid NOT NULL,
    subject_id uuid NOT NULL CONSTRAINT target_subject_id_fkey REFERENCES agency,
    wording text NOT NULL,
    due_on date,
    due_precision text NOT NULL DEFAULT 'DAY',
    due_words text,
    due_year_inferred boolean NOT NULL DEFAULT false,
    cadence text NOT NULL DEFAULT 'BY_DATE',
    cadence_from integer,
    cadence_until integer,
    comparator text,
    value numeric,
    upper_value numeric,
    statement text,
    source_words text,
    measured_over text,
    document_id uuid NOT NULL CONSTRAINT target_document_id_fkey REFERENCES document,
    clause text NOT NULL,
    ordinal integer,
    sub integer,
    note text,
    CONSTRAINT target_code_key UNIQUE (code),
    CONSTRAINT target_definition_fkey FOREIGN KEY (definition_id, indicator_id) REFERENCES indicator_definition (id, indicator_id),
    CONSTRAINT target_wording_check CHECK (wording ~ '\S' AND wording IS NFC NORMALIZED),
    CONSTRAINT target_due_precision_check CHECK (due_precision IN ('DAY', 'MONTH', 'QUARTER', 'YEAR', 'NONE')),
    CONSTRAINT target_due_on_check CHECK ((due_on IS NULL) = (due_precision = 'NONE')),
    CONSTRAINT target_cadence_check CHECK (cadence IN ('BY_DATE', 'EACH_YEAR')),
    CONSTRAINT target_cadence_years_check CHECK (cadence = 'EACH_YEAR' OR (cadence_from IS NULL AND cadence_until IS NULL)),
    CONSTRAINT target_cadence_order_check CHECK (cadence_until >= cadence_from),
    CONSTRAINT target_comparator_check CHECK (comparator IN ('AT_LEAST', 'MORE_THAN', 'AT_MOST', 'LESS_THAN', 'EXACTLY', 'BETWEEN')),
    CONSTRAINT target_kind_check CHECK (num_nonnulls(value, statement) = 1 AND (value IS NULL) = (comparator IS NULL)),
    CONSTRAINT target_range_check CHECK ((comparator = 'BETWEEN') = (upper_value IS NOT NULL) AND (comparator IS NOT NULL OR upper_value IS NULL)),
    CONSTRAINT target_range_order_check CHECK (upper_value >= value),
    CONSTRAINT target_sub_check CHECK (sub >= 1 AND ordinal IS NOT NULL OR sub IS NULL)
);
COMMENT ON TABLE target IS 'A target (mục tiêu): what an indicator of a subject must reach by a day or in each year';
COMMENT ON COLUMN target.code IS 'Stable key: document, milestone, pillar, bullet and part';
COMMENT ON COLUMN target.subject_id IS 'Whose figure it is: the province through its people''s committee, or an agency';
COMMENT ON COLUMN target.wording IS 'What the clause asks for, in our words';
COMMENT ON COLUMN target.due_on IS 'Milestone: the last day on which it may be reached; null if the document names none';
COMMENT ON COLUMN target.due_precision IS 'How exactly the document states the day';
COMMENT ON COLUMN target.due_year_inferred IS 'True if the document gives day and month only and the year follows from the context';
COMMENT ON COLUMN target.cadence IS 'BY_DATE: once, by the milestone. EACH_YEAR: in every year up to the milestone';
COMMENT ON COLUMN target.cadence_from IS 'First year of EACH_YEAR; null if the document does not say';
COMMENT ON COLUMN target.cadence_until IS 'Last year of EACH_YEAR; null if the document does not say';
COMMENT ON COLUMN target.comparator IS 'As the document writes it; null for a qualitative target';
COMMENT ON COLUMN target.value IS 'Value demanded, in the indicator''s unit; the lower end of a range';
COMMENT ON COLUMN target.upper_value IS 'Upper end of a range';
COMMENT ON COLUMN target.statement IS 'What a qualitative target demands; null for a number';
COMMENT ON COLUMN target.source_words IS 'The comparing words of the source: ≥, từ, đạt, có; null where the number stands alone';
COMMENT ON COLUMN target.measured_over IS 'The denominator this very clause names; null if it names none';
COMMENT ON COLUMN target.clause IS 'Clause of the document, as printed';
COMMENT ON COLUMN target.ordinal IS 'Number of the bullet within the clause, from 1';
COMMENT ON COLUMN target.sub IS 'Part of a bullet that holds several targets, from 1';
CREATE INDEX target_indicator_id_idx ON target (indicator_id, subject_id, due_on);
CREATE INDEX target_programme_id_idx ON target (programme_id);
CREATE INDEX target_subject_id_idx ON target (subject_id);
CREATE INDEX target_document_id_idx ON target (document_id);
CREATE INDEX target_due_on_idx ON target (due_on, code);

CREATE TABLE target_revision (
    id uuid PRIMARY KEY,
    target_id uuid NOT NULL CONSTRAINT target_revision_target_id_fkey REFERENCES target,
    revision integer NOT NULL,
    previous_known boolean NOT NULL,
    previous_value numeric,
    new_value numeric,
    revised_on date,
    revised_by text,
    document_id uuid CONSTRAINT target_revision_document_id_fkey REFERENCES document,
    clause text,
    note text,
    CONSTRAINT target_revision_revision_key UNIQUE (target_id, revision),
    CONSTRAINT target_revision_revision_check CHECK (revision >= 1),
    CONSTRAINT target_revision_previous_check CHECK (previous_known OR previous_value IS NULL)
);
COMMENT ON TABLE target_revision IS 'A change of a target: the old value may be unknown';
COMMENT ON COLUMN target_revision.previous_known IS 'False if the source says that the target was changed, but not from what';
COMMENT ON COLUMN target_revision.revised_on IS 'Day on which the change was made or reported; null if unknown';
COMMENT ON COLUMN target_revision.revised_by IS 'Who changed it, as the source says';
CREATE TRIGGER target_revision_append_only BEFORE UPDATE OR DELETE ON target_revision FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Accepted, but a reader should know. CONFLICT: another target of the same indicator, subject, day and cadence demands something else.
-- RETREAT: the milestone before, of the same cadence, demanded more (less, where lower is better).
CREATE VIEW target_warning AS
    SELECT t.id AS target_id, 'CONFLICT' AS kind, o.id AS other_id
    FROM target t
    JOIN target o ON o.indicator_id = t.indicator_id AND o.subject_id = t.subject_id AND o.due_on = t.due_on AND o.cadence = t.cadence AND o.id <> t.id
    WHERE (o.comparator, o.value, o.upper_value) IS DISTINCT FROM (t.comparator, t.value, t.upper_value)
    UNION ALL
    SELECT t.id, 'RETREAT', o.id
    FROM target t
    JOIN indicator i ON i.id = t.indicator_id
    JOIN target o ON o.indicator_id = t.indicator_id AND o.subject_id = t.subject_id AND o.cadence = t.cadence
    WHERE o.due_on = (
            SELECT max(p.due_on) FROM target p
            WHERE p.indicator_id = t.indicator_id AND p.subject_id = t.subject_id AND p.cadence = t.cadence AND p.due_on < t.due_on AND p.value IS NOT NULL)
        AND CASE i.direction
            WHEN 'HIGHER_IS_BETTER' THEN t.value < o.value
            WHEN 'LOWER_IS_BETTER' THEN t.value > o.value
            ELSE false
        END;
COMMENT ON VIEW target_warning IS 'What is odd about a target and was accepted all the same, with the other target that makes it so';
