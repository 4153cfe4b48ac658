//! `cotmoc reorganise` as a process: agencies become others as a file says.

use std::process::{Output, Stdio};

use serde_json::json;
use tests::{TestDb, process::command};

async fn run(db: &TestDb, arguments: &[&str]) -> Output {
    let url = db.url().await;
    command(env!("CARGO_BIN_EXE_cotmoc_process"), arguments, &[("DATABASE_URL", &url)])
        .env("COTMOC_DATA_DIR", "/nowhere")
        .env("COTMOC_CLOCK", tests::demo::now().to_rfc3339())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .await
        .unwrap()
}

async fn done(db: &TestDb, file: &tempfile::NamedTempFile, more: &[&str]) -> String {
    let output = run(db, &[&["reorganise", file.path().to_str().unwrap()], more].concat()).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

async fn refused(db: &TestDb, file: &tempfile::NamedTempFile, more: &[&str]) -> String {
    let output = run(db, &[&["reorganise", file.path().to_str().unwrap()], more].concat()).await;
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

const BY: [&str; 4] = ["--on", "2026-01-10", "--document", "tb-ubnd-qng-2025-04"];

fn by(more: &[&'static str]) -> Vec<&'static str> {
    [&BY[..], more].concat()
}

const ALL: &str = "SELECT concat_ws(' ', (SELECT count(*) FROM change), (SELECT count(*) FROM audit_entry), (SELECT count(*) FROM agency))";

#[tokio::test]
async fn a_file_is_shown_then_done_and_not_done_twice() {
    let db = TestDb::demo().await;
    let steps = file(
        "step,agency,name_vi,kind,level,parent,successors\n\
         open,qng.scds,Sở Chuyển đổi số,DEPARTMENT,PROVINCIAL,qng.ubnd,\n\
         merge,qng.skhcn; qng.stc,,,,,qng.scds\n\
         rename,qng.ioc,\"Trung tâm Giám sát, điều hành\",,,,\n",
    );
    let before = db.text(ALL).await;
    let told = done(&db, &steps, &by(&["--dry-run"])).await;
    assert!(told.starts_with("open qng.scds Sở Chuyển đổi số\nmerge qng.skhcn, qng.stc into qng.scds\n"), "{told}");
    assert!(told.contains(" directives pass on: ") && told.contains("3 steps: 1 merge, 1 open, 1 rename; "), "{told}");
    assert_eq!(db.text(ALL).await, before);
    let nobody = refused(&db, &steps, &by(&[])).await;
    assert!(nobody.contains("say --yes to do it"), "{nobody}");
    assert_eq!(done(&db, &steps, &by(&["--yes"])).await, "3 steps done\n");
    assert_eq!(
        db.text("SELECT string_agg(code, ' ' ORDER BY code) FROM agency WHERE closed_on = '2026-01-10'").await,
        "qng.skhcn qng.stc"
    );
    let trail = "SELECT concat_ws(' ', actor_kind, action, noun, after ? 'reorganisation') FROM audit_entry ORDER BY id DESC LIMIT 1";
    assert_eq!(db.text(trail).await, "OPERATOR MANAGE_AGENCIES document t");
    let after = db.text(ALL).await;
    for more in [&["--yes"][..], &["--dry-run"]] {
        assert_eq!(done(&db, &steps, &by(more)).await, "this file was done already: nothing is left to do\n");
    }
    assert_eq!(db.text(ALL).await, after);
}

#[tokio::test]
async fn what_is_wrong_is_told_by_its_line_and_nothing_is_done() {
    let db = TestDb::demo().await;
    let before = db.text(ALL).await;
    let heading = "step,agency,name_vi,kind,parent,successors\n";
    let opens = "open,qng.scds,Sở Chuyển đổi số,DEPARTMENT,qng.ubnd,\n";
    for (line, told) in [
        ("close,qng.stc,,,,\n", "line 3: successor: Still open, and nobody takes it over: "),
        ("merge,qng.stc,,,,khong.co\n", "line 3: successor: Not found"),
        ("open,qng.stc,Sở Tài chính,DEPARTMENT,qng.ubnd,\n", "line 3: code: Already taken"),
        ("open,qng.moi,Sở Mới,MINISTERIUM,qng.ubnd,\n", "line 3: "),
        ("fold,qng.stc,,,,\n", "line 3: no step fold; there are open, "),
        ("move,qng.ioc,,,,\n", "line 3: "),
    ] {
        let steps = file(&[heading, opens, line].concat());
        let error = refused(&db, &steps, &by(&["--yes"])).await;
        assert!(error.contains(told), "{line}: {error}");
    }
    let json = json!({ "on": "2026-01-10", "document": "khong-co", "steps": [{ "close": { "agency": "qng.stc", "successor": "qng.snv" } }] });
    let error = refused(&db, &file(&json.to_string()), &["--yes"]).await;
    assert!(error.contains("document: Not found"), "{error}");
    let error = refused(&db, &file(&[heading, opens].concat()), &["--yes"]).await;
    assert!(error.contains("say --on and --document"), "{error}");
    assert_eq!(db.text(ALL).await, before);
}
