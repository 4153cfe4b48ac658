//! One that waits for another.

use serde_json::{Value, json};
use tests::mutation::with;

use super::{Room, act, of, seen};

#[tokio::test]
async fn what_waits_is_unlocked_when_the_awaited_is_done() {
    let room = Room::new().await;
    let awaited = room.begun(json!({})).await;
    let waits = room.begun(json!({ "dependsOn": [{ "directive": awaited["code"] }] })).await;
    let twice = json!({ "dependsOn": [{ "directive": awaited["code"] }, { "document": "chien-luoc-10-nam-qng" }] });
    let waits_for_two = room.begun(twice).await;
    let state = "isBlocked waitsFor { directive { code } document { code } } viewerCan { reportDone }";
    let blocked = of(&room.head, &waits, state).await;
    assert_eq!(
        blocked,
        json!({ "isBlocked": true, "waitsFor": [{ "directive": { "code": awaited["code"] }, "document": null }], "viewerCan": { "reportDone": false } })
    );
    let done = |it: &Value| with(seen(it), json!({ "narrative": "Đã xong" }));
    let refused = room.refused(&room.head, "reportDone", done(&waits)).await;
    assert_eq!(refused["code"], "NOT_IN_STATE");
    assert!(refused["message"].as_str().unwrap().ends_with(awaited["code"].as_str().unwrap()), "{refused}");
    let outbox = async |of: &Value| {
        let code = of["code"].as_str().unwrap();
        let count =
            format!("SELECT count(*) FROM change c JOIN directive d ON d.id = c.object_id WHERE d.code = '{code}'");
        room.db.text(&count).await.parse::<i32>().unwrap()
    };
    let before = (outbox(&waits).await, outbox(&waits_for_two).await);
    let awaited = room.ok(&room.head, "reportDone", done(&awaited)).await;
    assert_eq!(of(&room.head, &waits, "isBlocked").await["isBlocked"], true, "reported is not done");
    room.ok(&room.leader, "confirmDone", seen(&awaited)).await;
    assert_eq!((outbox(&waits).await, outbox(&waits_for_two).await), (before.0 + 1, before.1 + 1));
    let free = of(&room.head, &waits, &format!("{state} timeline(filter: {{ kinds: [UNBLOCKED] }}) {{ nodes {{ kind otherDirective {{ code }} account {{ id }} }} }}")).await;
    assert_eq!((&free["isBlocked"], &free["viewerCan"]["reportDone"]), (&json!(false), &json!(true)));
    assert_eq!(
        free["timeline"]["nodes"],
        json!([{ "kind": "UNBLOCKED", "otherDirective": { "code": awaited["code"] }, "account": null }])
    );
    assert_eq!(
        room.timeline(&room.head, &waits_for_two).await,
        ["ISSUED", "ACCEPTED"],
        "it still waits for a document"
    );
    let refused = room.refused(&room.head, "reportDone", done(&waits_for_two)).await;
    assert!(refused["message"].as_str().unwrap().ends_with(": chien-luoc-10-nam-qng"), "{refused}");
    room.ok(&room.head, "reportDone", done(&waits)).await;
}

/// Of two awaited directives that are completed at the same moment, one frees what waits for both, once.
#[tokio::test]
async fn what_waits_for_two_is_unlocked_once() {
    let room = Room::new().await;
    let (one, other) = (room.begun(json!({})).await, room.begun(json!({})).await);
    let waits =
        room.issued(json!({ "dependsOn": [{ "directive": one["code"] }, { "directive": other["code"] }] })).await;
    let cancel = |it| act(&room.leader, "cancelDirective", with(seen(it), json!({ "reason": "Gộp việc" })));
    tokio::join!(cancel(&one), cancel(&other));
    assert_eq!(room.timeline(&room.head, &waits).await, ["ISSUED", "UNBLOCKED"]);
}
