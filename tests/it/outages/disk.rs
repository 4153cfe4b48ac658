//! A disk without room, and one that is read-only.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use db::{
    connection::SessionLimits,
    demo::accounts::PASSWORD,
    embedded::{DATABASE, Embedded, EmbeddedConfig},
};
use futures_util::future::join_all;
use nix::sys::signal::{Signal, kill};
use reqwest::Client;
use serde_json::json;
use tests::sql;
use tokio::sync::watch;
use uuid::Uuid;

use super::{DEADLINE, Installation, does, give, place, within};
use crate::faults::Tireless;

/// A file system of its own in memory, of any size.
struct Disk(PathBuf);

impl Disk {
    /// None where nobody may mount.
    fn mount(at: &Path) -> Option<Self> {
        let disk = Self(at.to_owned());
        run("mount", &["-t", "tmpfs", "-o", "size=2g,mode=700", "tmpfs", at.to_str()?]).then_some(disk)
    }

    fn remount(&self, option: &str) -> bool {
        run("mount", &["-o", &format!("remount,{option}"), self.0.to_str().unwrap()])
    }

    /// Leaves no room. Others may be writing: what is used grows between the look and the deed.
    async fn fill(&self) {
        within(DEADLINE, "a full disk", async || {
            let about = nix::sys::statvfs::statvfs(&self.0).unwrap();
            let used = (about.blocks() - about.blocks_available()) * about.fragment_size();
            self.remount(&format!("size={used}"))
        })
        .await;
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run("umount", &["--lazy", self.0.to_str().unwrap()]);
    }
}

fn run(program: &str, arguments: &[&str]) -> bool {
    std::process::Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

const WRITERS: usize = 4;
const CREATE: &str = "mutation ($word: String!, $key: UUID!) {
    it: createAccount(input: { login: $word, fullName: \"Người ghi\", agency: \"qng.skhcn\" }, idempotencyKey: $key) {
        done: account { id } userErrors { code field } } }";

/// Whatever was acknowledged while the disk was full, and while it was read-only, is there once; what was not, says to come again.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_and_a_read_only_one_lose_nothing_and_are_survived() {
    let (_dir, data) = place();
    Embedded::start(EmbeddedConfig { durable: false, ..EmbeddedConfig::new(&data) })
        .await
        .unwrap()
        .stop()
        .await
        .unwrap();
    let (cluster, moved) = (data.join("postgres"), data.join("moved"));
    fs::rename(&cluster, &moved).unwrap();
    fs::create_dir(&cluster).unwrap();
    let Some(disk) = Disk::mount(&cluster) else {
        println!("SKIPPED: this user may not mount a file system, so no disk is full");
        return;
    };
    give(&cluster, &moved);
    assert!(run("cp", &["-a", &format!("{}/.", moved.display()), cluster.to_str().unwrap()]));

    let installation = Installation::at(&data, &["serve", "--demo"]).await;
    let address = watch::Sender::new(installation.address);
    let nobody = Tireless { client: Client::new(), address: address.subscribe(), token: None };
    let sign_in = "mutation ($password: String!) {
        it: signIn(input: { login: \"quan.tri\", password: $password }) { tokens { accessToken } } }";
    let (signed_in, _) = nobody.ask(sign_in, &json!({ "password": PASSWORD })).await;
    let client = Tireless { token: signed_in["tokens"]["accessToken"].as_str().map(str::to_owned), ..nobody };

    let written = watch::Sender::new(0);
    let (stop, stopped) = watch::channel(false);
    let writers = (0..WRITERS).map(|writer| {
        let (client, written, stopped) = (client.clone(), written.clone(), stopped.clone());
        tokio::spawn(async move {
            let mut words = Vec::new();
            while !*stopped.borrow() {
                let word = format!("ghi.{writer}.{}", words.len());
                let key = Uuid::new_v5(&Uuid::NAMESPACE_OID, word.as_bytes());
                // It panics at any code but those that say to come again.
                let (answer, _) = client.ask(CREATE, &json!({ "word": word, "key": key })).await;
                assert!(answer["userErrors"] == json!([]) && answer["done"]["id"].is_string(), "{word}: {answer}");
                words.push(word);
                written.send_modify(|count| *count += 1);
            }
            words
        })
    });
    let writers: Vec<_> = writers.collect();
    let goes_on = async || {
        let goal = *written.borrow() + 2 * WRITERS;
        within(DEADLINE, "changes", async || *written.borrow() >= goal).await;
    };

    goes_on().await;
    disk.fill().await;
    installation.tells("its disk is full: make room").await;
    let token = client.token.as_deref().unwrap();
    within(DEADLINE, "a change that finds no room", async || {
        let url = format!("http://{}/graphql", installation.address);
        let variables = json!({ "word": "ghi.0.0", "key": Uuid::new_v4() });
        !does(client.client.post(url).bearer_auth(token), &json!({ "query": CREATE, "variables": variables })).await
    })
    .await;
    // Whether a new one can start without room depends on what it has to write.
    let dead = installation.kill();
    within(DEADLINE, "its end", async || installation.postgres() != Some(dead)).await;
    installation.tells("its disk is full: make room").await;
    assert!(disk.remount("size=2g"));
    installation.returns().await;
    goes_on().await;

    // A disk that is being written to does not become read-only in order.
    within(DEADLINE, "a read-only disk", async || {
        if let Some(pid) = installation.postgres() {
            let _ = kill(pid, Signal::SIGKILL);
        }
        disk.remount("ro")
    })
    .await;
    installation.tells("its disk is read-only").await;
    assert!(!installation.serves().await);
    assert!(disk.remount("rw"));
    installation.returns().await;
    goes_on().await;

    stop.send_replace(true);
    let acknowledged: BTreeSet<String> = join_all(writers).await.into_iter().flat_map(Result::unwrap).collect();
    let guest = Embedded::start_or_join(EmbeddedConfig::new(&data)).await.unwrap();
    let mut connection = guest.connection(DATABASE, SessionLimits::default()).unwrap().connect().await.unwrap();
    let there = "SELECT string_agg(login || ' ' || told, ',') FROM (SELECT login, count(change.id) AS told
        FROM account LEFT JOIN change ON object_id = account.id WHERE login LIKE 'ghi.%' GROUP BY login) AS found";
    let there = sql::text(&mut connection, there).await.unwrap();
    let there: Vec<&str> = there.split(',').collect();
    assert_eq!(there.len(), acknowledged.len(), "nothing is doubled, nothing half written");
    for login in acknowledged {
        assert!(there.contains(&format!("{login} 1").as_str()), "{login} was acknowledged");
    }
    drop(installation);
}
