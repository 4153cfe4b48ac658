//! What stands in the cells: Vietnamese, in its words, and nothing that a sheet would take for a formula.

use std::process::Stdio;

use calamine::Data;
use schema::clock::Clock;
use tests::{TestDb, demo, office::saved_as, process::command, server::Node};

use super::{csv_rows, file, lines, sheets};

/// Names that a sheet would work out, or that it has trouble with.
const NAMES: [&str; 6] = [
    "=HYPERLINK(\"http://ví-dụ.vn\",\"Sở Y tế\")",
    "+84 235 1234",
    "-2+3",
    "@SUM(A1)",
    "\tSở Tư pháp",
    "Sở \"Nội vụ\", phòng\nTổ chức; Ủy ban",
];

async fn province() -> TestDb {
    let db = TestDb::demo().await;
    for (code, name) in ["qng.skhcn", "qng.syt", "qng.snv", "qng.stc", "qng.sxd", "qng.snnmt"].iter().zip(NAMES) {
        let name = name.replace('\'', "''");
        db.execute(&format!("UPDATE agency SET note = '{name}' WHERE code = '{code}'")).await;
    }
    db
}

#[tokio::test]
async fn formulas_are_disarmed() {
    let db = province().await;
    let to_disarm = db.text("SELECT count(*) FROM agency WHERE note IS NOT NULL AND note ~ '^[=+@\t-]'").await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    let (headings, rows) = csv_rows(&file(&node, None, "agencies.csv", &[("headings", "names")]).await);
    let place = headings.iter().position(|heading| heading == "note").unwrap();
    let disarmed: Vec<_> = rows.iter().filter(|row| row[place].starts_with('\'')).collect();
    assert_eq!(disarmed.len().to_string(), to_disarm);
    assert!(rows.iter().flatten().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])));
    assert!(rows.iter().any(|row| row[place] == format!("'{}", NAMES[0])));
    assert!(rows.iter().any(|row| row[place] == NAMES[5]));

    // A workbook says what is a text, and keeps it one.
    let book = sheets(&file(&node, None, "agencies.xlsx", &[("headings", "names")]).await);
    let cells: Vec<_> = book[0].1.iter().flatten().collect();
    for name in NAMES {
        assert!(cells.contains(&&Data::String(name.to_owned())), "{name:?}");
    }
    // Programs have them as they are.
    let told = lines(&file(&node, None, "agencies.ndjson", &[]).await);
    assert!(told.iter().any(|row| row["note"] == NAMES[0]));
    node.stop().await;
}

/// Opened by a program that people use, nothing is worked out: a formula would be shown as its value.
#[tokio::test]
async fn formulas_are_inert_in_libreoffice() {
    let db = province().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    for name in ["agencies.csv", "agencies.xlsx"] {
        let sent = file(&node, None, name, &[("headings", "names")]).await;
        let (headings, rows) = csv_rows(&saved_as(name, &sent, "csv"));
        let place = headings.iter().position(|heading| heading == "note").unwrap();
        for text in NAMES {
            assert!(rows.iter().any(|row| row[place].trim_start_matches('\'') == text), "{name}: {text:?}");
        }
    }
    // So it would be if they were not disarmed.
    let live = saved_as("live.csv", "note\n=2+3\n".as_bytes(), "csv");
    assert_eq!(csv_rows(&live).1, [["5"]]);
    node.stop().await;
}

#[tokio::test]
async fn headings_and_labels_speak_the_readers_language() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    let filter = ("filter", r#"{"programme":"nq57-quang-ngai"}"#);
    let given = [filter, ("bom", "true"), ("labels", "true")];
    let bytes = file(&node, None, "indicatorGroups.csv", &given).await;
    assert!(bytes.starts_with("\u{feff}Mã,Tên,".as_bytes()), "{}", String::from_utf8_lossy(&bytes[..60]));
    let (headings, _) = csv_rows(&file(&node, None, "indicatorGroups.csv", &[filter, ("headings", "both")]).await);
    assert_eq!(headings[0], "Mã / Code");
    let (headings, rows) = csv_rows(&file(&node, None, "directives.csv", &[("labels", "true"), ("lang", "en")]).await);
    let state = headings.iter().position(|heading| heading == "State").unwrap();
    assert!(rows.iter().any(|row| row[state] == "In progress"), "{:?}", rows[0]);

    let book = sheets(&file(&node, None, "directives.xlsx", &[filter]).await);
    assert_eq!((book[0].0.as_str(), book[1].0.as_str()), ("Dữ liệu", "Nguồn"));
    let about = |name: &str| book[1].1.iter().find(|row| row[0] == name).map(|row| row[1].to_string()).unwrap();
    assert_eq!(about("Danh sách"), "directives");
    assert_eq!(about("Bộ lọc và cách sắp xếp"), r#"{"filter":{"programme":"nq57-quang-ngai"}}"#);
    assert_eq!(about("Thời điểm xuất (giờ Việt Nam)"), "2026-01-20 09:00:00");
    assert!(about("Nguồn").contains("/files/exports/directives.xlsx?"));
    let state = book[0].1[0].iter().position(|heading| *heading == "Trạng thái").unwrap();
    assert!(book[0].1.iter().any(|row| row[state] == "Đang thực hiện"));
    node.stop().await;
}

#[tokio::test]
async fn the_command_line_writes_the_same_file() {
    let db = province().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    let url = db.url().await;
    let run = async |arguments: &[&str]| {
        command(env!("CARGO_BIN_EXE_cotmoc_process"), arguments, &[("DATABASE_URL", &url)])
            .env("COTMOC_DATA_DIR", "/nowhere")
            .env("COTMOC_CLOCK", demo::now().to_rfc3339())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
            .wait_with_output()
            .await
            .unwrap()
    };
    let output = run(&["export", "agencies", "--role", "public", "--filter", r#"{"kinds":["DEPARTMENT"]}"#]).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let served = file(&node, None, "agencies.csv", &[("filter", r#"{"kinds":["DEPARTMENT"]}"#)]).await;
    assert_eq!(String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&served));

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("nhiệm vụ.xlsx");
    let output = run(&["export", "directives", "--output", path.to_str().unwrap()]).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!String::from_utf8_lossy(&output.stderr).contains('█'), "no bar where nobody looks");
    let count: usize = db.text("SELECT count(*) FROM directive").await.parse().unwrap();
    assert_eq!(sheets(&std::fs::read(&path).unwrap())[0].1.len(), count + 1);

    let output = run(&["export", "khôngCó"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "nothing is left over");
    node.stop().await;
}
