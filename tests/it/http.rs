//! GraphQL over HTTP, on a real socket. The rules one by one are tested beside the handler.

use std::process::Command;

use api::server::{Running, Server};
use schema::clock::Clock;
use tests::{TestDb, npm::installed, server::config};

async fn server(db: &TestDb) -> Running {
    Server::start(config(&db.url().await, &[]), Clock::System).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_audit_passes_without_a_warning() {
    let db = TestDb::new().await;
    let server = server(&db).await;
    let url = format!("http://{}/graphql", server.addr);
    tokio::task::spawn_blocking(move || audit(&url)).await.unwrap();
    server.stop().await.unwrap();
}

/// Runs the public audit (npm package `graphql-http`, as `tests/audit` pins it) against an endpoint and panics with its report unless every rule is kept, the recommended ones
/// too. Needs node and npm; the packages are fetched once, into the target folder.
fn audit(url: &str) {
    let folder = installed(env!("CARGO_TARGET_TMPDIR"), "tests/audit");
    let output = Command::new("node").arg("audit.mjs").arg(url).current_dir(folder).output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    let trouble = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}{trouble}");
}
