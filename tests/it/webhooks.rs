//! Webhooks: changes go to other systems by themselves, over receivers that fail, stall, lead elsewhere and come back.

use std::{sync::Arc, time::Duration};

use api::{
    config::settings,
    outbound::Outbound,
    webhooks::{Webhooks, send_all},
};
use auth::{Role, seal::Sealer, webhook::Secret};
use chrono::TimeDelta;
use db::{Origin, notification, webhook};
use schema::clock::Clock;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tests::{
    TestDb, demo,
    graphql::{self, Viewer},
    mutation::broken,
    npm::Counterpart,
    server::{Node, person},
};
use uuid::Uuid;

use crate::notifications::{issued_by, person as member};

/// A receiver, as `tests/webhooks` starts it: what it is given is read by the public verifier of Standard Webhooks. Needs node and npm.
pub(crate) struct Receiver(Counterpart);

impl Receiver {
    pub async fn open() -> Self {
        Self(Counterpart::open(env!("CARGO_TARGET_TMPDIR"), "tests/webhooks").await)
    }

    pub fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.0.address)
    }

    pub async fn knows(&mut self, secret: &str) {
        self.0.say(secret).await;
        self.0.next().await;
    }

    /// What it was given next.
    pub async fn next(&mut self) -> Value {
        self.0.next().await
    }

    /// All that it was given besides; it ends.
    pub async fn rest(self) -> Vec<Value> {
        self.0.rest().await
    }
}

/// The ids of what a message tells of.
fn told_of(message: &Value) -> Vec<&str> {
    let events = message["message"]["data"]["events"].as_array().unwrap_or_else(|| panic!("{message}"));
    events.iter().map(|event| event["id"].as_str().unwrap()).collect()
}

fn sealer() -> Sealer {
    Sealer::new(&[9; 32])
}

/// A machine of `qng.skhcn` and its webhook, on a database of its own, and somebody who issues directives.
struct Room {
    db: TestDb,
    leader: Viewer,
}

pub(crate) const WEBHOOK: Uuid = Uuid::from_u128(0xc3);

/// A machine with these scopes follows the directives from now on, at an address.
pub(crate) async fn follow(db: &TestDb, scopes: &str, url: &str) {
    db.execute(&format!(
        "INSERT INTO service_account (id, code, name, agency_id, scopes, created_at) VALUES
            ('{account}', 'qng.ioc', 'Trung tâm điều hành', (SELECT id FROM agency WHERE code = 'qng.skhcn'), '{{{scopes}}}', '2026-01-02T01:00:00Z');
        INSERT INTO webhook (id, service_account_id, url, nouns, place, send_after, created_at) VALUES
            ('{WEBHOOK}', '{account}', '{url}', '{{directive}}', (SELECT coalesce(max(id), 0) FROM change), '2026-01-02T01:00:00Z', '2026-01-02T01:00:00Z')",
        account = Uuid::from_u128(0xc1)
    ))
    .await;
}

/// Sends what there is for one webhook.
async fn send_by(db: &TestDb, webhooks: &Webhooks, clock: Clock) -> bool {
    let writer = clock.writer(db.pool.clone(), Origin::default());
    let Some(due) = webhook::claim(&writer, None).await.unwrap() else { return false };
    send_all(webhooks, &db.pool, clock, due).await.unwrap();
    true
}

/// What sends, to this machine as well.
fn webhooks() -> Webhooks {
    let outbound = Outbound::new(&["127.0.0.0/8".parse().unwrap()]);
    Webhooks::new(outbound, Arc::new(sealer()), graphql::cursors())
}

/// Sends all there is on the demo's morning.
pub(crate) async fn sent(db: &TestDb) {
    while send_by(db, &webhooks(), Clock::Fixed(demo::now())).await {}
}

impl Room {
    /// `scopes` are those of the machine, `url` is where its webhook sends.
    async fn new(scopes: &str, url: &str) -> Self {
        let db = TestDb::demo().await;
        let leader = Viewer::person(&db, 11, &[(Role::Leader, "qng.ubnd", true)]).await;
        follow(&db, scopes, url).await;
        Self { db, leader }
    }

    async fn issued(&self, more: Value) -> Value {
        issued_by(&self.leader, more).await
    }

    /// Sends what there is so long after the demo's morning.
    async fn send(&self, later: TimeDelta) -> bool {
        self.send_by(&webhooks(), Clock::Fixed(demo::now() + later)).await
    }

    async fn send_by(&self, webhooks: &Webhooks, clock: Clock) -> bool {
        send_by(&self.db, webhooks, clock).await
    }

    /// What became of each attempt, in their order.
    async fn log(&self) -> String {
        self.db.text("SELECT coalesce(string_agg(concat_ws(' ', events, status, error), ', ' ORDER BY sent_at, id), '') FROM webhook_delivery").await
    }

    async fn state(&self) -> String {
        self.db.text("SELECT concat_ws(' ', failures, failing_since IS NOT NULL, disabled_at IS NOT NULL, lease IS NOT NULL) FROM webhook").await
    }
}

#[tokio::test]
async fn what_changes_is_sent_in_order_and_signed_so_that_others_can_verify_it() {
    let mut receiver = Receiver::open().await;
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[(settings::OUTBOUND_NETWORKS, "127.0.0.0/8")]).await;
    let administrator = node.token(&person(&db, 1, &[(Role::Administrator, None, false)]).await).await;
    let change =
        async |name: &str, input: &str, selection: &str| node.change(&administrator, name, input, selection).await;
    let account = r#"code: "qng.ioc", name: "Trung tâm điều hành", agency: "qng.skhcn", scopes: [READ_FIGURES]"#;
    let account = change("createServiceAccount", account, "serviceAccount { id }").await;
    let account = account["serviceAccount"]["id"].as_str().unwrap().to_owned();
    let input = format!(
        r#"serviceAccount: "{account}", url: "{}", types: [DIRECTIVE], agency: "qng.skhcn""#,
        receiver.at("/hook")
    );
    let made = change("createWebhook", &input, "secret webhook { id types url agency { code } disabledAt }").await;
    assert_eq!(made["userErrors"], json!([]), "{made}");
    let webhook = made["webhook"]["id"].as_str().unwrap().to_owned();
    receiver.knows(made["secret"].as_str().unwrap()).await;

    let tested = change("testWebhook", &format!(r#"webhook: "{webhook}""#), "webhook { id }").await;
    assert_eq!(tested["userErrors"], json!([]), "{tested}");
    let test = receiver.next().await;
    assert_eq!((&test["verified"], &test["message"]["type"]), (&json!([true]), &json!("test")), "{test}");

    let leader = member(&db, 11, &[(Role::Leader, "qng.ubnd", true)]).await;
    let issue = async |title: &str, lead: &str| {
        let issued = issued_by(&leader, json!({ "title": title, "leads": [lead], "coordinators": [] })).await;
        issued["id"].as_str().unwrap().to_owned()
    };
    let cursor = node.told(&administrator, "{ changeCursor }").await["data"]["changeCursor"].clone();
    issue("Rà soát quy hoạch trạm 5G của tỉnh", "qng.stc").await;
    let ours = [issue("Số hóa hồ sơ đất đai", "qng.skhcn").await, issue("Đào tạo kỹ năng số", "qng.skhcn").await];
    let mut told = Vec::new();
    while told.len() < 2 {
        let given = receiver.next().await;
        assert_eq!(
            (&given["path"], &given["type"], &given["verified"]),
            (&json!("/hook"), &json!("application/json"), &json!([true]))
        );
        assert_eq!(given["message"]["type"], "changes");
        let event = &given["message"]["data"]["events"][0];
        assert_eq!((&event["kind"], &event["type"]), (&json!("UPSERT"), &json!("DIRECTIVE")), "{given}");
        told.extend(told_of(&given).into_iter().map(str::to_owned));
    }
    assert_eq!(told, ours, "in their order, and nothing of another agency");

    // Another secret: both sign.
    let rotated = change("rotateWebhookSecret", &format!(r#"webhook: "{webhook}""#), "secret webhook { id }").await;
    assert_ne!(rotated["secret"], made["secret"]);
    receiver.knows(rotated["secret"].as_str().unwrap()).await;
    let third = issue("Lắp đặt camera giám sát giao thông", "qng.skhcn").await;
    let given = receiver.next().await;
    assert_eq!((told_of(&given), &given["verified"]), (vec![third.as_str()], &json!([true, true])));

    // Back to where it began: the same again, under other ids.
    let back = format!(r#"webhook: "{webhook}", after: {cursor}"#);
    let back = change("replayWebhook", &back, "webhook { id }").await;
    assert_eq!(back["userErrors"], json!([]), "{back}");
    let again = receiver.next().await;
    assert_eq!(told_of(&again), [ours[0].as_str(), &ours[1], &third]);
    assert_ne!(again["id"], given["id"]);
    node.stop().await;

    let log =
        "SELECT string_agg(concat_ws(' ', test, events, status), ', ' ORDER BY sent_at, id) FROM webhook_delivery";
    let log = db.text(log).await;
    assert!(log.contains("t 0 204") && log.split(", ").all(|it| it.ends_with(" 204")), "{log}");
    let kept =
        db.text("SELECT count(*) FROM audit_entry WHERE noun = 'service_account' AND action = 'MANAGE_SERVICES'").await;
    assert_eq!(kept, "5", "made, given a webhook, tested, rotated, sent back");
}

#[tokio::test]
async fn what_fails_is_sent_again_later_and_nothing_goes_before_it() {
    let mut receiver = Receiver::open().await;
    let room = Room::new("figures:read", &receiver.at("/500-2")).await;
    receiver.knows(Secret::of(&sealer(), WEBHOOK, 1).text().expose_secret()).await;
    let first = room.issued(json!({})).await;
    assert!(room.send(TimeDelta::zero()).await);
    assert_eq!(room.state().await, "1 t f f");
    assert!(!room.send(TimeDelta::seconds(4)).await, "not before five seconds");
    // What is hidden from the machine does not show in what it is sent.
    room.issued(json!({ "visibility": "INTERNAL" })).await;
    assert!(room.send(TimeDelta::seconds(7)).await);
    // What comes meanwhile waits behind, and comes with it.
    let second = room.issued(json!({})).await;
    assert!(room.send(TimeDelta::seconds(40)).await);
    assert_eq!(room.state().await, "0 f f f");
    let given = [receiver.next().await, receiver.next().await, receiver.next().await];
    assert_eq!(given[0]["id"], given[1]["id"], "the same message, as receivers know it");
    assert_eq!(told_of(&given[0]), [first["id"].as_str().unwrap()]);
    assert_eq!(told_of(&given[2]), [first["id"].as_str().unwrap(), second["id"].as_str().unwrap()]);
    assert!(given.iter().all(|it| it["verified"] == json!([true])));
    assert_eq!(room.log().await, "1 500 500 Internal Server Error, 1 500 500 Internal Server Error, 2 204");
    assert!(!room.send(TimeDelta::days(1)).await, "nothing is left");
}

#[tokio::test]
async fn what_fails_for_a_week_is_disabled_and_its_keeper_is_told() {
    let receiver = Receiver::open().await;
    let room = Room::new("figures:read", &receiver.at("/500")).await;
    let administrator = member(&room.db, 21, &[(Role::Administrator, "qng.skhcn", true)]).await;
    room.issued(json!({})).await;
    for hours in [0, 3, 6, 24, 167] {
        assert!(room.send(TimeDelta::hours(hours)).await);
        assert!(room.state().await.ends_with("t f f"), "{hours}");
    }
    assert!(room.send(TimeDelta::hours(170)).await);
    assert_eq!(room.state().await, "6 t t f");
    assert!(!room.send(TimeDelta::days(30)).await, "nothing more is sent");

    let clock = Clock::Fixed(demo::now() + TimeDelta::hours(171));
    let writer = clock.writer(room.db.pool.clone(), Origin::default());
    notification::tell_events(&writer, false).await.unwrap();
    let told = administrator
        .ask("{ notifications { nodes { kind message webhook { url disabledAt deliveries { status } } } } }")
        .await;
    let told = told.whole()["notifications"]["nodes"].clone();
    let mine =
        told.as_array().unwrap().iter().find(|it| it["kind"] == "WEBHOOK_DISABLED").unwrap_or_else(|| panic!("{told}"));
    assert_eq!(mine["message"], format!("Đã ngừng gửi thay đổi tới {}", receiver.at("/500")));
    assert_eq!(mine["webhook"]["deliveries"].as_array().unwrap().len(), 6, "{mine}");
    // Enabled, it goes on where it was.
    let id = db::Id::<webhook::Webhook>::of(WEBHOOK).to_string();
    let enabled = administrator.act("enableWebhook", json!({ "webhook": id }), "webhook { failures disabledAt }").await;
    assert_eq!(enabled["webhook"], json!({ "failures": 0, "disabledAt": null }), "{enabled}");
    room.db.execute(&format!("UPDATE webhook SET url = '{}'", receiver.at("/hook"))).await;
    assert!(room.send(TimeDelta::hours(172)).await);
    assert!(room.log().await.ends_with("1 204"));
}

#[tokio::test]
async fn redirects_are_not_followed_and_whoever_is_gone_is_left_alone() {
    let mut receiver = Receiver::open().await;
    let room = Room::new("figures:read", &receiver.at("/302")).await;
    room.issued(json!({})).await;
    assert!(room.send(TimeDelta::zero()).await);
    assert_eq!(receiver.next().await["path"], "/302");
    let point = async |path: &str| {
        room.db.execute(&format!("UPDATE webhook SET url = '{}'", receiver.at(path))).await;
    };
    point("/still").await;
    let impatient = Outbound::new(&["127.0.0.0/8".parse().unwrap()]).with_patience(Duration::from_millis(300));
    let impatient = Webhooks::new(impatient, Arc::new(sealer()), graphql::cursors());
    assert!(room.send_by(&impatient, Clock::Fixed(demo::now() + TimeDelta::hours(1))).await);
    room.db.execute("UPDATE webhook SET url = 'http://127.0.0.1:1/'").await;
    assert!(room.send(TimeDelta::hours(2)).await);
    point("/410").await;
    assert!(room.send(TimeDelta::hours(4)).await);
    assert_eq!(room.state().await, "4 t t f");
    let log = room.log().await;
    let log: Vec<&str> = log.split(", ").collect();
    assert_eq!(log.len(), 4, "{log:?}");
    for (found, expected) in
        log.iter().zip(["1 302 302 Found: redirects are not followed", "1 no answer in time", "1 ", "1 410 410 Gone"])
    {
        assert!(found.starts_with(expected), "{found}");
    }
    assert!(log[2].contains("refused"), "{log:?}");
}

#[tokio::test]
async fn nothing_is_sent_to_an_address_within_or_of_what_the_machine_may_not_see() {
    let mut receiver = Receiver::open().await;
    let room = Room::new("figures:read", &receiver.at("/hook")).await;
    let webhooks = Webhooks::new(Outbound::new(&[]), Arc::new(sealer()), graphql::cursors());
    room.issued(json!({ "visibility": "INTERNAL" })).await;
    assert!(room.send_by(&webhooks, Clock::Fixed(demo::now())).await);
    assert_eq!((room.log().await, room.state().await), (String::new(), "0 f f f".to_owned()), "nothing is for it");
    let public = room.issued(json!({})).await;
    let port = receiver.0.address.rsplit_once(':').unwrap().1.to_owned();
    for (hours, url) in [
        (0, receiver.at("/hook")),
        (3, format!("http://localhost:{port}/hook")),
        (6, format!("https://localhost:{port}/hook")),
        (9, format!("https://[::ffff:127.0.0.1]:{port}/")),
    ] {
        room.db.execute(&format!("UPDATE webhook SET url = '{url}'")).await;
        assert!(room.send_by(&webhooks, Clock::Fixed(demo::now() + TimeDelta::hours(hours))).await);
    }
    let refused = "1 no public address, and none of server.outbound_networks";
    assert_eq!(room.log().await, [refused; 4].join(", "));
    room.db.execute(&format!("UPDATE webhook SET url = '{}'", receiver.at("/hook"))).await;
    assert!(room.send(TimeDelta::days(1)).await);
    assert_eq!(told_of(&receiver.next().await), [public["id"].as_str().unwrap()], "the first that it was given");
    // A machine that is disabled hears nothing.
    room.issued(json!({})).await;
    room.db.execute("UPDATE service_account SET status = 'DISABLED'").await;
    assert!(!room.send(TimeDelta::days(2)).await);
}

#[tokio::test]
async fn two_servers_send_each_message_once_and_one_that_died_is_made_up_for() {
    let mut receiver = Receiver::open().await;
    let room = Room::new("figures:read", &receiver.at("/hook")).await;
    let first = room.issued(json!({})).await;
    let clock = Clock::Fixed(demo::now());
    let writer = clock.writer(room.db.pool.clone(), Origin::default());
    let died = webhook::claim(&writer, None).await.unwrap().unwrap();
    assert!(!room.send(TimeDelta::zero()).await, "it is another's");
    room.db.execute("UPDATE webhook SET lease_until = clock_timestamp() - interval '1 second'").await;
    let sent = futures_util::future::join_all([(); 4].map(|()| room.send(TimeDelta::zero()))).await;
    assert_eq!(sent.into_iter().filter(|it| *it).count(), 1);
    assert_eq!(told_of(&receiver.next().await), [first["id"].as_str().unwrap()]);
    // Whoever comes back from the dead changes nothing.
    let late = webhook::Delivered {
        message_id: "msg_tre".to_owned(),
        events: 1,
        place: 0,
        took: Duration::ZERO,
        status: Some(500),
        error: Some("trễ".to_owned()),
        is_gone: true,
    };
    assert!(!webhook::ended(&writer, &died, &late).await.unwrap());
    assert_eq!(room.state().await, "0 f f f");
}

/// Of what a sender finds when it comes to note what became of its message.
#[tokio::test]
async fn whoever_disables_a_webhook_while_it_sends_is_told_nothing_of_it() {
    let room = Room::new("figures:read", "https://nhan.qng.vn/hook").await;
    let administrator = member(&room.db, 21, &[(Role::Administrator, "qng.skhcn", false)]).await;
    let id = json!({ "webhook": db::Id::<webhook::Webhook>::of(WEBHOOK).to_string() });
    let writer = Clock::Fixed(demo::now()).writer(room.db.pool.clone(), Origin::default());
    for (status, error) in [(204, None), (500, Some("500 Internal Server Error".to_owned()))] {
        room.issued(json!({})).await;
        let due = webhook::claim(&writer, None).await.unwrap().unwrap();
        administrator.act("disableWebhook", id.clone(), "webhook { id }").await;
        let place = due.place + i64::from(error.is_none());
        let (message_id, status) = ("msg_1".to_owned(), Some(status));
        let delivered =
            webhook::Delivered { message_id, events: 1, place, took: Duration::ZERO, status, error, is_gone: false };
        assert!(!webhook::ended(&writer, &due, &delivered).await.unwrap());
        assert_eq!(room.state().await, "0 f t f");
        administrator.act("enableWebhook", id.clone(), "webhook { id }").await;
    }
    assert_eq!(room.db.text("SELECT count(*) FROM notification_event WHERE kind = 'WEBHOOK_DISABLED'").await, "0");
    // A test goes out although others wait.
    room.db.execute("UPDATE webhook SET send_after = '2026-02-20T02:00:00Z'").await;
    assert!(webhook::claim(&writer, None).await.unwrap().is_none());
    administrator.act("testWebhook", id.clone(), "webhook { id }").await;
    assert!(webhook::claim(&writer, None).await.unwrap().unwrap().is_test);
    // One that is deleted is there for nobody.
    let deleted = administrator.act("deleteWebhook", id.clone(), "webhook { id }").await;
    assert_eq!(deleted["webhook"]["id"], id["webhook"], "{deleted}");
    assert_eq!(administrator.denied("enableWebhook", id).await, "Not found");
    let listed = administrator.ask("{ serviceAccounts { nodes { webhooks { id } } } }").await.whole();
    assert_eq!(listed["serviceAccounts"]["nodes"], json!([{ "webhooks": [] }]));
}

#[tokio::test]
async fn webhooks_are_kept_by_who_keeps_their_machine() {
    let room = Room::new("figures:read", "https://nhan.qng.vn/hook").await;
    let ours = member(&room.db, 21, &[(Role::Administrator, "qng.skhcn", false)]).await;
    let others = member(&room.db, 22, &[(Role::Administrator, "qng.stc", false)]).await;
    let (account, id) = (
        db::Id::<db::service_account::ServiceAccount>::of(Uuid::from_u128(0xc1)).to_string(),
        db::Id::<webhook::Webhook>::of(WEBHOOK).to_string(),
    );
    let input = |url: &str| json!({ "serviceAccount": account, "url": url });
    for wrong in ["ftp://nhan.qng.vn/", "https://ai:mat@nhan.qng.vn/", "nhận", "https://nhan.qng.vn/#a", ""] {
        assert_eq!(broken(&ours.act("createWebhook", input(wrong), "secret").await), ["MALFORMED url"], "{wrong}");
    }
    for _ in 1..10 {
        assert_eq!(
            broken(&ours.act("createWebhook", input("https://nhan.qng.vn/"), "secret").await),
            Vec::<String>::new()
        );
    }
    assert_eq!(
        broken(&ours.act("createWebhook", input("https://nhan.qng.vn/"), "secret").await),
        ["TOO_MANY serviceAccount"]
    );
    assert_eq!(broken(&ours.act("disableWebhook", json!({ "webhook": id }), "").await), Vec::<String>::new());
    assert_eq!(broken(&ours.act("disableWebhook", json!({ "webhook": id }), "").await), ["UNCHANGED webhook"]);
    assert_eq!(broken(&ours.act("testWebhook", json!({ "webhook": id }), "").await), ["NOT_IN_STATE webhook"]);
    assert_eq!(others.denied("enableWebhook", json!({ "webhook": id })).await, "Not found");
    let listed = "{ serviceAccounts { nodes { webhooks { url disabledAt } } } }";
    assert_eq!(others.ask(listed).await.whole()["serviceAccounts"]["nodes"], json!([]));
    let listed = ours.ask(listed).await.whole();
    assert_eq!(listed["serviceAccounts"]["nodes"][0]["webhooks"].as_array().unwrap().len(), 10, "{listed}");
}
