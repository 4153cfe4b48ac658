CREATE TABLE period_report (
    id uuid PRIMARY KEY,
    code text COLLATE "C" NOT NULL,
    programme_id uuid NOT NULL CONSTRAINT period_report_programme_id_fkey REFERENCES programme,
    document_id uuid NOT NULL CONSTRAINT period_report_document_id_fkey REFERENCES document,
    reporter_id uuid NOT NULL CONSTRAINT period_report_reporter_id_fkey REFERENCES agency,
    title_vi text NOT NULL,
    title_en text NOT NULL,
    regime text NOT NULL,
    period_kind text NOT NULL,
    period text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    period_words text NOT NULL,
    year_inferred boolean NOT NULL DEFAULT false,
    note text,
    CONSTRAINT period_report_code_key UNIQUE (code),
    CONSTRAINT period_report_document_id_key UNIQUE (document_id),
    CONSTRAINT period_report_title_vi_check CHECK (title_vi ~ '\S' AND title_vi IS NFC NORMALIZED),
    CONSTRAINT period_report_regime_check CHECK (regime IN ('CALENDAR', 'ADMINISTRATIVE')),
    CONSTRAINT period_report_period_kind_check CHECK (period_kind IN ('MONTH', 'QUARTER', 'HALF_YEAR', 'NINE_MONTHS', 'YEAR', 'RANGE')),
    CONSTRAINT period_report_window_check CHECK (ends_on > starts_on)
);
COMMENT ON TABLE period_report IS 'A report for a period (báo cáo định kỳ) as its document gives it: what became of each task, what was not achieved, what comes next';
COMMENT ON COLUMN period_report.code IS 'Stable key: that of its document';
COMMENT ON COLUMN period_report.reporter_id IS 'The agency that reports';
COMMENT ON COLUMN period_report.ends_on IS 'First day after the period';
COMMENT ON COLUMN period_report.period_words IS 'The period as written';
COMMENT ON COLUMN period_report.year_inferred IS 'True if the document gives no year and it follows from the context';
CREATE INDEX period_report_programme_id_idx ON period_report (programme_id);
CREATE INDEX period_report_reporter_id_idx ON period_report (reporter_id);
CREATE INDEX period_report_ends_on_idx ON period_report (ends_on, code);

CREATE TABLE period_report_result (
    id uuid PRIMARY KEY,
    report_id uuid NOT NULL CONSTRAINT period_report_result_report_id_fkey REFERENCES period_report,
    position integer NOT NULL,
    section text NOT NULL,
    clause text NOT NULL,
    heading_vi text,
    heading_en text,
    title_vi text NOT NULL,
    title_en text NOT NULL,
    summary_vi text,
    summary_en text,
    state text NOT NULL,
    remaining text,
    directive_id uuid CONSTRAINT period_report_result_directive_id_fkey REFERENCES directive,
    recommendation_id uuid CONSTRAINT period_report_result_recommendation_id_fkey REFERENCES recommendation,
    note text,
    CONSTRAINT period_report_result_position_key UNIQUE (report_id, position),
    CONSTRAINT period_report_result_position_check CHECK (position >= 1),
    CONSTRAINT period_report_result_section_check CHECK (section IN ('RESULTS', 'LIMITATIONS', 'PLAN')),
    CONSTRAINT period_report_result_state_check CHECK (state IN ('PLANNED', 'NOT_REPORTED', 'IN_PROGRESS', 'DONE', 'NOT_DONE')),
    CONSTRAINT period_report_result_planned_check CHECK ((section = 'PLAN') = (state = 'PLANNED')),
    CONSTRAINT period_report_result_title_vi_check CHECK (title_vi ~ '\S' AND title_vi IS NFC NORMALIZED)
);
COMMENT ON TABLE period_report_result IS 'What a period report says of one task: done, in progress, planned, not done, or a heading with nothing below';
COMMENT ON COLUMN period_report_result.position IS 'Order within the report, from 1';
COMMENT ON COLUMN period_report_result.section IS 'Results of the period, what was not achieved, or what comes next';
COMMENT ON COLUMN period_report_result.clause IS 'Clause of the report, as printed';
COMMENT ON COLUMN period_report_result.heading_vi IS 'The heading it stands under, in our words; null if it has none';
COMMENT ON COLUMN period_report_result.state IS 'As the report says; NOT_REPORTED: there is a heading and nothing below';
COMMENT ON COLUMN period_report_result.remaining IS 'What is still to come, as the report says; null if it does not';
COMMENT ON COLUMN period_report_result.directive_id IS 'The task; null if it is none of ours';
COMMENT ON COLUMN period_report_result.recommendation_id IS 'The obstacle it is, where the report lists it as one';
CREATE INDEX period_report_result_directive_id_idx ON period_report_result (directive_id);
CREATE INDEX period_report_result_recommendation_id_idx ON period_report_result (recommendation_id);

CREATE TABLE period_report_output (
    result_id uuid NOT NULL CONSTRAINT period_report_output_result_id_fkey REFERENCES period_report_result,
    position integer NOT NULL,
    document_id uuid NOT NULL CONSTRAINT period_report_output_document_id_fkey REFERENCES document,
    role text NOT NULL,
    PRIMARY KEY (result_id, position),
    CONSTRAINT period_report_output_role_check CHECK (role IN ('ISSUED', 'ISSUED_BEFORE_PERIOD', 'REPLACED', 'SUBMITTED', 'DRAFT', 'COMPILED', 'EXPECTED', 'REFERENCE'))
);
COMMENT ON TABLE period_report_output IS 'The documents that came out of a task, or that it names';
COMMENT ON COLUMN period_report_output.role IS 'EXPECTED: to come; REFERENCE: named only';
CREATE INDEX period_report_output_document_id_idx ON period_report_output (document_id);
