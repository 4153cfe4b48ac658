//! What counts as known at an instant, who may see it now, and that nothing of it leaks.

use std::pin::pin;

use auth::Role;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::select;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Asked, Viewer, tally, texts},
    sql,
};

use super::{as_of, instant, part_as_of};

const NAME: &str = "{ agency(code: \"qng.stc\") { name } }";

async fn name_as_of(db: &TestDb, at: DateTime<Utc>) -> Value {
    Viewer::public(db).ask(&as_of(at, NAME)).await.whole()["asOf"]["agency"]["name"].take()
}

fn rename(name: &str) -> String {
    format!("UPDATE agency SET name_vi = '{name}' WHERE code = 'qng.stc'")
}

#[tokio::test]
async fn what_counts_is_when_a_transaction_ended() {
    let db = TestDb::demo().await;
    db.execute(&rename("Trước")).await;
    let (mut one, mut other) = (db.connect().await, db.connect().await);
    sql::execute(&mut one, "BEGIN; UPDATE programme SET name_vi = name_vi || '.'").await.unwrap();
    let begun = instant(&db).await;
    sql::execute(&mut other, &format!("BEGIN; {}", rename("Giữa"))).await.unwrap();
    let written = instant(&db).await;
    assert_eq!(name_as_of(&db, written).await, "Trước", "it is still under way");
    sql::execute(&mut other, "COMMIT").await.unwrap();
    let between = instant(&db).await;
    // It began before the other, and ends after it.
    sql::execute(&mut one, &rename("Sau")).await.unwrap();
    let rewritten = instant(&db).await;
    sql::execute(&mut one, "COMMIT").await.unwrap();
    let after = instant(&db).await;
    for (at, name) in [(begun, "Trước"), (written, "Trước"), (between, "Giữa"), (rewritten, "Giữa"), (after, "Sau")]
    {
        assert_eq!(name_as_of(&db, at).await, name, "{at}");
    }
    db.execute("BEGIN; UPDATE agency SET name_vi = 'Hủy'; ROLLBACK").await;
    assert_eq!(name_as_of(&db, instant(&db).await).await, "Sau");
}

#[tokio::test]
async fn whoever_is_ending_at_the_instant_is_waited_for() {
    let db = TestDb::demo().await;
    let mut ending = db.connect().await;
    // The moment of its end is taken now, and it has not ended.
    let end = format!("BEGIN; {}; SET CONSTRAINTS ALL IMMEDIATE", rename("Đang xong"));
    sql::execute(&mut ending, &end).await.unwrap();
    let at = instant(&db).await;
    let ends = async {
        let waits =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'";
        db.until(waits, "1").await;
        sql::execute(&mut ending, "COMMIT").await.unwrap();
    };
    let (name, ()) = tokio::join!(name_as_of(&db, at), ends);
    assert_eq!(name, "Đang xong");
}

#[tokio::test]
async fn what_cannot_be_asked_as_of_an_instant_is_refused() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let now = instant(&db).await;
    for (question, words) in [
        (as_of(now + TimeDelta::hours(1), NAME), "the instant is still to come"),
        (as_of(now, &as_of(now, NAME)), "asOf does not stand below another asOf"),
        (as_of(now, "{ __schema { queryType { name } } }"), "the schema has no past: ask for it outside asOf"),
    ] {
        let asked = viewer.ask(&question).await;
        assert_eq!(asked.errors[0]["message"], format!("Bad request: {words}"), "{question}");
    }
}

/// The day is that of the instant, unless another is asked for; fields of one key are one, and errors have their whole path.
#[tokio::test]
async fn the_day_is_that_of_the_instant() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let then = async |instant: &str| {
        let instant: DateTime<Utc> = instant.parse().unwrap();
        let codes = part_as_of(instant, "{ __typename directives(first: 100) { nodes { code } } }");
        let states = part_as_of(
            instant,
            "{ directives(first: 100) { nodes { timeliness } } agencies(first: 1000) { totalCount }
               agency(code: \"qng.ubnd\") { descendants(on: \"2025-12-01\", first: 1) { totalCount } } }",
        );
        viewer.ask(&format!("{{ then: {codes} then: {states} }}")).await
    };
    let (before, after) = (then("2025-01-01T16:59:59Z").await, then("2025-12-31T17:00:00Z").await);
    let states = |asked: &Asked| {
        let states = tally(&asked.data, "then/directives/nodes/*/timeliness");
        (states.values().sum::<usize>(), states.get("OVERDUE").copied().unwrap_or_default())
    };
    let ((all, overdue), (still, later)) = (states(&before), states(&after));
    assert!(all == still && overdue < later, "{all} {overdue} {still} {later}");
    let below = |asked: &Asked| asked.data["then"]["agency"].clone();
    assert!(below(&before) == below(&after) && below(&before)["descendants"]["totalCount"].as_u64() > Some(4));
    assert_eq!(before.errors[0]["path"], json!(["then", "agencies"]));
    assert_eq!(before.data["then"]["__typename"], "Query");
    assert_eq!(texts(&before.data, "then/directives/nodes/*/code").len(), 100);
}

/// Who may not see it now does not see it then; who may see it now sees it as it was, if it was to be seen.
#[tokio::test]
async fn access_is_that_of_now() {
    let db = TestDb::demo().await;
    let directive = db.text("SELECT id FROM directive ORDER BY code LIMIT 1").await;
    let figure =
        db.text("SELECT id FROM measurement WHERE published_revision = 1 AND submitted_revision IS NULL ORDER BY id LIMIT 1").await;
    let of = |tag: u8, id: &str| schema::id::encode(tag, id.parse().unwrap()).to_string();
    let question = format!(
        "{{ d: node(id: \"{}\") {{ ... on Directive {{ visibility }} }} m: node(id: \"{}\") {{ ... on Measurement {{ state }} }} }}",
        of(b'v', &directive),
        of(b'm', &figure)
    );
    let seen = async |who: &Viewer, at| {
        let asked = who.ask(&as_of(at, &question)).await.whole();
        [asked["asOf"]["d"]["visibility"].clone(), asked["asOf"]["m"]["state"].clone()]
    };
    let set = async |visibility: &str, state: &str, published: &str, submitted: &str| {
        let change = format!(
            "SET session_replication_role = replica; UPDATE directive SET visibility = '{visibility}' WHERE id = '{directive}';
             UPDATE measurement_revision SET state = '{state}' WHERE measurement_id = '{figure}';
             UPDATE measurement SET published_revision = {published}, submitted_revision = {submitted} WHERE id = '{figure}'"
        );
        db.execute(&change).await;
        instant(&db).await
    };
    let inspector = Viewer::who_holds(&db, &[(Role::Inspector, "qng.skhcn", false)]).await;
    let (public, open) = (Viewer::public(&db), instant(&db).await);
    let closed = set("RESTRICTED", "SUBMITTED", "NULL", "1").await;
    assert_eq!(seen(&public, open).await, [Value::Null, Value::Null]);
    assert_eq!(seen(&inspector, open).await, [json!("PUBLIC"), json!("PUBLISHED")]);
    assert_eq!(seen(&inspector, closed).await, [json!("RESTRICTED"), json!("SUBMITTED")]);
    // What was not to be seen then is not seen then, whatever it is now.
    set("PUBLIC", "PUBLISHED", "1", "NULL").await;
    assert_eq!(seen(&public, open).await, [json!("PUBLIC"), json!("PUBLISHED")]);
    assert_eq!(seen(&public, closed).await, [Value::Null, Value::Null]);
    // What is deleted is judged as it stood last.
    set("INTERNAL", "PUBLISHED", "1", "NULL").await;
    db.execute(&format!("SET session_replication_role = replica; DELETE FROM directive WHERE id = '{directive}'"))
        .await;
    assert_eq!(seen(&public, open).await[0], Value::Null);
    assert_eq!(seen(&inspector, open).await[0], "PUBLIC");
}

/// One after the other on one connection, beside one another, and after somebody went away in the midst of it.
#[tokio::test]
async fn the_instant_never_leaks() {
    let db = TestDb::demo().await;
    let early = instant(&db).await;
    let old = name_as_of(&db, early).await;
    db.execute(&rename("Mới")).await;
    let (viewer, late) = (Viewer::public(&db), instant(&db).await);
    let all = format!(
        "{{ now: agency(code: \"qng.stc\") {{ name }} a: {} b: {} }}",
        part_as_of(early, NAME),
        part_as_of(late, NAME)
    );
    for _ in 0..10 {
        assert_eq!(name_as_of(&db, early).await, old);
        assert_eq!(viewer.ask(NAME).await.whole()["agency"]["name"], "Mới");
        assert_eq!(name_as_of(&db, late).await, "Mới");
        let asked = viewer.ask(&all).await.whole();
        let names = [&asked["now"]["name"], &asked["a"]["agency"]["name"], &asked["b"]["agency"]["name"]];
        assert_eq!(names, [&json!("Mới"), &old, &json!("Mới")]);
    }
    // In the midst of a statement, which is then cancelled.
    let mut holder = db.connect().await;
    sql::execute(&mut holder, "BEGIN; LOCK TABLE agency IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let question = as_of(early, NAME);
    select(pin!(viewer.ask(&question)), pin!(db.until(waiting, "1"))).await;
    sql::execute(&mut holder, "ROLLBACK").await.unwrap();
    for (at, name) in [(late, &json!("Mới")), (early, &old), (late, &json!("Mới"))] {
        assert_eq!(name_as_of(&db, at).await, *name);
    }
    let error = sql::text(&mut db.connect().await, "SELECT count(*)::text FROM as_of.agency").await.unwrap_err();
    assert!(error.to_string().contains("cotmoc.as_of"), "a view without an instant is an error: {error}");
}

/// As many statements as now and one more to begin with, whatever the page.
#[tokio::test]
async fn it_costs_no_statement_a_row() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let at = instant(&db).await;
    let query = "{ directives(first: %) { totalCount nodes { title timeliness leads { name } deadlines { words }
            progressUpdates(first: 2) { nodes { percent } } } }
        indicators(first: %) { nodes { code targets(first: 20) { nodes { value } } latestMeasurement(subject: \"qng.ubnd\") { value } } } }";
    for size in ["1", "10", "100"] {
        let question = query.replace('%', size);
        let now = viewer.ask(&question).await.statements;
        let then = viewer.metered(&as_of(at, &question)).await;
        assert!(then <= now + 1, "{size}: {then} statements, {now} now");
    }
}
