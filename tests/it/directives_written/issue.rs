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
    stateSource: "REPORTED"
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
    let part = |deadline: &str| json!([{ "title": "Phần một", "leads": ["qng.stc"] }, { "title": "Phần hai", "leads": ["qng.sxd"], "deadline": { "words": deadline } }]);
    for (more, code, field) in [
        (json!({ "clause": "12.b" }), "TAKEN", "input.clause"),
        (json!({ "document": "khong-co" }), "NOT_FOUND", "input.document"),
        (json!({ "document": "chien-luoc-10-nam-qng" }), "NOT_IN_STATE", "input.document"),
        (json!({ "programme": "khong-co" }), "NOT_FOUND", "input.programme"),
        (json!({ "assigner": "qna.ubnd" }), "OUT_OF_REACH", "input.assigner"),
        (json!({ "leads": ["qng.skhcn", "khong.co"] }), "NOT_FOUND", "input.leads"),
        (json!({ "leads": ["qng.skhcn", "qng.skhcn"] }), "DUPLICATE", "input.leads"),
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

/// The code of a directive tells of its document.
#[tokio::test]
async fn a_directive_is_not_seen_by_more_than_its_document() {
    let room = Room::new().await;
    room.db.execute("UPDATE document SET visibility = 'INTERNAL' WHERE code = 'tb-ubnd-qng-2025-04'").await;
    let refused = room.refused(&room.leader, "issueDirective", directive(json!({}))).await;
    assert_eq!((&refused["code"], &refused["field"]), (&json!("INCOMPATIBLE"), &json!(["input", "visibility"])));
    room.issued(json!({ "visibility": "INTERNAL" })).await;
    room.db.execute("UPDATE document SET visibility = 'RESTRICTED' WHERE code = 'tb-ubnd-qng-2025-04'").await;
    let hidden = directive(json!({ "assigner": "qng.mo_phong.001" }));
    let elsewhere = Viewer::who_holds(&room.db, &[(Role::Leader, "qng.mo_phong.001", false)]).await;
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
