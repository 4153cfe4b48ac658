CREATE TABLE recommendation (
    id uuid PRIMARY KEY,
    code text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    from_agency_id uuid NOT NULL CONSTRAINT recommendation_from_agency_id_fkey REFERENCES agency,
    to_words text,
    decision_maker_id uuid CONSTRAINT recommendation_decision_maker_id_fkey REFERENCES agency,
    topic text NOT NULL,
    text text NOT NULL,
    document_id uuid NOT NULL CONSTRAINT recommendation_document_id_fkey REFERENCES document,
    clause text NOT NULL,
    state text NOT NULL DEFAULT 'OPEN',
    visibility text NOT NULL DEFAULT 'PUBLIC',
    note text,
    search_text text NOT NULL GENERATED ALWAYS AS (fold(ARRAY[topic, text, code])) STORED,
    CONSTRAINT recommendation_code_key UNIQUE (code),
    CONSTRAINT recommendation_text_check CHECK (text ~ '\S' AND text IS NFC NORMALIZED),
    CONSTRAINT recommendation_kind_check CHECK (kind IN ('RECOMMENDATION', 'DIFFICULTY', 'LIMITATION')),
    CONSTRAINT recommendation_state_check CHECK (state IN ('OPEN', 'ACKNOWLEDGED', 'ANSWERED', 'REFUSED')),
    CONSTRAINT recommendation_visibility_check CHECK (visibility IN ('PUBLIC', 'INTERNAL', 'RESTRICTED'))
);
COMMENT ON TABLE recommendation IS 'What an agency asks of an authority (kiến nghị), or an obstacle it reports (khó khăn, tồn tại)';
COMMENT ON COLUMN recommendation.kind IS 'RECOMMENDATION asks for something; DIFFICULTY and LIMITATION are obstacles';
COMMENT ON COLUMN recommendation.to_words IS 'The addressee as written, where it is vague; null if none is named';
COMMENT ON COLUMN recommendation.decision_maker_id IS 'Who would have to decide, where the text says so';
COMMENT ON COLUMN recommendation.text IS 'What is said, in our words';
CREATE INDEX recommendation_search_text_idx ON recommendation USING gin (search_text gin_trgm_ops);
CREATE INDEX recommendation_from_agency_id_idx ON recommendation (from_agency_id);
CREATE INDEX recommendation_document_id_idx ON recommendation (document_id);

CREATE TABLE recommendation_recipient (
    recommendation_id uuid NOT NULL CONSTRAINT recommendation_recipient_recommendation_id_fkey REFERENCES recommendation,
    agency_id uuid NOT NULL CONSTRAINT recommendation_recipient_agency_id_fkey REFERENCES agency,
    position integer NOT NULL,
    PRIMARY KEY (recommendation_id, agency_id),
    CONSTRAINT recommendation_recipient_position_key UNIQUE (recommendation_id, position)
);
COMMENT ON TABLE recommendation_recipient IS 'To whom a recommendation goes';
CREATE INDEX recommendation_recipient_agency_id_idx ON recommendation_recipient (agency_id);

CREATE TABLE recommendation_answer (
    recommendation_id uuid NOT NULL CONSTRAINT recommendation_answer_recommendation_id_fkey REFERENCES recommendation,
    directive_id uuid NOT NULL CONSTRAINT recommendation_answer_directive_id_fkey REFERENCES directive,
    PRIMARY KEY (recommendation_id, directive_id)
);
COMMENT ON TABLE recommendation_answer IS 'The directives that answer a recommendation';
CREATE INDEX recommendation_answer_directive_id_idx ON recommendation_answer (directive_id);

CREATE TABLE recommendation_document (
    recommendation_id uuid NOT NULL CONSTRAINT recommendation_document_recommendation_id_fkey REFERENCES recommendation,
    document_id uuid NOT NULL CONSTRAINT recommendation_document_document_id_fkey REFERENCES document,
    PRIMARY KEY (recommendation_id, document_id)
);
COMMENT ON TABLE recommendation_document IS 'Documents a recommendation mentions, beside the one it stands in';
CREATE INDEX recommendation_document_document_id_idx ON recommendation_document (document_id);
