//! `cotmoc doctor`: would `serve` work here, and what is to be done if not. It looks for whatever `serve` would refuse, and makes
//! nothing: no file, no database, no key.

use std::{path::Path, time::Duration};

use auth::{Scope, seal::Sealer};
use chrono::{DateTime, Utc};
use db::{
    Date, Reader,
    connection::ConnectionSettings,
    demo::accounts,
    embedded,
    pool::PoolSettings,
    replica,
    reporting::calendar::{CalendarYear, needed_years},
    signing_key, trusted_document,
    vitals::{self, OLDEST, Vitals},
    wall::{self, LoginRights},
};
use schema::clock::Clock;

use nix::unistd::{AccessFlags, access};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::output;
use crate::{
    config::{Config, Sources, StorageConfig, secret},
    database::{Database, MIGHTY, Sharing, join},
    files::attachments::Store,
    mail::Mailer,
    server::{Server, ServerError},
};

/// Clocks further apart than this make deadlines and tokens fail.
const CLOCK_TOLERANCE_SECONDS: i64 = 5;

/// What one look found.
enum Finding {
    Good(String),
    /// Works, but somebody should know.
    Note(String),
    /// Does not work: what is wrong, and what to do.
    Bad(String, String),
}

use Finding::{Bad, Good, Note};

/// Looks at everything and says what it finds; true if `serve` would work.
pub async fn doctor(sources: &Sources, config: &Config) -> bool {
    let mut findings = configuration(sources, config);
    findings.push(clock(config));
    findings.push(address(config).await);
    findings.extend(storage(config).await);
    findings.push(mail(config).await);
    let sealer = match secret::found(config) {
        Ok(found) => {
            findings.push(match &found {
                Some(_) => Good("secret: there".to_owned()),
                None => Note("secret: made when serve first starts".to_owned()),
            });
            found
        }
        Err(error) => {
            findings.push(Bad(format!("secret: {error}"), "Without it nobody's session and no key opens.".to_owned()));
            None
        }
    };
    findings.extend(database(config, sealer.as_ref()).await);
    let mut well = true;
    for finding in &findings {
        output::result(&match finding {
            Good(text) => format!("ok    {text}\n"),
            Note(text) => format!("note  {text}\n"),
            Bad(what, remedy) => {
                well = false;
                format!("BAD   {what}\n      {remedy}\n")
            }
        });
    }
    output::result(if well { "All is well.\n" } else { "Not well: see the lines that begin with BAD.\n" });
    well
}

fn configuration(sources: &Sources, config: &Config) -> Vec<Finding> {
    let mut findings = vec![Good("settings: understood (cotmoc settings shows them)".to_owned())];
    for (name, suggestion) in sources.unknown_variables() {
        let hint = suggestion.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
        findings.push(Note(format!("settings: no setting reads the environment variable {name}{hint}")));
    }
    if config.database.url.is_none() || matches!(secret::found(config), Ok(None)) {
        findings.push(data_dir(&config.data_dir));
    }
    findings
}

/// Whether the address can be listened on. A `serve` that runs there already is no fault.
async fn address(config: &Config) -> Finding {
    let address = config.server.listen;
    let Err(error) = Server::bind(config.clone(), config.clock()) else {
        return Good(format!("address: {address} is free"));
    };
    let is_ours = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: doctor\r\nconnection: close\r\n\r\n").await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        answer.contains("alive").then_some(())
    };
    if matches!(timeout(Duration::from_secs(2), is_ours).await, Ok(Some(()))) {
        return Note(format!("address: a server runs at {address}"));
    }
    let remedy = match error {
        ServerError::Listen { reason, .. } => reason,
        other => other.to_string(),
    };
    Bad(format!("address: {address} cannot be listened on"), remedy)
}

fn data_dir(path: &Path) -> Finding {
    folder("data directory", path, "--data-dir")
}

fn folder(what: &str, path: &Path, flag: &str) -> Finding {
    let shown = path.display();
    if !writable(path) {
        return Bad(
            format!("{what}: {shown} cannot be written"),
            format!("Give this user the directory, or choose another place with {flag}."),
        );
    }
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Good(format!("{what}: {shown}")),
        Ok(_) => Bad(
            format!("{what}: {shown} is not a directory"),
            format!("Move that file away, or choose another place with {flag}."),
        ),
        Err(_) => Note(format!("{what}: {shown} is made when it is first needed")),
    }
}

/// Whether attachments can be kept, where they are not in the data directory. A bucket is tried: an object of six bytes is written, read
/// and deleted.
async fn storage(config: &Config) -> Option<Finding> {
    let bucket = match config.files.storage.as_ref()? {
        StorageConfig::Folder(path) => return Some(folder("attachments", path, "--storage")),
        StorageConfig::Bucket(bucket) => bucket,
    };
    let tried = async { Store::open(config)?.check().await };
    Some(match tried.await {
        Ok(()) => Good(format!("attachments: s3://{bucket} takes, gives and deletes")),
        Err(error) => Bad(
            format!("attachments: s3://{bucket} cannot be used: {error}"),
            "See files.storage and the settings files.s3_… (cotmoc settings).".to_owned(),
        ),
    })
}

/// Whether the mail server is there, takes the name and password, and lets us send in our name. Nothing is sent.
async fn mail(config: &Config) -> Finding {
    let Some(mail) = &config.mail else {
        return Note("mail: none is sent; COTMOC_SMTP_URL names the server that takes it".to_owned());
    };
    match Mailer::new(mail, None).check().await {
        Ok(()) => Good(format!("mail: the server takes what {} sends", mail.from)),
        Err(error) => {
            Bad(format!("mail: {error}"), "Are host, port, user, password and tls of COTMOC_SMTP_URL right?".to_owned())
        }
    }
}

/// The nearest directory that is there must let us write: what is missing below it is made.
fn writable(path: &Path) -> bool {
    let there = path.ancestors().find(|place| place.exists()).unwrap_or(Path::new("/"));
    access(there, AccessFlags::W_OK).is_ok()
}

fn clock(config: &Config) -> Finding {
    match config.clock() {
        Clock::System => Good(format!("clock: today is {} in Viet Nam", Clock::System.today())),
        Clock::Fixed(instant) => {
            Note(format!("clock: stopped at {} by COTMOC_CLOCK; not for a server in use", instant.to_rfc3339()))
        }
    }
}

async fn database(config: &Config, sealer: Option<&Sealer>) -> Vec<Finding> {
    // To start it would make it.
    if config.database.url.is_none() && !config.data_dir.join("postgres").exists() {
        return vec![match embedded::program("postgres", config.database.pg_bin_dir.as_deref()) {
            Ok(_) => Note("database: made when serve first starts".to_owned()),
            Err(error) => Bad(format!("database: {error}"), "Or name a server with DATABASE_URL.".to_owned()),
        }];
    }
    let database = match Database::open(config, Sharing::Join).await {
        Ok(database) => database,
        Err(error) => {
            return vec![Bad(format!("database: {error}"), "Mend that, or name another with DATABASE_URL.".to_owned())];
        }
    };
    let findings = match vitals::look(database.pool()).await {
        Ok(vitals) => {
            let mut findings = server(config, &vitals, Clock::System.now());
            let migrated = migrations(&database).await;
            let is_current = matches!(migrated, Good(_));
            findings.push(migrated);
            findings.push(standing(&database).await);
            for replica in database.replicas() {
                findings.push(follows(&database, replica).await);
            }
            if is_current {
                findings.extend(calendar(config, &database).await);
                findings.push(keys(&database, sealer).await);
                findings.push(demo_accounts(&database).await);
                findings.push(documents(config, &database).await);
            }
            findings
        }
        Err(error) => vec![Bad(
            format!("database: {} cannot be used: {error}", config.database.place()),
            "Is it running, and are host, port, user, password and sslmode of DATABASE_URL right?".to_owned(),
        )],
    };
    if let Err(error) = database.close().await {
        tracing::warn!(%error, "the embedded PostgreSQL did not stop in order");
    }
    findings
}

fn server(config: &Config, vitals: &Vitals, now: DateTime<Utc>) -> Vec<Finding> {
    let tls = vitals.tls.as_ref().map_or_else(|| "without TLS".to_owned(), |version| format!("over {version}"));
    let mut findings = vec![Good(format!("database: {} answers, {tls}", config.database.place()))];
    findings.push(if vitals.version_number >= OLDEST {
        Good(format!("database: PostgreSQL {}", vitals.version))
    } else {
        let oldest = OLDEST / 10_000;
        Bad(format!("database: PostgreSQL {} is too old", vitals.version), format!("Use version {oldest} or newer."))
    });
    if !vitals.missing_extensions.is_empty() {
        findings.push(Bad(
            format!("database: extensions not available: {}", vitals.missing_extensions.join(", ")),
            "Install the server's contrib package (on Debian it is part of postgresql-NN).".to_owned(),
        ));
    }
    if !vitals.has_icu {
        findings.push(Bad(
            "database: the server was built without ICU, which sorts Vietnamese".to_owned(),
            "Use a PostgreSQL with ICU, such as the packages of Debian, Red Hat or postgresql.org.".to_owned(),
        ));
    }
    if vitals.encoding != "UTF8" {
        findings.push(Bad(
            format!("database: its encoding is {}, not UTF8", vitals.encoding),
            "Make it anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0".to_owned(),
        ));
    }
    let wanted = PoolSettings { size: config.database.pool_size, ..PoolSettings::default() }.most_connections();
    if i64::from(wanted) >= i64::from(vitals.max_connections) {
        findings.push(Bad(
            format!("database: takes {} connections, the pools want up to {wanted}", vitals.max_connections),
            "Lower COTMOC_POOL_SIZE or raise max_connections.".to_owned(),
        ));
    }
    findings.push(apart(vitals.now, now));
    findings
}

fn apart(theirs: DateTime<Utc>, ours: DateTime<Utc>) -> Finding {
    let seconds = (theirs - ours).num_seconds();
    if seconds.abs() <= CLOCK_TOLERANCE_SECONDS {
        return Good("clock: agrees with the database's".to_owned());
    }
    let (size, direction) = (seconds.abs(), if seconds > 0 { "behind" } else { "ahead of" });
    Bad(
        format!("clock: {size} s {direction} the database's"),
        "Let both machines take their time from the network (NTP).".to_owned(),
    )
}

async fn migrations(database: &Database) -> Finding {
    match database.pending().await {
        Ok(pending) if pending.is_empty() => Good("migrations: all applied".to_owned()),
        Ok(pending) => Note(format!(
            "migrations: {} not applied yet; serve applies them, or run cotmoc migrate now",
            pending.len()
        )),
        Err(error) => Bad(format!("migrations: {error}"), "May this user read the database's tables?".to_owned()),
    }
}

/// The years that due dates depend on now: a note on each whose holidays are not announced yet, as far as this server knows.
async fn calendar(config: &Config, database: &Database) -> Vec<Finding> {
    let today = Date(config.clock().today());
    let reader = Reader::new(database.pool().clone(), Scope::public(), today);
    match needed_years(&reader).await {
        Ok(years) => years.iter().map(of_year).collect(),
        // What is wrong is said above: a database without tables, or a role that may not read.
        Err(_) => Vec::new(),
    }
}

fn of_year(known: &CalendarYear) -> Finding {
    let CalendarYear { year, is_announced, provisional_days } = known;
    if *is_announced {
        return Good(format!("calendar: the holidays of {year} are announced"));
    }
    let missing = match provisional_days {
        0 => "none of its holidays is known".to_owned(),
        days => format!("{days} of its holidays are provisional"),
    };
    Note(format!(
        "calendar: {year} is not final, {missing}, and due dates may move; an administrator adds what was announced (removeHoliday, addHolidays)"
    ))
}

/// Whether a standby follows the database, and how far it is behind at this moment.
async fn follows(database: &Database, replica: &ConnectionSettings) -> Finding {
    let place = replica.place();
    match replica::lag(database.pool().settings(), replica).await {
        Ok(Some(bytes)) => Good(format!("replica: {place} follows, {bytes} bytes of log behind")),
        Ok(None) => Note(format!(
            "replica: {place} is left out: it is none of this database, or has had no restart point since a failover (CHECKPOINT on it makes one)"
        )),
        Err(error) => Bad(
            format!("replica: {place} cannot be read from: {error}"),
            "Is it a standby that is up, with hot_standby on, and are the parts of COTMOC_REPLICA_URLS right?"
                .to_owned(),
        ),
    }
}

async fn standing(database: &Database) -> Finding {
    match wall::load_login_rights(database.pool()).await {
        Ok(LoginRights { mighty: true, login, .. }) => Note(format!("role: requests log in as {login}. {MIGHTY}")),
        Ok(LoginRights { unreadable, login, .. }) if !unreadable.is_empty() => {
            let remedy = format!("Run cotmoc migrate as the owner; if that does not help, {}.", join(&login));
            Bad(format!("role: {login}, who requests work as, may not read {unreadable}"), remedy)
        }
        Ok(LoginRights { login, role, .. }) => Good(format!("role: requests log in as {login} and work as {role}")),
        Err(error) => Bad(format!("role: {error}"), "Mend what is said above first.".to_owned()),
    }
}

/// Whether this server's secret opens the keys that sign.
async fn keys(database: &Database, sealer: Option<&Sealer>) -> Finding {
    let opened = match (signing_key::all(database.pool()).await, sealer) {
        (Err(error), _) => Err(error),
        (Ok(keys), _) if keys.is_empty() => return Note("keys: the first is made when serve first starts".to_owned()),
        (Ok(_), None) => {
            return Bad(
                "keys: there are some, and no secret that opens them".to_owned(),
                "Bring the secret of this installation back, or point COTMOC_SECRET_FILE to it.".to_owned(),
            );
        }
        (Ok(_), Some(sealer)) => signing_key::load(database.pool(), sealer).await.map(drop),
    };
    match opened {
        Ok(()) => Good("keys: open".to_owned()),
        Err(error) => Bad(format!("keys: {error}"), "Is this the secret of this installation?".to_owned()),
    }
}

/// Whether what clients name by ids can still be asked for, which another version or another limit may have ended.
async fn documents(config: &Config, database: &Database) -> Finding {
    let (all, guard) = match (trusted_document::all(database.pool()).await, super::documents::guard(config)) {
        (Ok(all), Ok(guard)) => (all, guard),
        (Err(error), _) => return Bad(format!("documents: {error}"), "Mend what is said above first.".to_owned()),
        (_, Err(error)) => return Bad(format!("documents: {error}"), "This build is broken.".to_owned()),
    };
    let (mut published, mut refused) = (0, Vec::new());
    for document in all.iter().filter(|document| document.retired_at.is_none()) {
        published += 1;
        if guard.inspect(&document.text).is_err() {
            refused.push(document.id.as_str());
        }
    }
    match (published, refused.as_slice()) {
        (0, _) if config.graphql.trusted_only => {
            Note("documents: none published, so every request is refused (COTMOC_TRUSTED_ONLY)".to_owned())
        }
        (_, []) => Good(format!("documents: {published} published")),
        (_, refused) => Note(format!(
            "documents: {} of {published} published are refused by this version or its limits: {}",
            refused.len(),
            refused.join(", ")
        )),
    }
}

async fn demo_accounts(database: &Database) -> Finding {
    match accounts::are_active(database.pool()).await {
        Ok(false) => Good("accounts: none with a password that is printed".to_owned()),
        Ok(true) => Bad(
            "accounts: some are the demo's, whose password everybody knows".to_owned(),
            ServerError::DemoAccounts.to_string(),
        ),
        Err(error) => Bad(format!("accounts: {error}"), "Mend what is said above first.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bad(findings: &[Finding]) -> Vec<&str> {
        findings
            .iter()
            .filter_map(|finding| if let Bad(what, _) = finding { Some(what.as_str()) } else { None })
            .collect()
    }

    fn vitals() -> Vitals {
        Vitals {
            version: "15.8".to_owned(),
            version_number: 15_00_08,
            missing_extensions: vec![],
            has_icu: true,
            encoding: "UTF8".to_owned(),
            tls: None,
            max_connections: 100,
            now: "2025-04-15T01:00:00Z".parse().unwrap(),
        }
    }

    fn look(vitals: &Vitals) -> Vec<Finding> {
        let config = Config::load(&Sources::default().with_environment([("HOME", "/nha/lan")])).unwrap();
        server(&config, vitals, "2025-04-15T01:00:02Z".parse().unwrap())
    }

    #[test]
    fn a_good_server_is_left_in_peace() {
        assert!(bad(&look(&vitals())).is_empty());
    }

    #[test]
    fn each_shortcoming_is_named() {
        let sick = Vitals {
            version: "13.2".to_owned(),
            version_number: 13_00_02,
            missing_extensions: vec!["pg_trgm".to_owned()],
            has_icu: false,
            encoding: "LATIN1".to_owned(),
            tls: None,
            max_connections: 10,
            now: "2025-04-15T00:00:00Z".parse().unwrap(),
        };
        let findings = look(&sick);
        let bad = bad(&findings);
        for word in ["13.2 is too old", "pg_trgm", "ICU", "LATIN1", "10 connections", "clock: 3602 s ahead of"] {
            assert!(bad.iter().any(|what| what.contains(word)), "{word}: {bad:?}");
        }
    }
}
