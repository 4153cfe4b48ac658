//! Many figures in one request.

use auth::action;
use db::{
    Acting, Id, Once, Writer,
    calendar::Regime,
    measurement::{self, BulkMode, Draft, Figures, Observation, Rows, Seen},
    row::Row,
};
use serde_json::{Value, json};
use tests::demo;

use super::{AGENCY, Office, broken, holder, key, person, seen, told};

fn quarters(values: &[(&str, &str)]) -> Vec<Value> {
    let row = |(indicator, value): &(&str, &str)| json!({ "indicator": indicator, "subject": AGENCY, "period": "2025-Q4", "value": value, "observation": "PROVISIONAL" });
    values.iter().map(row).collect()
}

#[tokio::test]
async fn errors_are_named_by_row_and_nothing_or_the_rest_is_written() {
    let office = Office::open().await;
    let rows = quarters(&[
        ("st_enterprises", "41"),
        ("ip_applications", "-1"),
        ("scopus_isi_papers", "17"),
        ("st_enterprises", "42"),
        ("innovative_startups", "3.5"),
    ]);
    let broken_rows = ["OUT_OF_BOUNDS rows.1.value", "DUPLICATE rows.3", "TOO_PRECISE rows.4.value"];
    let all = told(&office.reporter, "draftMeasurements", json!({ "mode": "ALL_OR_NOTHING", "rows": rows })).await;
    assert_eq!(broken(&all), broken_rows);
    assert!(all["measurements"].is_null());
    assert_eq!(office.db.text("SELECT count(*) FROM measurement_revision WHERE source = 'REPORTED'").await, "0");

    let some =
        told(&office.reporter, "draftMeasurements", json!({ "mode": "ROW_BY_ROW", "rows": rows, "submit": true }))
            .await;
    assert_eq!(broken(&some), broken_rows);
    assert_eq!(some["userErrors"][1]["row"], 3);
    let states: Vec<_> = some["measurements"].as_array().unwrap().iter().map(|row| row["state"].as_str()).collect();
    assert_eq!(states, [Some("SUBMITTED"), None, Some("SUBMITTED"), None, None]);
    let trail = "SELECT string_agg(action || ' ' || (after ->> 'count'), ', ' ORDER BY id) FROM audit_entry";
    assert_eq!(office.db.text(trail).await, "DRAFT_MEASUREMENT 2, SUBMIT_MEASUREMENT 2");

    let written: Vec<Value> =
        some["measurements"].as_array().unwrap().iter().filter(|row| row.is_object()).cloned().collect();
    let mut endorse: Vec<Value> = written.iter().map(seen).collect();
    endorse[1]["contentHash"] = json!("sai");
    endorse.push(json!({ "measurement": "không phải", "expectedVersion": 1, "contentHash": "" }));
    let told = told(&office.head, "endorseMeasurements", json!({ "mode": "ROW_BY_ROW", "rows": endorse })).await;
    assert_eq!(broken(&told), ["CHANGED rows.1.contentHash", "NOT_FOUND rows.2.measurement"]);
    assert_eq!(told["conflicts"], json!([{ "row": 1, "current": { "version": 2 }, "differences": [] }]));
    assert_eq!(told["measurements"][0]["state"], "ENDORSED");

    let returned = json!({ "mode": "ALL_OR_NOTHING", "rows": [
        { "measurement": written[0]["id"], "expectedVersion": 3, "reason": "Thiếu doanh nghiệp mới thành lập" },
        { "measurement": written[1]["id"], "expectedVersion": 2, "reason": "Trùng bài báo" },
    ] });
    let told = super::told(&office.head, "returnMeasurements", returned).await;
    assert_eq!(broken(&told), [""; 0], "{told}");
    let reasons = "SELECT string_agg(reason, ', ' ORDER BY reason) FROM measurement_decision WHERE state = 'RETURNED'";
    assert_eq!(office.db.text(reasons).await, "Thiếu doanh nghiệp mới thành lập, Trùng bài báo");
}

#[tokio::test]
async fn what_cannot_be_read_in_a_row_is_told_of_that_row_and_the_others_are_done() {
    let office = Office::open().await;
    let mut rows = quarters(&[("st_enterprises", "41"), ("ip_applications", "8,5"), ("scopus_isi_papers", "17")]);
    rows[2]["period"] = json!("2025-13");
    let some = told(&office.reporter, "draftMeasurements", json!({ "mode": "ROW_BY_ROW", "rows": rows })).await;
    assert_eq!(broken(&some), ["MALFORMED rows.1.value", "MALFORMED rows.2.period"]);
    assert!(some["userErrors"][0]["message"].as_str().unwrap().contains("8.5"), "{some}");
    let states: Vec<_> = some["measurements"].as_array().unwrap().iter().map(|row| row["state"].as_str()).collect();
    assert_eq!(states, [Some("DRAFT"), None, None]);

    // The rows may be a variable of their own; what stands in the document is a program's, and refused with it.
    let query = "mutation ($rows: [MeasurementDraftInput!]!, $key: UUID!) {
        it: draftMeasurements(input: { mode: ROW_BY_ROW, rows: $rows }, idempotencyKey: $key) { userErrors { code field row } } }";
    let asked = office.reporter.ask_with(query, json!({ "rows": rows, "key": key() })).await.whole();
    assert_eq!(
        broken(&asked["it"]),
        ["STALE rows.0.expectedVersion", "MALFORMED rows.1.value", "MALFORMED rows.2.period"]
    );
    let literal = format!(
        "mutation {{ draftMeasurements(idempotencyKey: \"{}\", input: {{ mode: ROW_BY_ROW, rows: [{{ indicator: \"x\", subject: \"x\",
            period: \"2025-Q4\", observation: FINAL, value: \"8,5\" }}] }}) {{ userErrors {{ code }} }} }}",
        key()
    );
    let asked = office.reporter.ask(&literal).await;
    assert!(asked.data.is_null() && asked.errors[0]["message"].as_str().unwrap().contains("Write 8.5"), "{asked:?}");

    let all = told(&office.reporter, "draftMeasurements", json!({ "mode": "ALL_OR_NOTHING", "rows": rows })).await;
    assert_eq!(broken(&all), ["STALE rows.0.expectedVersion", "MALFORMED rows.1.value", "MALFORMED rows.2.period"]);
    assert!(all["measurements"].is_null());
}

#[tokio::test]
async fn a_second_mutation_that_cannot_be_read_leaves_the_first_undone() {
    let office = Office::open().await;
    let query = "mutation ($a: DraftMeasurementInput!, $b: DraftMeasurementInput!, $k: UUID!, $l: UUID!) {
        one: draftMeasurement(input: $a, idempotencyKey: $k) { measurement { version } }
        two: draftMeasurement(input: $b, idempotencyKey: $l) { measurement { version } } }";
    let rows = quarters(&[("st_enterprises", "41"), ("ip_applications", "7")]);
    let variables = |period: &str| {
        let mut second = rows[1].clone();
        second["period"] = json!(period);
        json!({ "a": rows[0], "b": second, "k": key(), "l": key() })
    };
    let asked = office.reporter.ask_with(query, variables("2025/10")).await;
    assert_eq!(asked.data, Value::Null);
    assert!(asked.errors[0]["message"].as_str().unwrap().contains("$b.period: "), "{:?}", asked.errors);
    assert_eq!(office.db.text("SELECT count(*) FROM measurement_revision WHERE source = 'REPORTED'").await, "0");
    let done = office.reporter.ask_with(query, variables("2025-Q4")).await.whole();
    assert_eq!(done["two"]["measurement"]["version"], 1);
}

#[tokio::test]
async fn a_request_has_a_thousand_rows_at_most_and_one_at_least() {
    let office = Office::open().await;
    for (count, told_code) in [(0, "REQUIRED rows"), (1001, "TOO_MANY rows")] {
        let rows = vec![json!({ "measurement": "x", "expectedVersion": 1 }); count];
        let told = told(&office.reporter, "submitMeasurements", json!({ "mode": "ROW_BY_ROW", "rows": rows })).await;
        assert_eq!(broken(&told), [told_code]);
    }
}

/// Each indicator that is counted by the quarter, for each agency there is.
const MANY: &str = "INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
    SELECT gen_random_uuid(), i.id, a.id, (SELECT id FROM agency WHERE code = 'qng.skhcn'), 'CALENDAR', 'QUARTER', '[2024-01-01,)'
    FROM indicator i, agency a WHERE i.value_kind = 'NUMBER' AND i.frequency = 'QUARTER' ON CONFLICT DO NOTHING";

#[tokio::test]
async fn a_thousand_figures_take_as_many_statements_as_ten() {
    let office = Office::open().await;
    office.db.execute(MANY).await;
    let pairs = "SELECT string_agg(i.code || ' ' || a.code, ',' ORDER BY i.code, a.code) FROM reporting_assignment w
        JOIN indicator i ON i.id = w.indicator_id JOIN agency a ON a.id = w.subject_id JOIN agency r ON r.id = w.reporter_id
        WHERE i.value_kind = 'NUMBER' AND w.period_kind = 'QUARTER' AND w.regime = 'CALENDAR' AND r.code = 'qng.skhcn'
            AND agency_exists_on(w.subject_id, '2026-03-31')";
    let pairs = office.db.text(pairs).await;
    let drafts = pairs.split(',').map(|pair| {
        let (indicator, subject) = pair.split_once(' ').unwrap();
        let figures = Figures {
            value: Some(7.into()),
            numerator: None,
            denominator: None,
            narrative: None,
            observation: Observation::Final,
            note: None,
            comment: Some("Số liệu kiểm thử".to_owned()),
            breakdown: Vec::new(),
            attachments: None,
        };
        let (indicator, subject) = (indicator.to_owned(), subject.to_owned());
        Draft {
            indicator,
            subject,
            reporter: None,
            regime: Regime::Calendar,
            period: "2026-Q1".parse().unwrap(),
            figures,
            expected_version: None,
        }
    });
    let drafts: Vec<Draft> = drafts.take(1010).collect();
    assert_eq!(drafts.len(), 1010, "so many pairs there are");
    let reporter = holder(&office.db, 11, &[(auth::Role::Reporter, AGENCY)]).await;
    let writer = || Writer::new(office.db.pool.clone(), demo::now(), db::Date(demo::today()), db::Origin::default());
    let (few, many) = (drafts[..10].to_vec(), drafts[10..].to_vec());
    let mut statements = Vec::new();
    for rows in [few, many] {
        let (drafting, withdrawing) = (writer(), writer());
        let once = Once::without_key(drafting.clone());
        let acting = Acting::<action::DraftMeasurement>::new(once, &reporter).unwrap();
        let rows = Rows::many(BulkMode::AllOrNothing, rows.into_iter().map(Row::Read).collect());
        let written = measurement::draft(&acting, None, rows).await.unwrap();
        let seen = written.measurements.iter().flatten().map(|row| Seen {
            measurement: Id::of(row.id),
            expected_version: row.version(),
            content_hash: None,
            reason: None,
        });
        let seen = Rows::many(BulkMode::AllOrNothing, seen.map(Row::Read).collect());
        let once = Once::without_key(withdrawing.clone());
        let acting = Acting::<action::WithdrawMeasurement>::new(once, &reporter).unwrap();
        let done = measurement::decide(&acting, seen).await.unwrap();
        statements.push((done.measurements.iter().flatten().count(), drafting.statements(), withdrawing.statements()));
    }
    let (few, many) = (statements[0], statements[1]);
    assert_eq!((few.0, many.0), (10, 1000));
    assert_eq!((few.1, few.2), (many.1, many.2));
    assert!(many.1 <= 15 && many.2 <= 9, "{many:?}");
}

#[tokio::test]
async fn two_who_begin_the_same_figures_at_once_do_not_overwrite_one_another() {
    let office = Office::open().await;
    let rows = quarters(&[("st_enterprises", "41"), ("ip_applications", "9"), ("scopus_isi_papers", "17")]);
    let mut reversed = rows.clone();
    reversed.reverse();
    let other = person(&office.db, 61, &[(auth::Role::Reporter, AGENCY)]).await;
    let input = |rows: &[Value]| json!({ "mode": "ALL_OR_NOTHING", "rows": rows });
    let (one, two) = tokio::join!(
        told(&office.reporter, "draftMeasurements", input(&rows)),
        told(&other, "draftMeasurements", input(&reversed))
    );
    let won = [&one, &two].into_iter().filter(|payload| payload["measurements"].is_array()).count();
    assert_eq!(won, 1, "{one} {two}");
    let lost = if one["measurements"].is_array() { &two } else { &one };
    assert!(broken(lost).iter().all(|told| told.starts_with("STALE rows.")), "{lost}");
    assert_eq!(office.db.text("SELECT count(*) FROM measurement_revision WHERE source = 'REPORTED'").await, "3");
}

/// What is counted by subject is counted in one order, so that two who hand in figures of the same subjects wait for one another
/// in turn, and neither for ever.
#[tokio::test]
async fn requests_with_the_same_subjects_in_another_order_do_not_stop_one_another() {
    let office = Office::open().await;
    let subjects = ["ubnd.21028", "ubnd.21025"];
    office
        .db
        .execute(&format!(
            "INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
             SELECT gen_random_uuid(), i.id, s.id, a.id, 'CALENDAR', i.frequency, '[2024-01-01,)' FROM indicator i, agency a, agency s
             WHERE a.code = '{AGENCY}' AND s.code IN ('{}', '{}') AND i.frequency = 'QUARTER'
             ON CONFLICT DO NOTHING",
            subjects[0], subjects[1]
        ))
        .await;
    let rows = |indicator: &str, subjects: [&str; 2]| {
        let rows = subjects.map(|subject| json!({ "indicator": indicator, "subject": subject, "period": "2025-Q4", "value": "4", "observation": "FINAL" }));
        json!({ "mode": "ALL_OR_NOTHING", "submit": true, "rows": rows })
    };
    let id = async |code: &str| office.db.text(&format!("SELECT id FROM agency WHERE code = '{code}'")).await;
    let (first, second) =
        (id(subjects[0]).await.min(id(subjects[1]).await), id(subjects[0]).await.max(id(subjects[1]).await));
    // Both subjects have been counted once, so that there is something to wait for.
    let before = told(&office.reporter, "draftMeasurements", rows("st_enterprises", subjects)).await;
    assert_eq!(broken(&before), [""; 0], "{before}");
    let (mut holder, mut other) = (office.db.connect().await, office.db.connect().await);
    let lock = |subject: &str, how: &str| {
        format!("SELECT FROM answer_tally WHERE subject_id = '{subject}' AND period = '2025-Q4' FOR UPDATE {how}")
    };
    tests::sql::execute(&mut holder, &format!("BEGIN; {}", lock(&first, ""))).await.unwrap();
    let one = told(&office.reporter, "draftMeasurements", rows("ip_applications", subjects));
    let another = told(&office.reporter, "draftMeasurements", rows("scopus_isi_papers", [subjects[1], subjects[0]]));
    let release = async {
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        office.db.until(waiting, "2").await;
        // Neither has taken what comes later in the order.
        tests::sql::execute(&mut other, &lock(&second, "NOWAIT")).await.unwrap();
        tests::sql::execute(&mut holder, "ROLLBACK").await.unwrap();
    };
    let (one, another, ()) = tokio::join!(one, another, release);
    assert_eq!((broken(&one), broken(&another)), (vec![], vec![]));
}
