//! Signing in, staying so, and ending it.

use std::time::Duration;

use auth::{Principal, action, password::Password};
use chrono::TimeDelta;
use db::sign_in::{self, Credentials};
use futures_util::future::join_all;
use schema::tokens::TokenIssuer as _;
use serde_json::{Value, json};
use tests::{
    TestDb,
    door::{Door, PASSWORD, Tokens},
    sql,
};
use tokio::time::timeout;

/// Longer than anything here may take: a test that would wait for ever fails instead.
const PATIENCE: Duration = Duration::from_secs(20);

const VIEWER: &str =
    "{ viewer { account { login fullName } roles rolesWaitingForSecondFactor session { current clientName }
    sessions { id address current secondFactor createdAt lastUsedAt expiresAt } } }";

const WRONG: &str = "không phải mật khẩu này";

const END: &str = "mutation ($id: ID!) { endSession(input: { session: $id }) { done userErrors { code } } }";

struct Home {
    db: TestDb,
    door: Door,
}

impl Home {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let door = Door::open(&db).await;
        door.admit(&db, "lan", "Nguyễn Thị Lan").await;
        Self { db, door }
    }

    /// The reasons of the failed tries, in their order.
    async fn failures(&self) -> String {
        let query =
            "SELECT coalesce(string_agg(after ->> 'reason', ' ' ORDER BY id), '') FROM audit_entry WHERE NOT succeeded";
        self.db.text(query).await
    }

    async fn fail(&self, door: &Door, times: usize) {
        for _ in 0..times {
            assert_eq!(door.sign_in("lan", WRONG).await.unwrap_err(), "WRONG_CREDENTIALS");
        }
    }
}

async fn viewer(door: &Door, tokens: &Tokens) -> Value {
    door.ask_as(&tokens.access, VIEWER, Value::Null).await.whole()["viewer"].clone()
}

#[tokio::test]
async fn whoever_signs_in_is_the_viewer() {
    let home = Home::new().await;
    let nobody = home.door.ask(VIEWER, Value::Null).await;
    assert_eq!((&nobody.data["viewer"], &nobody.errors[0]["message"]), (&Value::Null, &json!("Sign in first")));
    let tokens = home.door.sign_in("  LAN ", PASSWORD).await.unwrap();
    let viewer = viewer(&home.door, &tokens).await;
    assert_eq!(viewer["account"], json!({ "login": "lan", "fullName": "Nguyễn Thị Lan" }));
    assert_eq!(viewer["session"], json!({ "current": true, "clientName": "test" }));
    assert_eq!(viewer["sessions"].as_array().unwrap().len(), 1);
    let audited =
        "SELECT action || ' ' || actor_kind || ' ' || noun || ' ' || succeeded FROM audit_entry WHERE noun = 'session'";
    assert_eq!(home.db.text(audited).await, "SIGN_IN USER session true");
}

#[tokio::test]
async fn every_failure_is_answered_alike_and_costs_the_same_work() {
    let Home { db, door } = Home::new().await;
    door.admit(&db, "hoa", "Trần Thị Hoa").await;
    door.admit(&db, "minh", "Lê Minh").await;
    let bare = door.admit(&db, "tam", "Phạm Tâm").await;
    db.execute("UPDATE account SET status = 'DISABLED' WHERE login = 'hoa'").await;
    db.execute(&format!("DELETE FROM password WHERE account_id = '{bare}'")).await;
    for _ in 0..6 {
        door.sign_in("minh", WRONG).await.unwrap_err();
    }
    let entrance = door.authority().entrance();
    let permit = Principal::nobody().permit::<action::SignIn>().unwrap();
    let mut work = Vec::new();
    // Unknown, disabled with the right password, blocked with the right password, without a password, wrong.
    for (login, password) in [("ai", WRONG), ("hoa", PASSWORD), ("minh", PASSWORD), ("tam", WRONG), ("lan", WRONG)] {
        let (writer, before) = (door.writer(), entrance.passwords.compared());
        let (login, password) = (login.to_owned(), Password::from(password));
        let given = Credentials { login, password, factor: db::second_factor::Given::default() };
        let error = sign_in::sign_in(&writer, &permit, entrance, given).await.unwrap_err();
        work.push((error.to_string(), writer.statements(), entrance.passwords.compared() - before));
    }
    assert_eq!((work[0].1, work[0].2), (3, 1), "look up, count, note; compare one password");
    assert!(work.iter().all(|one| *one == work[0]), "{work:#?}");
    let reasons = "SELECT string_agg(after ->> 'reason', ' ' ORDER BY id) FROM audit_entry WHERE NOT succeeded";
    let reasons = db.text(reasons).await;
    assert!(reasons.ends_with(" UNKNOWN_LOGIN DISABLED BLOCKED WRONG_PASSWORD WRONG_PASSWORD"), "{reasons}");
}

/// A fault of ours, after the password was found right.
#[tokio::test]
async fn what_fails_through_no_fault_of_theirs_counts_as_no_wrong_password() {
    let Home { db, door } = Home::new().await;
    let permit = Principal::nobody().permit::<action::SignIn>().unwrap();
    db.execute("ALTER TABLE audit_head RENAME TO audit_away").await;
    let (login, password) = ("lan".to_owned(), Password::from(PASSWORD));
    let given = Credentials { login, password, factor: db::second_factor::Given::default() };
    let error = sign_in::sign_in(&door.writer(), &permit, door.authority().entrance(), given).await.unwrap_err();
    assert!(error.to_string().contains("audit_head"), "{error}");
    assert_eq!(db.text("SELECT coalesce(sum(failures), 0) FROM sign_in_throttle").await, "0");
    db.execute("ALTER TABLE audit_away RENAME TO audit_head").await;
    door.sign_in("lan", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn what_was_typed_is_noted_only_if_it_is_a_login() {
    let Home { db, door } = Home::new().await;
    // The password in the field of the login, as people do.
    door.sign_in(PASSWORD, "lan").await.unwrap_err();
    door.sign_in("lan", WRONG).await.unwrap_err();
    door.sign_in("lan", PASSWORD).await.unwrap();
    let dump = "SELECT string_agg(audit_entry::text, E'\\n') || (SELECT string_agg(sign_in_throttle::text, '') FROM sign_in_throttle)
        || (SELECT string_agg(session::text, '') FROM session) FROM audit_entry";
    let dump = db.text(dump).await;
    for secret in [PASSWORD, WRONG] {
        assert!(!dump.contains(secret), "{dump}");
    }
    let noted =
        "SELECT string_agg(coalesce(after ->> 'login', '?'), ' ' ORDER BY id) FROM audit_entry WHERE NOT succeeded";
    assert_eq!(db.text(noted).await, "? lan");
}

#[tokio::test]
async fn guessing_becomes_slow_and_ends_by_itself() {
    let home = Home::new().await;
    let door = &home.door;
    home.fail(door, 6).await;
    // The sixth made the next wait for a second, the right password too.
    home.fail(door, 3).await;
    assert_eq!(door.sign_in("lan", PASSWORD).await.unwrap_err(), "WRONG_CREDENTIALS");
    let free = [vec!["WRONG_PASSWORD"; 6], vec!["BLOCKED"; 4]].concat().join(" ");
    assert_eq!(home.failures().await, free);
    // Two seconds after the next, and the tries in between have not made it longer.
    let later = door.later(TimeDelta::seconds(1));
    home.fail(&later, 1).await;
    assert!(later.later(TimeDelta::milliseconds(1_999)).sign_in("lan", PASSWORD).await.is_err());
    let later = later.later(TimeDelta::seconds(2));
    later.sign_in("lan", PASSWORD).await.unwrap();
    // All is forgotten.
    home.fail(&later, 5).await;
    later.sign_in("lan", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn no_wait_is_longer_than_a_quarter_of_an_hour() {
    let home = Home::new().await;
    let mut door = home.door.clone();
    for _ in 0..40 {
        home.fail(&door, 1).await;
        door = door.later(TimeDelta::minutes(15));
    }
    assert!(!home.failures().await.contains("BLOCKED"));
    door.sign_in("lan", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn guesses_at_once_are_counted_before_they_are_answered() {
    let home = Home::new().await;
    let guesses = (0..16).map(|_| home.door.sign_in("lan", WRONG));
    assert!(join_all(guesses).await.iter().all(Result::is_err));
    assert_eq!(home.failures().await.matches("WRONG_PASSWORD").count(), 6);
    assert_eq!(home.failures().await.matches("BLOCKED").count(), 10);
}

#[tokio::test]
async fn a_stranger_elsewhere_shuts_nobody_out() {
    let home = Home::new().await;
    home.door.sign_in("lan", PASSWORD).await.unwrap();
    home.fail(&home.door.from("198.51.100.7"), 10).await;
    home.door.sign_in("lan", PASSWORD).await.unwrap();
    // Nor do many at many addresses, where the person is known.
    for number in 0..60 {
        home.fail(&home.door.from(&format!("198.51.100.{number}")), 1).await;
    }
    assert!(home.failures().await.ends_with("BLOCKED"), "guesses from everywhere become slow");
    assert!(home.door.from("192.0.2.1").sign_in("lan", PASSWORD).await.is_err());
    home.door.sign_in("lan", PASSWORD).await.unwrap();
    home.door.from("192.0.2.1").later(TimeDelta::minutes(1)).sign_in("lan", PASSWORD).await.unwrap();
}

/// Whoever tries it takes a turn of the address as well, and not the same one twice.
#[tokio::test]
async fn no_login_at_all_is_wrong_and_shuts_nobody_out() {
    let home = Home::new().await;
    let nowhere = home.door.from("");
    for login in ["", "   ", "\u{200b}"] {
        for door in [&home.door, &nowhere] {
            let refused = timeout(PATIENCE, door.sign_in(login, WRONG)).await.expect("it is answered");
            assert_eq!(refused.unwrap_err(), "WRONG_CREDENTIALS", "{login:?}");
        }
    }
    home.door.sign_in("lan", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn one_address_does_not_try_all_logins() {
    let home = Home::new().await;
    for number in 0..31 {
        assert!(home.door.sign_in(&format!("nguoi{number}"), WRONG).await.is_err());
    }
    // Another address of the same connection is the same.
    assert!(home.door.sign_in("lan", PASSWORD).await.is_err());
    assert!(home.failures().await.ends_with("UNKNOWN_LOGIN BLOCKED"));
    home.door.from("203.0.113.11").sign_in("lan", PASSWORD).await.unwrap();
    home.door.later(TimeDelta::seconds(1)).sign_in("lan", PASSWORD).await.unwrap();
}

/// Whoever begins earlier may be counted later, also on a node whose clock is behind.
#[tokio::test]
async fn colleagues_who_sign_in_at_the_same_moment_are_all_let_in() {
    let Home { db, door } = Home::new().await;
    let colleagues = ["hoa", "minh", "tam", "tuan", "dung", "lan"];
    for login in &colleagues[..5] {
        door.admit(&db, login, login).await;
    }
    let nodes: Vec<_> = [0, 10, -10, 3_600, -1, 0].map(|seconds| door.later(TimeDelta::seconds(seconds))).into();
    for _ in 0..2 {
        let at_once = nodes.iter().zip(colleagues).map(|(node, login)| node.sign_in(login, PASSWORD));
        for signed_in in join_all(at_once).await {
            signed_in.unwrap();
        }
        for (node, login) in nodes.iter().rev().zip(colleagues) {
            node.sign_in(login, PASSWORD).await.unwrap();
        }
    }
    assert_eq!(db.text("SELECT count(*) FROM sign_in_throttle WHERE blocked_until IS NOT NULL").await, "0");
    assert_eq!(db.text("SELECT count(*) FROM audit_entry WHERE NOT succeeded").await, "0");
}

/// What is under way is no failure yet: of one account, and of several behind one address.
#[tokio::test]
async fn right_passwords_at_the_same_moment_are_all_right() {
    let Home { db, door } = Home::new().await;
    for signed_in in join_all((0..40).map(|_| door.sign_in("lan", PASSWORD))).await {
        signed_in.unwrap();
    }
    let colleagues: Vec<_> = (0..40).map(|number| format!("vien.chuc.{number}")).collect();
    for login in &colleagues {
        door.admit(&db, login, "Phạm Văn Bình").await;
    }
    for signed_in in join_all(colleagues.iter().map(|login| door.sign_in(login, PASSWORD))).await {
        signed_in.unwrap();
    }
    assert_eq!(db.text("SELECT count(*) FROM sign_in_throttle WHERE blocked_until IS NOT NULL").await, "0");
    assert_eq!(db.text("SELECT count(*) FROM audit_entry WHERE NOT succeeded").await, "0");
}

/// Whoever waits for a key holds none that comes after it, in whatever order the keys are given: so no two wait for one another.
#[tokio::test]
async fn keys_are_locked_in_one_order() {
    let db = TestDb::new().await;
    let (first, last) = (r"'\x01'::bytea", r"'\x02'::bytea");
    let calls = |one: &str, other: &str| {
        let keys = format!("ARRAY[{one}, {other}]");
        [
            format!("SELECT sign_in_count({keys}, ARRAY[5, 5], ARRAY[60, 60], NULL)"),
            format!("SELECT sign_in_take_back({keys}, {one})"),
        ]
    };
    db.execute(&calls(first, last)[0]).await;
    for call in calls(first, last).into_iter().chain(calls(last, first)) {
        let (mut holder, mut third, mut waiting) = (db.connect().await, db.connect().await, db.connect().await);
        sql::execute(&mut holder, &format!("BEGIN; SELECT FROM sign_in_throttle WHERE key = {first} FOR UPDATE"))
            .await
            .unwrap();
        let shown = call.clone();
        let waits = tokio::spawn(async move { sql::execute(&mut waiting, &call).await });
        let locked =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        timeout(PATIENCE, async { while db.text(locked).await != "1" {} }).await.expect("it waits for the first key");
        let other = format!("BEGIN; SELECT FROM sign_in_throttle WHERE key = {last} FOR UPDATE NOWAIT; ROLLBACK");
        sql::execute(&mut third, &other).await.unwrap_or_else(|error| panic!("{shown}: {error}"));
        sql::execute(&mut holder, "ROLLBACK").await.unwrap();
        timeout(PATIENCE, waits).await.expect("it goes on").unwrap().unwrap();
    }
}

/// A node's own clock decides nothing: it may be an hour ahead or behind.
#[tokio::test]
async fn waits_are_measured_by_the_databases_clock() {
    let Home { db, door } = Home::new().await;
    let permit = Principal::nobody().permit::<action::SignIn>().unwrap();
    let entrance = door.authority().entrance();
    let sign_in = async |node: &Door, password: &str| {
        let given = Credentials {
            login: "lan".to_owned(),
            password: Password::from(password),
            factor: db::second_factor::Given::default(),
        };
        sign_in::sign_in(&node.writer().by_machine_clock(), &permit, entrance, given).await.is_ok()
    };
    let (ahead, behind) = (door.later(TimeDelta::hours(1)), door.later(TimeDelta::hours(-1)));
    for node in [&ahead, &behind, &ahead, &behind, &ahead, &behind] {
        assert!(!sign_in(node, WRONG).await);
    }
    let wait =
        "blocked_until BETWEEN clock_timestamp() - interval '1 minute' AND clock_timestamp() + interval '1 second'";
    assert_eq!(db.text(&format!("SELECT count(*) FROM sign_in_throttle WHERE {wait}")).await, "1");
    // The wait goes on for all, and then ends for all.
    db.execute("UPDATE sign_in_throttle SET blocked_until = clock_timestamp() + interval '10 minutes' WHERE blocked_until IS NOT NULL").await;
    assert!(!sign_in(&ahead, PASSWORD).await && !sign_in(&behind, PASSWORD).await);
    db.execute("UPDATE sign_in_throttle SET blocked_until = clock_timestamp() WHERE blocked_until IS NOT NULL").await;
    assert!(sign_in(&behind, PASSWORD).await && sign_in(&ahead, PASSWORD).await);
    // A wait that no rule makes, left behind by a clock that was wrong, holds nobody up.
    db.execute("UPDATE sign_in_throttle SET blocked_until = clock_timestamp() + interval '1 hour'").await;
    assert!(sign_in(&behind, PASSWORD).await);
}

#[tokio::test]
async fn what_is_counted_is_forgotten_after_a_day() {
    let home = Home::new().await;
    home.fail(&home.door, 5).await;
    let tomorrow = home.door.later(TimeDelta::days(1) + TimeDelta::seconds(1));
    tomorrow.sign_in("ai", WRONG).await.unwrap_err();
    assert_eq!(home.db.text("SELECT count(*)::text FROM sign_in_throttle").await, "3");
}

#[tokio::test]
async fn a_refresh_gives_another_token_and_keeps_the_session() {
    let Home { db: _db, door } = Home::new().await;
    let first = door.sign_in("lan", PASSWORD).await.unwrap();
    let door = door.later(TimeDelta::minutes(11));
    assert!(!door.knows(&first.access).await, "the access token has expired");
    let second = door.refresh(&first.refresh).await.unwrap();
    assert!(second.refresh != first.refresh && door.knows(&second.access).await);
    let seen = viewer(&door, &second).await;
    assert_eq!(seen["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(seen["sessions"][0]["lastUsedAt"], json!(door.now().to_rfc3339()));
}

#[tokio::test]
async fn a_lost_answer_is_given_again_as_long_as_nobody_has_used_it() {
    let Home { db, door } = Home::new().await;
    let first = door.sign_in("lan", PASSWORD).await.unwrap();
    let second = door.refresh(&first.refresh).await.unwrap();
    for later in [TimeDelta::seconds(12), TimeDelta::hours(3), TimeDelta::days(6)] {
        let again = door.later(later).refresh(&first.refresh).await.unwrap();
        assert_eq!(again.refresh, second.refresh);
        assert!(door.later(later).knows(&again.access).await);
    }
    assert_eq!(db.text("SELECT count(*)::text FROM refresh_token").await, "2");
    // What comes again is no use of the session, and does not lengthen it.
    assert_eq!(door.later(TimeDelta::days(7)).refresh(&first.refresh).await.unwrap_err(), "EXPIRED");
    let door = door.later(TimeDelta::days(6));
    let third = door.refresh(&second.refresh).await.unwrap();
    assert_eq!(door.refresh(&first.refresh).await.unwrap_err(), "EXPIRED", "two have it");
    assert_eq!(door.refresh(&third.refresh).await.unwrap_err(), "EXPIRED", "the session has ended");
}

#[tokio::test]
async fn a_token_whose_successor_was_used_is_a_copy_even_a_moment_later() {
    let Home { db: _db, door } = Home::new().await;
    let first = door.sign_in("lan", PASSWORD).await.unwrap();
    let second = door.refresh(&first.refresh).await.unwrap();
    let third = door.refresh(&second.refresh).await.unwrap();
    assert_eq!(door.refresh(&first.refresh).await.unwrap_err(), "EXPIRED");
    assert_eq!(door.refresh(&third.refresh).await.unwrap_err(), "EXPIRED", "the session has ended");
}

#[tokio::test]
async fn two_refreshes_at_once_give_one_successor() {
    let Home { db, door } = Home::new().await;
    let first = door.sign_in("lan", PASSWORD).await.unwrap();
    let answers = join_all((0..6).map(|_| door.refresh(&first.refresh))).await;
    let mut tokens: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().refresh).collect();
    tokens.dedup();
    assert_eq!(tokens.len(), 1);
    assert_eq!(db.text("SELECT count(*)::text FROM refresh_token").await, "2");
}

#[tokio::test]
async fn a_used_token_that_comes_again_ends_the_session() {
    let Home { db, door } = Home::new().await;
    let first = door.sign_in("lan", PASSWORD).await.unwrap();
    let other = door.sign_in("lan", PASSWORD).await.unwrap();
    let second = door.refresh(&first.refresh).await.unwrap();
    let third = door.refresh(&second.refresh).await.unwrap();
    let door = door.later(TimeDelta::seconds(1));
    assert_eq!(door.refresh(&first.refresh).await.unwrap_err(), "EXPIRED");
    assert_eq!(door.refresh(&third.refresh).await.unwrap_err(), "EXPIRED", "the thief's and the owner's alike");
    assert!(!door.knows(&third.access).await);
    assert!(door.knows(&other.access).await, "other devices go on");
    let audited =
        "SELECT action || ' ' || succeeded || ' ' || (after ->> 'reason') FROM audit_entry ORDER BY id DESC LIMIT 1";
    assert_eq!(db.text(audited).await, "REFRESH_SESSION false TOKEN_REUSED");
}

#[tokio::test]
async fn a_session_ends_unused_after_a_week_and_used_after_a_month() {
    let Home { db: _db, door } = Home::new().await;
    let unused = door.sign_in("lan", PASSWORD).await.unwrap();
    assert_eq!(door.later(TimeDelta::days(7)).refresh(&unused.refresh).await.unwrap_err(), "EXPIRED");
    let (mut token, mut day) = (door.sign_in("lan", PASSWORD).await.unwrap().refresh, door.clone());
    for _ in 0..4 {
        day = day.later(TimeDelta::days(6));
        token = day.refresh(&token).await.unwrap().refresh;
    }
    day = day.later(TimeDelta::days(5));
    token = day.refresh(&token).await.unwrap().refresh;
    assert_eq!(day.later(TimeDelta::days(1)).refresh(&token).await.unwrap_err(), "EXPIRED");
}

#[tokio::test]
async fn a_refresh_token_expires_no_later_than_its_session() {
    let Home { db: _db, door } = Home::new().await;
    let expiry = "mutation ($token: String!) { refreshSession(input: { refreshToken: $token }) { tokens { refreshToken refreshTokenExpiresAt } } }";
    let (mut token, mut day) = (door.sign_in("lan", PASSWORD).await.unwrap().refresh, door.clone());
    for ends in [13, 19, 25, 30] {
        day = day.later(TimeDelta::days(6));
        let told = day.ask(expiry, json!({ "token": token })).await.whole();
        let tokens = &told["refreshSession"]["tokens"];
        assert_eq!(tokens["refreshTokenExpiresAt"], json!((door.now() + TimeDelta::days(ends)).to_rfc3339()));
        token = tokens["refreshToken"].as_str().unwrap().to_owned();
    }
}

#[tokio::test]
async fn neither_token_passes_for_the_other() {
    let Home { db: _db, door } = Home::new().await;
    let tokens = door.sign_in("lan", PASSWORD).await.unwrap();
    assert_eq!(door.refresh(&tokens.access).await.unwrap_err(), "EXPIRED");
    assert!(!door.knows(&tokens.refresh).await);
    door.refresh(&tokens.refresh).await.unwrap();
}

#[tokio::test]
async fn a_disabled_account_does_not_go_on() {
    let Home { db, door } = Home::new().await;
    let tokens = door.sign_in("lan", PASSWORD).await.unwrap();
    db.execute("UPDATE account SET status = 'DISABLED'").await;
    assert_eq!(door.refresh(&tokens.refresh).await.unwrap_err(), "EXPIRED");
    assert!(!door.knows(&tokens.access).await);
}

#[tokio::test]
async fn one_ends_ones_own_sessions_and_no_others() {
    let Home { db, door } = Home::new().await;
    door.admit(&db, "hoa", "Trần Thị Hoa").await;
    let (phone, office) = (door.sign_in("lan", PASSWORD).await.unwrap(), door.sign_in("lan", PASSWORD).await.unwrap());
    let hoa = door.sign_in("hoa", PASSWORD).await.unwrap();
    let seen = viewer(&door, &office).await;
    let other = seen["sessions"].as_array().unwrap().iter().find(|session| session["current"] == false).unwrap();

    let strange = door.ask_as(&hoa.access, END, json!({ "id": other["id"] })).await;
    assert_eq!(strange.errors[0]["message"], "Not found");
    assert!(door.knows(&phone.access).await);

    let ended = door.ask_as(&office.access, END, json!({ "id": other["id"] })).await.whole();
    assert_eq!(ended["endSession"]["done"], true);
    let elsewhere = door.later(TimeDelta::zero());
    assert!(!elsewhere.knows(&phone.access).await && elsewhere.refresh(&phone.refresh).await.is_err());
    assert_eq!(viewer(&door, &office).await["sessions"].as_array().unwrap().len(), 1);

    let out = door.ask_as(&office.access, "mutation { signOut { done } }", Value::Null).await.whole();
    assert_eq!(out["signOut"]["done"], true);
    let elsewhere = door.later(TimeDelta::zero());
    assert!(!elsewhere.knows(&office.access).await && elsewhere.knows(&hoa.access).await);
    let audited = "SELECT string_agg(after ->> 'reason', ' ' ORDER BY id) FROM audit_entry WHERE action = 'SIGN_OUT'";
    assert_eq!(db.text(audited).await, "REVOKED SIGNED_OUT");
}

#[tokio::test]
async fn signing_out_everywhere_ends_all_of_ones_own() {
    let Home { db, door } = Home::new().await;
    door.admit(&db, "hoa", "Trần Thị Hoa").await;
    let mine = [door.sign_in("lan", PASSWORD).await.unwrap(), door.sign_in("lan", PASSWORD).await.unwrap()];
    let hoa = door.sign_in("hoa", PASSWORD).await.unwrap();
    let out = door.ask_as(&mine[0].access, "mutation { signOutEverywhere { done } }", Value::Null).await.whole();
    assert_eq!(out["signOutEverywhere"]["done"], true);
    let elsewhere = door.later(TimeDelta::zero());
    for tokens in &mine {
        assert!(!elsewhere.knows(&tokens.access).await && elsewhere.refresh(&tokens.refresh).await.is_err());
    }
    assert!(elsewhere.knows(&hoa.access).await);
}

#[tokio::test]
async fn ending_a_session_needs_one() {
    let Home { db: _db, door } = Home::new().await;
    for query in ["mutation { signOut { done } }", "mutation { signOutEverywhere { done } }"] {
        assert_eq!(door.ask(query, Value::Null).await.errors[0]["message"], "Sign in first");
    }
}
