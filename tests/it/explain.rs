//! `cotmoc explain`: by which statements a query is answered.

use tests::{TestDb, demo, process::command};
use tokio::io::AsyncWriteExt as _;

const PROGRAM: &str = env!("CARGO_BIN_EXE_cotmoc_process");

/// Gives it a document, and answers the exit code and all that was said.
async fn explain(db: &TestDb, document: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let (url, clock) = (db.url().await, demo::now().to_rfc3339());
    let arguments = [&["explain", "-"], arguments].concat();
    let environment = [("DATABASE_URL", &*url), ("HOME", "/"), ("COTMOC_CLOCK", &*clock)];
    let mut command = command(PROGRAM, &arguments, &environment);
    command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut running = command.spawn().unwrap();
    running.stdin.take().unwrap().write_all(document.as_bytes()).await.unwrap();
    let output = running.wait_with_output().await.unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap())
}

#[tokio::test]
async fn each_statement_is_told_with_its_plan() {
    let db = TestDb::demo().await;
    let document = "query Dashboard($first: Int!) { indicators(first: $first) { nodes { code lead { name } targets(first: 2) { nodes { value } } } } }";
    let (code, said) = explain(&db, document, &["--variables", "{\"first\": 7}"]).await;
    assert_eq!(code, Some(0), "{said}");
    // The indicators, then at once their leads and targets.
    assert!(said.contains("3 statements"), "{said}");
    assert!(said.contains("ById<Agency> for "), "{said}");
    // One more tells whether there is another page.
    assert!(said.contains("1. the request itself: ") && said.contains(", 8 rows\n"), "{said}");
    assert_eq!(said.matches("Execution Time:").count(), 3, "{said}");
    assert!(said.contains("FROM \"indicator\"") || said.contains("FROM indicator"), "{said}");

    let (code, said) = explain(&db, document, &["--variables", "{\"first\": 7}", "--short"]).await;
    assert!(code == Some(0) && said.contains("3 statements") && !said.contains("Execution Time"), "{said}");
}

#[tokio::test]
async fn it_reads_with_the_eyes_of_whom_it_is_told_and_writes_nothing() {
    let db = TestDb::demo().await;
    let trail = "{ auditTrail(first: 1) { nodes { action } } }";
    let (code, said) = explain(&db, trail, &["--lang", "en"]).await;
    assert!(code == Some(1) && said.contains("error at auditTrail: Sign in first"), "{said}");
    assert!(said.contains("0 statements") && said.contains("the answer has errors: 1"), "{said}");
    let (code, said) = explain(&db, trail, &["--role", "inspector"]).await;
    assert!(code == Some(0) && said.contains("audit_entry"), "{said}");

    for (document, arguments, why) in [
        ("mutation { signOut { userErrors { code } } }", &[][..], "only queries are explained"),
        ("{ nothing }", &[], "nothing"),
        ("{ indicators(first: 1) { nodes { code } } }", &["--variables", "{"], "--variables is no JSON"),
        ("{ indicators(first: 1) { nodes { code } } }", &["--variables", "[1]"], "--variables is no object"),
        ("{ indicators(first: 1) { nodes { code } } }", &["--role", "vua"], "there is no role vua"),
        ("{ indicators(first: 1) { nodes { code } } }", &["--as", "không.có"], "there is no active account không.có"),
    ] {
        let (code, said) = explain(&db, document, arguments).await;
        assert!(code == Some(1) && said.contains(why), "{document}: {said}");
    }
    assert_eq!(db.text("SELECT count(*) FROM audit_entry").await, "0");
}
