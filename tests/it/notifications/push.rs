//! What people are told on their phones and in their browsers, over a push service that verifies who sends, and a browser that reads.

use api::{
    authentication::Authority,
    config::settings,
    outbound::Outbound,
    push::{Pusher, send},
};
use db::notification::push;
use schema::clock::Clock;
use tests::{
    npm::Counterpart,
    server::{Node, config},
};

use super::*;

/// A push service with one browser, as `tests/push` starts it. Needs node and npm.
pub(crate) struct Service {
    pub counterpart: Counterpart,
    keys: Value,
}

impl Service {
    pub async fn open() -> Self {
        let mut counterpart = Counterpart::open(env!("CARGO_TARGET_TMPDIR"), "tests/push").await;
        let keys = counterpart.next().await;
        Self { counterpart, keys }
    }

    fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.counterpart.address)
    }

    async fn next(&mut self) -> Value {
        self.counterpart.next().await
    }

    /// The input by which a browser subscribes.
    fn input(&self, path: &str) -> String {
        let key = |name: &str| self.keys[name].as_str().unwrap();
        format!(r#"endpoint: "{}", p256dh: "{}", auth: "{}""#, self.at(path), key("p256dh"), key("auth"))
    }

    /// A session of a person, in which their browser has subscribed.
    pub async fn subscribed(&self, db: &TestDb, number: u128, path: &str) {
        session(db, number).await;
        let key = |name: &str| {
            format!(
                "decode(translate('{}', '-_', '+/') || '{}', 'base64')",
                self.keys[name].as_str().unwrap(),
                if name == "auth" { "==" } else { "=" }
            )
        };
        db.execute(&format!(
            "INSERT INTO push_subscription (id, account_id, session_id, endpoint, p256dh, auth, created_at) VALUES
                (gen_random_uuid(), '{}', '{}', '{}', {}, {}, '2026-01-20T01:00:00Z')",
            Uuid::from_u128(number),
            Uuid::from_u128(number + 1_000),
            self.at(path),
            key("p256dh"),
            key("auth"),
        ))
        .await;
    }
}

async fn session(db: &TestDb, number: u128) {
    db.execute(&format!(
        "INSERT INTO session (id, account_id, second_factor, created_at, last_used_at, expires_at) VALUES
            ('{}', '{}', true, '2026-01-20T01:00:00Z', '2026-01-20T01:00:00Z', '2026-02-19T01:00:00Z')",
        Uuid::from_u128(number + 1_000),
        Uuid::from_u128(number)
    ))
    .await;
}

/// Pushes what is due so long after the demo's morning, until nothing is.
pub(crate) async fn pushed(db: &TestDb, later: TimeDelta) {
    let clock = Clock::Fixed(demo::now() + later);
    let given = [(settings::SECOND_FACTOR_ROLES, "HEAD")];
    let authority = Authority::new(&config("postgres://nowhere", &given), db.pool.clone(), clock).unwrap();
    let pusher = Pusher::new(Outbound::new(&["127.0.0.0/8".parse().unwrap()]), authority, None).with_links(true);
    while let Some(taken) = push::claim(&writer(db, demo::now() + later)).await.unwrap() {
        send(&pusher, &db.pool, clock, &taken).await.unwrap();
    }
}

async fn states(db: &TestDb) -> String {
    let all = "SELECT coalesce(string_agg(concat_ws(' ', right(endpoint, 4), attempts, ended_at IS NOT NULL, error), ', ' ORDER BY endpoint, notification_id), '')
        FROM notification_push JOIN push_subscription ON id = subscription_id";
    db.text(all).await
}

#[tokio::test]
async fn a_browser_reads_what_its_person_is_told_until_they_sign_out() {
    let mut service = Service::open().await;
    let room = Room::new().await;
    session(&room.db, 13).await;
    // What falls due was told this morning.
    room.db.execute("INSERT INTO notification_day VALUES ('2026-01-20', '2026-01-20T00:00:00Z')").await;
    let node = Node::start(&room.db, Clock::Fixed(demo::now()), &[]).await;
    let bearer = auth::token::Bearer::User { account: Uuid::from_u128(13), session: Uuid::from_u128(1_013) };
    let token = node.token(&bearer).await;
    let subscribe =
        async |input: &str| node.change(&token, "subscribeToPush", input, "subscription { id endpoint }").await;
    // In the clear, a key that is none, too much of what is shared.
    let good = service.input("/may").replace("http://", "https://");
    let point = service.keys["p256dh"].as_str().unwrap();
    // Beside the curve: another first coordinate with the same second one.
    let other = if point.starts_with("BA") { "BB" } else { "BA" };
    for (wrong, field) in [
        (service.input("/may"), "endpoint"),
        (good.replace(point, &format!("{other}{}", &point[2..])), "p256dh"),
        (good.replace("auth: \"", "auth: \"AAAA"), "auth"),
    ] {
        let refused = subscribe(&wrong).await;
        assert_eq!(
            refused["userErrors"],
            json!([{ "code": "MALFORMED", "field": ["input", field], "limit": null }]),
            "{wrong}"
        );
    }
    let made = subscribe(&good).await;
    assert_eq!(made["subscription"]["endpoint"], service.at("/may").replace("http://", "https://"), "{made}");
    let again = subscribe(&good).await;
    assert_eq!(again["subscription"], made["subscription"], "however often the browser says it");
    let viewer = "{ viewer { pushKey pushSubscriptions { endpoint } } }";
    let viewer = node.told(&token, viewer).await["data"]["viewer"].clone();
    assert_eq!(viewer["pushSubscriptions"], json!([{ "endpoint": made["subscription"]["endpoint"] }]), "{viewer}");
    room.issued(json!({ "title": "Rà soát quy hoạch trạm 5G" })).await;
    // Nothing goes out from here to an address within.
    room.db.execute("UPDATE push_subscription SET endpoint = replace(endpoint, 'https:', 'http:')").await;
    let tried = async || states(&room.db).await == "/may 1 f no public address, and none of server.outbound_networks";
    crate::outages::within(std::time::Duration::from_secs(60), "an attempt", tried).await;
    let told = node.told(&token, "{ notifications { nodes { id } } }").await;
    let ended = node.told(&token, "mutation { signOut { done } }").await;
    assert_eq!(ended["data"]["signOut"]["done"], true, "{ended}");
    node.stop().await;

    // The same in a session that lasts.
    room.db.execute("UPDATE session SET ended_at = NULL, end_reason = NULL").await;
    pushed(&room.db, TimeDelta::minutes(2)).await;
    let read = service.next().await;
    assert_eq!(read["message"]["body"], "Nhiệm vụ mới: Rà soát quy hoạch trạm 5G");
    assert_eq!((&read["encoding"], &read["ttl"]), (&json!("aes128gcm"), &json!("86400")));
    assert_eq!(read["sender"]["key"], viewer["pushKey"], "the key for which the browser has subscribed");
    assert_eq!(read["sender"]["aud"], format!("http://{}", service.counterpart.address));
    let id = told["data"]["notifications"]["nodes"][0]["id"].as_str().unwrap();
    let where_to = json!([read["message"]["notification"], read["message"]["path"]]);
    assert_eq!(where_to, json!([id, format!("/app/objects/{id}")]));
    assert_eq!(service.counterpart.rest().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_session_that_is_over_idle_or_short_of_a_second_factor_hears_nothing() {
    let mut service = Service::open().await;
    let room = Room::new().await;
    for (number, path) in [(13, "/a"), (14, "/b"), (15, "/c")] {
        service.subscribed(&room.db, number, path).await;
    }
    room.issued(json!({ "visibility": "INTERNAL" })).await;
    tell(&room.db).await;
    // 13 and 15 are heads, who need a second factor here: 13 has given it. 14 was last seen long ago.
    room.db
        .execute(&format!(
            "UPDATE session SET second_factor = false WHERE id = '{}'; UPDATE session SET last_used_at = '2026-01-02T01:00:00Z' WHERE id = '{}'",
            Uuid::from_u128(1_015),
            Uuid::from_u128(1_014)
        ))
        .await;
    pushed(&room.db, TimeDelta::zero()).await;
    assert_eq!(service.next().await["path"], "/a");
    let unseen = "1 t its reader may not see it any more";
    let states = states(&room.db).await;
    assert_eq!((states.matches(unseen).count(), states.matches(" 1 t").count()), (2, 3), "{states}");
    // Where one has signed out nothing is even planned.
    room.db.execute("UPDATE session SET ended_at = '2026-01-20T02:00:00Z', end_reason = 'SIGNED_OUT'").await;
    room.issued(json!({})).await;
    assert_eq!(tell(&room.db).await, Some(3));
    assert_eq!(room.db.text("SELECT count(*) FROM notification_push").await, "3");
    assert_eq!(service.counterpart.rest().await, Vec::<Value>::new());
}

#[tokio::test]
async fn what_is_not_taken_is_pushed_again_and_a_browser_that_is_gone_is_forgotten() {
    let mut service = Service::open().await;
    let room = Room::new().await;
    service.subscribed(&room.db, 13, "/410").await;
    service.subscribed(&room.db, 14, "/503").await;
    service.subscribed(&room.db, 15, "/500").await;
    room.issued(json!({})).await;
    tell(&room.db).await;
    room.db
        .execute("UPDATE push_subscription SET endpoint = 'http://127.0.0.1:1/500' WHERE endpoint LIKE '%/500'")
        .await;
    pushed(&room.db, TimeDelta::zero()).await;
    let waiting = states(&room.db).await;
    assert!(waiting.starts_with("/500 1 f ") && waiting.ends_with("/503 1 f 503 Service Unavailable"), "{waiting}");
    assert_eq!(room.db.text("SELECT count(*) FROM push_subscription").await, "2");
    // Six attempts, and it is given up.
    for minutes in [2, 10, 30, 120, 500] {
        pushed(&room.db, TimeDelta::minutes(minutes)).await;
    }
    let given_up = states(&room.db).await;
    assert!(given_up.starts_with("/500 6 t ") && given_up.ends_with("/503 2 t"), "{given_up}");
    let read = [service.next().await, service.next().await, service.next().await];
    let body = |path: &str| {
        read.iter().filter(|it| it["path"] == path).map(|it| it["message"]["tag"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(body("/410").len(), 1);
    let [first, second] = <[Value; 2]>::try_from(body("/503")).unwrap();
    assert_eq!(first, second, "browsers show it once");
}

#[tokio::test]
async fn nothing_is_pushed_that_its_person_has_not_chosen_or_may_not_see_any_more() {
    let service = Service::open().await;
    let room = Room::new().await;
    service.subscribed(&room.db, 13, "/a").await;
    service.subscribed(&room.db, 14, "/b").await;
    let input = json!({ "kinds": ["DIRECTIVE_ISSUED"], "push": false });
    let query = "mutation ($input: ChooseNotificationsInput!) { it: chooseNotifications(input: $input) { choices { kind mail push } userErrors { code } } }";
    let chosen = room.head.ask_with(query, json!({ "input": input })).await.whole()["it"].take();
    let issued = chosen["choices"].as_array().unwrap().iter().find(|it| it["kind"] == "DIRECTIVE_ISSUED").unwrap();
    assert_eq!((&issued["mail"], &issued["push"]), (&json!("AT_ONCE"), &json!(false)), "{chosen}");
    let neither = room.head.ask_with(query, json!({ "input": { "kinds": ["DIRECTIVE_ISSUED"] } })).await.whole();
    assert_eq!(neither["it"]["userErrors"][0]["code"], "REQUIRED", "{neither}");
    room.issued(json!({ "visibility": "INTERNAL" })).await;
    tell(&room.db).await;
    assert_eq!(states(&room.db).await, "//b 0 f".replace("//b", &service.at("/b")[service.at("/b").len() - 4..]));
    // Their role ends before it is sent.
    room.db
        .execute(&format!(
            "UPDATE role_grant SET valid_until = '2026-01-20' WHERE account_id = '{}'",
            Uuid::from_u128(14)
        ))
        .await;
    pushed(&room.db, TimeDelta::zero()).await;
    assert!(states(&room.db).await.ends_with("1 t its reader may not see it any more"), "{}", states(&room.db).await);
    assert_eq!(service.counterpart.rest().await, Vec::<Value>::new());
}
