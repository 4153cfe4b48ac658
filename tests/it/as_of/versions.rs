//! The versions of an object: when each became known, by whom, what it changed; and what has changed since a moment.

use auth::Role;
use serde_json::{Value, json};
use tests::{
    TestDb, demo,
    graphql::{Viewer, texts},
    mutation::seen,
};

use super::{as_of, instant};

const HISTORY: &str = "history { at by { login } changes { field before after } }";

async fn history(viewer: &Viewer, id: &str) -> Value {
    let question = format!(
        "{{ node(id: \"{id}\") {{ ... on Target {{ {HISTORY} }} ... on Directive {{ {HISTORY} }} ... on Indicator {{ {HISTORY} }}
            ... on Agency {{ {HISTORY} }} ... on Measurement {{ {HISTORY} }} }} }}"
    );
    viewer.ask(&question).await.whole()["node"]["history"].take()
}

async fn id(db: &TestDb, tag: u8, query: &str) -> String {
    schema::id::encode(tag, db.text(query).await.parse().unwrap()).to_string()
}

#[tokio::test]
async fn a_version_tells_when_it_was_known_and_what_it_changed() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let target = id(&db, b't', "SELECT id FROM target WHERE value = 50 ORDER BY code LIMIT 1").await;
    assert_eq!(
        history(&viewer, &target).await,
        json!([{ "at": "2025-05-15T01:00:00+00:00", "by": null, "changes": [] }])
    );
    let before = instant(&db).await;
    let revise = "UPDATE target SET value = 60, note = 'Theo kế hoạch mới' WHERE id = (SELECT id FROM target WHERE value = 50 ORDER BY code LIMIT 1)";
    db.execute(revise).await;
    let told = history(&viewer, &target).await;
    assert_eq!(texts(&told, "*/changes/*/field"), ["note", "value"]);
    assert_eq!(told[1]["changes"][1], json!({ "field": "value", "before": "50", "after": "60" }));
    assert!(told[1]["at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap() > before);
    // As of an instant before it there was one version.
    let question = as_of(before, &format!("{{ node(id: \"{target}\") {{ ... on Target {{ {HISTORY} }} }} }}"));
    assert_eq!(viewer.ask(&question).await.whole()["asOf"]["node"]["history"].as_array().unwrap().len(), 1);
    // What refers to what everybody sees comes as its code; what changed nothing that is shown is no version.
    db.execute("UPDATE indicator SET lead_agency_id = (SELECT id FROM agency WHERE code = 'qng.stc') WHERE code = 'coverage_5g_share';
        UPDATE indicator SET note = note WHERE code = 'coverage_5g_share'").await;
    let told =
        history(&viewer, &id(&db, b'i', "SELECT id FROM indicator WHERE code = 'coverage_5g_share'").await).await;
    assert_eq!(told.as_array().unwrap().len(), 2);
    assert_eq!(told[1]["changes"], json!([{ "field": "leadAgency", "before": "qng.skhcn", "after": "qng.stc" }]));
}

/// Who wrote it is told to whoever sees accounts; nobody is told what a version said that is hidden from them.
#[tokio::test]
async fn who_it_was_and_what_was_hidden_is_told_to_whom_it_is_due() {
    let db = TestDb::demo().await;
    let (first, of_first) = ("SELECT id FROM directive WHERE state = 'ASSIGNED' AND code IN (SELECT d.code FROM directive d
        JOIN directive_lead l ON l.directive_id = d.id JOIN agency a ON a.id = l.agency_id WHERE a.code = 'qng.skhcn') ORDER BY code LIMIT 1", b'v');
    let directive = id(&db, of_first, first).await;
    db.execute(&format!(
        "INSERT INTO account (id, login, full_name, agency_id, created_at) SELECT '{}', 'truong', 'Trưởng phòng', id, '{}' FROM agency WHERE code = 'qng.skhcn'",
        uuid::Uuid::from_u128(31),
        demo::now()
    ))
    .await;
    let head = Viewer::person(&db, 31, &[(Role::Head, "qng.skhcn", false)]).await;
    let read = format!("{{ node(id: \"{directive}\") {{ ... on Directive {{ id version }} }} }}");
    let node = head.ask(&read).await.whole()["node"].take();
    let done = head.act("acceptDirective", seen("directive", &node), "directive { state }").await;
    assert_eq!(done["directive"]["state"], "IN_PROGRESS", "{done}");
    let inspector = Viewer::who_holds(&db, &[(Role::Inspector, "qng.skhcn", false)]).await;
    let public = Viewer::public(&db);
    let state = |told: &Value| {
        let all: Vec<_> =
            told[1]["changes"].as_array().unwrap().iter().filter(|it| it["field"] == "state").cloned().collect();
        (told[1]["by"]["login"].clone(), all)
    };
    let accepted = vec![json!({ "field": "state", "before": "ASSIGNED", "after": "IN_PROGRESS" })];
    assert_eq!(state(&history(&inspector, &directive).await), (json!("truong"), accepted.clone()));
    assert_eq!(state(&history(&public, &directive).await), (Value::Null, accepted));
    // Restricted for a while, with words that only its parties read.
    let by_id = |change: &str| {
        format!(
            "SET session_replication_role = replica; UPDATE directive SET {change} WHERE id = '{}'",
            decoded(&directive)
        )
    };
    db.execute(&by_id("visibility = 'RESTRICTED', note = 'canary'")).await;
    db.execute(&by_id("note = 'Mở'")).await;
    db.execute(&by_id("visibility = 'PUBLIC'")).await;
    assert!(!history(&public, &directive).await.to_string().contains("canary"));
    assert!(history(&inspector, &directive).await.to_string().contains("canary"));
}

fn decoded(global: &str) -> uuid::Uuid {
    schema::id::decode(global).unwrap().1
}

#[tokio::test]
async fn what_has_changed_since_a_moment_is_told_without_a_cursor() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    for (number, minutes) in [(1, 10), (2, 20), (3, 30)] {
        db.execute(&format!(
            "INSERT INTO change (noun, object_id, kind, recorded_at) SELECT 'agency', id, 'UPDATED', timestamptz '{}' + interval '{minutes} minutes'
             FROM agency WHERE code = 'qng.skhcn' OR code = 'qng.stc' ORDER BY code OFFSET {} LIMIT 1",
            demo::now(),
            number % 2
        ))
        .await;
    }
    let since = |minutes: i64| (demo::now() + chrono::TimeDelta::minutes(minutes)).to_rfc3339();
    let ask = async |arguments: &str| {
        let question =
            format!("{{ changes({arguments}) {{ events {{ id recordedAt }} endCursor hasMore }} changeCursor }}");
        viewer.ask(&question).await
    };
    for (minutes, events) in [(15, 2), (25, 1), (30, 1), (31, 0)] {
        let asked = ask(&format!("since: \"{}\"", since(minutes))).await.whole();
        assert_eq!(asked["changes"]["events"].as_array().unwrap().len(), events, "{minutes}");
        assert_eq!(asked["changes"]["endCursor"], asked["changeCursor"]);
        let cursor = asked["changes"]["endCursor"].as_str().unwrap();
        let after = ask(&format!("after: \"{cursor}\"")).await.whole();
        assert_eq!(after["changes"]["events"], json!([]));
        let both = ask(&format!("since: \"{}\", after: \"{cursor}\"", since(0))).await;
        assert_eq!(both.errors[0]["message"], "Bad request: take either after or since");
    }
}
