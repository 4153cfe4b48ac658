-- Accounts stress.1 to stress.41 with the password of the demo's accounts: in turn reporters of a commune
-- each, heads, leaders and inspectors; the last one inspects.
INSERT INTO account (id, login, full_name, created_at)
SELECT md5('stress.' || n)::uuid, 'stress.' || n, 'Người dùng thứ ' || n, now()
FROM generate_series(1, 41) AS n;

INSERT INTO password (account_id, hash, changed_at)
SELECT md5('stress.' || n)::uuid, password.hash, now()
FROM generate_series(1, 41) AS n, password JOIN account ON account.id = password.account_id
WHERE account.login = 'bao.cao';

INSERT INTO role_grant (id, account_id, role, agency_id, with_below, valid_from, granted_at)
SELECT gen_random_uuid(), md5('stress.' || n)::uuid, role_grant.role,
    CASE role_grant.role WHEN 'REPORTER' THEN commune.id ELSE role_grant.agency_id END, role_grant.with_below,
    role_grant.valid_from, now()
FROM generate_series(1, 41) AS n
JOIN account ON account.login = CASE WHEN n = 41 THEN 'thanh.tra'
    ELSE (ARRAY['bao.cao', 'thu.truong', 'lanh.dao', 'thanh.tra'])[1 + (n - 1) % 4] END
JOIN role_grant ON role_grant.account_id = account.id
JOIN (SELECT id, row_number() OVER (ORDER BY code) AS number FROM agency WHERE level = 'COMMUNE' AND closed_on IS NULL AND official_code IS NOT NULL)
    AS commune ON commune.number = n;
