//! Passwords: which are accepted, and how they are changed.

use api::config::settings;
use auth::hash;
use chrono::TimeDelta;
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    TestDb,
    door::{Door, PASSWORD, Tokens, hex},
};

const NEW: &str = "Ba sông bảy núi một chiều";

const CHANGE: &str = "mutation ($old: String!, $new: String!) { it: changePassword(input: { currentPassword: $old, newPassword: $new }) {
    done userErrors { code field message limit } } }";

const RESET: &str =
    "mutation ($token: String!, $new: String!) { it: setPasswordByReset(input: { token: $token, newPassword: $new }) {
    done userErrors { code field } } }";

async fn home() -> (TestDb, Door) {
    let db = TestDb::new().await;
    let door = Door::open(&db).await;
    door.admit(&db, "lan", "Nguyễn Thị Lan").await;
    (db, door)
}

async fn change(door: &Door, tokens: &Tokens, old: &str, new: &str) -> Value {
    door.ask_as(&tokens.access, CHANGE, json!({ "old": old, "new": new })).await.whole()["it"].clone()
}

/// A link as an administrator makes it.
async fn link(db: &TestDb, door: &Door, token: &str) {
    let hash = hex(&hash::of(token));
    let (now, until) = (door.now(), door.now() + TimeDelta::minutes(30));
    db.execute(&format!(
        "INSERT INTO password_reset SELECT '\\x{hash}', id, '{now}', NULL, '{until}', NULL FROM account WHERE login = 'lan'"
    ))
    .await;
}

async fn reset(door: &Door, token: &str, new: &str) -> Value {
    door.ask(RESET, json!({ "token": token, "new": new })).await.whole()["it"].clone()
}

#[tokio::test]
async fn a_password_is_the_same_in_both_normal_forms() {
    let (db, door) = home().await;
    let decomposed = db.text(&format!("SELECT normalize('{PASSWORD}', NFD)")).await;
    assert_ne!(decomposed, PASSWORD);
    let tokens = door.sign_in("lan", &decomposed).await.unwrap();
    assert_eq!(
        change(&door, &tokens, &decomposed, &db.text(&format!("SELECT normalize('{NEW}', NFD)")).await).await["done"],
        true
    );
    door.sign_in("lan", NEW).await.unwrap();
}

#[tokio::test]
async fn a_refused_password_says_why_in_both_languages() {
    let (_db, door) = home().await;
    let tokens = door.sign_in("lan", PASSWORD).await.unwrap();
    for (new, code, limit, vi, en) in [
        ("ngắn thôi", "TOO_SHORT", json!(12), "Ngắn quá: tối thiểu 12 ký tự", "Too short: at least 12 characters"),
        (&"dài ".repeat(33), "TOO_LONG", json!(128), "Dài quá: tối đa 128 ký tự", "Too long: at most 128 characters"),
        ("chín con trâu\u{1b}[31m", "MALFORMED", Value::Null, "Không đúng định dạng", "Not of the expected form"),
        (
            "NGUYEN THI LAN",
            "PASSWORD_IS_NAME",
            Value::Null,
            "Mật khẩu không được trùng tên đăng nhập, họ tên hay địa chỉ thư",
            "The password must not be your login, name or address",
        ),
        (
            "Password1234!",
            "COMMON_PASSWORD",
            Value::Null,
            "Mật khẩu này quá phổ biến, hãy chọn mật khẩu khác",
            "This password is among those guessed first: choose another",
        ),
    ] {
        for (language, message) in [(Language::Vi, vi), (Language::En, en)] {
            let refused = change(&door.who_reads(language), &tokens, PASSWORD, new).await;
            let wanted =
                json!([{ "code": code, "field": ["input", "newPassword"], "message": message, "limit": limit }]);
            assert_eq!(refused, json!({ "done": false, "userErrors": wanted }));
        }
    }
    // None of it was a failed try.
    door.sign_in("lan", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_change_needs_the_old_password_and_ends_the_other_sessions() {
    let (db, door) = home().await;
    let (here, there) = (door.sign_in("lan", PASSWORD).await.unwrap(), door.sign_in("lan", PASSWORD).await.unwrap());
    let refused = change(&door, &here, "chín con trâu qua sông", NEW).await;
    assert_eq!(refused["userErrors"][0]["code"], "WRONG_CREDENTIALS");
    assert_eq!(refused["userErrors"][0]["field"], json!(["input", "currentPassword"]));
    assert!(door.knows(&there.access).await);

    assert_eq!(change(&door, &here, PASSWORD, NEW).await, json!({ "done": true, "userErrors": [] }));
    let elsewhere = door.later(TimeDelta::zero());
    assert!(elsewhere.knows(&here.access).await);
    assert!(!elsewhere.knows(&there.access).await && elsewhere.refresh(&there.refresh).await.is_err());
    assert_eq!(door.sign_in("lan", PASSWORD).await.unwrap_err(), "WRONG_CREDENTIALS");
    door.sign_in("lan", NEW).await.unwrap();
    let audited =
        "SELECT string_agg(succeeded::text, ' ' ORDER BY id) FROM audit_entry WHERE action = 'CHANGE_PASSWORD'";
    assert_eq!(db.text(audited).await, "false true");
    let trail = db.text("SELECT string_agg(audit_entry::text, '') FROM audit_entry").await;
    assert!(!trail.contains(NEW) && !trail.contains("argon2"), "{trail}");
}

#[tokio::test]
async fn guessing_with_a_stolen_token_is_as_slow_as_at_the_door() {
    let (_db, door) = home().await;
    let tokens = door.sign_in("lan", PASSWORD).await.unwrap();
    for _ in 0..6 {
        change(&door, &tokens, "chín con trâu qua sông", NEW).await;
    }
    assert_eq!(change(&door, &tokens, PASSWORD, NEW).await["userErrors"][0]["code"], "WRONG_CREDENTIALS");
    assert_eq!(change(&door.later(TimeDelta::seconds(1)), &tokens, PASSWORD, NEW).await["done"], true);
}

#[tokio::test]
async fn a_link_sets_a_password_once_and_ends_all_sessions() {
    let (db, door) = home().await;
    let tokens = door.sign_in("lan", PASSWORD).await.unwrap();
    link(&db, &door, "một").await;
    link(&db, &door, "hai").await;
    let weak = reset(&door, "một", "Password1234!").await;
    assert_eq!(weak["userErrors"], json!([{ "code": "COMMON_PASSWORD", "field": ["input", "newPassword"] }]));
    assert_eq!(reset(&door, "một", NEW).await, json!({ "done": true, "userErrors": [] }));
    assert!(!door.knows(&tokens.access).await);
    door.sign_in("lan", NEW).await.unwrap();
    // It is used up, and so is the other one.
    for token in ["một", "hai", "ba"] {
        let refused = reset(&door, token, "Lại một mật khẩu khác hẳn").await;
        assert_eq!(refused["userErrors"], json!([{ "code": "EXPIRED", "field": ["input", "token"] }]), "{token}");
    }
    let audited =
        "SELECT string_agg(succeeded::text, ' ' ORDER BY id) FROM audit_entry WHERE action = 'SET_PASSWORD_BY_RESET'";
    assert_eq!(db.text(audited).await, "true false false false");
}

#[tokio::test]
async fn a_link_holds_for_half_an_hour_and_for_accounts_in_use() {
    let (db, door) = home().await;
    link(&db, &door, "một").await;
    let refused = reset(&door.later(TimeDelta::minutes(30)), "một", NEW).await;
    assert_eq!(refused["userErrors"][0]["code"], "EXPIRED");
    db.execute("UPDATE account SET status = 'DISABLED'").await;
    assert_eq!(reset(&door, "một", NEW).await["userErrors"][0]["code"], "EXPIRED");
    db.execute("UPDATE account SET status = 'ACTIVE'").await;
    assert_eq!(reset(&door.later(TimeDelta::minutes(29)), "một", NEW).await["done"], true);
}

#[tokio::test]
async fn a_hash_is_made_anew_when_its_cost_has_risen() {
    let (db, door) = home().await;
    let hash = "SELECT hash FROM password";
    assert!(db.text(hash).await.contains("$m=19456,t=2,p=1$"));
    let dearer = Door::with(&db, &[(settings::PASSWORD_PASSES, "3")]).await;
    dearer.sign_in("lan", "chín con trâu qua sông").await.unwrap_err();
    assert!(db.text(hash).await.contains("$m=19456,t=2,p=1$"));
    dearer.sign_in("lan", PASSWORD).await.unwrap();
    let risen = db.text(hash).await;
    assert!(risen.contains("$m=19456,t=3,p=1$"));
    // Nor is it lowered again by a node that asks for less.
    door.sign_in("lan", PASSWORD).await.unwrap();
    assert_eq!(db.text(hash).await, risen);
}

/// An agency's administrator makes a link for somebody there; then something changes, and the link is used.
async fn link_of_small_reach(meanwhile: &str) -> (TestDb, Door, Value) {
    let db = TestDb::demo().await;
    let door = Door::open(&db).await;
    door.admit(&db, "lan", "Nguyễn Thị Lan").await;
    door.admit(&db, "quan", "Võ Minh Quân").await;
    db.execute(
        "UPDATE account SET agency_id = (SELECT id FROM agency WHERE code = 'qng.stc') WHERE login IN ('lan', 'quan');
         INSERT INTO role_grant (id, account_id, role, agency_id, with_below, valid_from, granted_at)
         SELECT gen_random_uuid(), a.id, 'ADMINISTRATOR', a.agency_id, true, '2020-01-01', now() FROM account a WHERE login = 'quan'",
    )
    .await;
    link(&db, &door, "một").await;
    db.execute("UPDATE password_reset SET created_by = (SELECT id FROM account WHERE login = 'quan')").await;
    db.execute(meanwhile).await;
    let done = reset(&door, "một", NEW).await;
    (db, door, done)
}

#[tokio::test]
async fn a_link_reaches_as_far_as_its_maker_reaches_now() {
    let (_db, _door, done) = link_of_small_reach("SELECT").await;
    assert_eq!(done["done"], true);
    for meanwhile in [
        // Whose password it sets has come to hold a role where its maker holds none.
        "INSERT INTO role_grant (id, account_id, role, agency_id, with_below, valid_from, granted_at)
         SELECT gen_random_uuid(), a.id, 'LEADER', g.id, true, '2020-01-01', now() FROM account a, agency g
         WHERE a.login = 'lan' AND g.code = 'qng.ubnd'",
        "UPDATE account SET agency_id = (SELECT id FROM agency WHERE code = 'qng.skhcn') WHERE login = 'lan'",
        "UPDATE account SET status = 'DISABLED' WHERE login = 'quan'",
        "UPDATE role_grant SET valid_until = '2020-01-02' WHERE account_id = (SELECT id FROM account WHERE login = 'quan')",
    ] {
        let (db, door, done) = link_of_small_reach(meanwhile).await;
        assert_eq!(done["userErrors"], json!([{ "code": "EXPIRED", "field": ["input", "token"] }]), "{meanwhile}");
        door.sign_in("lan", PASSWORD).await.unwrap();
        let audited = "SELECT string_agg(succeeded::text, ' ') FROM audit_entry WHERE action = 'SET_PASSWORD_BY_RESET'";
        assert_eq!(db.text(audited).await, "false");
    }
}
