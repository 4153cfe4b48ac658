//! What goes out says no more of a hidden object than if there were none: to webhooks, by e-mail and by push.

use auth::Role;
use serde_json::{Value, json};
use tests::{TestDb, demo};
use uuid::Uuid;

use crate::{
    notifications::{
        issued_by, person,
        push::{Service, pushed},
        writer,
    },
    post::{Post, send},
    webhooks::{Receiver, WEBHOOK, follow, sent},
};

/// All that is sent to a machine that sees what is public, and to somebody who sees no more when it is sent, though they did when they were told:
/// of two public directives, and of a hidden one between them if `hides`.
async fn messages(hides: bool) -> [Vec<Value>; 3] {
    let (post, receiver, service) = (Post::open().await, Receiver::open().await, Service::open().await);
    let db = TestDb::demo().await;
    let leader = person(&db, 11, &[(Role::Leader, "qng.ubnd", true)]).await;
    person(&db, 15, &[(Role::Head, "qng.stc", false)]).await;
    service.subscribed(&db, 15, "/15").await;
    db.execute("UPDATE account SET email = login || '@qng.vn' WHERE login = 'nguoi.15'").await;
    follow(&db, "figures:read", &receiver.at("/hook")).await;
    let issue = async |title: &str, visibility: &str| {
        issued_by(&leader, json!({ "title": title, "visibility": visibility })).await;
    };
    issue("Rà soát quy hoạch trạm 5G", "PUBLIC").await;
    if hides {
        issue("Việc nội bộ của lãnh đạo", "INTERNAL").await;
    }
    issue("Số hóa hồ sơ đất đai", "PUBLIC").await;
    let told = db::notification::tell_events(&writer(&db, demo::now()), true).await.unwrap();
    assert_eq!(told, Some(if hides { 3 } else { 2 }));
    db.execute(&format!(
        "UPDATE role_grant SET valid_until = '2026-01-20' WHERE account_id = '{}'",
        Uuid::from_u128(15)
    ))
    .await;
    send(&db, &post.mailer(), chrono::TimeDelta::zero()).await;
    pushed(&db, chrono::TimeDelta::zero()).await;
    sent(&db).await;
    assert_eq!(db.text(&format!("SELECT failures FROM webhook WHERE id = '{WEBHOOK}'")).await, "0");
    let only = |all: Vec<Value>, ways: &[&str]| {
        let picked =
            all.into_iter().map(|it| ways.iter().map(|way| it.pointer(way).cloned().unwrap_or_default()).collect());
        picked.collect::<Vec<Value>>()
    };
    let mut pushes = only(service.counterpart.rest().await, &["/path", "/message/title", "/message/body"]);
    pushes.sort_by_key(Value::to_string);
    let mut heard = receiver.rest().await;
    for message in &mut heard {
        for event in message["message"]["data"]["events"].as_array_mut().unwrap() {
            for own in ["cursor", "id"] {
                event[own].take();
            }
        }
    }
    let heard = only(heard, &["/message/type", "/message/data/events", "/message/data/hasMore"]);
    let mut mails = post.rest().await;
    for mail in &mut mails {
        // All of it happened at one instant.
        let mut lines: Vec<&str> = mail["text"].as_str().unwrap().lines().collect();
        lines.sort_unstable();
        mail["text"] = json!(lines);
    }
    [only(mails, &["/to", "/subject", "/text"]), pushes, heard]
}

#[tokio::test]
async fn what_is_sent_is_the_same_whether_or_not_there_is_something_hidden() {
    let (with, without) = tokio::join!(messages(true), messages(false));
    assert_eq!(with, without);
    let [mails, pushes, heard] = without;
    assert_eq!((mails.len(), pushes.len(), heard.len()), (1, 2, 1), "{mails:?} {pushes:?} {heard:?}");
    assert_eq!(heard[0][1].as_array().unwrap().len(), 2, "both directives");
}
