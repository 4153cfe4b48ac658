SELECT history.drop_views();
CREATE OR REPLACE FUNCTION measurement_content_hash(of_measurement uuid, of_revision integer) RETURNS bytea
    LANGUAGE sql STABLE
    RETURN (
        SELECT sha256(convert_to((jsonb_build_array(m.indicator_id, m.definition_id, m.subject_id, m.regime, m.period, trim_scale(r.stated_value)::text,
            trim_scale(r.numerator)::text, trim_scale(r.denominator)::text, trim_scale(r.factor)::text, r.narrative, r.observation, r.note, r.comment)
            || coalesce((SELECT jsonb_build_array(jsonb_agg(jsonb_build_array(part.item_id, trim_scale(part.stated_value)::text, trim_scale(part.numerator)::text,
                    trim_scale(part.denominator)::text, trim_scale(part.factor)::text) ORDER BY part.item_id))
                FROM measurement_breakdown part WHERE part.measurement_id = r.measurement_id AND part.revision = r.revision HAVING count(*) > 0), '[]'))::text, 'UTF8'))
        FROM measurement_revision r JOIN measurement m ON m.id = r.measurement_id
        WHERE r.measurement_id = of_measurement AND r.revision = of_revision);
SELECT history.detach('document_attachment');
SELECT history.detach('progress_update_attachment');
SELECT history.detach('measurement_attachment');
DROP TABLE document_attachment, progress_update_attachment, measurement_attachment, attachment_part, attachment;
DROP FUNCTION measurement_attachment_of_draft(), attachment_kept(), attachment_received(), attachment_part_stands();
