CREATE OR REPLACE FUNCTION agency_exists_on(agency uuid, on_day date) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NOT EXISTS (SELECT FROM agency_life WHERE agency_id = agency AND NOT lives_on(opened_on, ended_on, on_day));

CREATE OR REPLACE FUNCTION measurement_content_hash(of_measurement uuid, of_revision integer) RETURNS bytea
    LANGUAGE sql STABLE
    RETURN (
        SELECT sha256(convert_to(jsonb_build_array(m.indicator_id, m.definition_id, m.subject_id, m.regime, replace(m.period, '-9M', '-M9'), trim_scale(r.stated_value)::text,
            trim_scale(r.numerator)::text, trim_scale(r.denominator)::text, trim_scale(r.factor)::text, r.narrative, r.observation, r.note, r.comment)::text, 'UTF8'))
        FROM measurement_revision r JOIN measurement m ON m.id = r.measurement_id
        WHERE r.measurement_id = of_measurement AND r.revision = of_revision);
