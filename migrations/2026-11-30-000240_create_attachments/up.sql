-- Figures, reports and documents are shown to be true by files. Their bytes lie in a store beside the database; here is what they are, and
-- what they belong to. A file comes in parts, and never changes once it is whole. Those of a figure belong to its revision: they are
-- endorsed and published with it.
CREATE TABLE attachment (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    size integer NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    expires_at timestamptz,
    media_type text COLLATE "C",
    content_hash bytea,
    received_at timestamptz,
    CONSTRAINT attachment_name_check CHECK (name ~ '\S' AND name IS NFC NORMALIZED AND char_length(name) <= 200),
    CONSTRAINT attachment_size_check CHECK (size > 0),
    CONSTRAINT attachment_content_hash_check CHECK (octet_length(content_hash) = 32),
    CONSTRAINT attachment_whole_check CHECK (num_nonnulls(media_type, content_hash, received_at) IN (0, 3))
);
COMMENT ON TABLE attachment IS 'A file (tệp đính kèm) that shows what a figure, a report or a document says. Its bytes are those of its parts, in the store of files';
COMMENT ON COLUMN attachment.name IS 'Its name with its ending, as its sender calls it';
COMMENT ON COLUMN attachment.size IS 'Its bytes, those that have not come yet included';
COMMENT ON COLUMN attachment.created_by IS 'The account, of a person or a machine, that sends it';
COMMENT ON COLUMN attachment.expires_at IS 'It is let go some time after that if nothing has it by then; null once something has it, or has had it: then it is kept';
COMMENT ON COLUMN attachment.media_type IS 'What its bytes are, which its name says too; null until it is whole';
COMMENT ON COLUMN attachment.content_hash IS 'SHA-256 of its bytes; null until it is whole';
COMMENT ON COLUMN attachment.received_at IS 'When its last byte came; null until then';
CREATE INDEX attachment_created_by_idx ON attachment (created_by, expires_at);
CREATE INDEX attachment_expires_at_idx ON attachment (expires_at);
CREATE TRIGGER attachment_stands BEFORE UPDATE ON attachment FOR EACH ROW
    WHEN (OLD.received_at IS NOT NULL AND (NEW.name, NEW.size, NEW.created_by, NEW.media_type, NEW.content_hash, NEW.received_at)
        IS DISTINCT FROM (OLD.name, OLD.size, OLD.created_by, OLD.media_type, OLD.content_hash, OLD.received_at)
        OR OLD.expires_at IS NULL AND NEW.expires_at IS NOT NULL)
    EXECUTE FUNCTION refuse_change();

CREATE TABLE attachment_part (
    id uuid PRIMARY KEY,
    attachment_id uuid NOT NULL CONSTRAINT attachment_part_attachment_id_fkey REFERENCES attachment ON DELETE CASCADE,
    starts_at integer NOT NULL,
    bytes integer NOT NULL,
    CONSTRAINT attachment_part_starts_at_key UNIQUE (attachment_id, starts_at),
    CONSTRAINT attachment_part_bytes_check CHECK (starts_at >= 0 AND bytes > 0)
);
COMMENT ON TABLE attachment_part IS 'A part of a file as it came: an object of the store, under the ids of the file and of the part';
COMMENT ON COLUMN attachment_part.starts_at IS 'Its place in the file, in bytes from 0: where the part before it ends';
CREATE TRIGGER attachment_part_append_only BEFORE UPDATE ON attachment_part FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The parts of a whole file are the whole file, for ever; they go with it alone.
CREATE FUNCTION attachment_part_stands() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF EXISTS (SELECT FROM attachment WHERE id = coalesce(NEW.attachment_id, OLD.attachment_id) AND received_at IS NOT NULL) THEN
            RAISE EXCEPTION 'a whole file neither gets nor loses parts'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'attachment_part_stands', TABLE = 'attachment_part';
        END IF;
        RETURN coalesce(NEW, OLD);
    END
    $$;
CREATE TRIGGER attachment_part_stands BEFORE INSERT OR DELETE ON attachment_part FOR EACH ROW EXECUTE FUNCTION attachment_part_stands();

CREATE FUNCTION attachment_received() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF (SELECT coalesce(sum(bytes), 0) FROM attachment_part WHERE attachment_id = NEW.id) <> NEW.size OR EXISTS (
            SELECT FROM (SELECT starts_at, coalesce(sum(bytes) OVER (ORDER BY starts_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
                FROM attachment_part WHERE attachment_id = NEW.id) AS part
            WHERE starts_at <> before) THEN
            RAISE EXCEPTION 'the parts of a file are the whole file'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'attachment_received', TABLE = 'attachment';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER attachment_received BEFORE UPDATE ON attachment FOR EACH ROW
    WHEN (OLD.received_at IS NULL AND NEW.received_at IS NOT NULL) EXECUTE FUNCTION attachment_received();

CREATE TABLE measurement_attachment (
    measurement_id uuid NOT NULL,
    revision integer NOT NULL,
    attachment_id uuid NOT NULL CONSTRAINT measurement_attachment_attachment_id_fkey REFERENCES attachment,
    CONSTRAINT measurement_attachment_pkey PRIMARY KEY (measurement_id, revision, attachment_id),
    CONSTRAINT measurement_attachment_revision_fkey FOREIGN KEY (measurement_id, revision) REFERENCES measurement_revision
);
COMMENT ON TABLE measurement_attachment IS 'The files that a revision of a measurement comes with';
CREATE INDEX measurement_attachment_attachment_id_idx ON measurement_attachment (attachment_id);
CREATE TRIGGER measurement_attachment_append_only BEFORE UPDATE OR DELETE ON measurement_attachment FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE progress_update_attachment (
    progress_update_id uuid NOT NULL CONSTRAINT progress_update_attachment_progress_update_id_fkey REFERENCES progress_update,
    attachment_id uuid NOT NULL CONSTRAINT progress_update_attachment_attachment_id_fkey REFERENCES attachment,
    CONSTRAINT progress_update_attachment_pkey PRIMARY KEY (progress_update_id, attachment_id)
);
COMMENT ON TABLE progress_update_attachment IS 'The files that a report of progress comes with';
CREATE INDEX progress_update_attachment_attachment_id_idx ON progress_update_attachment (attachment_id);
CREATE TRIGGER progress_update_attachment_append_only BEFORE UPDATE OR DELETE ON progress_update_attachment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE document_attachment (
    document_id uuid NOT NULL CONSTRAINT document_attachment_document_id_fkey REFERENCES document,
    attachment_id uuid NOT NULL CONSTRAINT document_attachment_attachment_id_fkey REFERENCES attachment,
    CONSTRAINT document_attachment_pkey PRIMARY KEY (document_id, attachment_id)
);
COMMENT ON TABLE document_attachment IS 'The files of a document: its scan, its annexes';
CREATE INDEX document_attachment_attachment_id_idx ON document_attachment (attachment_id);

-- A whole file is given to something, and is kept from then on: also what no longer has it had it once.
CREATE FUNCTION attachment_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF EXISTS (SELECT FROM written JOIN attachment ON attachment.id = written.attachment_id WHERE attachment.received_at IS NULL) THEN
            RAISE EXCEPTION 'only a whole file belongs to something'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'attachment_kept', TABLE = TG_TABLE_NAME;
        END IF;
        UPDATE attachment SET expires_at = NULL WHERE id IN (SELECT attachment_id FROM written) AND expires_at IS NOT NULL;
        RETURN NULL;
    END
    $$;

CREATE FUNCTION measurement_attachment_of_draft() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        -- What was submitted stays as it was submitted. The owner loads what was decided elsewhere.
        IF current_user = 'cotmoc_server' AND EXISTS (SELECT FROM written JOIN measurement_revision r USING (measurement_id, revision)
            WHERE r.state <> 'DRAFT' OR r.source = 'COMPUTED') THEN
            RAISE EXCEPTION 'only a draft is given files'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_attachment_of_draft', TABLE = 'measurement_attachment';
        END IF;
        RETURN NULL;
    END
    $$;
CREATE TRIGGER measurement_attachment_of_draft AFTER INSERT ON measurement_attachment
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION measurement_attachment_of_draft();

-- As before, and the files: what was decided on before keeps its hash.
CREATE OR REPLACE FUNCTION measurement_content_hash(of_measurement uuid, of_revision integer) RETURNS bytea
    LANGUAGE sql STABLE
    RETURN (
        SELECT sha256(convert_to((jsonb_build_array(m.indicator_id, m.definition_id, m.subject_id, m.regime, m.period, trim_scale(r.stated_value)::text,
            trim_scale(r.numerator)::text, trim_scale(r.denominator)::text, trim_scale(r.factor)::text, r.narrative, r.observation, r.note, r.comment)
            || coalesce((SELECT jsonb_build_array(jsonb_agg(jsonb_build_array(part.item_id, trim_scale(part.stated_value)::text, trim_scale(part.numerator)::text,
                    trim_scale(part.denominator)::text, trim_scale(part.factor)::text) ORDER BY part.item_id))
                FROM measurement_breakdown part WHERE part.measurement_id = r.measurement_id AND part.revision = r.revision HAVING count(*) > 0), '[]')
            || coalesce((SELECT jsonb_build_array(jsonb_build_object('attachments',
                    jsonb_agg(jsonb_build_array(file.name, encode(file.content_hash, 'hex')) ORDER BY file.content_hash, file.id)))
                FROM measurement_attachment has JOIN attachment file ON file.id = has.attachment_id
                WHERE has.measurement_id = r.measurement_id AND has.revision = r.revision HAVING count(*) > 0), '[]'))::text, 'UTF8'))
        FROM measurement_revision r JOIN measurement m ON m.id = r.measurement_id
        WHERE r.measurement_id = of_measurement AND r.revision = of_revision);

DO $$
DECLARE
    noun text;
    title text;
BEGIN
    FOREACH noun IN ARRAY ARRAY['measurement', 'progress_update', 'document'] LOOP
        title := noun || '_attachment';
        EXECUTE format('CREATE TRIGGER attachment_kept AFTER INSERT ON %I REFERENCING NEW TABLE AS written '
            'FOR EACH STATEMENT EXECUTE FUNCTION attachment_kept()', title);
        EXECUTE format('CREATE TRIGGER data_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION data_version_raise(%L)', title, CASE noun WHEN 'progress_update' THEN 'directive' ELSE noun END);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER data_version', title);
        EXECUTE format('SELECT history.attach(%L)', title);
    END LOOP;
END
$$;
