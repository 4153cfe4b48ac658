-- Accounts stress.1 to stress.41 with the password of the demo's accounts: in turn reporters, heads, leaders and
-- inspectors; the last one inspects. Figures of the communes are assigned to the agency of the reporters.
INSERT INTO account (id, login, full_name, created_at)
SELECT md5('stress.' || n)::uuid, 'stress.' || n, 'Người dùng thứ ' || n, now()
FROM generate_series(1, 41) AS n;

INSERT INTO password (account_id, hash, changed_at)
SELECT md5('stress.' || n)::uuid, password.hash, now()
FROM generate_series(1, 41) AS n, password JOIN account ON account.id = password.account_id
WHERE account.login = 'bao.cao';

INSERT INTO role_grant (id, account_id, role, agency_id, with_below, valid_from, granted_at)
SELECT gen_random_uuid(), md5('stress.' || n)::uuid, role_grant.role, role_grant.agency_id, role_grant.with_below,
    role_grant.valid_from, now()
FROM generate_series(1, 41) AS n
JOIN account ON account.login = CASE WHEN n = 41 THEN 'thanh.tra'
    ELSE (ARRAY['bao.cao', 'thu.truong', 'lanh.dao', 'thanh.tra'])[1 + (n - 1) % 4] END
JOIN role_grant ON role_grant.account_id = account.id;

INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
SELECT gen_random_uuid(), indicator.id, subject.id, reporter.id, 'CALENDAR', 'QUARTER', '[2024-01-01,)'
FROM indicator, agency AS subject, agency AS reporter
WHERE indicator.code = 'coverage_5g_share' AND subject.code LIKE 'qng.mo_phong.%' AND reporter.code = 'qng.skhcn'
ON CONFLICT DO NOTHING;
