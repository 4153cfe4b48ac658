//! Agencies: the tree on a day, mergers, names.

use schema::language::Language;
use serde_json::json;
use tests::{
    TestDb,
    graphql::{Viewer, all, texts},
};

#[tokio::test]
async fn the_tree_stands_as_it_was_on_the_day() {
    let db = TestDb::demo().await;
    db.execute(
        "INSERT INTO agency (id, code, name_vi, kind) VALUES
            ('00000000-0000-7000-8000-000000000001', 'thu.so_moi', 'Sở Thử nghiệm', 'DEPARTMENT'),
            ('00000000-0000-7000-8000-000000000002', 'thu.ubnd_a', 'Ủy ban nhân dân A', 'PEOPLES_COMMITTEE'),
            ('00000000-0000-7000-8000-000000000003', 'thu.ubnd_b', 'Ủy ban nhân dân B', 'PEOPLES_COMMITTEE');
         INSERT INTO agency_placement (id, agency_id, parent_id, valid_from, valid_until, stated) VALUES
            ('00000000-0000-7000-8000-000000000004', '00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002', NULL, '2025-07-01', true),
            ('00000000-0000-7000-8000-000000000005', '00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000003', '2025-07-01', NULL, true)",
    )
    .await;
    let answer = Viewer::public(&db)
        .ask(
            r#"{
                agency(code: "thu.so_moi") {
                    before: parent(on: "2025-06-30") { code }
                    after: parent(on: "2025-07-01") { code }
                    placements { validFrom validUntil parent { code } }
                }
                a: agency(code: "thu.ubnd_a") {
                    before: descendants(on: "2025-06-30") { nodes { code } }
                    after: descendants(on: "2025-07-01") { totalCount }
                }
            }"#,
        )
        .await
        .whole();
    assert_eq!(
        answer,
        json!({
            "agency": {
                "before": { "code": "thu.ubnd_a" },
                "after": { "code": "thu.ubnd_b" },
                "placements": [
                    { "validFrom": null, "validUntil": "2025-06-30", "parent": { "code": "thu.ubnd_a" } },
                    { "validFrom": "2025-07-01", "validUntil": null, "parent": { "code": "thu.ubnd_b" } },
                ],
            },
            "a": { "before": { "nodes": [{ "code": "thu.so_moi" }] }, "after": { "totalCount": 0 } },
        })
    );
}

#[tokio::test]
async fn a_merger_names_those_who_went_in() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask(
            r#"{ merged: agency(code: "qng.bcd_da06") { predecessors { kind document { code } predecessors { code } successors { code } } successors { kind } }
                 old: agency(code: "qng.bcd_cds") { successors { successors { code } } } }"#,
        )
        .await
        .whole();
    assert_eq!(all(&answer, "merged/predecessors/*").len(), 1);
    let mut went_in = texts(&answer, "merged/predecessors/*/predecessors/*/code");
    went_in.sort_unstable();
    assert_eq!(went_in, ["qng.bcd_cchc_pci", "qng.bcd_cds", "qng.to_cong_tac_da06"]);
    assert_eq!(texts(&answer, "old/successors/*/successors/*/code"), ["qng.bcd_da06"]);
}

#[tokio::test]
async fn descendants_are_narrowed_by_level_and_kind() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask(
            r#"{ agency(code: "qng.ubnd") {
                communes: descendants(filter: { levels: [COMMUNE], kinds: [PEOPLES_COMMITTEE] }) { totalCount nodes { simulated ancestors { code } } }
                departments: descendants(filter: { kinds: [DEPARTMENT] }, first: 50) { nodes { code } }
            } }"#,
        )
        .await
        .whole();
    assert_eq!(answer["agency"]["communes"]["totalCount"], 4);
    assert!(texts(&answer, "agency/departments/nodes/*/code").contains(&"qng.skhcn"));
}

#[tokio::test]
async fn names_follow_the_argument_then_the_request_then_vietnamese() {
    let db = TestDb::demo().await;
    let names = async |viewer: Viewer| {
        let query = r#"{ agency(code: "qng.skhcn") { name vi: name(language: VI) en: name(language: EN) } }"#;
        viewer.ask(query).await.whole()["agency"].take()
    };
    let (vi, en) = ("Sở Khoa học và Công nghệ tỉnh Quảng Ngãi", "Department of Science and Technology");
    for (viewer, english) in [
        (Viewer::public(&db), false),
        (Viewer::public(&db).who_reads(Language::Vi), false),
        (Viewer::public(&db).who_reads(Language::En), true),
    ] {
        let names = names(viewer).await;
        assert_eq!(names["vi"], vi);
        assert!(names["en"].as_str().unwrap().contains(en), "{names}");
        assert_eq!(names["name"], names[if english { "en" } else { "vi" }]);
    }
}

#[tokio::test]
async fn agencies_lie_somewhere_and_have_the_code_of_their_area() {
    let db = TestDb::demo().await;
    let query = r#"{
        province: agency(code: "qng.ubnd") { officialCode location { latitude longitude } }
        found: agencies(filter: { officialCodes: ["51"] }) { nodes { code } }
        department: agency(code: "qng.skhcn") { officialCode location { latitude } }
        commune: agency(code: "ubnd.21028") { officialCode simulated note location { latitude longitude } }
        map: agencies(filter: { levels: [COMMUNE], kinds: [PEOPLES_COMMITTEE], subtree: "qng.ubnd" }, first: 100) { nodes { location { latitude longitude } } }
    }"#;
    let mut answer = Viewer::public(&db).ask(query).await.whole();
    let map = answer["map"].take();
    assert_eq!(
        answer,
        json!({
            "province": { "officialCode": "51", "location": { "latitude": 15.1135, "longitude": 108.812 } },
            "found": { "nodes": [{ "code": "qng.ubnd" }] },
            "department": { "officialCode": null, "location": null },
            "commune": {
                "officialCode": "21028",
                "simulated": false,
                "note": "Số liệu là mô phỏng.",
                "location": { "latitude": 15.1186, "longitude": 108.785 },
            },
            "map": null,
        })
    );
    let places = all(&map, "nodes/*/location");
    assert_eq!(places.len(), 4);
    let within = |place: &serde_json::Value, key: &str, least: f64, most: f64| {
        (least..most).contains(&place[key].as_f64().unwrap())
    };
    assert!(places.iter().all(|it| within(it, "latitude", 14.0, 15.5) && within(it, "longitude", 107.3, 109.2)));
}

/// The rule of the tables that a statement breaks.
async fn broken_rule(db: &TestDb, statement: &str) -> String {
    match tests::sql::execute(&mut db.connect().await, statement).await {
        Err(diesel::result::Error::DatabaseError(_, error)) => error.constraint_name().unwrap_or_default().to_owned(),
        other => panic!("{statement}: {other:?}"),
    }
}

#[tokio::test]
async fn a_place_is_on_earth_and_a_code_is_that_of_one_area() {
    let db = TestDb::new().await;
    let insert = |values: &str| {
        format!(
            "INSERT INTO agency (id, code, name_vi, kind, level, official_code, latitude, longitude, closed_on) VALUES {values}"
        )
    };
    let agency =
        |n: u8, rest: &str| format!("('00000000-0000-7000-8000-0000000000{n:02}', 'thu.{n}', 'Xã Thử', {rest})");
    for (rest, broken) in [
        ("'PEOPLES_COMMITTEE', 'COMMUNE', NULL, 90.1, 108, NULL", "agency_location_check"),
        ("'PEOPLES_COMMITTEE', 'COMMUNE', NULL, 15, -180.5, NULL", "agency_location_check"),
        ("'PEOPLES_COMMITTEE', 'COMMUNE', NULL, 15, NULL, NULL", "agency_location_check"),
        ("'PEOPLES_COMMITTEE', 'COMMUNE', '51', NULL, NULL, NULL", "agency_official_code_check"),
        ("'PEOPLES_COMMITTEE', 'PROVINCIAL', '5a', NULL, NULL, NULL", "agency_official_code_check"),
        ("'PEOPLES_COMMITTEE', NULL, '51', NULL, NULL, NULL", "agency_official_code_check"),
        ("'MINISTRY', 'CENTRAL', '51', NULL, NULL, NULL", "agency_official_code_check"),
    ] {
        assert_eq!(broken_rule(&db, &insert(&agency(1, rest))).await, broken, "{rest}");
    }
    let ward = "'PEOPLES_COMMITTEE', 'COMMUNE', '21025', 15.1135, 108.812";
    db.execute(&insert(&agency(2, &format!("{ward}, NULL")))).await;
    // Its Party committee has the same area; so had the ward before it.
    db.execute(&insert(&agency(3, "'PARTY_COMMITTEE', 'COMMUNE', '21025', NULL, NULL, NULL"))).await;
    db.execute(&insert(&agency(4, &format!("{ward}, '2025-07-01'")))).await;
    assert_eq!(broken_rule(&db, &insert(&agency(5, &format!("{ward}, NULL")))).await, "agency_official_code_key");
}
