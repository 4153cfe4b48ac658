//! Accounts and the roles they hold: who sees them, and who changes them.

use auth::{Actor, Principal, Role};
use serde_json::json;
use tests::{
    TestDb,
    graphql::{Viewer, texts},
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
        (Viewer::public(&db), vec![]),
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
    assert_eq!(
        lan["grants"]["nodes"],
        json!([
            { "role": "HEAD", "withBelow": true, "everywhere": false, "validFrom": "2026-01-01", "validUntil": null,
              "agency": { "code": "qng.skhcn" }, "grantedBy": { "login": "quantri" }, "account": { "login": "lan@quangngai.gov.vn" } },
            { "role": "REPORTER", "withBelow": false, "everywhere": false, "validFrom": "2025-07-01", "validUntil": "2026-01-01",
              "agency": { "code": "qng.skhcn" }, "grantedBy": null, "account": { "login": "lan@quangngai.gov.vn" } },
        ])
    );
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
        .ask(r#"{ accounts { nodes { id grants { nodes { id } } } } }"#)
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
    let machine = Principal::service(LAN, vec![], auth::Reached::Nothing);
    assert_eq!(machine.actor(), Actor::Service { account: LAN });
    assert_eq!(found(Viewer::with(&db, machine)).await, 0);
}
