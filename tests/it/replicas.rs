//! Queries are answered by standbys, and never as it was before something that was acknowledged when they came.

use std::{fs, path::Path, process::Command};

use api::{
    config::settings::{ANSWER_CACHE, REPLICA_URLS},
    server::{Running, Server},
};
use db::{
    connection::{ConnectionSettings, SessionLimits},
    demo,
    embedded::{DATABASE, Embedded, EmbeddedConfig, program},
    migrate,
    replica::Reads,
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, User, chown, geteuid},
};
use reqwest::Client;
use schema::clock::Clock;
use serde_json::{Value, json};
use tests::{server::config, sql};

use crate::outages::{DEADLINE, place, within};

async fn embedded(data: &Path) -> Embedded {
    Embedded::start(EmbeddedConfig { durable: false, ..EmbeddedConfig::new(data) }).await.unwrap()
}

/// A standby of a server, in a directory of its own.
async fn standby(primary: &Path, data: &Path) -> Embedded {
    let copy = data.join("postgres");
    let mut backup = program("pg_basebackup", None).unwrap();
    backup.args(["-U", "postgres", "-c", "fast", "-X", "stream", "-R"]);
    run(backup.arg("-h").arg(primary.join("postgres")).arg("-D").arg(&copy));
    let _ = fs::remove_file(copy.join("postmaster.pid"));
    if geteuid().is_root() {
        let postgres = User::from_name("postgres").unwrap().unwrap();
        chown(&copy, Some(postgres.uid), Some(postgres.gid)).unwrap();
        run(Command::new("chown").arg("-R").arg("postgres:").arg(&copy));
    }
    embedded(data).await
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn owner(embedded: &Embedded) -> ConnectionSettings {
    embedded.connection(DATABASE, SessionLimits::default()).unwrap()
}

async fn execute(embedded: &Embedded, statements: &str) {
    sql::execute(&mut owner(embedded).connect().await.unwrap(), statements).await.unwrap();
}

async fn ask(node: &Running, query: &str, variables: &Value) -> Value {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let request =
        Client::new().post(format!("http://{}/graphql", node.addr)).header("content-type", "application/json");
    let answer = request.body(body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

/// Changes a name, and reads it as soon as that is acknowledged.
async fn change_and_read(primary: &Embedded, node: &Running, name: &str) {
    let change = format!("UPDATE agency SET name_vi = '{name}' WHERE code = 'qng.skhcn'");
    execute(primary, &change).await;
    let answer = ask(node, "{ agency(code: \"qng.skhcn\") { name } }", &Value::Null).await;
    assert_eq!(answer, json!({ "data": { "agency": { "name": name } }, "extensions": answer["extensions"] }));
}

fn reads(node: &Running) -> Reads {
    node.database().pool().reads().unwrap()
}

/// Waits until queries are answered by the standby again.
async fn until_by_replica(node: &Running) {
    let before = reads(node).by_replicas;
    let again = async || {
        ask(node, "{ agency(code: \"qng.skhcn\") { code } }", &Value::Null).await;
        reads(node).by_replicas > before
    };
    within(DEADLINE, "a query that the standby answers", again).await;
}

#[tokio::test]
async fn a_standby_answers_what_has_reached_it_and_the_database_all_else() {
    let (_primary_dir, primary_data) = place();
    let (_standby_dir, standby_data) = place();
    for data in [&primary_data, &standby_data] {
        fs::create_dir(data).unwrap();
    }
    let primary = embedded(&primary_data).await;
    migrate::run(&owner(&primary)).await.unwrap();
    demo::load(&owner(&primary), tests::demo::options(), |_| {}).await.unwrap();
    let standby = standby(&primary_data, &standby_data).await;
    let (url, replica) = (primary.url(DATABASE), standby.url(DATABASE));
    let given = [(REPLICA_URLS, replica.as_str()), (ANSWER_CACHE, "off")];
    let node = Server::start(config(&url, &given), Clock::Fixed(tests::demo::now())).await.unwrap();

    for number in 0..50 {
        change_and_read(&primary, &node, &format!("Sở Khoa học và Công nghệ, lần {number}")).await;
    }
    let Reads { by_replicas, .. } = reads(&node);
    assert!(by_replicas > 0, "the standby has answered some");

    // A standby changes nothing, and whatever a query does it can do there.
    let queries = api::explorer::examples().iter().filter(|example| example.login.is_none());
    let queries = queries.filter(|example| example.query.trim_start().starts_with("query"));
    for example in queries {
        let variables = example.variables.clone().map_or(Value::Null, Value::Object);
        let answer = ask(&node, &example.query, &variables).await;
        assert!(answer["errors"].is_null(), "{}: {answer}", example.query);
    }
    assert!(reads(&node).by_replicas > by_replicas);
    let log = fs::read_to_string(standby.log_file()).unwrap();
    assert!(!log.contains("ERROR"), "{log}");

    // It lags: what it has not replayed yet is not missed.
    execute(&standby, "SELECT pg_wal_replay_pause()").await;
    let Reads { by_primary, .. } = reads(&node);
    for number in 0..10 {
        change_and_read(&primary, &node, &format!("Sở không chờ, lần {number}")).await;
    }
    assert_eq!(reads(&node).by_primary, by_primary + 10);
    execute(&standby, "SELECT pg_wal_replay_resume()").await;
    until_by_replica(&node).await;

    // It dies.
    kill(Pid::from_raw(standby.pid().unwrap()), Signal::SIGKILL).unwrap();
    for number in 0..10 {
        change_and_read(&primary, &node, &format!("Sở còn lại, lần {number}")).await;
    }
    node.stop().await.unwrap();
    drop(standby);
    primary.stop().await.unwrap();
}
