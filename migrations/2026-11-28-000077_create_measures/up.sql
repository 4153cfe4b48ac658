CREATE TABLE measure (
    id uuid PRIMARY KEY,
    code text COLLATE "C" NOT NULL,
    programme_id uuid NOT NULL CONSTRAINT measure_programme_id_fkey REFERENCES programme,
    document_id uuid NOT NULL CONSTRAINT measure_document_id_fkey REFERENCES document,
    clause text NOT NULL,
    position integer NOT NULL,
    heading_clause text,
    heading_vi text,
    heading_en text,
    title_vi text NOT NULL,
    title_en text NOT NULL,
    summary_vi text NOT NULL,
    summary_en text NOT NULL,
    topics text[] NOT NULL DEFAULT '{}',
    assigner_id uuid CONSTRAINT measure_assigner_id_fkey REFERENCES agency,
    recurrence text,
    horizon text,
    expected_output text,
    note text,
    search_text text NOT NULL GENERATED ALWAYS AS (fold(ARRAY[title_vi, title_en, summary_vi, summary_en, code] || topics)) STORED,
    CONSTRAINT measure_code_key UNIQUE (code),
    CONSTRAINT measure_position_key UNIQUE (document_id, position),
    CONSTRAINT measure_position_check CHECK (position >= 1),
    CONSTRAINT measure_title_vi_check CHECK (title_vi ~ '\S' AND title_vi IS NFC NORMALIZED),
    CONSTRAINT measure_summary_vi_check CHECK (summary_vi ~ '\S' AND summary_vi IS NFC NORMALIZED),
    CONSTRAINT measure_topics_check CHECK (array_position(topics, NULL) IS NULL)
);
COMMENT ON TABLE measure IS 'A measure of a plan (nhiệm vụ, giải pháp): what is to be done in its field, without a duty that falls to anybody by name';
COMMENT ON COLUMN measure.code IS 'Stable key: document and clause';
COMMENT ON COLUMN measure.clause IS 'Clause of the document, with the number of the bullet where it has one';
COMMENT ON COLUMN measure.position IS 'Order within the document, from 1: clause labels do not sort';
COMMENT ON COLUMN measure.heading_clause IS 'Clause of the heading it stands under; null for a heading itself';
COMMENT ON COLUMN measure.topics IS 'What it is about, in a few Vietnamese words each';
COMMENT ON COLUMN measure.recurrence IS 'How often, as written; null if the document does not say';
COMMENT ON COLUMN measure.horizon IS 'Until when it looks, as written: no deadline';
COMMENT ON COLUMN measure.expected_output IS 'What should come out of it; null if the document does not say';
CREATE INDEX measure_programme_id_idx ON measure (programme_id);
CREATE INDEX measure_assigner_id_idx ON measure (assigner_id);
CREATE INDEX measure_search_text_idx ON measure USING gin (search_text gin_trgm_ops);

CREATE TABLE measure_indicator (
    measure_id uuid NOT NULL CONSTRAINT measure_indicator_measure_id_fkey REFERENCES measure,
    indicator_id uuid NOT NULL CONSTRAINT measure_indicator_indicator_id_fkey REFERENCES indicator,
    stated boolean NOT NULL,
    PRIMARY KEY (measure_id, indicator_id)
);
COMMENT ON TABLE measure_indicator IS 'Which indicators a measure serves';
COMMENT ON COLUMN measure_indicator.stated IS 'True if the document says so; false if it is our reading of the two texts';
CREATE INDEX measure_indicator_indicator_id_idx ON measure_indicator (indicator_id);

CREATE TABLE measure_document (
    measure_id uuid NOT NULL CONSTRAINT measure_document_measure_id_fkey REFERENCES measure,
    document_id uuid NOT NULL CONSTRAINT measure_document_document_id_fkey REFERENCES document,
    PRIMARY KEY (measure_id, document_id)
);
COMMENT ON TABLE measure_document IS 'Documents a measure mentions, beside the one it stands in';
CREATE INDEX measure_document_document_id_idx ON measure_document (document_id);

CREATE TABLE measure_agency (
    measure_id uuid NOT NULL CONSTRAINT measure_agency_measure_id_fkey REFERENCES measure,
    position integer NOT NULL,
    agency_id uuid CONSTRAINT measure_agency_agency_id_fkey REFERENCES agency,
    words text,
    PRIMARY KEY (measure_id, position),
    CONSTRAINT measure_agency_who_check CHECK (num_nonnulls(agency_id, words) = 1)
);
COMMENT ON TABLE measure_agency IS 'Whom a measure names: nobody of them leads';
COMMENT ON COLUMN measure_agency.words IS 'A body as written, where it is no agency of the tree';
CREATE INDEX measure_agency_agency_id_idx ON measure_agency (agency_id);
