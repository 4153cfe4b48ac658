//! Exactly once: the same request again gets the same answer, and nothing is written twice.

use std::time::Duration;

use async_graphql::parser::{
    parse_schema,
    types::{FieldDefinition, TypeKind, TypeSystemDefinition},
};
use auth::{Actor, Principal, Role};
use futures_util::future::join_all;
use schema::clock::Clock;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Asked, Viewer},
    mutation::with,
    server::{Node, person},
    sql,
};

const CREATE: &str = "mutation ($input: CreateAccountInput!, $key: UUID!) {
    it: createAccount(input: $input, idempotencyKey: $key) { account { login fullName } userErrors { code field } } }";

const KEY: &str = "0193cb7e-5a00-7000-8000-000000000001";

async fn create(viewer: &Viewer, login: &str, key: &str) -> Asked {
    let input = json!({ "login": login, "fullName": "Đặng Thị Hạnh" });
    viewer.ask_with(CREATE, json!({ "input": input, "key": key })).await
}

/// The same where it must be done.
async fn created(viewer: &Viewer, login: &str, key: &str) {
    assert_eq!(create(viewer, login, key).await.whole()["it"]["userErrors"], json!([]));
}

/// Accounts, rows of the outbox, entries of the trail and records of keys.
async fn written(db: &TestDb) -> String {
    let counts = "SELECT concat_ws(' ', (SELECT count(*) FROM account), (SELECT count(*) FROM change),
        (SELECT count(*) FROM audit_entry), (SELECT count(*) FROM idempotency_record))";
    db.text(counts).await
}

#[tokio::test]
async fn the_same_request_again_is_answered_and_not_done() {
    let db = TestDb::new().await;
    let viewer = Viewer::administrator(&db, 1);
    let first = create(&viewer, "hanh", KEY).await.whole();
    assert_eq!(first["it"], json!({ "account": { "login": "hanh", "fullName": "Đặng Thị Hạnh" }, "userErrors": [] }));
    let after = written(&db).await;
    assert_eq!(create(&viewer, "hanh", KEY).await.whole(), first);
    // In other words: literals for variables, the fields in another order, another selection.
    let literal = format!(
        "mutation {{ it: createAccount(idempotencyKey: \"{KEY}\", input: {{ fullName: \"Đặng Thị Hạnh\", login: \"hanh\" }})
            {{ account {{ fullName }} }} }}"
    );
    assert_eq!(viewer.ask(&literal).await.whole(), json!({ "it": { "account": { "fullName": "Đặng Thị Hạnh" } } }));
    assert_eq!(written(&db).await, after);
}

#[tokio::test]
async fn the_same_values_written_otherwise_are_the_same_request() {
    let db = TestDb::demo().await;
    db.execute(
        "INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
        SELECT gen_random_uuid(), i.id, a.id, a.id, 'CALENDAR', 'QUARTER', '[2024-01-01,)' FROM indicator i, agency a
        WHERE i.code = 'coverage_5g_share' AND a.code = 'qng.skhcn' ON CONFLICT DO NOTHING",
    )
    .await;
    let reporter = Viewer::person(&db, 11, &[(Role::Reporter, "qng.skhcn", false)]).await;
    let sent = async |more: Value| {
        let figure = json!({ "indicator": "coverage_5g_share", "subject": "qng.skhcn", "period": "2025-Q4",
            "numerator": "0.70", "denominator": "100", "observation": "FINAL" });
        let query =
            "mutation ($i: DraftMeasurementInput!, $k: UUID!) { it: draftMeasurement(input: $i, idempotencyKey: $k) {
            measurement { version } userErrors { code field } } }";
        reporter.ask_with(query, json!({ "i": with(figure, more), "k": KEY })).await
    };
    let first = sent(json!({})).await.whole();
    assert_eq!(first["it"], json!({ "measurement": { "version": 1 }, "userErrors": [] }));
    for same in [
        json!({ "note": null }),
        json!({ "regime": "CALENDAR" }),
        json!({ "submit": false }),
        json!({ "period": "2025Q4" }),
        json!({ "numerator": "0.7" }),
        json!({ "denominator": "100.0" }),
    ] {
        assert_eq!(sent(same.clone()).await.whole(), first, "{same}");
    }
    for other in [json!({ "note": "Số liệu sơ bộ" }), json!({ "numerator": "0.71" }), json!({ "submit": true })]
    {
        let asked = sent(other.clone()).await;
        assert!(asked.errors[0]["message"].as_str().unwrap().contains("another change"), "{other}: {asked:?}");
    }
}

#[tokio::test]
async fn what_is_emptied_is_another_request_than_what_stays() {
    let db = TestDb::new().await;
    let viewer = Viewer::administrator(&db, 1);
    created(&viewer, "hanh", KEY).await;
    let account = viewer.ask("{ accounts { nodes { id version } } }").await.whole()["accounts"]["nodes"][0].take();
    let sent = async |more: Value| {
        let query = "mutation ($i: UpdateAccountInput!, $k: UUID!) { it: updateAccount(input: $i, idempotencyKey: $k) {
            userErrors { code } } }";
        let input = with(tests::mutation::seen("account", &account), with(json!({ "fullName": "Đặng Hạnh" }), more));
        viewer.ask_with(query, json!({ "i": input, "k": "0193cb7e-5a00-7000-8000-000000000002" })).await
    };
    assert_eq!(sent(json!({})).await.whole()["it"]["userErrors"], json!([]));
    assert!(sent(json!({ "email": null })).await.errors[0]["message"].as_str().unwrap().contains("another change"));
}

#[tokio::test]
async fn the_answer_stays_the_first_one_whatever_happens_after() {
    let db = TestDb::new().await;
    let viewer = Viewer::administrator(&db, 1);
    let first = create(&viewer, "hanh", KEY).await.whole();
    db.execute("UPDATE account SET full_name = 'Đặng Thị Mỹ Hạnh' WHERE login = 'hanh'").await;
    assert_eq!(create(&viewer, "hanh", KEY).await.whole(), first);
}

#[tokio::test]
async fn a_key_is_good_for_one_change() {
    let db = TestDb::new().await;
    let viewer = Viewer::administrator(&db, 1);
    created(&viewer, "hanh", KEY).await;
    let after = written(&db).await;
    let other = create(&viewer, "lan", KEY).await;
    assert_eq!(other.data, json!({ "it": null }));
    assert!(other.errors[0]["message"].as_str().unwrap().contains("another change"), "{:?}", other.errors);
    assert_eq!(written(&db).await, after);
}

#[tokio::test]
async fn everybody_has_keys_of_their_own() {
    let db = TestDb::new().await;
    created(&Viewer::administrator(&db, 1), "hanh", KEY).await;
    let other = create(&Viewer::administrator(&db, 7), "lan", KEY).await.whole();
    assert_eq!(other["it"]["account"]["login"], "lan");
}

#[tokio::test]
async fn a_refusal_is_not_remembered() {
    let db = TestDb::new().await;
    let viewer = Viewer::administrator(&db, 1);
    created(&viewer, "hanh", KEY).await;
    let key = "0193cb7e-5a00-7000-8000-000000000002";
    let taken = create(&viewer, "hanh", key).await.whole();
    assert_eq!(taken["it"]["userErrors"][0]["code"], "TAKEN");
    db.execute("UPDATE account SET login = 'hanh.cu' WHERE login = 'hanh'").await;
    assert_eq!(create(&viewer, "hanh", key).await.whole()["it"]["userErrors"], json!([]));
}

#[tokio::test]
async fn who_comes_at_the_same_moment_gets_the_same_answer() {
    let db = TestDb::new().await;
    let before: i64 = db.text("SELECT count(*)::text FROM account").await.parse().unwrap();
    let answers =
        join_all((0..8).map(async |_| create(&Viewer::administrator(&db, 1), "hanh", KEY).await.whole())).await;
    assert!(answers.iter().all(|answer| answer["it"]["account"]["login"] == "hanh"), "{answers:?}");
    assert_eq!(db.text("SELECT count(*)::text FROM account").await.parse::<i64>().unwrap(), before + 1);
}

#[tokio::test]
async fn records_go_when_their_time_is_over() {
    let db = TestDb::new().await;
    let viewer = Viewer::administrator(&db, 1);
    created(&viewer, "hanh", KEY).await;
    db.execute("UPDATE idempotency_record SET recorded_at = recorded_at - interval '73 hours'").await;
    created(&viewer, "lan", "0193cb7e-5a00-7000-8000-000000000003").await;
    assert_eq!(
        db.text("SELECT string_agg(key::text, ' ') FROM idempotency_record").await,
        "0193cb7e-5a00-7000-8000-000000000003"
    );
}

#[tokio::test]
async fn without_a_key_nothing_is_done() {
    let db = TestDb::new().await;
    let query =
        "mutation { createAccount(input: { login: \"hanh\", fullName: \"Đặng Thị Hạnh\" }) { account { login } } }";
    let asked = Viewer::administrator(&db, 1).ask(query).await;
    assert_eq!((asked.data, asked.errors.len()), (Value::Null, 1));
    assert_eq!(db.text("SELECT count(*)::text FROM account WHERE login = 'hanh'").await, "0");
}

#[tokio::test]
async fn a_key_must_be_a_uuid() {
    let db = TestDb::new().await;
    for key in [json!("khóa"), json!(7), json!("")] {
        let input = json!({ "login": "hanh", "fullName": "Đặng Thị Hạnh" });
        let asked = Viewer::administrator(&db, 1).ask_with(CREATE, json!({ "input": input, "key": key })).await;
        assert_eq!((asked.data, asked.errors.len()), (Value::Null, 1), "{key}");
    }
    assert_eq!(db.text("SELECT count(*)::text FROM idempotency_record").await, "0");
}

/// The mutations that take no key, and why.
const WITHOUT_KEY: &[&str] = &[
    // What is shown once is kept nowhere.
    "addServiceSecret",
    "createPasswordReset",
    "confirmSecondFactor",
    "beginSecondFactor",
    "newRecoveryCodes",
    // What holds afterwards is what was asked for, however often.
    "chooseNotifications",
    "markNotificationsRead",
    "subscribeToPush",
    "unsubscribeFromPush",
    // Signing in and out: a second time does no harm, and tokens have rules of their own.
    "changePassword",
    "endSession",
    "refreshSession",
    "removeSecondFactor",
    "requestPasswordReset",
    "setPasswordByReset",
    "signIn",
    "signOut",
    "signOutEverywhere",
];

#[test]
fn every_mutation_takes_a_key_or_says_why_not() {
    let schema = parse_schema(schema::sdl()).unwrap();
    let mut without = Vec::new();
    for definition in schema.definitions {
        let TypeSystemDefinition::Type(ty) = definition else { continue };
        if let (TypeKind::Object(root), "Mutation") = (ty.node.kind, ty.node.name.node.as_str()) {
            let keyed = |field: &FieldDefinition| {
                let key = field.arguments.iter().find(|it| it.node.name.node == "idempotencyKey");
                key.is_some_and(|key| key.node.ty.node.to_string() == "UUID!")
            };
            let fields = root.fields.into_iter().map(|field| field.node).filter(|field| !keyed(field));
            without.extend(fields.map(|field| field.name.node.to_string()));
        }
    }
    without.sort_unstable();
    let mut exempt = WITHOUT_KEY.to_vec();
    exempt.sort_unstable();
    assert_eq!(without, exempt);
}

#[tokio::test]
async fn the_operator_needs_no_key() {
    let db = TestDb::new().await;
    let operator = Principal::operator();
    assert_eq!(operator.actor(), Actor::Operator);
    created(&Viewer::with(&db, operator), "hanh", KEY).await;
    assert_eq!(db.text("SELECT count(*)::text FROM idempotency_record").await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_whose_client_went_away_is_made_whole_and_its_answer_kept() {
    let db = TestDb::new().await;
    let boss = person(&db, 1, &[(Role::Administrator, None, false)]).await;
    let node = Node::start(&db, Clock::Fixed(tests::demo::now()), &[]).await;
    let token = node.token(&boss).await;
    let input = json!({ "login": "hanh", "fullName": "Đặng Thị Hạnh" });
    let request = || node.question(CREATE, &json!({ "input": input, "key": KEY })).bearer_auth(&token).send();

    // Somebody holds the table, so that the change is under way for as long as this test wants.
    let mut other = db.connect().await;
    sql::execute(&mut other, "BEGIN; LOCK TABLE account IN SHARE MODE").await.unwrap();
    let waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'account'::regclass AND NOT granted)::text";
    {
        let mut request = std::pin::pin!(request());
        while db.text(waits).await == "false" {
            let poll = futures_util::poll!(request.as_mut());
            assert!(poll.is_pending(), "it was answered while the table was held");
        }
    }
    sql::execute(&mut other, "COMMIT").await.unwrap();
    let count = "SELECT count(*)::text FROM account WHERE login = 'hanh'";
    let made = async { while db.text(count).await != "1" {} };
    tokio::time::timeout(Duration::from_secs(20), made).await.expect("it was given up with its client");
    let answer: Value = request().await.unwrap().json().await.unwrap();
    assert_eq!(answer["data"]["it"]["account"]["login"], "hanh", "{answer}");
    assert_eq!(db.text(count).await, "1");
    assert_eq!(db.text("SELECT count(*)::text FROM change WHERE noun = 'account'").await, "1");
    node.stop().await;
}
