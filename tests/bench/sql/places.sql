-- Places for new figures, in the copy of the database that a run writes to: monthly counts of the benchmark's own, which every
-- agency of the province reports of itself, each by an account in a session of its own; one more account reports for all.
-- {places} and {today} are filled in.
CREATE SCHEMA bench;

UPDATE indicator SET lead_agency_id = (SELECT id FROM agency WHERE code = 'qng.skhcn')
WHERE code = 'tthc_dossiers_online_share' AND lead_agency_id IS NULL;

CREATE TABLE bench.reporter AS
    SELECT id AS agency_id, code AS subject, 'bench.' || code AS login, md5('account/' || code)::uuid AS account_id,
        md5('session/' || code)::uuid AS session_id, false AS with_below
    FROM agency
    WHERE id = ANY (agency_subtree_ids((SELECT id FROM agency WHERE code = 'qng.ubnd'), '{today}'))
    UNION ALL
    SELECT id, '', 'bench.all', md5('account')::uuid, md5('session')::uuid, true FROM agency WHERE code = 'qng.ubnd';

INSERT INTO account (id, login, full_name, created_at)
SELECT account_id, login, 'Người báo cáo', '{today}' FROM bench.reporter;
INSERT INTO session (id, account_id, second_factor, created_at, last_used_at, expires_at)
SELECT session_id, account_id, true, '{today}', '{today}', timestamptz '{today}' + interval '30 days' FROM bench.reporter;
INSERT INTO role_grant (id, account_id, role, agency_id, with_below, valid_from, granted_at)
SELECT gen_random_uuid(), account_id, 'REPORTER', agency_id, with_below, '{today}', '{today}' FROM bench.reporter;

INSERT INTO indicator (id, code, name_vi, name_en, position, unit, value_kind, direction, nature, aggregation, frequency)
SELECT md5('indicator/' || n)::uuid, 'bench_' || n, 'Chỉ tiêu đo thử ' || n, 'Indicator of the benchmark ' || n, last.position + n,
    'COUNT', 'NUMBER', 'HIGHER_IS_BETTER', 'FLOW', 'SUM', 'MONTH'
FROM generate_series(1, 1 + {places} / (SELECT count(*) FROM bench.reporter)) AS n, (SELECT max(position) FROM indicator) AS last (position);
INSERT INTO indicator_definition (id, indicator_id, version, text_vi, text_en)
SELECT md5('definition/' || code)::uuid, id, 1, name_vi, name_en FROM indicator WHERE code LIKE 'bench\_%';
INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
SELECT gen_random_uuid(), indicator.id, agency_id, agency_id, 'CALENDAR', 'MONTH', '[2026-06-01,)'
FROM indicator, bench.reporter WHERE code LIKE 'bench\_%' AND NOT with_below;

-- In no order, as figures come in. Whoever asks SQL alone takes them from the front, whoever asks Cotmoc from the back.
CREATE TABLE bench.place AS
    SELECT row_number() OVER (ORDER BY md5(code || subject)) AS number, indicator.id AS indicator_id, code AS indicator,
        md5('definition/' || code)::uuid AS definition_id, agency_id AS subject_id, subject, account_id, session_id
    FROM indicator, bench.reporter WHERE code LIKE 'bench\_%' AND NOT with_below;
ALTER TABLE bench.place ADD PRIMARY KEY (number);
CREATE SEQUENCE bench.drawn;
GRANT USAGE ON SCHEMA bench TO cotmoc_server;
GRANT SELECT ON bench.place TO cotmoc_server;
GRANT USAGE ON bench.drawn TO cotmoc_server;
ANALYZE account, session, role_grant, indicator, indicator_definition, reporting_assignment, bench.place;
CHECKPOINT;
