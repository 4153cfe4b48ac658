//! The kit for TypeScript: its types and documents are those of the schema, and it does what its guide says, in Node.js and in a browser.

use std::path::Path;

use tests::{
    TestDb,
    npm::{browser, installed, run},
    server::Node,
};

const TEMPORARY: &str = env!("CARGO_TARGET_TMPDIR");

#[tokio::test(flavor = "multi_thread")]
async fn its_types_hold_its_documents_are_current_and_it_is_small() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/schema.graphql").canonicalize().unwrap();
    let environment = vec![("COTMOC_SCHEMA", schema.to_str().unwrap().to_owned())];
    run(TEMPORARY, "clients/typescript", "npm", vec!["run".to_owned(), "check".to_owned()], environment).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_does_in_node_what_its_guide_says() {
    let db = TestDb::demo_with_accounts().await;
    let node = Node::of_demo(&db).await;
    run(TEMPORARY, "clients/typescript", "npm", vec!["test".to_owned()], vec![("COTMOC_URL", node.url(""))]).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_does_in_a_browser_what_its_guide_says() {
    let Some(browser) = browser() else { return };
    // The story bundles the kit from its folder.
    let kit = tokio::task::spawn_blocking(|| installed(TEMPORARY, "clients/typescript")).await.unwrap();
    let db = TestDb::demo_with_accounts().await;
    let node = Node::of_demo(&db).await;
    let arguments = vec!["app/kit.mjs".to_owned(), node.url(""), browser, kit.to_str().unwrap().to_owned()];
    run(TEMPORARY, "tests/browser", "node", arguments, Vec::new()).await;
    node.stop().await;
}
