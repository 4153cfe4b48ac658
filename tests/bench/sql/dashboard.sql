SELECT json_build_object('indicators', json_build_object(
    'totalCount', count(*),
    'nodes', coalesce(json_agg(json_build_object(
        'code', i.code,
        'name', i.name_vi,
        'unit', i.unit,
        'direction', i.direction,
        'targets', json_build_object('nodes', targets.nodes),
        'latestMeasurement', latest.node
    ) ORDER BY i.position, i.code), '[]')
))
FROM programme p
JOIN programme_indicator pi ON pi.programme_id = p.id
JOIN indicator i ON i.id = pi.indicator_id
CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object(
        'dueOn', t.due_on,
        'cadence', t.cadence,
        'comparator', t.comparator,
        'value', t.value::text,
        'upperValue', t.upper_value::text,
        'statement', t.statement
    ) ORDER BY t.due_on, t.code), '[]') AS nodes
    FROM (
        SELECT * FROM target
        WHERE indicator_id = i.id AND programme_id = p.id
        ORDER BY due_on, code
        LIMIT 20
    ) t
) targets
LEFT JOIN LATERAL (
    SELECT json_build_object('period', m.period, 'value', r.value::text, 'observation', r.observation, 'source', r.source) AS node
    FROM measurement m
    JOIN measurement_revision r ON r.measurement_id = m.id AND r.revision = m.published_revision
    WHERE m.indicator_id = i.id
        AND m.subject_id = (SELECT id FROM agency WHERE code = :subject)
        AND m.published_revision IS NOT NULL
    ORDER BY m.ends_on DESC, m.id DESC
    LIMIT 1
) latest ON true
WHERE p.code = :programme;
