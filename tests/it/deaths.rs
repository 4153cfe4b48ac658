//! Servers that are killed at any moment, with PostgreSQL alive: what people are told, what is mailed and what other systems hear.

use std::{collections::BTreeMap, time::Duration};

use auth::Role;
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use tests::{
    TestDb, demo,
    process::Process,
    server::{Node, SECRET, person as keeper},
};

use crate::{
    notifications::{issued_by, person},
    outages::within,
    post::Post,
    webhooks::Receiver,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cotmoc_process");

/// How often a server is killed.
const DEATHS: usize = 8;

/// What becomes due when a lease has run out, as some minutes later.
const LATER: &str = "UPDATE webhook SET lease_until = clock_timestamp() - interval '1 second' WHERE lease IS NOT NULL;
    UPDATE notification_mail SET lease_until = clock_timestamp() - interval '1 second' WHERE lease_until IS NOT NULL";

/// That nothing is left to do.
const DONE: &str = "SELECT ((SELECT count(*) FROM notification_event) = 0
    AND (SELECT min(place) FROM webhook) = (SELECT max(id) FROM change)
    AND NOT EXISTS (SELECT FROM notification_mail WHERE state IN ('WAITING', 'SENDING')))::text";

/// Each notification is there once, each mail goes out at most once more, and each change is heard of in its order, whoever dies meanwhile.
#[tokio::test]
async fn a_server_that_is_killed_tells_nobody_twice_and_leaves_nothing_out() {
    let (mut post, mut receiver) = (Post::open().await, Receiver::open().await);
    let db = TestDb::demo().await;
    let leader = person(&db, 11, &[(Role::Leader, "qng.ubnd", true)]).await;
    for (number, role, agency) in
        [(13, Role::Head, "qng.skhcn"), (14, Role::Reporter, "qng.skhcn"), (15, Role::Head, "qng.stc")]
    {
        person(&db, number, &[(role, agency, false)]).await;
    }
    db.execute("UPDATE account SET email = login || '@qng.vn' WHERE login LIKE 'nguoi.%'").await;
    let url = db.url().await;
    let clock = demo::now().to_rfc3339();
    let mail = format!("smtp://{}", post.url());
    let environment = [
        ("DATABASE_URL", url.as_str()),
        ("COTMOC_SECRET_KEY", SECRET),
        ("COTMOC_LISTEN", "127.0.0.1:0"),
        ("COTMOC_DATA_DIR", "/nowhere"),
        ("COTMOC_CLOCK", &clock),
        ("COTMOC_LOG", "off,api::cli=info"),
        ("COTMOC_OUTBOUND_NETWORKS", "127.0.0.0/8"),
        ("COTMOC_SMTP_URL", &mail),
        ("COTMOC_MAIL_FROM", "Cột Mốc <cotmoc@qng.vn>"),
    ];
    let secret = webhook(&db, &receiver).await;
    receiver.knows(&secret).await;

    let (mut heard, mut mailed, mut issued) = (Vec::new(), Vec::new(), Vec::new());
    for death in 0..=DEATHS {
        let mut server = Process::start(PROGRAM, &["serve"], &environment);
        server.address().await;
        db.execute(LATER).await;
        for _ in 0..3 {
            issued.push(issued_by(&leader, json!({})).await["id"].as_str().unwrap().to_owned());
        }
        if death == DEATHS {
            let done = async || db.text(DONE).await == "true";
            within(Duration::from_secs(120), "the end", done).await;
            drop(server);
            break;
        }
        // At the moment at which the other side has heard of something, and before or after it was noted that it has.
        for _ in 0..=death % 3 {
            tokio::select! {
                given = receiver.next() => heard.push(given),
                given = post.next() => mailed.push(given),
            }
        }
        server.signal(Signal::SIGKILL);
    }
    heard.extend(receiver.rest().await);
    mailed.extend(post.rest().await);

    let twice = "SELECT count(*) FROM (SELECT account_id, kind, directive_id, due_on, step FROM notification WHERE kind = 'DIRECTIVE_ISSUED'
        GROUP BY 1, 2, 3, 4, 5 HAVING count(*) > 1) AS twice";
    assert_eq!(db.text(twice).await, "0");
    let told = db.text("SELECT count(*) FROM notification WHERE kind = 'DIRECTIVE_ISSUED'").await;
    assert_eq!(told, (issued.len() * 3).to_string(), "three people of each");

    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for mail in &mailed {
        *times.entry(mail["id"].as_str().unwrap()).or_default() += 1;
    }
    assert!(times.values().all(|times| *times <= 2), "{times:?}");
    let lost = "SELECT count(*) FROM notification_mail WHERE state <> 'SENT' AND (state <> 'DEAD' OR error <> 'in doubt twice')";
    assert_eq!(db.text(lost).await, "0");

    let mut order = Vec::new();
    for message in &heard {
        assert_eq!(message["verified"], json!([true]));
        for event in message["message"]["data"]["events"].as_array().unwrap() {
            let id = event["id"].as_str().unwrap();
            if !order.contains(&id) {
                order.push(id);
            }
        }
    }
    assert_eq!(order, issued, "each, in the order in which they were issued");
}

/// A webhook of a machine that hears of directives, and its secret.
async fn webhook(db: &TestDb, receiver: &Receiver) -> String {
    let node = Node::start(db, schema::clock::Clock::Fixed(demo::now()), &[]).await;
    let administrator = node.token(&keeper(db, 1, &[(Role::Administrator, None, false)]).await).await;
    let account = r#"code: "qng.ioc", name: "Trung tâm điều hành", agency: "qng.skhcn", scopes: [READ_FIGURES]"#;
    let made: Value = node.change(&administrator, "createServiceAccount", account, "serviceAccount { id }").await;
    let input = format!(
        r#"serviceAccount: "{}", url: "{}", types: [DIRECTIVE]"#,
        made["serviceAccount"]["id"].as_str().unwrap(),
        receiver.at("/hook")
    );
    let made = node.change(&administrator, "createWebhook", &input, "secret").await;
    node.stop().await;
    made["secret"].as_str().unwrap().to_owned()
}
