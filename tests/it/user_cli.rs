//! `cotmoc user` as a process, from a database without anything in it.

use std::process::{Output, Stdio};

use serde_json::{Value, json};
use tests::{
    TestDb,
    door::{Door, PASSWORD},
    process::command,
};
use tokio::io::AsyncWriteExt as _;

async fn user(db: &TestDb, arguments: &[&str], input: &str) -> Output {
    let arguments = [&["user"], arguments].concat();
    let url = db.url().await;
    let environment = [
        ("DATABASE_URL", url.as_str()),
        ("COTMOC_SMTP_URL", "smtp://127.0.0.1"),
        ("COTMOC_MAIL_FROM", "cotmoc@quangngai.example"),
    ];
    let mut child = command(env!("CARGO_BIN_EXE_cotmoc_process"), &arguments, &environment)
        .env("COTMOC_DATA_DIR", "/nowhere")
        .env("COTMOC_CLOCK", tests::demo::now().to_rfc3339())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // It may have refused, and be gone, without reading.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    child.wait_with_output().await.unwrap()
}

async fn done(db: &TestDb, arguments: &[&str], input: &str) -> String {
    let output = user(db, arguments, input).await;
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

async fn refused(db: &TestDb, arguments: &[&str], input: &str) -> String {
    let output = user(db, arguments, input).await;
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

const FIRST: [&str; 6] = ["create", "Quan.Tri", "--full-name", "Đỗ Văn Quản", "--admin", "--password-stdin"];

#[tokio::test]
async fn the_first_administrator_comes_before_the_first_agency() {
    let db = TestDb::empty().await;
    let told = done(&db, &FIRST, &format!("{PASSWORD}\n")).await;
    assert!(told.contains("quan.tri is ADMINISTRATOR (everywhere)") && !told.contains(PASSWORD), "{told}");

    let door = Door::open(&db).await;
    let tokens = door.sign_in("quan.tri", PASSWORD).await.unwrap();
    let query = "{ viewer { account { fullName } rolesWaitingForSecondFactor } }";
    let viewer = door.ask_as(&tokens.access, query, Value::Null).await.whole();
    let wanted = json!({ "account": { "fullName": "Đỗ Văn Quản" }, "rolesWaitingForSecondFactor": ["ADMINISTRATOR"] });
    assert_eq!(viewer["viewer"], wanted);
    let trail = "SELECT string_agg(concat_ws(' ', actor_kind, action), ', ' ORDER BY id) FROM audit_entry WHERE noun = 'account'";
    assert!(db.text(trail).await.starts_with("OPERATOR CREATE_ACCOUNT"), "{}", db.text(trail).await);
}

#[tokio::test]
async fn somebody_gets_a_role_and_loses_it() {
    let db = TestDb::demo().await;
    let create = ["create", "lan", "--full-name", "Nguyễn Thị Lan", "--agency", "qng.skhcn", "--link"];
    let told = done(&db, &create, "").await;
    let token = told.lines().last().unwrap();
    let door = Door::open(&db).await;
    let query = "mutation ($input: SetPasswordByResetInput!) { setPasswordByReset(input: $input) { done } }";
    let given = json!({ "input": { "token": token, "newPassword": PASSWORD } });
    assert_eq!(door.ask(query, given).await.whole()["setPasswordByReset"]["done"], true);

    done(&db, &["grant", "lan", "REPORTER", "--agency", "qng.skhcn"], "").await;
    let listed = done(&db, &["list"], "").await;
    assert!(listed.contains("lan ") && listed.contains("Nguyễn Thị Lan") && listed.contains("REPORTER"), "{listed}");
    assert!(refused(&db, &["grant", "lan", "ADMINISTRATOR"], "").await.contains("Does not go together"));
    done(&db, &["end-role", "lan", "REPORTER"], "").await;
    assert!(refused(&db, &["end-role", "lan", "REPORTER"], "").await.contains("lan does not hold REPORTER"));

    done(&db, &["disable", "lan"], "").await;
    assert_eq!(door.sign_in("lan", PASSWORD).await.unwrap_err(), "WRONG_CREDENTIALS");
    assert!(done(&db, &["list"], "").await.contains("disabled"));
    let told = refused(&db, &["reset-password", "lan", "--link"], "").await;
    assert!(told.contains("lan is disabled: cotmoc user enable lan"), "{told}");
    done(&db, &["enable", "lan"], "").await;
    let (other, new) = ("bảy núi ba sông một nhà", "\n");
    done(&db, &["reset-password", "lan", "--password-stdin"], &format!("{other}{new}")).await;
    assert!(door.sign_in("lan", other).await.is_ok());
}

#[tokio::test]
async fn a_token_goes_by_mail_if_it_is_asked_for() {
    let db = TestDb::demo().await;
    let create = ["create", "lan", "--full-name", "Nguyễn Thị Lan", "--email", "lan@quangngai.example", "--mail"];
    assert!(done(&db, &create, "").await.ends_with("lan is sent a token by e-mail (cotmoc mail)\n"));
    assert_eq!(done(&db, &["reset-password", "lan", "--mail"], "").await.lines().count(), 1);
    let waiting = "SELECT string_agg(state || coalesce(requested_by::text, ''), ' ' ORDER BY state) FROM account_mail";
    assert_eq!(db.text(waiting).await, "DROPPED WAITING");
    let url = db.url().await;
    let mail = command(env!("CARGO_BIN_EXE_cotmoc_process"), &["mail"], &[("DATABASE_URL", &url)]);
    let shown = { mail }.env("COTMOC_DATA_DIR", "/nowhere").output().await.unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.starts_with("0 notifications and 1 password links wait for their mail\n"), "{shown}");
}

#[tokio::test]
async fn what_is_wrong_is_said_and_changes_nothing() {
    let db = TestDb::demo().await;
    let create = ["create", "lan", "--full-name", "Nguyễn Thị Lan", "--password-stdin"];
    done(&db, &create, &format!("{PASSWORD}\n")).await;
    for (arguments, words) in [
        (&["create", "Lan", "--full-name", "Nguyễn Thị Lan", "--link"][..], "login: Already taken"),
        (&["create", "lan hai", "--full-name", "Lan", "--link"], "login: Not of the expected form"),
        (&["create", "hai", "--full-name", "Lan", "--agency", "qng.khong_co", "--link"], "agency: Not found"),
        (&["create", "ba", "--full-name", "Lan", "--password-stdin"], "password: Too short: at least 12"),
        (&["create", "bon", "--full-name", "Lan", "--mail"], "email: The account has no e-mail address"),
        (&["reset-password", "lan", "--mail"], "account: The account has no e-mail address"),
        (&["disable", "nobody"], "there is no account"),
        (&["reset-password", "lan", "--password-stdin"], "Too short: at least 12"),
    ] {
        let told = refused(&db, arguments, "ngắn\n").await;
        assert!(told.contains(words), "{arguments:?}: {told}");
    }
    assert_eq!(user(&db, &["grant", "lan", "BOSS"], "").await.status.code(), Some(2));
    assert_eq!(db.text("SELECT count(*) FROM account").await, "1");
}

/// One command, and the administrator signs in and works: no GraphQL is written by hand.
#[tokio::test]
async fn the_first_administrator_works_after_one_command() {
    let db = TestDb::empty().await;
    let told = done(&db, &[&FIRST[..], &["--second-factor"]].concat(), &format!("{PASSWORD}\n")).await;
    let door = Door::open(&db).await;
    let recovery = told.lines().last().unwrap().trim();
    let input = json!({ "login": "quan.tri", "password": PASSWORD, "recoveryCode": recovery });
    let tokens = door.sign_in_with(input).await.unwrap();
    let viewer =
        door.ask_as(&tokens.access, "{ viewer { roles rolesWaitingForSecondFactor } }", Value::Null).await.whole();
    assert_eq!(viewer["viewer"], json!({ "roles": ["ADMINISTRATOR"], "rolesWaitingForSecondFactor": [] }));
    assert!(told.contains("otpauth://totp/"), "{told}");
}
