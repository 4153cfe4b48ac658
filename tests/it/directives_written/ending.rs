//! Reported as done, and confirmed by somebody else.

use serde_json::json;
use tests::mutation::{next, with};

use super::{Room, act, directive, of, seen};

#[tokio::test]
async fn who_comes_at_the_same_moment_comes_one_after_the_other() {
    let room = Room::new().await;
    let issue = || act(&room.leader, "issueDirective", directive(json!({ "clause": format!("20.{}", next()) })));
    let issued = tokio::join!(issue(), issue(), issue(), issue());
    for done in [&issued.0, &issued.1, &issued.2, &issued.3] {
        assert_eq!(done["userErrors"], json!([]), "{done}");
    }
    let it = room.ok(&room.head, "acceptDirective", seen(&issued.0["directive"])).await;
    let it = room.ok(&room.head, "reportDone", with(seen(&it), json!({ "narrative": "Xong" }))).await;
    let confirm = |who| act(who, "confirmDone", seen(&it));
    let (one, other) = tokio::join!(confirm(&room.leader), confirm(&room.office));
    let mut codes: Vec<_> = [&one, &other].map(|done| done["userErrors"][0]["code"].as_str()).to_vec();
    codes.sort_unstable();
    assert_eq!(codes, [None, Some("STALE")]);
    assert_eq!(room.timeline(&room.head, &it).await, ["ISSUED", "ACCEPTED", "REPORTED_DONE", "COMPLETED"]);
}

#[tokio::test]
async fn who_reports_it_as_done_does_not_confirm_it() {
    let room = Room::new().await;
    let it = room.begun(json!({})).await;
    let it = room.ok(&room.both, "reportDone", with(seen(&it), json!({ "narrative": "Xong" }))).await;
    assert_eq!(
        of(&room.both, &it, "viewerCan { confirmDone sendBack }").await["viewerCan"],
        json!({ "confirmDone": false, "sendBack": true })
    );
    let own = room.refused(&room.both, "confirmDone", seen(&it)).await;
    assert_eq!(
        (&own["code"], &own["message"]),
        (&json!("OWN_WORK"), &json!("Somebody else has to do that: it is your own work"))
    );
    room.ok(&room.leader, "confirmDone", with(seen(&it), json!({ "note": "Tốt" }))).await;
}
