-- A whole is never over while a part goes on: parts end first, or with it, in the same transaction. What documents report comes as it is.
CREATE FUNCTION directive_parts_end_first() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF EXISTS (SELECT FROM directive WHERE parent_id = NEW.id AND state NOT IN ('COMPLETED', 'CANCELLED')) THEN
            RAISE EXCEPTION 'its parts go on'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'directive_parts_end_first', TABLE = 'directive';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER directive_parts_end_first BEFORE UPDATE ON directive FOR EACH ROW
    WHEN (NEW.state IN ('COMPLETED', 'CANCELLED') AND OLD.state NOT IN ('COMPLETED', 'CANCELLED'))
    EXECUTE FUNCTION directive_parts_end_first();
COMMENT ON COLUMN directive_event.other_directive_id IS
    'The part that was given away, the directive that is waited for no longer, or the whole with which it was cancelled';
