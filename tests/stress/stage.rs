//! What is attacked: an embedded PostgreSQL, the server beside it, and the people who use it.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use db::{
    connection::{ConnectionSettings, SessionLimits},
    demo::accounts::PASSWORD,
    embedded::{Embedded, EmbeddedConfig},
};
use diesel_async::AsyncPgConnection;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{
    load::{Client, post},
    program::{self, Result, Server},
    sql,
};
use tokio::time::{Instant, sleep};

const NO_LIMITS: SessionLimits =
    SessionLimits { statement: Duration::ZERO, lock: Duration::ZERO, idle_in_transaction: Duration::ZERO };

/// Statements of clients that PostgreSQL works on, without this one.
const ACTIVE: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE state = 'active' AND backend_type = 'client backend' AND pid <> pg_backend_pid()";

/// PostgreSQL in a directory that is gone with it.
pub struct Database {
    embedded: Embedded,
    settings: ConnectionSettings,
    directory: TempDir,
}

impl Database {
    async fn open() -> Result<Self> {
        let directory = TempDir::new()?;
        let embedded = Embedded::start(EmbeddedConfig::new(directory.path().join("data"))).await?;
        embedded.create_database("stress").await?;
        let settings = embedded.connection("stress", NO_LIMITS)?;
        Ok(Self { embedded, settings, directory })
    }

    async fn connect(&self) -> Result<AsyncPgConnection> {
        Ok(self.settings.connect().await?)
    }

    /// How to connect past the server.
    pub const fn settings(&self) -> &ConnectionSettings {
        &self.settings
    }

    /// The version of PostgreSQL.
    pub async fn version(&self) -> Result<String> {
        Ok(sql::text(&mut self.connect().await?, "SELECT current_setting('server_version')").await?)
    }

    /// How long it takes until nothing is worked on any more, at most this long.
    pub async fn settle(&self, most: Duration) -> Result<Duration> {
        let (begin, mut connection) = (Instant::now(), self.connect().await?);
        while active(&mut connection).await? > 0 && begin.elapsed() < most {
            sleep(Duration::from_millis(100)).await;
        }
        let settled = begin.elapsed();
        // The server has a moment to see what it has lost.
        sleep(Duration::from_secs(1)).await;
        Ok(settled)
    }
}

/// How many statements of clients are worked on.
pub async fn active(connection: &mut AsyncPgConnection) -> Result<usize> {
    Ok(sql::text(connection, ACTIVE).await?.parse()?)
}

/// All that is attacked.
pub struct Stage {
    pub database: Database,
    pub server: Server,
}

impl Stage {
    /// Starts everything, with the demo province in it and an account for everybody who signs in.
    pub async fn open() -> Result<Self> {
        let database = Database::open().await?;
        let url = database.embedded.url("stress");
        let more = ["--demo", "--trusted-proxies", "127.0.0.1"];
        let server = Server::start(&program::program()?, &url, database.directory.path(), &more, &[]).await?;
        sql::execute(&mut database.connect().await?, include_str!("people.sql")).await?;
        sql::execute(&mut database.connect().await?, "VACUUM (ANALYZE)").await?;
        Ok(Self { database, server })
    }

    /// Where the server listens.
    pub const fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// Stops PostgreSQL.
    pub async fn close(self) -> Result<()> {
        drop(self.server);
        Ok(self.database.embedded.stop().await?)
    }

    /// Signs everybody in.
    pub async fn people(&self) -> Result<People> {
        let today = sql::text(&mut self.database.connect().await?, "SELECT current_date").await?;
        let drafts = (0..SIGNED_IN).map(|_| Arc::default()).collect();
        let mut people = People { to: self.address(), today, tokens: Vec::new(), drafts, since: Instant::now() };
        people.sign_in().await?;
        Ok(people)
    }
}

/// How many of the users are of the public.
pub const PUBLIC: usize = 60;

/// How many are signed in; a quarter each report, lead their agency, lead the province and inspect.
pub const SIGNED_IN: usize = 40;

/// An account beside theirs, which may see everything.
const ATTACKER: usize = SIGNED_IN + 1;

/// After this long everybody signs in again: an access token holds for ten minutes.
const RENEWED_AFTER: Duration = Duration::from_secs(300);

/// What a reporter has drafted.
#[derive(Debug, Default)]
pub struct Draft {
    /// The version of the draft that stands.
    pub version: Option<u32>,
    /// The body that was sent and not answered yet: it is sent again under its key.
    pub pending: Option<String>,
}

/// Who uses the server.
pub struct People {
    pub to: SocketAddr,
    /// The day, as PostgreSQL has it.
    pub today: String,
    tokens: Vec<String>,
    /// Of each who is signed in.
    pub drafts: Vec<Arc<Mutex<Draft>>>,
    since: Instant,
}

impl People {
    /// The access token of somebody who is signed in, counted from zero.
    pub fn token(&self, number: usize) -> Option<&str> {
        self.tokens.get(number).map(String::as_str)
    }

    /// The access token of the account that attacks.
    pub fn attacker(&self) -> &str {
        self.tokens.last().map_or("", String::as_str)
    }

    /// Signs everybody in again if it is long ago.
    pub async fn renew(&mut self, stage: &Stage) -> Result<()> {
        if self.since.elapsed() > RENEWED_AFTER {
            self.to = stage.address();
            self.sign_in().await?;
        }
        Ok(())
    }

    async fn sign_in(&mut self) -> Result<()> {
        (self.tokens, self.since) = (Vec::new(), Instant::now());
        for number in 1..=ATTACKER {
            let query = "mutation ($input: SignInInput!) { signIn(input: $input) { tokens { accessToken } userErrors { code } } }";
            let input = json!({ "login": format!("stress.{number}"), "password": PASSWORD });
            let body = json!({ "query": query, "variables": { "input": input } }).to_string();
            let headers = [("accept", "application/json"), ("x-forwarded-for", &*address(PUBLIC + number))];
            let request = post(self.to, "/graphql", &headers, &body);
            let mut client = Client::connect(self.to).await?;
            let answer: Value = serde_json::from_slice(client.ask(&request).await?.body)?;
            let token = answer.pointer("/data/signIn/tokens/accessToken").and_then(Value::as_str);
            self.tokens.push(token.ok_or_else(|| format!("stress.{number} cannot sign in: {answer}"))?.to_owned());
        }
        Ok(())
    }
}

/// The address of a user, as the proxy tells it.
pub fn address(number: usize) -> String {
    format!("198.51.100.{number}")
}
