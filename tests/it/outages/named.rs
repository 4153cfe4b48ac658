//! A PostgreSQL of the operator's own, that `DATABASE_URL` names.

use std::path::{Path, PathBuf};

use api::{config::settings, server::Server};
use reqwest::Client;
use schema::clock::Clock;
use serde_json::json;
use tests::TestDb;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
    time::timeout,
};

use super::{DEADLINE, does, serves, within};

/// A PostgreSQL that starts or recovers: it takes no connection, and says so.
struct Recovering {
    url: String,
    recovers: watch::Sender<bool>,
    refused: watch::Receiver<usize>,
}

impl Recovering {
    /// Before a real one: connections are passed on to that socket, unless it recovers; then those there are end as well.
    async fn before(socket: PathBuf, database: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("postgres://postgres@{}/{database}?sslmode=disable", listener.local_addr().unwrap());
        let (recovers, told) = watch::channel(true);
        let (count, refused) = watch::channel(0);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (told, count, socket) = (told.clone(), count.clone(), socket.clone());
                tokio::spawn(pass(client, socket, told, count));
            }
        });
        Self { url, recovers, refused }
    }
}

async fn pass(
    mut client: TcpStream,
    socket: PathBuf,
    mut recovers: watch::Receiver<bool>,
    refused: watch::Sender<usize>,
) {
    if *recovers.borrow_and_update() {
        let mut first = [0; 1024];
        let _ = client.read(&mut first).await;
        let said = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0";
        let length = u32::try_from(said.len() + 4).unwrap().to_be_bytes();
        let _ = client.write_all(&[b"E", length.as_slice(), said].concat()).await;
        refused.send_modify(|count| *count += 1);
        return;
    }
    let mut server = UnixStream::connect(socket).await.unwrap();
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
        _ = recovers.changed() => {}
    }
}

#[tokio::test]
async fn a_named_postgresql_that_recovers_is_waited_for_at_the_start_and_later() {
    let database = TestDb::new().await;
    let directory = database.text("SELECT current_setting('unix_socket_directories')").await;
    let name = database.text("SELECT current_database()").await;
    let mut postgres = Recovering::before(Path::new(&directory).join(".s.PGSQL.5432"), &name).await;
    let config = tests::server::config(&postgres.url, &[(settings::POOL_WAIT, "200ms")]);
    let starting = tokio::spawn(Server::start(config, Clock::Fixed(tests::demo::now())));
    postgres.refused.wait_for(|count| *count > 2).await.unwrap();
    assert!(!starting.is_finished());
    postgres.recovers.send_replace(false);
    let running = timeout(DEADLINE, starting).await.unwrap().unwrap().unwrap();

    let client = Client::new();
    let ready = async || client.get(format!("http://{}/readyz", running.addr)).send().await.unwrap().status();
    let serves = async || serves(&client, running.addr).await;
    assert!(serves().await);
    assert_eq!(ready().await, 200);
    postgres.recovers.send_replace(true);
    within(DEADLINE, "an answer to come again", async || !serves().await).await;
    assert_eq!(ready().await, 503);
    postgres.recovers.send_replace(false);
    within(DEADLINE, "service", serves).await;
    assert_eq!(ready().await, 200);

    // As a standby, or one that somebody protects: it is read, but takes no changes.
    database.execute(&format!("ALTER DATABASE \"{name}\" SET default_transaction_read_only = on")).await;
    postgres.recovers.send_replace(true);
    within(DEADLINE, "an answer to come again", async || !serves().await).await;
    postgres.recovers.send_replace(false);
    within(DEADLINE, "reading", serves).await;
    assert_eq!(ready().await, 503);
    let sign_in =
        "mutation { signIn(input: { login: \"ai.do\", password: \"mật khẩu nào đó\" }) { userErrors { code } } }";
    let request = client.post(format!("http://{}/graphql", running.addr));
    assert!(!does(request, &json!({ "query": sign_in })).await);
    running.stop().await.unwrap();
}
