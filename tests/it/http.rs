//! GraphQL over HTTP, on a real socket. The rules one by one are tested beside the handler.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use api::{
    clock::Clock,
    server::{Running, Server},
};
use tests::{TestDb, server::config};

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
    let output = Command::new("node").arg("audit.mjs").arg(url).current_dir(installed()).output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    let trouble = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}{trouble}");
}

fn installed() -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("audit");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("audit");
    let lock = "package-lock.json";
    let is_current = fs::read(target.join("node_modules/.installed")).ok() == fs::read(source.join(lock)).ok();
    fs::create_dir_all(&target).unwrap();
    for file in ["audit.mjs", "package.json", lock] {
        fs::copy(source.join(file), target.join(file)).unwrap();
    }
    if !is_current {
        let npm = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        let output = Command::new("npm").args(npm).current_dir(&target).output().unwrap();
        assert!(output.status.success(), "npm ci: {}", String::from_utf8_lossy(&output.stderr));
        fs::copy(source.join(lock), target.join("node_modules/.installed")).unwrap();
    }
    target
}
