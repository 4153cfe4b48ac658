//! Imports by processes of their own: one that is killed, and the command line.

use std::time::Duration;

use nix::sys::signal::Signal;
use reqwest::StatusCode;
use tests::{
    process::{Process, command},
    server::SECRET,
};

use super::{Commune, VILLAGES, text};
use crate::outages::within;

const PROGRAM: &str = env!("CARGO_BIN_EXE_cotmoc_process");

/// What a process of its own needs to work on the test's database.
fn environment(url: &str) -> [(&str, &str); 6] {
    let log = ("COTMOC_LOG", "off,api::cli=info");
    let clock = ("COTMOC_CLOCK", "2026-01-21T08:00:00+07:00");
    let (listen, folder) = (("COTMOC_LISTEN", "127.0.0.1:0"), ("COTMOC_DATA_DIR", "/nowhere"));
    [("DATABASE_URL", url), ("COTMOC_SECRET_KEY", SECRET), listen, folder, clock, log]
}

/// A server is killed while it works on a file; another one finishes, and each row is there once.
#[tokio::test]
async fn a_server_that_is_killed_loses_no_row_and_writes_none_twice() {
    const ROWS: usize = 3000;
    let commune = Commune::open(&[]).await;
    commune.db.execute(&VILLAGES.replace("generate_series(1, 600)", &format!("generate_series(601, {ROWS})"))).await;
    let sent = commune.send("mode=ROW_BY_ROW&dryRun=false", text(&vec!["5"; ROWS])).await;
    assert_eq!(sent.status(), StatusCode::ACCEPTED);
    let url = commune.db.url().await;
    let first = Process::start(PROGRAM, &["serve"], &environment(&url));
    let read = async || commune.db.text("SELECT rows_read FROM file_import").await.parse::<usize>().unwrap();
    within(Duration::from_secs(120), "some rows", async || read().await > 0).await;
    first.signal(Signal::SIGKILL);
    let left = read().await;
    assert!(left < ROWS, "it was killed in the middle: {left}");
    // As a minute later.
    commune.db.execute("UPDATE file_import SET lease_until = clock_timestamp() - interval '1 second'").await;
    let second = Process::start(PROGRAM, &["serve"], &environment(&url));
    let done = async || commune.db.text("SELECT state FROM file_import").await == "DONE";
    within(Duration::from_secs(120), "the end", done).await;
    let told = commune.db.text("SELECT concat_ws(' ', rows_read, rows_accepted, rows_refused) FROM file_import").await;
    assert_eq!(told, format!("{ROWS} {ROWS} 0"));
    assert_eq!(commune.figures().await, format!("{ROWS} 5 1 DRAFT"), "each row once");
    drop(second);
    commune.node.stop().await;
}

#[tokio::test]
async fn the_command_line_takes_a_file_in() {
    let commune = Commune::open(&[]).await;
    let (folder, url) = (tempfile::tempdir().unwrap(), commune.db.url().await);
    let file = folder.path().join("số liệu.csv");
    std::fs::write(&file, text(&["5", "năm", "7"])).unwrap();
    let run = async |more: &[&str]| {
        let file = file.to_str().unwrap();
        let arguments = [&["import", file, "--agency", "tinh.xa1", "--period", "2025-Q4"], more].concat();
        let output = command(PROGRAM, &arguments, &environment(&url)).output().await.unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, told) = run(&["--as", "n11", "--dry-run"]).await;
    assert_eq!(code, Some(1));
    assert!(
        told.starts_with("C3 MALFORMED: ") && told.ends_with("DONE: 2 rows would be accepted, 1 to be mended\n"),
        "{told}"
    );
    assert_eq!(commune.figures().await.trim(), "0", "only looked at");
    let (code, told) = run(&["--as", "n11", "--mode", "ALL_OR_NOTHING"]).await;
    assert_eq!((code, told.lines().last()), (Some(1), Some("REFUSED: 2 rows accepted, 1 to be mended")));
    std::fs::write(&file, text(&["5", "6", "7"])).unwrap();
    let (code, told) = run(&["--as", "n11", "--submit"]).await;
    assert_eq!((code, told.as_str()), (Some(0), "DONE: 3 rows accepted, 0 to be mended\n"));
    assert_eq!(commune.figures().await, "3 5 1 SUBMITTED");
    let (code, told) = run(&["--as", "n11", "--submit"]).await;
    assert_eq!((code, told.as_str()), (Some(0), "DONE: 3 rows accepted, 0 to be mended\n"), "it was there");
    assert_eq!(commune.figures().await, "3 5 1 SUBMITTED");
    // What cannot be is told before anything is kept.
    for more in [&["--kind", "PROGRESS", "--submit"][..], &["--mapping", "khong-co"]] {
        assert_eq!(run(&[&["--as", "n11"], more].concat()).await, (Some(1), String::new()), "{more:?}");
    }
    let large = folder.path().join("lớn.csv");
    std::fs::write(&large, text(&["5"; 100])).unwrap();
    let arguments =
        ["import", large.to_str().unwrap(), "--agency", "tinh.xa1", "--period", "2025-Q4", "--as", "n11", "--dry-run"];
    let small =
        command(PROGRAM, &arguments, &environment(&url)).env("COTMOC_FILES_LIMIT", "1KiB").output().await.unwrap();
    let told = String::from_utf8(small.stderr).unwrap();
    assert!(small.status.code() == Some(1) && told.contains("bytes, and files.limit is 1024"), "{told}");
    // A sheet with headings of its own.
    std::fs::write(&file, "Mã số CT;Thôn;KQ quý\nky_so;tinh.xa1.thon9;11\n").unwrap();
    assert_eq!(run(&["--as", "n11", "--mapping", "Bảng quý"]).await.0, Some(1), "it has none of that name");
    let columns = r#"{ heading: "Mã số CT", field: "indicator" }, { heading: "Thôn", field: "subject" }, { heading: "KQ quý", field: "value" }"#;
    let input = format!(r#"agency: "tinh.xa1", kind: FIGURES, name: "Bảng quý", columns: [{columns}]"#);
    commune.node.change(&commune.token, "saveImportMapping", &input, "mapping { id }").await;
    let (code, told) = run(&["--as", "n11", "--mapping", "Bảng quý"]).await;
    assert_eq!((code, told.as_str()), (Some(0), "DONE: 1 rows accepted, 0 to be mended\n"));
    for (who, code) in [("khong.co", 1), ("n12", 1)] {
        assert_eq!(run(&["--as", who]).await.0, Some(code), "{who}");
    }
    commune.node.stop().await;
}
