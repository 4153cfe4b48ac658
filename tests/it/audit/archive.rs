//! Old entries moved to files, which prove themselves and the trail that goes on from them.

use super::*;

/// One entry a day, the first on 21 January 2026.
async fn with_days(count: u32) -> TestDb {
    let db = TestDb::new().await;
    let entries = ENTRIES.replace("1 minute", "1 day").replace("$n", &count.to_string());
    sql::execute(&mut db.pool.get().await.unwrap(), &entries).await.unwrap();
    db
}

async fn done(db: &TestDb, arguments: &[&str]) -> String {
    let (code, said) = run(db, arguments).await;
    assert_eq!(code, Some(0), "{arguments:?}: {said}");
    said
}

async fn failed(db: &TestDb, arguments: &[&str], why: &str) {
    let (code, said) = run(db, arguments).await;
    assert!(code == Some(1) && said.contains(why), "{arguments:?}: {said}");
}

async fn numbers(db: &TestDb) -> String {
    db.text("SELECT string_agg(id::text, ' ' ORDER BY id) FROM audit_entry").await
}

#[tokio::test]
async fn old_entries_are_moved_to_files_that_prove_themselves() {
    let db = with_days(10).await;
    let folder = tempfile::tempdir().unwrap();
    // It is made where it is missing.
    let dir = folder.path().join("nhật ký");
    let dir = dir.to_str().unwrap();
    let noted = db.text("SELECT id || ':' || encode(hash, 'hex') FROM audit_entry WHERE id = 3").await;

    failed(&db, &["archive", dir, "--before", "2026-02-11"], "2026-02-11 is still to come: say 2026-02-10").await;
    let said = done(&db, &["archive", dir, "--before", "2026-01-25", "--dry-run"]).await;
    assert!(said.contains("entries 1 to 4 would be moved"), "{said}");
    assert_eq!(numbers(&db).await, "1 2 3 4 5 6 7 8 9 10");
    let said = done(&db, &["archive", dir, "--before", "2026-01-25"]).await;
    assert!(
        said.contains("entries 1 to 4 are in") && said.contains("audit-000000000001-000000000004.ndjson.gz"),
        "{said}"
    );
    // What was done stands in the trail.
    assert_eq!(numbers(&db).await, "5 6 7 8 9 10 11");
    assert_eq!(db.text("SELECT action || (after ->> 'until') FROM audit_entry WHERE id = 11").await, "ARCHIVE_TRAIL4");
    let said = done(&db, &["verify"]).await;
    assert!(said.contains("4 entries are archived, and were not looked at") && said.contains("7 entries"), "{said}");
    let said = done(&db, &["verify", "--archive", dir, "--expect", &noted]).await;
    assert!(said.contains("4 entries in the archive") && said.contains("7 entries"), "{said}");
    failed(&db, &["verify", "--expect", &noted], "entry 3 is archived: say where the archive is").await;
    let wrong = format!("3:{}", "0".repeat(64));
    failed(&db, &["verify", "--archive", dir, "--expect", &wrong], "entry 3 is not the one that was noted").await;

    // The next stretch goes on where this one ends, and what is old already stays as it is.
    done(&db, &["archive", dir, "--before", "2026-01-27"]).await;
    let said = done(&db, &["archive", dir, "--before", "2026-01-27"]).await;
    assert!(said.contains("nothing to move"), "{said}");
    assert_eq!(numbers(&db).await, "7 8 9 10 11 12");
    let said = done(&db, &["verify", "--archive", dir]).await;
    assert!(said.contains("6 entries in the archive"), "{said}");
    assert_eq!(db.text("SELECT count(*) FROM history.audit_entry").await, "0", "they stand in the archive alone");

    // Whoever has a file needs neither Cotmoc nor the database to see that it is right.
    let path = format!("{dir}/audit-000000000001-000000000004.ndjson.gz");
    let read = tokio::process::Command::new("gzip").args(["-dc", &path]).output().await.unwrap();
    let second: Value =
        String::from_utf8(read.stdout).unwrap().lines().nth(1).map(|line| serde_json::from_str(line).unwrap()).unwrap();
    let hash = format!(
        "SELECT encode(sha256(decode('{}', 'hex') || convert_to($${}$$, 'UTF8')), 'hex')",
        second["previousHash"].as_str().unwrap(),
        second["content"].as_str().unwrap()
    );
    assert_eq!(db.text(&hash).await, second["hash"]);
    let content: Value = serde_json::from_str(second["content"].as_str().unwrap()).unwrap();
    assert_eq!((content["after"]["fullName"].as_str(), content["id"].as_i64()), (Some("Nguyễn Văn Ân"), Some(2)));
}

#[tokio::test]
async fn whatever_was_done_to_an_archive_is_found() {
    let db = with_days(9).await;
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    done(&db, &["archive", dir, "--before", "2026-01-24"]).await;
    done(&db, &["archive", dir, "--before", "2026-01-27"]).await;
    let (first, second) = ("audit-000000000001-000000000003.ndjson.gz", "audit-000000000004-000000000006.ndjson.gz");
    let bytes = std::fs::read(folder.path().join(first)).unwrap();
    let verify = ["verify", "--archive", dir];

    std::fs::write(folder.path().join(first), &bytes[..bytes.len() / 2]).unwrap();
    failed(&db, &verify, &format!("{first}: cannot be read")).await;
    std::fs::copy(folder.path().join(second), folder.path().join(first)).unwrap();
    failed(&db, &verify, &format!("{first}: entries 1 to 3 were removed")).await;
    std::fs::remove_file(folder.path().join(first)).unwrap();
    failed(&db, &verify, &format!("{first}: cannot be read")).await;
    // The same entries, packed anew by somebody else.
    let packed = "gzip -dc second | gzip -1 > third && mv third second".replace("second", second);
    std::fs::write(folder.path().join(first), &bytes).unwrap();
    assert!(std::process::Command::new("sh").current_dir(dir).args(["-c", &packed]).status().unwrap().success());
    failed(&db, &verify, &format!("{second}: this is not the file that was written")).await;

    // In the database: a part of what is archived was put there again, or the trail does not go on from the archive.
    tamper(
        &db,
        "INSERT INTO audit_entry SELECT (jsonb_populate_record(e, '{\"id\": 2}')).* FROM audit_entry e WHERE id = 8",
    )
    .await;
    failed(&db, &["verify"], "entry 2 was changed").await;
    tamper(&db, "DELETE FROM audit_entry WHERE id IN (2, 7)").await;
    failed(&db, &["verify"], "entries 7 to 7 were removed").await;
}

#[tokio::test]
async fn what_is_there_is_not_written_over() {
    let db = with_days(7).await;
    let dir = tempfile::tempdir().unwrap();
    let (path, theirs) = (dir.path().to_str().unwrap(), dir.path().join("audit-000000000001-000000000004.ndjson.gz"));
    std::fs::write(&theirs, "sổ của tỉnh khác").unwrap();
    let archive = ["archive", path, "--before", "2026-01-25"];
    failed(&db, &archive, "cannot be written: File exists").await;
    assert_eq!(std::fs::read_to_string(&theirs).unwrap(), "sổ của tỉnh khác");
    assert_eq!(numbers(&db).await, "1 2 3 4 5 6 7");
    assert_eq!(std::fs::read_dir(path).unwrap().count(), 1, "nothing is left of what broke off");
    std::fs::remove_file(&theirs).unwrap();
    done(&db, &archive).await;
    // Its own file, which a call before had written when it broke off: the same trail gives the same bytes.
    done(&with_days(7).await, &archive).await;
    failed(&db, &["verify", "--archive", "/không-có"], "/không-có is no folder").await;
}

/// Who verifies has read a batch when what comes next is moved away.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_archived_while_somebody_verifies_is_not_missed() {
    let db = with_entries(5_100).await;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_str().unwrap().to_owned();
    let url = db.url().await;
    let mut is_moved = false;
    let moved = |_| {
        if !is_moved {
            is_moved = true;
            let archive = ["audit", "archive", &path, "--before", "2026-02-10"];
            let mut program = std::process::Command::new(PROGRAM);
            program.args(archive).env_clear().envs([("DATABASE_URL", &*url), ("HOME", "/"), ("COTMOC_CLOCK", CLOCK)]);
            let output = program.output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    };
    let verdict = audit::verify(&mut db.pool.get().await.unwrap(), None, moved).await.unwrap();
    assert_eq!((verdict.fault, verdict.last), (None, head(&db).await));
}

#[tokio::test]
async fn a_broken_trail_is_not_archived() {
    let db = with_days(9).await;
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    tamper(&db, "UPDATE audit_entry SET succeeded = NOT succeeded WHERE id = 2").await;
    failed(&db, &["archive", dir, "--before", "2026-01-24"], "entry 2 was changed").await;
    assert_eq!(numbers(&db).await, "1 2 3 4 5 6 7 8 9");
    assert_eq!(db.text("SELECT count(*) FROM audit_archive").await, "0");
    assert_eq!(std::fs::read_dir(dir).unwrap().count(), 0, "no file is left behind");
}

#[tokio::test]
async fn nothing_is_noted_as_archived_but_the_next_stretch_as_it_is() {
    let db = with_days(9).await;
    let mut owner = db.connect().await;
    let mut note = async |last: &str, first: i64| {
        let stretch = format!(
            "INSERT INTO audit_archive SELECT {last}, {first}, '2026-02-01', 'audit.gz', sha256('') FROM audit_entry WHERE id = 4"
        );
        sql::execute(&mut owner, &stretch).await.map_err(|error| error.to_string())
    };
    for (last, first) in [("4, sha256('khác')", 1), ("40, hash", 1), ("5, hash", 1), ("4, hash", 2)] {
        let refused = note(last, first).await.unwrap_err();
        assert!(refused.contains("a stretch begins behind the one before"), "{last}, {first}: {refused}");
    }
    note("4, hash", 1).await.unwrap();
    assert!(note("4, hash", 1).await.is_err());
    for statement in ["UPDATE audit_archive SET last_id = 9", "DELETE FROM audit_archive", "TRUNCATE audit_archive"] {
        assert!(sql::execute(&mut db.connect().await, statement).await.is_err(), "{statement}");
    }
}

/// The machine went off between noting what is archived and deleting all of it.
#[tokio::test]
async fn a_deletion_that_broke_off_is_brought_to_its_end() {
    let db = with_days(9).await;
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    db.execute(
        "INSERT INTO audit_archive SELECT 4, hash, 1, '2026-02-01', 'audit.gz', sha256('') FROM audit_entry WHERE id = 4;
        SET cotmoc.known_at = 'recorded'; DELETE FROM audit_entry WHERE id <= 2",
    )
    .await;
    let said = done(&db, &["verify"]).await;
    assert!(said.contains("7 entries, each as it was written"), "{said}");
    for statement in ["DELETE FROM audit_entry WHERE id = 5", "UPDATE audit_entry SET address = NULL WHERE id = 3"] {
        let refused = sql::execute(&mut db.connect().await, statement).await;
        assert!(refused.unwrap_err().to_string().contains("never changed or deleted"), "{statement}");
    }
    let said = done(&db, &["archive", dir, "--before", "2026-01-24"]).await;
    assert!(said.contains("nothing to move"), "{said}");
    assert_eq!(numbers(&db).await, "5 6 7 8 9");
    done(&db, &["verify"]).await;
}
