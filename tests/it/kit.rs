//! The kit for TypeScript: its types and documents are those of the schema, and it does what its guide says, in Node.js and in a browser.

use std::{path::Path, process::Command};

use api::config::settings;
use schema::clock::Clock;
use tests::{
    TestDb, demo,
    npm::{browser, installed},
    server::Node,
};

/// Runs a program in a folder of the repository's clients or tests, to its end.
async fn run(
    folder: &'static str,
    program: &'static str,
    arguments: Vec<String>,
    environment: Vec<(&'static str, String)>,
) {
    let run = move || {
        let folder = installed(env!("CARGO_TARGET_TMPDIR"), folder);
        Command::new(program).args(arguments).envs(environment).current_dir(folder).output().unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    assert!(output.status.success(), "{said}");
}

async fn node(db: &TestDb) -> Node {
    let given = [(settings::SIGN_INS_PER_MINUTE, "10000")];
    Node::of_demo(db, Clock::Fixed(demo::now()), &given).await
}

#[tokio::test(flavor = "multi_thread")]
async fn its_types_hold_its_documents_are_current_and_it_is_small() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/schema.graphql").canonicalize().unwrap();
    let environment = vec![("COTMOC_SCHEMA", schema.to_str().unwrap().to_owned())];
    run("clients/typescript", "npm", vec!["run".to_owned(), "check".to_owned()], environment).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_does_in_node_what_its_guide_says() {
    let db = TestDb::demo_with_accounts().await;
    let node = node(&db).await;
    run("clients/typescript", "npm", vec!["test".to_owned()], vec![("COTMOC_URL", node.url(""))]).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_does_in_a_browser_what_its_guide_says() {
    let Some(browser) = browser() else { return };
    // The story bundles the kit from its folder.
    let kit =
        tokio::task::spawn_blocking(|| installed(env!("CARGO_TARGET_TMPDIR"), "clients/typescript")).await.unwrap();
    let db = TestDb::demo_with_accounts().await;
    let node = node(&db).await;
    let arguments = vec!["app/kit.mjs".to_owned(), node.url(""), browser, kit.to_str().unwrap().to_owned()];
    run("tests/browser", "node", arguments, Vec::new()).await;
    node.stop().await;
}
