-- For a file of many rows: villages for which the province reports one of the benchmark's indicators.
INSERT INTO agency (id, code, name_vi, kind)
SELECT md5('village/' || n)::uuid, 'bench.thon' || n, 'Thôn ' || n, 'PEOPLES_COMMITTEE' FROM generate_series(1, {rows}) AS n;
INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
SELECT gen_random_uuid(), md5('indicator/1')::uuid, md5('village/' || n)::uuid, agency.id, 'CALENDAR', 'MONTH', '[2026-06-01,)'
FROM agency, generate_series(1, {rows}) AS n WHERE code = 'qng.ubnd';
ANALYZE agency, reporting_assignment;
