//! Recommendations that are answered by issuing a directive: both in one transaction, or neither.

use auth::Role;
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, texts},
    mutation::{broken, key, next, seen, with},
};

const SHOWN: &str = "recommendation { id state version answers { nodes { code state title } } steps { state text } }";

struct Room {
    db: TestDb,
    asks: Viewer,
    /// Leader where it goes to: may answer, and issue.
    leader: Viewer,
    /// Head where it goes to: may answer, and issue nothing.
    head: Viewer,
}

impl Room {
    async fn new() -> Self {
        let db = TestDb::demo().await;
        let at = async |number, role, agency: &str| {
            Viewer::person(&db, number, &[(role, agency, false)]).await.who_reads(Language::En)
        };
        Self {
            asks: at(21, Role::Head, "qng.skhcn").await,
            leader: at(22, Role::Leader, "qng.ubnd").await,
            head: at(23, Role::Head, "qng.stc").await,
            db,
        }
    }

    async fn made(&self) -> Value {
        let input = json!({ "from": "qng.skhcn", "to": ["qng.ubnd", "qng.stc"], "topic": "kinh phí chuyển đổi số", "text": "Bố trí kinh phí.",
            "programme": "nq57-quang-ngai", "visibility": "PUBLIC" });
        self.asks.act("recommend", input, "recommendation { id version }").await["recommendation"].clone()
    }

    async fn counts(&self) -> String {
        self.db
            .text("SELECT concat_ws(' ', (SELECT count(*) FROM directive), (SELECT count(*) FROM recommendation_step), (SELECT count(*) FROM recommendation_answer))")
            .await
    }
}

fn answer(of: &Value, issue: Value) -> Value {
    let directive = json!({ "document": "tb-ubnd-qng-2025-04", "clause": format!("97.{}", next()), "programme": "nq57-quang-ngai",
        "assigner": "qng.ubnd", "visibility": "PUBLIC", "title": "Bố trí kinh phí chuyển đổi số", "leads": ["qng.stc"] });
    let more = json!({ "answer": "Giao Sở Tài chính thực hiện", "issue": with(directive, issue) });
    with(seen("recommendation", of), more)
}

#[tokio::test]
async fn the_answer_and_the_directive_are_one() {
    let room = Room::new().await;
    let made = room.made().await;
    let input = answer(&made, json!({ "clause": "97", "parts": [{ "title": "Lập dự toán", "leads": ["qng.skhcn"] }] }));
    let once = key();
    for _ in 0..2 {
        let done = room.leader.send("answerRecommendation", &input, once, SHOWN).await.whole()["it"].take();
        assert_eq!(broken(&done), Vec::<String>::new(), "{done}");
        assert_eq!(
            (&done["recommendation"]["state"], &done["recommendation"]["answers"]["nodes"]),
            (
                &json!("ANSWERED"),
                &json!([{ "code": "tb-ubnd-qng-2025-04:97", "state": "ASSIGNED", "title": "Bố trí kinh phí chuyển đổi số" }])
            )
        );
    }
    let shows =
        r#"{ directive(code: "tb-ubnd-qng-2025-04:97") { answeredRecommendations { nodes { state topic } } } }"#;
    let shows = Viewer::public(&room.db).ask(shows).await.whole();
    assert_eq!(texts(&shows, "directive/answeredRecommendations/nodes/*/topic"), ["kinh phí chuyển đổi số"]);
    let trail =
        "SELECT string_agg(action, ' ' ORDER BY id) FROM audit_entry WHERE noun IN ('recommendation', 'directive')";
    assert_eq!(room.db.text(trail).await, "RECOMMEND ISSUE_DIRECTIVE ANSWER_RECOMMENDATION");
    let feed = "SELECT string_agg(kind || ' ' || noun, ', ' ORDER BY id) FROM change WHERE noun IN ('recommendation', 'directive')
        AND id >= (SELECT max(id) FROM change WHERE noun = 'recommendation' AND kind = 'CREATED')";
    assert_eq!(
        room.db.text(feed).await,
        "CREATED recommendation, CREATED directive, CREATED directive, UPDATED recommendation"
    );
    let answered = "SELECT after ->> 'directives' FROM audit_entry WHERE action = 'ANSWER_RECOMMENDATION'";
    assert_eq!(room.db.text(answered).await, r#"["tb-ubnd-qng-2025-04:97"]"#);
}

#[tokio::test]
async fn neither_is_there_if_one_is_refused() {
    let room = Room::new().await;
    let made = room.made().await;
    let taken =
        room.leader.act("answerRecommendation", answer(&room.made().await, json!({ "clause": "96" })), SHOWN).await;
    assert_eq!(broken(&taken), Vec::<String>::new(), "{taken}");
    let before = room.counts().await;
    for (issue, refused) in [
        (json!({ "title": " " }), "REQUIRED issue.title"),
        (json!({ "clause": " " }), "REQUIRED issue.clause"),
        (json!({ "clause": "96" }), "TAKEN issue.clause"),
        (json!({ "leads": ["khong.co"] }), "NOT_FOUND issue.leads"),
        (json!({ "assigner": "qng.stc" }), "OUT_OF_REACH issue.assigner"),
        (json!({ "document": "336-KH/TU" }), "NOT_IN_STATE issue.document"),
    ] {
        let done = room.leader.act("answerRecommendation", answer(&made, issue.clone()), SHOWN).await;
        assert_eq!((broken(&done), &done["recommendation"]), (vec![refused.to_owned()], &Value::Null), "{issue}");
    }
    let stale = with(answer(&made, json!({})), json!({ "expectedVersion": 9 }));
    assert_eq!(broken(&room.leader.act("answerRecommendation", stale, SHOWN).await), ["STALE expectedVersion"]);
    // Who may answer may not issue for that reason.
    let only_answers = room.head.act("answerRecommendation", answer(&made, json!({})), SHOWN).await;
    assert_eq!(broken(&only_answers), ["OUT_OF_REACH issue"]);
    assert_eq!(room.counts().await, before);
    let in_words = with(seen("recommendation", &made), json!({ "answer": "Có" }));
    assert_eq!(room.head.act("answerRecommendation", in_words, SHOWN).await["recommendation"]["state"], "ANSWERED");
}

#[tokio::test]
async fn recommendations_are_found_by_their_programme() {
    let room = Room::new().await;
    room.made().await;
    let mut counts = Vec::new();
    for programme in ["nq57-quang-ngai", "nq57-quang-nam", "nq57-ba-ria-vung-tau"] {
        let expected = format!(
            "SELECT count(*) FROM recommendation r JOIN programme p ON p.code = '{programme}' WHERE r.visibility = 'PUBLIC'
                AND (r.programme_id = p.id OR r.document_id IN (SELECT document_id FROM programme_document WHERE programme_id = p.id))"
        );
        let ask =
            format!("{{ recommendations(filter: {{ programme: \"{programme}\" }}, first: 100) {{ totalCount }} }}");
        let found = room.leader.ask(&ask).await.whole()["recommendations"]["totalCount"].as_i64().unwrap();
        assert_eq!(found.to_string(), room.db.text(&expected).await, "{programme}");
        counts.push(found);
    }
    assert!(counts[0] > 1 && counts[0] != counts[1], "{counts:?}");
}
