CREATE TABLE digital_system (
    id uuid PRIMARY KEY,
    code text COLLATE "C" NOT NULL,
    name_vi text COLLATE vietnamese NOT NULL,
    name_en text NOT NULL,
    kind text NOT NULL,
    proper_name boolean NOT NULL,
    province text,
    owner_id uuid CONSTRAINT digital_system_owner_id_fkey REFERENCES agency,
    responsible_id uuid CONSTRAINT digital_system_responsible_id_fkey REFERENCES agency,
    agency_id uuid CONSTRAINT digital_system_agency_id_fkey REFERENCES agency,
    wanted_vi text,
    wanted_en text,
    gives_figures boolean NOT NULL DEFAULT false,
    takes_figures boolean NOT NULL DEFAULT false,
    note text,
    search_text text NOT NULL GENERATED ALWAYS AS (fold(ARRAY[name_vi, name_en, code])) STORED,
    CONSTRAINT digital_system_code_key UNIQUE (code),
    CONSTRAINT digital_system_name_vi_check CHECK (name_vi ~ '\S' AND name_vi IS NFC NORMALIZED),
    CONSTRAINT digital_system_kind_check CHECK (kind IN ('OPERATIONS_CENTRE', 'DATABASE', 'DATA_WAREHOUSE', 'DATA_CENTRE', 'DATA_SERVICE', 'INTEGRATION_PLATFORM', 'CATALOGUE', 'ANALYTICS',
        'INFRASTRUCTURE', 'SECURITY', 'IDENTITY', 'TRUST_SERVICE', 'PAYMENT', 'PUBLIC_SERVICE', 'PORTAL', 'PARTICIPATION',
        'WORK_SYSTEM', 'INFORMATION_SYSTEM', 'MONITORING_SYSTEM', 'INDICATOR_SET', 'EXTERNAL_INDEX', 'MEASUREMENT_PROGRAMME', 'HEALTH_SYSTEM', 'HEALTH_RECORD',
        'LEARNING', 'RESEARCH_NETWORK', 'MARKETPLACE', 'LABOUR', 'TRACEABILITY', 'COMMUNICATION', 'PRODUCT'))
);
COMMENT ON TABLE digital_system IS 'A digital system (hệ thống, nền tảng số) that documents name';
COMMENT ON COLUMN digital_system.proper_name IS 'True if a document names it; false if it only speaks of such systems';
COMMENT ON COLUMN digital_system.province IS 'Province it belongs to; null for central systems and the market''s';
COMMENT ON COLUMN digital_system.owner_id IS 'The agency that owns it (chủ quản); null if no document says';
COMMENT ON COLUMN digital_system.responsible_id IS 'The agency that is to build, run or review it; null if no document says';
COMMENT ON COLUMN digital_system.agency_id IS 'The body that is the system, such as an operations centre; null if it is no body';
COMMENT ON COLUMN digital_system.wanted_vi IS 'What documents want of it, in our words';
COMMENT ON COLUMN digital_system.gives_figures IS 'Whether it could give figures that are followed here';
COMMENT ON COLUMN digital_system.takes_figures IS 'Whether it could take figures from here';
CREATE INDEX digital_system_owner_id_idx ON digital_system (owner_id);
CREATE INDEX digital_system_responsible_id_idx ON digital_system (responsible_id);
CREATE INDEX digital_system_agency_id_idx ON digital_system (agency_id);
CREATE INDEX digital_system_name_vi_idx ON digital_system (name_vi, code);
CREATE INDEX digital_system_search_text_idx ON digital_system USING gin (search_text gin_trgm_ops);

CREATE TABLE digital_system_clause (
    system_id uuid NOT NULL CONSTRAINT digital_system_clause_system_id_fkey REFERENCES digital_system,
    position integer NOT NULL,
    document_id uuid NOT NULL CONSTRAINT digital_system_clause_document_id_fkey REFERENCES document,
    clause text NOT NULL,
    PRIMARY KEY (system_id, position)
);
COMMENT ON TABLE digital_system_clause IS 'Where documents name a digital system';
COMMENT ON COLUMN digital_system_clause.clause IS 'Clause of the document, as printed';
CREATE INDEX digital_system_clause_document_id_idx ON digital_system_clause (document_id);

CREATE TABLE digital_system_indicator (
    system_id uuid NOT NULL CONSTRAINT digital_system_indicator_system_id_fkey REFERENCES digital_system,
    indicator_id uuid NOT NULL CONSTRAINT digital_system_indicator_indicator_id_fkey REFERENCES indicator,
    PRIMARY KEY (system_id, indicator_id)
);
COMMENT ON TABLE digital_system_indicator IS 'Which indicators a digital system has to do with, as we read the documents';
CREATE INDEX digital_system_indicator_indicator_id_idx ON digital_system_indicator (indicator_id);

CREATE TABLE digital_system_document (
    system_id uuid NOT NULL CONSTRAINT digital_system_document_system_id_fkey REFERENCES digital_system,
    document_id uuid NOT NULL CONSTRAINT digital_system_document_document_id_fkey REFERENCES document,
    PRIMARY KEY (system_id, document_id)
);
COMMENT ON TABLE digital_system_document IS 'Documents that have to do with a digital system, beside those that name it';
CREATE INDEX digital_system_document_document_id_idx ON digital_system_document (document_id);

CREATE TABLE measure_system (
    measure_id uuid NOT NULL CONSTRAINT measure_system_measure_id_fkey REFERENCES measure,
    system_id uuid NOT NULL CONSTRAINT measure_system_system_id_fkey REFERENCES digital_system,
    PRIMARY KEY (measure_id, system_id)
);
COMMENT ON TABLE measure_system IS 'Which digital systems a measure names';
CREATE INDEX measure_system_system_id_idx ON measure_system (system_id);
