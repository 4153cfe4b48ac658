//! The second factor: set up, asked for, lost, removed.

use auth::totp::SecondFactor;
use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{
    TestDb,
    door::{Door, PASSWORD, Tokens, hex},
};

const BEGIN: &str = "mutation ($password: String!) { it: beginSecondFactor(input: { password: $password }) {
    secondFactor { secret uri } userErrors { code field } } }";

const CONFIRM: &str = "mutation ($code: String!) { it: confirmSecondFactor(input: { code: $code }) {
    recoveryCodes userErrors { code field } } }";

const REMOVE: &str = "mutation ($input: SecondFactorInput!) { it: removeSecondFactor(input: $input) {
    done userErrors { code field } } }";

const RENEW: &str = "mutation ($input: SecondFactorInput!) { it: newRecoveryCodes(input: $input) {
    recoveryCodes userErrors { code field } } }";

const ROLES: &str = "{ viewer { roles rolesWaitingForSecondFactor session { secondFactor } } }";

/// Lan, who administers, with an app and recovery codes; half an hour ago, so that no step of today is used.
struct Home {
    db: TestDb,
    door: Door,
    app: SecondFactor,
    recovery: Vec<String>,
    tokens: Tokens,
}

impl Home {
    async fn bare() -> (TestDb, Door, Tokens) {
        let db = TestDb::new().await;
        let door = Door::open(&db).await;
        let lan = door.admit(&db, "lan", "Nguyễn Thị Lan").await;
        db.execute(&format!(
            "INSERT INTO role_grant (id, account_id, role, valid_from, granted_at)
             VALUES (gen_random_uuid(), '{lan}', 'ADMINISTRATOR', '2025-01-01', now())"
        ))
        .await;
        let tokens = door.sign_in("lan", PASSWORD).await.unwrap();
        (db, door, tokens)
    }

    async fn new() -> Self {
        let (db, before, tokens) = Self::bare().await;
        let app = begin(&before, &tokens).await;
        let confirmed = ask(&before, &tokens, CONFIRM, json!({ "code": app.code(before.now()) })).await;
        let recovery = serde_json::from_value(confirmed["recoveryCodes"].clone()).unwrap();
        Self { db, door: before.later(TimeDelta::minutes(5)), app, recovery, tokens }
    }

    fn code(&self, at: &Door) -> String {
        self.app.code(at.now())
    }
}

async fn ask(door: &Door, tokens: &Tokens, query: &str, variables: Value) -> Value {
    door.ask_as(&tokens.access, query, variables).await.whole()["it"].clone()
}

async fn begin(door: &Door, tokens: &Tokens) -> SecondFactor {
    let begun = ask(door, tokens, BEGIN, json!({ "password": PASSWORD })).await;
    let secret = begun["secondFactor"]["secret"].as_str().unwrap();
    let uri = begun["secondFactor"]["uri"].as_str().unwrap();
    assert_eq!(uri, format!("otpauth://totp/Cotmoc:lan?secret={secret}&issuer=Cotmoc"));
    SecondFactor::new(
        base32::decode(base32::Alphabet::Rfc4648 { padding: false }, secret).unwrap().try_into().unwrap(),
        "lan",
    )
}

async fn sign_in(door: &Door, factor: Value) -> Result<Tokens, String> {
    let mut input = json!({ "login": "lan", "password": PASSWORD });
    input.as_object_mut().unwrap().extend(factor.as_object().unwrap().clone());
    door.sign_in_with(input).await
}

#[tokio::test]
async fn a_factor_is_set_up_by_a_first_code_and_opens_what_waited_for_it() {
    let (db, door, tokens) = Home::bare().await;
    let other = door.sign_in("lan", PASSWORD).await.unwrap();
    let waiting =
        json!({ "roles": [], "rolesWaitingForSecondFactor": ["ADMINISTRATOR"], "session": { "secondFactor": false } });
    assert_eq!(door.ask_as(&tokens.access, ROLES, Value::Null).await.whole()["viewer"], waiting);

    let refused = ask(&door, &tokens, BEGIN, json!({ "password": "chín con trâu qua sông" })).await;
    assert_eq!(refused["userErrors"], json!([{ "code": "WRONG_CREDENTIALS", "field": ["input", "password"] }]));
    let early = ask(&door, &tokens, CONFIRM, json!({ "code": "123456" })).await;
    assert_eq!(early["userErrors"][0]["code"], "INCOMPATIBLE");

    let app = begin(&door, &tokens).await;
    door.sign_in("lan", PASSWORD).await.unwrap();
    let code = app.code(door.now());
    let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
    let refused = ask(&door, &tokens, CONFIRM, json!({ "code": wrong })).await;
    assert_eq!(refused["userErrors"], json!([{ "code": "WRONG_CREDENTIALS", "field": ["input", "code"] }]));
    let confirmed = ask(&door, &tokens, CONFIRM, json!({ "code": code })).await;
    let mut codes: Vec<&str> =
        confirmed["recoveryCodes"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    codes.sort_unstable();
    codes.dedup();
    assert!(codes.len() == 10 && codes.iter().all(|code| code.len() == 19), "{codes:?}");

    let elsewhere = door.later(TimeDelta::zero());
    assert!(!elsewhere.knows(&other.access).await, "other sessions end");
    let open =
        json!({ "roles": ["ADMINISTRATOR"], "rolesWaitingForSecondFactor": [], "session": { "secondFactor": true } });
    assert_eq!(elsewhere.ask_as(&tokens.access, ROLES, Value::Null).await.whole()["viewer"], open);
    assert_eq!(ask(&door, &tokens, BEGIN, json!({ "password": PASSWORD })).await["userErrors"][0]["code"], "UNCHANGED");
    let audited = "SELECT string_agg(action || ' ' || succeeded, ', ' ORDER BY id) FROM audit_entry WHERE action LIKE '%SECOND_FACTOR'";
    assert_eq!(
        db.text(audited).await,
        "BEGIN_SECOND_FACTOR false, BEGIN_SECOND_FACTOR true, CONFIRM_SECOND_FACTOR false, CONFIRM_SECOND_FACTOR true"
    );
}

#[tokio::test]
async fn the_code_is_asked_for_once_the_password_is_proved() {
    let home = Home::new().await;
    assert_eq!(home.door.sign_in("lan", PASSWORD).await.unwrap_err(), "SECOND_FACTOR_REQUIRED");
    assert_eq!(sign_in(&home.door, json!({ "code": " " })).await.unwrap_err(), "SECOND_FACTOR_REQUIRED");
    assert_eq!(home.door.sign_in("lan", "chín con trâu qua sông").await.unwrap_err(), "WRONG_CREDENTIALS");
    let code = home.code(&home.door);
    let typed = format!("{} {}", &code[..3], &code[3..]);
    let tokens = sign_in(&home.door, json!({ "code": typed })).await.unwrap();
    let seen = home.door.ask_as(&tokens.access, ROLES, Value::Null).await.whole();
    assert_eq!(seen["viewer"]["roles"], json!(["ADMINISTRATOR"]));
}

#[tokio::test]
async fn a_code_is_accepted_once() {
    let home = Home::new().await;
    let code = home.code(&home.door);
    sign_in(&home.door, json!({ "code": code })).await.unwrap();
    assert_eq!(sign_in(&home.door, json!({ "code": code })).await.unwrap_err(), "WRONG_CREDENTIALS");
    let before = home.app.code(home.door.now() - TimeDelta::seconds(30));
    assert_eq!(sign_in(&home.door, json!({ "code": before })).await.unwrap_err(), "WRONG_CREDENTIALS");
    let next = home.door.later(TimeDelta::seconds(30));
    sign_in(&next, json!({ "code": home.code(&next) })).await.unwrap();
}

#[tokio::test]
async fn of_two_who_give_one_code_at_once_one_comes_in() {
    let home = Home::new().await;
    let code = home.code(&home.door);
    let (one, two) = (home.door.from("192.0.2.1"), home.door.from("192.0.2.2"));
    let factor = json!({ "code": code });
    let (one, two) = tokio::join!(sign_in(&one, factor.clone()), sign_in(&two, factor));
    assert!(one.is_ok() != two.is_ok());
}

#[tokio::test]
async fn codes_are_not_guessed_either() {
    let home = Home::new().await;
    for _ in 0..6 {
        assert_eq!(sign_in(&home.door, json!({ "code": "000000" })).await.unwrap_err(), "WRONG_CREDENTIALS");
        // The right password alone takes nothing of it back.
        home.door.sign_in("lan", PASSWORD).await.unwrap_err();
    }
    let right = json!({ "code": home.code(&home.door) });
    assert_eq!(sign_in(&home.door, right.clone()).await.unwrap_err(), "WRONG_CREDENTIALS");
    let blocked = "SELECT after ->> 'reason' FROM audit_entry ORDER BY id DESC LIMIT 1";
    assert_eq!(home.db.text(blocked).await, "BLOCKED");
    sign_in(&home.door.later(TimeDelta::seconds(2)), right).await.unwrap();
}

#[tokio::test]
async fn a_recovery_code_stands_in_once() {
    let home = Home::new().await;
    let code = home.recovery[3].to_lowercase().replace('-', " ");
    sign_in(&home.door, json!({ "recoveryCode": code })).await.unwrap();
    assert_eq!(sign_in(&home.door, json!({ "recoveryCode": code })).await.unwrap_err(), "WRONG_CREDENTIALS");
    sign_in(&home.door, json!({ "recoveryCode": home.recovery[4] })).await.unwrap();
}

#[tokio::test]
async fn new_recovery_codes_take_the_place_of_the_old_ones() {
    let home = Home::new().await;
    let renew = |factor: Value| {
        let mut input = json!({ "password": PASSWORD });
        input.as_object_mut().unwrap().extend(factor.as_object().unwrap().clone());
        ask(&home.door, &home.tokens, RENEW, json!({ "input": input }))
    };
    assert_eq!(renew(json!({})).await["userErrors"][0]["code"], "SECOND_FACTOR_REQUIRED");
    let renewed = renew(json!({ "code": home.code(&home.door) })).await;
    let fresh = renewed["recoveryCodes"][0].as_str().unwrap();
    assert_eq!(
        sign_in(&home.door, json!({ "recoveryCode": home.recovery[0] })).await.unwrap_err(),
        "WRONG_CREDENTIALS"
    );
    sign_in(&home.door, json!({ "recoveryCode": fresh })).await.unwrap();
}

#[tokio::test]
async fn a_removed_factor_is_not_asked_for_and_roles_wait_again() {
    let home = Home::new().await;
    let other = sign_in(&home.door, json!({ "code": home.code(&home.door) })).await.unwrap();
    let door = home.door.later(TimeDelta::minutes(1));
    let remove = |password: &'static str, code: String| {
        ask(&door, &home.tokens, REMOVE, json!({ "input": { "password": password, "code": code } }))
    };
    assert_eq!(remove("chín con trâu qua sông", home.code(&door)).await["done"], false);
    assert_eq!(remove(PASSWORD, "000000".to_owned()).await["userErrors"][0]["code"], "WRONG_CREDENTIALS");
    assert_eq!(remove(PASSWORD, home.code(&door)).await["done"], true);
    let elsewhere = door.later(TimeDelta::zero());
    assert!(!elsewhere.knows(&other.access).await);
    let seen = elsewhere.ask_as(&home.tokens.access, ROLES, Value::Null).await.whole();
    assert_eq!(seen["viewer"]["rolesWaitingForSecondFactor"], json!(["ADMINISTRATOR"]));
    door.sign_in("lan", PASSWORD).await.unwrap();
    assert_eq!(home.db.text("SELECT count(*)::text FROM recovery_code").await, "0");
}

#[tokio::test]
async fn neither_secret_nor_codes_lie_open_in_the_database() {
    let home = Home::new().await;
    let dump = "SELECT (SELECT string_agg(second_factor::text, '') FROM second_factor)
        || (SELECT string_agg(recovery_code::text, '') FROM recovery_code) || (SELECT string_agg(audit_entry::text, '') FROM audit_entry)";
    let dump = home.db.text(dump).await;
    let (secret, code) = (home.app.secret(), &home.recovery[0]);
    let bytes = base32::decode(base32::Alphabet::Rfc4648 { padding: false }, &secret).unwrap();
    for hidden in [&secret, &hex(secret.as_bytes()), &hex(&bytes), code, &hex(code.as_bytes())] {
        assert!(!dump.contains(hidden.as_str()), "{dump}");
    }
    // Moved to another account, the secret does not open.
    home.door.admit(&home.db, "hoa", "Trần Thị Hoa").await;
    home.db
        .execute("INSERT INTO second_factor SELECT (SELECT id FROM account WHERE login = 'hoa'), sealed_secret, created_at, confirmed_at FROM second_factor")
        .await;
    let moved = json!({ "input": { "login": "hoa", "password": PASSWORD, "code": home.code(&home.door) } });
    let query = "mutation ($input: SignInInput!) { signIn(input: $input) { tokens { accessToken } } }";
    assert!(!home.door.ask(query, moved).await.errors.is_empty());
}
