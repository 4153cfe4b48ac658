//! What is asked often goes through no large table from one end to the other. PostgreSQL is asked, not a text: it counts how
//! often a table was read whole, whatever statements the program sent, functions and their statements included.

use std::collections::BTreeMap;

use auth::{Holding, Principal, Reached, Role};
use db::{Pool, pool::PoolSettings};
use serde_json::{Value, json};
use tests::{TestDb, graphql::Viewer, national};
use uuid::Uuid;

/// A table of so many rows is large: smaller ones are read whole sooner than by an index.
const LARGE: u32 = 4_000;

/// Each commune of the country has a target for each indicator.
const TARGETS: &str = "INSERT INTO target (id, code, programme_id, indicator_id, definition_id, subject_id, wording, due_on, comparator, value, document_id, clause)
    SELECT md5('qg target' || i.code || a.code)::uuid, a.code || ':' || i.code, md5('qg programme')::uuid, i.id, md5('qg definition' || i.id)::uuid, a.id,
        'Mục tiêu mô phỏng', '2030-12-31', 'AT_LEAST', 80, (SELECT id FROM document WHERE status = 'ISSUED' ORDER BY code LIMIT 1), 'II.1'
    FROM indicator i, agency a WHERE i.code LIKE 'qg\\_%' AND a.code LIKE 'qg.%';
    ANALYZE target";

/// The demo, 40 times its directives, and a country of 300 communes by 16 indicators by 12 months.
async fn country() -> TestDb {
    TestDb::like("country", async |pool| {
        let settings = pool.settings();
        db::demo::load(settings, tests::demo::options(), |_| {}).await.unwrap();
        let mut connection = settings.connect().await.unwrap();
        tests::sql::execute(&mut connection, include_str!("../bench/sql/more_directives.sql")).await.unwrap();
        national::load(settings, 300, 16).await.unwrap();
        tests::sql::execute(&mut connection, TARGETS).await.unwrap();
        db::assessment::kept::keep_anew(settings, tests::demo::today(), |_| {}).await.unwrap();
    })
    .await
}

/// How often each large table was read whole, when all who could still count have gone.
async fn read_whole(db: &TestDb) -> BTreeMap<String, u32> {
    db.until("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'", "0").await;
    let counts = db
        .text(&format!(
            "SELECT coalesce(string_agg(relname || ' ' || seq_scan, E'\\n'), '') FROM pg_stat_user_tables JOIN pg_class USING (relname)
             WHERE pg_class.oid = relid AND reltuples >= {LARGE}"
        ))
        .await;
    counts
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, count)| (name.to_owned(), count.parse().unwrap()))
        .collect()
}

/// Asks it with connections of its own, and names the large tables that were read whole for it.
async fn assert_by_index(db: &mut TestDb, principal: &Principal, (name, query, variables): (&str, &str, Value)) {
    let before = read_whole(db).await;
    assert!(before.len() >= 4, "too little is large: {before:?}");
    let settings = db.settings().as_server();
    db.pool = Pool::new(&settings, PoolSettings { size: 4, ..PoolSettings::default() });
    let asked = Viewer::with(db, principal.clone()).ask_with(query, variables).await;
    assert!(asked.errors.is_empty(), "{name}: {:?}", asked.errors);
    assert!(!asked.data.to_string().contains(r#""nodes":[]"#), "{name} shows nothing: {}", asked.data);
    db.pool = Pool::new(&settings, PoolSettings::default());
    let after = read_whole(db).await;
    let whole: Vec<&String> =
        after.iter().filter(|(table, count)| before[*table] < **count).map(|(table, _)| table).collect();
    assert!(whole.is_empty(), "{name} reads whole: {whole:?}");
}

const LISTED: &str = "period dueOn state onTime indicator { code } reporter { code } measurement { value }";

#[tokio::test]
async fn what_everybody_asks_reads_no_large_table_whole() {
    let mut db = country().await;
    let public = Principal::nobody();
    let id = |tag: u8, id: &str| schema::id::encode(tag, id.parse().unwrap()).to_string();
    let agency = id(b'a', &db.text("SELECT id FROM agency WHERE code = 'qg.0003'").await);
    let measurement =
        db.text("SELECT id FROM measurement WHERE published_revision IS NOT NULL ORDER BY id LIMIT 1").await;
    for question in [
        (
            "W1, the dashboard",
            include_str!("../bench/graphql/dashboard.graphql"),
            json!({ "programme": "nq57-quang-ngai", "subject": "qng.ubnd" }),
        ),
        (
            "W1 of the country",
            include_str!("../bench/graphql/dashboard.graphql"),
            json!({ "programme": "nq57-quang-ngai", "subject": "ubnd.21028" }),
        ),
        (
            "W2, a series",
            include_str!("../bench/graphql/series.graphql"),
            json!({ "indicator": "qg_03", "subject": "qg.0042" }),
        ),
        ("W3, what is overdue", include_str!("../bench/graphql/overdue.graphql"), json!({ "day": "2026-07-01" })),
        (
            "W4, an indicator",
            "{ indicator(code: \"tthc_dossiers_online_share\") { code name unit lead { code name } } }",
            json!({}),
        ),
        (
            "by code",
            "{ agency(code: \"qg.0003\") { name parent { name } } directive(code: \"359-KH/TU:I.1#3\") { title } }",
            json!({}),
        ),
        (
            "by id",
            "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }",
            json!({ "ids": [agency, id(b'm', &measurement)] }),
        ),
        (
            "figures of a subject",
            "{ measurements(filter: { subject: \"qg.0042\" }, first: 20) { nodes { period value indicator { code } } } }",
            json!({}),
        ),
        (
            "figures of an indicator",
            "{ measurements(filter: { indicator: \"qg_03\" }, first: 20) { nodes { period value } } }",
            json!({}),
        ),
        ("figures, the latest", "{ measurements(first: 20) { nodes { period value } } }", json!({})),
        (
            "what is worst in the country",
            "{ assessments(first: 20) { nodes { status pace indicator { code } subject { code } lines { target { code } } } } }",
            json!({}),
        ),
        (
            "how a commune stands",
            "{ assessments(filter: { programme: \"qg\", subject: \"qg.0042\" }, first: 20) { nodes { status pace } } \
                indicators(filter: { programme: \"qg\" }, first: 20) { nodes { assessment(subject: \"qg.0042\") { status pace } } } }",
            json!({}),
        ),
        (
            "standings",
            "{ standings(indicator: \"qg_03\", filter: { level: COMMUNE, below: \"qg\" }, on: \"2026-07-01\") { period summary { median } \
                rows(first: 100) { totalCount nodes { rank value change subject { code location { latitude } } measurement { source } } } } }",
            json!({}),
        ),
        (
            "scorecards, of directives alone",
            "{ scorecards(period: \"2025\", on: \"2026-07-01\", first: 20) { totalCount nodes { late directives { due } input { owed } } } }",
            json!({}),
        ),
    ] {
        assert_by_index(&mut db, &public, question).await;
    }
}

#[tokio::test]
async fn obligations_of_a_country_read_no_large_table_whole() {
    let mut db = country().await;
    let holding =
        |role, at| Principal::user(Uuid::from_u128(1), Uuid::from_u128(2), vec![Holding { role, at }], &[], true);
    let office = holding(Role::StandingOffice, Reached::All);
    let own = db.text("SELECT id FROM agency WHERE code = 'qg.0042'").await.parse().unwrap();
    let reporter = holding(Role::Reporter, Reached::Agencies(std::sync::Arc::new([own].into())));
    let on = national::TODAY;
    let year = r#"dueFrom: "2025-07-01", dueTo: "2026-06-30""#;
    let later = json!({ "place": Value::Null });
    let list = |filter: &str| {
        format!("{{ obligations(filter: {{ on: \"{on}\", {filter} }}, first: 20) {{ nodes {{ {LISTED} }} }} }}")
    };
    for (name, query) in [
        ("a page of all", list("")),
        ("what is overdue", list("overdue: true")),
        ("what is due", list("states: [DUE]")),
        ("one period", list("period: \"2026-03\"")),
        ("one indicator", list("indicator: \"qg_03\"")),
        (
            "how much is overdue",
            format!("{{ obligations(filter: {{ on: \"{on}\", overdue: true }}) {{ totalCount }} }}"),
        ),
        ("how many there are", format!("{{ obligations(filter: {{ on: \"{on}\", {year} }}) {{ totalCount }} }}")),
        (
            "a year by reporter",
            format!(
                "{{ completeness(by: REPORTER, filter: {{ on: \"{on}\", {year} }}, first: 20) {{ totalCount nodes {{ expected overdue reporter {{ code }} }} }} }}"
            ),
        ),
        (
            "a year by period",
            format!(
                "{{ completeness(by: PERIOD, filter: {{ on: \"{on}\", {year} }}, first: 20) {{ nodes {{ expected answered }} }} }}"
            ),
        ),
        (
            "who is late most",
            format!(
                "{{ scorecards(period: \"2026-S1\", on: \"{on}\", first: 20, order: {{ by: LATE, direction: DESCENDING }}) {{ totalCount nodes {{ late reports {{ expected }} figuresReturned }} }} }}"
            ),
        ),
        (
            "a page of scorecards",
            format!(
                "{{ scorecards(period: \"2026-Q1\", on: \"{on}\", first: 20) {{ nodes {{ late reports {{ expected }} }} }} }}"
            ),
        ),
        (
            "a ranking",
            format!(
                "{{ rankings(period: \"2026-S1\", on: \"{on}\", filter: {{ level: COMMUNE, below: \"qg\" }}) {{ scheme {{ version }} rows(first: 20) {{ totalCount nodes {{ rank score parts {{ value }} }} }} }} }}"
            ),
        ),
        (
            "the matrix",
            format!(
                "{{ reportingMatrix(period: \"2026-03\", filter: {{ on: \"{on}\" }}, first: 5) {{ totalCount nodes {{ agency {{ code }} obligations {{ {LISTED} }} }} }} }}"
            ),
        ),
    ] {
        assert_by_index(&mut db, &office, (name, &query, later.clone())).await;
    }
    for (name, query) in [
        ("what is mine", format!("{{ myObligations(on: \"{on}\", first: 20) {{ totalCount nodes {{ {LISTED} }} }} }}")),
        ("my year", list(year)),
    ] {
        assert_by_index(&mut db, &reporter, (name, &query, later.clone())).await;
    }
    // Whoever asks for the rest goes on from there, by the same way.
    let viewer = Viewer::with(&db, office.clone());
    let page = format!(
        "{{ obligations(filter: {{ on: \"{on}\", overdue: true }}, first: 20) {{ pageInfo {{ endCursor }} }} }}"
    );
    let cursor = viewer.ask(&page).await.whole()["obligations"]["pageInfo"]["endCursor"].clone();
    drop(viewer);
    let next = format!(
        "query ($place: String) {{ obligations(filter: {{ on: \"{on}\", overdue: true }}, first: 20, after: $place) {{ nodes {{ {LISTED} }} }} }}"
    );
    db.pool = Pool::new(&db.settings().as_server(), PoolSettings::default());
    assert_by_index(&mut db, &office, ("the next page", &next, json!({ "place": cursor }))).await;
}

/// The rows of measurements that were fetched by an index, when all who could still count have gone.
async fn fetched(db: &TestDb) -> u64 {
    read_whole(db).await;
    db.text("SELECT idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'measurement'").await.parse().unwrap()
}

#[tokio::test]
async fn a_page_behind_many_costs_what_the_first_one_costs() {
    let mut db = country().await;
    let all: u64 =
        db.text("SELECT count(*) FROM measurement WHERE published_revision IS NOT NULL").await.parse().unwrap();
    let settings = db.settings().as_server();
    let mut cost = async |arguments: &str| {
        let before = fetched(&db).await;
        db.pool = Pool::new(&settings, PoolSettings { size: 1, ..PoolSettings::default() });
        let question = format!("{{ measurements({arguments}) {{ nodes {{ period }} pageInfo {{ startCursor }} }} }}");
        let answer = Viewer::public(&db).ask(&question).await.whole();
        db.pool = Pool::new(&settings, PoolSettings::default());
        assert_eq!(answer["measurements"]["nodes"].as_array().unwrap().len(), 20, "{arguments}: {answer}");
        let start = answer["measurements"]["pageInfo"]["startCursor"].as_str().unwrap().to_owned();
        (fetched(&db).await - before, start)
    };
    // Twenty from the end; a page further to the front they are asked for once more.
    let (_, late) = cost("last: 20").await;
    let (_, late) = cost(&format!("last: 20, before: \"{late}\"")).await;
    for arguments in ["first: 20".to_owned(), format!("first: 20, after: \"{late}\"")] {
        let (rows, _) = cost(&arguments).await;
        assert!(rows < 200 && all > 20_000, "{rows} of {all} rows are fetched for {arguments}");
    }
}
