SELECT json_build_object('directives', json_build_object(
    'totalCount', (
        SELECT count(*) FROM directive
        WHERE visibility = 'PUBLIC' AND state <> 'CANCELLED'
            AND due_on < :day::date AND (completed_on IS NULL OR completed_on > :day::date)
            AND NOT due_expected AND (state <> 'ASSIGNED' OR state_source IN ('RECORDED', 'SIMULATED'))
    ),
    'nodes', coalesce(json_agg(json_build_object(
        'code', d.code,
        'title', d.title,
        'dueOn', d.due_on,
        'state', d.state,
        'leads', leads.nodes,
        'coordinators', coordinators.nodes
    ) ORDER BY d.due_on, d.code), '[]')
))
FROM (
    SELECT id, code, title, due_on, state FROM directive
    WHERE visibility = 'PUBLIC' AND state <> 'CANCELLED'
        AND due_on < :day::date AND (completed_on IS NULL OR completed_on > :day::date)
        AND NOT due_expected AND (state <> 'ASSIGNED' OR state_source IN ('RECORDED', 'SIMULATED'))
    ORDER BY due_on, code
    LIMIT 50
) d
CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object('code', a.code, 'name', a.name_vi) ORDER BY l.position), '[]') AS nodes
    FROM directive_lead l JOIN agency a ON a.id = l.agency_id
    WHERE l.directive_id = d.id
) leads
CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object(
        'words', c.words,
        'agency', CASE WHEN a.id IS NOT NULL THEN json_build_object('code', a.code, 'name', a.name_vi) END
    ) ORDER BY c.position), '[]') AS nodes
    FROM directive_coordinator c LEFT JOIN agency a ON a.id = c.agency_id
    WHERE c.directive_id = d.id
) coordinators;
