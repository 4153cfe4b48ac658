//! Assessments that are kept: whatever changes, and on whatever day, they are those of the rule or are not used.

use schema::clock::Clock;
use serde_json::Value;
use tests::{
    TestDb,
    graphql::{Viewer, all},
    server::Node,
};

use super::{
    STOCK, by_date,
    oracle::{Dice, random},
    target, world,
};

const DAYS: [&str; 9] = [
    "2025-06-30",
    "2025-07-01",
    "2025-09-29",
    "2025-12-31",
    "2026-01-01",
    "2026-04-01",
    "2026-07-20",
    "2026-12-31",
    "2027-02-01",
];

/// Kept rows that the rule does not say; of kept pairs, rows that the rule says and that are not kept; pairs that are assessed and neither
/// kept nor worked out; pairs that are both.
const FAULTS: &str = "WITH rule AS (SELECT to_jsonb(a) || jsonb_build_object('programme_id', p.id) AS line
        FROM programme p CROSS JOIN LATERAL assessment(p.id, '{day}', NULL, NULL, NULL, false) AS a),
    held AS (SELECT k.*, to_jsonb(k) - '{codes,position,holds_from,holds_until}'::text[] AS line FROM holding_assessment k
        WHERE k.holds_from <= '{day}' AND k.holds_until > '{day}'),
    outdated AS (SELECT * FROM outdated_assessments('{day}') WHERE is_assessed)
    SELECT concat_ws(' ',
        (SELECT count(*) FROM (SELECT line FROM held EXCEPT SELECT line FROM rule) AS wrong),
        (SELECT count(*) FROM (SELECT line FROM rule WHERE (line ->> 'programme_id', line ->> 'indicator_id', line ->> 'subject_id')
            IN (SELECT programme_id::text, indicator_id::text, subject_id::text FROM held) EXCEPT SELECT line FROM held) AS missing),
        (SELECT count(*) FROM (SELECT programme_id, indicator_id, subject_id FROM assessed
            EXCEPT SELECT programme_id, indicator_id, subject_id FROM held
            EXCEPT SELECT programme_id, indicator_id, subject_id FROM outdated) AS forgotten),
        (SELECT count(*) FROM held JOIN outdated USING (programme_id, indicator_id, subject_id)))";

async fn check(db: &TestDb, after: &str) {
    for day in DAYS {
        assert_eq!(db.text(&FAULTS.replace("{day}", day)).await, "0 0 0 0", "on {day}, after {after}");
    }
}

/// Works out all that cannot be used on a day, a few at a time; how many assessments can be used then.
async fn keep(db: &TestDb, day: &str) -> usize {
    while db.text(&format!("SELECT keep_assessments('{day}', 20)")).await != "0" {}
    assert_eq!(db.text("SELECT count(*) FROM outdated_assessment").await, "0");
    assert_eq!(db.text(&format!("SELECT count(*) FROM outdated_assessments('{day}')")).await, "0");
    let held = format!(
        "SELECT count(*) FROM holding_assessment WHERE place = 1 AND holds_from <= '{day}' AND holds_until > '{day}'"
    );
    db.text(&held).await.parse().unwrap()
}

/// Some of what an owner's SQL may do to what assessments are made of: each must be noticed.
fn changes() -> Vec<String> {
    let document = "INSERT INTO document (id, code, symbol, kind, title, issued_on, issued_precision, status)
        VALUES (md5('kh2')::uuid, '02-KH/TU', '02-KH/TU', 'PLAN', 'Kế hoạch mới', '2025-09-15', 'DAY', 'DRAFT')";
    let relation = "INSERT INTO document_relation (id, from_document_id, to_document_id, kind)
        VALUES (md5('thay')::uuid, md5('kh2')::uuid, md5('kh')::uuid, 'REPLACES')";
    let revision = "INSERT INTO target_revision (id, target_id, revision, revised_on, previous_known, previous_value, new_value, note)
        SELECT md5('dc' || id)::uuid, id, 1, '2026-03-01', true, value, value + 5, 'Điều chỉnh theo thực tế' FROM target WHERE value IS NOT NULL LIMIT 9";
    let judgement = "INSERT INTO judgement (id, target_id, verdict, judged_on, reason, evidence, recorded_at)
        VALUES (md5('nd')::uuid, md5('loitinh1')::uuid, 'ON_TRACK', '2025-08-01', 'Đúng tiến độ', 'Báo cáo 12', '2025-08-01T03:00:00Z')";
    let statement = target("loi", "tinh", 1, "due_on, statement) SELECT '2025-12-31', 'Hoàn thành khung kiến trúc số'");
    vec![
        super::figure("ct3", "tinh", "2024-Q4", "61"),
        "UPDATE measurement SET published_revision = NULL WHERE id IN (SELECT id FROM measurement WHERE period = '2026-Q1' LIMIT 9)".to_owned(),
        "DELETE FROM baseline WHERE indicator_id IN (SELECT indicator_id FROM baseline LIMIT 3)".to_owned(),
        "UPDATE baseline SET measured_on = '2025-08-15'".to_owned(),
        by_date("ct4", "xa", 7, "2026-06-30", "AT_LEAST", "77"),
        "UPDATE target SET value = value * 2 WHERE indicator_id IN (md5('ct5')::uuid, md5('ct6')::uuid, md5('ct7')::uuid, md5('ct8')::uuid)".to_owned(),
        "UPDATE target SET subject_id = md5('so')::uuid WHERE subject_id = md5('xa')::uuid".to_owned(),
        revision.to_owned(),
        "DELETE FROM target WHERE id IN (SELECT id FROM target WHERE NOT EXISTS (SELECT FROM target_revision WHERE target_id = target.id) LIMIT 4)".to_owned(),
        "UPDATE indicator SET interpolation = 'COMPOUND' WHERE code LIKE 'ct1%'".to_owned(),
        "UPDATE indicator SET code = 'doi_ten', position = 900 WHERE code = 'ct9'".to_owned(),
        "DELETE FROM programme_indicator WHERE indicator_id = md5('ct11')::uuid".to_owned(),
        "INSERT INTO assessment_rule (id, valid, on_track_from, at_risk_from, source) VALUES (md5('nguong')::uuid, '[2025-07-01,2026-07-01)', 0.9, 0.5, 'Quyết định 12')".to_owned(),
        "UPDATE assessment_rule SET on_track_from = 1".to_owned(),
        format!("{document}; {relation}"),
        "UPDATE document SET status = 'ISSUED' WHERE code = '02-KH/TU'".to_owned(),
        "UPDATE document SET issued_on = '2026-12-31' WHERE code = '02-KH/TU'".to_owned(),
        "UPDATE document_relation SET effective_on = '2026-04-01' WHERE id = md5('thay')::uuid".to_owned(),
        "UPDATE document_relation SET kind = 'REVOKES' WHERE id = md5('thay')::uuid".to_owned(),
        "UPDATE document SET status = 'REVOKED' WHERE id = md5('kh')::uuid".to_owned(),
        "DELETE FROM document_relation WHERE id = md5('thay')::uuid".to_owned(),
        "UPDATE document SET status = 'ISSUED' WHERE id = md5('kh')::uuid".to_owned(),
        "UPDATE target SET withdrawn_on = '2026-01-01', withdrawal_document_id = document_id, withdrawal_clause = 'Điều 3' WHERE code LIKE '%1'".to_owned(),
        statement,
        judgement.to_owned(),
        "UPDATE judgement SET state = 'ENDORSED', decided_at = '2025-08-02T03:00:00Z'".to_owned(),
        "UPDATE agency SET code = 'qng' WHERE code = 'tinh'".to_owned(),
        "UPDATE programme SET jurisdiction_id = md5('xa')::uuid".to_owned(),
        "DELETE FROM assessment_rule".to_owned(),
        "TRUNCATE target_revision".to_owned(),
    ]
}

async fn of_chance() -> TestDb {
    let mut dice = Dice(2045);
    let mut sql: String = (0..40).map(|number| random(&mut dice, number).1).collect();
    sql += &super::Indicator { code: "loi", kind: "NARRATIVE", ..STOCK }.sql(50);
    world(&sql).await
}

#[tokio::test]
async fn what_is_kept_is_what_the_rule_says_whatever_changes_and_whenever() {
    let db = of_chance().await;
    check(&db, "nothing was kept").await;
    for (number, change) in changes().iter().enumerate() {
        let kept_on = DAYS[number % DAYS.len()];
        assert!(keep(&db, kept_on).await >= 40);
        check(&db, &format!("all was kept on {kept_on}, before {change}")).await;
        db.execute(change).await;
        assert_ne!(db.text("SELECT count(*) FROM outdated_assessment").await, "0", "nobody noticed: {change}");
        check(&db, change).await;
    }
}

#[tokio::test]
async fn a_server_works_out_unasked_what_has_changed() {
    let db = TestDb::demo().await;
    db.execute("INSERT INTO outdated_assessment DEFAULT VALUES").await;
    let held = "SELECT (SELECT count(*) FROM holding_assessment) > 0 AND NOT EXISTS (SELECT FROM outdated_assessment)";
    assert_eq!(db.text(held).await, "false");
    let node = Node::start(&db, Clock::Fixed(tests::demo::now()), &[]).await;
    db.until(held, "true").await;
    node.stop().await;
}

#[tokio::test]
async fn who_changes_while_others_keep_is_not_forgotten() {
    let db = of_chance().await;
    let today = "2026-07-20";
    keep(&db, today).await;
    let mut writer = db.connect().await;
    tests::sql::execute(&mut writer, "BEGIN; UPDATE target SET value = value * 3").await.unwrap();
    // What is still open is not seen, and waits for nobody.
    assert_eq!(db.text("SELECT count(*) FROM outdated_assessment").await, "0");
    db.execute("INSERT INTO outdated_assessment DEFAULT VALUES").await;
    keep(&db, today).await;
    tests::sql::execute(&mut writer, "COMMIT").await.unwrap();
    assert_ne!(db.text("SELECT count(*) FROM outdated_assessment").await, "0");
    check(&db, "a writer ended after all was kept").await;
    assert!(keep(&db, today).await >= 40);
    check(&db, "all was kept again").await;
}

/// Every page of a list, there and back.
async fn pages(db: &TestDb, order: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut after = "null".to_owned();
    loop {
        let list = |slice: &str| {
            format!(
                "{{ assessments(filter: {{ programme: \"ct\" }}, order: {order}, {slice}) {{ totalCount \
            nodes {{ status pace value expected dueOn indicator {{ code }} subject {{ code }} lines {{ status dueOn }} }} pageInfo {{ hasNextPage startCursor endCursor }} }} }}"
            )
        };
        let answer = Viewer::public(db).ask(&list(&format!("first: 9, after: {after}"))).await.whole();
        let page = &answer["assessments"];
        if after != "null" {
            let back = list(&format!("last: 9, before: {}", page["pageInfo"]["startCursor"]));
            let before = Viewer::public(db).ask(&back).await.whole();
            let before = all(&before, "assessments/nodes/*").into_iter().cloned().collect::<Vec<_>>();
            assert_eq!(before, rows[rows.len() - 9..], "{order}");
        }
        rows.extend(all(&answer, "assessments/nodes/*").into_iter().cloned());
        if page["pageInfo"]["hasNextPage"] != true {
            assert_eq!(page["totalCount"], rows.len());
            return rows;
        }
        after = page["pageInfo"]["endCursor"].to_string();
    }
}

#[tokio::test]
async fn lists_are_the_same_kept_half_kept_and_worked_out() {
    let db = of_chance().await;
    let orders = ["STATUS", "PACE", "ATTAINMENT", "DUE_ON", "CODE"]
        .into_iter()
        .flat_map(|by| ["ASCENDING", "DESCENDING"].map(|direction| format!("{{ by: {by}, direction: {direction} }}")));
    let counts = "{ statusCounts(by: LEAD) { nodes { total missed offTrack atRisk onTrack achieved } } \
        indicator(code: \"ct3\") { assessment(subject: \"tinh\") { status pace value } } }";
    let mut worked_out = Vec::new();
    for order in orders.clone() {
        worked_out.push(pages(&db, &order).await);
    }
    let counted = Viewer::public(&db).ask(counts).await.whole();
    let today = tests::demo::today().to_string();
    let kept = keep(&db, &today).await;
    assert_eq!(kept, worked_out[0].len());
    for half in [false, true] {
        if half {
            db.execute("UPDATE target SET note = 'Như cũ' WHERE indicator_id IN (SELECT id FROM indicator WHERE position % 2 = 0)").await;
        }
        for (order, expected) in orders.clone().zip(&worked_out) {
            assert_eq!(&pages(&db, &order).await, expected, "{order}, half: {half}");
        }
        assert_eq!(Viewer::public(&db).ask(counts).await.whole(), counted);
    }
}
