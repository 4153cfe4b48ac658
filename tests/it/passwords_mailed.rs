//! Links for a password that go by e-mail: to whom an administrator invites, and to whom has forgotten theirs.

use std::collections::BTreeSet;

use api::config::settings;
use auth::{Principal, action};
use chrono::TimeDelta;
use db::{
    Date, Origin, Writer,
    mail::{again, claim, queue},
    password,
};
use schema::{clock::day_of, id, tokens::TokenIssuer as _};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tests::{
    TestDb,
    door::{Door, PASSWORD, Tokens},
    mutation::key,
};
use uuid::Uuid;

use crate::post::{Post, code_of, send};

const NEW: &str = "Ba sông bảy núi một chiều";

const FORGOT: &str = "mutation ($login: String!) { it: requestPasswordReset(input: { login: $login }) { done userErrors { code field } } }";

/// An installation that sends mail, with Lan, who has a password, and Quân, who administers everything.
struct Office {
    db: TestDb,
    door: Door,
    admin: Tokens,
    lan: Uuid,
}

impl Office {
    async fn open() -> Self {
        let db = TestDb::new().await;
        let door = Door::of_demo(&db).await;
        let lan = door.admit(&db, "lan", "Nguyễn Thị Lan").await;
        let quan = door.admit(&db, "quan", "Võ Minh Quân").await;
        db.execute(&format!(
            "INSERT INTO role_grant (id, account_id, role, valid_from, granted_at) VALUES (gen_random_uuid(), '{quan}', 'ADMINISTRATOR', '2025-01-01', now())"
        ))
        .await;
        let admin = door.sign_in("quan", PASSWORD).await.unwrap();
        Self { db, door, admin, lan }
    }

    /// The administrator has a link mailed: what has to be mended.
    async fn mails(&self, account: Uuid) -> Value {
        mails(&self.door, &self.admin, account).await
    }

    async fn forgets(&self, login: &str) -> Value {
        forgets(&self.door, login).await
    }

    async fn states(&self) -> String {
        self.db.text("SELECT coalesce(string_agg(a.login || ' ' || m.state, ', ' ORDER BY a.login, m.requested_at, m.mail_id), '') FROM account_mail m JOIN account a ON a.id = m.account_id").await
    }

    /// Why nothing was mailed, in their order; `-` where it was.
    async fn reasons(&self) -> String {
        self.db.text("SELECT string_agg(coalesce(after ->> 'reason', '-'), ' ' ORDER BY id) FROM audit_entry WHERE action = 'REQUEST_PASSWORD_RESET'").await
    }
}

/// What comes of a mutation of an administrator's.
async fn act(door: &Door, admin: &Tokens, mutation: &str, input: Value) -> Value {
    let ty = if mutation == "createAccount" { "CreateAccountInput" } else { "AccountInput" };
    let query = format!(
        "mutation ($input: {ty}!, $key: UUID!) {{ it: {mutation}(input: $input, idempotencyKey: $key) {{ account {{ id login }} userErrors {{ code field }} }} }}"
    );
    let answer = door.ask_as(&admin.access, &query, json!({ "input": input, "key": key() })).await;
    answer.whole()["it"].clone()
}

async fn mails(door: &Door, admin: &Tokens, account: Uuid) -> Value {
    let account = id::encode(b'k', account).to_string();
    act(door, admin, "mailPasswordReset", json!({ "account": account })).await["userErrors"].clone()
}

async fn forgets(door: &Door, login: &str) -> Value {
    door.ask(FORGOT, json!({ "login": login })).await.whole()["it"].clone()
}

async fn set(door: &Door, token: &str, new: &str) -> Value {
    let query = "mutation ($token: String!, $new: String!) { it: setPasswordByReset(input: { token: $token, newPassword: $new }) {
        done userErrors { code } } }";
    let answer = door.ask(query, json!({ "token": token, "new": new })).await.whole();
    match &answer["it"]["userErrors"][0]["code"] {
        Value::Null => answer["it"]["done"].clone(),
        code => code.clone(),
    }
}

/// All that the database holds.
async fn everything(db: &TestDb) -> String {
    db.text(
        "SELECT string_agg(query_to_xml(format('SELECT * FROM %I', relname), true, true, '')::text, '')
        FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    )
    .await
}

#[tokio::test]
async fn an_invitation_brings_a_code_that_sets_the_first_password_once() {
    let mut post = Post::open().await;
    let office = Office::open().await;
    let new = json!({ "login": "hue", "fullName": "Lê Thị Huế", "email": "hue@quangngai.gov.vn" });
    let made = act(&office.door, &office.admin, "createAccount", new).await;
    let input = json!({ "account": made["account"]["id"] });
    let mailed = act(&office.door, &office.admin, "mailPasswordReset", input).await;
    assert_eq!((&mailed["account"]["login"], &mailed["userErrors"]), (&json!("hue"), &json!([])));
    // Nothing is made before the mail is sent.
    assert_eq!(office.states().await, "hue WAITING");
    assert_eq!(office.db.text("SELECT count(*) FROM password_reset").await, "0");
    send(&office.db, &post.mailer(), TimeDelta::zero()).await;
    assert_eq!(office.states().await, "hue SENT");
    let mail = post.next().await;
    assert_eq!(
        (&mail["to"], &mail["subject"]),
        (&json!("hue@quangngai.gov.vn"), &json!("Mời đặt mật khẩu cho tài khoản mới"))
    );
    let (text, code) = (mail["text"].as_str().unwrap(), code_of(&mail));
    assert!(text.starts_with("Kính gửi Lê Thị Huế,\n\nÔng/bà được cấp tài khoản với tên đăng nhập hue."), "{text}");
    assert!(
        text.contains("đến 09:00 ngày 23/01/2026:") && text.contains("https://cotmoc.quangngai.gov.vn\n"),
        "{text}"
    );
    assert!(mail["html"].as_str().unwrap().contains(&format!("<code>{code}</code>")), "{mail}");
    let kept = "SELECT (token_hash = sha256('TOKEN'))::text || ' ' || (SELECT login FROM account WHERE id = created_by) FROM password_reset";
    assert_eq!(office.db.text(&kept.replace("TOKEN", &code)).await, "true quan");
    assert!(!everything(&office.db).await.contains(&code), "the code is nowhere but in the mail");

    let later = office.door.later(TimeDelta::hours(71));
    assert_eq!(set(&later, &code, NEW).await, true);
    assert_eq!(set(&later, &code, "Lại một mật khẩu khác hẳn").await, "EXPIRED");
    later.sign_in("hue", NEW).await.unwrap();
    let trail =
        "SELECT string_agg(actor_kind || ' ' || action, ', ' ORDER BY id) FROM audit_entry WHERE noun = 'account'";
    assert_eq!(
        office.db.text(trail).await,
        "USER CREATE_ACCOUNT, USER RESET_PASSWORD, OPERATOR MAIL_PASSWORD_RESET, NOBODY SET_PASSWORD_BY_RESET"
    );
    post.has_no_more().await;
}

#[tokio::test]
async fn whoever_has_forgotten_gets_a_code_and_whoever_asks_learns_nothing() {
    let mut post = Post::open().await;
    let office = Office::open().await;
    office.door.admit(&office.db, "hoa", "Trần Thị Hoa").await;
    office.door.admit(&office.db, "tam", "Phạm Tâm").await;
    office.door.admit(&office.db, "bao", "Ngô Bảo").await;
    office
        .db
        .execute(
            "UPDATE account SET status = 'DISABLED' WHERE login = 'hoa'; UPDATE account SET email = NULL WHERE login = 'tam';
             UPDATE account SET demo = true WHERE login = 'bao'; UPDATE account SET language = 'EN' WHERE login = 'lan'",
        )
        .await;
    let alike = json!({ "done": true, "userErrors": [] });
    for login in ["ai.do", " LAN ", "lan", "hoa", "tam", PASSWORD] {
        assert_eq!(office.forgets(login).await, alike, "{login}");
    }
    assert_eq!(office.reasons().await, "UNKNOWN_LOGIN - ASKED_BEFORE DISABLED NO_ADDRESS UNKNOWN_LOGIN");
    assert!(!everything(&office.db).await.contains(PASSWORD), "what was typed is noted only if it is a login");
    assert_eq!(office.states().await, "lan WAITING");
    send(&office.db, &post.mailer(), TimeDelta::minutes(2)).await;
    let mail = post.next().await;
    assert_eq!((&mail["to"], &mail["subject"]), (&json!("lan@quangngai.example"), &json!("Set a new password")));
    let text = mail["text"].as_str().unwrap();
    assert!(
        text.contains("for the account lan.") && text.contains("until 09:32 on 2026-01-20 (Vietnam time):"),
        "{text}"
    );
    // Nobody fills an inbox: the next one a quarter of an hour later.
    let at = |minutes| office.door.later(TimeDelta::minutes(minutes));
    forgets(&at(14), "lan").await;
    assert_eq!(office.states().await, "lan SENT");
    forgets(&at(16), "lan").await;
    assert_eq!(office.states().await, "lan SENT, lan WAITING");
    // The old code holds until the new one is sent.
    assert_eq!(set(&at(16), &code_of(&mail), NEW).await, true);
    assert_eq!(office.states().await, "lan SENT, lan DROPPED", "who has a new password needs no code");
    send(&office.db, &post.mailer(), TimeDelta::days(1)).await;
    post.has_no_more().await;
}

#[tokio::test]
async fn every_request_costs_the_same_work() {
    let office = Office::open().await;
    office.door.admit(&office.db, "hoa", "Trần Thị Hoa").await;
    office.db.execute("UPDATE account SET status = 'DISABLED' WHERE login = 'hoa'").await;
    let permit = Principal::nobody().permit::<action::SignIn>().unwrap();
    let mut work = BTreeSet::new();
    for login in ["lan", "lan", "hoa", "khong.co"] {
        let writer = office.door.writer().with_mail(true);
        password::mail::request(&writer, &permit, office.door.authority().entrance(), login).await.unwrap();
        work.insert(writer.statements());
    }
    assert_eq!(work.len(), 1, "{work:?}");
}

#[tokio::test]
async fn asking_becomes_slow_by_login_and_address_and_does_not_slow_the_sign_in() {
    let office = Office::open().await;
    for _ in 0..8 {
        assert_eq!(office.forgets("lan").await["done"], true);
    }
    assert_eq!(office.reasons().await, format!("- {}BLOCKED BLOCKED", "ASKED_BEFORE ".repeat(5)));
    office.door.sign_in("lan", PASSWORD).await.unwrap();
    for number in 0..26 {
        office.forgets(&format!("nguoi.{number}")).await;
    }
    assert!(office.reasons().await.ends_with("UNKNOWN_LOGIN BLOCKED"), "{}", office.reasons().await);
    forgets(&office.door.from("198.51.100.7"), "ai.do").await;
    assert!(office.reasons().await.ends_with(" UNKNOWN_LOGIN"));
}

#[tokio::test]
async fn who_asks_at_the_same_moment_gets_one_mail() {
    let office = Office::open().await;
    let doors: Vec<Door> =
        (0..12).map(|n| office.door.later(TimeDelta::zero()).from(&format!("198.51.100.{n}"))).collect();
    let asked = doors.iter().map(|door| door.ask(FORGOT, json!({ "login": "lan" })));
    for answer in futures_util::future::join_all(asked).await {
        assert_eq!(answer.whole()["it"]["done"], true);
    }
    assert_eq!(office.states().await, "lan WAITING");
}

#[tokio::test]
async fn a_retry_makes_another_code_and_ends_the_one_before() {
    let mut post = Post::open().await;
    let office = Office::open().await;
    let address = async |address: &str| {
        office.db.execute(&format!("UPDATE account SET email = '{address}' WHERE login = 'lan'")).await;
    };
    // Taken and hung up on: nobody knows whether it has arrived.
    address("dut@qng.vn").await;
    assert_eq!(office.mails(office.lan).await, json!([]));
    send(&office.db, &post.mailer(), TimeDelta::zero()).await;
    assert_eq!(office.states().await, "lan WAITING");
    send(&office.db, &post.mailer(), TimeDelta::minutes(1)).await;
    assert_eq!(office.states().await, "lan SENT");
    let (first, second) = (post.next().await, post.next().await);
    assert_ne!(first["id"], second["id"], "another code is another mail");
    let later = office.door.later(TimeDelta::minutes(2));
    assert_eq!(set(&later, &code_of(&first), NEW).await, "EXPIRED");
    assert_eq!(set(&later, &code_of(&second), NEW).await, true);

    // In doubt for the second time it is given up, shown, and sent again if somebody wants it.
    address("dut.mai@qng.vn").await;
    office.mails(office.lan).await;
    for minutes in [3, 4, 9] {
        send(&office.db, &post.mailer(), TimeDelta::minutes(minutes)).await;
    }
    assert_eq!(office.states().await.matches("DEAD").count(), 1);
    let (third, fourth) = (post.next().await, post.next().await);
    let dead = queue(&office.db.pool).await.unwrap().dead;
    assert_eq!((dead.len(), dead[0].login.as_str(), dead[0].notifications), (1, "lan", None));
    let everything = everything(&office.db).await;
    for mail in [&first, &second, &third, &fourth] {
        assert!(!everything.contains(&code_of(mail)));
    }
    address("lan@quangngai.gov.vn").await;
    let now = office.door.now() + TimeDelta::minutes(20);
    let writer = Writer::new(office.db.pool.clone(), now, Date(day_of(now)), Origin::default());
    assert_eq!(again(&writer).await.unwrap(), 1);
    assert_eq!(queue(&office.db.pool).await.unwrap().links, 1);
    send(&office.db, &post.mailer(), TimeDelta::minutes(20)).await;
    let last = post.next().await;
    let later = office.door.later(TimeDelta::minutes(21));
    assert_eq!(set(&later, &code_of(&fourth), NEW).await, "EXPIRED");
    assert_eq!(set(&later, &code_of(&last), "Lại một mật khẩu khác hẳn").await, true);
    post.has_no_more().await;
}

#[tokio::test]
async fn a_server_that_dies_while_it_sends_leaves_a_code_that_the_next_one_ends() {
    let mut post = Post::open().await;
    let office = Office::open().await;
    office.mails(office.lan).await;
    let writer = office.door.writer();
    let left = claim(&writer).await.unwrap().unwrap();
    let code = password::mail::issue(&writer, &left).await.unwrap().unwrap().reset.token;
    let over = "UPDATE account_mail SET lease_until = '2026-01-01T00:00:00Z' WHERE state = 'SENDING'";
    office.db.execute(over).await;
    send(&office.db, &post.mailer(), TimeDelta::zero()).await;
    assert_eq!(office.states().await, "lan SENT");
    assert!(password::mail::issue(&writer, &left).await.unwrap().is_none(), "it is another server's by now");
    assert_eq!(set(&office.door, code.expose_secret(), NEW).await, "EXPIRED");
    assert_eq!(set(&office.door, &code_of(&post.next().await), NEW).await, true);
    post.has_no_more().await;
}

#[tokio::test]
async fn nothing_goes_to_whom_it_should_not_any_more() {
    let post = Post::open().await;
    let office = Office::open().await;
    let account = id::encode(b'k', office.lan).to_string();
    // A code in hand takes the place of what waits.
    office.mails(office.lan).await;
    let query = "mutation ($input: AccountInput!) { it: createPasswordReset(input: $input) { token } }";
    let given = json!({ "input": { "account": account } });
    let made = office.door.ask_as(&office.admin.access, query, given).await.whole();
    send(&office.db, &post.mailer(), TimeDelta::zero()).await;
    assert_eq!(office.states().await, "lan DROPPED");
    // And what an administrator has mailed, that of a code in hand.
    office.mails(office.lan).await;
    assert_eq!(set(&office.door, made["it"]["token"].as_str().unwrap(), NEW).await, "EXPIRED");
    // Whoever asked for it could not do so any more; the account is disabled; it has no address.
    for meanwhile in [
        "UPDATE role_grant SET valid_until = '2025-02-01'",
        "UPDATE role_grant SET valid_until = NULL; UPDATE account SET status = 'DISABLED' WHERE login = 'lan'",
        "UPDATE account SET status = 'ACTIVE'; UPDATE account SET email = NULL WHERE login = 'lan'",
    ] {
        office.db.execute("UPDATE account_mail SET state = 'WAITING', ended_at = NULL").await;
        office.db.execute(meanwhile).await;
        send(&office.db, &post.mailer(), TimeDelta::zero()).await;
        assert_eq!(office.states().await, "lan DROPPED, lan DROPPED", "{meanwhile}");
    }
    post.has_no_more().await;
}

#[tokio::test]
async fn a_stranger_ends_no_code_that_an_administrator_gave() {
    let mut post = Post::open().await;
    let office = Office::open().await;
    office.mails(office.lan).await;
    send(&office.db, &post.mailer(), TimeDelta::zero()).await;
    let later = office.door.later(TimeDelta::minutes(20));
    forgets(&later, "lan").await;
    send(&office.db, &post.mailer(), TimeDelta::minutes(20)).await;
    assert_eq!(office.states().await, "lan SENT, lan SENT");
    let codes = [code_of(&post.next().await), code_of(&post.next().await)];
    // Both are hers; one that is used ends the other.
    assert_eq!(set(&later, &codes[0], NEW).await, true);
    assert_eq!(set(&later, &codes[1], NEW).await, "EXPIRED");
    post.has_no_more().await;
}

#[tokio::test]
async fn what_stands_in_the_way_is_said() {
    let office = Office::open().await;
    let refused = |code: &str| json!([{ "code": code, "field": ["input", "account"] }]);
    office.db.execute("UPDATE account SET email = NULL WHERE login = 'lan'").await;
    assert_eq!(office.mails(office.lan).await, refused("NO_ADDRESS"));
    office.db.execute("UPDATE account SET status = 'DISABLED' WHERE login = 'lan'").await;
    assert_eq!(office.mails(office.lan).await, refused("NOT_IN_STATE"));
    let quan = office.db.text("SELECT id FROM account WHERE login = 'quan'").await.parse().unwrap();
    assert_eq!(office.mails(quan).await, refused("OWN_ACCOUNT"));
    // Where no mail is sent, whoever asks is told so, whatever the login.
    let door = Door::with(&office.db, &[(settings::SECOND_FACTOR_ROLES, "none")]).await;
    let admin = door.sign_in("quan", PASSWORD).await.unwrap();
    office.db.execute("UPDATE account SET status = 'ACTIVE', email = 'lan@quangngai.gov.vn' WHERE login = 'lan'").await;
    assert_eq!(mails(&door, &admin, office.lan).await, refused("NO_MAIL"));
    for login in ["lan", "khong.co"] {
        let told = json!({ "done": false, "userErrors": [{ "code": "NO_MAIL", "field": ["input"] }] });
        assert_eq!(forgets(&door, login).await, told);
    }
    assert_eq!(office.states().await, "");
}
