-- Whoever revises a target says which version of it they have seen, as with everything that is changed in place.
ALTER TABLE target ADD COLUMN version integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN target.version IS 'Raised by each change, so that nobody overwrites what they have not seen';
SELECT history.attach('target');

-- What a target demands becomes another only by a revision, which says what it was, since when and by which document. The owner of the
-- tables mends what was never so.
CREATE FUNCTION target_value_by_revision() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM target_revision r WHERE r.target_id = NEW.id AND r.previous_known AND r.document_id IS NOT NULL
                AND r.previous_value = OLD.value AND r.new_value = NEW.value
                AND r.revision = (SELECT max(latest.revision) FROM target_revision latest WHERE latest.target_id = NEW.id))
            AND NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER') THEN
            RAISE EXCEPTION 'what a target demands is changed by a revision'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'target_value_by_revision', TABLE = 'target';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER target_value_by_revision BEFORE UPDATE ON target FOR EACH ROW WHEN (OLD.value IS DISTINCT FROM NEW.value)
    EXECUTE FUNCTION target_value_by_revision();
