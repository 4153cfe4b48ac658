//! What is open passes on, and what is over stays where it was.

use db::demo::accounts::PASSWORD;
use serde_json::{Value, json};
use tests::{
    TestDb,
    door::Door,
    graphql::texts,
    mutation::{broken, key, with},
};

use super::{ASSIGNED, Room, SHOWN, counts, decided, opened};

/// Somebody who has signed in.
struct Person {
    door: Door,
    access: String,
}

impl Person {
    async fn signed_in(door: &Door, login: &str) -> Self {
        Self { access: door.sign_in(login, PASSWORD).await.unwrap().access, door: door.clone() }
    }

    async fn ask(&self, query: &str) -> Value {
        self.door.ask_as(&self.access, query, json!({})).await.whole()
    }

    /// What a mutation answers, and what of it has to be mended.
    async fn act(&self, name: &str, kind: &str, input: Value, selection: &str) -> Value {
        let document = format!(
            "mutation ($input: {kind}!, $key: UUID!) {{ it: {name}(input: $input, idempotencyKey: $key) {{ {selection} userErrors {{ code field row message }} }} }}"
        );
        let variables = json!({ "input": input, "key": key() });
        let it = self.door.ask_as(&self.access, &document, variables).await.whole()["it"].take();
        assert_eq!(broken(&it), Vec::<String>::new(), "{name}: {it}");
        it
    }
}

const FIGURE: &str = "measurement { id version state contentHash reporter { code } subject { code } }";

/// What an administrator, a reporter and a head see and do on the way, each with a token of their own.
#[tokio::test]
async fn a_department_is_merged_with_open_directives_and_half_a_report() {
    let db = TestDb::demo_with_accounts().await;
    db.execute(ASSIGNED).await;
    let door = Door::of_demo(&db).await;
    let (admin, reporter) = (Person::signed_in(&door, "quan.tri").await, Person::signed_in(&door, "bao.cao").await);
    let figure = json!({ "indicator": "bts_5g_count", "subject": "qng.skhcn", "period": "2025-12", "value": "120", "observation": "FINAL" });
    let half = reporter.act("draftMeasurement", "DraftMeasurementInput", figure, FIGURE).await["measurement"].clone();
    assert_eq!(half["state"], "DRAFT");
    let led =
        "SELECT string_agg(code, ' ' ORDER BY code) FROM directive JOIN directive_lead ON directive_id = directive.id
        JOIN agency a ON a.id = agency_id AND a.code = ";
    let open = "WHERE state NOT IN ('COMPLETED', 'CANCELLED')";
    let before = db
        .text(
            &format!("{led} 'qng.skhcn' {open}")
                .replace("agg(code", "agg(directive.code")
                .replace("BY code", "BY directive.code"),
        )
        .await;
    let over = db.text("SELECT count(*) FROM directive JOIN directive_lead ON directive_id = id JOIN agency a ON a.id = agency_id AND a.code = 'qng.skhcn' WHERE state IN ('COMPLETED', 'CANCELLED')").await;

    let opening = opened(json!({ "code": "qng.skhcn_cds", "nameVi": "Sở Khoa học, Công nghệ và Chuyển đổi số" }));
    admin.act("openAgency", "OpenAgencyInput", opening, SHOWN).await;
    let seen = admin.ask("{ agency(code: \"qng.skhcn\") { id version } }").await["agency"].clone();
    let merger = decided(
        json!({ "agencies": [{ "agency": seen["id"], "expectedVersion": seen["version"] }], "successor": "qng.skhcn_cds",
        "note": "Đề án sắp xếp 2026" }),
    );
    let done = admin.act("mergeAgencies", "MergeAgenciesInput", merger, SHOWN).await["reorganisation"].clone();
    let passed = counts(&done);
    for kind in ["DIRECTIVE", "ASSIGNMENT", "AGENCY 1", "ROLE 2", "ACCOUNT 2"] {
        assert!(passed.iter().any(|line| line.starts_with(kind)), "{kind}: {passed:?}");
    }

    // Open directives are led by the successor, those that are done by whoever did them; and the timeline says so.
    let led_by = |code: &str| {
        format!("{led} '{code}' {open}")
            .replace("agg(code", "agg(directive.code")
            .replace("BY code", "BY directive.code")
    };
    assert_eq!(db.text(&led_by("qng.skhcn_cds")).await, before);
    assert_eq!(db.text(&format!("SELECT coalesce(({}), '-')", led_by("qng.skhcn"))).await, "-");
    assert_eq!(db.text("SELECT count(*) FROM directive JOIN directive_lead ON directive_id = id JOIN agency a ON a.id = agency_id AND a.code = 'qng.skhcn'").await, over);
    let code = before.split(' ').next().unwrap();
    let timeline = admin.ask(&format!("{{ directive(code: \"{code}\") {{ timeline(last: 1) {{ nodes {{ kind occurredOn role text agency {{ code }} predecessor {{ code }} account {{ fullName }} }} }} }} }}")).await;
    assert_eq!(
        timeline["directive"]["timeline"]["nodes"],
        json!([{ "kind": "TRANSFERRED", "occurredOn": "2026-01-10", "role": "ADMINISTRATOR", "text": "Đề án sắp xếp 2026", "agency": { "code": "qng.skhcn_cds" },
            "predecessor": { "code": "qng.skhcn" }, "account": { "fullName": "Đỗ Văn Quản Trị" } }])
    );

    // Whoever reported goes on at the successor, and finishes what was begun: it stays the predecessor's.
    let reporter = Person::signed_in(&door.later(chrono::TimeDelta::minutes(1)), "bao.cao").await;
    let roles = "{ viewer { account { agency { code } grants(filter: { on: \"2026-01-20\" }) { nodes { role agency { code } validFrom } } } } }";
    let roles = reporter.ask(roles).await["viewer"]["account"].take();
    assert_eq!(roles["agency"]["code"], "qng.skhcn_cds");
    assert_eq!(
        roles["grants"]["nodes"],
        json!([{ "role": "REPORTER", "agency": { "code": "qng.skhcn_cds" }, "validFrom": "2026-01-20" }])
    );
    let submitted = json!({ "measurement": half["id"], "expectedVersion": half["version"] });
    let submitted =
        reporter.act("submitMeasurement", "SubmitMeasurementInput", submitted, FIGURE).await["measurement"].clone();
    assert_eq!((&submitted["state"], &submitted["reporter"]["code"]), (&json!("SUBMITTED"), &json!("qng.skhcn")));
    let head = Person::signed_in(&door.later(chrono::TimeDelta::minutes(1)), "thu.truong").await;
    let endorsed = json!({ "measurement": submitted["id"], "expectedVersion": submitted["version"], "contentHash": submitted["contentHash"] });
    let endorsed =
        head.act("endorseMeasurement", "EndorseMeasurementInput", endorsed, FIGURE).await["measurement"].clone();
    assert_eq!((&endorsed["state"], &endorsed["subject"]["code"]), (&json!("ENDORSED"), &json!("qng.skhcn")));

    // What was owed before the day stays owed by the predecessor; what comes after is owed by the successor.
    let owed = r#"{ old: obligations(first: 100, filter: { reporter: "qng.skhcn", dueFrom: "2025-06-01", dueTo: "2026-12-31" }) { nodes { endsOn } }
        new: obligations(first: 100, filter: { reporter: "qng.skhcn_cds", dueFrom: "2025-06-01", dueTo: "2026-12-31" }) { nodes { endsOn } } }"#;
    let owed = head.ask(owed).await;
    let (old, new) = (texts(&owed, "old/nodes/*/endsOn"), texts(&owed, "new/nodes/*/endsOn"));
    assert!(!old.is_empty() && old.iter().all(|day| *day < "2026-01-10"), "{old:?}");
    assert!(!new.is_empty() && new.iter().all(|day| *day >= "2026-01-10"), "{new:?}");
    assert_eq!(
        db.text("SELECT count(*) FROM agency, agency_open(id, closed_on, '2026-01-20') WHERE closed_on IS NOT NULL")
            .await,
        "0"
    );
}

#[tokio::test]
async fn a_split_gives_each_what_is_named_and_the_rest_to_one() {
    let room = Room::new().await;
    room.ok("openAgency", opened(json!({}))).await;
    let codes = room.db.text("SELECT string_agg(code, ' ' ORDER BY code) FROM (SELECT code FROM agency_open((SELECT id FROM agency WHERE code = 'qng.skhcn'), '2026-01-10', '2026-01-20')
        WHERE kind = 'DIRECTIVE' AND code IN (SELECT code FROM directive WHERE visibility = 'PUBLIC') ORDER BY code LIMIT 2) AS two").await;
    let two: Vec<&str> = codes.split(' ').collect();
    let assignment = room.db.text("SELECT r.id::text FROM reporting_assignment r JOIN agency a ON a.id = subject_id AND a.code = 'qng.skhcn' ORDER BY r.id LIMIT 1").await;
    let assignment = schema::id::encode(b'l', assignment.parse().unwrap());
    let split = |rest: Value| {
        json!({ "successors": [
        { "agency": "qng.scds", "directives": two, "assignments": [assignment.to_string()] },
        { "agency": "qng.stc", "below": ["qng.tt_ung_dung"] }], "defaultSuccessor": rest })
    };
    let seen = room.seen("qng.skhcn").await;
    let left = room.admin().await.act("splitAgency", decided(with(seen.clone(), split(Value::Null))), SHOWN).await;
    assert_eq!(broken(&left), ["REQUIRED defaultSuccessor"]);
    let message = left["userErrors"][0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("Still open, and nobody takes it over: ") && message.contains("reporting assignments"),
        "{message}"
    );
    for (share, refused) in [
        (json!({ "directives": ["khong-co"] }), "NOT_FOUND successors.0.directives"),
        (json!({ "directives": [two[0], two[0]] }), "DUPLICATE successors.0.directives"),
        (json!({ "assignments": ["khong-co"] }), "NOT_FOUND successors.0.assignments"),
        (json!({ "agency": "khong.co" }), "NOT_FOUND successors.0.agency"),
        (json!({ "agency": "qng.so_nganh_dia_phuong" }), "INCOMPATIBLE successors.0.agency"),
    ] {
        let mut input = split(json!("qng.stc"));
        input["successors"][0] = with(json!({ "agency": "qng.scds" }), share.clone());
        let told = room.refused("splitAgency", decided(with(seen.clone(), input))).await;
        let told: Vec<_> = told.iter().map(|line| line.trim_end_matches(" 0")).collect();
        let unnamed = share["agency"].is_string() && told == ["NOT_FOUND defaultSuccessor"];
        assert!(told == [refused] || unnamed, "{share}: {told:?}");
    }
    let done = room.ok("splitAgency", decided(with(seen, split(json!("qng.stc"))))).await;
    let passed = counts(&done);
    assert!(
        passed.contains(&"DIRECTIVE 2 qng.scds".to_owned()) && passed.contains(&"ASSIGNMENT 1 qng.scds".to_owned()),
        "{passed:?}"
    );
    assert!(passed.contains(&"AGENCY 1 qng.stc".to_owned()), "{passed:?}");
    let leads = room.public(&format!("{{ directive(code: \"{}\") {{ leads {{ code }} coordinators {{ agency {{ code }} }} }} agency(code: \"qng.skhcn\") {{ closedOn successors {{ kind successors {{ code }} }} }} }}", two[0])).await;
    assert!(leads["directive"].to_string().contains("qng.scds"), "{leads}");
    assert_eq!(leads["agency"]["closedOn"], "2026-01-10");
    assert_eq!(
        leads["agency"]["successors"][0],
        json!({ "kind": "SPLIT", "successors": [{ "code": "qng.scds" }, { "code": "qng.stc" }] })
    );
}

#[tokio::test]
async fn whoever_goes_on_gives_away_what_is_named_and_keeps_the_rest() {
    let room = Room::new().await;
    room.ok("openAgency", opened(json!({}))).await;
    let split = json!({ "successors": [{ "agency": "qng.scds", "below": ["qng.tt_ung_dung"] }, { "agency": "qng.skhcn" }], "defaultSuccessor": "qng.skhcn" });
    let done = room.ok("splitAgency", decided(with(room.seen("qng.skhcn").await, split))).await;
    assert_eq!(counts(&done), ["AGENCY 1 qng.scds"]);
    let shown = room.public(r#"{ agency(code: "qng.skhcn") { closedOn parent { code } version } unit: agency(code: "qng.tt_ung_dung") { parent { code } } }"#).await;
    assert_eq!(
        shown,
        json!({ "agency": { "closedOn": null, "parent": { "code": "qng.ubnd" }, "version": 2 }, "unit": { "parent": { "code": "qng.scds" } } })
    );
}

/// Whoever leads already leads once, and nobody waits for an answer of their own.
#[tokio::test]
async fn a_part_that_the_successor_has_already_is_not_taken_twice() {
    let room = Room::new().await;
    let code = "SELECT d.code FROM directive d JOIN directive_lead ON directive_id = d.id JOIN agency a ON a.id = agency_id AND a.code = 'qng.skhcn'
        WHERE state = 'IN_PROGRESS' ORDER BY d.code LIMIT 1";
    let code = room.db.text(code).await;
    room.db
        .execute(
            &"INSERT INTO directive_lead (directive_id, agency_id, position) SELECT id, (SELECT id FROM agency WHERE code = 'qng.stc'), 90
                FROM directive WHERE code = '{code}' ON CONFLICT DO NOTHING;
             INSERT INTO directive_lead (directive_id, agency_id, position) SELECT id, (SELECT id FROM agency WHERE code = 'qng.skhcn'), 91
                FROM directive WHERE code = '{code}' ON CONFLICT DO NOTHING;
             INSERT INTO directive_input (id, directive_id, agency_id, coordinator_id, question, asked_on, asked_at, asked_by)
                SELECT gen_random_uuid(), id, (SELECT id FROM agency WHERE code = 'qng.stc'), (SELECT id FROM agency WHERE code = 'qng.skhcn'), 'Góp ý',
                    '2026-01-19', '2026-01-19T01:00:00Z', gen_random_uuid() FROM directive WHERE code = '{code}';
             INSERT INTO directive_extension (id, directive_id, agency_id, proposed_on, reason, requested_at, requested_by)
                SELECT gen_random_uuid(), id, (SELECT id FROM agency WHERE code = 'qng.skhcn'), '2026-06-30', 'Chờ hướng dẫn', '2026-01-19T01:00:00Z', gen_random_uuid()
                FROM directive WHERE code = '{code}';
             INSERT INTO recommendation_recipient (recommendation_id, agency_id, position)
                SELECT id, (SELECT id FROM agency WHERE code = 'qng.skhcn'), 90 FROM recommendation WHERE state = 'OPEN' ORDER BY code LIMIT 1;"
                .replace("{code}", &code),
        )
        .await;
    let merged = json!({ "agencies": [room.seen("qng.skhcn").await], "successor": "qng.stc" });
    let done = room.ok("mergeAgencies", decided(merged)).await;
    assert!(counts(&done).contains(&"RECOMMENDATION 1 qng.stc".to_owned()), "{done}");
    let of = |what: &str| format!("SELECT string_agg(a.code || coalesce(' ' || {what}, ''), ', ' ORDER BY a.code)");
    let at = format!("JOIN directive d ON d.id = directive_id AND d.code = '{code}' JOIN agency a ON a.id = agency_id");
    let leads = room
        .db
        .text(&format!("{} FROM directive_lead {at} WHERE a.code IN ('qng.stc', 'qng.skhcn')", of("NULL")))
        .await;
    assert_eq!(leads, "qng.stc");
    assert_eq!(
        room.db.text(&format!("{} FROM directive_input {at}", of("ended_on::text"))).await,
        "qng.stc 2026-01-20"
    );
    assert_eq!(
        room.db.text(&format!("{} FROM directive_extension {at}", of("directive_extension.state"))).await,
        "qng.stc REQUESTED"
    );
}
