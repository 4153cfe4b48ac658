-- Who governs an area hands it over to whoever is opened for it, often under the same code and by one and the same decision: so it is
-- looked at the end of the transaction whether two govern it at a time.
CREATE FUNCTION agency_tells_areas_apart() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        -- Two that are opened at the same time would not see each other: one at a time. A single lock, for there may be thousands of areas.
        PERFORM pg_advisory_xact_lock(hashtext('agency_official_code'));
        IF EXISTS (
            SELECT FROM agency own
            JOIN agency other ON other.official_code = own.official_code AND other.kind = own.kind AND other.closed_on IS NULL AND other.id <> own.id
            WHERE own.id = NEW.id AND own.closed_on IS NULL
        ) THEN
            RAISE EXCEPTION 'another agency of that kind governs the area'
                USING ERRCODE = 'unique_violation', CONSTRAINT = 'agency_official_code_key', TABLE = 'agency';
        END IF;
        RETURN NULL;
    END
    $$;
COMMENT ON FUNCTION agency_tells_areas_apart() IS 'Of one kind, only one agency that is not closed governs an area';
CREATE CONSTRAINT TRIGGER agency_official_code_key AFTER INSERT OR UPDATE OF official_code, kind, closed_on ON agency DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.official_code IS NOT NULL AND NEW.closed_on IS NULL) EXECUTE FUNCTION agency_tells_areas_apart();
