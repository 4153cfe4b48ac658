//! Who may do what, and who sees it at all.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::{
    graphql::{Viewer, all},
    mutation::{key, with},
};
use uuid::Uuid;

use super::{Room, act, directive, not_there, of, on, seen, send};

/// A number below `sides`, the same in every run (splitmix64).
fn roll(dice: &mut u64, sides: usize) -> usize {
    *dice = dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*dice ^ (*dice >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from(mixed >> 33).unwrap() % sides
}

/// Buttons and mutations go by one rule: on a long way through all states, what `viewerCan` says is what happens.
#[tokio::test]
async fn what_viewers_are_told_they_can_do_is_what_they_can_do() {
    let room = Room::new().await;
    let people = [&room.leader, &room.office, &room.head, &room.reporter, &room.partner, &room.both, &room.below];
    let actions = [
        "accept",
        "reportProgress",
        "requestInput",
        "giveInput",
        "requestExtension",
        "decideExtension",
        "answerCounterOffer",
        "reportDone",
        "confirmDone",
        "sendBack",
        "cancel",
    ];
    let flags = actions.join(" ");
    let (mut done, mut dice) = (BTreeMap::<&str, u32>::new(), 57);
    for _ in 0..6 {
        let it = room.issued(json!({})).await;
        for _ in 0..45 {
            let who = people[roll(&mut dice, people.len())];
            let now = of(
                who,
                &it,
                &format!(
                    "id version viewerCan {{ {flags} }} extensionRequests {{ id state }} inputRequests {{ id endedOn }}"
                ),
            )
            .await;
            // Any of them, or of those that are open the one that was done least; cancelling ends the way, so seldom.
            let can = actions.into_iter().filter(|action| now["viewerCan"][*action] == true);
            let seldom = can.min_by_key(|action| done.get(action).copied().unwrap_or_default());
            let action = match (roll(&mut dice, 2), seldom) {
                (0, Some(seldom)) => seldom,
                _ => actions[roll(&mut dice, actions.len())],
            };
            if action == "cancel" && roll(&mut dice, 8) > 0 {
                continue;
            }
            let open = |list: &str, is_open: fn(&Value) -> bool| {
                all(&now, &format!("{list}/*"))
                    .into_iter()
                    .find(|request| is_open(request))
                    .map(|request| request["id"].clone())
            };
            let extension = open("extensionRequests", |it| it["state"] == "REQUESTED" || it["state"] == "COUNTERED");
            let input = open("inputRequests", |it| it["endedOn"].is_null());
            let reason = json!({ "reason": "Vì sao" });
            let version = now["version"].clone();
            let (name, given) = match action {
                "accept" => ("acceptDirective", seen(&now)),
                "reportProgress" => ("reportProgress", on(&now, json!({ "narrative": "Đang làm" }))),
                "requestInput" => ("requestInput", on(&now, json!({ "coordinator": "qng.stc", "question": "Gì?" }))),
                "requestExtension" => {
                    ("requestExtension", on(&now, json!({ "proposedOn": "2199-01-01", "reason": "Chờ" })))
                }
                "reportDone" => ("reportDone", with(seen(&now), json!({ "narrative": "Xong" }))),
                "confirmDone" => ("confirmDone", seen(&now)),
                "sendBack" => ("sendBackDirective", with(seen(&now), reason)),
                "cancel" => ("cancelDirective", with(seen(&now), reason)),
                "giveInput" => match input {
                    Some(id) => ("giveInput", json!({ "inputRequest": id, "answer": "Đây" })),
                    None => continue,
                },
                _ => match (action, extension) {
                    (_, None) => continue,
                    ("decideExtension", Some(id)) => (
                        "decideExtension",
                        json!({ "extensionRequest": id, "expectedVersion": version, "decision": "COUNTER", "counterOn": format!("2{:03}-06-30", 30 + done.values().sum::<u32>()) }),
                    ),
                    (_, Some(id)) => (
                        "answerCounterOffer",
                        json!({ "extensionRequest": id, "expectedVersion": version, "accept": roll(&mut dice, 4) == 0 }),
                    ),
                },
            };
            let asked = send(who, name, &given, key()).await;
            let is_done = asked.data["it"]["directive"]["id"].is_string();
            assert_eq!(now["viewerCan"][action], json!(is_done), "{action}: {asked:?}");
            if is_done {
                *done.entry(action).or_default() += 1;
            }
        }
    }
    assert_eq!(done.len(), actions.len(), "some were never done: {done:?}");
    let own = "SELECT count(*) FROM directive WHERE confirmed_by = done_reported_by";
    assert_eq!(room.db.text(own).await, "0");
}

#[tokio::test]
async fn what_is_restricted_to_its_parties_is_not_there_for_others() {
    let room = Room::new().await;
    let hidden =
        room.issued(json!({ "clause": "13", "visibility": "RESTRICTED", "title": "Kiểm kê thiết bị cơ yếu" })).await;
    let accept = seen(&hidden);
    let unknown =
        json!({ "directive": schema::id::encode(b'v', Uuid::from_u128(77)).to_string(), "expectedVersion": 1 });
    for who in [&room.stranger, &room.below] {
        assert_eq!(of(who, &hidden, "id").await, Value::Null);
        not_there(who, "acceptDirective", accept.clone()).await;
        not_there(who, "acceptDirective", unknown.clone()).await;
    }
    let lists = "{ directives(filter: { document: \"tb-ubnd-qng-2025-04\", text: \"kiem ke co yeu\" }) { totalCount }
        document(code: \"tb-ubnd-qng-2025-04\") { directives(filter: { text: \"kiem ke co yeu\" }) { totalCount nodes { timeline { totalCount } } } } }";
    for (who, count) in [(&Viewer::public(&room.db), 0), (&room.stranger, 0), (&room.head, 1), (&room.partner, 1)] {
        let answer = who.ask(lists).await.whole();
        assert_eq!(
            (&answer["directives"]["totalCount"], &answer["document"]["directives"]["totalCount"]),
            (&json!(count), &json!(count))
        );
    }
    // Its code is not found taken by whoever does not see it.
    let open = act(&room.stranger, "issueDirective", directive(json!({ "clause": "13", "assigner": "qng.syt" }))).await;
    assert_eq!((&open["userErrors"], &open["directive"]["code"]), (&json!([]), &json!("tb-ubnd-qng-2025-04:13")));
    // Nor can anybody wait for it, or learn from what waits for it.
    let wait = json!({ "assigner": "qng.syt", "dependsOn": [{ "directive": hidden["code"] }] });
    let refused = room.refused(&room.stranger, "issueDirective", directive(wait)).await;
    assert_eq!(refused["code"], "NOT_FOUND");
    let more = json!({ "leads": ["qng.syt"], "dependsOn": [{ "directive": hidden["code"] }] });
    let waits = room.issued(more).await;
    let seen_by_lead = of(&room.stranger, &waits, "isBlocked waitsFor { note } dependsOn { note }").await;
    assert_eq!(seen_by_lead, json!({ "isBlocked": false, "waitsFor": [], "dependsOn": [] }));
    let waits = room.ok(&room.stranger, "acceptDirective", seen(&waits)).await;
    let done = with(seen(&waits), json!({ "narrative": "Xong" }));
    let refused = room.refused(&room.stranger, "reportDone", done).await;
    assert_eq!(refused["message"], "Its state does not allow that", "refused, without a name");
    room.ok(&room.leader, "cancelDirective", with(seen(&hidden), json!({ "reason": "Không cần nữa" }))).await;
    assert_eq!(room.timeline(&room.stranger, &waits).await, ["ISSUED", "ACCEPTED"]);
    assert_eq!(room.timeline(&room.leader, &waits).await, ["ISSUED", "ACCEPTED", "UNBLOCKED"]);
}
