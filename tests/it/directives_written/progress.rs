//! Worked on and reported on.

use std::sync::Arc;

use auth::{Principal, Reached, Role, ServiceScope};
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    graphql::{Viewer, all},
    mutation::{key, with},
};
use uuid::Uuid;

use super::{Room, act, not_there, of, on, seen, send};

/// What is invented for the demo is so no longer once somebody works on it.
#[tokio::test]
async fn a_simulated_state_is_a_reported_one_after_the_first_report() {
    let room = Room::new().await;
    let simulated = "{ directives(filter: { lead: \"qng.skhcn\", states: [IN_PROGRESS] }, first: 50) { nodes { id version stateSource } } }";
    let found = room.reporter.ask(simulated).await.whole();
    let it = all(&found, "directives/nodes/*").into_iter().find(|it| it["stateSource"] == "SIMULATED").unwrap();
    room.ok(&room.reporter, "reportProgress", on(it, json!({ "narrative": "Đang làm" }))).await;
    assert_eq!(of(&room.reporter, it, "stateSource version").await, json!({ "stateSource": "RECORDED", "version": 2 }));
}

#[tokio::test]
async fn machines_report_progress_of_what_they_see() {
    let room = Room::new().await;
    let (open, internal) = (room.issued(json!({})).await, room.issued(json!({ "visibility": "INTERNAL" })).await);
    let here = room.db.text("SELECT id::text FROM agency WHERE code = 'qng.skhcn'").await;
    let here = Reached::Agencies(Arc::new([here.parse().unwrap()].into()));
    let machine = |scopes| {
        Viewer::with(&room.db, Principal::service(Uuid::from_u128(30), scopes, here.clone())).who_reads(Language::En)
    };
    let blind = machine(vec![ServiceScope::WriteProgress]);
    let report = |of: &Value| on(of, json!({ "percent": 10, "narrative": "Đồng bộ tự động" }));
    let begun = room.ok(&blind, "reportProgress", report(&open)).await;
    assert_eq!(begun["state"], "IN_PROGRESS");
    not_there(&blind, "reportProgress", report(&internal)).await;
    let seeing = machine(vec![ServiceScope::WriteProgress, ServiceScope::ReadInternal]);
    room.ok(&seeing, "reportProgress", report(&internal)).await;
    let outside = room.refused(&blind, "reportProgress", on(&open, json!({ "percent": 101, "narrative": "x" }))).await;
    assert_eq!((&outside["code"], &outside["field"]), (&json!("OUT_OF_BOUNDS"), &json!(["input", "percent"])));
}

#[tokio::test]
async fn a_stale_version_shows_the_directive_as_it_stands_and_a_retry_changes_nothing() {
    let room = Room::new().await;
    let it = room.issued(json!({})).await;
    let (accept, key) = (seen(&it), key());
    let first = send(&room.head, "acceptDirective", &accept, key).await.whole();
    let again = send(&room.head, "acceptDirective", &accept, key).await.whole();
    assert_eq!(first, again);
    assert_eq!(room.timeline(&room.head, &it).await, ["ISSUED", "ACCEPTED"]);
    let stale = act(&room.leader, "cancelDirective", with(seen(&it), json!({ "reason": "Trùng việc" }))).await;
    assert_eq!(
        (&stale["userErrors"][0]["code"], &stale["userErrors"][0]["field"]),
        (&json!("STALE"), &json!(["input", "expectedVersion"]))
    );
    assert_eq!(stale["current"], json!({ "id": it["id"], "state": "IN_PROGRESS", "version": 2 }));
    let vi = Viewer::who_holds(&room.db, &[(Role::Leader, "qng.ubnd", false)]).await.who_reads(Language::Vi);
    let told = room.refused(&vi, "confirmDone", with(seen(&it), json!({ "expectedVersion": 2 }))).await;
    assert_eq!(
        (&told["code"], &told["message"]),
        (&json!("NOT_IN_STATE"), &json!("Trạng thái hiện tại không cho phép"))
    );
}
