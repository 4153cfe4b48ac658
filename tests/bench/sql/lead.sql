SELECT json_build_object('indicator', json_build_object(
    'code', i.code,
    'name', i.name_vi,
    'unit', i.unit,
    'lead', CASE WHEN a.id IS NOT NULL THEN json_build_object('code', a.code, 'name', a.name_vi) END
))
FROM indicator i LEFT JOIN agency a ON a.id = i.lead_agency_id
WHERE i.code = :indicator;
