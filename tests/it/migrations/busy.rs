//! No new migration stops a busy table; and what watches over that sees what it should.

use std::{fs, path::PathBuf};

use diesel_async::AsyncPgConnection;
use tests::{
    TestDb,
    busy::{refused_outside, statements, watch},
    sql,
};

/// Migrations up to this one landed before the rule, when no table was busy yet.
const LAST_EXEMPT: &str = "2026-11-22-000036";

const OUTSIDE: &str = "run_in_transaction = false\n";

/// The folders of the migrations that the rule holds for, oldest first.
fn new_migrations() -> Vec<PathBuf> {
    let all = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations")).unwrap();
    let mut new: Vec<_> = all.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    new.retain(|path| path.file_name().unwrap().to_str().unwrap().split('_').next().unwrap() > LAST_EXEMPT);
    new.sort();
    new
}

#[tokio::test]
async fn no_new_migration_stops_a_busy_table() {
    let db = TestDb::demo().await;
    let new = new_migrations();
    // The province as it was before them.
    for folder in new.iter().rev() {
        db.execute(&fs::read_to_string(folder.join("down.sql")).unwrap()).await;
    }
    let mut connection = db.connect().await;
    for folder in new {
        let up = fs::read_to_string(folder.join("up.sql")).unwrap();
        let refusals = match fs::read_to_string(folder.join("metadata.toml")) {
            Err(_) => {
                let refusals = watch(&mut connection, &up).await;
                sql::execute(&mut connection, "COMMIT").await.unwrap();
                refusals
            }
            Ok(metadata) => {
                // Whatever diesel cannot read there, it takes for something else without a word.
                assert_eq!(metadata, OUTSIDE, "{}/metadata.toml", folder.display());
                db.execute(&up).await;
                refused_outside(&up).into_iter().collect()
            }
        };
        let name = folder.file_name().unwrap().display();
        assert!(refusals.is_empty(), "{name}, see CONTRIBUTING.md: {}", refusals.join("\n  and "));
    }
}

/// Figures and their agencies, as others read and write them day and night.
const BUSY: &str = "
    CREATE TABLE don_vi (id integer PRIMARY KEY, ten text NOT NULL);
    CREATE TABLE so_lieu (id integer PRIMARY KEY, don_vi integer, ky text, gia_tri integer, ghi_chu varchar(20));
    CREATE TABLE trong (id integer PRIMARY KEY, ten text);
    INSERT INTO don_vi VALUES (1, 'Sở Y tế'), (2, 'UBND xã Ba Tơ');
    INSERT INTO so_lieu SELECT n, 1 + n % 2, '2025-12', n FROM generate_series(1, 5000) AS n;
    ALTER TABLE so_lieu ADD CONSTRAINT so_lieu_ky_check CHECK (ky IS NOT NULL);
    ANALYZE";

/// What is said of a migration that is taken back.
async fn told(connection: &mut AsyncPgConnection, migration: &str) -> String {
    let refusals = watch(connection, migration).await.join("; ");
    sql::execute(connection, "ROLLBACK").await.unwrap();
    refusals
}

#[tokio::test]
async fn what_would_stop_a_busy_table_is_refused() {
    let db = TestDb::empty().await;
    db.execute(BUSY).await;
    let connection = &mut db.connect().await;
    for (migration, why, instead) in [
        ("CREATE INDEX ON so_lieu (ky)", "`so_lieu` is read or written while ShareLock", "CREATE INDEX CONCURRENTLY"),
        (
            "CREATE UNIQUE INDEX ON trong (ten)",
            "`trong` is read or written while ShareLock",
            "CREATE INDEX CONCURRENTLY",
        ),
        ("REINDEX TABLE so_lieu", "`so_lieu` is read or written while ShareLock", "a migration of its own"),
        ("ALTER TABLE so_lieu ADD COLUMN ma uuid DEFAULT gen_random_uuid()", "`so_lieu` is written anew", "constant"),
        (
            "ALTER TABLE so_lieu ADD COLUMN so bigserial",
            "`so_lieu` is written anew under AccessExclusiveLock",
            "constant",
        ),
        ("ALTER TABLE so_lieu ALTER COLUMN gia_tri TYPE bigint", "`so_lieu` is written anew", "a new column"),
        (
            "ALTER TABLE so_lieu ALTER COLUMN don_vi SET NOT NULL",
            "`so_lieu` is read or written",
            "VALIDATE CONSTRAINT in",
        ),
        (
            "ALTER TABLE so_lieu ADD CONSTRAINT so_lieu_gia_tri_check CHECK (gia_tri > 0)",
            "while AccessExclusiveLock",
            "NOT VALID",
        ),
        (
            "ALTER TABLE so_lieu ADD COLUMN x integer CHECK (x > 0)",
            "while AccessExclusiveLock stops `so_lieu`",
            "rules apart",
        ),
        (
            "ALTER TABLE so_lieu ADD CONSTRAINT so_lieu_don_vi_fkey FOREIGN KEY (don_vi) REFERENCES don_vi",
            "while ShareRowExclusiveLock",
            "NOT VALID",
        ),
        (
            "ALTER TABLE trong ADD CONSTRAINT trong_id_fkey FOREIGN KEY (id) REFERENCES don_vi",
            "while ShareRowExclusiveLock",
            "NOT VALID",
        ),
        (
            "ALTER TABLE so_lieu ADD CONSTRAINT so_lieu_ky_key UNIQUE (ky, id)",
            "while AccessExclusiveLock",
            "USING INDEX",
        ),
        ("UPDATE so_lieu SET gia_tri = 0", "all of `so_lieu` is gone through", "in pieces"),
        ("UPDATE so_lieu SET gia_tri = 0 WHERE ky = '2025-12'", "all of `so_lieu` is gone through", "in pieces"),
        ("DELETE FROM trong", "all of `trong` is gone through", "in pieces"),
        (
            "DO $$ BEGIN UPDATE so_lieu SET gia_tri = 1; END $$",
            "all of `so_lieu` is gone through",
            "a migration of its own",
        ),
        ("LOCK TABLE so_lieu IN SHARE MODE", "a lock is taken by hand", "a migration of its own"),
        ("TRUNCATE so_lieu", "`so_lieu` is written anew under AccessExclusiveLock", "a migration of its own"),
        ("SET LOCAL lock_timeout = 0", "lock_timeout is the program's affair", ""),
        // What a moment's lock becomes when the same transaction goes on.
        (
            "ALTER TABLE so_lieu ADD COLUMN y integer; UPDATE so_lieu SET y = 1 WHERE id = 7",
            "while AccessExclusiveLock",
            "in pieces",
        ),
        (
            "ALTER TABLE so_lieu ADD COLUMN y integer; CREATE TABLE moi AS SELECT * FROM don_vi",
            "`don_vi` is read or written while AccessExclusiveLock stops `so_lieu`",
            "",
        ),
        (
            "ALTER TABLE so_lieu ADD CONSTRAINT am_check CHECK (gia_tri > 0) NOT VALID; ALTER TABLE so_lieu VALIDATE CONSTRAINT am_check",
            "`so_lieu` is read or written while AccessExclusiveLock stops `so_lieu`\n    in: ALTER TABLE so_lieu VALIDATE",
            "",
        ),
    ] {
        let told = told(connection, migration).await;
        assert!(told.contains(why) && told.contains(instead), "{migration}: {told}");
    }
}

#[tokio::test]
async fn what_takes_a_moment_is_accepted() {
    let db = TestDb::empty().await;
    db.execute(BUSY).await;
    let connection = &mut db.connect().await;
    db.execute("ALTER TABLE so_lieu ADD CONSTRAINT so_lieu_don_vi_check CHECK (don_vi IS NOT NULL) NOT VALID").await;
    for migration in [
        "ALTER TABLE so_lieu ADD COLUMN nguon text; COMMENT ON COLUMN so_lieu.nguon IS 'Nguồn'",
        "ALTER TABLE so_lieu ADD COLUMN nguon text NOT NULL DEFAULT 'REPORTED'",
        "ALTER TABLE so_lieu ADD COLUMN luc timestamptz NOT NULL DEFAULT now()",
        "ALTER TABLE so_lieu ADD COLUMN cap_tren integer REFERENCES don_vi",
        "ALTER TABLE so_lieu ALTER COLUMN ghi_chu TYPE text",
        "ALTER TABLE so_lieu ADD CONSTRAINT a_check CHECK (gia_tri > 0) NOT VALID",
        "ALTER TABLE so_lieu ADD CONSTRAINT a_fkey FOREIGN KEY (don_vi) REFERENCES don_vi NOT VALID",
        "ALTER TABLE so_lieu VALIDATE CONSTRAINT so_lieu_don_vi_check",
        // The rule that was there before says it already, so nothing is read.
        "ALTER TABLE so_lieu ALTER COLUMN ky SET NOT NULL",
        "CREATE TABLE moi (id integer PRIMARY KEY, don_vi integer NOT NULL REFERENCES don_vi); CREATE INDEX ON moi (don_vi);
            ALTER TABLE moi ADD CONSTRAINT moi_so_lieu_fkey FOREIGN KEY (id) REFERENCES so_lieu",
        "CREATE TABLE moi AS SELECT * FROM so_lieu; CREATE INDEX ON moi (ky)",
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN NEW; END $$;
            CREATE TRIGGER t BEFORE UPDATE ON so_lieu FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE VIEW v AS SELECT * FROM so_lieu; DROP VIEW v",
        "INSERT INTO so_lieu VALUES (6000, 1, '2026-01', 1)",
        "UPDATE so_lieu SET gia_tri = 0 WHERE id BETWEEN 10 AND 20; DELETE FROM so_lieu WHERE id = 7",
        "ALTER TABLE so_lieu DROP COLUMN ghi_chu; DROP TABLE trong",
    ] {
        assert_eq!(told(connection, migration).await, "", "{migration}");
    }
}

#[test]
fn outside_a_transaction_stands_what_stops_nobody_alone() {
    for accepted in [
        "-- Danh sách theo kỳ\nCREATE INDEX CONCURRENTLY so_lieu_ky ON so_lieu (ky);\n",
        "DROP INDEX CONCURRENTLY so_lieu_ky",
        "DO $$ BEGIN LOOP UPDATE so_lieu SET y = 1 WHERE id IN (SELECT id FROM so_lieu WHERE y IS NULL LIMIT 1000);
            EXIT WHEN NOT FOUND; COMMIT; END LOOP; END $$",
    ] {
        assert_eq!(refused_outside(accepted), None, "{accepted}");
    }
    for (refused, why) in [
        ("CREATE INDEX so_lieu_ky ON so_lieu (ky)", "neither CONCURRENTLY nor in pieces"),
        ("DO $$ BEGIN ALTER TABLE so_lieu ADD COLUMN y integer; COMMIT; END $$", "neither CONCURRENTLY nor in pieces"),
        (
            "CREATE INDEX CONCURRENTLY a ON so_lieu (ky); CREATE INDEX CONCURRENTLY b ON so_lieu (id)",
            "none or more than one",
        ),
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS a ON so_lieu (ky)", "takes a broken index for a good one"),
        ("-- không có gì\n", "none or more than one"),
    ] {
        assert!(refused_outside(refused).is_some_and(|told| told.contains(why)), "{refused}");
    }
}

#[test]
fn a_file_is_cut_at_the_semicolons_that_end_statements() {
    let file =
        "-- Một; hai\nSELECT ';', \"a;b\";/* ba; */ DO $tên$ BEGIN PERFORM ';'; END $tên$;SELECT $1, $2;\n-- hết;\n";
    assert_eq!(
        statements(file),
        ["-- Một; hai\nSELECT ';', \"a;b\"", "/* ba; */ DO $tên$ BEGIN PERFORM ';'; END $tên$", "SELECT $1, $2"]
    );
}
