\set number random(1, :subjects)
SELECT json_build_object('indicator', json_build_object('series', json_build_object('nodes', series.nodes)))
FROM indicator i
CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object('period', s.period, 'value', s.value::text) ORDER BY s.ends_on, s.id), '[]') AS nodes
    FROM (
        SELECT m.id, m.ends_on, m.period, r.value
        FROM measurement m
        JOIN measurement_revision r ON r.measurement_id = m.id AND r.revision = m.published_revision
        WHERE m.indicator_id = i.id
            AND m.subject_id = (SELECT id FROM agency WHERE code = (SELECT code FROM bench.subject WHERE number = :number))
            AND m.published_revision IS NOT NULL
            AND m.period_kind = i.frequency
            AND m.regime = 'CALENDAR'
        ORDER BY m.ends_on DESC, m.id DESC
        LIMIT 60
    ) s
) series
WHERE i.code = :indicator;
