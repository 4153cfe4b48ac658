//! Whatever is done in whatever order: nothing open is lost, and nobody who is gone is asked for anything.

use serde_json::{Value, json};
use tests::{
    TestDb,
    mutation::{broken, key, with},
};

use super::{ASSIGNED, Room, SHOWN, decided};

/// What must be empty at any time.
const BROKEN: [(&str, &str); 5] = [
    (
        "something is open at one who is gone",
        "SELECT string_agg(concat_ws(' ', agency.code, open.kind, open.code), ', ') FROM agency, agency_open(agency.id, closed_on, '2026-01-20') AS open WHERE closed_on IS NOT NULL",
    ),
    (
        "somebody owes something after their end",
        "SELECT string_agg(DISTINCT agency.code, ', ') FROM obligation('2025-01-01', '2026-12-31', '2026-12-31') AS owed JOIN agency ON agency.id IN (owed.reporter_id, owed.subject_id) WHERE closed_on <= owed.ends_on - 1",
    ),
    (
        "two report the same",
        "SELECT string_agg(one.id::text, ', ') FROM reporting_assignment one JOIN reporting_assignment other USING (indicator_id, subject_id, regime, period_kind) WHERE one.id < other.id AND one.valid && other.valid",
    ),
    (
        "somebody stands below themselves",
        "WITH RECURSIVE above (id, at, during) AS (SELECT agency_id, parent_id, daterange(valid_from, valid_until) FROM agency_placement UNION SELECT above.id, p.parent_id, above.during * daterange(p.valid_from, p.valid_until) FROM above JOIN agency_placement p ON p.agency_id = above.at AND p.agency_id <> above.id AND above.during && daterange(p.valid_from, p.valid_until)) SELECT string_agg(id::text, ', ') FROM above WHERE id = at",
    ),
    (
        "somebody stands below one who is gone",
        "SELECT string_agg(child.code, ', ') FROM agency_placement p JOIN agency child ON child.id = agency_id JOIN agency parent ON parent.id = parent_id WHERE parent.closed_on < coalesce(p.valid_until, 'infinity') AND agency_exists_on(child.id, '2026-01-20')",
    ),
];

/// What must stay as it is: each thing that was open is somebody's still.
const KEPT: &str = "SELECT concat_ws(' | ',
    (SELECT string_agg(code, ' ' ORDER BY code) FROM directive WHERE state NOT IN ('COMPLETED', 'CANCELLED') AND EXISTS (SELECT FROM directive_lead WHERE directive_id = id)),
    (SELECT string_agg(code, ' ' ORDER BY code) FROM recommendation WHERE state = 'OPEN' AND EXISTS (SELECT FROM recommendation_recipient WHERE recommendation_id = id)),
    (SELECT string_agg(code, ' ' ORDER BY code) FROM indicator WHERE lead_agency_id IS NOT NULL),
    (SELECT string_agg(DISTINCT concat(indicator_id, period_kind, regime), ' ' ORDER BY concat(indicator_id, period_kind, regime)) FROM reporting_assignment WHERE upper_inf(valid)),
    (SELECT string_agg(DISTINCT concat(account_id, role), ' ' ORDER BY concat(account_id, role)) FROM role_grant WHERE valid_until IS NULL OR valid_until > '2026-01-20'),
    (SELECT count(*) FROM account WHERE agency_id IS NOT NULL), (SELECT count(*) FROM measurement), (SELECT count(*) FROM progress_update))";

/// Numbers that look drawn, the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn one<'a>(&mut self, of: &'a [String]) -> &'a str {
        &of[self.below(of.len())]
    }
}

/// Something that may be done next.
async fn drawn(room: &Room, dice: &mut Dice, step: usize) -> (&'static str, Value) {
    let codes = "SELECT string_agg(code, ' ' ORDER BY code) FROM agency WHERE code LIKE 'qng.%' AND kind <> 'AGENCY_GROUP' AND closed_on IS NULL";
    let codes: Vec<String> = room.db.text(codes).await.split(' ').map(str::to_owned).collect();
    let day = format!("2026-01-{:02}", 1 + step / 2);
    let (one, other, third) = (dice.one(&codes).to_owned(), dice.one(&codes).to_owned(), dice.one(&codes).to_owned());
    let seen = room.seen(&one).await;
    let (name, input) = match dice.below(8) {
        0 | 1 => (
            "openAgency",
            json!({ "code": format!("qng.moi{step}"), "nameVi": format!("Đơn vị mới {step}"), "kind": "DEPARTMENT", "parent": other }),
        ),
        2 => ("renameAgency", with(seen, json!({ "nameVi": format!("Tên mới {step}") }))),
        3 => ("moveAgency", with(seen, json!({ "parent": other }))),
        4 | 5 => ("mergeAgencies", json!({ "agencies": [seen, room.seen(&third).await], "successor": other })),
        6 => {
            let split = json!({ "successors": [{ "agency": other }, { "agency": third }], "defaultSuccessor": if step.is_multiple_of(2) { &other } else { &third } });
            ("splitAgency", with(seen, split))
        }
        _ => (
            "closeAgency",
            with(seen, json!({ "successor": if step.is_multiple_of(3) { Value::Null } else { json!(other) } })),
        ),
    };
    (name, with(decided(input), json!({ "on": day })))
}

#[tokio::test]
async fn any_order_of_changes_keeps_what_is_open_and_loses_nobody() {
    let mut done = std::collections::BTreeMap::<&str, u32>::new();
    for seed in [57, 2_026, 1_306] {
        let db = TestDb::demo_with_accounts().await;
        db.execute(ASSIGNED).await;
        let room = Room { db, everywhere: true };
        let (kept, mut dice) = (room.db.text(KEPT).await, Dice(seed));
        for step in 0..36 {
            let (name, input) = drawn(&room, &mut dice, step).await;
            let asked = room.admin().await.send(name, &input, key(), SHOWN).await;
            assert!(asked.errors.is_empty(), "{seed} {step} {name} {input}: {asked:?}");
            let told = broken(&asked.data["it"]);
            assert_eq!(told.is_empty(), asked.data["it"]["reorganisation"].is_object(), "{name} {input}: {asked:?}");
            *done.entry(name).or_default() += u32::from(told.is_empty());
            for (what, query) in BROKEN {
                let found = room.db.text(&format!("SELECT coalesce(({query}), '')")).await;
                assert_eq!(found, "", "{seed} {step} {name} {input}: {what}");
            }
            assert_eq!(room.db.text(KEPT).await, kept, "{seed} {step} {name} {input}");
        }
    }
    assert!(done.len() == 6 && done.values().all(|times| *times >= 3), "{done:?}");
}
