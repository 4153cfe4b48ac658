//! Assessments: how far indicators are from their milestones.

mod bounds;
mod judgements;
mod kept;
mod oracle;

use std::fmt::Write as _;

use db::comparator::{Comparator, Direction, Requirement, effective};
use insta::assert_snapshot;
use rust_decimal::Decimal;
use serde_json::Value;
use tests::{
    TestDb,
    graphql::{Viewer, all},
};

/// A province with a plan, and nothing measured.
pub(crate) const WORLD: &str = "
    INSERT INTO agency (id, code, name_vi, kind, level) VALUES
        (md5('tinh')::uuid, 'tinh', 'UBND tỉnh Quảng Ngãi', 'PEOPLES_COMMITTEE', 'PROVINCIAL'),
        (md5('xa')::uuid, 'xa', 'UBND xã Ba Tơ', 'PEOPLES_COMMITTEE', 'COMMUNE'),
        (md5('so')::uuid, 'so', 'Sở Khoa học và Công nghệ', 'DEPARTMENT', 'PROVINCIAL');
    INSERT INTO agency_placement (id, agency_id, parent_id, stated)
        SELECT md5(code || ' below')::uuid, id, md5('tinh')::uuid, true FROM agency WHERE code <> 'tinh';
    INSERT INTO document (id, code, symbol, kind, title, issued_on, issued_precision, status)
        VALUES (md5('kh')::uuid, '01-KH/TU', '01-KH/TU', 'PLAN', 'Kế hoạch hành động', '2024-06-01', 'DAY', 'ISSUED');
    INSERT INTO programme (id, code, name_vi, name_en, jurisdiction_id) VALUES (md5('ct')::uuid, 'ct', 'Chương trình', 'Programme', md5('tinh')::uuid);
    INSERT INTO indicator_group (id, programme_id, code, name_vi, name_en, position) VALUES
        (md5('a')::uuid, md5('ct')::uuid, 'a', 'Hạ tầng', 'Infrastructure', 1), (md5('b')::uuid, md5('ct')::uuid, 'b', 'Xã hội số', 'Society', 2);";

/// An indicator as a test says it.
pub(crate) struct Indicator {
    pub code: &'static str,
    pub kind: &'static str,
    pub direction: &'static str,
    pub nature: &'static str,
    pub aggregation: &'static str,
    pub frequency: &'static str,
    pub interpolation: Option<&'static str>,
}

pub(crate) const STOCK: Indicator = Indicator {
    code: "phu_song",
    kind: "NUMBER",
    direction: "HIGHER_IS_BETTER",
    nature: "STOCK",
    aggregation: "MEAN",
    frequency: "QUARTER",
    interpolation: None,
};

pub(crate) const FLOW: Indicator = Indicator { code: "bai_bao", nature: "FLOW", aggregation: "SUM", ..STOCK };

impl Indicator {
    pub(crate) fn sql(&self, position: usize) -> String {
        let Self { code, kind, direction, nature, aggregation, frequency, interpolation } = self;
        let unit = if matches!(*kind, "YES_NO" | "NARRATIVE") { "NONE" } else { "PERCENT" };
        let interpolation = interpolation.map_or("NULL".to_owned(), |word| format!("'{word}'"));
        let group = if position.is_multiple_of(2) { "a" } else { "b" };
        format!(
            "INSERT INTO indicator (id, code, name_vi, name_en, position, unit, value_kind, direction, nature, aggregation, frequency, interpolation) VALUES
                (md5('{code}')::uuid, '{code}', 'Tỷ lệ {code}', 'Share {code}', {position} + 1, '{unit}', '{kind}', '{direction}', '{nature}', '{aggregation}', '{frequency}', {interpolation});
             INSERT INTO indicator_definition (id, indicator_id, version, text_vi, text_en) VALUES (md5('{code}1')::uuid, md5('{code}')::uuid, 1, 'Định nghĩa', 'Definition');
             INSERT INTO programme_indicator (programme_id, indicator_id, group_id) VALUES (md5('ct')::uuid, md5('{code}')::uuid, md5('{group}')::uuid);"
        )
    }
}

/// A target: comparator, value, upper value, source words, day, cadence.
pub(crate) fn target(indicator: &str, subject: &str, number: usize, about: &str) -> String {
    format!(
        "INSERT INTO target (id, code, programme_id, indicator_id, definition_id, subject_id, wording, clause, document_id, {about};\n"
    )
    .replace("SELECT", &format!(
        "SELECT md5('{indicator}{subject}{number}')::uuid, '{indicator}:{subject}:{number:02}', md5('ct')::uuid, md5('{indicator}')::uuid, md5('{indicator}1')::uuid, md5('{subject}')::uuid, 'Mục tiêu', 'II.1', md5('kh')::uuid,"
    ))
}

/// A target of a number by a day.
pub(crate) fn by_date(
    indicator: &str,
    subject: &str,
    number: usize,
    due_on: &str,
    comparator: &str,
    value: &str,
) -> String {
    target(
        indicator,
        subject,
        number,
        &format!("due_on, comparator, value, source_words) SELECT '{due_on}', '{comparator}', {value}, '≥'"),
    )
}

/// A published figure of a quarter (`2025-Q3`).
pub(crate) fn figure(indicator: &str, subject: &str, quarter: &str, value: &str) -> String {
    let (year, q) = quarter.split_once("-Q").unwrap();
    let (year, q): (i32, i32) = (year.parse().unwrap(), q.parse().unwrap());
    let next = if q == 4 { format!("{}-01-01", year + 1) } else { format!("{year}-{:02}-01", q * 3 + 1) };
    let id = format!("md5('{indicator}{subject}{quarter}')::uuid");
    format!(
        "INSERT INTO measurement (id, indicator_id, definition_id, subject_id, reporter_id, regime, period_kind, period, starts_on, ends_on) VALUES
            ({id}, md5('{indicator}')::uuid, md5('{indicator}1')::uuid, md5('{subject}')::uuid, md5('{subject}')::uuid, 'CALENDAR', 'QUARTER', '{quarter}', '{year}-{:02}-01', '{next}');
         INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, source, recorded_at) VALUES ({id}, 1, 'DRAFT', 'FINAL', {value}, 'REPORTED', '{next}T02:00:00Z');
         INSERT INTO measurement_decision (measurement_id, revision, state, content_hash, decided_at, decided_by)
            SELECT {id}, 1, state, measurement_content_hash({id}, 1), '{next}T03:00:00Z', md5(state)::uuid FROM unnest(ARRAY['SUBMITTED', 'ENDORSED', 'PUBLISHED']) WITH ORDINALITY AS step (state, n) ORDER BY n;",
        q * 3 - 2
    )
}

pub(crate) async fn world(statements: &str) -> TestDb {
    let db = TestDb::new().await;
    db.execute(&format!("{WORLD}\n{statements}")).await;
    db
}

const LINE: &str = "status dueOn value expected attainment attainmentMethod pace expectedBy rangePosition isFalling isStale isAmbiguous \
    measuredUntil periodsMeasured periodsExpected baseline { value on isStated } target { code }";

/// An assessment in one line.
fn said(row: &Value) -> String {
    let text = |name: &str| match &row[name] {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    };
    let mut line = format!(
        "{}: {} by {}, {} of {} until {} ({}); expected {} {}, pace {}",
        text("status"),
        row["target"]["code"].as_str().unwrap_or("-"),
        text("dueOn"),
        text("attainment"),
        text("value"),
        text("measuredUntil"),
        text("attainmentMethod"),
        text("expected"),
        text("expectedBy"),
        text("pace"),
    );
    if let Some(value) = row["baseline"]["value"].as_str() {
        let stated = if row["baseline"]["isStated"] == true { "stated" } else { "first" };
        write!(line, "; began at {value} on {} ({stated})", row["baseline"]["on"].as_str().unwrap()).unwrap();
    }
    for flag in ["isFalling", "isStale", "isAmbiguous"] {
        if row[flag] == true {
            write!(line, "; {flag}").unwrap();
        }
    }
    for number in ["rangePosition", "periodsMeasured", "periodsExpected"] {
        if !row[number].is_null() {
            write!(line, "; {number} {}", text(number)).unwrap();
        }
    }
    line
}

/// How it stands on a day.
async fn on(db: &TestDb, code: &str, day: &str, milestone: Option<i32>) -> String {
    let milestone = milestone.map_or("null".to_owned(), |year| year.to_string());
    let question = format!(
        "{{ indicator(code: \"{code}\") {{ assessment(subject: \"tinh\", on: \"{day}\", milestone: {milestone}) {{ {LINE} }} }} }}"
    );
    let answer = Viewer::public(db).ask(&question).await.whole();
    said(&answer["indicator"]["assessment"])
}

#[tokio::test]
async fn a_level_is_held_against_the_way_from_its_baseline_to_the_next_milestone() {
    let code = STOCK.code;
    let db = world(
        &[
            STOCK.sql(0),
            by_date(code, "tinh", 1, "2025-12-31", "AT_LEAST", "50"),
            by_date(code, "tinh", 2, "2030-12-31", "AT_LEAST", "100"),
            figure(code, "tinh", "2024-Q4", "40"),
            figure(code, "tinh", "2025-Q2", "44"),
            figure(code, "tinh", "2025-Q4", "49"),
            figure(code, "tinh", "2026-Q4", "70"),
        ]
        .concat(),
    )
    .await;
    let mut lines = Vec::new();
    for (day, milestone) in [
        ("2024-12-30", None),
        ("2025-03-31", None),
        ("2025-08-15", None),
        ("2026-01-10", Some(2025)),
        ("2026-01-10", None),
        ("2027-01-05", None),
        ("2027-01-05", Some(2025)),
        ("2027-01-05", Some(2029)),
    ] {
        lines.push(on(&db, code, day, milestone).await);
    }
    assert_snapshot!(lines.join("\n"), @r#"
    NO_DATA: phu_song:tinh:01 by 2025-12-31, - of - until - (-); expected - LINEAR, pace -
    ON_TRACK: phu_song:tinh:01 by 2025-12-31, 0 of 40 until 2024-12-31 (FROM_BASELINE); expected 40 LINEAR, pace -; began at 40 on 2024-12-31 (first)
    AT_RISK: phu_song:tinh:01 by 2025-12-31, 0.4 of 44 until 2025-06-30 (FROM_BASELINE); expected 44.958904 LINEAR, pace 0.80663; began at 40 on 2024-12-31 (first)
    MISSED: phu_song:tinh:01 by 2025-12-31, 0.9 of 49 until 2025-12-31 (FROM_BASELINE); expected 50 LINEAR, pace 0.9; began at 40 on 2024-12-31 (first)
    AT_RISK: phu_song:tinh:02 by 2030-12-31, 0.15 of 49 until 2025-12-31 (FROM_BASELINE); expected 50 LINEAR, pace 0.9; began at 40 on 2024-12-31 (first)
    ON_TRACK: phu_song:tinh:02 by 2030-12-31, 0.5 of 70 until 2026-12-31 (FROM_BASELINE); expected 59.994524 LINEAR, pace 1.500411; began at 40 on 2024-12-31 (first)
    MISSED: phu_song:tinh:01 by 2025-12-31, 0.9 of 49 until 2025-12-31 (FROM_BASELINE); expected 50 LINEAR, pace 0.9; began at 40 on 2024-12-31 (first)
    NO_TARGET: - by -, - of 70 until 2026-12-31 (-); expected - -, pace -; began at 40 on 2024-12-31 (first)
    "#);
}

#[tokio::test]
async fn what_adds_up_is_judged_by_years_and_lacks_nothing_in_between() {
    let code = FLOW.code;
    let each_year =
        "due_on, cadence, comparator, value, source_words) SELECT '2030-12-31', 'EACH_YEAR', 'AT_LEAST', 20, '≥'";
    let db = world(
        &[
            FLOW.sql(0),
            target(code, "tinh", 1, each_year),
            figure(code, "tinh", "2025-Q1", "5"),
            figure(code, "tinh", "2025-Q2", "4"),
            figure(code, "tinh", "2025-Q3", "6"),
            figure(code, "tinh", "2025-Q4", "6"),
            figure(code, "tinh", "2026-Q1", "3"),
            figure(code, "tinh", "2026-Q3", "9"),
        ]
        .concat(),
    )
    .await;
    let mut lines = Vec::new();
    for day in ["2025-04-30", "2025-08-30", "2026-01-15", "2026-05-30", "2026-10-30"] {
        lines.push(on(&db, code, day, None).await);
    }
    lines.push(on(&db, code, "2026-10-30", Some(2025)).await);
    assert_snapshot!(lines.join("\n"), @r#"
    ON_TRACK: bai_bao:tinh:01 by 2025-12-31, 0.25 of 5 until 2025-03-31 (OF_TARGET); expected 5 PRO_RATA, pace 1; periodsMeasured 1; periodsExpected 1
    AT_RISK: bai_bao:tinh:01 by 2025-12-31, 0.45 of 9 until 2025-06-30 (OF_TARGET); expected 10 PRO_RATA, pace 0.9; periodsMeasured 2; periodsExpected 2
    NO_DATA: bai_bao:tinh:01 by 2026-12-31, - of - until - (-); expected - PRO_RATA, pace -
    OFF_TRACK: bai_bao:tinh:01 by 2026-12-31, 0.15 of 3 until 2026-03-31 (OF_TARGET); expected 5 PRO_RATA, pace 0.6; periodsMeasured 1; periodsExpected 1
    INCOMPLETE: bai_bao:tinh:01 by 2026-12-31, 0.6 of 12 until 2026-09-30 (OF_TARGET); expected 10 PRO_RATA, pace 1.2; periodsMeasured 2; periodsExpected 3
    ACHIEVED: bai_bao:tinh:01 by 2025-12-31, 1.05 of 21 until 2025-12-31 (OF_TARGET); expected 20 PRO_RATA, pace 1.05; periodsMeasured 4; periodsExpected 4
    "#);
}

#[tokio::test]
async fn ranges_conflicts_falling_targets_and_low_numbers_each_count_by_their_own_rule() {
    let rank = Indicator { code: "hang", kind: "RANK", direction: "LOWER_IS_BETTER", ..STOCK };
    let range = Indicator { code: "khoang", ..STOCK };
    let two = Indicator { code: "mau_thuan", ..STOCK };
    let falling = Indicator { code: "giam", ..STOCK };
    let compound = Indicator { code: "tang_truong", interpolation: Some("COMPOUND"), ..STOCK };
    let at_most = Indicator { code: "su_co", direction: "LOWER_IS_BETTER", ..STOCK };
    let db = world(
        &[
            rank.sql(0),
            range.sql(1),
            two.sql(2),
            falling.sql(3),
            compound.sql(4),
            at_most.sql(5),
            target(
                "hang",
                "tinh",
                1,
                "due_on, comparator, value, source_words) SELECT '2026-12-31', 'EXACTLY', 10, 'đạt'",
            ),
            figure("hang", "tinh", "2025-Q4", "20"),
            figure("hang", "tinh", "2026-Q1", "18"),
            target(
                "khoang",
                "tinh",
                1,
                "due_on, comparator, value, upper_value, source_words) SELECT '2026-12-31', 'BETWEEN', 30, 40, 'từ'",
            ),
            figure("khoang", "tinh", "2025-Q4", "20"),
            figure("khoang", "tinh", "2026-Q1", "45"),
            by_date("mau_thuan", "tinh", 1, "2026-12-31", "AT_LEAST", "50"),
            by_date("mau_thuan", "tinh", 2, "2026-12-31", "AT_LEAST", "70"),
            figure("mau_thuan", "tinh", "2025-Q4", "40"),
            figure("mau_thuan", "tinh", "2026-Q1", "52"),
            target(
                "giam",
                "tinh",
                1,
                "due_on, comparator, value, source_words) SELECT '2026-12-31', 'EXACTLY', 60, 'đạt'",
            ),
            figure("giam", "tinh", "2025-Q4", "80"),
            figure("giam", "tinh", "2026-Q1", "75"),
            by_date("tang_truong", "tinh", 1, "2026-12-31", "AT_LEAST", "400"),
            "INSERT INTO baseline (id, indicator_id, subject_id, value, measured_on, note) VALUES
            (md5('b')::uuid, md5('tang_truong')::uuid, md5('tinh')::uuid, 100, '2024-12-31', 'Niên giám thống kê');"
                .to_owned(),
            figure("tang_truong", "tinh", "2025-Q4", "195"),
            by_date("su_co", "tinh", 1, "2026-12-31", "AT_MOST", "5"),
            figure("su_co", "tinh", "2025-Q4", "25"),
            figure("su_co", "tinh", "2026-Q1", "18"),
        ]
        .concat(),
    )
    .await;
    let mut lines = Vec::new();
    for code in ["hang", "khoang", "mau_thuan", "giam", "tang_truong", "su_co"] {
        lines.push(format!("{code} {}", on(&db, code, "2026-05-15", None).await));
    }
    assert_snapshot!(lines.join("\n"), @r#"
    hang ON_TRACK: hang:tinh:01 by 2026-12-31, 0.2 of 18 until 2026-03-31 (FROM_BASELINE); expected 20 STEP, pace -; began at 20 on 2025-12-31 (first)
    khoang AT_RISK: khoang:tinh:01 by 2026-12-31, 2.5 of 45 until 2026-03-31 (FROM_BASELINE); expected 22.465753 LINEAR, pace 10.138891; began at 20 on 2025-12-31 (first); rangePosition ABOVE
    mau_thuan ON_TRACK: mau_thuan:tinh:02 by 2026-12-31, 0.4 of 52 until 2026-03-31 (FROM_BASELINE); expected 47.39726 LINEAR, pace 1.622222; began at 40 on 2025-12-31 (first); isAmbiguous
    giam ON_TRACK: giam:tinh:01 by 2026-12-31, 0.25 of 75 until 2026-03-31 (FROM_BASELINE); expected 75.068493 LINEAR, pace 1.013889; began at 80 on 2025-12-31 (first); isFalling
    tang_truong ON_TRACK: tang_truong:tinh:01 by 2026-12-31, 0.316667 of 195 until 2025-12-31 (FROM_BASELINE); expected 200 COMPOUND, pace 0.95; began at 100 on 2024-12-31 (stated)
    su_co ON_TRACK: su_co:tinh:01 by 2026-12-31, 0.35 of 18 until 2026-03-31 (FROM_BASELINE); expected 20.068493 LINEAR, pace 1.419444; began at 25 on 2025-12-31 (first)
    "#);
}

#[tokio::test]
async fn what_was_in_force_on_the_day_counts_with_the_bounds_of_the_day() {
    let code = STOCK.code;
    let db = world(&[
        STOCK.sql(0),
        by_date(code, "tinh", 1, "2026-12-31", "AT_LEAST", "80"),
        figure(code, "tinh", "2024-Q4", "40"),
        figure(code, "tinh", "2025-Q4", "55"),
        "INSERT INTO target_revision (id, target_id, revision, previous_known, previous_value, new_value, revised_on)
            SELECT md5('r')::uuid, id, 1, true, 60, 80, '2026-02-01' FROM target;
         INSERT INTO assessment_rule (id, programme_id, valid, on_track_from, at_risk_from, source) VALUES
            (md5('o')::uuid, md5('ct')::uuid, '[2026-03-01,)', 0.7, 0.5, 'Kết luận của Ban Chỉ đạo');
         INSERT INTO document (id, code, symbol, kind, title, issued_on, issued_precision, status) VALUES
            (md5('moi')::uuid, '02-KH/TU', '02-KH/TU', 'PLAN', 'Kế hoạch thay thế', '2026-06-01', 'DAY', 'ISSUED');
         INSERT INTO document_relation (id, from_document_id, kind, to_document_id) VALUES (md5('thay')::uuid, md5('moi')::uuid, 'REPLACES', md5('kh')::uuid);"
            .to_owned(),
    ]
    .concat())
    .await;
    let mut lines = Vec::new();
    for day in ["2024-05-31", "2026-01-15", "2026-02-15", "2026-03-15", "2026-06-01"] {
        lines.push(format!("{day} {}", on(&db, code, day, None).await));
    }
    assert_snapshot!(lines.join("\n"), @r#"
    2024-05-31 NO_TARGET: - by -, - of - until - (-); expected - -, pace -
    2026-01-15 ON_TRACK: phu_song:tinh:01 by 2026-12-31, 0.75 of 55 until 2025-12-31 (FROM_BASELINE); expected 50 LINEAR, pace 1.5; began at 40 on 2024-12-31 (first)
    2026-02-15 AT_RISK: phu_song:tinh:01 by 2026-12-31, 0.375 of 55 until 2025-12-31 (FROM_BASELINE); expected 60 LINEAR, pace 0.75; began at 40 on 2024-12-31 (first)
    2026-03-15 ON_TRACK: phu_song:tinh:01 by 2026-12-31, 0.375 of 55 until 2025-12-31 (FROM_BASELINE); expected 60 LINEAR, pace 0.75; began at 40 on 2024-12-31 (first)
    2026-06-01 NO_TARGET: - by -, - of 55 until 2025-12-31 (-); expected - -, pace -; began at 40 on 2024-12-31 (first)
    "#);
}

#[tokio::test]
async fn the_demo_is_assessed_in_one_request_and_counts_agree_with_lists() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask(
            r#"{
                assessments(filter: { programme: "nq57-quang-ngai" }, first: 100, order: { by: CODE }) {
                    totalCount
                    nodes { status isAmbiguous lines { status } sentence inputs { kind rule ruleVersion words target { code } measurement { period } }
                        measurements { period } indicator { code assessment(subject: "qng.ubnd") { status } }
                        projection { projection { value lower upper reachedOn } noneBecause } }
                }
                byGroup: statusCounts(by: GROUP, filter: { programme: "nq57-quang-ngai" }) { nodes { total onTrack noTarget group { code } } }
                byProgramme: statusCounts(by: PROGRAMME, filter: { programme: "nq57-quang-ngai" }) {
                    nodes { total missed offTrack atRisk needsJudgement noData incomplete onTrack achieved noTarget programme { code } } }
                worst: assessments(filter: { programme: "nq57-quang-ngai", statuses: [MISSED, OFF_TRACK], milestone: 2025 }, first: 3) {
                    nodes { status sentence(language: EN) } pageInfo { hasNextPage endCursor }
                }
            }"#,
        )
        .await
        .whole();
    let rows = all(&answer, "assessments/nodes/*");
    for row in &rows {
        assert_eq!(row["indicator"]["assessment"]["status"], row["status"], "{row}");
        assert!(row["sentence"].as_str().unwrap().ends_with('.'), "{row}");
        let projected = !row["projection"]["projection"].is_null();
        assert_ne!(projected, !row["projection"]["noneBecause"].is_null(), "{row}");
    }
    assert_eq!(answer["assessments"]["totalCount"].as_u64(), u64::try_from(rows.len()).ok());
    let total = &answer["byProgramme"]["nodes"][0];
    let names =
        ["missed", "offTrack", "atRisk", "needsJudgement", "noData", "incomplete", "onTrack", "achieved", "noTarget"];
    let words = [
        "MISSED",
        "OFF_TRACK",
        "AT_RISK",
        "NEEDS_JUDGEMENT",
        "NO_DATA",
        "INCOMPLETE",
        "ON_TRACK",
        "ACHIEVED",
        "NO_TARGET",
    ];
    for (name, word) in names.into_iter().zip(words) {
        let listed = rows.iter().filter(|row| row["status"] == word).count();
        assert_eq!(total[name].as_u64(), u64::try_from(listed).ok(), "{name}");
    }
    let by_group: u64 = all(&answer, "byGroup/nodes/*/total").into_iter().filter_map(Value::as_u64).sum();
    assert_eq!(Some(by_group), total["total"].as_u64());
    assert_snapshot!(all(&answer, "worst/nodes/*/sentence").into_iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"), @r#"
    Provincial databases digitised and linked with the centre of People's Committee of Quang Ngai Province was 40.4% by 30/09/2025; the milestone of 31/12/2025 demands at least 50%; 46.8% was expected by then, and 0% of that way was made; the milestone was missed.
    Users with access to fixed broadband over 1 Gb/s of People's Committee of Quang Ngai Province was 46.6% by 31/12/2025; the milestone of 31/12/2025 demands at least 60%; 60% was expected by then, and 16% of that way was made; the milestone was missed.
    5G coverage of People's Committee of Quang Ngai Province was 41.2% by 31/12/2025; the milestone of 31/12/2025 demands at least 50%; 50% was expected by then, and 23% of that way was made; the milestone was missed.
    "#);
}

/// Comparators stand in Rust, where targets are shown, and in SQL, where they are judged.
#[tokio::test]
async fn sql_compares_as_targets_say_that_it_does() {
    let db = TestDb::new().await;
    let words = [None, Some(""), Some(" Đạt "), Some("đa\u{323}t"), Some("có"), Some("≥"), Some("đúng")];
    let word = |text: Option<&str>| text.map_or("NULL".to_owned(), |text| format!("'{text}'"));
    for comparator in Comparator::ALL {
        for direction in Direction::ALL {
            for source_words in words {
                let (expected, _) = effective(*comparator, *direction, source_words);
                let (stated, way, said) = (comparator.as_str(), direction.as_str(), word(source_words));
                let found = db.text(&format!("SELECT effective_comparator('{stated}', '{way}', {said})")).await;
                assert_eq!(found, expected.as_str(), "{stated} {way} {source_words:?}");
            }
        }
        let upper = (*comparator == Comparator::Between).then(|| Decimal::from(40));
        let demanded = Requirement::new(*comparator, Decimal::from(30), upper).unwrap();
        for figure in [-1, 29, 30, 31, 40, 41] {
            let (stated, end) = (comparator.as_str(), word(upper.map(|upper| upper.to_string()).as_deref()));
            let found = db.text(&format!("SELECT meets('{stated}', 30, {end}, {figure})::text")).await;
            assert_eq!(found, demanded.is_met(figure.into()).to_string(), "{figure} {stated}");
        }
    }
}
