SELECT history.drop_views();
CREATE OR REPLACE FUNCTION measurement_content_hash(of_measurement uuid, of_revision integer) RETURNS bytea
    LANGUAGE sql STABLE
    RETURN (
        SELECT sha256(convert_to(jsonb_build_array(m.indicator_id, m.definition_id, m.subject_id, m.regime, m.period, trim_scale(r.stated_value)::text,
            trim_scale(r.numerator)::text, trim_scale(r.denominator)::text, trim_scale(r.factor)::text, r.narrative, r.observation, r.note, r.comment)::text, 'UTF8'))
        FROM measurement_revision r JOIN measurement m ON m.id = r.measurement_id
        WHERE r.measurement_id = of_measurement AND r.revision = of_revision);
SELECT history.detach('measurement_breakdown');
SELECT history.detach('definition_dimension');
SELECT history.detach('dimension_item');
SELECT history.detach('dimension');
DROP TABLE measurement_breakdown, definition_dimension, dimension_item, dimension;
DROP FUNCTION measurement_breakdown_whole();
