//! Accounts and the roles they hold: who sees them, and who changes them.

mod reach;

use auth::{Actor, Principal, Reached, Role};
use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, lines, texts},
    mutation::{broken, key},
};
use uuid::Uuid;

/// Two departments of the province, somebody in each, and somebody who belongs to no agency.
const PEOPLE: &str = "
    INSERT INTO account (id, login, full_name, email, agency_id, created_at) VALUES
        ('00000000-0000-7000-8000-00000000000a', 'lan@quangngai.gov.vn', 'Nguyễn Thị Lan', 'lan@quangngai.gov.vn',
            (SELECT id FROM agency WHERE code = 'qng.skhcn'), '2026-01-02T01:00:00Z'),
        ('00000000-0000-7000-8000-00000000000b', 'tuan', 'Phạm Anh Tuấn', NULL,
            (SELECT id FROM agency WHERE code = 'qng.stc'), '2026-01-02T01:00:00Z'),
        ('00000000-0000-7000-8000-00000000000c', 'quantri', 'Quản trị hệ thống', NULL, NULL, '2026-01-01T01:00:00Z');
    INSERT INTO role_grant (id, account_id, role, agency_id, with_below, valid_from, valid_until, granted_at, granted_by) VALUES
        ('00000000-0000-7000-8000-0000000000a1', '00000000-0000-7000-8000-00000000000a', 'REPORTER',
            (SELECT id FROM agency WHERE code = 'qng.skhcn'), false, '2025-07-01', '2026-01-01', '2026-01-02T01:00:00Z', NULL),
        ('00000000-0000-7000-8000-0000000000a2', '00000000-0000-7000-8000-00000000000a', 'HEAD',
            (SELECT id FROM agency WHERE code = 'qng.skhcn'), true, '2026-01-01', NULL, '2026-01-02T01:00:00Z',
            '00000000-0000-7000-8000-00000000000c'),
        ('00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-00000000000b', 'REPORTER',
            (SELECT id FROM agency WHERE code = 'qng.stc'), false, '2026-01-01', NULL, '2026-01-02T01:00:00Z', NULL),
        ('00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-00000000000c', 'ADMINISTRATOR',
            NULL, false, '2026-01-01', NULL, '2026-01-02T01:00:00Z', NULL);";

const LAN: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_000a);
const TUAN: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_000b);

async fn people() -> TestDb {
    let db = TestDb::demo().await;
    db.execute(PEOPLE).await;
    db
}

/// The person of an account, without a role.
fn person(db: &TestDb, account: Uuid) -> Viewer {
    Viewer::with(db, Principal::user(account, Uuid::from_u128(1), Vec::new(), &[], true))
}

const LOGINS: &str = "{ accounts { totalCount nodes { login } } }";

#[tokio::test]
async fn accounts_are_seen_by_who_keeps_them_by_inspectors_and_by_their_person() {
    let db = people().await;
    let all = vec!["lan@quangngai.gov.vn", "quantri", "tuan"];
    let of = async |role, agency| Viewer::who_holds(&db, &[(role, agency, true)]).await;
    for (viewer, seen) in [
        (person(&db, LAN), vec!["lan@quangngai.gov.vn"]),
        (of(Role::Head, "qng.skhcn").await, vec![]),
        (of(Role::StandingOffice, "qng.ubnd").await, vec![]),
        (of(Role::Administrator, "qng.skhcn").await, vec!["lan@quangngai.gov.vn"]),
        (of(Role::Administrator, "qng.ubnd").await, vec!["lan@quangngai.gov.vn", "tuan"]),
        (of(Role::Inspector, "qng.stc").await, all.clone()),
        (Viewer::with(&db, Principal::operator()), all),
    ] {
        let answer = viewer.ask(LOGINS).await.whole();
        assert_eq!(texts(&answer, "accounts/nodes/*/login"), seen);
        assert_eq!(answer["accounts"]["totalCount"], seen.len());
        // A look-up finds what the list shows, and nothing else.
        let answer = viewer.ask(r#"{ account(login: " Tuan ") { fullName grants { nodes { id } } } }"#).await.whole();
        assert_eq!(answer["account"].is_object(), seen.contains(&"tuan"));
    }
    for question in [LOGINS, r#"{ account(login: " Tuan ") { fullName } }"#] {
        let nobody = Viewer::public(&db).ask(question).await;
        assert_eq!(nobody.errors[0]["message"], "Sign in first", "{question}");
    }
}

#[tokio::test]
async fn an_account_shows_its_roles_and_a_grant_its_end() {
    let db = people().await;
    let answer = Viewer::with(&db, Principal::operator())
        .ask(
            r#"{ account(login: "LAN@quangngai.gov.vn") {
                    fullName email language status demo version createdAt agency { code }
                    grants { nodes { role withBelow everywhere validFrom validUntil agency { code } grantedBy { login } account { login } } }
                    today: grants(filter: { on: "2026-01-20" }) { totalCount }
                    before: grants(filter: { on: "2025-12-31" }) { nodes { role } }
                 }
                 agency(code: "qng.stc") { accounts { nodes { login } } roleGrants(filter: { roles: [REPORTER] }) { totalCount } }
                 accounts(filter: { roles: [ADMINISTRATOR, HEAD], text: "quan tri" }) { nodes { grants { nodes { everywhere agency { code } } } } } }"#,
        )
        .await
        .whole();
    let lan = &answer["account"];
    assert_snapshot!(lines(&lan["grants"]["nodes"]), @r#"
    {"account":{"login":"lan@quangngai.gov.vn"},"agency":{"code":"qng.skhcn"},"everywhere":false,"grantedBy":{"login":"quantri"},"role":"HEAD","validFrom":"2026-01-01","withBelow":true}
    {"account":{"login":"lan@quangngai.gov.vn"},"agency":{"code":"qng.skhcn"},"everywhere":false,"role":"REPORTER","validFrom":"2025-07-01","validUntil":"2025-12-31","withBelow":false}
    "#);
    // On its last day's morrow the reporter's role is over.
    assert_eq!((&lan["today"]["totalCount"], &lan["before"]["nodes"]), (&json!(1), &json!([{ "role": "REPORTER" }])));
    assert_eq!(
        (&lan["status"], &lan["version"], &lan["agency"]["code"]),
        (&json!("ACTIVE"), &json!(1), &json!("qng.skhcn"))
    );
    assert_eq!(
        answer["agency"],
        json!({ "accounts": { "nodes": [{ "login": "tuan" }] }, "roleGrants": { "totalCount": 1 } })
    );
    assert_eq!(
        answer["accounts"]["nodes"],
        json!([{ "grants": { "nodes": [{ "everywhere": true, "agency": null }] } }])
    );
}

#[tokio::test]
async fn what_is_out_of_reach_has_no_node() {
    let db = people().await;
    let ids = Viewer::with(&db, Principal::operator())
        .ask(r"{ accounts { nodes { id grants { nodes { id } } } } }")
        .await
        .whole();
    let ids = [texts(&ids, "accounts/nodes/*/id"), texts(&ids, "accounts/nodes/*/grants/nodes/*/id")].concat();
    assert_eq!(ids.len(), 3 + 4);
    let query = format!("{{ nodes(ids: {}) {{ __typename }} }}", json!(ids));
    let found = async |viewer: Viewer| texts(&viewer.ask(&query).await.whole(), "nodes/*/__typename").len();
    assert_eq!(found(Viewer::with(&db, Principal::operator())).await, 7);
    assert_eq!(found(Viewer::who_holds(&db, &[(Role::Administrator, "qng.skhcn", true)]).await).await, 3);
    assert_eq!(found(person(&db, TUAN)).await, 2);
    assert_eq!(found(Viewer::public(&db)).await, 0);
    // A machine has an account of its own kind: its id opens no person's.
    let machine = Principal::service(LAN, vec![], Reached::Nothing);
    assert_eq!(machine.actor(), Actor::Service { account: LAN });
    assert_eq!(found(Viewer::with(&db, machine)).await, 0);
}

/// With the account of whoever the tests let hold roles.
async fn with_keeper() -> TestDb {
    let db = people().await;
    db.execute(
        "INSERT INTO account (id, login, full_name, created_at)
         VALUES ('00000000-0000-0000-0000-000000000001', 'admin', 'Võ Minh Quân', '2026-01-01T01:00:00Z')",
    )
    .await;
    db
}

/// An administrator of these agencies, with those below.
async fn administrator(db: &TestDb, agency: &str) -> Viewer {
    Viewer::who_holds(db, &[(Role::Administrator, agency, true)]).await
}

fn operator(db: &TestDb) -> Viewer {
    Viewer::with(db, Principal::operator())
}

/// What a mutation answers: the object that it names, and what has to be mended.
async fn done(viewer: &Viewer, mutation: &str, input: Value) -> (Value, Vec<String>) {
    let (object, selection) = match mutation {
        "grantRole" | "endRole" => ("roleGrant", "id role withBelow validFrom validUntil agency { code }"),
        _ => ("account", "id login fullName email language status version agency { code }"),
    };
    let mut answer = viewer.act(mutation, input, &format!("{object} {{ {selection} }}")).await;
    let errors = broken(&answer);
    assert_eq!(answer[object].is_null(), !errors.is_empty(), "{answer}");
    (answer[object].take(), errors)
}

async fn id_of(db: &TestDb, login: &str) -> String {
    let query = format!(r#"{{ account(login: "{login}") {{ id }} }}"#);
    operator(db).ask(&query).await.whole()["account"]["id"].as_str().unwrap().to_owned()
}

async fn grant_of(db: &TestDb, login: &str) -> String {
    let query = format!(r#"{{ account(login: "{login}") {{ grants(first: 1) {{ nodes {{ id }} }} }} }}"#);
    texts(&operator(db).ask(&query).await.whole(), "account/grants/nodes/*/id")[0].to_owned()
}

/// What the audit trail holds, without the demo.
async fn trail(db: &TestDb) -> String {
    db.text("SELECT coalesce(string_agg(actor_kind || ' ' || action || ' ' || noun, ', ' ORDER BY id), '') FROM audit_entry").await
}

#[tokio::test]
async fn an_account_is_made_in_its_stored_form_and_recorded() {
    let db = with_keeper().await;
    let admin = administrator(&db, "qng.ubnd").await;
    let decomposed = "Lê Thị Huế".replace('ế', "e\u{302}\u{301}");
    let input =
        json!({ "login": " Hue.LE@quangngai.gov.vn ", "fullName": format!(" {decomposed} "), "agency": "qng.skhcn" });
    let (hue, errors) = done(&admin, "createAccount", input.clone()).await;
    assert_eq!(errors, [""; 0]);
    assert_eq!(
        (&hue["login"], &hue["fullName"], &hue["status"], &hue["agency"]["code"]),
        (&json!("hue.le@quangngai.gov.vn"), &json!("Lê Thị Huế"), &json!("ACTIVE"), &json!("qng.skhcn"))
    );
    assert_eq!(trail(&db).await, "USER CREATE_ACCOUNT account");
    let after = "SELECT after->>'login' || ' ' || (before IS NULL) FROM audit_entry";
    assert_eq!(db.text(after).await, "hue.le@quangngai.gov.vn true");
    let outbox = "SELECT string_agg(kind, ' ') FROM change WHERE noun = 'account'";
    assert_eq!(db.text(outbox).await, "CREATED");

    assert_eq!(done(&admin, "createAccount", input).await.1, ["TAKEN login"]);
    assert_eq!(trail(&db).await, "USER CREATE_ACCOUNT account", "nothing was written");
}

#[tokio::test]
async fn what_cannot_be_an_account_is_told_field_by_field() {
    let db = with_keeper().await;
    let admin = administrator(&db, "qng.ubnd").await;
    for (input, errors) in [
        (
            json!({ "login": "", "fullName": "Lan\u{202e}", "email": "a\u{1}@b" }),
            vec!["REQUIRED login", "MALFORMED fullName", "MALFORMED email"],
        ),
        (json!({ "login": "x".repeat(129), "fullName": "ệ".repeat(201) }), vec!["TOO_LONG login", "TOO_LONG fullName"]),
        (json!({ "login": "lê thị huế", "fullName": "Lê Thị Huế", "agency": "qng.skhcn" }), vec!["MALFORMED login"]),
        (
            json!({ "login": "hue", "fullName": "Lê Thị Huế", "email": "ở nhà", "agency": "qng.skhcn" }),
            vec!["MALFORMED email"],
        ),
        (json!({ "login": "hue", "fullName": "Lê Thị Huế", "agency": "khong.co" }), vec!["NOT_FOUND agency"]),
        (json!({ "login": "hue", "fullName": "Lê Thị Huế", "agency": "tw.bo_chinh_tri" }), vec!["OUT_OF_REACH agency"]),
        (json!({ "login": "hue", "fullName": "Lê Thị Huế" }), vec!["OUT_OF_REACH agency"]),
    ] {
        assert_eq!(done(&admin, "createAccount", input.clone()).await.1, errors, "{input}");
    }
    // Whoever administers everything also keeps those who belong to no agency.
    assert_eq!(
        done(&operator(&db), "createAccount", json!({ "login": "hue", "fullName": "Lê Thị Huế" })).await.1,
        [""; 0]
    );
}

#[tokio::test]
async fn an_editor_who_has_seen_an_older_version_is_shown_the_present_one() {
    let db = with_keeper().await;
    let admin = administrator(&db, "qng.ubnd").await;
    let lan = id_of(&db, "lan@quangngai.gov.vn").await;
    let change = json!({ "account": lan, "expectedVersion": 1, "email": null, "agency": "qng.stc" });
    let (changed, errors) = done(&admin, "updateAccount", change.clone()).await;
    assert_eq!(errors, [""; 0]);
    assert_eq!(
        (&changed["version"], &changed["email"], &changed["fullName"], &changed["agency"]["code"]),
        (&json!(2), &json!(null), &json!("Nguyễn Thị Lan"), &json!("qng.stc"))
    );
    let query = "mutation Do($input: UpdateAccountInput!, $key: UUID!) { updateAccount(input: $input, idempotencyKey: $key) { account { id } current { version email } userErrors { code field } } }";
    let answer = admin.ask_with(query, json!({ "input": change, "key": key() })).await.whole();
    assert_eq!(
        answer["updateAccount"],
        json!({ "account": null, "current": { "version": 2, "email": null },
                "userErrors": [{ "code": "STALE", "field": ["input", "expectedVersion"] }] })
    );
    // Nobody moves an account to where they do not reach.
    let away = json!({ "account": lan, "expectedVersion": 2, "agency": null });
    assert_eq!(done(&admin, "updateAccount", away).await.1, ["OUT_OF_REACH agency"]);
}

const SESSION: &str = "INSERT INTO session (id, account_id, second_factor, created_at, last_used_at, expires_at)
    SELECT gen_random_uuid(), id, false, '2026-01-19T01:00:00Z', '2026-01-19T01:00:00Z', '2026-02-18T01:00:00Z' FROM account WHERE login <> 'admin'";

async fn sessions(db: &TestDb) -> String {
    db.text("SELECT string_agg(login || ' ' || coalesce(end_reason, 'OPEN'), ', ' ORDER BY login) FROM session JOIN account a ON a.id = account_id").await
}

#[tokio::test]
async fn disabling_ends_sessions_and_enabling_revives_none() {
    let db = with_keeper().await;
    db.execute(SESSION).await;
    let admin = administrator(&db, "qng.ubnd").await;
    let tuan = json!({ "account": id_of(&db, "tuan").await });
    let (disabled, _) = done(&admin, "disableAccount", tuan.clone()).await;
    assert_eq!((&disabled["status"], &disabled["version"]), (&json!("DISABLED"), &json!(2)));
    assert_eq!(done(&admin, "disableAccount", tuan.clone()).await.1, ["UNCHANGED account"]);
    assert_eq!(done(&admin, "enableAccount", tuan).await.0["status"], "ACTIVE");
    let lan = json!({ "account": id_of(&db, "lan@quangngai.gov.vn").await });
    assert_eq!(done(&admin, "endSessionsOf", lan).await.1, [""; 0]);
    assert_eq!(sessions(&db).await, "lan@quangngai.gov.vn REVOKED, quantri OPEN, tuan DISABLED");
    assert_eq!(
        trail(&db).await,
        "USER DISABLE_ACCOUNT account, USER DISABLE_ACCOUNT account, USER END_SESSIONS account"
    );
}

#[tokio::test]
async fn a_lost_second_factor_is_taken_off_with_its_codes() {
    let db = with_keeper().await;
    db.execute(SESSION).await;
    db.execute(
        "INSERT INTO second_factor (account_id, sealed_secret, created_at) SELECT id, '\\x00', now() FROM account WHERE login <> 'admin';
         INSERT INTO recovery_code (account_id, hash) SELECT id, sha256(login::bytea) FROM account WHERE login <> 'admin'",
    )
    .await;
    let admin = administrator(&db, "qng.ubnd").await;
    let lan = json!({ "account": id_of(&db, "lan@quangngai.gov.vn").await });
    assert_eq!(done(&admin, "resetSecondFactor", lan.clone()).await.1, [""; 0]);
    assert_eq!(done(&admin, "resetSecondFactor", lan).await.1, ["UNCHANGED account"]);
    let left = "SELECT (SELECT count(*) FROM second_factor) || ' ' || (SELECT count(*) FROM recovery_code)";
    assert_eq!(db.text(left).await, "2 2");
    assert_eq!(sessions(&db).await, "lan@quangngai.gov.vn FACTOR_CHANGED, quantri OPEN, tuan OPEN");
}

#[tokio::test]
async fn a_reset_token_is_shown_once_and_kept_as_a_hash() {
    let db = with_keeper().await;
    let admin = administrator(&db, "qng.ubnd").await;
    let lan = json!({ "input": { "account": id_of(&db, "lan@quangngai.gov.vn").await } });
    let query = "mutation Do($input: AccountInput!) { createPasswordReset(input: $input) { token expiresAt account { login } userErrors { code } } }";
    let answer = admin.ask_with(query, lan.clone()).await.whole();
    let made = &answer["createPasswordReset"];
    let token = made["token"].as_str().unwrap();
    assert_eq!(
        (&made["expiresAt"], &made["account"]["login"]),
        (&json!("2026-01-20T02:30:00+00:00"), &json!("lan@quangngai.gov.vn"))
    );
    let kept = format!(
        "SELECT count(*) FROM password_reset WHERE token_hash = sha256('{token}') AND account_id = '{LAN}' AND used_at IS NULL"
    );
    assert_eq!(db.text(&kept).await, "1");
    assert_eq!(db.text(&format!("SELECT count(*) FROM audit_entry e WHERE e::text LIKE '%{token}%'")).await, "0");
    assert_eq!(trail(&db).await, "USER RESET_PASSWORD account");
    let _ = admin.ask_with(query, lan).await.whole();
    assert_eq!(db.text(&kept).await, "0", "a later one ends it");
}

#[tokio::test]
async fn a_long_list_costs_no_more_statements_and_comes_whole_in_either_direction() {
    let db = people().await;
    db.execute(
        "INSERT INTO account (id, login, full_name, agency_id, created_at)
            SELECT md5('a' || n)::uuid, 'can.bo.' || n, 'Cán bộ ' || n, agency.id, '2026-01-02T01:00:00Z'
            FROM generate_series(1, 120) AS series (n), agency WHERE code = 'qng.stc';
         INSERT INTO role_grant (id, account_id, role, agency_id, valid_from, granted_at, granted_by)
            SELECT md5('g' || id || role)::uuid, id, role, agency_id, '2026-01-01', '2026-01-02T01:00:00Z', '00000000-0000-7000-8000-00000000000c'
            FROM account, unnest(ARRAY['REPORTER', 'HEAD']) AS roles (role) WHERE login LIKE 'can.bo.%'",
    )
    .await;
    let admin = operator(&db);
    for size in [1, 10, 100] {
        let query = format!(
            "{{ accounts(first: {size}) {{ totalCount nodes {{ login agency {{ name }} grants(first: 5) {{ totalCount nodes {{ role account {{ login }}
                agency {{ name }} grantedBy {{ login }} }} }} }} }} }}"
        );
        let asked = admin.ask(&query).await;
        assert!(asked.errors.is_empty() && asked.statements <= 6, "{size}: {} {:?}", asked.statements, asked.errors);
    }
    for (count, cursor, end, more) in
        [("first", "after", "endCursor", "hasNextPage"), ("last", "before", "startCursor", "hasPreviousPage")]
    {
        let (mut logins, mut from) = (Vec::new(), String::new());
        loop {
            let query =
                format!("{{ accounts({count}: 50{from}) {{ nodes {{ login }} pageInfo {{ {end} {more} }} }} }}");
            let page = admin.ask(&query).await.whole();
            let mut found: Vec<String> =
                texts(&page, "accounts/nodes/*/login").into_iter().map(str::to_owned).collect();
            if count == "last" {
                found.append(&mut logins);
                logins = found;
            } else {
                logins.append(&mut found);
            }
            let info = &page["accounts"]["pageInfo"];
            if info[more] == false {
                break;
            }
            from = format!(", {cursor}: {}", info[end]);
        }
        assert!(logins.is_sorted() && logins.len() == 123, "{count}: {logins:?}");
    }
}
