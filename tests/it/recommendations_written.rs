//! Recommendations from petition to answer, by people.

use auth::Role;
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, texts},
    mutation::{broken, key, next, seen, with},
    sql,
};

/// The people of one story, each with an account of their own.
struct Room {
    db: TestDb,
    /// Head of the department that asks.
    asks: Viewer,
    /// Leader where it goes to.
    answers: Viewer,
    /// Head of another department.
    partner: Viewer,
    /// Head that asks, and leader that answers.
    both: Viewer,
    reporter: Viewer,
    stranger: Viewer,
}

const SHOWN: &str = "recommendation { id code state version clause madeOn waitedDays document { code } programme { code } madeBy { fullName }
    from { code } to { code } steps { state text role takenOn agency { code } document { code } } answers { nodes { code } }
    viewerCan { acknowledge answer refuse withdraw } }";

impl Room {
    async fn new() -> Self {
        let db = TestDb::demo().await;
        let at = async |number, roles: &[(Role, &str, bool)]| {
            Viewer::person(&db, number, roles).await.who_reads(Language::En)
        };
        Self {
            asks: at(21, &[(Role::Head, "qng.skhcn", false)]).await,
            answers: at(22, &[(Role::Leader, "qng.ubnd", false)]).await,
            partner: at(23, &[(Role::Head, "qng.stc", false)]).await,
            both: at(24, &[(Role::Head, "qng.skhcn", false), (Role::Leader, "qng.ubnd", false)]).await,
            reporter: at(25, &[(Role::Reporter, "qng.skhcn", false), (Role::StandingOffice, "qng.ubnd", false)]).await,
            stranger: at(26, &[(Role::Head, "qng.syt", false), (Role::Leader, "qng.syt", false)]).await,
            db,
        }
    }

    async fn made(&self, more: Value) -> Value {
        self.ok(&self.asks, "recommend", petition(more)).await
    }

    /// The recommendation after what somebody has done.
    async fn ok(&self, who: &Viewer, name: &str, input: Value) -> Value {
        let done = who.act(name, input, SHOWN).await;
        assert_eq!(broken(&done), Vec::<String>::new(), "{name}: {done}");
        done["recommendation"].clone()
    }

    /// A directive by which something may be answered.
    async fn issued(&self, more: Value) -> Value {
        let input = json!({
            "document": "tb-ubnd-qng-2025-04", "clause": format!("99.{}", next()), "programme": "nq57-quang-ngai", "assigner": "qng.ubnd",
            "visibility": "PUBLIC", "title": "Bố trí kinh phí", "leads": ["qng.stc"],
        });
        let issued = self.answers.act("issueDirective", with(input, more), "directive { id code }").await;
        assert_eq!(broken(&issued), Vec::<String>::new(), "{issued}");
        issued["directive"].clone()
    }

    /// What has to be mended.
    async fn refused(&self, who: &Viewer, name: &str, input: Value) -> Vec<String> {
        let done = who.act(name, input, "recommendation { id }").await;
        assert_eq!(done["recommendation"], Value::Null, "{name}: {done}");
        broken(&done)
    }
}

/// What is asked if a test does not say otherwise.
fn petition(more: Value) -> Value {
    let input = json!({
        "from": "qng.skhcn", "to": ["qng.ubnd", "qng.stc"], "topic": "kinh phí chuyển đổi số",
        "text": "Bố trí kinh phí duy trì nền tảng dữ liệu dùng chung.", "document": "tb-ubnd-qng-2025-04",
        "clause": format!("98.{}", next()), "visibility": "PUBLIC",
    });
    with(input, more)
}

/// A step on a recommendation in the version in which it was seen.
fn on(recommendation: &Value, more: Value) -> Value {
    with(seen("recommendation", recommendation), more)
}

/// The four steps, each with all that it needs.
fn steps(of: &Value) -> [(&'static str, Value); 4] {
    [
        ("acknowledgeRecommendation", on(of, json!({}))),
        ("answerRecommendation", on(of, json!({ "answer": "Đã giao Sở Tài chính" }))),
        ("refuseRecommendation", on(of, json!({ "reason": "Không có nguồn" }))),
        ("withdrawRecommendation", on(of, json!({}))),
    ]
}

#[tokio::test]
async fn a_petition_is_answered_by_a_directive() {
    let room = Room::new().await;
    let made = room.made(json!({ "clause": "98", "item": ".a", "programme": "nq57-quang-ngai" })).await;
    assert_eq!(
        (&made["code"], &made["state"], &made["version"]),
        (&json!("tb-ubnd-qng-2025-04:98.a"), &json!("OPEN"), &json!(1))
    );
    assert_eq!(
        (&made["clause"], &made["madeOn"], &made["waitedDays"]),
        (&json!("98"), &json!("2026-01-20"), &json!(0))
    );
    assert_eq!((texts(&made, "to/*/code"), &made["from"]["code"]), (vec!["qng.ubnd", "qng.stc"], &json!("qng.skhcn")));
    assert_eq!(made["programme"]["code"], "nq57-quang-ngai");
    assert_eq!(made["viewerCan"], json!({ "acknowledge": false, "answer": false, "refuse": false, "withdraw": true }));

    let note = json!({ "note": "Chuyển Sở Tài chính" });
    let had = room.ok(&room.partner, "acknowledgeRecommendation", on(&made, note)).await;
    assert_eq!((&had["state"], &had["version"]), (&json!("ACKNOWLEDGED"), &json!(2)));
    assert_eq!(had["viewerCan"], json!({ "acknowledge": false, "answer": true, "refuse": true, "withdraw": false }));

    let issued = room.issued(json!({})).await;
    let code = &issued["code"];
    let answer = json!({ "answer": "Đã giao Sở Tài chính", "document": "tb-ubnd-qng-2025-04", "directives": [code] });
    let answered = room.ok(&room.answers, "answerRecommendation", on(&had, answer)).await;
    assert_eq!((&answered["state"], &answered["version"]), (&json!("ANSWERED"), &json!(3)));
    assert_eq!(
        answered["steps"],
        json!([
            { "state": "ACKNOWLEDGED", "text": "Chuyển Sở Tài chính", "role": "HEAD", "takenOn": "2026-01-20", "agency": { "code": "qng.stc" }, "document": null },
            { "state": "ANSWERED", "text": "Đã giao Sở Tài chính", "role": "LEADER", "takenOn": "2026-01-20", "agency": { "code": "qng.ubnd" },
                "document": { "code": "tb-ubnd-qng-2025-04" } },
        ])
    );
    assert_eq!(&answered["answers"]["nodes"], &json!([{ "code": code }]));
    let shows = format!("{{ directive(code: {code}) {{ answeredRecommendations {{ nodes {{ code }} }} }} }}");
    let shows = Viewer::public(&room.db).ask(&shows).await.whole();
    assert_eq!(texts(&shows, "directive/answeredRecommendations/nodes/*/code"), ["tb-ubnd-qng-2025-04:98.a"]);

    // Each step in the trail and in the feed, and the directive with the answer.
    let trail =
        room.db.text("SELECT string_agg(action, ' ' ORDER BY id) FROM audit_entry WHERE noun = 'recommendation'").await;
    assert_eq!(trail, "RECOMMEND ACKNOWLEDGE_RECOMMENDATION ANSWER_RECOMMENDATION");
    let feed = "SELECT string_agg(kind || ' ' || noun, ', ' ORDER BY id) FROM change
        WHERE object_id IN (SELECT recommendation_id FROM recommendation_step) OR kind = 'UPDATED' AND noun = 'directive'";
    assert_eq!(
        room.db.text(feed).await,
        "CREATED recommendation, UPDATED recommendation, UPDATED directive, UPDATED recommendation"
    );
    for (name, input) in steps(&answered) {
        let who = if name == "withdrawRecommendation" { &room.asks } else { &room.answers };
        assert_eq!(room.refused(who, name, input).await, ["NOT_IN_STATE recommendation"], "{name}");
    }
}

#[tokio::test]
async fn one_is_refused_and_another_withdrawn() {
    let room = Room::new().await;
    let made = room.made(json!({ "document": null, "clause": null, "programme": "nq57-quang-ngai", "to": ["qng.so_nganh_dia_phuong"] })).await;
    assert!(made["code"].as_str().unwrap().starts_with("kn-qng.skhcn-2026-"), "{made}");
    assert_eq!((&made["document"], &made["clause"]), (&Value::Null, &Value::Null));
    // Whoever belongs to the group that is asked answers.
    let refused =
        room.ok(&room.partner, "refuseRecommendation", on(&made, json!({ "reason": "Không có nguồn" }))).await;
    assert_eq!((&refused["state"], texts(&refused, "steps/*/text")), (&json!("REFUSED"), vec!["Không có nguồn"]));

    let made = room.made(json!({ "to": [], "decisionMaker": "qng.ubnd", "toWords": "cấp có thẩm quyền" })).await;
    let had = room.ok(&room.answers, "acknowledgeRecommendation", on(&made, json!({}))).await;
    let gone = room.ok(&room.asks, "withdrawRecommendation", on(&had, json!({ "reason": "Gửi trùng" }))).await;
    assert_eq!(
        (&gone["state"], texts(&gone, "steps/*/state")),
        (&json!("WITHDRAWN"), vec!["ACKNOWLEDGED", "WITHDRAWN"])
    );
    assert_eq!(
        room.refused(&room.answers, "answerRecommendation", on(&gone, json!({ "answer": "Có" }))).await,
        ["NOT_IN_STATE recommendation"]
    );
}

#[tokio::test]
async fn each_refusal_names_the_field() {
    let room = Room::new().await;
    for (more, refused) in [
        (json!({ "text": " " }), "REQUIRED text"),
        (json!({ "topic": "x".repeat(201) }), "TOO_LONG topic"),
        (json!({ "from": "qng.stc" }), "OUT_OF_REACH from"),
        (json!({ "from": "khong.co" }), "NOT_FOUND from"),
        (json!({ "to": ["khong.co"] }), "NOT_FOUND to"),
        (json!({ "to": ["qng.stc", "qng.stc"] }), "DUPLICATE to"),
        (json!({ "to": ["qng.skhcn"] }), "INCOMPATIBLE to"),
        (json!({ "to": vec!["qng.stc"; 51] }), "TOO_MANY to"),
        (json!({ "decisionMaker": "qng.skhcn" }), "INCOMPATIBLE decisionMaker"),
        (json!({ "decisionMaker": "khong.co" }), "NOT_FOUND decisionMaker"),
        (json!({ "document": "khong-co" }), "NOT_FOUND document"),
        (json!({ "clause": null }), "REQUIRED clause"),
        (json!({ "document": null }), "INCOMPATIBLE clause"),
        (json!({ "document": null, "clause": null, "item": "a" }), "INCOMPATIBLE item"),
        (json!({ "document": null, "clause": null }), "REQUIRED document"),
        (json!({ "programme": "khong-co" }), "NOT_FOUND programme"),
        (json!({ "mentionedDocuments": ["khong-co"] }), "NOT_FOUND mentionedDocuments"),
    ] {
        assert_eq!(room.refused(&room.asks, "recommend", petition(more.clone())).await, [refused], "{more}");
    }
    let made = room.made(json!({ "clause": "97" })).await;
    assert_eq!(room.refused(&room.asks, "recommend", petition(json!({ "clause": "97" }))).await, ["TAKEN clause"]);

    let cancelled = room.issued(json!({})).await;
    let given_up = json!({ "directive": cancelled["id"], "expectedVersion": 1, "reason": "Trùng nhiệm vụ" });
    let given_up = room.answers.act("cancelDirective", given_up, "directive { state }").await;
    assert_eq!(given_up["directive"]["state"], "CANCELLED", "{given_up}");
    let cancelled = &cancelled["code"];
    for (name, more, refused) in [
        ("answerRecommendation", json!({ "answer": " " }), "REQUIRED answer"),
        ("answerRecommendation", json!({ "answer": "Có", "document": "khong-co" }), "NOT_FOUND document"),
        ("answerRecommendation", json!({ "answer": "Có", "directives": ["khong-co"] }), "NOT_FOUND directives"),
        ("answerRecommendation", json!({ "answer": "Có", "directives": [cancelled] }), "NOT_IN_STATE directives"),
        ("refuseRecommendation", json!({ "reason": "" }), "REQUIRED reason"),
        ("acknowledgeRecommendation", json!({ "note": "x".repeat(4_001) }), "TOO_LONG note"),
    ] {
        assert_eq!(room.refused(&room.answers, name, on(&made, more.clone())).await, [refused], "{name} {more}");
    }
    for (name, input) in steps(&made) {
        let who = if name == "withdrawRecommendation" { &room.asks } else { &room.answers };
        let stale = with(input, json!({ "expectedVersion": 9 }));
        assert_eq!(room.refused(who, name, stale).await, ["STALE expectedVersion"], "{name}");
    }
    assert_eq!(room.db.text("SELECT count(*) FROM recommendation_step").await, "0");
}

#[tokio::test]
async fn only_those_concerned_do_it_and_nobody_answers_their_own() {
    let room = Room::new().await;
    let made = room.made(json!({})).await;
    for (name, input) in steps(&made) {
        let denied = room.reporter.denied(name, input.clone()).await;
        assert_eq!(denied, "None of your roles may do this", "{name}");
        assert_eq!(room.stranger.denied(name, input.clone()).await, "Not found", "{name}");
        let wrong = if name == "withdrawRecommendation" { &room.answers } else { &room.asks };
        let denied = wrong.denied(name, input).await;
        assert!(denied == "Not found" || denied == "None of your roles may do this", "{name}: {denied}");
    }
    assert_eq!(room.reporter.denied("recommend", petition(json!({}))).await, "None of your roles may do this");
    let own = room.ok(&room.both, "recommend", petition(json!({}))).await;
    assert_eq!(own["viewerCan"], json!({ "acknowledge": true, "answer": false, "refuse": false, "withdraw": true }));
    for (name, input) in &steps(&own)[1..3] {
        assert_eq!(room.refused(&room.both, name, input.clone()).await, ["OWN_WORK recommendation"], "{name}");
    }
    room.ok(&room.answers, "answerRecommendation", on(&own, json!({ "answer": "Đồng ý" }))).await;
}

/// Buttons and mutations go by one rule.
#[tokio::test]
async fn what_viewers_are_told_they_can_do_is_what_they_can_do() {
    let room = Room::new().await;
    let people = [&room.asks, &room.answers, &room.partner, &room.both, &room.reporter, &room.stranger];
    let mut done = 0;
    for (state, way) in [("OPEN", 0), ("ACKNOWLEDGED", 1), ("REFUSED", 2)] {
        for who in people {
            for (place, flag) in ["acknowledge", "answer", "refuse", "withdraw"].into_iter().enumerate() {
                let mut it = room.ok(&room.both, "recommend", petition(json!({}))).await;
                for place in [0, 2].into_iter().take(way) {
                    let (name, input) = steps(&it)[place].clone();
                    it = room.ok(&room.answers, name, input).await;
                }
                let query =
                    format!("{{ node(id: {}) {{ ... on Recommendation {{ viewerCan {{ {flag} }} }} }} }}", it["id"]);
                let told = who.ask(&query).await.whole()["node"]["viewerCan"][flag].as_bool().unwrap();
                let (name, input) = steps(&it)[place].clone();
                let asked = who.send(name, &input, key(), "recommendation { id }").await;
                let could = asked.data["it"]["recommendation"].is_object();
                assert_eq!(told, could, "{name} in {state}: {asked:?}");
                done += u32::from(could);
            }
        }
    }
    // Open: 3 by the leader and the partner, 1 by who asks, 2 by who is both; acknowledged: one less for each that may acknowledge.
    assert_eq!(done, 9 + 6);
}

#[tokio::test]
async fn what_is_sent_twice_under_a_key_is_done_once() {
    let room = Room::new().await;
    let (input, once) = (petition(json!({})), key());
    let first = room.asks.send("recommend", &input, once, SHOWN).await.whole();
    let again = room.asks.send("recommend", &input, once, SHOWN).await.whole();
    assert_eq!(first["it"]["recommendation"]["id"], again["it"]["recommendation"]["id"]);
    let (of, once) = (on(&first["it"]["recommendation"], json!({ "answer": "Đồng ý" })), key());
    for _ in 0..2 {
        let done = room.answers.send("answerRecommendation", &of, once, SHOWN).await.whole();
        assert_eq!(
            (&done["it"]["recommendation"]["state"], &done["it"]["recommendation"]["version"]),
            (&json!("ANSWERED"), &json!(2))
        );
    }
    assert_eq!(room.db.text("SELECT count(*) FROM recommendation_step").await, "1");
    assert_eq!(room.db.text("SELECT count(*) FROM recommendation WHERE made_by IS NOT NULL").await, "1");
}

/// What is hidden looks like what is not there, to whoever makes, answers and reads.
#[tokio::test]
async fn what_is_hidden_looks_like_what_is_not_there() {
    let room = Room::new().await;
    room.db
        .execute(
            "INSERT INTO document (id, code, symbol, kind, title, issuer_id, issued_on, issued_precision, status, visibility)
                SELECT md5('mật')::uuid, 'mat-2026', '01-MẬT', 'PLAN', 'Kế hoạch', id, '2026-01-05', 'DAY', 'ISSUED', 'RESTRICTED' FROM agency WHERE code = 'qng.ubnd'",
        )
        .await;
    assert_eq!(
        room.refused(&room.asks, "recommend", petition(json!({ "document": "mat-2026" }))).await,
        ["NOT_FOUND document"]
    );
    let mentions = petition(json!({ "mentionedDocuments": ["mat-2026"] }));
    assert_eq!(room.refused(&room.asks, "recommend", mentions).await, ["NOT_FOUND mentionedDocuments"]);

    let made = room
        .made(json!({ "visibility": "RESTRICTED", "clause": "96", "to": ["qng.ubnd"], "decisionMaker": "qng.stc" }))
        .await;
    assert!(made["code"].as_str().unwrap().starts_with("tb-ubnd-qng-2025-04:96~"), "{made}");
    let public = room.made(json!({ "clause": "96" })).await;
    assert_eq!(public["code"], "tb-ubnd-qng-2025-04:96", "what is hidden takes no code");
    let nobody = db::Id::<db::recommendation::Recommendation>::of(uuid::Uuid::from_u128(99));
    for (name, input) in steps(&made) {
        let twin = with(input.clone(), json!({ "recommendation": nobody.to_string() }));
        assert_eq!(room.stranger.denied(name, input).await, room.stranger.denied(name, twin).await, "{name}");
    }
    let query = format!("{{ node(id: {}) {{ id ... on Recommendation {{ state }} }} }}", made["id"]);
    for (who, sees) in [(&room.asks, true), (&room.answers, true), (&room.partner, true), (&room.stranger, false)] {
        assert_eq!(who.ask(&query).await.data["node"].is_object(), sees);
    }

    // Nor is a directive said to have changed by the answer to what is hidden.
    let named = room.issued(json!({})).await;
    let answer = json!({ "answer": "Đã giao", "directives": [named["code"]] });
    room.ok(&room.answers, "answerRecommendation", on(&made, answer)).await;
    assert_eq!(room.db.text("SELECT count(*) FROM change WHERE kind = 'UPDATED' AND noun = 'directive'").await, "0");

    // The answer names what the asking agency may not see.
    let issued = room.issued(json!({ "document": "mat-2026", "visibility": "RESTRICTED" })).await;
    let code = &issued["code"];
    let answer = json!({ "answer": "Đã giao", "document": "mat-2026", "directives": [code] });
    let answered = room.ok(&room.answers, "answerRecommendation", on(&public, answer)).await;
    assert_eq!(
        (&answered["steps"][0]["document"]["code"], &answered["answers"]["nodes"][0]["code"]),
        (&json!("mat-2026"), code)
    );
    let query = format!(
        "{{ node(id: {}) {{ ... on Recommendation {{ steps {{ text document {{ code }} }} answers {{ totalCount }} }} }} }}",
        public["id"]
    );
    let told = room.asks.ask(&query).await.whole();
    assert_eq!(
        told["node"],
        json!({ "steps": [{ "text": "Đã giao", "document": null }], "answers": { "totalCount": 0 } })
    );
    let open = petition(json!({ "document": "mat-2026", "from": "qng.ubnd", "to": ["qng.stc"] }));
    let head = Viewer::person(&room.db, 27, &[(Role::Head, "qng.ubnd", false)]).await;
    assert_eq!(room.refused(&head, "recommend", open).await, ["INCOMPATIBLE visibility"]);
}

/// Past the program, as the role it works as.
#[tokio::test]
async fn postgresql_refuses_what_the_rules_refuse() {
    let room = Room::new().await;
    let made = room.made(json!({})).await;
    let answered = room
        .ok(
            &room.answers,
            "answerRecommendation",
            on(&made, json!({ "answer": "Đồng ý", "directives": ["tb-ubnd-qng-2025-04:6"] })),
        )
        .await;
    let open = room.made(json!({})).await;
    let code = |of: &Value| of["code"].as_str().unwrap().to_owned();
    let step = |of: &Value, state: &str, text: &str, account: &str| {
        format!(
            "INSERT INTO recommendation_step (id, recommendation_id, state, text, agency_id, role, account_id, taken_on, recorded_at)
            SELECT gen_random_uuid(), id, '{state}', {text}, from_agency_id, 'HEAD', {account}, '2026-01-20', now() FROM recommendation WHERE code = '{}'",
            code(of)
        )
    };
    let set = |of: &Value, what: &str| format!("UPDATE recommendation SET {what} WHERE code = '{}'", code(of));
    let mut server = room.db.pool.get().await.unwrap();
    for (statement, why) in [
        (set(&answered, "state = 'OPEN', version = 3"), "does not go from"),
        (set(&open, "state = 'ANSWERED', version = 2"), "moves by a step"),
        (set(&open, "text = 'khác'"), "permission denied"),
        (step(&answered, "WITHDRAWN", "NULL", "gen_random_uuid()"), "does not go from"),
        (step(&open, "REFUSED", "NULL", "gen_random_uuid()"), "recommendation_step_said_check"),
        (step(&open, "ANSWERED", "'Có'", "made_by"), "somebody else answers"),
        ("UPDATE recommendation_step SET text = 'khác'".to_owned(), "permission denied"),
        ("DELETE FROM recommendation_answer".to_owned(), "permission denied"),
    ] {
        let told = sql::execute(&mut server, &statement).await.unwrap_err().to_string();
        assert!(told.contains(why), "{statement}: {told}");
    }
    // Nor does their owner change what was answered.
    let mut owner = room.db.connect().await;
    for statement in [
        "UPDATE recommendation_step SET text = 'khác'",
        "DELETE FROM recommendation_step",
        "DELETE FROM recommendation_answer",
    ] {
        let told = sql::execute(&mut owner, statement).await.unwrap_err().to_string();
        assert!(told.contains("history"), "{statement}: {told}");
    }
}
