-- What is published of the inputs of places: of definition $1, subject $2, regime $3 and period $4. A figure that no longer follows from
-- what is published counts as missing.
SELECT place.n, indicator.id AS indicator_id, indicator.code, m.id AS measurement_id, m.published_revision AS revision, figure.value, figure.observation, figure.source
FROM unnest(COALESCE((SELECT $1)), COALESCE((SELECT $2)), COALESCE((SELECT $3)), COALESCE((SELECT $4))) WITH ORDINALITY
    AS place (definition_id, subject_id, regime, period, n)
JOIN definition_input input ON input.definition_id = place.definition_id
JOIN indicator ON indicator.id = input.indicator_id
LEFT JOIN measurement m ON m.indicator_id = indicator.id AND m.subject_id = place.subject_id AND m.regime = place.regime AND m.period = place.period
    AND m.published_revision IS NOT NULL
    AND NOT (m.computed AND EXISTS (SELECT FROM computation WHERE computation.measurement_id = m.id AND computation.state = 'INCOMPLETE'))
LEFT JOIN measurement_revision figure ON figure.measurement_id = m.id AND figure.revision = m.published_revision
ORDER BY place.n, indicator.position
