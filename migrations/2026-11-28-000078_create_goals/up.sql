CREATE TABLE goal (
    id uuid PRIMARY KEY,
    code text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    programme_id uuid NOT NULL CONSTRAINT goal_programme_id_fkey REFERENCES programme,
    document_id uuid NOT NULL CONSTRAINT goal_document_id_fkey REFERENCES document,
    clause text NOT NULL,
    position integer NOT NULL,
    title_vi text NOT NULL,
    title_en text NOT NULL,
    summary_vi text NOT NULL,
    summary_en text NOT NULL,
    topics text[] NOT NULL DEFAULT '{}',
    period text,
    assessed_by_id uuid CONSTRAINT goal_assessed_by_id_fkey REFERENCES agency,
    rating text,
    note text,
    search_text text NOT NULL GENERATED ALWAYS AS (fold(ARRAY[title_vi, title_en, summary_vi, summary_en, code] || topics)) STORED,
    CONSTRAINT goal_code_key UNIQUE (code),
    CONSTRAINT goal_kind_check CHECK (kind IN ('GENERAL_GOAL', 'PURPOSE', 'REQUIREMENT', 'ASSESSMENT')),
    CONSTRAINT goal_position_key UNIQUE (document_id, position),
    CONSTRAINT goal_position_check CHECK (position >= 1),
    CONSTRAINT goal_rating_check CHECK (rating IN ('POSITIVE', 'MIXED', 'NEGATIVE')),
    CONSTRAINT goal_assessment_check CHECK (kind = 'ASSESSMENT' OR num_nonnulls(period, assessed_by_id, rating) = 0),
    CONSTRAINT goal_title_vi_check CHECK (title_vi ~ '\S' AND title_vi IS NFC NORMALIZED),
    CONSTRAINT goal_summary_vi_check CHECK (summary_vi ~ '\S' AND summary_vi IS NFC NORMALIZED),
    CONSTRAINT goal_topics_check CHECK (array_position(topics, NULL) IS NULL)
);
COMMENT ON TABLE goal IS 'What a document wants or judges without a figure: general goals, purposes, requirements, assessments';
COMMENT ON COLUMN goal.code IS 'Stable key: document and clause';
COMMENT ON COLUMN goal.position IS 'Order within the document, from 1';
COMMENT ON COLUMN goal.topics IS 'What it is about, in a few Vietnamese words each';
COMMENT ON COLUMN goal.period IS 'The period that is judged; for an assessment only';
COMMENT ON COLUMN goal.assessed_by_id IS 'Who judges; for an assessment only';
COMMENT ON COLUMN goal.rating IS 'How it is judged; for an assessment only';
CREATE INDEX goal_programme_id_idx ON goal (programme_id);
CREATE INDEX goal_assessed_by_id_idx ON goal (assessed_by_id);
CREATE INDEX goal_search_text_idx ON goal USING gin (search_text gin_trgm_ops);

CREATE TABLE goal_indicator (
    goal_id uuid NOT NULL CONSTRAINT goal_indicator_goal_id_fkey REFERENCES goal,
    indicator_id uuid NOT NULL CONSTRAINT goal_indicator_indicator_id_fkey REFERENCES indicator,
    stated boolean NOT NULL,
    PRIMARY KEY (goal_id, indicator_id)
);
COMMENT ON TABLE goal_indicator IS 'Which indicators a goal is about';
COMMENT ON COLUMN goal_indicator.stated IS 'True if the document says so; false if it is our reading of the two texts';
CREATE INDEX goal_indicator_indicator_id_idx ON goal_indicator (indicator_id);

CREATE TABLE goal_document (
    goal_id uuid NOT NULL CONSTRAINT goal_document_goal_id_fkey REFERENCES goal,
    document_id uuid NOT NULL CONSTRAINT goal_document_document_id_fkey REFERENCES document,
    PRIMARY KEY (goal_id, document_id)
);
COMMENT ON TABLE goal_document IS 'Documents a goal mentions, beside the one it stands in';
CREATE INDEX goal_document_document_id_idx ON goal_document (document_id);

CREATE TABLE goal_agency (
    goal_id uuid NOT NULL CONSTRAINT goal_agency_goal_id_fkey REFERENCES goal,
    position integer NOT NULL,
    agency_id uuid CONSTRAINT goal_agency_agency_id_fkey REFERENCES agency,
    words text,
    PRIMARY KEY (goal_id, position),
    CONSTRAINT goal_agency_who_check CHECK (num_nonnulls(agency_id, words) = 1)
);
COMMENT ON TABLE goal_agency IS 'Whom a goal names';
COMMENT ON COLUMN goal_agency.words IS 'A body as written, where it is no agency of the tree';
CREATE INDEX goal_agency_agency_id_idx ON goal_agency (agency_id);

CREATE TABLE document_office (
    document_id uuid NOT NULL CONSTRAINT document_office_document_id_fkey REFERENCES document,
    position integer NOT NULL,
    role text NOT NULL,
    agency_id uuid CONSTRAINT document_office_agency_id_fkey REFERENCES agency,
    office_vi text NOT NULL,
    office_en text NOT NULL,
    as_printed text,
    note text,
    PRIMARY KEY (document_id, position),
    CONSTRAINT document_office_role_check CHECK (role IN ('ADDRESSEE', 'RECIPIENT', 'FILE', 'SIGNER', 'CHAIR', 'PARTICIPANT', 'PRESENTER', 'REPORTER', 'AUTHOR', 'IMPLEMENTER', 'OFFICE_IN_COMMITTEE'))
);
COMMENT ON TABLE document_office IS 'Who receives, signs or takes part, by office: never by a person''s name';
COMMENT ON COLUMN document_office.position IS 'Order within the document, from 1';
COMMENT ON COLUMN document_office.office_vi IS 'The office, in Vietnamese';
COMMENT ON COLUMN document_office.as_printed IS 'As the document prints it; null where it is a sentence';
CREATE INDEX document_office_agency_id_idx ON document_office (agency_id);

CREATE TABLE document_meeting (
    document_id uuid NOT NULL CONSTRAINT document_meeting_document_id_fkey REFERENCES document,
    position integer NOT NULL,
    held_on date NOT NULL,
    held_words text NOT NULL,
    place text,
    about_vi text NOT NULL,
    about_en text NOT NULL,
    chair_id uuid CONSTRAINT document_meeting_chair_id_fkey REFERENCES agency,
    note text,
    PRIMARY KEY (document_id, position)
);
COMMENT ON TABLE document_meeting IS 'The meetings (cuộc họp) that a document reports';
COMMENT ON COLUMN document_meeting.held_words IS 'The day as written';
CREATE INDEX document_meeting_chair_id_idx ON document_meeting (chair_id);
