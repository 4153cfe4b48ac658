//! The whole way, as its timeline tells it.

use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, all, lines},
    mutation::with,
};

use super::{Room, of, on, seen};

/// The timeline page by page, the latest first.
async fn pages(who: &Viewer, directive: &Value) -> Vec<Value> {
    let (mut after, mut found) = ("null".to_owned(), Vec::new());
    loop {
        let page = format!("timeline(order: {{ direction: DESCENDING }}, first: 5, after: {after}) {{ totalCount nodes {{ kind text role agency {{ code }}
            progressUpdate {{ percent narrative evidence }} extensionRequest {{ state counterOn }} inputRequest {{ answer waitedDays coordinator {{ code }} }} }}
            pageInfo {{ hasNextPage endCursor }} }}");
        let page = of(who, directive, &page).await["timeline"].clone();
        assert_eq!(page["totalCount"], 12);
        found.extend(page["nodes"].as_array().unwrap().clone());
        if page["pageInfo"]["hasNextPage"] == false {
            return found;
        }
        after = page["pageInfo"]["endCursor"].to_string();
    }
}

#[tokio::test]
async fn the_whole_way_of_a_directive_and_its_timeline() {
    let room = Room::new().await;
    let it = room.issued(json!({})).await;
    let it = room.ok(&room.head, "acceptDirective", seen(&it)).await;
    assert_eq!((&it["state"], &it["version"]), (&json!("IN_PROGRESS"), &json!(2)));
    let report = json!({ "percent": 40, "narrative": "Đã có dự thảo", "obstacles": "Thiếu số liệu", "evidence": "https://skhcn.quangngai.gov.vn/du-thao" });
    room.ok(&room.reporter, "reportProgress", on(&it, report)).await;
    let ask = json!({ "coordinator": "qng.stc", "question": "Đề nghị góp ý dự toán", "dueOn": "2026-01-25" });
    room.ok(&room.reporter, "requestInput", on(&it, ask)).await;
    let asked = of(&room.partner, &it, "inputRequests { id } viewerCan { giveInput }").await;
    assert_eq!(asked["viewerCan"]["giveInput"], true);
    let give = json!({ "inputRequest": asked["inputRequests"][0]["id"], "answer": "Nhất trí với dự toán" });
    room.ok(&room.partner, "giveInput", give.clone()).await;
    assert_eq!(room.refused(&room.partner, "giveInput", give).await["code"], "NOT_IN_STATE");
    let later = json!({ "proposedOn": "2026-04-30", "reason": "Chờ hướng dẫn của Bộ" });
    room.ok(&room.head, "requestExtension", on(&it, later)).await;
    let request = of(&room.head, &it, "extensionRequests { id state }").await["extensionRequests"][0]["id"].clone();
    let counter =
        json!({ "extensionRequest": request, "expectedVersion": 2, "decision": "COUNTER", "counterOn": "2026-03-31" });
    let it = room.ok(&room.leader, "decideExtension", counter).await;
    assert_eq!(it["dueOn"], "2026-02-28", "an offer is no deadline yet");
    let accept = json!({ "extensionRequest": request, "expectedVersion": 2, "accept": true });
    let it = room.ok(&room.head, "answerCounterOffer", accept).await;
    assert_eq!(
        (&it["originalDueOn"], &it["dueOn"], &it["version"]),
        (&json!("2026-02-28"), &json!("2026-03-31"), &json!(3))
    );
    let late = of(
        &room.head,
        &it,
        "timeliness(on: \"2026-03-10\") originalTimeliness(on: \"2026-03-10\") deadlines { dueOn setOn note }",
    )
    .await;
    assert_eq!((&late["timeliness"], &late["originalTimeliness"]), (&json!("ON_TIME"), &json!("OVERDUE")));
    assert_eq!(
        late["deadlines"][1],
        json!({ "dueOn": "2026-03-31", "setOn": "2026-01-20", "note": "Chờ hướng dẫn của Bộ" })
    );
    let it = room.ok(&room.head, "reportDone", with(seen(&it), json!({ "narrative": "Đã trình kế hoạch" }))).await;
    assert_eq!((&it["state"], &it["completedOn"]), (&json!("REPORTED_DONE"), &json!("2026-01-20")));
    let it = room.ok(&room.office, "sendBackDirective", with(seen(&it), json!({ "reason": "Thiếu phụ lục" }))).await;
    assert_eq!((&it["state"], &it["completedOn"]), (&json!("IN_PROGRESS"), &Value::Null));
    let it = room.ok(&room.head, "reportDone", with(seen(&it), json!({ "narrative": "Đã bổ sung phụ lục" }))).await;
    let it = room.ok(&room.office, "confirmDone", seen(&it)).await;
    assert_eq!((&it["state"], &it["completedOn"]), (&json!("COMPLETED"), &json!("2026-01-20")));
    assert_eq!(
        room.refused(&room.leader, "cancelDirective", with(seen(&it), json!({ "reason": "Thôi" }))).await["code"],
        "NOT_IN_STATE"
    );

    let mut events = pages(&room.reporter, &it).await;
    events.reverse();
    let kinds: Vec<_> = events.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(room.timeline(&Viewer::public(&room.db), &it).await, kinds);
    assert_snapshot!(lines(&Value::Array(events)), @r#"
    {"agency":{"code":"qng.ubnd"},"kind":"ISSUED","role":"LEADER"}
    {"agency":{"code":"qng.skhcn"},"kind":"ACCEPTED","role":"HEAD"}
    {"agency":{"code":"qng.skhcn"},"kind":"PROGRESS_REPORTED","progressUpdate":{"evidence":"https://skhcn.quangngai.gov.vn/du-thao","narrative":"Đã có dự thảo","percent":40},"role":"REPORTER","text":"Đã có dự thảo"}
    {"agency":{"code":"qng.skhcn"},"inputRequest":{"answer":"Nhất trí với dự toán","coordinator":{"code":"qng.stc"},"waitedDays":0},"kind":"INPUT_REQUESTED","role":"REPORTER","text":"Đề nghị góp ý dự toán"}
    {"agency":{"code":"qng.stc"},"inputRequest":{"answer":"Nhất trí với dự toán","coordinator":{"code":"qng.stc"},"waitedDays":0},"kind":"INPUT_GIVEN","role":"HEAD","text":"Nhất trí với dự toán"}
    {"agency":{"code":"qng.skhcn"},"extensionRequest":{"counterOn":"2026-03-31","state":"COUNTER_ACCEPTED"},"kind":"EXTENSION_REQUESTED","role":"HEAD","text":"Chờ hướng dẫn của Bộ"}
    {"agency":{"code":"qng.ubnd"},"extensionRequest":{"counterOn":"2026-03-31","state":"COUNTER_ACCEPTED"},"kind":"EXTENSION_COUNTERED","role":"LEADER"}
    {"agency":{"code":"qng.skhcn"},"extensionRequest":{"counterOn":"2026-03-31","state":"COUNTER_ACCEPTED"},"kind":"COUNTER_ACCEPTED","role":"HEAD"}
    {"agency":{"code":"qng.skhcn"},"kind":"REPORTED_DONE","progressUpdate":{"narrative":"Đã trình kế hoạch","percent":100},"role":"HEAD","text":"Đã trình kế hoạch"}
    {"agency":{"code":"qng.ubnd"},"kind":"SENT_BACK","role":"STANDING_OFFICE","text":"Thiếu phụ lục"}
    {"agency":{"code":"qng.skhcn"},"kind":"REPORTED_DONE","progressUpdate":{"narrative":"Đã bổ sung phụ lục","percent":100},"role":"HEAD","text":"Đã bổ sung phụ lục"}
    {"agency":{"code":"qng.ubnd"},"kind":"COMPLETED","role":"STANDING_OFFICE"}
    "#);
    let labels = room
        .head
        .ask("{ labels(types: [\"DirectiveEventKind\"], language: VI) { values { value label } } }")
        .await
        .whole();
    assert!(all(&labels, "labels/*/values/*").contains(&&json!({ "value": "SENT_BACK", "label": "Yêu cầu làm lại" })));
}

#[tokio::test]
async fn what_the_documents_say_stands_in_the_timeline_too() {
    let db = TestDb::demo().await;
    let asked = Viewer::public(&db)
        .ask("{ directives(first: 100) { nodes { state completedOn dueOn document { issuedOn issuedPrecision } progressUpdates { totalCount }
            timeline { nodes { kind occurredOn agency { code } progressUpdate { reportedOn } deadline { dueOn } } } } } }")
        .await
        .whole();
    let mut reports = 0;
    for directive in all(&asked, "directives/nodes/*") {
        let events = directive["timeline"]["nodes"].as_array().unwrap();
        assert_eq!(events[0]["kind"], "ISSUED", "{directive}");
        if directive["document"]["issuedPrecision"] == "DAY" {
            assert_eq!(events[0]["occurredOn"], directive["document"]["issuedOn"]);
        }
        let of_kind = |kind: &str| events.iter().filter(|event| event["kind"] == kind).count();
        assert_eq!(
            of_kind("PROGRESS_REPORTED"),
            usize::try_from(directive["progressUpdates"]["totalCount"].as_u64().unwrap()).unwrap()
        );
        reports += of_kind("PROGRESS_REPORTED");
        assert_eq!(of_kind("COMPLETED"), usize::from(directive["state"] == "COMPLETED"), "{directive}");
        let days: Vec<_> = events[1..].iter().filter_map(|event| event["occurredOn"].as_str()).collect();
        assert!(days.is_sorted(), "{days:?}");
    }
    assert!(reports > 50, "{reports}");
}

#[tokio::test]
async fn a_list_with_timelines_costs_as_much_for_one_as_for_many() {
    let room = Room::new().await;
    for _ in 0..3 {
        let it = room.begun(json!({})).await;
        room.ok(&room.head, "requestExtension", on(&it, json!({ "proposedOn": "2026-05-01", "reason": "Chờ" }))).await;
        room.ok(&room.head, "requestInput", on(&it, json!({ "coordinator": "qng.stc", "question": "Góp ý?" }))).await;
    }
    let asked = async |size: usize| {
        let query = format!("{{ directives(first: {size}, order: {{ by: CODE, direction: DESCENDING }}) {{ nodes {{ isBlocked waitedDays waitsFor {{ directive {{ code }} }}
            extensionRequests {{ state agency {{ code }} requestedBy {{ login }} }} inputRequests {{ waitedDays coordinator {{ code }} }}
            viewerCan {{ accept reportDone }} timeline(first: 10) {{ totalCount nodes {{ kind agency {{ code }} account {{ login }} progressUpdate {{ percent }}
            extensionRequest {{ state }} inputRequest {{ question }} otherDirective {{ code }} deadline {{ dueOn }} }} }} }} }} }}");
        let asked = room.head.ask(&query).await;
        assert!(asked.errors.is_empty(), "{:?}", asked.errors);
        asked.statements
    };
    for size in [1, 10, 100] {
        let statements = asked(size).await;
        assert!(statements <= 18, "{statements} for {size}");
    }
}
