-- Functions in SQL that cannot be merged into the statement around them are planned anew for each statement, which takes longer than what they do. In
-- PL/pgSQL their plans are kept for as long as the connection is there. Every figure that is handed in asks these two.
CREATE OR REPLACE FUNCTION agency_exists_on(agency uuid, on_day date) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
    BEGIN
        RETURN NOT EXISTS (SELECT FROM agency_life life WHERE life.agency_id = agency AND NOT lives_on(life.opened_on, life.ended_on, on_day));
    END
    $$;

CREATE OR REPLACE FUNCTION measurement_content_hash(of_measurement uuid, of_revision integer) RETURNS bytea
    LANGUAGE plpgsql STABLE
    AS $$
    BEGIN
        RETURN (
            SELECT sha256(convert_to(jsonb_build_array(m.indicator_id, m.definition_id, m.subject_id, m.regime, replace(m.period, '-9M', '-M9'), trim_scale(r.stated_value)::text,
                trim_scale(r.numerator)::text, trim_scale(r.denominator)::text, trim_scale(r.factor)::text, r.narrative, r.observation, r.note, r.comment)::text, 'UTF8'))
            FROM measurement_revision r JOIN measurement m ON m.id = r.measurement_id
            WHERE r.measurement_id = of_measurement AND r.revision = of_revision);
    END
    $$;
