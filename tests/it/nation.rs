//! The whole country in the demo: as it was until 30 June 2025, and what became of it on 1 July.

use std::collections::{BTreeMap, BTreeSet};

use db::demo::nation;
use tests::{
    TestDb, demo,
    graphql::{Viewer, texts},
};

const COMMUNES: &str = include_str!("../../db/demo/units/communes.csv");
const PROVINCES: &str = include_str!("../../db/demo/units/provinces.csv");

fn rows(file: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    file.lines().skip(1).map(|line| line.split(',').collect())
}

/// Who went into whom, by the codes of the areas: `08: 02 08`.
async fn predecessors(db: &TestDb, whom: &str) -> BTreeMap<String, BTreeSet<String>> {
    let query = format!(
        "SELECT string_agg(DISTINCT heir.official_code || ' ' || went.official_code, ',') FROM agency heir
            JOIN agency_succession_party came ON came.agency_id = heir.id AND came.side = 'SUCCESSOR'
            JOIN agency_succession_party gone ON gone.succession_id = came.succession_id AND gone.side = 'PREDECESSOR'
            JOIN agency went ON went.id = gone.agency_id WHERE heir.kind = 'PEOPLES_COMMITTEE' AND heir.closed_on IS NULL AND {whom}"
    );
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for pair in db.text(&query).await.split(',') {
        let (heir, went) = pair.split_once(' ').unwrap();
        found.entry(heir.to_owned()).or_default().insert(went.to_owned());
    }
    found
}

#[tokio::test]
async fn the_country_is_as_it_was_and_as_it_became() {
    let db = TestDb::demo().await;
    let load = async || nation::load(db.settings(), (demo::today(), demo::now()), &|_| {}).await.unwrap();
    let report = load().await;
    assert!(report.registered > 10_000, "{report:?}");

    let there = async |level: &str, on: &str| {
        db.text(&format!(
            "SELECT count(*) FROM agency WHERE kind = 'PEOPLES_COMMITTEE' AND level = '{level}' AND official_code IS NOT NULL AND agency_exists_on(id, '{on}')"
        ))
        .await
    };
    for (level, before, after) in [("PROVINCIAL", "63", "34"), ("DISTRICT", "696", "0"), ("COMMUNE", "10035", "3321")] {
        assert_eq!(
            (there(level, "2025-06-30").await, there(level, "2025-07-01").await),
            (before.to_owned(), after.to_owned()),
            "{level}"
        );
    }
    provinces_are_made_of_those_of_the_file(&db).await;
    communes_are_made_of_those_of_the_file(&db).await;
    everything_has_a_place(&db).await;
    what_a_reader_sees(&db).await;

    // Once more changes nothing.
    let state = "SELECT concat_ws(' ', (SELECT count(*) FROM agency), (SELECT sum(version) FROM agency), (SELECT count(*) FROM change), (SELECT count(*) FROM audit_entry), (SELECT md5(string_agg(note, '' ORDER BY code)) FROM agency))";
    let before = db.text(state).await;
    assert!(load().await.is_unchanged());
    assert_eq!(db.text(state).await, before);
    db::demo::reset(db.settings()).await.unwrap();
    assert_eq!(db.text("SELECT count(*) FROM agency").await, "0");
}

async fn provinces_are_made_of_those_of_the_file(db: &TestDb) {
    let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows(PROVINCES).filter(|row| !row[3].is_empty()) {
        expected.entry(row[3].to_owned()).or_default().insert(row[0].to_owned());
    }
    let found = predecessors(db, "heir.level = 'PROVINCIAL' AND heir.official_code IS NOT NULL").await;
    assert_eq!(found, expected);
    let renamed = "SELECT string_agg(before.name_vi || ' -> ' || agency.name_vi, ', ' ORDER BY agency.code) FROM agency_name before JOIN agency ON agency.id = agency_id WHERE level = 'PROVINCIAL' AND official_code IS NOT NULL";
    assert_eq!(
        db.text(renamed).await,
        "UBND tỉnh Yên Bái -> UBND tỉnh Lào Cai, UBND tỉnh Bắc Giang -> UBND tỉnh Bắc Ninh, UBND tỉnh Quảng Bình -> UBND tỉnh Quảng Trị, UBND tỉnh Bình Định -> UBND tỉnh Gia Lai, UBND tỉnh Long An -> UBND tỉnh Tây Ninh, UBND tỉnh Tiền Giang -> UBND tỉnh Đồng Tháp, UBND tỉnh Kiên Giang -> UBND tỉnh An Giang"
    );
    // That of the demo goes on, and is no second time there.
    assert_eq!(
        db.text("SELECT string_agg(code, ' ') FROM agency WHERE official_code = '51' AND kind = 'PEOPLES_COMMITTEE'")
            .await,
        "qng.ubnd"
    );
}

async fn communes_are_made_of_those_of_the_file(db: &TestDb) {
    let all = predecessors(db, "heir.level = 'COMMUNE' AND heir.official_code IS NOT NULL").await;
    let (mut of_province, mut went_on) = (0, 0);
    for row in rows(COMMUNES) {
        let whole: BTreeSet<&str> =
            row[3].split(';').chain(row[4].split(';')).chain([row[5]]).filter(|code| !code.is_empty()).collect();
        if whole == BTreeSet::from([row[0]]) && row[4].is_empty() {
            assert!(!all.contains_key(row[0]), "{} went on", row[0]);
            went_on += 1;
        } else {
            let found: BTreeSet<&str> = all[row[0]].iter().map(String::as_str).collect();
            assert_eq!(found, whole, "{}", row[0]);
        }
        of_province += u32::from(row[2] == "51");
    }
    assert_eq!((of_province, went_on), (96, 132));
    let kinds = "SELECT string_agg(kind || ' ' || count, ', ' ORDER BY kind) FROM (SELECT s.kind, count(DISTINCT p.agency_id) FROM agency_succession s JOIN agency_succession_party p ON p.succession_id = s.id AND p.side = 'PREDECESSOR'
        JOIN agency a ON a.id = p.agency_id AND a.code LIKE 'ubnd%' WHERE s.effective_on = '2025-07-01' GROUP BY s.kind) AS counted";
    // 9,432 communes, five island districts and 29 provinces are merged, 471 communes divided, 690 districts closed: one has ended in the demo.
    assert_eq!(db.text(kinds).await, "CLOSURE 690, MERGER 9466, SPLIT 471");
}

/// Each commune stands below its province since, and below a district before; nobody below one who is gone.
async fn everything_has_a_place(db: &TestDb) {
    let below = |on: &str| {
        format!(
            "SELECT string_agg(above || ' ' || count, ', ' ORDER BY above) FROM (SELECT coalesce(parent.level, '-') AS above, count(*) FROM agency child
            LEFT JOIN agency_placement p ON p.agency_id = child.id AND (p.valid_from IS NULL OR p.valid_from <= '{on}') AND (p.valid_until IS NULL OR p.valid_until > '{on}')
            LEFT JOIN agency parent ON parent.id = p.parent_id AND agency_exists_on(parent.id, '{on}')
            WHERE child.level = 'COMMUNE' AND child.official_code IS NOT NULL AND agency_exists_on(child.id, '{on}') GROUP BY 1) AS counted"
        )
    };
    assert_eq!(db.text(&below("2025-06-30")).await, "DISTRICT 10035");
    assert_eq!(db.text(&below("2025-07-01")).await, "PROVINCIAL 3321");
    let open = "SELECT count(*) FROM agency, agency_open(id, closed_on, '2026-01-20') WHERE closed_on IS NOT NULL";
    assert_eq!(db.text(open).await, "0");
    assert_eq!(
        db.text("SELECT count(*) FROM agency WHERE code LIKE 'ubnd.%' AND level = 'COMMUNE' AND latitude IS NULL")
            .await,
        "0"
    );
}

async fn what_a_reader_sees(db: &TestDb) {
    let asked = r#"{ island: agency(code: "ubnd.21548") { name officialCode openedOn province parent { code } predecessors { kind predecessors { name officialCode closedOn } document { code } } }
        divided: agency(code: "ubnd_cu.00019") { closedOn successors { kind successors { code } } }
        same: agency(code: "ubnd.31105") { name formerNames { name validUntil } before: parent(on: "2025-06-30") { name } parent { code } } }"#;
    let shown = Viewer::public(db).ask(asked).await.whole();
    let island = &shown["island"];
    assert_eq!(
        (island["name"].as_str(), island["province"].as_str(), island["parent"]["code"].as_str()),
        (Some("UBND đặc khu Lý Sơn"), Some("Quảng Ngãi"), Some("qng.ubnd"))
    );
    assert_eq!(texts(island, "predecessors/*/predecessors/*/name"), ["UBND huyện Lý Sơn"]);
    assert_eq!(texts(island, "predecessors/*/document/code"), ["202/2025/QH15"]);
    assert_eq!(texts(&shown, "divided/successors/*/kind"), ["SPLIT"]);
    assert_eq!(
        (
            shown["same"]["name"].as_str(),
            texts(&shown, "same/formerNames/*/name"),
            shown["same"]["parent"]["code"].as_str()
        ),
        (Some("UBND đặc khu Thổ Châu"), vec!["UBND xã Thổ Châu"], Some("ubnd.91"))
    );
}
