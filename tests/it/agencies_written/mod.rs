//! Agencies that are opened, renamed, moved, merged, split and closed, by administrators.

mod chance;
mod dry;
mod many;
mod passed;
mod refused;
mod steps;

use auth::Role;
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, texts},
    mutation::{broken, with},
};

/// A demo province, and who administers it.
struct Room {
    db: TestDb,
    /// Everywhere, or only in the province.
    everywhere: bool,
}

const SHOWN: &str = "reorganisation { dryRun agency { code version } passed { kind count items from { code } to { code } } } current { code version }";

/// Every indicator is reported by a department of itself, since long.
const ASSIGNED: &str =
    "INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
    SELECT gen_random_uuid(), i.id, a.id, a.id, 'CALENDAR', i.frequency, '[2025-01-01,)'
    FROM indicator i, agency a WHERE a.code = 'qng.skhcn' ON CONFLICT DO NOTHING";

impl Room {
    async fn new() -> Self {
        Self::of(TestDb::demo().await).await
    }

    async fn of(db: TestDb) -> Self {
        db.execute(ASSIGNED).await;
        Self { db, everywhere: false }
    }

    /// The administrator as they are now: what was opened meanwhile is theirs as well.
    async fn admin(&self) -> Viewer {
        let admin = if self.everywhere {
            Viewer::administrator(&self.db, 31)
        } else {
            Viewer::person(&self.db, 31, &[(Role::Administrator, "qng.ubnd", true)]).await
        };
        admin.who_reads(Language::En)
    }

    /// An agency as a mutation names it: its id, and its version.
    async fn seen(&self, code: &str) -> Value {
        let asked = self.admin().await.ask(&format!("{{ agency(code: \"{code}\") {{ id version }} }}")).await.whole();
        json!({ "agency": asked["agency"]["id"], "expectedVersion": asked["agency"]["version"] })
    }

    /// What a mutation did.
    async fn ok(&self, name: &str, input: Value) -> Value {
        let done = self.admin().await.act(name, input.clone(), SHOWN).await;
        assert_eq!(broken(&done), Vec::<String>::new(), "{name} {input}: {done}");
        done["reorganisation"].clone()
    }

    /// What has to be mended.
    async fn refused(&self, name: &str, input: Value) -> Vec<String> {
        let done = self.admin().await.act(name, input.clone(), SHOWN).await;
        assert_eq!(done["reorganisation"], Value::Null, "{name} {input}: {done}");
        broken(&done)
    }

    async fn public(&self, query: &str) -> Value {
        Viewer::public(&self.db).ask(query).await.whole()
    }
}

/// What decides something, if a test does not say otherwise.
fn decided(input: Value) -> Value {
    with(json!({ "on": "2026-01-10", "document": "tb-ubnd-qng-2025-04", "clause": "6" }), input)
}

/// An agency that is opened if a test does not say otherwise.
fn opened(more: Value) -> Value {
    let input = json!({ "code": "qng.scds", "nameVi": "Sở Chuyển đổi số", "nameEn": "Department of Digital Transformation",
        "kind": "DEPARTMENT", "level": "PROVINCIAL", "parent": "qng.ubnd", "on": "2026-01-05" });
    with(decided(input), more)
}

/// How much passed of each kind, and to whom.
fn counts(reorganisation: &Value) -> Vec<String> {
    let passed = reorganisation["passed"].as_array().unwrap();
    let line =
        |it: &Value| format!("{} {} {}", it["kind"].as_str().unwrap(), it["count"], it["to"]["code"].as_str().unwrap());
    passed.iter().map(line).collect()
}

#[tokio::test]
async fn an_agency_is_opened_below_another() {
    let room = Room::new().await;
    let done = room.ok("openAgency", opened(json!({ "officialCode": "51" }))).await;
    assert_eq!(done, json!({ "dryRun": false, "agency": { "code": "qng.scds", "version": 1 }, "passed": [] }));
    let shown = r#"{ agency(code: "qng.scds") { name(language: EN) kind level province officialCode openedOn closedOn simulated
        before: parent(on: "2026-01-04") { code } parent(on: "2026-01-05") { code } placements { validFrom basis clause document { code } } }
        document(code: "tb-ubnd-qng-2025-04") { relations { kind clause agency { code } } } }"#;
    let shown = room.public(shown).await;
    assert_eq!(
        shown["agency"],
        json!({ "name": "Department of Digital Transformation", "kind": "DEPARTMENT", "level": "PROVINCIAL", "province": "Quảng Ngãi",
            "officialCode": "51", "openedOn": "2026-01-05", "closedOn": null, "simulated": false, "before": null, "parent": { "code": "qng.ubnd" },
            "placements": [{ "validFrom": "2026-01-05", "basis": "STATED", "clause": "6", "document": { "code": "tb-ubnd-qng-2025-04" } }] })
    );
    let establishes = shown["document"]["relations"].as_array().unwrap();
    let establishes = establishes.iter().any(|it| it["kind"] == "ESTABLISHES" && it["agency"]["code"] == "qng.scds");
    assert!(establishes, "{shown}");
    assert_eq!(
        room.db.text("SELECT concat(kind, ' ', noun) FROM change ORDER BY id DESC OFFSET 1 LIMIT 1").await,
        "CREATED agency"
    );
    assert_eq!(
        room.db.text("SELECT concat(action, ' ', after->>'code') FROM audit_entry ORDER BY id DESC LIMIT 1").await,
        "MANAGE_AGENCIES qng.scds"
    );
}

#[tokio::test]
async fn a_former_name_is_kept_with_its_days_and_still_found() {
    let room = Room::new().await;
    let renamed = with(room.seen("qng.ioc").await, json!({ "nameVi": "Trung tâm Giám sát, điều hành tỉnh" }));
    let before = room.db.text("SELECT name_vi FROM agency WHERE code = 'qng.ioc'").await;
    let done = room.ok("renameAgency", decided(renamed)).await;
    assert_eq!(done["agency"], json!({ "code": "qng.ioc", "version": 2 }));
    let again = with(
        room.seen("qng.ioc").await,
        json!({ "nameVi": "Trung tâm Điều hành số", "nameEn": "Digital Operations Centre", "on": "2026-01-15" }),
    );
    assert_eq!(
        room.refused("renameAgency", with(decided(again.clone()), json!({ "on": "2026-01-10" }))).await,
        ["OUT_OF_BOUNDS on"]
    );
    room.ok("renameAgency", decided(again)).await;
    let shown = room
        .public(
            r#"{ agency(code: "qng.ioc") { name aliases formerNames { name validFrom validUntil clause document { code } } }
            agencies(filter: { text: "trung tam giam sat" }) { nodes { code } } }"#,
        )
        .await;
    let former = |name: &str, from: Value, until: &str| json!({ "name": name, "validFrom": from, "validUntil": until, "clause": "6", "document": { "code": "tb-ubnd-qng-2025-04" } });
    assert_eq!(shown["agency"]["name"], "Trung tâm Điều hành số");
    assert_eq!(
        shown["agency"]["formerNames"],
        json!([
            former(&before, Value::Null, "2026-01-09"),
            former("Trung tâm Giám sát, điều hành tỉnh", json!("2026-01-10"), "2026-01-14")
        ])
    );
    assert_eq!(texts(&shown, "agencies/nodes/*/code"), ["qng.ioc"]);
}

#[tokio::test]
async fn an_agency_moves_from_a_day_on_and_nobody_stands_below_themselves() {
    let room = Room::new().await;
    let then =
        room.db.text("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')").await;
    let moved = with(room.seen("qng.ioc").await, json!({ "parent": "qng.skhcn", "note": "Theo đề án sắp xếp" }));
    let done = room.ok("moveAgency", decided(moved)).await;
    assert_eq!(done["agency"], json!({ "code": "qng.ioc", "version": 2 }));
    let question = r#"agency(code: "qng.ioc") { before: parent(on: "2026-01-09") { code } parent(on: "2026-01-10") { code }
        placements { validFrom validUntil note parent { code } } }"#;
    let shown = room.public(&format!("{{ {question} }}")).await;
    assert_eq!(
        shown["agency"],
        json!({ "before": { "code": "qng.ubnd" }, "parent": { "code": "qng.skhcn" }, "placements": [
            { "validFrom": null, "validUntil": "2026-01-09", "note": null, "parent": { "code": "qng.ubnd" } },
            { "validFrom": "2026-01-10", "validUntil": null, "note": "Theo đề án sắp xếp", "parent": { "code": "qng.skhcn" } }] })
    );
    // Before it was recorded nobody knew.
    let known = room.public(&format!("{{ asOf(instant: \"{then}\") {{ {question} }} }}")).await;
    assert_eq!(known["asOf"]["agency"]["parent"], json!({ "code": "qng.ubnd" }));
    // It may be told ahead.
    let ahead = with(room.seen("qng.cong_ttdt").await, json!({ "parent": "qng.ioc", "on": "2026-07-01" }));
    room.ok("moveAgency", decided(ahead)).await;
    let cycle = with(room.seen("qng.skhcn").await, json!({ "parent": "qng.ioc" }));
    assert_eq!(room.refused("moveAgency", decided(cycle)).await, ["INCOMPATIBLE parent"]);
    let itself = with(room.seen("qng.skhcn").await, json!({ "parent": "qng.skhcn" }));
    assert_eq!(room.refused("moveAgency", decided(itself)).await, ["INCOMPATIBLE parent"]);
    let twice = with(room.seen("qng.cong_ttdt").await, json!({ "parent": "qng.stc", "on": "2026-03-01" }));
    assert_eq!(room.refused("moveAgency", decided(twice)).await, ["OUT_OF_BOUNDS on"]);
}

#[tokio::test]
async fn whoever_has_nothing_open_is_closed_without_a_successor() {
    let room = Room::new().await;
    room.ok("openAgency", opened(json!({}))).await;
    let closed =
        decided(with(room.seen("qng.scds").await, json!({ "on": "2026-01-12", "note": "Không còn cần thiết" })));
    let done = room.ok("closeAgency", closed).await;
    assert_eq!(done, json!({ "dryRun": false, "agency": { "code": "qng.scds", "version": 2 }, "passed": [] }));
    let shown = room
        .public(
            r#"{ agency(code: "qng.scds") { closedOn there: parent(on: "2026-01-11") { code } gone: parent(on: "2026-01-12") { code }
            placements { validUntil } successors { kind effectiveOn note clause document { code } successors { code } } } }"#,
        )
        .await;
    assert_eq!(
        shown["agency"],
        json!({ "closedOn": "2026-01-12", "there": { "code": "qng.ubnd" }, "gone": null, "placements": [{ "validUntil": "2026-01-11" }],
            "successors": [{ "kind": "CLOSURE", "effectiveOn": "2026-01-12", "note": "Không còn cần thiết", "clause": "6",
                "document": { "code": "tb-ubnd-qng-2025-04" }, "successors": [] }] })
    );
}
