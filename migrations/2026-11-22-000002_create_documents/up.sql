CREATE TABLE document (
    id uuid PRIMARY KEY,
    code text COLLATE "C" NOT NULL,
    symbol text,
    symbol_complete boolean NOT NULL DEFAULT true,
    kind text NOT NULL,
    title text NOT NULL,
    issuer_id uuid,
    issuer_name text,
    issued_on date,
    issued_precision text NOT NULL DEFAULT 'NONE',
    issued_words text,
    status text NOT NULL DEFAULT 'UNKNOWN',
    visibility text NOT NULL DEFAULT 'PUBLIC',
    province text,
    note text,
    search_text text NOT NULL GENERATED ALWAYS AS (fold(ARRAY[symbol, title, code])) STORED,
    CONSTRAINT document_code_key UNIQUE (code),
    CONSTRAINT document_code_check CHECK (code ~ '\S' AND code IS NFC NORMALIZED),
    CONSTRAINT document_title_check CHECK (title ~ '\S' AND title IS NFC NORMALIZED),
    CONSTRAINT document_symbol_check CHECK (symbol ~ '\S' AND symbol IS NFC NORMALIZED),
    CONSTRAINT document_kind_check CHECK (kind IN ('RESOLUTION', 'LAW', 'DECREE', 'CIRCULAR', 'DECISION', 'PLAN', 'ACTION_PLAN', 'PROGRAMME',
        'SCHEME', 'STRATEGY', 'REGULATION', 'NOTICE', 'CONCLUSION', 'OFFICIAL_LETTER', 'SUBMISSION', 'REPORT', 'INDICATOR_SET', 'AGREEMENT', 'LIST', 'NEWS')),
    CONSTRAINT document_status_check CHECK (status IN ('UNKNOWN', 'PLANNED', 'DRAFT', 'ISSUED', 'REPLACED', 'REVOKED')),
    CONSTRAINT document_visibility_check CHECK (visibility IN ('PUBLIC', 'INTERNAL', 'RESTRICTED')),
    CONSTRAINT document_issued_precision_check CHECK (issued_precision IN ('DAY', 'MONTH', 'YEAR', 'NONE')),
    CONSTRAINT document_issued_on_check CHECK ((issued_on IS NULL) = (issued_precision = 'NONE')),
    CONSTRAINT document_symbol_whole_check CHECK (symbol IS NOT NULL OR NOT symbol_complete)
);
COMMENT ON TABLE document IS 'A document (văn bản). Its identity is issuer, symbol and date: a number alone is repeated by other provinces';
COMMENT ON COLUMN document.code IS 'Stable short key of this system: the symbol where it is unique, otherwise a name in words';
COMMENT ON COLUMN document.symbol IS 'Number and symbol as printed; null if the source names the document without one';
COMMENT ON COLUMN document.symbol_complete IS 'False if the number is blank ("/TB-UBND") or absent';
COMMENT ON COLUMN document.title IS 'What the document is about, in our words';
COMMENT ON COLUMN document.issuer_name IS 'The issuer as the source writes it, where it is no agency of the tree';
COMMENT ON COLUMN document.issued_on IS 'Day of issue (Asia/Ho_Chi_Minh); the first day of the month or year if only that is known; null if the source gives none';
COMMENT ON COLUMN document.issued_precision IS 'How much of issued_on the document states: DAY, MONTH, YEAR, NONE';
COMMENT ON COLUMN document.issued_words IS 'The date as written, where it is incomplete';
COMMENT ON COLUMN document.province IS 'Province the document belongs to; null for central documents';
COMMENT ON COLUMN document.note IS 'What a careful reader should know about the source';
COMMENT ON COLUMN document.search_text IS 'Folded symbol, title and code, for search';
CREATE UNIQUE INDEX document_identity_key ON document (issuer_id, symbol, issued_on) NULLS NOT DISTINCT WHERE symbol IS NOT NULL;
CREATE INDEX document_search_text_idx ON document USING gin (search_text gin_trgm_ops);
CREATE INDEX document_issuer_id_idx ON document (issuer_id);
CREATE INDEX document_issued_on_idx ON document (issued_on, code);
