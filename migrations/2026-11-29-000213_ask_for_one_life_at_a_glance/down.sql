CREATE OR REPLACE FUNCTION agency_exists_on(agency uuid, on_day date) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
    BEGIN
        RETURN NOT EXISTS (SELECT FROM agency_life life WHERE life.agency_id = agency AND NOT lives_on(life.opened_on, life.ended_on, on_day));
    END
    $$;
