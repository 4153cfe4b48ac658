//! Issued from a clause, with parts; parts given to agencies below.

use auth::Role;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::{
    graphql::{Viewer, all, lines},
    sql,
};

use super::{Room, directive, not_there, of, on};

#[tokio::test]
async fn a_directive_is_issued_from_a_clause_with_its_parts() {
    let room = Room::new().await;
    let parts = json!([
        { "title": "Phần hạ tầng", "leads": ["qng.sxd"], "deadline": { "on": "2026-02-10" } },
        { "title": "Phần kinh phí", "leads": ["qng.stc", "qng.snv"] },
    ]);
    let more = json!({
        "clause": "12.a", "parts": parts, "deadline": { "words": "trước ngày 15/3/2026" }, "priority": "URGENT",
        "content": "Giao Sở Khoa học và Công nghệ chủ trì …", "expectedOutput": "Kế hoạch",
        "indicators": ["economic_growth_rate"],
    });
    let issued = room.issued(more).await;
    assert_eq!(issued["code"], "tb-ubnd-qng-2025-04:12.a");
    let asked = of(
        &Viewer::public(&room.db),
        &issued,
        "code clause content priority kind state stateSource leadBasis version assigner { code } leads { code }
        coordinators { words agency { code } } indicators { stated indicator { code } }
        deadlines { revision words operator dueOn setOn } programme { code }
        parts { nodes { code title dueOn leadBasis leads { code } parent { code } assigner { code } } }
        timeline { nodes { kind occurredOn role agency { code } account { id } deadline { dueOn } } }",
    )
    .await;
    assert_snapshot!(lines(&asked), @r#"
    assigner: {"code":"qng.ubnd"}
    clause: "12.a"
    code: "tb-ubnd-qng-2025-04:12.a"
    content: "Giao Sở Khoa học và Công nghệ chủ trì …"
    coordinators: [{"agency":{"code":"qng.stc"}},{"words":"các đơn vị có liên quan"}]
    deadlines: [{"dueOn":"2026-03-14","operator":"BEFORE","revision":1,"setOn":"2026-01-20","words":"trước ngày 15/3/2026"}]
    indicators: [{"indicator":{"code":"economic_growth_rate"},"stated":true}]
    kind: "DIRECTIVE"
    leadBasis: "EXPLICIT"
    leads: [{"code":"qng.skhcn"}]
    parts: {"nodes":[{"assigner":{"code":"qng.ubnd"},"code":"tb-ubnd-qng-2025-04:12.a/1","dueOn":"2026-02-10","leadBasis":"EXPLICIT","leads":[{"code":"qng.sxd"}],"parent":{"code":"tb-ubnd-qng-2025-04:12.a"},"title":"Phần hạ tầng"},{"assigner":{"code":"qng.ubnd"},"code":"tb-ubnd-qng-2025-04:12.a/2","dueOn":"2026-03-14","leadBasis":"JOINT","leads":[{"code":"qng.stc"},{"code":"qng.snv"}],"parent":{"code":"tb-ubnd-qng-2025-04:12.a"},"title":"Phần kinh phí"}]}
    priority: "URGENT"
    programme: {"code":"nq57-quang-ngai"}
    state: "ASSIGNED"
    stateSource: "RECORDED"
    timeline: {"nodes":[{"agency":{"code":"qng.ubnd"},"deadline":{"dueOn":"2026-03-14"},"kind":"ISSUED","occurredOn":"2026-01-20","role":"LEADER"}]}
    version: 1
    "#);
    let places = of(&room.leader, &issued, "position parts { nodes { position } }").await;
    let position = places["position"].as_i64().unwrap();
    assert_eq!(all(&places, "parts/nodes/*/position"), [position + 1, position + 2]);
    let told = "SELECT concat_ws(' ', (SELECT count(*) FROM change c JOIN directive d ON d.id = c.object_id WHERE d.code LIKE '%:12.a%' AND c.kind = 'CREATED'),
        (SELECT count(*) FROM audit_entry WHERE action = 'ISSUE_DIRECTIVE'))";
    assert_eq!(room.db.text(told).await, "3 1");
}

#[tokio::test]
async fn what_is_wrong_with_a_new_directive_is_told_beside_the_field() {
    let room = Room::new().await;
    room.issued(json!({ "clause": "12.b" })).await;
    room.db.execute("UPDATE programme SET ends_on = '2026-01-19' WHERE code = 'nq57-ba-ria-vung-tau'").await;
    let part = |deadline: &str| json!([{ "title": "Phần một", "leads": ["qng.stc"] }, { "title": "Phần hai", "leads": ["qng.sxd"], "deadline": { "words": deadline } }]);
    for (more, code, field) in [
        (json!({ "clause": "12.b" }), "TAKEN", "input.clause"),
        (json!({ "document": "khong-co" }), "NOT_FOUND", "input.document"),
        (json!({ "document": "chien-luoc-10-nam-qng" }), "NOT_IN_STATE", "input.document"),
        (json!({ "document": "336-KH/TU" }), "NOT_IN_STATE", "input.document"),
        (json!({ "programme": "khong-co" }), "NOT_FOUND", "input.programme"),
        (json!({ "programme": "nq57-ba-ria-vung-tau" }), "NOT_IN_STATE", "input.programme"),
        (json!({ "assigner": "qna.ubnd" }), "OUT_OF_REACH", "input.assigner"),
        (json!({ "leads": ["qng.skhcn", "khong.co"] }), "NOT_FOUND", "input.leads"),
        (json!({ "leads": ["qng.skhcn", "qng.skhcn"] }), "DUPLICATE", "input.leads"),
        (json!({ "leads": ["qng.skhcn", "brvt.skhcn"] }), "OUT_OF_REACH", "input.leads"),
        (json!({ "coordinators": [{ "agency": "brvt.stc" }] }), "OUT_OF_REACH", "input.coordinators"),
        (json!({ "parts": [{ "title": "Phần một", "leads": ["qna.ubnd"] }] }), "OUT_OF_REACH", "input.parts.0.leads"),
        (json!({ "leads": ["qng.bcd_cds"] }), "NOT_IN_STATE", "input.leads"),
        (json!({ "title": " " }), "REQUIRED", "input.title"),
        (json!({ "deadline": { "words": "khi nào xong thì xong" } }), "MALFORMED", "input.deadline"),
        (json!({ "deadline": {} }), "REQUIRED", "input.deadline"),
        (json!({ "coordinators": [{}] }), "MALFORMED", "input.coordinators"),
        (json!({ "dependsOn": [{ "directive": "khong-co" }] }), "NOT_FOUND", "input.dependsOn"),
        (json!({ "parts": part("đến ngày 01/3/2026") }), "OUT_OF_BOUNDS", "input.parts.1.deadline"),
        (json!({ "parts": part("khẩn trương") }), "OUT_OF_BOUNDS", "input.parts.1.deadline"),
    ] {
        let refused = room.refused(&room.leader, "issueDirective", directive(more.clone())).await;
        let path: Vec<_> = refused["field"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!((refused["code"].as_str().unwrap(), path.join(".").as_str()), (code, field), "{more}");
    }
    assert_eq!(room.db.text("SELECT count(*) FROM directive WHERE clause LIKE '99%'").await, "0", "nothing half done");
}

/// The deadline that came of an input.
async fn deadline(room: &Room, deadline: Value) -> Value {
    let issued = room.issued(json!({ "deadline": deadline })).await;
    let asked = of(
        &room.leader,
        &issued,
        "dueOn dueExpected deadlines { words operator statedOn precision yearInferred dueOn cadence note nextDueOn(on: \"2026-01-20\") }",
    )
    .await;
    asked["deadlines"][0].clone()
}

#[tokio::test]
async fn a_day_without_a_year_is_the_first_after_the_document() {
    let room = Room::new().await;
    room.db
        .execute(
            "UPDATE document SET issued_on = '2025-12-22', issued_precision = 'DAY' WHERE code = 'tb-ubnd-qng-2025-04'",
        )
        .await;
    for (words, due) in [
        ("trước ngày 15/2", json!("2026-02-14")),
        ("trong quý I", json!("2026-03-31")),
        ("6 tháng đầu năm", json!("2026-06-30")),
        ("trước 17 giờ ngày 15/2", json!("2026-02-15")),
        // The document's day, then Tết from the 16th to the 20th of February.
        ("trong 40 ngày làm việc kể từ ngày ký", json!("2026-02-24")),
        ("trong 05 ngày làm việc kể từ ngày nhận được hồ sơ", Value::Null),
    ] {
        let stored = deadline(&room, json!({ "words": words })).await;
        assert_eq!((&stored["words"], &stored["dueOn"]), (&json!(words), &due), "{stored}");
    }
    let monthly = deadline(&room, json!({ "words": "hằng tháng, trước ngày 25" })).await;
    assert_eq!(
        (&monthly["cadence"], &monthly["dueOn"], &monthly["nextDueOn"]),
        (&json!("MONTHLY"), &Value::Null, &json!("2026-01-24"))
    );
    // A part is given on the day on which it is delegated.
    let whole = room.begun(json!({ "deadline": { "on": "2026-12-31" } })).await;
    let part = json!({ "title": "Khảo sát", "leads": ["qng.tt_ung_dung"], "deadline": { "words": "trước ngày 15/1" } });
    let refused = room.refused(&room.head, "delegateDirective", on(&whole, json!({ "part": part }))).await;
    assert_eq!(refused["code"], "OUT_OF_BOUNDS", "15 January of the next year is after the whole");
    let part = json!({ "title": "Khảo sát", "leads": ["qng.tt_ung_dung"], "deadline": { "words": "trước ngày 15/2" } });
    let part = room.ok(&room.head, "delegateDirective", on(&whole, json!({ "part": part }))).await;
    assert_eq!(part["dueOn"], "2026-02-14");
}

#[tokio::test]
async fn a_directive_that_is_overdue_when_it_is_given_is_asked_about() {
    let room = Room::new().await;
    let late = |more: Value| directive(json!({ "deadline": more }));
    let refused = room.refused(&room.leader, "issueDirective", late(json!({ "words": "trước ngày 15/1/2026" }))).await;
    assert_eq!((&refused["code"], &refused["field"]), (&json!("OVERDUE"), &json!(["input", "deadline"])));
    let stored =
        deadline(&room, json!({ "words": "trước ngày 15/1/2026", "comment": "Nhập bổ sung văn bản cũ" })).await;
    assert_eq!((&stored["dueOn"], &stored["note"]), (&json!("2026-01-14"), &json!("Nhập bổ sung văn bản cũ")));
    let part = json!([{ "title": "Phần một", "leads": ["qng.stc"], "deadline": { "on": "2026-01-19" } }]);
    let refused = room.refused(&room.leader, "issueDirective", directive(json!({ "parts": part }))).await;
    assert_eq!((&refused["code"], &refused["field"]), (&json!("OVERDUE"), &json!(["input", "parts", "0", "deadline"])));
    deadline(&room, json!({ "on": "2026-01-20" })).await;
}

#[tokio::test]
async fn words_and_day_of_a_deadline_say_the_same() {
    let room = Room::new().await;
    for (stated, told) in [
        (json!({ "words": "trước ngày 15/4/2026", "on": "2026-04-15" }), "The last day by the words is 2026-04-14"),
        (json!({ "words": "trước ngày 15/4/2026", "on": "2026-04-20" }), "The last day by the words is 2026-04-14"),
        (json!({ "words": "trước ngày 15/4", "on": "2026-04-15" }), "The last day by the words is 2025-04-14"),
        (json!({ "words": "giai đoạn 2026 - 2030", "on": "2030-12-31" }), "The words state no one last day"),
        (json!({ "words": "dự kiến quý II/2026", "on": "2026-06-30" }), "By the words it is only expected: EXPECTED"),
    ] {
        let refused = room.refused(&room.leader, "issueDirective", directive(json!({ "deadline": stated }))).await;
        assert_eq!(
            (&refused["code"], &refused["field"], &refused["message"]),
            (&json!("INCONSISTENT"), &json!(["input", "deadline"]), &json!(told)),
            "{stated}"
        );
    }
    for stated in [
        json!({ "words": "trước ngày 15/4/2026", "on": "2026-04-14" }),
        json!({ "words": "trước ngày 15/4/2026", "on": "2026-04-15", "operator": "BEFORE" }),
        // The day names the year that the words leave out.
        json!({ "words": "trước ngày 15/4", "on": "2027-04-14" }),
        json!({ "words": "trong quý II", "on": "2026-05-01", "precision": "QUARTER", "operator": "WITHIN" }),
        json!({ "words": "dự kiến quý II/2026", "on": "2026-06-30", "operator": "EXPECTED" }),
        // Words that are not read, or name no day, are no contradiction.
        json!({ "words": "trong phiên họp tháng tới", "on": "2026-04-15" }),
        json!({ "words": "khẩn trương", "on": "2026-04-15" }),
    ] {
        deadline(&room, stated).await;
    }
    let unread = directive(json!({ "deadline": { "words": "trước hết" } }));
    let refused = room.refused(&room.leader, "issueDirective", unread).await;
    assert_eq!(refused["code"], "MALFORMED");
    assert!(refused["message"].as_str().unwrap().contains("trước ngày 15/4/2025"), "{refused}");
}

#[tokio::test]
async fn what_is_only_expected_passes_and_is_not_overdue() {
    let room = Room::new().await;
    let issued = room.issued(json!({ "deadline": { "words": "dự kiến trong tháng 2/2026" } })).await;
    let asked = of(
        &room.leader,
        &issued,
        "dueExpected now: timeliness later: timeliness(on: \"2026-03-01\") originalTimeliness(on: \"2026-03-01\")",
    )
    .await;
    assert_eq!(
        asked,
        json!({ "dueExpected": true, "now": "ON_TIME", "later": "PASSED", "originalTimeliness": "PASSED" })
    );
    let count = async |timeliness: &str| {
        let query = format!(
            "{{ directives(filter: {{ timeliness: [{timeliness}], on: \"2026-03-01\", document: \"tb-ubnd-qng-2025-04\", dueFrom: \"2026-02-01\" }}) {{ totalCount }} }}"
        );
        room.leader.ask(&query).await.whole()["directives"]["totalCount"].as_i64().unwrap()
    };
    assert_eq!((count("OVERDUE").await, count("PASSED").await), (0, 1));
}

/// As it comes from a text processor, a chat program or another system.
#[tokio::test]
async fn pasted_text_is_cleaned_and_found() {
    let room = Room::new().await;
    let issued = room
        .issued(json!({
            "document": "TB-UBND–QNG-2025-04", "clause": "12–c", "title": "Ðường truyền số liệu Ðắk\u{200b} Tô", "content": "Dòng một\r\nDòng hai\u{feff}",
        }))
        .await;
    assert_eq!(issued["code"], "tb-ubnd-qng-2025-04:12-c");
    let asked = of(&room.leader, &issued, "title content").await;
    assert_eq!(asked, json!({ "title": "Đường truyền số liệu Đắk Tô", "content": "Dòng một\nDòng hai" }));
    for text in ["dak to", "Ðắk Tô", "so lieu dak"] {
        let found = room
            .leader
            .ask_with(
                "query ($t: String!) { directives(filter: { text: $t }) { nodes { code } } }",
                json!({ "t": text }),
            )
            .await
            .whole();
        assert_eq!(found["directives"]["nodes"], json!([{ "code": issued["code"] }]), "{text}");
    }
    let refused = room.refused(&room.leader, "issueDirective", directive(json!({ "content": "Sở\u{202e}" }))).await;
    assert_eq!(
        (&refused["code"], &refused["message"]),
        (&json!("MALFORMED"), &json!("Character 3 (U+202E) cannot be used"))
    );
}

/// A leader tasks the agencies of the own province, whatever tree they stand in, and those that have a part in the programme.
#[tokio::test]
async fn whoever_receives_a_directive_is_within_reach_as_well_as_whoever_gives_it() {
    let room = Room::new().await;
    let elsewhere = room.refused(&room.leader, "issueDirective", directive(json!({ "leads": ["brvt.skhcn"] }))).await;
    assert_eq!(elsewhere["message"], "Outside of where you may do this: brvt.skhcn");
    let replaced = room.refused(&room.leader, "issueDirective", directive(json!({ "document": "336-KH/TU" }))).await;
    assert_eq!(replaced["message"], "Its state does not allow that: 359-KH/TU");
    let gone = room.refused(&room.leader, "issueDirective", directive(json!({ "leads": ["qng.bcd_cds"] }))).await;
    assert_eq!(gone["message"], "qng.bcd_cds is no longer there; its successor is qng.bcd_da06");
    room.issued(json!({ "leads": ["qng.vp_tinh_uy"], "coordinators": [{ "agency": "qng.mttq" }] })).await;
    let partner =
        "INSERT INTO directive_lead (directive_id, agency_id, position) SELECT d.id, a.id, 9 FROM directive d, agency a
        WHERE d.code = 'tb-ubnd-qng-2025-04:10.a' AND a.code = 'ent.viettel'";
    let viettel = || directive(json!({ "coordinators": [{ "agency": "ent.viettel" }] }));
    assert_eq!(room.refused(&room.leader, "issueDirective", viettel()).await["code"], "OUT_OF_REACH");
    room.db.execute(partner).await;
    room.ok(&room.leader, "issueDirective", viettel()).await;
    let it = room.begun(json!({})).await;
    let part =
        json!({ "title": "Khảo sát", "leads": ["qng.tt_ung_dung"], "coordinators": [{ "agency": "brvt.skhcn" }] });
    let refused = room.refused(&room.head, "delegateDirective", on(&it, json!({ "part": part }))).await;
    assert_eq!((&refused["code"], &refused["field"]), (&json!("OUT_OF_REACH"), &json!(["input", "coordinators"])));
}

/// The code of a directive tells of its document.
#[tokio::test]
async fn a_directive_is_not_seen_by_more_than_its_document() {
    let room = Room::new().await;
    room.db.execute("UPDATE document SET visibility = 'INTERNAL' WHERE code = 'tb-ubnd-qng-2025-04'").await;
    let refused = room.refused(&room.leader, "issueDirective", directive(json!({}))).await;
    assert_eq!((&refused["code"], &refused["field"]), (&json!("INCOMPATIBLE"), &json!(["input", "visibility"])));
    room.issued(json!({ "visibility": "INTERNAL" })).await;
    room.db.execute("UPDATE document SET visibility = 'RESTRICTED' WHERE code = 'tb-ubnd-qng-2025-04'").await;
    let hidden = directive(json!({ "assigner": "qna.skhcn" }));
    let elsewhere = Viewer::who_holds(&room.db, &[(Role::Leader, "qna.skhcn", false)]).await;
    let refused = room.refused(&elsewhere, "issueDirective", hidden).await;
    assert_eq!((&refused["code"], &refused["field"]), (&json!("NOT_FOUND"), &json!(["input", "document"])));
}

#[tokio::test]
async fn a_part_goes_to_an_agency_below_and_is_not_due_after_the_whole() {
    let room = Room::new().await;
    let it = room.begun(json!({})).await;
    let give = |lead: &str, deadline: Value| {
        on(&it, json!({ "part": { "title": "Khảo sát hạ tầng", "leads": [lead], "deadline": deadline } }))
    };
    let outside = room.refused(&room.head, "delegateDirective", give("qng.stc", Value::Null)).await;
    assert_eq!((&outside["code"], &outside["field"]), (&json!("OUT_OF_REACH"), &json!(["input", "leads"])));
    let oneself = room.refused(&room.head, "delegateDirective", give("qng.skhcn", Value::Null)).await;
    assert_eq!(oneself["code"], "OUT_OF_REACH");
    let late =
        room.refused(&room.head, "delegateDirective", give("qng.tt_ung_dung", json!({ "on": "2026-03-01" }))).await;
    assert_eq!((&late["code"], &late["field"]), (&json!("OUT_OF_BOUNDS"), &json!(["input", "deadline"])));
    not_there(&room.stranger, "delegateDirective", give("qng.tt_ung_dung", Value::Null)).await;
    let part = room.ok(&room.head, "delegateDirective", give("qng.tt_ung_dung", json!({ "on": "2026-02-15" }))).await;
    assert_eq!(
        (part["code"].as_str().unwrap(), &part["dueOn"]),
        (format!("{}/1", it["code"].as_str().unwrap()).as_str(), &json!("2026-02-15"))
    );
    let all_of_it = room.ok(&room.head, "delegateDirective", give("qng.trai_nghien_cuu", Value::Null)).await;
    assert_eq!(all_of_it["dueOn"], "2026-02-28", "as the whole");
    let asked = of(
        &room.below,
        &part,
        "parent { code } assigner { code } leads { code } timeline { nodes { kind role } } viewerCan { accept }",
    )
    .await;
    assert_eq!((&asked["assigner"]["code"], &asked["viewerCan"]["accept"]), (&json!("qng.skhcn"), &json!(true)));
    assert_eq!(asked["timeline"]["nodes"], json!([{ "kind": "ISSUED", "role": "HEAD" }]));
    let given =
        of(&room.head, &it, "timeline(filter: { kinds: [DELEGATED] }) { nodes { text otherDirective { code } } }")
            .await;
    assert_eq!(
        given["timeline"]["nodes"][0],
        json!({ "text": "Khảo sát hạ tầng", "otherDirective": { "code": part["code"] } })
    );
    // Nor does it become so later.
    let ask = |day: &str| on(&part, json!({ "proposedOn": day, "reason": "Mưa lũ" }));
    let late = room.refused(&room.below, "requestExtension", ask("2026-03-01")).await;
    assert_eq!((&late["code"], &late["field"]), (&json!("OUT_OF_BOUNDS"), &json!(["input", "proposedOn"])));
    let same = room.refused(&room.below, "requestExtension", ask("2026-02-15")).await;
    assert_eq!(same["code"], "OUT_OF_BOUNDS", "no later than it is");
    room.ok(&room.below, "requestExtension", ask("2026-02-28")).await;
    let mut owner = room.db.connect().await;
    let beyond = format!(
        "INSERT INTO directive_deadline (directive_id, revision, stated_on, precision, operator, due_on)
        SELECT id, 9, '2026-03-01', 'DAY', 'BY', '2026-03-01' FROM directive WHERE code = '{}'",
        part["code"].as_str().unwrap()
    );
    let told = sql::execute(&mut owner, &beyond).await.unwrap_err().to_string();
    assert!(told.contains("not due after the whole"), "{told}");
}
