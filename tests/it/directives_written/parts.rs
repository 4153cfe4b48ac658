//! A whole and its parts: neither goes on without the other.

use serde_json::{Value, json};
use tests::{mutation::with, sql};

use super::{Room, of, on, seen};

const PARTS: &str = "state isBlocked unfinishedParts { code } parts(order: { by: CODE }) { nodes { id code state stateSource version viewerCan { accept }
    timeline { nodes { kind text otherDirective { code } } } } }";

/// One with a part that another agency leads.
async fn divided(room: &Room) -> Value {
    room.begun(json!({ "parts": [{ "title": "Phần kinh phí", "leads": ["qng.stc"] }] })).await
}

#[tokio::test]
async fn parts_are_cancelled_with_the_whole() {
    let room = Room::new().await;
    let it = divided(&room).await;
    let given = json!({ "part": { "title": "Khảo sát hạ tầng", "leads": ["qng.tt_ung_dung"] } });
    let given = room.ok(&room.head, "delegateDirective", on(&it, given)).await;
    let further = room.ok(&room.below, "acceptDirective", seen(&given)).await;
    assert_eq!(further["state"], "IN_PROGRESS");
    let it = of(&room.leader, &it, "id version").await;
    room.ok(&room.leader, "cancelDirective", with(seen(&it), json!({ "reason": "Gộp vào việc khác" }))).await;
    let told = of(&room.partner, &it, PARTS).await;
    assert_eq!((&told["state"], &told["unfinishedParts"]), (&json!("CANCELLED"), &json!([])));
    let parts = told["parts"]["nodes"].as_array().unwrap();
    assert_eq!(parts.len(), 2);
    for part in parts {
        assert_eq!((&part["state"], &part["viewerCan"]["accept"]), (&json!("CANCELLED"), &json!(false)), "{part}");
        assert_eq!(part["stateSource"], "RECORDED", "people ended it, no document");
        let last = part["timeline"]["nodes"].as_array().unwrap().last().unwrap();
        assert_eq!((&last["kind"], &last["text"]), (&json!("CANCELLED"), &json!("Gộp vào việc khác")));
        assert!(part["code"].as_str().unwrap().starts_with(last["otherDirective"]["code"].as_str().unwrap()));
    }
    let told = "SELECT count(*) FROM audit_entry WHERE action = 'CANCEL_DIRECTIVE'";
    assert_eq!(room.db.text(told).await, "3");
}

#[tokio::test]
async fn a_whole_is_not_done_before_its_parts_unless_somebody_says_why() {
    let room = Room::new().await;
    let it = divided(&room).await;
    let told = of(&room.head, &it, PARTS).await;
    let part = told["parts"]["nodes"][0].clone();
    assert_eq!(told["unfinishedParts"], json!([{ "code": part["code"] }]));
    let done = |it: &Value| with(seen(it), json!({ "narrative": "Đã xong" }));
    let refused = room.refused(&room.head, "reportDone", done(&it)).await;
    assert_eq!((&refused["code"], &refused["field"]), (&json!("NOT_IN_STATE"), &json!(["input", "directive"])));
    assert!(refused["message"].as_str().unwrap().ends_with(part["code"].as_str().unwrap()), "{refused}");
    // The part is done, and confirmed: nothing holds the whole up.
    let done_with_part = room.ok(&room.partner, "acceptDirective", seen(&part)).await;
    let reported = room.ok(&room.partner, "reportDone", done(&done_with_part)).await;
    assert_eq!(room.refused(&room.head, "reportDone", done(&it)).await["code"], "NOT_IN_STATE", "not confirmed yet");
    room.ok(&room.leader, "confirmDone", seen(&reported)).await;
    let it = room.ok(&room.head, "reportDone", done(&it)).await;
    room.ok(&room.leader, "confirmDone", seen(&it)).await;
    // Another, with a reason.
    let it = divided(&room).await;
    let why = json!({ "unfinishedPartsReason": "Kinh phí đã bố trí từ nguồn khác" });
    let it = room.ok(&room.head, "reportDone", with(done(&it), why)).await;
    let told = of(&room.leader, &it, "timeline(filter: { kinds: [REPORTED_DONE] }) { nodes { text } }").await;
    assert_eq!(told["timeline"]["nodes"][0]["text"], "Đã xong\nKinh phí đã bố trí từ nguồn khác");
    room.ok(&room.leader, "confirmDone", seen(&it)).await;
    let told = of(&room.leader, &it, PARTS).await;
    assert_eq!((&told["state"], &told["parts"]["nodes"][0]["state"]), (&json!("COMPLETED"), &json!("CANCELLED")));
}

#[tokio::test]
async fn postgresql_ends_no_whole_before_its_parts() {
    let room = Room::new().await;
    let it = divided(&room).await;
    let mut server = room.db.pool.get().await.unwrap();
    let end = format!(
        "UPDATE directive SET state = 'CANCELLED', version = 9 WHERE code = '{}'",
        it["code"].as_str().unwrap()
    );
    let told = sql::execute(&mut server, &end).await.unwrap_err().to_string();
    assert!(told.contains("its parts go on"), "{told}");
}
