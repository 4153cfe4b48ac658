-- Figures come in files too. A file is kept with its job until that is done and some days more, so that any server goes on with it
-- where another one stopped: how far it has come is written in the transaction of the rows themselves.
CREATE TABLE file_import (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    agency_id uuid NOT NULL CONSTRAINT file_import_agency_id_fkey REFERENCES agency,
    regime text NOT NULL,
    period text COLLATE "C" NOT NULL,
    mode text NOT NULL,
    dry_run boolean NOT NULL,
    submit boolean NOT NULL,
    content_hash bytea NOT NULL,
    bytes integer NOT NULL,
    state text NOT NULL DEFAULT 'WAITING',
    rows_total integer,
    rows_read integer NOT NULL DEFAULT 0,
    rows_accepted integer NOT NULL DEFAULT 0,
    rows_refused integer NOT NULL DEFAULT 0,
    reached_sheet integer NOT NULL DEFAULT 0,
    reached_row integer NOT NULL DEFAULT 0,
    follows_id uuid CONSTRAINT file_import_follows_id_fkey REFERENCES file_import,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    session_id uuid,
    is_service boolean NOT NULL DEFAULT false,
    started_at timestamptz,
    finished_at timestamptz,
    lease_owner uuid,
    lease_until timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    CONSTRAINT file_import_kind_check CHECK (kind IN ('FIGURES')),
    CONSTRAINT file_import_regime_check CHECK (regime IN ('CALENDAR', 'ADMINISTRATIVE')),
    CONSTRAINT file_import_mode_check CHECK (mode IN ('ALL_OR_NOTHING', 'ROW_BY_ROW')),
    CONSTRAINT file_import_state_check CHECK (state IN ('WAITING', 'RUNNING', 'DONE', 'REFUSED', 'CANCELLED', 'FAILED')),
    CONSTRAINT file_import_content_hash_check CHECK (octet_length(content_hash) = 32),
    CONSTRAINT file_import_bytes_check CHECK (bytes > 0),
    CONSTRAINT file_import_rows_check CHECK (rows_read >= 0 AND rows_accepted >= 0 AND rows_refused >= 0 AND rows_accepted + rows_refused <= rows_read),
    CONSTRAINT file_import_finished_check CHECK ((state IN ('WAITING', 'RUNNING')) = (finished_at IS NULL)),
    CONSTRAINT file_import_lease_check CHECK ((lease_owner IS NULL) = (lease_until IS NULL))
);
COMMENT ON TABLE file_import IS 'A file that somebody has sent (nhập tệp), and how far it has come. Rows are written with what they say, never twice';
COMMENT ON COLUMN file_import.agency_id IS 'The agency that reports';
COMMENT ON COLUMN file_import.mode IS 'What becomes of the other rows if one has to be mended';
COMMENT ON COLUMN file_import.dry_run IS 'Whether it is only looked at: all is done as otherwise, and taken back';
COMMENT ON COLUMN file_import.submit IS 'Whether figures are submitted at once';
COMMENT ON COLUMN file_import.content_hash IS 'SHA-256 of the file';
COMMENT ON COLUMN file_import.bytes IS 'The size of the file';
COMMENT ON COLUMN file_import.rows_total IS 'Rows in which something is filled in; null until the file was looked through';
COMMENT ON COLUMN file_import.reached_sheet IS 'The sheet of the last row that is done, from 0';
COMMENT ON COLUMN file_import.reached_row IS 'The last row of that sheet that is done, as its program numbers it; 0 for none';
COMMENT ON COLUMN file_import.follows_id IS 'An earlier import of the same file of which rows are left: what was accepted then is left out';
COMMENT ON COLUMN file_import.created_by IS 'The account, of a person or a machine, in whose name its rows are written';
COMMENT ON COLUMN file_import.session_id IS 'The session in which it was sent, for the audit trail; null for a machine';
COMMENT ON COLUMN file_import.is_service IS 'Whether the account is a machine''s';
COMMENT ON COLUMN file_import.lease_owner IS 'Whoever is at work on it: a name that a server makes for each piece of work';
COMMENT ON COLUMN file_import.lease_until IS 'Until when nobody else takes it up; raised while it is worked on';
COMMENT ON COLUMN file_import.attempts IS 'How often it was taken up since it last came further';

-- Twice at the same time is once.
CREATE UNIQUE INDEX file_import_open_key ON file_import (agency_id, kind, regime, period, content_hash)
    WHERE state IN ('WAITING', 'RUNNING') AND NOT dry_run;
CREATE INDEX file_import_content_hash_idx ON file_import (agency_id, content_hash);
CREATE INDEX file_import_waiting_idx ON file_import (created_at) WHERE state IN ('WAITING', 'RUNNING');
CREATE INDEX file_import_follows_id_idx ON file_import (follows_id);

CREATE TABLE file_import_content (
    import_id uuid PRIMARY KEY CONSTRAINT file_import_content_import_id_fkey REFERENCES file_import,
    content bytea NOT NULL
);
-- It is compressed already, or not worth it.
ALTER TABLE file_import_content ALTER COLUMN content SET STORAGE EXTERNAL;
COMMENT ON TABLE file_import_content IS 'The bytes of a file, until some days after its import has ended';

CREATE TABLE file_import_error (
    id uuid PRIMARY KEY,
    import_id uuid NOT NULL CONSTRAINT file_import_error_import_id_fkey REFERENCES file_import,
    position integer NOT NULL,
    sheet_number integer NOT NULL,
    sheet text NOT NULL,
    row_number integer NOT NULL,
    column_number integer,
    code text COLLATE "C" NOT NULL,
    field text COLLATE "C",
    limit_value integer,
    about text,
    words_vi text,
    words_en text,
    CONSTRAINT file_import_error_position_key UNIQUE (import_id, position),
    CONSTRAINT file_import_error_row_check CHECK (row_number >= 0 AND sheet_number >= 0),
    CONSTRAINT file_import_error_column_check CHECK (column_number >= 0),
    CONSTRAINT file_import_error_words_check CHECK ((words_vi IS NULL) = (words_en IS NULL))
);
COMMENT ON TABLE file_import_error IS 'What has to be mended in a file';
COMMENT ON COLUMN file_import_error.position IS 'Order in the import, from 1';
COMMENT ON COLUMN file_import_error.sheet_number IS 'Which sheet, from 0';
COMMENT ON COLUMN file_import_error.sheet IS 'The name of the sheet; empty for a file of text, and for what is about the whole file';
COMMENT ON COLUMN file_import_error.row_number IS 'The row as its program numbers it; 0 for what is about no row';
COMMENT ON COLUMN file_import_error.column_number IS 'The column, from 0; null for what is about no column';
COMMENT ON COLUMN file_import_error.code IS 'The rule, as in the userErrors of mutations';
COMMENT ON COLUMN file_import_error.field IS 'The field of the row, by its name in the schema';
COMMENT ON COLUMN file_import_error.limit_value IS 'The rule''s bound, where it has one';
COMMENT ON COLUMN file_import_error.about IS 'What stands in the way, by its name';
COMMENT ON COLUMN file_import_error.words_vi IS 'What the rule says, where its code does not say it all';
