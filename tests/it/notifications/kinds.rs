//! Each kind of notification: who is told, by what people really do.

use super::*;

/// The kinds that somebody was told of, in order.
async fn kinds(who: &Viewer) -> Vec<String> {
    let all = who.ask("{ notifications(first: 100) { nodes { kind } } }").await.whole();
    let mut kinds: Vec<String> = texts(&all, "notifications/nodes/*/kind").into_iter().map(str::to_owned).collect();
    kinds.sort_unstable();
    kinds
}

/// What is told of one step: the kinds that each has, beside what they had before.
struct Story<'a> {
    db: &'a TestDb,
    people: Vec<(&'static str, &'a Viewer)>,
    before: BTreeMap<&'static str, Vec<String>>,
}

impl<'a> Story<'a> {
    fn of(db: &'a TestDb, people: Vec<(&'static str, &'a Viewer)>) -> Self {
        Self { db, people, before: BTreeMap::new() }
    }

    async fn told(&mut self) -> Vec<String> {
        tell(self.db).await;
        let mut new = Vec::new();
        for (name, who) in &self.people {
            let mut now = kinds(who).await;
            let all = now.clone();
            for kind in self.before.insert(name, all).unwrap_or_default() {
                now.remove(now.iter().position(|it| *it == kind).unwrap());
            }
            new.extend(now.into_iter().map(|kind| format!("{name} {kind}")));
        }
        new
    }
}

async fn done(who: &Viewer, name: &str, input: Value) -> Value {
    let selection = "directive { id version }";
    let answer = who.act(name, input, selection).await;
    assert_eq!(broken(&answer), Vec::<String>::new(), "{name}");
    answer["directive"].clone()
}

/// The program and the database know the same kinds, and each is told to somebody.
#[tokio::test]
async fn every_kind_has_its_rule() {
    let db = TestDb::new().await;
    let mut kinds: Vec<&str> = notification::NotificationKind::ALL.iter().map(|kind| kind.as_str()).collect();
    kinds.sort_unstable();
    let ruled = "SELECT string_agg(DISTINCT kind, ' ' ORDER BY kind) FROM notification_rule";
    assert_eq!(db.text(ruled).await, kinds.join(" "));
    assert_eq!(
        db.text("SELECT is_notification_kind('OVERDUE')::text || is_notification_kind('LATE')").await,
        "truefalse"
    );
}

/// The id of the first of a directive's requests.
async fn of(who: &Viewer, directive: &Value, requests: &str) -> Value {
    let question = format!("query ($id: ID!) {{ node(id: $id) {{ ... on Directive {{ it: {requests} {{ id }} }} }} }}");
    let asked = who.ask_with(&question, json!({ "id": directive["id"] })).await;
    asked.whole()["node"]["it"][0]["id"].clone()
}

#[tokio::test]
async fn a_directive_from_its_issue_to_its_end() {
    let room = Room::new().await;
    let below = person(&room.db, 17, &[(Role::Head, "qng.tt_ung_dung", false)]).await;
    let people = vec![
        ("leader", &room.leader),
        ("office", &room.office),
        ("head", &room.head),
        ("reporter", &room.reporter),
        ("partner", &room.partner),
        ("below", &below),
    ];
    let mut story = Story::of(&room.db, people);
    let on = |it: &Value, more: Value| with(json!({ "directive": it["id"] }), more);
    let mut it = room.issued(json!({})).await;
    assert_eq!(story.told().await, ["head DIRECTIVE_ISSUED", "reporter DIRECTIVE_ISSUED", "partner DIRECTIVE_ISSUED"]);
    it = done(&room.head, "acceptDirective", seen("directive", &it)).await;
    assert_eq!(story.told().await, ["leader DIRECTIVE_ACCEPTED"]);
    let input = on(&it, json!({ "coordinator": "qng.stc", "question": "Kinh phí?", "dueOn": "2026-01-21" }));
    done(&room.reporter, "requestInput", input).await;
    assert_eq!(story.told().await, ["partner INPUT_REQUESTED"]);
    let given = json!({ "inputRequest": of(&room.partner, &it, "inputRequests").await, "answer": "500 triệu đồng" });
    assert_eq!(broken(&room.partner.act("giveInput", given, "").await), Vec::<String>::new());
    assert_eq!(story.told().await, ["head INPUT_GIVEN", "reporter INPUT_GIVEN"]);

    // Another day is asked for, and another one offered.
    let ask = on(&it, json!({ "proposedOn": "2026-04-30", "reason": "Chờ hướng dẫn của Bộ" }));
    done(&room.head, "requestExtension", ask).await;
    assert_eq!(story.told().await, ["leader EXTENSION_REQUESTED"]);
    let request = of(&room.leader, &it, "extensionRequests").await;
    let version = async |it: &Value| {
        let question = "query ($id: ID!) { node(id: $id) { ... on Directive { id version } } }";
        room.head.ask_with(question, json!({ "id": it["id"] })).await.whole()["node"].clone()
    };
    let seen_by = version(&it).await["version"].clone();
    let counter = json!({ "extensionRequest": request, "expectedVersion": seen_by, "decision": "COUNTER", "counterOn": "2026-03-31", "reason": "Cuối quý I" });
    assert_eq!(broken(&room.leader.act("decideExtension", counter, "").await), Vec::<String>::new());
    assert_eq!(story.told().await, ["head EXTENSION_DECIDED"]);
    let seen_by = version(&it).await["version"].clone();
    let accept = json!({ "extensionRequest": request, "expectedVersion": seen_by, "accept": true });
    assert_eq!(broken(&room.head.act("answerCounterOffer", accept, "").await), Vec::<String>::new());
    assert_eq!(story.told().await, ["leader COUNTER_ANSWERED"]);

    // A part of it is done by an agency below.
    let part = on(&it, json!({ "part": { "title": "Khảo sát hạ tầng", "leads": ["qng.tt_ung_dung"] } }));
    let answer = room.head.act("delegateDirective", part, "directive { id }").await;
    assert_eq!(broken(&answer), Vec::<String>::new(), "{answer}");
    assert_eq!(story.told().await, ["leader PART_DELEGATED", "below DIRECTIVE_ISSUED"]);
    it = version(&it).await;
    let report =
        with(seen("directive", &it), json!({ "narrative": "Đã xong", "unfinishedPartsReason": "Các xã tự khảo sát" }));
    it = done(&room.head, "reportDone", report).await;
    assert_eq!(story.told().await, ["leader DONE_REPORTED", "office DONE_REPORTED"]);
    it = done(&room.leader, "sendBackDirective", with(seen("directive", &it), json!({ "reason": "Thiếu số liệu" })))
        .await;
    assert_eq!(story.told().await, ["head SENT_BACK", "reporter SENT_BACK"]);
    let report = with(
        seen("directive", &it),
        json!({ "narrative": "Đã bổ sung", "unfinishedPartsReason": "Các xã tự khảo sát" }),
    );
    it = done(&room.head, "reportDone", report).await;
    story.told().await;
    done(&room.leader, "confirmDone", seen("directive", &it)).await;
    let mut ended = story.told().await;
    ended.sort_unstable();
    assert_eq!(ended, ["below DIRECTIVE_CANCELLED", "head DONE_CONFIRMED", "reporter DONE_CONFIRMED"]);
    let other = room.issued(json!({})).await;
    story.told().await;
    done(&room.leader, "cancelDirective", with(seen("directive", &other), json!({ "reason": "Không còn cần" }))).await;
    let mut ended = story.told().await;
    ended.sort_unstable();
    assert_eq!(ended, ["head DIRECTIVE_CANCELLED", "partner DIRECTIVE_CANCELLED", "reporter DIRECTIVE_CANCELLED"]);
}

#[tokio::test]
async fn a_directive_that_falls_due_and_an_input_that_is_late() {
    let room = Room::new().await;
    // The last day of February is a Saturday.
    let it = room.issued(json!({})).await;
    let it = done(&room.head, "acceptDirective", seen("directive", &it)).await;
    let input = with(
        json!({ "directive": it["id"] }),
        json!({ "coordinator": "qng.stc", "question": "Kinh phí?", "dueOn": "2026-02-25" }),
    );
    assert_eq!(broken(&room.reporter.act("requestInput", input, "").await), Vec::<String>::new());
    // Of this one nobody has said anything: it is not known to be late.
    room.db
        .execute(
            "UPDATE directive SET due_on = '2026-02-27' WHERE code = 'tb-ubnd-qng-2025-04:6' AND state = 'ASSIGNED'",
        )
        .await;
    let of = async |who: &Viewer| {
        let all = who.ask("{ notifications(first: 100, filter: { kinds: [DUE_SOON, DUE_TODAY, OVERDUE, INPUT_OVERDUE] }) { nodes { kind createdAt directive { title } } } }").await.whole();
        let nodes = all["notifications"]["nodes"].as_array().unwrap().clone();
        let mut said: Vec<String> = nodes
            .iter()
            .filter(|node| node["directive"]["title"] == "Xây dựng kế hoạch chuyển đổi số ngành y tế")
            .map(|node| format!("{} {}", &node["createdAt"].as_str().unwrap()[5..10], node["kind"].as_str().unwrap()))
            .collect();
        said.sort_unstable();
        said
    };
    let first: NaiveDate = "2026-02-13".parse().unwrap();
    for day in (0..33).map(|n| first + Days::new(n)) {
        notification::tell_due(&writer(&room.db, morning(day)), false).await.unwrap();
    }
    // Tết is from the 16th until the 22nd: five working days before the last day were on the 13th.
    assert_eq!(of(&room.reporter).await, ["02-13 DUE_SOON", "02-26 DUE_SOON", "02-27 DUE_TODAY", "03-02 OVERDUE"]);
    assert_eq!(of(&room.head).await, ["02-26 DUE_SOON", "02-26 INPUT_OVERDUE", "03-04 OVERDUE"]);
    assert_eq!(of(&room.partner).await, ["02-26 INPUT_OVERDUE"]);
    assert_eq!(of(&room.office).await, ["03-06 OVERDUE"]);
    assert_eq!(of(&room.leader).await, ["03-13 OVERDUE"]);
    let untold = "SELECT count(*) FROM notification n JOIN directive d ON d.id = n.directive_id WHERE d.code = 'tb-ubnd-qng-2025-04:6' AND n.kind = 'OVERDUE'";
    assert_eq!(room.db.text(untold).await, "0");
}

#[tokio::test]
async fn figures_from_their_return_to_their_publication() {
    let db = reporting().await;
    let reporter = person(&db, 21, &[(Role::Reporter, "tinh", true)]).await;
    let head = person(&db, 22, &[(Role::Head, "tinh.xa2", false)]).await;
    let office = person(&db, 24, &[(Role::StandingOffice, "tinh", true)]).await;
    let people = vec![("reporter", &reporter), ("head", &head), ("office", &office)];
    let mut story = Story::of(&db, people);
    let figure = async || {
        let of = "{ measurements(filter: { subject: \"tinh.xa2\", states: [SUBMITTED, ENDORSED] }) { nodes { id version contentHash period } } }";
        let found = head.ask(of).await.whole();
        let nodes = found["measurements"]["nodes"].as_array().unwrap().clone();
        nodes.into_iter().find(|it| it["period"] == "2025-12").unwrap()
    };
    let decide = async |who: &Viewer, name: &str, more: Value| {
        let it = figure().await;
        let input = with(seen("measurement", &it), with(json!({ "contentHash": it["contentHash"] }), more));
        let answer = who.act(name, input, "measurement { id }").await;
        assert_eq!(broken(&answer), Vec::<String>::new(), "{name}");
    };
    decide(&head, "endorseMeasurement", json!({})).await;
    assert_eq!(story.told().await, ["reporter FIGURES_ENDORSED", "office FIGURES_ENDORSED"]);
    decide(&office, "publishMeasurement", json!({})).await;
    assert_eq!(story.told().await, ["reporter FIGURES_PUBLISHED", "head FIGURES_PUBLISHED"]);
    assert!(inbox(&head).await[0].contains("Đã được công bố: 1 số liệu tháng 12 năm 2025 của UBND xã Sơn Hà"));
}

#[tokio::test]
async fn who_has_lost_an_agency_reads_of_the_others_alone() {
    let db = reporting().await;
    let (both, one) = ([(Role::StandingOffice, "tinh", true)], [(Role::StandingOffice, "tinh.xa1", false)]);
    let office = person(&db, 24, &both).await;
    // The second commune comes to the same step a day later, for its figure came back.
    let day = |text: &str| writer(&db, morning(text.parse().unwrap()));
    db.execute("UPDATE notification_rule SET days = 1 WHERE kind = 'OVERDUE' AND role = 'STANDING_OFFICE'").await;
    notification::tell_due(&day("2026-01-12"), false).await.unwrap();
    let of = async |who: &Viewer| {
        let all = "{ notifications(first: 100, filter: { kinds: [OVERDUE] }) { totalCount nodes { period regime figures message agencies { figures agency { code } } } } }";
        let found = who.ask(all).await.whole()["notifications"]["nodes"].as_array().unwrap().clone();
        let mine = |it: &&Value| it["period"] == "2025-12" && it["regime"] == "CALENDAR";
        found.iter().filter(mine).map(|it| it["agencies"].clone()).collect::<Vec<_>>()
    };
    let of_first = json!([{ "figures": 1, "agency": { "code": "tinh.xa1" } }]);
    let of_second = json!([{ "figures": 1, "agency": { "code": "tinh.xa2" } }]);
    assert_eq!(of(&office).await, std::slice::from_ref(&of_first));
    db.execute("INSERT INTO measurement_decision (measurement_id, revision, state, content_hash, reason, decided_at, decided_by)
        SELECT m.id, 1, 'RETURNED', measurement_content_hash(m.id, 1), 'Sai', '2026-01-12T03:00:00Z', md5('x')::uuid FROM measurement m
        WHERE m.id = md5('tinh.xa2' || '2025-12')::uuid").await;
    notification::tell_due(&day("2026-01-13"), false).await.unwrap();
    assert_eq!(of(&office).await, [of_second, of_first.clone()], "each once");
    notification::tell_due(&day("2026-01-14"), false).await.unwrap();
    assert_eq!(of(&office).await.len(), 2);
    // Both at once are one notification, of which each reader sees their own.
    db.execute("DELETE FROM notification_agency; DELETE FROM notification; DELETE FROM notification_day").await;
    notification::tell_due(&day("2026-01-14"), false).await.unwrap();
    let both_told = of(&office).await;
    assert_eq!((both_told.len(), both_told[0].as_array().unwrap().len()), (1, 2));
    let reduced = Viewer::with(&db, holder(&db, 24, &one).await);
    assert_eq!(of(&reduced).await, [of_first]);
    let elsewhere = Viewer::with(&db, holder(&db, 24, &[(Role::StandingOffice, "khac", true)]).await);
    assert!(of(&elsewhere).await.is_empty());
}
