-- Old entries of the trail may be moved to files: what is noted here has been written there, and only that may be deleted. The chain
-- goes on where the archive ends.
CREATE TABLE audit_archive (
    last_id bigint CONSTRAINT audit_archive_pkey PRIMARY KEY,
    last_hash bytea NOT NULL,
    first_id bigint NOT NULL,
    archived_at timestamptz NOT NULL,
    file_name text NOT NULL,
    file_hash bytea NOT NULL,
    CONSTRAINT audit_archive_first_id_check CHECK (first_id BETWEEN 1 AND last_id),
    CONSTRAINT audit_archive_last_hash_check CHECK (length(last_hash) = 32),
    CONSTRAINT audit_archive_file_hash_check CHECK (length(file_hash) = 32)
);
COMMENT ON TABLE audit_archive IS 'Stretches of the audit trail that were moved to files: added, never changed';
COMMENT ON COLUMN audit_archive.last_id IS 'The last entry of the stretch';
COMMENT ON COLUMN audit_archive.last_hash IS 'Its hash, which the entry after it carries on';
COMMENT ON COLUMN audit_archive.first_id IS 'The first entry of the stretch: the one after the stretch before';
COMMENT ON COLUMN audit_archive.file_name IS 'The name that the file was given, without its folder';
COMMENT ON COLUMN audit_archive.file_hash IS 'SHA-256 of the file';
CREATE TRIGGER audit_archive_append_only BEFORE UPDATE OR DELETE ON audit_archive FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_archive_not_emptied BEFORE TRUNCATE ON audit_archive FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION audit_archive_follows() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF NEW.first_id <> coalesce((SELECT max(last_id) FROM audit_archive), 0) + 1
            OR NOT EXISTS (SELECT FROM audit_entry WHERE id = NEW.last_id AND hash = NEW.last_hash) THEN
            RAISE EXCEPTION 'a stretch begins behind the one before, and ends with an entry of the trail'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_archive_follows', TABLE = TG_TABLE_NAME;
        END IF;
        RETURN NEW;
    END
    $$;
COMMENT ON FUNCTION audit_archive_follows() IS 'Trigger that lets nothing be noted as archived but the next stretch of the trail as it is';
CREATE TRIGGER audit_archive_follows BEFORE INSERT ON audit_archive FOR EACH ROW EXECUTE FUNCTION audit_archive_follows();

CREATE FUNCTION audit_entry_stay() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND EXISTS (SELECT FROM audit_archive WHERE last_id >= OLD.id) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'rows of % are added, never changed or deleted', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only', TABLE = TG_TABLE_NAME;
    END
    $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION audit_archive_follows() SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION audit_entry_stay() SET search_path = %I, pg_temp', current_schema());
END
$$;
COMMENT ON FUNCTION audit_entry_stay() IS 'Trigger that lets nothing of the trail be changed, and nothing be deleted but what is archived';
CREATE OR REPLACE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_stay();
