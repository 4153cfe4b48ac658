-- What is most often asked about an agency is answered by two look-ups: its own row, and whether it went into another at all. Only of those
-- that did the whole story is asked for. Plans of this function are kept for as long as a connection is there: one that was made while hardly
-- any agency had gone into another read all successions at each call, and went on to do so while one reorganisation wrote thousands.
CREATE OR REPLACE FUNCTION agency_exists_on(agency uuid, on_day date) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET enable_seqscan = off
    AS $$
    BEGIN
        IF EXISTS (SELECT FROM agency own WHERE own.id = agency AND NOT lives_on(own.opened_on, own.closed_on, on_day)) THEN
            RETURN false;
        END IF;
        IF NOT EXISTS (SELECT FROM agency_succession_party went WHERE went.agency_id = agency AND went.side = 'PREDECESSOR') THEN
            RETURN true;
        END IF;
        RETURN NOT EXISTS (SELECT FROM agency_life life WHERE life.agency_id = agency AND NOT lives_on(life.opened_on, life.ended_on, on_day));
    END
    $$;
