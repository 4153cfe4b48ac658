//! A mail server that refuses, puts off and hangs up, and what sends to it.

use api::{
    config::{MailConfig, SmtpServer, SmtpTls},
    mail::{self, Mailer},
};
use chrono::TimeDelta;
use schema::clock::Clock;
use serde_json::Value;
use tests::{TestDb, demo, npm::Counterpart};

/// A mail server, as `tests/smtp` starts it. Needs node and npm.
pub(crate) struct Post(Counterpart);

impl Post {
    pub(crate) async fn open() -> Self {
        Self(Counterpart::open(env!("CARGO_TARGET_TMPDIR"), "tests/smtp").await)
    }

    pub(crate) fn mailer(&self) -> Mailer {
        mailer(&self.0.address)
    }

    /// Its host and port.
    pub(crate) fn url(&self) -> &str {
        &self.0.address
    }

    /// The next mail that it was given.
    pub(crate) async fn next(&mut self) -> Value {
        self.0.next().await
    }

    /// All mails that it was given besides; it ends.
    pub(crate) async fn rest(self) -> Vec<Value> {
        self.0.rest().await
    }

    /// That it was given no other one.
    pub(crate) async fn has_no_more(self) {
        assert_eq!(self.rest().await, Vec::<Value>::new());
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
