//! The way of the schema: several nodes at once, up, down and up again.

mod busy;
mod frozen;

use std::process::Command;

use db::{embedded, migrate};
use diesel_migrations::FileBasedMigrations;
use tests::TestDb;

#[tokio::test]
async fn several_nodes_at_once_apply_each_migration_once() {
    let empty = TestDb::empty().await;
    let known = migrate::known().unwrap();
    assert_eq!(migrate::pending(&empty.pool).await.unwrap(), known);
    let settings = empty.settings();
    let nodes =
        tokio::join!(migrate::run(settings), migrate::run(settings), migrate::run(settings), migrate::run(settings));
    let mut applied = [nodes.0.unwrap(), nodes.1.unwrap(), nodes.2.unwrap(), nodes.3.unwrap()].concat();
    applied.sort();
    assert_eq!(applied, known);
    assert_eq!(migrate::pending(&empty.pool).await.unwrap(), Vec::<String>::new());
    assert_eq!(migrate::applied(&empty.pool).await.unwrap().len(), known.len());
}

#[tokio::test]
async fn each_can_be_taken_back_and_applied_again() {
    let db = TestDb::new().await;
    let up = dump(&db).await;
    migrate::revert_all(db.settings()).await.unwrap();
    assert_eq!(dump(&db).await, dump(&TestDb::empty().await).await, "something is left behind");
    migrate::run(db.settings()).await.unwrap();
    assert_eq!(dump(&db).await, up);
}

/// What an operator keeps as a backup must come back, with its data.
#[tokio::test]
async fn a_dump_can_be_restored() {
    let (from, to) = (TestDb::demo().await, TestDb::empty().await);
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut pg_dump = embedded::program("pg_dump", None).unwrap();
    run(pg_dump.args(["--format=custom", &from.url().await, "--file"]).arg(file.path()));
    let mut pg_restore = embedded::program("pg_restore", None).unwrap();
    run(pg_restore.args(["--exit-on-error", "--single-transaction", "--dbname", &to.url().await]).arg(file.path()));
    let rows = "SELECT concat_ws(' ', (SELECT count(*) FROM measurement), (SELECT count(*) FROM target_warning),
        (SELECT string_agg(search_text, ' ' ORDER BY code) FROM agency))";
    assert_eq!(to.text(rows).await, from.text(rows).await);
    assert_eq!(migrate::pending(&to.pool).await.unwrap(), Vec::<String>::new());
}

/// Records how long each statement would have waited for a lock, and fails the fifth as one that has waited in vain. What a
/// sequence gives is not taken back with a transaction.
const BUSY_ONCE: &str = "
    CREATE SEQUENCE statements;
    CREATE TABLE waits (how_long text);
    CREATE FUNCTION busy_once() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('public.statements') = 5 THEN RAISE lock_not_available USING MESSAGE = 'canceling statement due to lock timeout'; END IF;
        INSERT INTO public.waits VALUES (current_setting('lock_timeout'));
    END $$;
    CREATE EVENT TRIGGER busy_once ON ddl_command_start EXECUTE FUNCTION busy_once()";

/// Statements of a server wait for three seconds: what queues behind a migration goes on before that.
#[tokio::test]
async fn a_migration_gives_way_to_a_busy_table_and_comes_again() {
    let db = TestDb::empty().await;
    db.execute(BUSY_ONCE).await;
    assert_eq!(migrate::run(db.settings()).await.unwrap(), migrate::known().unwrap());
    // But those that stop nobody, and so run outside a transaction.
    assert_eq!(db.text("SELECT string_agg(DISTINCT how_long, ' ') FROM waits").await, "0 2s");
}

/// What stops nobody waits for whoever came before, for as long as they take.
#[tokio::test]
async fn a_migration_runs_outside_a_transaction_if_it_says_so() {
    let db = TestDb::empty().await;
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, file: &str, text: &str| {
        std::fs::create_dir_all(folder.path().join(name)).unwrap();
        std::fs::write(folder.path().join(name).join(file), text).unwrap();
    };
    let (table, index) = ("2026-11-29-000001_so_lieu", "2026-11-29-000002_ky");
    let (pieces, column) = ("2026-11-29-000003_dien", "2026-11-29-000004_nguon");
    write(table, "up.sql", "CREATE TABLE so_lieu (ky text)");
    write(index, "up.sql", "CREATE INDEX CONCURRENTLY so_lieu_ky ON so_lieu (ky);");
    write(index, "metadata.toml", "run_in_transaction = false\n");
    write(pieces, "up.sql", "DO $$ BEGIN INSERT INTO so_lieu VALUES ('2025-12'); COMMIT; ROLLBACK; END $$;");
    write(pieces, "metadata.toml", "run_in_transaction = false\n");
    write(column, "up.sql", "ALTER TABLE so_lieu ADD COLUMN nguon text");
    db.execute(&BUSY_ONCE.replace("= 5", "= 0")).await;
    let migrations = FileBasedMigrations::from_path(folder.path()).unwrap();
    assert_eq!(migrate::run_others(db.settings(), migrations).await.unwrap(), [table, index, pieces, column]);
    assert_eq!(db.text("SELECT indisvalid FROM pg_index WHERE indexrelid = 'so_lieu_ky'::regclass").await, "true");
    assert_eq!(db.text("SELECT count(*) FROM so_lieu").await, "1");
    let waits = "SELECT string_agg(how_long, ' ' ORDER BY ctid) FROM waits";
    assert_eq!(db.text(waits).await, "2s 2s 0 2s", "diesel's own table comes first");
}

/// 2025-M9, as nine months were written, is another thing elsewhere.
#[tokio::test]
async fn nine_months_are_renamed_where_they_are_stored() {
    let db = TestDb::demo().await;
    let file = |number: &str, name: &str| {
        let all = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations")).unwrap();
        let found =
            all.map(|entry| entry.unwrap().path()).find(|path| path.to_str().unwrap().contains(number)).unwrap();
        std::fs::read_to_string(found.join(name)).unwrap()
    };
    let hash = "SELECT encode(measurement_content_hash(id, 1), 'hex') FROM measurement WHERE id = md5('chin')::uuid";
    let new = ["2026-11-28-000061", "2026-11-28-000062", "2026-11-28-000063"];
    for number in new.into_iter().rev() {
        db.execute(&file(number, "down.sql")).await;
    }
    db.execute(
        "INSERT INTO measurement (id, indicator_id, definition_id, subject_id, reporter_id, regime, period_kind, period, starts_on, ends_on)
            SELECT md5('chin')::uuid, indicator_id, definition_id, subject_id, reporter_id, 'CALENDAR', 'NINE_MONTHS', '2025-M9', '2025-01-01', '2025-10-01'
            FROM measurement ORDER BY id LIMIT 1;
         INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, source, recorded_at)
            VALUES (md5('chin')::uuid, 1, 'DRAFT', 'FINAL', 1, 'REPORTED', now());
         INSERT INTO reporting_extension (id, regime, period, due_on, reason, extended_at)
            VALUES (md5('chin')::uuid, 'CALENDAR', '2025-M9', '2025-11-01', 'Bão số 12', now())",
    )
    .await;
    let before = db.text(hash).await;
    for number in new {
        db.execute(&file(number, "up.sql")).await;
    }
    let stored = "SELECT concat_ws(' ', (SELECT period FROM measurement WHERE id = md5('chin')::uuid), (SELECT period FROM reporting_extension))";
    assert_eq!(db.text(stored).await, "2025-9M 2025-9M");
    assert_eq!(db.text(hash).await, before, "what was endorsed is still what was endorsed");
    let mut owner = db.connect().await;
    let told = tests::sql::execute(&mut owner, "UPDATE reporting_extension SET reason = 'Lũ'").await.unwrap_err();
    assert!(told.to_string().contains("are history"), "{told}");
}

fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The schema as SQL, without diesel's own record and the keys that newer versions of `pg_dump` make up each time.
async fn dump(db: &TestDb) -> String {
    let url = db.url().await;
    let mut pg_dump = embedded::program("pg_dump", None).unwrap();
    let output = run(pg_dump.args(["--schema-only", "--exclude-table=__diesel_schema_migrations", &url]));
    let text = String::from_utf8(output).unwrap();
    text.lines().filter(|line| !line.contains("restrict ")).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn diesels_print_is_current() {
    let actual = TestDb::new()
        .await
        .text(
            "SELECT string_agg(format('%s.%s%s', relname, attname, CASE WHEN attnotnull THEN '' ELSE '?' END), E'\\n' ORDER BY relname COLLATE \"C\", attnum)
             FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
             WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
               AND NOT relispartition AND relname NOT IN ('__diesel_schema_migrations', 'kept_assessment')",
        )
        .await;
    let print = include_str!("../../../db/src/schema.rs");
    assert_eq!(columns(print).join("\n"), actual, "print it anew: make schema");
}

/// The columns in diesel's print: `table.column`, with a question mark where null may stand.
fn columns(print: &str) -> Vec<String> {
    let mut table = "";
    let mut renamed = None;
    let mut columns = Vec::new();
    for line in print.lines().map(str::trim) {
        if let Some((name, _)) =
            line.split_once(" (").filter(|(name, rest)| rest.ends_with(") {") && !name.contains(' '))
        {
            table = name;
        } else if let Some(name) = line.strip_prefix("#[sql_name = \"") {
            renamed = name.strip_suffix("\"]");
        } else if let Some((name, kind)) = line.split_once(" -> ").filter(|(_, kind)| kind.ends_with(',')) {
            let mark = if kind.starts_with("Nullable<") { "?" } else { "" };
            columns.push(format!("{table}.{}{mark}", renamed.take().unwrap_or(name)));
        }
    }
    columns
}
