-- A country that reports: so many communes, each by so many indicators and in each of the twelve months from July 2025 to June 2026. Most of it is
-- published, some per cent are on their way, drafted, returned, answered by nil, or missing. Deterministic. Whoever loads it says how large it is:
--     SELECT set_config('national.reporters', '3500', false), set_config('national.indicators', '64', false);
-- As a superuser: triggers would look at each figure by itself, and what they would do is written here.
SET session_replication_role = replica;

INSERT INTO agency (id, code, name_vi, kind, level, opened_on, closed_on, simulated)
SELECT md5('qg' || n)::uuid, 'qg.' || lpad(n::text, 4, '0'), 'Xã mô phỏng ' || n, 'PEOPLES_COMMITTEE', 'COMMUNE', '2025-07-01',
    CASE WHEN n % 500 = 7 THEN '2026-02-10'::date END, true
FROM generate_series(1, current_setting('national.reporters')::integer) AS n;
INSERT INTO agency (id, code, name_vi, kind, level, simulated) VALUES (md5('qg')::uuid, 'qg', 'Cả nước mô phỏng', 'PEOPLES_COMMITTEE', 'CENTRAL', true);
INSERT INTO agency_placement (id, agency_id, parent_id, stated)
SELECT md5('qg placement' || id)::uuid, id, md5('qg')::uuid, false FROM agency WHERE code LIKE 'qg.%';

INSERT INTO programme (id, code, name_vi, name_en, jurisdiction_id) VALUES (md5('qg programme')::uuid, 'qg', 'Chương trình mô phỏng', 'Simulated programme', md5('qg')::uuid);
INSERT INTO indicator_group (id, programme_id, code, name_vi, name_en, position)
SELECT md5('qg group' || n)::uuid, md5('qg programme')::uuid, 'qg' || n, 'Nhóm ' || n, 'Group ' || n, n FROM generate_series(1, 4) AS n;
INSERT INTO indicator (id, code, name_vi, name_en, position, unit, value_kind, direction, nature, aggregation, frequency)
SELECT md5('qg indicator' || n)::uuid, 'qg_' || lpad(n::text, 2, '0'), 'Chỉ tiêu mô phỏng ' || n, 'Simulated indicator ' || n, 10000 + n, 'PERCENT', 'NUMBER',
    'HIGHER_IS_BETTER', 'STOCK', 'MEAN', 'MONTH'
FROM generate_series(1, current_setting('national.indicators')::integer) AS n;
INSERT INTO indicator_definition (id, indicator_id, version, text_vi, text_en)
SELECT md5('qg definition' || id)::uuid, id, 1, name_vi, name_en FROM indicator WHERE code LIKE 'qg\_%';
INSERT INTO programme_indicator (programme_id, indicator_id, group_id)
SELECT md5('qg programme')::uuid, id, md5('qg group' || 1 + position % 4)::uuid FROM indicator WHERE code LIKE 'qg\_%';

-- One in a thousand ends with the year.
INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
SELECT md5('qg assignment' || i.code || a.code)::uuid, i.id, a.id, a.id, 'CALENDAR', 'MONTH',
    daterange('2025-01-01', CASE WHEN abs(hashtext(i.code || a.code)) % 1000 = 0 THEN '2026-01-01'::date END)
FROM indicator i, agency a WHERE i.code LIKE 'qg\_%' AND a.code LIKE 'qg.%';

-- What became of each: of the month that has just ended, little yet. The share decides, of a thousand.
CREATE TEMPORARY TABLE fate AS
SELECT a.id AS assignment_id, a.indicator_id, a.subject_id, a.reporter_id, to_char(first, 'YYYY-MM') AS period, first::date AS starts_on,
    (first + interval '1 month')::date AS ends_on, lot.share, (first + interval '1 month')::date + 1 + (lot.share % 11) AS answered_on
FROM reporting_assignment a, generate_series('2025-07-01'::timestamp, '2026-06-01', '1 month') AS first,
    LATERAL (SELECT abs(hashtext(a.id::text || first::text)) % 1000 AS number) AS drawn,
    LATERAL (SELECT CASE WHEN first = '2026-06-01' AND number % 10 <> 0 THEN 999 ELSE number END AS share) AS lot
WHERE a.regime = 'CALENDAR' AND a.period_kind = 'MONTH' AND a.valid @> (first + interval '1 month')::date - 1 AND a.indicator_id IN (SELECT id FROM indicator WHERE code LIKE 'qg\_%');

CREATE TEMPORARY TABLE figure AS
SELECT md5('qg figure' || assignment_id || period)::uuid AS id, *,
    CASE WHEN share < 900 THEN 'PUBLISHED' WHEN share < 930 THEN 'SUBMITTED' WHEN share < 940 THEN 'ENDORSED' WHEN share < 945 THEN 'RETURNED' ELSE 'DRAFT' END AS state
FROM fate WHERE share < 955;
INSERT INTO measurement (id, indicator_id, definition_id, subject_id, reporter_id, regime, period_kind, period, starts_on, ends_on,
    published_revision, submitted_revision, drafted_revision, answered_on)
SELECT id, indicator_id, md5('qg definition' || indicator_id)::uuid, subject_id, reporter_id, 'CALENDAR', 'MONTH', period, starts_on, ends_on,
    CASE WHEN state = 'PUBLISHED' THEN 1 END, CASE WHEN state IN ('SUBMITTED', 'ENDORSED') THEN 1 END, CASE WHEN state IN ('RETURNED', 'DRAFT') THEN 1 END,
    CASE WHEN state <> 'DRAFT' THEN answered_on END
FROM figure;
INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, source, recorded_at, published_at)
SELECT id, 1, state, 'FINAL', share % 100, 'SIMULATED', answered_on, CASE WHEN state = 'PUBLISHED' THEN answered_on END FROM figure;

INSERT INTO nil_answer (id, assignment_id, reporter_id, period, note, answered_on, answered_at)
SELECT md5('qg nil' || assignment_id || period)::uuid, assignment_id, reporter_id, period, 'Không phát sinh', answered_on, answered_on
FROM fate WHERE share BETWEEN 955 AND 964;

-- February is extended for everybody, May for one agency in a hundred; of what is missing some is open again.
INSERT INTO reporting_extension (id, regime, period, reporter_id, due_on, reason, extended_at)
SELECT md5('qg extension')::uuid, 'CALENDAR', '2026-02', NULL, '2026-03-20'::date, 'Nghỉ Tết', '2026-02-25'::timestamptz
UNION ALL
SELECT md5('qg extension' || id)::uuid, 'CALENDAR', '2026-05', id, '2026-06-19', 'Mưa lũ', '2026-05-25' FROM agency WHERE code LIKE 'qg.%07';
INSERT INTO unlock_request (id, assignment_id, reporter_id, period, state, reason, requested_at, decided_at, opened_on, expires_on)
SELECT md5('qg unlock' || assignment_id || period)::uuid, assignment_id, reporter_id, period, 'APPROVED', 'Bổ sung số liệu', '2026-06-10', '2026-06-11', '2026-06-11', '2026-07-31'
FROM fate WHERE share = 970;

DROP TABLE fate, figure;
RESET session_replication_role;
ANALYZE;
