//! Steps of one kind are done together: with as many statements for one as for hundreds, and as if they were done one after the other.

use auth::{Principal, Role, action::ManageAgencies};
use db::{
    Acting, Once, Origin, Writer,
    agency::change::{
        AgencyToOpen, CloseStep, Decision, MergeStep, MoveStep, NewName, RenameStep, Reorganisation, Share, Shares,
        SplitStep, Step, reorganise,
    },
};
use serde_json::{Value, json};
use tests::{
    TestDb, demo,
    mutation::{broken, with},
};

use super::{ASSIGNED, Room, decided};

const SHOWN: &str = "reorganisations { agency { code } passed { kind count } }";

fn decision() -> Decision {
    Decision {
        on: db::Date(chrono::NaiveDate::from_ymd_opt(2026, 1, 10).unwrap()),
        document: "tb-ubnd-qng-2025-04".to_owned(),
        clause: None,
        note: None,
        dry_run: false,
    }
}

/// Units that are there since last year, each below a department.
const UNITS: &str = "WITH unit AS (
        INSERT INTO agency (id, code, name_vi, kind, level, opened_on)
        SELECT gen_random_uuid(), 'qng.dv' || lpad(number::text, 4, '0'), 'Đơn vị ' || number, 'PUBLIC_SERVICE_UNIT', 'PROVINCIAL', '2025-01-01' FROM generate_series(1, 1300) AS number
        RETURNING id)
    INSERT INTO agency_placement (id, agency_id, parent_id, valid_from, stated)
        SELECT gen_random_uuid(), unit.id, department.id, '2025-01-01', true FROM unit, agency department WHERE department.code = 'qng.stc'";

fn unit(number: usize) -> String {
    format!("qng.dv{number:04}")
}

/// Steps of a kind about units from a number on.
fn steps(kind: &str, numbers: std::ops::Range<usize>) -> Vec<Step> {
    let snv = || "qng.snv".to_owned();
    let step = |number: usize| match kind {
        "open" => Step {
            open: Some(AgencyToOpen {
                code: format!("qng.moi{number}"),
                name_vi: format!("Đơn vị mới {number}"),
                name_en: None,
                kind: db::agency::AgencyKind::PublicServiceUnit,
                level: None,
                province: None,
                block: None,
                official_code: None,
                parent: Some(snv()),
            }),
            ..Step::default()
        },
        "rename" => {
            let name = NewName { name_vi: format!("Tên mới {number}"), name_en: None };
            Step { rename: Some(RenameStep { agency: unit(number), name }), ..Step::default() }
        }
        "move" => Step { relocate: Some(MoveStep { agency: unit(number), parent: snv() }), ..Step::default() },
        "merge" => {
            let agencies = vec![unit(2 * number), unit(2 * number + 1)];
            Step { merge: Some(MergeStep { agencies, successor: snv() }), ..Step::default() }
        }
        "split" => {
            let share = |agency: &str| Share { agency: agency.to_owned(), ..Share::default() };
            let shares = Shares { successors: vec![share("qng.snv"), share("qng.stc")], default_successor: None };
            Step { split: Some(SplitStep { agency: unit(number), shares }), ..Step::default() }
        }
        _ => Step { close: Some(CloseStep { agency: unit(number), successor: None }), ..Step::default() },
    };
    numbers.map(step).collect()
}

#[tokio::test]
async fn two_hundred_steps_take_as_many_statements_as_one() {
    let db = TestDb::demo().await;
    db.execute(UNITS).await;
    let mut most = Vec::new();
    for (kind, first) in [("open", 1), ("rename", 1), ("move", 202), ("merge", 202), ("split", 806), ("close", 1007)] {
        let mut sent = Vec::new();
        for numbers in [first..first + 1, first + 1..first + 201] {
            let writer = Writer::new(db.pool.clone(), demo::now(), db::Date(demo::today()), Origin::default());
            let once = Once::without_key(writer.clone());
            let acting = Acting::<ManageAgencies>::new(once, &Principal::operator_as(Role::Administrator)).unwrap();
            let count = numbers.len();
            let new = Reorganisation { steps: steps(kind, numbers), decision: decision() };
            assert_eq!(reorganise(&acting, new).await.unwrap().len(), count, "{kind}");
            sent.push(writer.statements());
        }
        assert_eq!(sent[0], sent[1], "{kind}");
        most.push(sent[0]);
    }
    assert!(most.iter().all(|sent| *sent <= 24), "{most:?}");
    assert_eq!(db.text("SELECT count(*) FROM agency WHERE code LIKE 'qng.moi%'").await, "201");
    assert_eq!(
        db.text("SELECT count(*) FROM agency WHERE code LIKE 'qng.dv%' AND closed_on = '2026-01-10'").await,
        "804"
    );
    // Each time it takes over raises its version.
    assert_eq!(db.text("SELECT version FROM agency WHERE code = 'qng.snv'").await, "403");
}

#[tokio::test]
async fn a_file_that_opens_and_merges_by_turns_takes_as_many_statements_as_a_sorted_one() {
    let db = TestDb::demo().await;
    db.execute(UNITS).await;
    let mut sent = Vec::new();
    for numbers in [1..2, 2..202] {
        let turns =
            steps("open", numbers.clone()).into_iter().zip(steps("merge", numbers)).flat_map(|(open, mut merge)| {
                if let (Some(open), Some(merge)) = (&open.open, &mut merge.merge) {
                    merge.successor.clone_from(&open.code);
                }
                [open, merge]
            });
        let writer = Writer::new(db.pool.clone(), demo::now(), db::Date(demo::today()), Origin::default());
        let once = Once::without_key(writer.clone());
        let acting = Acting::<ManageAgencies>::new(once, &Principal::operator_as(Role::Administrator)).unwrap();
        let new = Reorganisation { steps: turns.collect(), decision: decision() };
        let done = reorganise(&acting, new).await.unwrap();
        // Each answer is that of its step: who was opened took over.
        assert!(done.chunks(2).all(|turn| turn[0].agency == turn[1].agency));
        sent.push(writer.statements());
    }
    assert_eq!(sent[0], sent[1]);
    assert_eq!(
        db.text("SELECT count(*) FROM agency WHERE code LIKE 'qng.dv%' AND closed_on = '2026-01-10'").await,
        "402"
    );
}

#[tokio::test]
async fn of_steps_by_turns_the_first_that_is_refused_is_named() {
    let room = Room::new().await;
    let open = |number: usize| json!({ "open": { "code": format!("qng.moi{number}"), "nameVi": "Đơn vị mới", "kind": "OTHER", "parent": "qng.ubnd" } });
    let rename = |agency: &str| json!({ "rename": { "agency": agency, "nameVi": "Tên mới" } });
    let steps = json!([open(1), rename("qng.stc"), open(2), rename("khong.co"), open(3), open(2)]);
    let told = room.admin().await.act("reorganise", decided(json!({ "steps": steps })), SHOWN).await;
    assert_eq!(broken(&told), ["NOT_FOUND steps.3.rename.agency"]);
}

#[tokio::test]
async fn of_many_that_are_refused_the_first_is_named() {
    let room = Room::new().await;
    let open = |number: usize| json!({ "open": { "code": format!("qng.moi{number}"), "nameVi": "Đơn vị mới", "kind": "OTHER", "parent": "qng.ubnd" } });
    let mut steps: Vec<Value> = (0..90).map(open).collect();
    steps[71]["open"]["code"] = json!("qng.stc");
    steps[80]["open"]["parent"] = json!("khong.co");
    let told = room.admin().await.act("reorganise", decided(json!({ "steps": steps })), SHOWN).await;
    assert_eq!(
        (broken(&told), &told["userErrors"][0]["row"]),
        (vec!["TAKEN steps.71.open.code".to_owned()], &json!(71))
    );
    assert_eq!(room.db.text("SELECT count(*) FROM agency WHERE code LIKE 'qng.moi%'").await, "0");
    assert_eq!(
        room.db
            .text("SELECT count(*) FROM change WHERE noun = 'agency' AND object_id NOT IN (SELECT id FROM agency)")
            .await,
        "0"
    );
    steps[71]["open"]["code"] = json!("qng.moi71");
    let told = room.admin().await.act("reorganise", decided(json!({ "steps": steps })), SHOWN).await;
    assert_eq!(broken(&told), ["NOT_FOUND steps.80.open.parent"]);
}

#[tokio::test]
async fn an_area_passes_to_whoever_is_opened_for_it_in_one_decision() {
    let room = Room { everywhere: true, ..Room::new().await };
    let open = |code: &str| json!({ "open": { "code": code, "nameVi": "UBND phường Trương Quang Trọng", "kind": "PEOPLES_COMMITTEE", "level": "COMMUNE", "officialCode": "99028", "parent": "qng.ubnd" } });
    let reorganise = async |steps: Value, on: &str| {
        let input = with(decided(json!({ "steps": steps })), json!({ "on": on }));
        broken(&room.admin().await.act("reorganise", input, SHOWN).await)
    };
    assert_eq!(reorganise(json!([open("ubnd_cu.99028")]), "2026-01-02").await, Vec::<String>::new());
    let merge = json!({ "merge": { "agencies": ["ubnd_cu.99028"], "successor": "ubnd.99028" } });
    // Both at a time are refused, by name of the step.
    assert_eq!(reorganise(json!([open("ubnd.99028")]), "2026-01-10").await, ["TAKEN steps.0.open.officialCode"]);
    let twice = json!([open("ubnd.99028"), merge, open("ubnd.khac")]);
    assert_eq!(reorganise(twice, "2026-01-10").await, ["TAKEN steps.0.open.officialCode"]);
    let alone = with(decided(open("ubnd.99028")["open"].clone()), json!({ "dryRun": true }));
    assert_eq!(room.refused("openAgency", alone).await, ["TAKEN officialCode"]);
    let registered =
        room.admin().await.act("registerAgency", open("ubnd.99028")["open"].clone(), "agency { code }").await;
    assert_eq!(broken(&registered), ["TAKEN officialCode"]);
    assert_eq!(reorganise(json!([open("ubnd.99028"), merge]), "2026-01-10").await, Vec::<String>::new());
    let areas = "SELECT string_agg(concat_ws(' ', code, opened_on, closed_on), ', ' ORDER BY code) FROM agency WHERE official_code = '99028'";
    assert_eq!(room.db.text(areas).await, "ubnd.99028 2026-01-10, ubnd_cu.99028 2026-01-02 2026-01-10");
}

/// What became of all agencies and of what was open.
const STATE: &str = "SELECT concat_ws(E'\\n',
    (SELECT string_agg(concat_ws(' ', code, version, name_vi, closed_on, aliases), E'\\n' ORDER BY code) FROM agency WHERE code LIKE 'qng.%'),
    (SELECT string_agg(concat_ws(' ', child.code, parent.code, valid_from, valid_until), E'\\n' ORDER BY child.code, valid_from NULLS FIRST)
        FROM agency_placement JOIN agency child ON child.id = agency_id JOIN agency parent ON parent.id = parent_id),
    (SELECT string_agg(concat_ws(' ', d.code, a.code, d.version), ' ' ORDER BY d.code, a.code) FROM directive d JOIN directive_lead ON directive_id = d.id JOIN agency a ON a.id = agency_id),
    (SELECT string_agg(concat_ws(' ', d.code, a.code), ' ' ORDER BY d.code, a.code) FROM directive d JOIN directive_coordinator ON directive_id = d.id JOIN agency a ON a.id = agency_id),
    (SELECT string_agg(concat_ws(' ', w.indicator_id, s.code, r.code, valid), ' ' ORDER BY w.indicator_id, s.code, r.code, valid) FROM reporting_assignment w JOIN agency s ON s.id = subject_id JOIN agency r ON r.id = reporter_id),
    (SELECT string_agg(concat_ws(' ', g.code, a.code), ' ' ORDER BY g.code, a.code) FROM agency_member JOIN agency g ON g.id = group_id JOIN agency a ON a.id = agency_id),
    (SELECT string_agg(concat_ws(' ', kind, went.codes, came.codes), E'\\n' ORDER BY kind, went.codes, came.codes) FROM agency_succession s,
        LATERAL (SELECT string_agg(code, ',' ORDER BY code) AS codes FROM agency_succession_party JOIN agency ON id = agency_id WHERE succession_id = s.id AND side = 'PREDECESSOR') went,
        LATERAL (SELECT string_agg(code, ',' ORDER BY code) AS codes FROM agency_succession_party JOIN agency ON id = agency_id WHERE succession_id = s.id AND side = 'SUCCESSOR') came))";

/// Numbers that look drawn, the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// A step that may be possible; those of one kind come in rows, so that many are done together.
fn drawn(dice: &mut Dice, number: usize, codes: &[String]) -> Value {
    let mut one = || codes[dice.below(codes.len())].clone();
    let (one, other, third) = (one(), one(), one());
    match number / 12 % 6 {
        0 => {
            json!({ "open": { "code": format!("qng.moi{number}"), "nameVi": format!("Đơn vị mới {number}"), "kind": "OTHER", "parent": one } })
        }
        1 => json!({ "merge": { "agencies": [one, other], "successor": third } }),
        2 => json!({ "move": { "agency": one, "parent": other } }),
        3 => json!({ "rename": { "agency": one, "nameVi": format!("Tên mới {number}") } }),
        4 => json!({ "close": { "agency": one, "successor": other } }),
        _ => {
            json!({ "split": { "agency": one, "successors": [{ "agency": other }, { "agency": third }], "defaultSuccessor": third } })
        }
    }
}

#[tokio::test]
async fn many_at_once_come_to_what_they_come_to_one_after_the_other() {
    let (one_by_one, at_once) = (TestDb::demo().await, TestDb::demo().await);
    for db in [&one_by_one, &at_once] {
        db.execute(ASSIGNED).await;
    }
    let (one_by_one, at_once) = (Room { db: one_by_one, everywhere: true }, Room { db: at_once, everywhere: true });
    let codes =
        "SELECT string_agg(code, ' ' ORDER BY code) FROM agency WHERE code LIKE 'qng.%' AND kind <> 'AGENCY_GROUP'";
    let codes: Vec<String> = one_by_one.db.text(codes).await.split(' ').map(str::to_owned).collect();
    let mut dice = Dice(20_250_701);
    let mut steps = Vec::new();
    for number in 0..144 {
        let step = drawn(&mut dice, number, &codes);
        let alone = decided(json!({ "steps": [step] }));
        let told = one_by_one.admin().await.act("reorganise", alone, SHOWN).await;
        if broken(&told).is_empty() {
            steps.push(step);
        }
    }
    assert!(steps.len() > 40, "{}", steps.len());
    let told = at_once.admin().await.act("reorganise", decided(json!({ "steps": steps })), SHOWN).await;
    assert_eq!(broken(&told), Vec::<String>::new());
    let (expected, found) = (one_by_one.db.text(STATE).await, at_once.db.text(STATE).await);
    for (expected, found) in expected.lines().zip(found.lines()) {
        assert_eq!(expected, found, "{}", serde_json::to_string_pretty(&steps).unwrap());
    }
    assert_eq!(expected.lines().count(), found.lines().count());
}
