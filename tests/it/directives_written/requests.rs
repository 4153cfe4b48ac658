//! What its agencies ask for on the way: the input of others, a later day.

use serde_json::{Value, json};
use tests::{
    graphql::{all, texts},
    mutation::with,
};

use super::{Room, not_there, of, on, seen};

/// Where it was asked for, it is tomorrow already: the clocks of two nodes differ around midnight.
#[tokio::test]
async fn input_is_given_on_no_earlier_day_than_it_was_asked_for() {
    let room = Room::new().await;
    let it = room.begun(json!({})).await;
    for question in ["Góp ý một", "Góp ý hai"] {
        let ask = json!({ "coordinator": "qng.stc", "question": question });
        room.ok(&room.head, "requestInput", on(&it, ask)).await;
    }
    room.db.execute("UPDATE directive_input SET asked_on = '2026-01-21' WHERE question LIKE 'Góp ý %'").await;
    let asked = of(&room.partner, &it, "inputRequests { id question }").await;
    let first = &asked["inputRequests"][0]["id"];
    room.ok(&room.partner, "giveInput", json!({ "inputRequest": first, "answer": "Đồng ý" })).await;
    room.ok(&room.leader, "cancelDirective", with(seen(&it), json!({ "reason": "Trùng việc" }))).await;
    let asked = of(&room.partner, &it, "inputRequests { endedOn }").await;
    assert_eq!(texts(&asked, "inputRequests/*/endedOn"), ["2026-01-21", "2026-01-21"]);
}

#[tokio::test]
async fn days_of_waiting_are_counted_and_end_with_the_directive() {
    let room = Room::new().await;
    let it = room.begun(json!({})).await;
    for question in ["Đề nghị góp ý", "Đề nghị cung cấp số liệu"] {
        let ask = on(&it, json!({ "coordinator": "qng.stc", "question": question }));
        room.ok(&room.head, "requestInput", ask).await;
    }
    for (more, code, field) in [
        (json!({ "coordinator": "qng.syt" }), "NOT_FOUND", "coordinator"),
        (json!({ "dueOn": "2026-01-19" }), "OUT_OF_BOUNDS", "dueOn"),
        (json!({ "question": "" }), "REQUIRED", "question"),
    ] {
        let ask = with(on(&it, json!({ "coordinator": "qng.stc", "question": "Gì?" })), more);
        let refused = room.refused(&room.head, "requestInput", ask).await;
        assert_eq!((&refused["code"], &refused["field"]), (&json!(code), &json!(["input", field])));
    }
    room.db.execute("UPDATE directive_input SET asked_on = '2026-01-10' WHERE question = 'Đề nghị góp ý'").await;
    let days = "waitedDays later: waitedDays(on: \"2026-01-30\") inputRequests { id question waitedDays endedOn }";
    let asked = of(&room.partner, &it, days).await;
    assert_eq!((&asked["waitedDays"], &asked["later"]), (&json!(10), &json!(30)));
    not_there(&room.stranger, "giveInput", json!({ "inputRequest": asked["inputRequests"][0]["id"], "answer": "Có" }))
        .await;
    room.ok(&room.partner, "giveInput", json!({ "inputRequest": asked["inputRequests"][0]["id"], "answer": "Đây" }))
        .await;
    room.ok(&room.leader, "cancelDirective", with(seen(&it), json!({ "reason": "Trùng việc" }))).await;
    let asked = of(&room.partner, &it, days).await;
    assert_eq!((&asked["waitedDays"], &asked["later"]), (&json!(10), &json!(10)), "nobody waits any more");
    assert!(texts(&asked, "inputRequests/*/endedOn").iter().all(|day| *day == "2026-01-20"), "{asked}");
}

#[tokio::test]
async fn nobody_decides_on_their_own_request() {
    let room = Room::new().await;
    let it = room.begun(json!({})).await;
    // Who asks for a later deadline does not grant it, and who offers another day does not accept it.
    let later = json!({ "proposedOn": "2026-04-30", "reason": "Chờ hướng dẫn" });
    room.ok(&room.both, "requestExtension", on(&it, later.clone())).await;
    let request = of(&room.head, &it, "extensionRequests { id } viewerCan { decideExtension requestExtension }").await;
    assert_eq!(request["viewerCan"], json!({ "decideExtension": false, "requestExtension": false }));
    assert_eq!(of(&room.both, &it, "viewerCan { decideExtension }").await["viewerCan"]["decideExtension"], false);
    assert_eq!(of(&room.leader, &it, "viewerCan { decideExtension }").await["viewerCan"]["decideExtension"], true);
    let decide = |request: &Value, decision: &str, more: Value| {
        with(json!({ "extensionRequest": request, "expectedVersion": 2, "decision": decision }), more)
    };
    let first = request["extensionRequests"][0]["id"].clone();
    let own = room.refused(&room.both, "decideExtension", decide(&first, "APPROVE", json!({}))).await;
    assert_eq!(own["code"], "OWN_WORK");
    let again = room.refused(&room.head, "requestExtension", on(&it, later.clone())).await;
    assert_eq!(again["code"], "NOT_IN_STATE", "one at a time");
    let why = room.refused(&room.leader, "decideExtension", decide(&first, "REFUSE", json!({}))).await;
    assert_eq!((&why["code"], &why["field"]), (&json!("REQUIRED"), &json!(["input", "reason"])));
    room.ok(&room.leader, "decideExtension", decide(&first, "REFUSE", json!({ "reason": "Đã đủ thời gian" }))).await;

    room.ok(&room.head, "requestExtension", on(&it, later)).await;
    let requests = of(&room.head, &it, "extensionRequests { id state }").await;
    let second = all(&requests, "extensionRequests/*").into_iter().find(|request| request["state"] == "REQUESTED");
    let second = second.unwrap()["id"].clone();
    room.ok(&room.both, "decideExtension", decide(&second, "COUNTER", json!({ "counterOn": "2026-03-15" }))).await;
    let answer = json!({ "extensionRequest": second, "expectedVersion": 2, "accept": true });
    let own = room.refused(&room.both, "answerCounterOffer", answer.clone()).await;
    assert_eq!(own["code"], "OWN_WORK");
    let decline = json!({ "extensionRequest": second, "expectedVersion": 2, "accept": false });
    let it = room.ok(&room.head, "answerCounterOffer", decline).await;
    assert_eq!(it["dueOn"], "2026-02-28");
}
