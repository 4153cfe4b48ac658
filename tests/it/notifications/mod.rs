//! Notifications: who is told of what, when, and what they see of it when they read.

mod kinds;
mod mail;
pub(crate) mod push;
mod rules;

use std::collections::BTreeMap;

use auth::{Principal, Role};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use db::{Origin, Writer, notification};
use insta::assert_snapshot;
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    TestDb, demo,
    graphql::{Viewer, holder, texts},
    mutation::{broken, next, seen, with},
};
use uuid::Uuid;

use crate::obligations::reporting;

/// Roles, each at the agency of a code, with those below it if true.
pub(crate) type Roles<'a> = &'a [(Role, &'a str, bool)];

/// A person with an account, who holds these roles.
pub(crate) async fn person(db: &TestDb, number: u128, roles: Roles<'_>) -> Viewer {
    settle(db, number, roles).await;
    Viewer::person(db, number, roles).await
}

async fn settle(db: &TestDb, number: u128, roles: Roles<'_>) {
    let id = Uuid::from_u128(number);
    db.execute(&format!(
        "INSERT INTO account (id, login, full_name, created_at) VALUES ('{id}', 'nguoi.{number}', 'Nguyễn Văn {number}', '2025-01-02T01:00:00Z')"
    ))
    .await;
    for (role, code, below) in roles {
        let role = role.as_str();
        db.execute(&format!(
            "INSERT INTO role_grant (id, account_id, role, agency_id, with_below, valid_from, granted_at)
                SELECT gen_random_uuid(), '{id}', '{role}', id, {below}, '2025-01-01', '2025-01-02T01:00:00Z' FROM agency WHERE code = '{code}'"
        ))
        .await;
    }
}

/// What a server tells with at an instant.
pub(crate) fn writer(db: &TestDb, now: DateTime<Utc>) -> Writer {
    let today = db::Date(schema::clock::day_of(now));
    Writer::new(db.pool.clone(), now, today, Origin::default())
}

async fn tell(db: &TestDb) -> Option<usize> {
    notification::tell_events(&writer(db, demo::now()), false).await.unwrap()
}

/// What somebody finds in their inbox, the latest first: kind and sentence.
async fn inbox(who: &Viewer) -> Vec<String> {
    let all = who.ask("{ notifications(first: 100) { nodes { kind message } } }").await.whole();
    let nodes = all["notifications"]["nodes"].as_array().unwrap();
    nodes.iter().map(|it| format!("{}: {}", it["kind"].as_str().unwrap(), it["message"].as_str().unwrap())).collect()
}

struct Room {
    db: TestDb,
    leader: Viewer,
    office: Viewer,
    head: Viewer,
    reporter: Viewer,
    partner: Viewer,
}

impl Room {
    async fn new() -> Self {
        let db = TestDb::demo().await;
        Self {
            leader: person(&db, 11, &[(Role::Leader, "qng.ubnd", true)]).await,
            office: person(&db, 12, &[(Role::StandingOffice, "qng.ubnd", true)]).await,
            head: person(&db, 13, &[(Role::Head, "qng.skhcn", false)]).await,
            reporter: person(&db, 14, &[(Role::Reporter, "qng.skhcn", false)]).await,
            partner: person(&db, 15, &[(Role::Head, "qng.stc", false)]).await,
            db,
        }
    }

    /// Issues a directive that `qng.skhcn` leads and `qng.stc` coordinates.
    async fn issued(&self, more: Value) -> Value {
        issued_by(&self.leader, more).await
    }
}

/// Issues a directive that `qng.skhcn` leads and `qng.stc` coordinates, unless it says otherwise.
pub(crate) async fn issued_by(leader: &Viewer, more: Value) -> Value {
    let input = json!({
        "document": "tb-ubnd-qng-2025-04", "clause": format!("99.{}", next()),
        "programme": "nq57-quang-ngai", "assigner": "qng.ubnd", "visibility": "PUBLIC",
        "title": "Xây dựng kế hoạch chuyển đổi số ngành y tế", "leads": ["qng.skhcn"],
        "coordinators": [{ "agency": "qng.stc" }], "deadline": { "words": "đến ngày 28/02/2026" }, "indicators": [],
    });
    leader.act("issueDirective", with(input, more), "directive { id version }").await["directive"].clone()
}

#[tokio::test]
async fn what_happens_is_told_once_to_those_whom_the_rules_name() {
    let room = Room::new().await;
    assert_eq!(tell(&room.db).await, None, "what the demo loads is no news");
    let directive = room.issued(json!({})).await;
    assert!(inbox(&room.head).await.is_empty(), "nobody has told anybody");

    // However many servers tell at the same moment.
    let servers = [(); 4].map(|()| tell(&room.db));
    let told: usize = futures_util::future::join_all(servers).await.into_iter().flatten().sum();
    assert_eq!((told, tell(&room.db).await), (3, None));
    let new = ["DIRECTIVE_ISSUED: Nhiệm vụ mới: Xây dựng kế hoạch chuyển đổi số ngành y tế"];
    for (who, found) in [(&room.head, &new[..]), (&room.reporter, &new), (&room.partner, &new), (&room.leader, &[])] {
        assert_eq!(inbox(who).await, found);
    }

    room.head.act("acceptDirective", seen("directive", &directive), "directive { id }").await;
    assert_eq!(tell(&room.db).await, Some(1));
    assert_eq!(
        inbox(&room.leader).await,
        ["DIRECTIVE_ACCEPTED: Nhiệm vụ đã được tiếp nhận: Xây dựng kế hoạch chuyển đổi số ngành y tế"]
    );
    let asked = json!({ "directive": directive["id"], "coordinator": "qng.stc", "question": "Kinh phí năm 2026?", "dueOn": "2026-01-23" });
    assert_eq!(broken(&room.reporter.act("requestInput", asked, "").await), Vec::<String>::new());
    let later = json!({ "directive": directive["id"], "proposedOn": "2026-03-31", "reason": "Chờ hướng dẫn của Bộ" });
    assert_eq!(broken(&room.head.act("requestExtension", later, "").await), Vec::<String>::new());
    assert_eq!(tell(&room.db).await, Some(2));
    for (who, kind) in
        [(&room.partner, "INPUT_REQUESTED: Đề nghị phối hợp"), (&room.leader, "EXTENSION_REQUESTED: Đề nghị gia hạn")]
    {
        let told = inbox(who).await;
        assert!(told.iter().any(|it| it.starts_with(kind)), "{told:?}");
    }
    // What is refused tells nobody.
    assert_eq!(
        broken(&room.head.act("acceptDirective", seen("directive", &directive), "").await),
        ["STALE expectedVersion"]
    );
    assert_eq!(tell(&room.db).await, None);
}

#[tokio::test]
async fn an_inbox_is_its_reader_s_own_and_read_one_by_one() {
    let room = Room::new().await;
    for title in ["Rà soát quy hoạch trạm 5G", "Mở dữ liệu đất đai"] {
        room.issued(json!({ "title": title })).await;
    }
    tell(&room.db).await;
    let all = "{ notifications { totalCount nodes { id readAt directive { title } agencies { figures } figures period } } viewer { unreadNotifications } }";
    let own = room.head.ask(all).await.whole();
    assert_eq!(own["viewer"]["unreadNotifications"], 2);
    let mut titles = texts(&own, "notifications/nodes/*/directive/title");
    titles.sort_unstable();
    assert_eq!(titles, ["Mở dữ liệu đất đai", "Rà soát quy hoạch trạm 5G"]);
    let first = &own["notifications"]["nodes"][0];
    assert_eq!((&first["agencies"], &first["figures"], &first["period"]), (&json!([]), &Value::Null, &Value::Null));

    let ids: Vec<&str> = texts(&own, "notifications/nodes/*/id");
    let mark = async |who: &Viewer, ids: &[&str]| {
        who.act("markNotificationsRead", json!({ "notifications": ids }), "done").await["done"].clone()
    };
    // What is somebody else's is passed over, and not to be found.
    assert_eq!(mark(&room.partner, &ids[..1]).await, true);
    let node = format!("{{ node(id: \"{}\") {{ id }} }}", ids[0]);
    assert_eq!(room.partner.ask(&node).await.whole()["node"], Value::Null);
    assert_eq!(room.head.ask(&node).await.whole()["node"]["id"], ids[0]);
    for _ in 0..2 {
        assert_eq!(mark(&room.head, &ids[..1]).await, true);
        let unread = room
            .head
            .ask("{ notifications(filter: { unread: true }) { totalCount } viewer { unreadNotifications } }")
            .await;
        assert_eq!(
            unread.whole(),
            json!({ "notifications": { "totalCount": 1 }, "viewer": { "unreadNotifications": 1 } })
        );
    }
    let of_kind =
        |kind: &str| format!("{{ notifications(filter: {{ kinds: [{kind}], unread: false }}) {{ totalCount }} }}");
    for (kind, count) in [("DIRECTIVE_ISSUED", 1), ("OVERDUE", 0)] {
        assert_eq!(room.head.ask(&of_kind(kind)).await.whole()["notifications"]["totalCount"], count);
    }
    let many: Vec<&str> = [ids[0]; 1_001].to_vec();
    let refused = room.head.act("markNotificationsRead", json!({ "notifications": many }), "").await;
    assert_eq!(broken(&refused), ["TOO_MANY notifications"]);
    let nobody = Viewer::public(&room.db).ask("{ notifications { totalCount } }").await;
    assert_eq!(nobody.errors.len(), 1);
    // They are followed live, each by its own reader.
    let feed = "{ changes(first: 100, since: \"2026-01-01T00:00:00Z\", types: [NOTIFICATION]) { events { type } } }";
    let followed = async |who: &Viewer| texts(&who.ask(feed).await.whole(), "changes/events/*/type").len();
    assert!(followed(&room.head).await > 0);
    assert_eq!(followed(&room.office).await, 0);
}

#[tokio::test]
async fn nobody_reads_what_they_may_not_see_any_more() {
    let room = Room::new().await;
    room.issued(json!({ "visibility": "RESTRICTED", "title": "Kiểm tra an toàn thông tin" })).await;
    tell(&room.db).await;
    assert_eq!(inbox(&room.reporter).await.len(), 1);
    // The same person, whose role has ended; and one who went elsewhere.
    let nothing = holder(&room.db, 14, &[]).await;
    let elsewhere = holder(&room.db, 14, &[(Role::Reporter, "qng.syt", false)]).await;
    for principal in [nothing, elsewhere] {
        let reader = Viewer::with(&room.db, principal);
        let all = reader.ask("{ notifications { totalCount nodes { id } } viewer { unreadNotifications } }").await;
        let empty =
            json!({ "notifications": { "totalCount": 0, "nodes": [] }, "viewer": { "unreadNotifications": 0 } });
        assert_eq!(all.whole(), empty);
    }
    assert_eq!(inbox(&room.reporter).await.len(), 1);
    // Nobody is told whose account is disabled, or whose role is over.
    room.db.execute(&format!("UPDATE account SET status = 'DISABLED' WHERE id = '{}'", Uuid::from_u128(13))).await;
    room.db
        .execute(&format!(
            "UPDATE role_grant SET valid_until = '2026-01-20' WHERE account_id = '{}'",
            Uuid::from_u128(14)
        ))
        .await;
    room.issued(json!({})).await;
    assert_eq!(tell(&room.db).await, Some(1), "the coordinator alone");
}

#[tokio::test]
async fn what_is_missing_is_asked_for_once_a_day() {
    let db = reporting().await;
    let office = person(&db, 12, &[(Role::StandingOffice, "tinh", true)]).await;
    let reporter = person(&db, 14, &[(Role::Reporter, "tinh.xa1", false)]).await;
    let chase = async |input: Value| office.act("chase", input, "chased { figures agency { code } }").await;
    for (input, refused) in [
        (json!({ "agencies": [], "period": "2025-12" }), "REQUIRED agencies"),
        (json!({ "agencies": ["tinh.xa1", "khac", "khong.co"], "period": "2025-12" }), "NOT_FOUND agencies 1"),
        (json!({ "agencies": ["tinh.xa2"], "period": "2025-12" }), "NOT_IN_STATE period"),
        // Not open yet, whatever is drafted of it.
        (json!({ "agencies": ["tinh.xa1"], "period": "2026-02" }), "NOT_IN_STATE period"),
        (json!({ "agencies": vec!["tinh.xa1"; 201], "period": "2025-12" }), "TOO_MANY agencies"),
    ] {
        let answer = chase(input.clone()).await;
        assert_eq!((broken(&answer)[0].as_str(), &answer["chased"]), (refused, &Value::Null), "{input}");
    }
    // However often, at whatever time of the day in Việt Nam, and before or after it was told.
    for hours in [0, 1, 14] {
        let later = Viewer::at(
            &db,
            holder(&db, 12, &[(Role::StandingOffice, "tinh", true)]).await,
            demo::now() + TimeDelta::hours(hours),
        );
        let input = json!({ "agencies": ["tinh.xa2", "tinh.xa1"], "period": "2025-12" });
        let done = later.act("chase", input, "chased { figures agency { code } }").await;
        assert_eq!(done["chased"], json!([{ "figures": 1, "agency": { "code": "tinh.xa1" } }]), "{done}");
        if hours > 0 {
            tell(&db).await;
        }
    }
    assert_eq!(
        inbox(&reporter).await,
        ["CHASED: Đề nghị báo cáo ngay: còn 1 số liệu tháng 12 năm 2025 của UBND xã Ba Tơ chưa báo cáo"]
    );
    assert_eq!(db.text("SELECT count(*) FROM audit_entry WHERE action = 'CHASE'").await, "3");
    // Whoever sees what is owed sees who was asked for it; the rest see nothing.
    let chases = "{ chases(filter: { agency: \"tinh.xa1\", period: \"2025-12\" }) { totalCount nodes { figures askedAt agency { code } } } }";
    let listed = reporter.ask(chases).await.whole();
    let latest = json!({ "figures": 1, "askedAt": "2026-01-20T16:00:00+00:00", "agency": { "code": "tinh.xa1" } });
    assert_eq!((&listed["chases"]["totalCount"], &listed["chases"]["nodes"][0]), (&json!(3), &latest));
    let neighbour = person(&db, 77, &[(Role::Reporter, "tinh.xa2", false)]).await;
    assert_eq!(neighbour.ask(chases).await.whole()["chases"]["totalCount"], json!(0));
    let other = reporter.denied("chase", json!({ "agencies": ["tinh.xa1"], "period": "2025-12" })).await;
    assert_eq!(other, "None of your roles may do this");
}

/// Eight in the morning of a day in Việt Nam.
fn morning(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(1, 0, 0).unwrap().and_utc()
}

/// Who was told of what, day by day, for a person to read and judge.
#[tokio::test]
async fn a_month_of_a_province() {
    let db = reporting().await;
    let people: [(&str, u128, Roles<'_>); 6] = [
        ("Người báo cáo, xã Ba Tơ", 21, &[(Role::Reporter, "tinh.xa1", false)]),
        ("Chủ tịch, xã Ba Tơ", 22, &[(Role::Head, "tinh.xa1", false)]),
        ("Người báo cáo, xã Sơn Hà", 23, &[(Role::Reporter, "tinh.xa2", false)]),
        ("Cơ quan thường trực", 24, &[(Role::StandingOffice, "tinh", true)]),
        ("Lãnh đạo tỉnh", 25, &[(Role::Leader, "tinh", true)]),
        ("Tỉnh khác", 26, &[(Role::Leader, "khac", true)]),
    ];
    for (_, number, roles) in people {
        settle(&db, number, roles).await;
    }
    // 1 and 2 January are free, and Saturday the 10th is worked.
    let first: NaiveDate = "2025-12-25".parse().unwrap();
    for day in (0..36).map(|n| first + Days::new(n)) {
        for hour in [0, 3] {
            // A second server, or one that was started anew, tells nobody twice.
            let now = morning(day) + TimeDelta::hours(hour);
            let told = notification::tell_due(&writer(&db, now), false).await.unwrap();
            assert!(hour == 0 || told.is_none(), "{day}");
        }
    }
    let mut days: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, number, roles) in people {
        let principal: Principal = holder(&db, number, roles).await;
        let reader = Viewer::at(&db, principal, morning(first + Days::new(36))).who_reads(Language::Vi);
        let all = reader.ask("{ notifications(first: 100) { nodes { createdAt message } } }").await.whole();
        for it in all["notifications"]["nodes"].as_array().unwrap() {
            let day = it["createdAt"].as_str().unwrap()[..10].to_owned();
            days.entry(day).or_default().push(format!("  {name}: {}", it["message"].as_str().unwrap()));
        }
    }
    // What is told at the same moment is in no order.
    let told = days.into_iter().map(|(day, mut lines)| {
        lines.sort();
        format!("{day}\n{}", lines.join("\n"))
    });
    assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r"
    2025-12-25
      Chủ tịch, xã Ba Tơ: Đã quá hạn (hạn 19/12/2025): còn 1 số liệu tháng 12 năm 2025 (kỳ báo cáo hành chính) của UBND xã Ba Tơ chưa báo cáo
      Cơ quan thường trực: Đã quá hạn (hạn 05/12/2025): còn 1 số liệu tháng 11 năm 2025 của UBND xã Sơn Hà chưa báo cáo
      Lãnh đạo tỉnh: Đã quá hạn (hạn 05/12/2025): còn 1 số liệu tháng 11 năm 2025 của UBND xã Sơn Hà chưa báo cáo
      Người báo cáo, xã Ba Tơ: Đã quá hạn (hạn 19/12/2025): còn 1 số liệu tháng 12 năm 2025 (kỳ báo cáo hành chính) của UBND xã Ba Tơ chưa báo cáo
      Người báo cáo, xã Sơn Hà: Đã quá hạn (hạn 05/12/2025): còn 1 số liệu tháng 11 năm 2025 của UBND xã Sơn Hà chưa báo cáo
    2025-12-26
      Cơ quan thường trực: Đã quá hạn (hạn 19/12/2025): còn 1 số liệu tháng 12 năm 2025 (kỳ báo cáo hành chính) của UBND xã Ba Tơ chưa báo cáo
    2025-12-31
      Người báo cáo, xã Ba Tơ: Sắp đến hạn 09/01/2026: còn 1 số liệu quý IV năm 2025 của UBND xã Ba Tơ chưa báo cáo
      Người báo cáo, xã Ba Tơ: Sắp đến hạn 09/01/2026: còn 1 số liệu tháng 12 năm 2025 của UBND xã Ba Tơ chưa báo cáo
    2026-01-06
      Lãnh đạo tỉnh: Đã quá hạn (hạn 19/12/2025): còn 1 số liệu tháng 12 năm 2025 (kỳ báo cáo hành chính) của UBND xã Ba Tơ chưa báo cáo
    2026-01-08
      Chủ tịch, xã Ba Tơ: Sắp đến hạn 09/01/2026: còn 1 số liệu quý IV năm 2025 của UBND xã Ba Tơ chưa báo cáo
      Chủ tịch, xã Ba Tơ: Sắp đến hạn 09/01/2026: còn 1 số liệu tháng 12 năm 2025 của UBND xã Ba Tơ chưa báo cáo
      Người báo cáo, xã Ba Tơ: Sắp đến hạn 09/01/2026: còn 1 số liệu quý IV năm 2025 của UBND xã Ba Tơ chưa báo cáo
      Người báo cáo, xã Ba Tơ: Sắp đến hạn 09/01/2026: còn 1 số liệu tháng 12 năm 2025 của UBND xã Ba Tơ chưa báo cáo
    2026-01-09
      Người báo cáo, xã Ba Tơ: Đến hạn 09/01/2026: còn 1 số liệu quý IV năm 2025 của UBND xã Ba Tơ chưa báo cáo
      Người báo cáo, xã Ba Tơ: Đến hạn 09/01/2026: còn 1 số liệu tháng 12 năm 2025 của UBND xã Ba Tơ chưa báo cáo
    2026-01-10
      Người báo cáo, xã Ba Tơ: Đã quá hạn (hạn 09/01/2026): còn 1 số liệu quý IV năm 2025 của UBND xã Ba Tơ chưa báo cáo
      Người báo cáo, xã Ba Tơ: Đã quá hạn (hạn 09/01/2026): còn 1 số liệu tháng 12 năm 2025 của UBND xã Ba Tơ chưa báo cáo
    2026-01-13
      Chủ tịch, xã Ba Tơ: Đã quá hạn (hạn 09/01/2026): còn 1 số liệu quý IV năm 2025 của UBND xã Ba Tơ chưa báo cáo
      Chủ tịch, xã Ba Tơ: Đã quá hạn (hạn 09/01/2026): còn 1 số liệu tháng 12 năm 2025 của UBND xã Ba Tơ chưa báo cáo
    2026-01-14
      Người báo cáo, xã Ba Tơ: Sắp đến hạn 21/01/2026: còn 1 số liệu tháng 1 năm 2026 (kỳ báo cáo hành chính) của UBND xã Ba Tơ chưa báo cáo
    2026-01-15
      Cơ quan thường trực: Đã quá hạn (hạn 09/01/2026): còn 1 số liệu quý IV năm 2025 của UBND xã Ba Tơ chưa báo cáo
      Cơ quan thường trực: Đã quá hạn (hạn 09/01/2026): còn 1 số liệu tháng 12 năm 2025 của UBND xã Ba Tơ chưa báo cáo
    2026-01-20
      Chủ tịch, xã Ba Tơ: Sắp đến hạn 21/01/2026: còn 1 số liệu tháng 1 năm 2026 (kỳ báo cáo hành chính) của UBND xã Ba Tơ chưa báo cáo
      Người báo cáo, xã Ba Tơ: Sắp đến hạn 21/01/2026: còn 1 số liệu tháng 1 năm 2026 (kỳ báo cáo hành chính) của UBND xã Ba Tơ chưa báo cáo
    2026-01-21
      Người báo cáo, xã Ba Tơ: Đến hạn 21/01/2026: còn 1 số liệu tháng 1 năm 2026 (kỳ báo cáo hành chính) của UBND xã Ba Tơ chưa báo cáo
    2026-01-22
      Lãnh đạo tỉnh: Đã quá hạn (hạn 09/01/2026): còn 1 số liệu quý IV năm 2025 của UBND xã Ba Tơ chưa báo cáo
      Lãnh đạo tỉnh: Đã quá hạn (hạn 09/01/2026): còn 1 số liệu tháng 12 năm 2025 của UBND xã Ba Tơ chưa báo cáo
      Người báo cáo, xã Ba Tơ: Đã quá hạn (hạn 21/01/2026): còn 1 số liệu tháng 1 năm 2026 (kỳ báo cáo hành chính) của UBND xã Ba Tơ chưa báo cáo
    2026-01-26
      Chủ tịch, xã Ba Tơ: Đã quá hạn (hạn 21/01/2026): còn 1 số liệu tháng 1 năm 2026 (kỳ báo cáo hành chính) của UBND xã Ba Tơ chưa báo cáo
    2026-01-28
      Cơ quan thường trực: Đã quá hạn (hạn 21/01/2026): còn 1 số liệu tháng 1 năm 2026 (kỳ báo cáo hành chính) của UBND xã Ba Tơ chưa báo cáo
    ");
}
