//! What is noted of a statement is what PostgreSQL reads for it.

use std::collections::BTreeMap;

use async_graphql::Request;
use db::{Meter, Pool, data_version::Lookout, pool::PoolSettings};
use diesel_async::SimpleAsyncConnection as _;
use schema::{Api, clock::Clock};
use tests::{
    TestDb, demo,
    graphql::{admit_any, cursors},
    sql,
    survey::Survey,
};

/// How often each table was read, on the connection that has just read.
async fn scans(db: &TestDb) -> BTreeMap<String, u64> {
    let text = db
        .text(
            "SELECT coalesce(string_agg(relname || ' ' || seq_scan + coalesce(idx_scan, 0), ','), '') FROM pg_stat_user_tables WHERE schemaname = 'public'",
        )
        .await;
    let row = |row: &str| row.split_once(' ').map(|(name, count)| (name.to_owned(), count.parse().unwrap()));
    text.split(',').filter_map(row).collect()
}

#[tokio::test]
async fn whatever_postgresql_reads_for_an_answer_is_noted() {
    let db = TestDb::demo().await;
    let pool = Pool::new(db.pool.settings(), PoolSettings { size: 1, ..PoolSettings::default() });
    let api = Api::new(pool.clone(), Clock::Fixed(demo::now()), cursors());
    let versions = Lookout::new(db.pool.settings()).look().await.unwrap();
    let triggers = db
        .text(
            "SELECT string_agg(tgrelid::regclass || ' ' || rtrim(encode(tgargs, 'escape'), '\\0'), ',')
             FROM pg_trigger WHERE tgname = 'data_version'",
        )
        .await;
    let noun_of: BTreeMap<&str, &str> = triggers.split(',').filter_map(|row| row.split_once(' ')).collect();

    let survey = Survey::new(&[("subject", "\"ubnd.21028\""), ("text", "\"số\""), ("period", "\"2025\"")]);
    let mut before = scans(&db).await;
    let mut seen = 0;
    for field in survey.roots() {
        let called = field.name.node.as_str();
        let arguments = match called {
            // Met by the others.
            "node" | "nodes" => continue,
            "completeness" => "(by: REPORTER, first: 2)",
            "reportingMatrix" => "(period: \"2025-12\", first: 2)",
            "search" => "(first: 5, text: \"số\")",
            _ if field.arguments.iter().any(|argument| argument.node.name.node == "code") => "(code: \"qng.ubnd\")",
            _ if field.arguments.iter().any(|argument| argument.node.name.node == "first") => "(first: 3)",
            _ => "",
        };
        let query = format!("{{ {called}{arguments} {} }}", survey.below(field, 1));
        let meter = Meter::noting(versions.sources());
        let mut request = Request::new(query.clone()).data(meter.clone());
        if admit_any(&mut request).is_err() {
            continue;
        }
        let who = schema::viewer::Viewer::nobody(db::Origin::default());
        drop(api.execute_as(request, who).await);
        // What a connection has read is told when it is asked to.
        let mut connection = pool.get().await.unwrap();
        connection.batch_execute("SELECT pg_stat_force_next_flush()").await.unwrap();
        connection.batch_execute("SELECT").await.unwrap();
        drop(connection);
        let after = scans(&db).await;
        let noted = meter.nouns().unwrap();
        let names = versions.sources().names_of(noted);
        for (table, count) in &after {
            if before.get(table).copied().unwrap_or_default() == *count {
                continue;
            }
            seen += 1;
            match noun_of.get(table.as_str()) {
                Some(noun) => assert!(names.contains(noun), "{table} was read and not noted: {names:?}\n{query}"),
                None => assert!(!noted.have_versions(), "{table} has no version: {names:?}\n{query}"),
            }
        }
        before = after;
    }
    assert!(seen > 100, "{seen}");
}

/// Two who change the same noun at once do not wait for one another, and leave no more rows than they were.
#[tokio::test]
async fn nobody_waits_to_be_counted() {
    let db = TestDb::demo().await;
    let agencies =
        async || db.text("SELECT sum(version) || ' ' || count(*) FROM data_version WHERE noun = 'agency'").await;
    let (mut one, mut other) = (db.connect().await, db.connect().await);
    for connection in [&mut one, &mut other] {
        sql::execute(connection, "SET lock_timeout = '5s'").await.unwrap();
    }
    let change = |code: &str| format!("UPDATE agency SET name_vi = name_vi || '.' WHERE code = '{code}'");
    assert_eq!(agencies().await, "1 1", "the demo, in one transaction");
    for counted in ["3 2", "5 2"] {
        sql::execute(&mut one, &format!("BEGIN; {}; {}", change("qng.skhcn"), change("qng.stc"))).await.unwrap();
        sql::execute(&mut other, &change("qng.snv")).await.unwrap();
        sql::execute(&mut one, "COMMIT").await.unwrap();
        assert_eq!(agencies().await, counted);
    }
    sql::execute(&mut one, &format!("BEGIN; {}; ROLLBACK", change("qng.skhcn"))).await.unwrap();
    assert_eq!(agencies().await, "5 2");
}

/// A table is counted, or its answers are never kept: which of the two was decided, table by table.
#[tokio::test]
async fn which_tables_have_no_version_was_decided() {
    let db = TestDb::new().await;
    let without = db
        .text(
            "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid AND tgname = 'data_version' AND tgenabled = 'A')",
        )
        .await;
    // People and machines, how they sign in, what they did, what they are told; files on their way, and their parts; what is only written, or counts itself; what is kept of other tables, and says
    // the same as they do.
    assert_eq!(
        without,
        "account account_mail attachment_part audit_archive audit_entry audit_head change chase data_version file_import file_import_content file_import_error idempotency_record import_mapping kept_assessment \
         notification notification_agency notification_choice notification_day notification_event notification_mail notification_push notification_rule outdated_assessment \
         password password_reset push_subscription recovery_code refresh_token role_grant second_factor service_account service_secret session sign_in_throttle signing_key trusted_document webhook webhook_delivery"
    );
}
