//! Whom a request comes from, by its token: over HTTP, on two nodes of one installation.

use std::time::{Duration, Instant};

use api::config::settings;
use auth::token::Bearer;
use chrono::TimeDelta;
use reqwest::{StatusCode, header};
use schema::clock::Clock;
use serde_json::{Value, json};
use tests::{TestDb, demo, server::Node};
use uuid::Uuid;

/// A change must hold everywhere within this time.
const EVERYWHERE: Duration = Duration::from_secs(5);

const WHO_AM_I: &str = "{ account(login: \"lan\") { fullName } accounts { totalCount } }";

/// An installation with the person Lan in a session, and Hoa, whom an administrator sees as well.
struct Installation {
    db: TestDb,
    node: Node,
    lan: Bearer,
}

impl Installation {
    async fn new() -> Self {
        let db = TestDb::demo().await;
        let (account, session) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let now = demo::now();
        db.execute(&format!(
            "INSERT INTO account (id, login, full_name, created_at) VALUES
                ('{account}', 'lan', 'Nguyễn Thị Lan', '{now}'), ('{}', 'hoa', 'Trần Thị Hoa', '{now}');
             INSERT INTO session (id, account_id, second_factor, created_at, last_used_at, expires_at)
                VALUES ('{session}', '{account}', true, '{now}', '{now}', '{}');",
            Uuid::from_u128(3),
            now + TimeDelta::days(30),
        ))
        .await;
        let node = Self::node(&db, demo::now()).await;
        Self { db, node, lan: Bearer::User { account, session } }
    }

    async fn node(db: &TestDb, now: chrono::DateTime<chrono::Utc>) -> Node {
        Node::start(db, Clock::Fixed(now), &[]).await
    }

    async fn token(&self) -> String {
        self.node.token(&self.lan).await
    }

    /// Makes Lan an administrator of all.
    async fn promote(&self) {
        self.db
            .execute(&format!(
                "INSERT INTO role_grant (id, account_id, role, valid_from, granted_at)
                 VALUES ('{}', '{}', 'ADMINISTRATOR', '{}', now())",
                Uuid::from_u128(4),
                Uuid::from_u128(1),
                demo::today(),
            ))
            .await;
    }
}

/// Asks until the answer is as it should be, for as long as a change may take.
async fn soon(node: &Node, token: &str, is_so: impl Fn(&Value) -> bool) {
    let begin = Instant::now();
    loop {
        let told = node.told(token, WHO_AM_I).await;
        if is_so(&told) {
            return;
        }
        assert!(begin.elapsed() < EVERYWHERE, "after {EVERYWHERE:?} still {told}");
        tokio::task::yield_now().await;
    }
}

fn seen(told: &Value) -> &Value {
    &told["data"]["accounts"]["totalCount"]
}

fn is_over(told: &Value) -> bool {
    told["errors"][0]["extensions"]["reason"] == "SESSION_ENDED" && told["data"].is_null()
}

#[tokio::test]
async fn a_token_says_who_asks_on_every_node() {
    let ours = Installation::new().await;
    let other = Installation::node(&ours.db, demo::now()).await;
    let token = ours.token().await;
    for node in [&ours.node, &other] {
        let told = node.told(&token, WHO_AM_I).await;
        assert_eq!(told["data"]["account"]["fullName"], "Nguyễn Thị Lan", "{told}");
        assert_eq!(*seen(&told), 1);
    }
    let nobody: Value = ours.node.question(WHO_AM_I, &json!({})).send().await.unwrap().json().await.unwrap();
    assert_eq!(nobody["data"], json!({ "account": null, "accounts": null }));
    assert_eq!(nobody["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_token_that_does_not_hold_refuses_the_whole_request_in_both_media_types() {
    let ours = Installation::new().await;
    let token = ours.token().await;
    let later = Installation::node(&ours.db, demo::now() + TimeDelta::minutes(11)).await;
    let (head, signature) = token.rsplit_once('.').unwrap();
    let forged = format!("{head}.{}", signature.chars().rev().collect::<String>());
    let strange = ours.node.token(&Bearer::User { account: Uuid::from_u128(1), session: Uuid::from_u128(9) }).await;
    let others = ours.node.token(&Bearer::User { account: Uuid::from_u128(3), session: Uuid::from_u128(2) }).await;
    let cases = [
        (&later, format!("Bearer {token}"), "TOKEN_EXPIRED"),
        (&ours.node, format!("Bearer {forged}"), "TOKEN_INVALID"),
        (&ours.node, "Bearer ".to_owned(), "TOKEN_INVALID"),
        (&ours.node, format!("Basic {token}"), "TOKEN_INVALID"),
        (&ours.node, format!("Bearer {strange}"), "SESSION_ENDED"),
        (&ours.node, format!("Bearer {others}"), "SESSION_ENDED"),
    ];
    for (node, authorization, reason) in cases {
        for media in ["application/json", "application/graphql-response+json"] {
            for query in ["{ __typename }", "{ broken"] {
                let question = node.question(query, &json!({})).header(header::ACCEPT, media);
                let answer = question.header(header::AUTHORIZATION, &authorization).send().await.unwrap();
                assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{reason}");
                assert_eq!(answer.headers()[header::WWW_AUTHENTICATE], "Bearer error=\"invalid_token\"");
                assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
                let text = answer.text().await.unwrap();
                let told: Value = serde_json::from_str(&text).unwrap();
                let extensions = &told["errors"][0]["extensions"];
                assert_eq!((&extensions["code"], &extensions["reason"]), (&json!("UNAUTHENTICATED"), &json!(reason)));
                assert!(told.get("data").is_none() && !text.contains(&token[..20]), "{text}");
            }
        }
    }
}

#[tokio::test]
async fn a_refusal_speaks_the_callers_language() {
    let ours = Installation::new().await;
    for (language, begins) in [("vi", "Mã truy cập"), ("en", "The access token")] {
        let question = ours.node.question("{ __typename }", &json!({})).header(header::ACCEPT_LANGUAGE, language);
        let told: Value = question.bearer_auth("x").send().await.unwrap().json().await.unwrap();
        assert!(told["errors"][0]["message"].as_str().unwrap().starts_with(begins), "{told}");
    }
}

#[tokio::test]
async fn a_token_in_an_address_or_a_cookie_is_nobodys() {
    let ours = Installation::new().await;
    let token = ours.token().await;
    let query = "%7B%20account(login:%22lan%22)%7BfullName%7D%20%7D";
    let address = ours.node.url(&format!("/graphql?query={query}&access_token={token}&token={token}"));
    let told = reqwest::Client::new().get(address).header(header::COOKIE, format!("access_token={token}"));
    let told: Value = told.send().await.unwrap().json().await.unwrap();
    assert_eq!(told["data"], json!({ "account": null }));
    assert_eq!(told["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn what_changes_for_somebody_holds_on_every_node_within_five_seconds() {
    let ours = Installation::new().await;
    let other = Installation::node(&ours.db, demo::now()).await;
    let token = ours.token().await;
    let nodes = [&ours.node, &other];
    for node in nodes {
        assert_eq!(*seen(&node.told(&token, WHO_AM_I).await), 1);
    }
    ours.promote().await;
    for node in nodes {
        soon(node, &token, |told| *seen(told) == 2).await;
    }
    ours.db.execute(&format!("UPDATE role_grant SET valid_until = '{}'", demo::today())).await;
    for node in nodes {
        soon(node, &token, |told| *seen(told) == 1).await;
    }
    ours.db.execute("UPDATE account SET status = 'DISABLED' WHERE login = 'lan'").await;
    for node in nodes {
        soon(node, &token, is_over).await;
    }
}

#[tokio::test]
async fn a_session_that_was_ended_is_over_on_every_node_within_five_seconds() {
    let ours = Installation::new().await;
    let other = Installation::node(&ours.db, demo::now()).await;
    let token = ours.token().await;
    for node in [&ours.node, &other] {
        assert_eq!(*seen(&node.told(&token, WHO_AM_I).await), 1);
    }
    ours.db.execute("UPDATE session SET ended_at = now(), end_reason = 'PASSWORD_CHANGED'").await;
    for node in [&ours.node, &other] {
        soon(node, &token, is_over).await;
    }
}

#[tokio::test]
async fn a_session_ends_by_age_and_by_idleness() {
    for change in
        [format!("expires_at = '{}'", demo::now()), format!("last_used_at = '{}'", demo::now() - TimeDelta::days(7))]
    {
        let ours = Installation::new().await;
        ours.db.execute(&format!("UPDATE session SET {change}")).await;
        assert!(is_over(&ours.node.told(&ours.token().await, WHO_AM_I).await), "{change}");
    }
}

#[tokio::test]
async fn a_role_that_asks_for_a_second_factor_waits_for_it() {
    let ours = Installation::new().await;
    ours.promote().await;
    ours.db.execute("UPDATE session SET second_factor = false").await;
    let token = ours.token().await;
    assert_eq!(*seen(&ours.node.told(&token, WHO_AM_I).await), 1);
    let lenient = [(settings::SECOND_FACTOR_ROLES, "none")];
    let lenient = Node::start(&ours.db, Clock::Fixed(demo::now()), &lenient).await;
    assert_eq!(*seen(&lenient.told(&token, WHO_AM_I).await), 2);
}

#[tokio::test]
async fn a_role_reaches_the_agencies_below_if_the_grant_says_so_and_on_its_days_only() {
    let ours = Installation::new().await;
    let grant = |below: bool, from: &str, until: &str| {
        format!(
            "INSERT INTO role_grant (id, account_id, role, agency_id, with_below, valid_from, valid_until, granted_at)
             SELECT gen_random_uuid(), '{}', 'ADMINISTRATOR', parent_id, {below}, '{from}', {until}, now()
             FROM agency_placement WHERE agency_id = (SELECT agency_id FROM account WHERE login = 'hoa')
                AND valid_until IS NULL LIMIT 1",
            Uuid::from_u128(1)
        )
    };
    ours.db
        .execute(
            "UPDATE account SET agency_id = (SELECT agency_id FROM agency_placement WHERE valid_until IS NULL
                ORDER BY agency_id LIMIT 1) WHERE login = 'hoa'",
        )
        .await;
    // A node each: so that none goes on with what it knew.
    let reached = async || {
        let node = Installation::node(&ours.db, demo::now()).await;
        seen(&node.told(&ours.token().await, WHO_AM_I).await).as_i64().unwrap()
    };
    for (below, from, until, sees) in [
        (false, "2026-01-20", "NULL", 1),
        (true, "2026-01-20", "NULL", 2),
        (true, "2026-01-21", "NULL", 1),
        (true, "2026-01-01", "'2026-01-20'", 1),
        (true, "2026-01-01", "'2026-01-21'", 2),
    ] {
        ours.db.execute("ALTER TABLE role_grant DISABLE TRIGGER USER; DELETE FROM role_grant").await;
        ours.db.execute(&grant(below, from, until)).await;
        assert_eq!(ours.db.text("SELECT count(*) FROM role_grant").await, "1");
        assert_eq!(reached().await, sees, "with below: {below}, from {from} until {until}");
    }
}
