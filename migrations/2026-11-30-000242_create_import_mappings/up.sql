-- Agencies have sheets of their own. A mapping says once which of their headings stand for which columns of the form, so that a sheet
-- is taken as it is. An import keeps a copy of what it is read by: a mapping that changes meanwhile changes nothing of it.
CREATE FUNCTION import_headings_fit(headings jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN jsonb_typeof(headings) = 'array' THEN (
        SELECT count(*) BETWEEN 1 AND 40
            AND count(DISTINCT fold(each ->> 'heading')) = count(*) AND count(DISTINCT each ->> 'field') = count(*)
            AND bool_and(each ->> 'heading' ~ '\S' AND each ->> 'heading' IS NFC NORMALIZED AND length(each ->> 'heading') <= 200)
            AND bool_and(each ->> 'field' ~ '^[a-zA-Z]{1,40}$')
        FROM jsonb_array_elements(headings) AS each) ELSE false END;
COMMENT ON FUNCTION import_headings_fit(jsonb) IS 'Whether these are 1 to 40 headings, each with a field of the form: no heading twice, however it is written, and no field twice';

CREATE TABLE import_mapping (
    id uuid PRIMARY KEY,
    agency_id uuid NOT NULL CONSTRAINT import_mapping_agency_id_fkey REFERENCES agency,
    kind text NOT NULL,
    name text NOT NULL,
    headings jsonb NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT import_mapping_name_key UNIQUE (agency_id, kind, name),
    CONSTRAINT import_mapping_kind_check CHECK (kind IN ('FIGURES', 'PROGRESS')),
    CONSTRAINT import_mapping_name_check CHECK (name ~ '\S' AND name IS NFC NORMALIZED AND length(name) <= 60),
    CONSTRAINT import_mapping_headings_check CHECK (import_headings_fit(headings)),
    CONSTRAINT import_mapping_version_check CHECK (version >= 1),
    CONSTRAINT import_mapping_changed_at_check CHECK (changed_at >= created_at)
);
COMMENT ON TABLE import_mapping IS 'Which headings of an agency''s own sheet stand for which columns of the form (ánh xạ cột)';
COMMENT ON COLUMN import_mapping.agency_id IS 'The agency that reports';
COMMENT ON COLUMN import_mapping.kind IS 'What the rows of such a sheet are';
COMMENT ON COLUMN import_mapping.name IS 'What the agency calls it';
COMMENT ON COLUMN import_mapping.headings IS 'The headings, each with its field: [{"heading": "KQ thực hiện quý", "field": "value"}]';
COMMENT ON COLUMN import_mapping.version IS 'Raised by each change, so that nobody overwrites what they have not seen';

ALTER TABLE file_import ADD COLUMN headings jsonb;
COMMENT ON COLUMN file_import.headings IS 'The headings of its own by which it is read, as the mapping had them when it was sent; null if it has those of the form';
ALTER TABLE file_import ADD CONSTRAINT file_import_headings_check CHECK (import_headings_fit(headings)) NOT VALID;
