//! A mail server that refuses, puts off and hangs up, and what sends to it.

use std::process::Stdio;

use api::{
    config::{MailConfig, SmtpServer, SmtpTls},
    mail::{self, Mailer},
};
use chrono::TimeDelta;
use schema::clock::Clock;
use serde_json::Value;
use tests::{TestDb, demo, npm::installed};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    task::spawn_blocking,
};

/// A mail server, as `tests/smtp` starts it. Needs node and npm.
pub(crate) struct Post {
    server: Child,
    told: Lines<BufReader<ChildStdout>>,
    url: String,
}

impl Post {
    pub(crate) async fn open() -> Self {
        let folder = spawn_blocking(|| installed(env!("CARGO_TARGET_TMPDIR"), "smtp")).await.unwrap();
        let mut command = Command::new("node");
        command.arg("server.mjs").current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = command.kill_on_drop(true).spawn().unwrap();
        let mut told = BufReader::new(server.stdout.take().unwrap()).lines();
        let url = format!("127.0.0.1:{}", told.next_line().await.unwrap().unwrap());
        Self { server, told, url }
    }

    pub(crate) fn mailer(&self) -> Mailer {
        mailer(&self.url)
    }

    /// Its host and port.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The next mail that it was given.
    pub(crate) async fn next(&mut self) -> Value {
        serde_json::from_str(&self.told.next_line().await.unwrap().unwrap()).unwrap()
    }

    /// That it was given no other one.
    pub(crate) async fn has_no_more(mut self) {
        self.server.kill().await.unwrap();
        assert_eq!(self.told.next_line().await.unwrap(), None);
    }
}

/// What sends mail to the server at an address.
pub(crate) fn mailer(url: &str) -> Mailer {
    let from = "Cột Mốc <cotmoc@quangngai.gov.vn>".parse().unwrap();
    let (host, port) = url.split_once(':').unwrap();
    let server = SmtpServer { host: host.to_owned(), port: port.parse().unwrap(), tls: SmtpTls::None, login: None };
    Mailer::new(&MailConfig { server, from }, Some("https://cotmoc.quangngai.gov.vn".to_owned()))
}

/// What somebody copies from a mail.
pub(crate) fn code_of(mail: &Value) -> String {
    let text = mail["text"].as_str().unwrap();
    text.lines().find_map(|line| line.strip_prefix("    ")).unwrap_or_else(|| panic!("no code in {text}")).to_owned()
}

/// Sends what is due so long after the demo's morning, until nothing is.
pub(crate) async fn send(db: &TestDb, mailer: &Mailer, later: TimeDelta) {
    while mail::send_one(mailer, &db.pool, Clock::Fixed(demo::now() + later)).await.unwrap() {}
}
