//! What is backed up comes back: every row, the audit trail, the bytes of files; and what does not is told.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tests::{TestDb, demo, process::command};

use crate::attachments::{Office, files_in, pdf};

/// Runs the program on a database with a folder for files, and answers its exit code and all that it said.
async fn run(arguments: &[&str], db: &TestDb, files: &Path) -> (Option<i32>, String) {
    let (url, files) = (db.url().await, files.display().to_string());
    let now = demo::now().to_rfc3339();
    let environment =
        [("DATABASE_URL", url.as_str()), ("COTMOC_STORAGE", &files), ("COTMOC_CLOCK", &now), ("HOME", "/")];
    let output = command(env!("CARGO_BIN_EXE_cotmoc_process"), arguments, &environment).output().await.unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap())
}

/// Where each file below a folder is, from there, and its bytes.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        for part in fs::read_dir(&file).unwrap().map(|entry| entry.unwrap().path()) {
            found.push((part.strip_prefix(folder).unwrap().to_owned(), fs::read(&part).unwrap()));
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn all_of_it_comes_back() {
    let office = Office::open().await;
    office.sent("Biên bản nghiệm thu.pdf", &pdf(100_000)).await;
    let files = office.files_at();
    let place = tempfile::tempdir().unwrap();
    let (backup, restored) = (place.path().join("bản sao"), place.path().join("tệp"));
    let at = backup.to_str().unwrap();

    let (code, said) = run(&["backup", at, "--verify"], &office.db, &files).await;
    assert!(code == Some(0) && said.contains("1 attachments (100000 bytes)"), "{said}");
    assert!(said.contains("restored and compared"), "{said}");
    let (code, said) = run(&["backup", at], &office.db, &files).await;
    assert!(code == Some(1) && said.contains("is there already"), "{said}");

    let name = "SELECT name_vi FROM agency WHERE code = 'qng.skhcn'";
    let before = office.db.text(name).await;
    office.db.execute("UPDATE agency SET name_vi = 'Sau khi sao' WHERE code = 'qng.skhcn'").await;
    let db = TestDb::empty().await;
    let (code, said) = run(&["restore", at], &db, &restored).await;
    assert!(code == Some(0) && said.contains("all tables are as they were, 1 attachments"), "{said}");
    assert_eq!(db.text(name).await, before, "what came later is not in it");
    assert_eq!(contents(&restored), contents(&files));
    let (code, said) = run(&["audit", "verify"], &db, &restored).await;
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = run(&["restore", at], &db, &restored).await;
    assert!(code == Some(1) && said.contains("restore into an empty one"), "{said}");
}

#[tokio::test]
async fn what_is_not_as_it_was_is_told() {
    let office = Office::open().await;
    office.sent("Ảnh chụp.pdf", &pdf(2_000)).await;
    let files = office.files_at();
    let place = tempfile::tempdir().unwrap();
    let backup = place.path().join("sao");
    let at = backup.to_str().unwrap();
    let (code, said) = run(&["backup", at], &office.db, &files).await;
    assert_eq!(code, Some(0), "{said}");

    let manifest = backup.join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let agencies = office.db.text("SELECT count(*) FROM agency").await;
    let changed = text.replacen(&format!("\"rows\": {agencies}"), "\"rows\": 1000000", 1);
    assert_ne!(changed, text);
    fs::write(&manifest, changed).unwrap();
    let db = TestDb::empty().await;
    let (code, said) = run(&["restore", at], &db, &place.path().join("khác")).await;
    assert!(code == Some(1) && said.contains("rows instead of 1000000"), "{said}");

    fs::write(&manifest, text).unwrap();
    let dump = backup.join("database.dump");
    let mut bytes = fs::read(&dump).unwrap();
    bytes.push(0);
    fs::write(&dump, bytes).unwrap();
    let db = TestDb::empty().await;
    let (code, said) = run(&["restore", at], &db, &place.path().join("khác")).await;
    assert!(code == Some(1) && said.contains("database.dump is not as it was written"), "{said}");

    // What nothing has, and whose time is over, may be gone already.
    office.sent("Bản nháp bỏ đi.pdf", &pdf(1_000)).await;
    let expired = "UPDATE attachment SET expires_at = created_at - interval '1 hour' WHERE name LIKE 'Bản nháp%'";
    office.db.execute(expired).await;
    let part =
        "SELECT p.attachment_id || '/' || p.id FROM attachment_part p JOIN attachment a ON a.id = p.attachment_id
        WHERE a.name LIKE 'Bản nháp%'";
    fs::remove_file(files.join(office.db.text(part).await)).unwrap();
    let (code, said) = run(&["backup", place.path().join("không cần").to_str().unwrap()], &office.db, &files).await;
    assert!(code == Some(0) && said.contains("1 attachments (2000 bytes)"), "{said}");

    // Bytes that are gone, or others.
    assert_eq!(files_in(&files), 1);
    let (part, mut bytes) = contents(&files).remove(0);
    bytes[10] ^= 1;
    fs::write(files.join(part), bytes).unwrap();
    let later = place.path().join("sau");
    let (code, said) = run(&["backup", later.to_str().unwrap()], &office.db, &files).await;
    assert!(code == Some(1) && said.contains("are not those that were sent") && !later.exists(), "{said}");
}
