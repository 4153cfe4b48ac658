//! What people are told by e-mail, over a mail server that refuses, puts off and hangs up.

use std::{collections::BTreeMap, time::Duration};

use api::{
    authentication::Authority,
    mail::{self, unsubscribe::Unsubscribing},
};
use chrono::TimeDelta;
use db::mail::{Outcome, again, claim, ended, queue};
use schema::clock::Clock;
use tests::server::{Node, config};

use super::*;
use crate::post::{Post, mailer, send};

async fn tell_by_mail(db: &TestDb) {
    notification::tell_events(&writer(db, demo::now()), true).await.unwrap();
}

async fn states(db: &TestDb) -> String {
    db.text("SELECT coalesce(string_agg(a.email || ' ' || m.state, ', ' ORDER BY a.email, m.notification_id), '') FROM notification_mail m JOIN account a ON a.id = m.account_id").await
}

/// The room, in which these people have addresses.
async fn room(addresses: &[(u128, &str)]) -> Room {
    let room = Room::new().await;
    for (number, address) in addresses {
        let id = Uuid::from_u128(*number);
        room.db.execute(&format!("UPDATE account SET email = '{address}' WHERE id = '{id}'")).await;
    }
    room
}

#[tokio::test]
async fn what_is_told_goes_by_mail_in_the_language_of_its_reader() {
    let mut post = Post::open().await;
    let room = room(&[(13, "thu.truong@quangngai.gov.vn"), (15, "phoi.hop@quangngai.gov.vn")]).await;
    room.db.execute(&format!("UPDATE account SET language = 'EN' WHERE id = '{}'", Uuid::from_u128(15))).await;
    room.issued(json!({ "title": "Rà soát <quy hoạch> trạm 5G" })).await;
    tell_by_mail(&room.db).await;
    send(&room.db, &post.mailer(), TimeDelta::zero()).await;
    assert_eq!(states(&room.db).await, "phoi.hop@quangngai.gov.vn SENT, thu.truong@quangngai.gov.vn SENT");
    let mails = [post.next().await, post.next().await];
    let by_address: BTreeMap<&str, &Value> = mails.iter().map(|it| (it["to"].as_str().unwrap(), it)).collect();
    let own = by_address["thu.truong@quangngai.gov.vn"];
    assert_eq!(own["subject"], "Nhiệm vụ mới: Rà soát <quy hoạch> trạm 5G");
    assert_eq!(
        (&own["name"], own["from"].as_str().unwrap()),
        (&json!("Nguyễn Văn 13"), "\"Cột Mốc\" <cotmoc@quangngai.gov.vn>")
    );
    let text = own["text"].as_str().unwrap();
    assert!(text.starts_with("Kính gửi Nguyễn Văn 13,\n\n- Nhiệm vụ mới: Rà soát <quy hoạch> trạm 5G\n\nhttps://cotmoc.quangngai.gov.vn\n"), "{text}");
    assert!(
        own["html"].as_str().unwrap().contains("<li>Nhiệm vụ mới: Rà soát &lt;quy hoạch&gt; trạm 5G</li>"),
        "{own}"
    );
    let english = by_address["phoi.hop@quangngai.gov.vn"];
    assert_eq!(english["subject"], "New directive: Rà soát <quy hoạch> trạm 5G");
    assert_ne!(own["id"], english["id"]);
    send(&room.db, &post.mailer(), TimeDelta::days(9)).await;
    post.has_no_more().await;
}

#[tokio::test]
async fn a_mail_that_does_not_go_out_is_sent_later_and_at_most_twice_in_doubt() {
    let mut post = Post::open().await;
    let room = room(&[(13, "ban@qng.vn"), (14, "dut@qng.vn"), (15, "tu.choi@qng.vn"), (11, "dut.mai@qng.vn")]).await;
    let directive = room.issued(json!({})).await;
    room.head.act("acceptDirective", seen("directive", &directive), "").await;
    room.db.execute("INSERT INTO notification_choice SELECT id, 'DIRECTIVE_ACCEPTED', 'AT_ONCE' FROM account").await;
    tell_by_mail(&room.db).await;
    // Nobody is there at first, and no mail is charged with that.
    let nobody = mail::send_one(&mailer("127.0.0.1:1"), &room.db.pool, Clock::Fixed(demo::now())).await;
    assert!(nobody.unwrap_err().to_string().starts_with("the mail server cannot be used: "));
    assert_eq!(room.db.text("SELECT sum(attempts) FROM notification_mail").await, "0");
    assert_eq!(
        states(&room.db).await,
        "ban@qng.vn WAITING, dut.mai@qng.vn WAITING, dut@qng.vn WAITING, tu.choi@qng.vn WAITING"
    );
    for minutes in [1, 6, 21] {
        send(&room.db, &post.mailer(), TimeDelta::minutes(minutes)).await;
    }
    assert_eq!(states(&room.db).await, "ban@qng.vn SENT, dut.mai@qng.vn DEAD, dut@qng.vn SENT, tu.choi@qng.vn DEAD");
    let mut given: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for _ in 0..5 {
        let mail = post.next().await;
        given.entry(mail["to"].as_str().unwrap().to_owned()).or_default().push(mail["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(given["ban@qng.vn"].len(), 1);
    for twice in ["dut@qng.vn", "dut.mai@qng.vn"] {
        assert_eq!(
            (given[twice].len(), &given[twice][0]),
            (2, &given[twice][1]),
            "the same mail, as mail programs know it"
        );
    }
    // Whoever runs the server sees what was given up, and sends it again.
    let shown = queue(&room.db.pool).await.unwrap();
    let reasons: Vec<&str> = shown.dead.iter().map(|it| it.error.as_str()).collect();
    assert_eq!((shown.notifications, reasons.len()), (0, 2));
    for reason in ["no such user here", "incomplete response"] {
        assert!(reasons.iter().any(|it| it.contains(reason)), "{reasons:?}");
    }
    send(&room.db, &post.mailer(), TimeDelta::days(9)).await;
    post.has_no_more().await;
    assert_eq!(again(&writer(&room.db, demo::now())).await.unwrap(), 2);
    assert_eq!(queue(&room.db.pool).await.unwrap().notifications, 2);
    let post = Post::open().await;
    send(&room.db, &post.mailer(), TimeDelta::zero()).await;
    assert!(states(&room.db).await.contains("tu.choi@qng.vn DEAD"));
}

#[tokio::test]
async fn a_mail_whose_server_dies_is_taken_up_by_another_and_given_up_after_the_second() {
    let mut post = Post::open().await;
    let room = room(&[(13, "thu.truong@qng.vn"), (14, "bao.cao@qng.vn")]).await;
    room.issued(json!({})).await;
    tell_by_mail(&room.db).await;
    let left = claim(&writer(&room.db, demo::now())).await.unwrap().unwrap();
    // It is nobody else's while its lease lasts.
    let other = claim(&writer(&room.db, demo::now())).await.unwrap().unwrap();
    assert_ne!(left.id, other.id);
    assert!(claim(&writer(&room.db, demo::now())).await.unwrap().is_none());
    let over = "UPDATE notification_mail SET lease_until = '2026-01-01T00:00:00Z' WHERE state = 'SENDING'";
    room.db.execute(over).await;
    let again = claim(&writer(&room.db, demo::now())).await.unwrap().unwrap();
    let same = if again.id == left.id { &left } else { &other };
    assert_eq!((again.id, &again.rows), (same.id, &same.rows));
    // Whoever comes back too late notes nothing.
    ended(&writer(&room.db, demo::now()), same, &Outcome::Sent).await.unwrap();
    assert!(!states(&room.db).await.contains("SENT"));
    room.db.execute(over).await;
    send(&room.db, &post.mailer(), TimeDelta::zero()).await;
    let mut states = states(&room.db).await;
    states = states.replace("thu.truong@qng.vn ", "").replace("bao.cao@qng.vn ", "");
    assert!(states == "SENT, DEAD" || states == "DEAD, SENT", "{states}");
    let sent = post.next().await["id"].as_str().unwrap().to_owned();
    assert!(!sent.contains(&again.id.to_string()), "{sent}");
    post.has_no_more().await;
}

#[tokio::test]
async fn people_choose_what_comes_when_and_nothing_comes_that_they_may_not_see() {
    let mut post = Post::open().await;
    let room = room(&[(13, "thu.truong@qng.vn"), (14, "bao.cao@qng.vn")]).await;
    let choose = async |kinds: Value, mail: &str| {
        room.head.act("chooseNotifications", json!({ "kinds": kinds, "mail": mail }), "choices { kind mail }").await
    };
    assert_eq!(broken(&choose(json!([]), "DAILY").await), ["REQUIRED kinds"]);
    let chosen = choose(json!(["DIRECTIVE_ISSUED", "DIRECTIVE_ISSUED", "OVERDUE"]), "DAILY").await;
    choose(json!(["OVERDUE"]), "NEVER").await;
    assert_eq!(chosen["choices"].as_array().unwrap().len(), notification::NotificationKind::ALL.len());
    let own = room.head.ask("{ viewer { notificationChoices { kind mail } } }").await.whole();
    let of = |kind: &str| {
        let all = own["viewer"]["notificationChoices"].as_array().unwrap();
        all.iter().find(|it| it["kind"] == kind).unwrap()["mail"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        ["DIRECTIVE_ISSUED", "OVERDUE", "SENT_BACK", "FIGURES_PUBLISHED"].map(of),
        ["DAILY", "NEVER", "AT_ONCE", "DAILY"]
    );

    for title in ["Mở dữ liệu đất đai", "Rà soát quy hoạch trạm 5G"] {
        room.issued(json!({ "title": title, "visibility": "RESTRICTED" })).await;
    }
    tell_by_mail(&room.db).await;
    // The reporter has gone before the mail was sent; the head waits for the next morning.
    room.db
        .execute(&format!(
            "UPDATE role_grant SET valid_until = '2026-01-20' WHERE account_id = '{}'",
            Uuid::from_u128(14)
        ))
        .await;
    send(&room.db, &post.mailer(), TimeDelta::hours(1)).await;
    assert_eq!(
        states(&room.db).await,
        "bao.cao@qng.vn DROPPED, bao.cao@qng.vn DROPPED, thu.truong@qng.vn WAITING, thu.truong@qng.vn WAITING"
    );
    send(&room.db, &post.mailer(), TimeDelta::hours(23)).await;
    let digest = post.next().await;
    assert_eq!((&digest["to"], &digest["subject"]), (&json!("thu.truong@qng.vn"), &json!("2 thông báo mới")));
    let text = digest["text"].as_str().unwrap();
    assert!(text.contains("Mở dữ liệu đất đai") && text.contains("Rà soát quy hoạch trạm 5G"), "{text}");
    post.has_no_more().await;
}

#[tokio::test]
async fn a_server_that_says_nothing_holds_nobody_up_for_long() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let room = room(&[(13, "thu.truong@qng.vn")]).await;
    room.issued(json!({})).await;
    tell_by_mail(&room.db).await;
    let mailer = mailer(&silent.local_addr().unwrap().to_string()).with_patience(Duration::from_millis(20));
    let checked = mailer.check().await.unwrap_err().to_string();
    assert_eq!(checked, "the mail server cannot be used: no answer");
    let sent = mail::send_one(&mailer, &room.db.pool, Clock::Fixed(demo::now())).await;
    assert_eq!(
        (sent.unwrap_err().to_string(), states(&room.db).await.as_str()),
        (checked, "thu.truong@qng.vn WAITING")
    );
}

#[tokio::test]
async fn what_an_address_or_an_account_is_now_decides() {
    let mut post = Post::open().await;
    let room = room(&[(13, "thu.truong@qng.vn"), (14, "bao.cao@qng.vn"), (15, "phối.hợp@qng.vn")]).await;
    room.db
        .execute(&format!(
            "UPDATE account SET full_name = E'Lê\tThị \\\\ \"Hà\" <a@b>' WHERE id = '{}'",
            Uuid::from_u128(15)
        ))
        .await;
    for n in 0..102 {
        room.issued(json!({ "title": format!("Việc thứ {n}"), "coordinators": [] })).await;
    }
    room.issued(json!({ "title": "Việc phối hợp" })).await;
    tell_by_mail(&room.db).await;
    room.db.execute(&format!("UPDATE account SET email = NULL WHERE id = '{}'", Uuid::from_u128(14))).await;
    send(&room.db, &post.mailer(), TimeDelta::zero()).await;
    let count = "SELECT string_agg(state || ' ' || n, ', ' ORDER BY state) FROM (SELECT state, count(*) AS n FROM notification_mail GROUP BY state) AS counted";
    assert_eq!(room.db.text(count).await, "DEAD 1, DROPPED 103, SENT 103");
    // A hundred at a time.
    let subjects = [post.next().await, post.next().await].map(|it| it["subject"].as_str().unwrap().to_owned());
    assert_eq!(subjects, ["100 thông báo mới", "3 thông báo mới"]);
    assert_eq!(queue(&room.db.pool).await.unwrap().dead[0].error, "an address with letters beyond ASCII");
    post.has_no_more().await;
}

#[tokio::test]
async fn mail_comes_at_the_hours_that_were_chosen() {
    let db = TestDb::new().await;
    for (choice, told, sent) in [
        ("AT_ONCE", "2026-01-20 05:59", "01-20 06:00"),
        ("AT_ONCE", "2026-01-20 06:00", "01-20 06:00"),
        ("AT_ONCE", "2026-01-20 20:59", "01-20 20:59"),
        ("AT_ONCE", "2026-01-20 21:00", "01-21 06:00"),
        ("DAILY", "2026-01-20 07:00", "01-20 08:00"),
        ("DAILY", "2026-01-20 08:00", "01-21 08:00"),
        ("DAILY", "2026-01-23 09:00", "01-26 08:00"),
        // Before Tết, which ends on the 22nd.
        ("DAILY", "2026-02-13 09:00", "02-23 08:00"),
        ("WEEKLY", "2026-01-20 07:00", "01-26 08:00"),
        ("WEEKLY", "2026-01-26 07:59", "01-26 08:00"),
        ("WEEKLY", "2026-01-26 08:00", "02-02 08:00"),
        ("WEEKLY", "2026-02-11 09:00", "02-23 08:00"),
    ] {
        let query = format!(
            "SELECT to_char(notification_mail_time('{choice}', '{told}+07') AT TIME ZONE 'Asia/Ho_Chi_Minh', 'MM-DD HH24:MI')"
        );
        assert_eq!(db.text(&query).await, sent, "{choice} {told}");
    }
}

/// By the link in the mail, or by the one click of a mail program: what changes is asked before, and nobody else's.
#[tokio::test]
async fn whoever_has_a_mail_leaves_its_kinds_without_signing_in() {
    let mut post = Post::open().await;
    let room = room(&[(13, "thu.truong@qng.vn"), (15, "phoi.hop@qng.vn")]).await;
    room.db.execute("INSERT INTO notification_day VALUES ('2026-01-20', '2026-01-20T00:00:00Z')").await;
    let node = Node::start(&room.db, Clock::Fixed(demo::now()), &[]).await;
    let authority =
        Authority::new(&config("postgres://nowhere", &[]), room.db.pool.clone(), Clock::Fixed(demo::now())).unwrap();
    let mailer = post.mailer().with_way_out(Unsubscribing::new(authority.sealer()));
    // The node tells, and mails nothing.
    room.issued(json!({})).await;
    let told = async || room.db.text("SELECT count(*) FROM notification").await == "3";
    crate::outages::within(Duration::from_secs(60), "the telling", told).await;
    room.db
        .execute("INSERT INTO notification_mail (notification_id, account_id, send_after) SELECT n.id, a.id, '2026-01-20T02:00:00Z' FROM notification n JOIN account a ON a.id = n.account_id WHERE a.email IS NOT NULL")
        .await;
    send(&room.db, &mailer, TimeDelta::zero()).await;
    let mail = post.next().await;
    let link = mail["list"]["unsubscribe"]["url"].as_str().unwrap_or_else(|| panic!("{mail}")).to_owned();
    assert!(
        mail["text"].as_str().unwrap().ends_with(&format!("Ngừng nhận các loại thông báo trong thư này: {link}\n")),
        "{mail}"
    );
    let path = link.strip_prefix("https://cotmoc.quangngai.gov.vn").unwrap();
    let (client, chosen) = (reqwest::Client::new(), async || {
        room.db.text("SELECT coalesce(string_agg(concat_ws(' ', a.email, kind, mail), ', '), '') FROM notification_choice JOIN account a ON a.id = account_id").await
    });
    let page = client.get(node.url(path)).send().await.unwrap();
    assert_eq!((page.status().as_u16(), page.headers()["referrer-policy"].to_str().unwrap()), (200, "no-referrer"));
    assert!(page.text().await.unwrap().contains("<form method=\"post\">"));
    assert_eq!(chosen().await, "", "looking at it changes nothing");
    let others = path.replace("mail=0", "mail=1");
    for wrong in [others.as_str(), "/mail/unsubscribe", "/mail/unsubscribe?mail=0&signature=a"] {
        assert_eq!(client.post(node.url(wrong)).send().await.unwrap().status().as_u16(), 404, "{wrong}");
    }
    assert_eq!(chosen().await, "");
    let clicked = client.post(node.url(path)).form(&[("List-Unsubscribe", "One-Click")]).send().await.unwrap();
    assert_eq!(clicked.status().as_u16(), 200);
    assert_eq!(chosen().await, format!("{} DIRECTIVE_ISSUED NEVER", mail["to"].as_str().unwrap()));
    node.stop().await;
}
