//! What is kept of a table, and by whom.

use serde_json::{Value, json};
use tests::{TestDb, graphql::Viewer, sql};

use super::{as_of, instant};

/// What has no history, and why; every other table has it.
const WITHOUT: [&str; 38] = [
    "__diesel_schema_migrations", // what the program expects of the database
    "account",                    // a person's data are kept once, as they are
    "account_mail",               // what is sent, not what is so
    "attachment",                 // it never changes once it is whole; what has it has history
    "attachment_part",
    "audit_archive", // what was moved to files, never changed
    "audit_head",    // the lock of the trail
    "data_version",  // counts
    "file_import",   // how far it has come; the figures have history
    "file_import_content",
    "file_import_error",
    "idempotency_record", // answers that may be asked for again for three days
    "import_mapping",     // each import keeps a copy of what it is read by; the audit trail tells of the rest
    "kept_assessment",    // worked out anew for the past
    "notification",       // what a person was told, and looked up as it is now
    "notification_agency",
    "notification_choice",
    "notification_day",
    "notification_event", // goes as it is told
    "notification_mail",
    "notification_push",
    "notification_rule",
    "outdated_assessment",
    "password", // secrets have no past
    "password_reset",
    "push_subscription", // where somebody is signed in
    "recovery_code",
    "refresh_token",
    "role_grant", // who may do what is judged as it is now
    "second_factor",
    "service_account",
    "service_secret",
    "session",
    "sign_in_throttle",
    "signing_key",
    "trusted_document", // never given another text
    "webhook",          // how far it has come; the audit trail tells who changed it
    "webhook_delivery",
];

#[tokio::test]
async fn every_table_has_history_or_a_reason_why_not() {
    let db = TestDb::new().await;
    let without = "SELECT string_agg(relname, ' ' ORDER BY relname COLLATE \"C\") FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            AND (SELECT count(*) FROM pg_trigger WHERE tgrelid = pg_class.oid AND tgenabled = 'A'
                AND tgname IN ('history_known', 'history_known_anew', 'history_replaced', 'history_deleted', 'history_emptied')) < 5";
    assert_eq!(db.text(without).await, WITHOUT.join(" "));
    // Each column of a table is in its history and in its view, with its type.
    let columns = |schema: &str| {
        format!(
            "SELECT string_agg(format('%s.%s %s', relname, attname, format_type(atttypid, atttypmod)), E'\\n' ORDER BY relname, attname)
            FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
            WHERE relnamespace = '{schema}'::regnamespace AND attnum > 0 AND NOT attisdropped AND attname <> 'gone'
                AND relname IN (SELECT relname FROM pg_class JOIN pg_trigger ON tgrelid = pg_class.oid WHERE tgname = 'history_known')"
        )
    };
    let product = db.text(&columns("public")).await;
    for copy in ["history", "as_of"] {
        assert_eq!(db.text(&columns(copy)).await, product, "SELECT history.attach(…) where a column was added");
    }
}

/// What reads tables has a copy that reads their views, and nothing but what has no history is read as it is now. (`holding_assessment`
/// is not asked for the past.)
#[tokio::test]
async fn whatever_reads_a_table_reads_its_past_as_well() {
    let db = TestDb::new().await;
    let missing = "SELECT coalesce(string_agg(name, ' '), '') FROM (
        SELECT relname::text AS name FROM pg_class v WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
            AND NOT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'as_of'::regnamespace AND c.relname = v.relname)
        UNION ALL
        SELECT proname::text FROM pg_proc p JOIN pg_language l ON l.oid = prolang
        WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND provolatile = 's' AND lanname IN ('sql', 'plpgsql')
            AND NOT EXISTS (SELECT FROM pg_proc c WHERE c.pronamespace = 'as_of'::regnamespace AND c.proname = p.proname)) AS missing";
    assert_eq!(db.text(missing).await, "");
    let reads_now = "SELECT coalesce(string_agg(DISTINCT reader || ' reads ' || t.relname, ', '), '') FROM (
            SELECT relname AS reader, 'pg_rewrite'::regclass AS kind, r.oid AS id FROM pg_rewrite r JOIN pg_class ON pg_class.oid = ev_class
            WHERE relnamespace = 'as_of'::regnamespace
            UNION ALL SELECT proname, 'pg_proc'::regclass, oid FROM pg_proc WHERE pronamespace = 'as_of'::regnamespace) AS readers
        JOIN pg_depend d ON d.classid = kind AND d.objid = id AND d.refclassid = 'pg_class'::regclass
        JOIN pg_class t ON t.oid = d.refobjid AND t.relnamespace = 'public'::regnamespace
        WHERE reader <> t.relname AND reader NOT LIKE '%\\_now' AND reader <> 'holding_assessment'
            AND EXISTS (SELECT FROM pg_trigger WHERE tgrelid = t.oid AND tgname = 'history_known')";
    assert_eq!(db.text(reads_now).await, "");
    // A function that is not parsed when it is made is read: none names a schema.
    let names_schema = "SELECT coalesce(string_agg(proname, ' '), '') FROM pg_proc
        WHERE pronamespace = 'as_of'::regnamespace AND proname NOT IN ('is_over', 'open') AND pg_get_functiondef(oid) ~ 'public\\.'";
    assert_eq!(db.text(names_schema).await, "");
}

/// What a later migration does: it makes a table or a column, and calls one function.
#[tokio::test]
async fn a_new_table_and_a_new_column_have_history_by_one_call() {
    let db = TestDb::new().await;
    db.execute(
        "CREATE TABLE bai_hoc (id integer PRIMARY KEY, ten text NOT NULL, ghi_luc timestamptz);
        INSERT INTO bai_hoc VALUES (1, 'Một', '2025-05-01'), (2, 'Hai', '2026-02-01');
        SELECT history.attach('bai_hoc', 'ghi_luc'); SELECT history.make_views()",
    )
    .await;
    let as_of = async |at: &str| {
        let mut connection = db.connect().await;
        sql::execute(
            &mut connection,
            &format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT as_of.open('{at}')"),
        )
        .await
        .unwrap();
        sql::text(&mut connection, "SELECT coalesce(string_agg((to_jsonb(b) - 'known' - 'ghi_luc')::text, ' ' ORDER BY id), '') FROM as_of.bai_hoc b")
            .await
            .unwrap()
    };
    let first = instant(&db).await.to_rfc3339();
    db.execute("UPDATE bai_hoc SET ten = 'Một mới' WHERE id = 1; DELETE FROM bai_hoc WHERE id = 2").await;
    db.execute("ALTER TABLE bai_hoc ADD COLUMN muc text NOT NULL DEFAULT 'A'; SELECT history.attach('bai_hoc', 'ghi_luc'); SELECT history.make_views()").await;
    let second = instant(&db).await.to_rfc3339();
    db.execute("UPDATE bai_hoc SET muc = 'B'").await;
    assert_eq!(as_of("2025-06-01").await, r#"{"id": 1, "muc": "A", "ten": "Một"}"#);
    assert_eq!(as_of(&first).await, r#"{"id": 1, "muc": "A", "ten": "Một"} {"id": 2, "muc": "A", "ten": "Hai"}"#);
    assert_eq!(as_of(&second).await, r#"{"id": 1, "muc": "A", "ten": "Một mới"}"#);
    assert_eq!(as_of(&instant(&db).await.to_rfc3339()).await, r#"{"id": 1, "muc": "B", "ten": "Một mới"}"#);
    db.execute("SELECT history.detach('bai_hoc'); DROP TABLE bai_hoc").await;
    assert_eq!(db.text("SELECT to_regclass('history.bai_hoc') IS NULL").await, "true");
}

async fn name_on(db: &TestDb, day: &str) -> Value {
    let question = as_of(format!("{day}T00:00:00Z").parse().unwrap(), "{ agency(code: \"qng.stc\") { name } }");
    Viewer::public(db).ask(&question).await.whole()["asOf"]["agency"]["name"].take()
}

/// The owner, and nobody else, tells a story of the past.
#[tokio::test]
async fn the_owner_alone_says_when_something_was_known() {
    let db = TestDb::demo().await;
    let first = name_on(&db, "2025-01-01").await;
    for (day, name) in [("2025-03-01", "Tên tháng ba"), ("2025-06-01", "Tên tháng sáu")] {
        let tell = format!(
            "BEGIN; SET LOCAL cotmoc.known_at = '{day}T00:00:00Z'; UPDATE agency SET name_vi = '{name}' WHERE code = 'qng.stc'; COMMIT"
        );
        db.execute(&tell).await;
    }
    let story = [("2025-02-28", first), ("2025-03-02", json!("Tên tháng ba")), ("2025-07-01", json!("Tên tháng sáu"))];
    for (day, name) in story {
        assert_eq!(name_on(&db, day).await, name, "{day}");
    }
    // The server may set what it likes, also where the owner's triggers write for it.
    let mut server = db.pool.get().await.unwrap();
    let before = instant(&db).await.to_rfc3339();
    let forge = "BEGIN; SET LOCAL cotmoc.known_at = '2025-01-01T00:00:00Z'; SET LOCAL cotmoc.transaction = '2025-01-01T00:00:00Z';
        INSERT INTO directive_deadline (directive_id, revision, stated_on, precision, operator, due_on)
        SELECT directive_id, max(revision) + 1, '2026-03-01', 'DAY', 'BY', '2026-03-01' FROM directive_deadline
        GROUP BY directive_id ORDER BY directive_id LIMIT 1; COMMIT";
    sql::execute(&mut server, forge).await.unwrap();
    let known = format!(
        "SELECT count(*) || ' ' || (min(known) >= '{before}') FROM (SELECT known FROM directive_deadline WHERE due_on = '2026-03-01'
        UNION ALL SELECT known FROM directive WHERE due_on = '2026-03-01') AS written"
    );
    assert_eq!(db.text(&known).await, "2 true");
    for statement in ["UPDATE history.agency SET name_vi = 'x'", "DELETE FROM history.agency"] {
        let as_owner = format!("SET session_replication_role = replica; {statement}");
        let told = sql::execute(&mut db.connect().await, &as_owner).await.unwrap_err().to_string();
        assert!(told.contains("are history"), "{told}");
    }
    for statement in [
        "SELECT * FROM history.agency",
        "TRUNCATE history.agency",
        "INSERT INTO history.transaction VALUES ('2025-01-01', '2025-01-02')",
        "SELECT history.this_transaction()",
        "SELECT history.make_views()",
    ] {
        let told = sql::execute(&mut server, statement).await.unwrap_err().to_string();
        assert!(told.starts_with("permission denied"), "{statement}: {told}");
    }
}
