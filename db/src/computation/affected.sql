-- The places whose figures are computed from the measurements $1 (by the definition $2, or by any if it is null), and from those in turn:
-- the deeper the later. Each with the version of the definition that a figure there means, and with the figure that stands there.
WITH RECURSIVE affected (indicator_id, subject_id, regime, period_kind, period, starts_on, ends_on, definition_id, depth) AS (
    SELECT indicator_id, subject_id, regime, period_kind, period, starts_on, ends_on, definition_id, 0
    FROM measurement WHERE id = ANY (COALESCE((SELECT $1)))
    UNION
    SELECT definition.indicator_id, a.subject_id, a.regime, a.period_kind, a.period, a.starts_on, a.ends_on, definition.id, a.depth + 1
    FROM affected a
    JOIN definition_input input ON input.indicator_id = a.indicator_id
    JOIN indicator_definition definition ON definition.id = input.definition_id
    JOIN indicator ON indicator.id = definition.indicator_id AND indicator.frequency = a.period_kind
    LEFT JOIN measurement m ON m.indicator_id = definition.indicator_id AND m.subject_id = a.subject_id AND m.regime = a.regime AND m.period = a.period
    WHERE definition.id = coalesce(m.definition_id, definition_used(definition.indicator_id, a.starts_on))
        AND (a.depth > 0 OR $2 IS NULL OR definition.id = $2)
        AND (m.id IS NOT NULL OR indicator.retired_on IS NULL OR a.ends_on <= indicator.retired_on)
)
SELECT a.indicator_id, a.subject_id, a.regime, a.period_kind, a.period, a.starts_on, a.ends_on, a.definition_id, m.id AS measurement_id,
    greatest(m.published_revision, m.submitted_revision, m.drafted_revision) AS revision
FROM affected a
LEFT JOIN measurement m ON m.indicator_id = a.indicator_id AND m.subject_id = a.subject_id AND m.regime = a.regime AND m.period = a.period
WHERE a.depth > 0
GROUP BY a.indicator_id, a.subject_id, a.regime, a.period_kind, a.period, a.starts_on, a.ends_on, a.definition_id, m.id
ORDER BY max(a.depth), a.subject_id, a.regime, a.period, a.indicator_id
