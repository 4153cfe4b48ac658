//! A dry run answers what would be, and changes nothing; what is sent twice is done once; what was known before stays told.

use serde_json::{Value, json};
use tests::{
    graphql::{Viewer, texts},
    mutation::{key, with},
};

use super::{Room, SHOWN, counts, decided, opened};

/// All that any of the changes could touch, as one line.
const ALL: &str = "SELECT concat_ws(' ', (SELECT string_agg(concat(noun, version), ' ' ORDER BY noun, version) FROM data_version),
    (SELECT count(*) FROM audit_entry), (SELECT count(*) FROM change), (SELECT count(*) FROM idempotency_record),
    (SELECT md5(string_agg(agency::text, ' ' ORDER BY id)) FROM agency), (SELECT md5(string_agg(p::text, ' ' ORDER BY id)) FROM agency_placement p),
    (SELECT md5(string_agg(l::text, ' ' ORDER BY directive_id, position)) FROM directive_lead l), (SELECT count(*) FROM directive_event),
    (SELECT md5(string_agg(r::text, ' ' ORDER BY id)) FROM reporting_assignment r), (SELECT count(*) FROM agency_succession),
    (SELECT count(*) FROM role_grant), (SELECT md5(string_agg(a::text, ' ' ORDER BY id)) FROM account a))";

#[tokio::test]
async fn a_dry_run_answers_what_the_change_then_does_and_changes_nothing() {
    let room = Room::new().await;
    room.ok("openAgency", opened(json!({}))).await;
    let moved = with(room.seen("qng.ioc").await, json!({ "parent": "qng.skhcn" }));
    let renamed = with(room.seen("qng.ioc").await, json!({ "nameVi": "Trung tâm Điều hành số" }));
    let split =
        json!({ "successors": [{ "agency": "qng.scds" }, { "agency": "qng.snv" }], "defaultSuccessor": "qng.snv" });
    for (name, input, shown) in [
        ("openAgency", opened(json!({ "code": "qng.moi" })), false),
        ("renameAgency", decided(renamed), true),
        ("moveAgency", decided(with(moved, json!({ "expectedVersion": 2 }))), true),
        (
            "mergeAgencies",
            decided(
                json!({ "agencies": [room.seen("qng.syt").await, room.seen("qng.sxd").await], "successor": "qng.snv" }),
            ),
            true,
        ),
        ("splitAgency", decided(with(with(room.seen("qng.skhcn").await, split), json!({}))), true),
        ("closeAgency", decided(with(room.seen("qng.stc").await, json!({ "successor": "qng.ubnd" }))), true),
    ] {
        let (before, once) = (room.db.text(ALL).await, key());
        let dry = with(input.clone(), json!({ "dryRun": true }));
        let rehearsed = room.admin().await.send(name, &dry, once, SHOWN).await.whole()["it"].take();
        assert_eq!(rehearsed["userErrors"], json!([]), "{name}: {rehearsed}");
        assert_eq!(room.db.text(ALL).await, before, "{name} has changed something");
        // Its key is free.
        let done = room.admin().await.send(name, &input, once, SHOWN).await.whole()["it"].take();
        assert_eq!(done["userErrors"], json!([]), "{name}: {done}");
        let (rehearsed, done) = (&rehearsed["reorganisation"], &done["reorganisation"]);
        assert_eq!((&rehearsed["dryRun"], &done["dryRun"]), (&json!(true), &json!(false)), "{name}");
        assert_eq!(rehearsed["passed"], done["passed"], "{name}");
        assert_eq!(rehearsed["agency"].is_object(), shown, "{name}: what is not opened is not there");
        assert_ne!(room.db.text(ALL).await, before, "{name}");
    }
    // What is refused is refused in a dry run as well.
    let dry = with(room.seen("qng.snv").await, json!({ "dryRun": true }));
    assert_eq!(room.refused("closeAgency", decided(dry)).await, ["REQUIRED successor"]);
}

#[tokio::test]
async fn what_is_sent_twice_under_a_key_is_done_once() {
    let room = Room::new().await;
    let (input, once) = (decided(json!({ "agencies": [room.seen("qng.skhcn").await], "successor": "qng.stc" })), key());
    let first = room.admin().await.send("mergeAgencies", &input, once, SHOWN).await.whole();
    let after = room.db.text(ALL).await;
    let again = room.admin().await.send("mergeAgencies", &input, once, SHOWN).await.whole();
    assert_eq!(first["it"]["reorganisation"]["passed"], again["it"]["reorganisation"]["passed"]);
    assert!(counts(&first["it"]["reorganisation"]).len() > 2, "{first}");
    assert_eq!(room.db.text(ALL).await, after);
    let other = with(input, json!({ "note": "Khác" }));
    let other = room.admin().await.send("mergeAgencies", &other, once, SHOWN).await;
    assert!(other.errors[0]["message"].as_str().unwrap().contains("idempotencyKey"), "{other:?}");
}

#[tokio::test]
async fn what_was_known_before_is_told_as_it_was() {
    let room = Room::new().await;
    let now = "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
    let before = room.db.text(now).await;
    room.ok("mergeAgencies", decided(json!({ "agencies": [room.seen("qng.skhcn").await], "successor": "qng.stc" })))
        .await;
    let after = room.db.text(now).await;
    let question = r#"agency(code: "qng.skhcn") { closedOn successors { kind } ledDirectives(first: 1, filter: { isOpen: true }) { totalCount } }
        unit: agency(code: "qng.tt_ung_dung") { parent { code } }"#;
    let question = question.replace(", filter: { isOpen: true }", "");
    let told = Viewer::public(&room.db)
        .ask(&format!("{{ before: asOf(instant: \"{before}\") {{ {question} }} after: asOf(instant: \"{after}\") {{ {question} }} }}"))
        .await
        .whole();
    let (before, after) = (&told["before"], &told["after"]);
    assert_eq!((&before["agency"]["closedOn"], &after["agency"]["closedOn"]), (&Value::Null, &json!("2026-01-10")));
    assert_eq!(
        (texts(before, "agency/successors/*/kind"), texts(after, "agency/successors/*/kind")),
        (vec![], vec!["MERGER"])
    );
    assert_eq!(
        (&before["unit"]["parent"]["code"], &after["unit"]["parent"]["code"]),
        (&json!("qng.skhcn"), &json!("qng.stc"))
    );
    let led = |of: &Value| of["agency"]["ledDirectives"]["totalCount"].as_i64().unwrap();
    assert!(led(before) > led(after), "{told}");
}
