//! The demo province: loaded once, loaded twice, interrupted, emptied; and what a reader must find in it.

use db::{
    DbError,
    demo::{self, DemoOptions, Progress},
};
use tests::{TestDb, demo as fixed};

/// Everything in the database, in a form that changes if anything does.
async fn fingerprint(db: &TestDb) -> String {
    let tables = "agency agency_placement agency_succession_party document document_relation programme_indicator target \
        target_revision directive directive_lead directive_coordinator directive_deadline directive_event directive_indicator \
        progress_update recommendation reporting_rule reporting_rule_cadence measurement measurement_revision change";
    let mut parts = Vec::new();
    for table in tables.split_whitespace() {
        let query = format!("SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t");
        parts.push(format!("{table} {}", db.text(&query).await));
    }
    parts.join("\n")
}

async fn count(db: &TestDb, from: &str) -> u64 {
    db.text(&format!("SELECT count(*) FROM {from}")).await.parse().unwrap()
}

#[tokio::test]
async fn loading_twice_changes_nothing() {
    let db = TestDb::demo().await;
    assert!(demo::is_loaded(&db.pool).await.unwrap());
    let before = fingerprint(&db).await;
    let again = demo::load(db.settings(), fixed::options(), |_| {}).await.unwrap();
    assert!(again.is_unchanged(), "{again:?}");
    assert_eq!(again.measurements, count(&db, "measurement").await);
    assert_eq!(fingerprint(&db).await, before);
}

#[tokio::test]
async fn two_databases_get_the_same() {
    let (one, other) = (TestDb::demo().await, TestDb::new().await);
    let report = demo::load(other.settings(), fixed::options(), |_| {}).await.unwrap();
    // Four communes, the sixteen that became them, their district, and the province that went into another.
    assert_eq!((report.added["agency"], report.added["target"]), (92 + 4 + 16 + 1 + 1, 217 + 17));
    // The outbox counts on from wherever it is.
    let but_change =
        |text: String| text.lines().filter(|line| !line.starts_with("change")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(but_change(fingerprint(&one).await), but_change(fingerprint(&other).await));
}

#[tokio::test]
async fn loads_at_once_wait_for_one_another() {
    let db = TestDb::new().await;
    let load = || demo::load(db.settings(), fixed::options(), |_| {});
    let (one, other) = tokio::join!(load(), load());
    let (one, other) = (one.unwrap(), other.unwrap());
    assert!(one.is_unchanged() != other.is_unchanged(), "{one:?} {other:?}");
}

#[tokio::test]
async fn an_interrupted_load_is_completed_by_the_next() {
    let db = TestDb::new().await;
    let owner = db.settings().clone();
    let interrupted = tokio::spawn(async move {
        demo::load(&owner, fixed::options(), |progress| assert!(!matches!(progress, Progress::Facts { .. }), "stop"))
            .await
    });
    assert!(interrupted.await.unwrap_err().is_panic());
    assert_eq!(count(&db, "measurement").await, 0);

    let next = demo::load(db.settings(), fixed::options(), |_| {}).await.unwrap();
    assert_eq!(next.added.values().sum::<u64>(), 0);
    assert_eq!(next.measurements_added, count(&db, "measurement").await);
}

#[tokio::test]
async fn more_communes_and_later_days_add_to_what_is_there() {
    let db = TestDb::demo().await;
    let had = count(&db, "measurement").await;
    let more = DemoOptions { communes: 6, ..fixed::options() };
    let report = demo::load(db.settings(), more, |_| {}).await.unwrap();
    // 8 monthly and 6 quarterly indicators in 2025: in its first half of the ten communes of another district that became two.
    assert_eq!((report.added["agency"], report.measurements_added), (2 + 10 + 1, (2 + 10) * (8 * 6 + 6 * 2)));

    let later = DemoOptions { today: "2026-02-01".parse().unwrap(), ..more };
    let report = demo::load(db.settings(), later, |_| {}).await.unwrap();
    assert_eq!(report.added.values().sum::<u64>(), 0);
    assert_eq!(report.measurements_added, 6 * 8 + 9);
    assert_eq!(count(&db, "measurement").await, had + 12 * 60 + 57);
}

#[tokio::test]
async fn a_figure_of_somebody_else_stays() {
    let db = TestDb::new().await;
    demo::load(db.settings(), DemoOptions { communes: 0, ..fixed::options() }, |_| {}).await.unwrap();
    let had = count(&db, "measurement").await;
    db.execute(
        "INSERT INTO measurement SELECT gen_random_uuid(), i.id, d.id, a.id, a.id, 'CALENDAR', 'MONTH', '2026-01', \
            '2026-01-01', '2026-02-01' FROM indicator i JOIN indicator_definition d ON d.indicator_id = i.id, agency a \
            WHERE i.code = 'vneid_level2_population_share' AND a.code = 'qng.ubnd'",
    )
    .await;
    let later = DemoOptions { communes: 0, today: "2026-02-01".parse().unwrap(), ..fixed::options() };
    let report = demo::load(db.settings(), later, |_| {}).await.unwrap();
    assert_eq!(report.measurements_added, 8);
    assert_eq!(count(&db, "measurement").await, had + 9);
}

#[tokio::test]
async fn reset_empties_a_demo_and_nothing_else() {
    let db = TestDb::demo().await;
    demo::reset(db.settings()).await.unwrap();
    assert!(!demo::is_loaded(&db.pool).await.unwrap());
    assert_eq!(count(&db, "agency").await + count(&db, "measurement").await + count(&db, "change").await, 0);
    assert!(matches!(demo::reset(db.settings()).await, Err(DbError::Refused(_))), "there is no demo any more");

    demo::load(db.settings(), fixed::options(), |_| {}).await.unwrap();
    // Each by itself. A judgement is never deleted, so it comes last.
    for (foreign, gone) in [
        (
            "INSERT INTO agency (id, code, name_vi, kind) VALUES (gen_random_uuid(), 'dni.ubnd', 'Ủy ban nhân dân tỉnh Đồng Nai', 'PEOPLES_COMMITTEE')",
            "DELETE FROM agency WHERE code = 'dni.ubnd'",
        ),
        (
            "INSERT INTO baseline (id, indicator_id, subject_id, value, measured_on, note)
                SELECT gen_random_uuid(), indicator_id, subject_id, 41, '2023-12-31', 'Niên giám thống kê 2023' FROM baseline LIMIT 1",
            "DELETE FROM baseline WHERE NOT simulated",
        ),
        (
            "INSERT INTO assessment_rule (id, valid, on_track_from, at_risk_from, source) VALUES (gen_random_uuid(), '(,)', 0.9, 0.6, 'Kết luận của Ban Chỉ đạo')",
            "DELETE FROM assessment_rule",
        ),
        (
            "UPDATE indicator_rule SET version = 2 WHERE code = 'fully_online_is_online'",
            "UPDATE indicator_rule SET version = 1",
        ),
        (
            "UPDATE reporting_schedule SET document_id = (SELECT id FROM document LIMIT 1) WHERE period_kind = 'YEAR'",
            "UPDATE reporting_schedule SET document_id = NULL",
        ),
        (
            "UPDATE holiday SET document_id = (SELECT id FROM document LIMIT 1) WHERE day = '2027-01-01'",
            "UPDATE holiday SET document_id = NULL",
        ),
        (
            "INSERT INTO recommendation (id, code, kind, from_agency_id, topic, text, programme_id, made_on, made_by)
                SELECT gen_random_uuid(), 'kn-qng.skhcn-2026-1', 'RECOMMENDATION', from_agency_id, 'nhân lực', 'Bổ sung biên chế',
                    (SELECT id FROM programme LIMIT 1), '2026-01-05', gen_random_uuid() FROM recommendation LIMIT 1",
            "DELETE FROM recommendation WHERE made_by IS NOT NULL",
        ),
        (
            "INSERT INTO judgement (id, target_id, verdict, judged_on, reason, evidence, recorded_at)
                SELECT gen_random_uuid(), id, 'AT_RISK', '2026-01-10', 'Chậm', 'Biên bản', now() FROM target WHERE statement IS NOT NULL LIMIT 1",
            "SELECT 1",
        ),
    ] {
        db.execute(foreign).await;
        let before = fingerprint(&db).await;
        assert!(
            matches!(demo::reset(db.settings()).await, Err(DbError::Refused(text)) if text.contains("more than the demo")),
            "{foreign}"
        );
        assert_eq!(fingerprint(&db).await, before);
        db.execute(gone).await;
    }
}

#[tokio::test]
async fn reset_knows_every_table() {
    let db = TestDb::demo().await;
    demo::reset(db.settings()).await.unwrap();
    let query = "SELECT coalesce(string_agg(relname, ' '), '') FROM pg_class WHERE relkind = 'r' \
        AND relnamespace = 'public'::regnamespace AND relname <> '__diesel_schema_migrations' \
        AND relname NOT IN ('audit_archive', 'audit_entry', 'audit_head', 'dimension', 'dimension_item', 'holiday', 'notification_rule', 'outdated_assessment', 'ranking_scheme', 'ranking_weight', 'reporting_schedule', 'signing_key', 'sign_in_throttle', 'trusted_document', 'data_version')";
    for table in db.text(query).await.split_whitespace() {
        assert_eq!(count(&db, table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn whatever_is_simulated_says_so() {
    let db = TestDb::demo().await;
    assert_eq!(count(&db, "measurement_revision WHERE source <> 'SIMULATED'").await, 0);
    assert_eq!(count(&db, "progress_update WHERE source <> 'SIMULATED'").await, 0);
    // Its communes are real, and say that their figures are not.
    assert_eq!(count(&db, "agency WHERE simulated").await, 0);
    assert_eq!(
        count(&db, "agency WHERE level = 'COMMUNE' AND closed_on IS NULL AND note = 'Số liệu là mô phỏng.'").await,
        4
    );
    assert_eq!(count(&db, "directive WHERE state = 'COMPLETED' AND state_source <> 'SIMULATED'").await, 0);
    // What the report of Quảng Nam says was done was done.
    assert_eq!(count(&db, "directive WHERE state = 'REPORTED_DONE' AND state_source = 'REPORTED'").await, 8);
}

#[tokio::test]
async fn figures_are_plausible_and_in_every_stage() {
    let db = TestDb::demo().await;
    let out_of_bounds = "measurement_revision r JOIN measurement m ON m.id = r.measurement_id JOIN indicator i \
        ON i.id = m.indicator_id WHERE r.value < i.lower_bound OR r.value > i.upper_bound";
    assert_eq!(count(&db, out_of_bounds).await, 0);
    for state in ["DRAFT", "SUBMITTED", "PUBLISHED"] {
        assert!(count(&db, &format!("measurement_revision WHERE state = '{state}'")).await > 0, "{state}");
    }
    assert!(count(&db, "measurement WHERE published_revision = 2").await > 0);
    assert_eq!(count(&db, "measurement_revision WHERE published_at > '2026-01-20T02:00:00Z'").await, 0);
    assert_eq!(count(&db, "measurement WHERE ends_on > '2026-01-20' OR starts_on < '2025-01-01'").await, 0);
    // Four quarters make the year the plan speaks of.
    let flow = "SELECT sum(r.value) >= 8 FROM measurement m JOIN measurement_revision r ON r.measurement_id = m.id \
        AND r.revision = 1 JOIN indicator i ON i.id = m.indicator_id AND i.code = 'innovation_projects_budget_supported'";
    assert_eq!(db.text(flow).await, "true");
    // Some are late, some in time: a screen of overdue directives is neither empty nor all there is.
    assert!(count(&db, "directive WHERE completed_on <= due_on AND state = 'COMPLETED'").await > 0);
    assert!(count(&db, "directive WHERE completed_on > due_on").await > 0);
    assert!(count(&db, "directive WHERE due_on < '2026-01-20' AND completed_on IS NULL").await > 0);
}

#[tokio::test]
async fn a_stranger_finds_what_the_documents_say() {
    let db = TestDb::demo().await;
    let coverage =
        "SELECT concat_ws(' ', comparator, value, measured_over) FROM target WHERE code = '359-KH/TU:2030.a.01'";
    assert_eq!(db.text(coverage).await, "EXACTLY 100 địa bàn tỉnh (không nói theo dân số hay diện tích)");

    let due = "SELECT string_agg(concat_ws(' ', d.clause, d.due_on, a.code), ', ' ORDER BY d.due_on, d.position) \
        FROM directive d JOIN directive_deadline t ON t.directive_id = d.id JOIN directive_lead l ON l.directive_id = d.id \
        JOIN agency a ON a.id = l.agency_id JOIN document o ON o.id = d.document_id \
        WHERE o.code = 'tb-ubnd-qng-2025-04' AND d.due_on < '2025-04-15'";
    assert_eq!(db.text(due).await, "10.k 2025-04-09 qng.skhcn, 6 2025-04-14 qng.skhcn, 10.i 2025-04-14 qng.skhcn");

    let odd = "SELECT string_agg(concat_ws(' ', w.kind, t.code, o.code), ', ' ORDER BY w.kind, t.code) FROM target_warning w \
        JOIN target t ON t.id = w.target_id JOIN target o ON o.id = w.other_id";
    assert_eq!(
        db.text(odd).await,
        "CONFLICT 359-KH/TU:2040.c.02 359-KH/TU:2040.c.12.1, CONFLICT 359-KH/TU:2040.c.12.1 359-KH/TU:2040.c.02, \
         RETREAT 359-KH/TU:2030.e.12.1 359-KH/TU:2025.e.12, RETREAT 359-KH/TU:2045.c.02 359-KH/TU:2040.c.12.1"
    );

    assert_eq!(count(&db, "directive_deadline WHERE operator = 'DURING' AND due_on IS NULL").await, 2);
    let revised = "SELECT concat_ws(' ', previous_value, new_value) FROM target_revision WHERE previous_known";
    assert_eq!(db.text(revised).await, "3 1");
    let merged = "SELECT count(*) FROM agency_succession_party p JOIN agency_succession s ON s.id = p.succession_id \
        WHERE s.kind = 'MERGER' AND p.side = 'PREDECESSOR' AND s.effective_on IS NULL";
    assert_eq!(db.text(merged).await, "3");
    let waits = "SELECT d.clause FROM directive_dependency w JOIN directive d ON d.id = w.directive_id";
    assert_eq!(db.text(waits).await, "đoạn 7");
}

/// The planner knows what was loaded: how many rows there are, and what stands in their columns.
#[tokio::test]
async fn a_load_ends_with_statistics_of_what_it_filled() {
    let db = TestDb::new().await;
    demo::load(db.settings(), fixed::options(), |_| {}).await.unwrap();
    let counted = "(xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I', relname), false, true, '')))[1]::text::bigint";
    // Whatever was there before any load is no affair of one.
    let unknown = format!(
        "SELECT coalesce(string_agg(concat_ws(' ', relname, reltuples, rows), ', ' ORDER BY relname), '')
         FROM (SELECT relname, reltuples, {counted} AS rows FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            AND relname NOT IN ('__diesel_schema_migrations', 'dimension', 'dimension_item', 'holiday', 'notification_rule', 'audit_archive', 'audit_entry', 'audit_head', 'ranking_scheme', 'ranking_weight', 'reporting_schedule', 'signing_key', 'data_version')) AS tables
         WHERE rows > 0 AND (reltuples <> rows OR NOT EXISTS (SELECT FROM pg_stats WHERE schemaname = 'public' AND tablename = relname))"
    );
    assert_eq!(db.text(&unknown).await, "");
    let agencies = "SELECT count(*) FROM pg_stats WHERE tablename IN ('agency', 'directive', 'measurement', 'answer_tally') AND n_distinct <> 0";
    assert!(db.text(agencies).await.parse::<u32>().unwrap() > 20);
}
