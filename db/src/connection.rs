//! One connection to PostgreSQL: its address, its TLS, its session settings.
//!
//! # TLS, by the `sslmode` of the address
//! Whatever is encrypted is verified: the certificate must be signed by an authority that the system trusts, or by the
//! one of `sslrootcert=/path/to/ca.pem`, and must carry the host's name. There is no mode that encrypts blindly, since
//! it would keep out only those who cannot do anything.
//!
//! | `sslmode` | meaning |
//! | --- | --- |
//! | left out | `verify-full`; but `disable` for `localhost` and loopback addresses |
//! | `verify-full`, `require` | TLS, verified; no connection without it |
//! | `prefer` | TLS, verified, if the server offers it, else in plain: safe against nobody on the way |
//! | `disable` | in plain |
//!
//! A Unix socket never uses TLS.

use std::{
    ffi::{OsStr, OsString},
    fmt,
    os::unix::ffi::OsStrExt as _,
    path::Path,
    sync::Arc,
    time::Duration,
};

use derive::boxed;
use diesel::{ConnectionError, ConnectionResult};
pub use diesel_async::AsyncPgConnection;
use diesel_async::SimpleAsyncConnection as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::{
    CancelToken,
    config::{Config, Host, SslMode},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{error::DbError, past, wall};

/// The product's one time zone; what SQL calls "today" is the day in Vietnam.
const TIME_ZONE: &str = "Asia/Ho_Chi_Minh";

/// The authorities that Debian's system trusts, for programs that know no others.
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// How long a session may do what, enforced by the server. `Duration::ZERO` means no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Any one statement; then `DbError::Timeout`. Default 10 s.
    pub statement: Duration,
    /// Any one wait for a lock; then `DbError::Timeout`. Default 3 s.
    pub lock: Duration,
    /// A transaction in which nothing happens; then the server ends the connection. Default 30 s.
    pub idle_in_transaction: Duration,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            statement: Duration::from_secs(10),
            lock: Duration::from_secs(3),
            idle_in_transaction: Duration::from_secs(30),
        }
    }
}

/// Where the database is and how to speak to it; checked when made, cheap to clone. Its `Debug` hides the password.
#[derive(Clone)]
pub struct ConnectionSettings {
    config: Config,
    tls: Option<Arc<ClientConfig>>,
    limits: SessionLimits,
    as_server: bool,
    of_the_past: bool,
    /// The file of the authorities, where the address names one.
    root_cert: Option<String>,
}

impl fmt::Debug for ConnectionSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionSettings")
            .field("config", &self.config)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl ConnectionSettings {
    /// Reads `postgres://user:password@host:port/database?sslmode=…`; a Unix socket's directory goes in percent
    /// encoding as the host, or as `?host=/run/postgresql`.
    ///
    /// `DbError::Settings` says what is wrong, without repeating the address, which may hold a password.
    pub fn new(url: &str, limits: SessionLimits) -> Result<Self, DbError> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(DbError::Settings(
                "the database address must look like postgres://user@host:5432/database".into(),
            ));
        }
        let (url, ssl) = take_ssl_options(url)?;
        let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
            DbError::Settings(format!("the database address cannot be read: {}", chain(&error)))
        })?;
        let mode = ssl.mode(&config)?;
        config.ssl_mode(mode);
        if config.get_application_name().is_none() {
            config.application_name("cotmoc");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(5));
        }
        let theirs = config.get_options().unwrap_or_default().to_owned();
        config.options(format!("{theirs} {}", session_options(limits)).trim_start().to_owned());
        let tls = if mode == SslMode::Disable { None } else { Some(Arc::new(ssl.client_config()?)) };
        Ok(Self { config, tls, limits, as_server: false, of_the_past: false, root_cert: ssl.root_cert })
    }

    /// The same server and database with other limits: for migrations and loads, which may take their time.
    #[must_use]
    pub fn with_limits(&self, limits: SessionLimits) -> Self {
        let mut settings = Self { limits, ..self.clone() };
        let options = settings.config.get_options().unwrap_or_default().to_owned();
        // The server takes the last of several values.
        settings.config.options(format!("{options} {}", session_options(limits)));
        settings
    }

    /// The same with a setting of PostgreSQL, or of ours, that holds in each session. A name or a value with spaces would be two.
    #[must_use]
    pub(crate) fn with_setting(&self, name: &str, value: &str) -> Self {
        let mut settings = self.clone();
        let options = settings.config.get_options().unwrap_or_default().to_owned();
        settings.config.options(format!("{options} -c {name}={value}"));
        settings
    }

    /// The same, in whose sessions nothing can be written.
    #[must_use]
    pub fn read_only(&self) -> Self {
        self.with_setting("default_transaction_read_only", "on")
    }

    /// The same server and database, taking the role [`wall::ROLE`] if it is there and the login may.
    #[must_use]
    pub fn as_server(&self) -> Self {
        Self { as_server: true, ..self.clone() }
    }

    /// The same database, whose tables are read as they were at an instant: see [`past`].
    #[must_use]
    pub(crate) fn of_the_past(&self) -> Self {
        Self { of_the_past: true, ..self.clone() }
    }

    /// The same server with another login, without a password.
    #[must_use]
    pub(crate) fn with_login(&self, login: &str) -> Self {
        let mut settings = self.clone();
        settings.config.user(login);
        settings
    }

    /// The same server with another database.
    #[must_use]
    pub fn with_database(&self, database: &str) -> Self {
        let mut settings = self.clone();
        settings.config.dbname(database);
        settings
    }

    /// Where the server is: host and port, and of several each.
    #[must_use]
    pub fn place(&self) -> String {
        let ports = self.config.get_ports();
        let host = |(at, host): (usize, &Host)| {
            let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(name) => format!("{name}:{port}"),
                Host::Unix(path) => path.display().to_string(),
            }
        };
        self.config.get_hosts().iter().enumerate().map(host).collect::<Vec<_>>().join(", ")
    }

    /// The same for PostgreSQL's own programs, as variables of their environment: a password in it stands in no command line.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let hosts = self.config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        });
        let ports = self.config.get_ports().iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let mut variables = vec![("PGHOST", hosts.collect::<Vec<_>>().join(",").into()), ("PGPORT", ports.into())];
        variables.extend(self.config.get_user().map(|user| ("PGUSER", user.into())));
        variables.extend(self.config.get_dbname().map(|name| ("PGDATABASE", name.into())));
        let password = self.config.get_password().map(|password| OsStr::from_bytes(password).to_owned());
        variables.extend(password.map(|password| ("PGPASSWORD", password)));
        let mode = match self.config.get_ssl_mode() {
            SslMode::Disable => "disable",
            SslMode::Prefer => "prefer",
            _ => "verify-full",
        };
        let authorities = self.root_cert.clone().unwrap_or_else(|| AUTHORITIES.to_owned());
        variables.extend([("PGSSLMODE", mode.into()), ("PGSSLROOTCERT", authorities.into())]);
        variables
    }

    /// The database's name, if the address gives one.
    #[must_use]
    pub fn database(&self) -> Option<&str> {
        self.config.get_dbname()
    }

    /// Opens a connection outside any pool: for LISTEN, migrations, loads.
    #[boxed]
    pub async fn connect(&self) -> Result<AsyncPgConnection, DbError> {
        Ok(self.establish().await?)
    }

    /// How what runs on a connection is cancelled.
    pub(crate) fn canceller(&self) -> Canceller {
        Canceller(self.tls.clone())
    }

    /// Opens a connection of the driver itself, for COPY, which diesel does not speak. Its time zone is the server's.
    pub(crate) async fn client(&self) -> Result<tokio_postgres::Client, DbError> {
        match &self.tls {
            None => {
                let (client, socket) = self.config.connect(tokio_postgres::NoTls).await.map_err(driver_error)?;
                tokio::spawn(drive(socket));
                Ok(client)
            }
            Some(tls) => {
                let tls = MakeRustlsConnect::new(ClientConfig::clone(tls));
                let (client, socket) = self.config.connect(tls).await.map_err(driver_error)?;
                tokio::spawn(drive(socket));
                Ok(client)
            }
        }
    }

    pub(crate) async fn establish(&self) -> ConnectionResult<AsyncPgConnection> {
        let failed = |error: tokio_postgres::Error| ConnectionError::BadConnection(chain(&error));
        let mut connection = match &self.tls {
            None => {
                let (client, socket) = self.config.connect(tokio_postgres::NoTls).await.map_err(failed)?;
                AsyncPgConnection::try_from_client_and_connection(client, socket).await?
            }
            Some(tls) => {
                let tls = MakeRustlsConnect::new(ClientConfig::clone(tls));
                let (client, socket) = self.config.connect(tls).await.map_err(failed)?;
                AsyncPgConnection::try_from_client_and_connection(client, socket).await?
            }
        };
        // diesel-async has just set UTC.
        let mut setup = format!("SET TIME ZONE '{TIME_ZONE}'");
        if self.as_server {
            setup = format!("{setup}; {}", wall::TAKE_ROLE);
        }
        if self.of_the_past {
            setup = format!("{setup}; {}", past::SETUP);
        }
        connection.batch_execute(&setup).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(connection)
    }
}

/// Asks the server to end what runs on a connection: by a connection of its own, encrypted like the others.
#[derive(Clone)]
pub(crate) struct Canceller(Option<Arc<ClientConfig>>);

impl Canceller {
    /// Answers when the server has passed it on; it may still come too late.
    pub(crate) async fn cancel(&self, token: &CancelToken) -> Result<(), tokio_postgres::Error> {
        match &self.0 {
            None => token.cancel_query(tokio_postgres::NoTls).await,
            Some(tls) => token.cancel_query(MakeRustlsConnect::new(ClientConfig::clone(tls))).await,
        }
    }
}

/// Moves the bytes of a connection until its client is dropped.
async fn drive(connection: impl Future<Output = Result<(), tokio_postgres::Error>>) {
    if let Err(error) = connection.await {
        tracing::warn!(error = %chain(&error), "a database connection broke off");
    }
}

/// An error of the driver, where diesel does not stand between.
#[allow(clippy::needless_pass_by_value, reason = "made for `map_err`")]
pub(crate) fn driver_error(error: tokio_postgres::Error) -> DbError {
    match error.as_db_error() {
        // Of errors where nothing else is known, the classes that mean "later".
        Some(said) if ["53", "57", "58"].iter().any(|class| said.code().code().starts_with(class)) => {
            DbError::Unavailable(said.to_string())
        }
        Some(said) => DbError::internal(said.to_string()),
        None => DbError::Unavailable(chain(&error)),
    }
}

/// Sent with the start of the session: no further round trip. What a server that was killed has asked for ends too: PostgreSQL
/// looks every two seconds whether anybody is there.
fn session_options(limits: SessionLimits) -> String {
    format!(
        "-c statement_timeout={} -c lock_timeout={} -c idle_in_transaction_session_timeout={} -c synchronous_commit=on \
         -c client_connection_check_interval=2s",
        limits.statement.as_millis(),
        limits.lock.as_millis(),
        limits.idle_in_transaction.as_millis(),
    )
}

/// The driver knows neither `verify-full` nor `sslrootcert`, so they are read here.
#[derive(Default)]
struct SslOptions {
    mode: Option<String>,
    root_cert: Option<String>,
}

fn take_ssl_options(url: &str) -> Result<(String, SslOptions), DbError> {
    let mut ssl = SslOptions::default();
    let Some((address, query)) = url.split_once('?') else {
        return Ok((url.to_owned(), ssl));
    };
    let mut rest = Vec::new();
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("sslmode", value)) => ssl.mode = Some(value.to_owned()),
            Some(("sslrootcert", value)) => ssl.root_cert = Some(percent_decode(value)?),
            _ => rest.push(pair),
        }
    }
    let url = if rest.is_empty() { address.to_owned() } else { format!("{address}?{}", rest.join("&")) };
    Ok((url, ssl))
}

fn percent_decode(text: &str) -> Result<String, DbError> {
    let bad = || DbError::Settings("sslrootcert in the database address is not valid percent encoding".into());
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (hex, rest) = part.split_at_checked(2).ok_or_else(bad)?;
        bytes.push(u8::from_str_radix(hex, 16).map_err(|_| bad())?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).map_err(|_| bad())
}

impl SslOptions {
    fn mode(&self, config: &Config) -> Result<SslMode, DbError> {
        let hosts = config.get_hosts();
        if hosts.iter().all(|host| matches!(host, Host::Unix(_))) && config.get_hostaddrs().is_empty() {
            return Ok(SslMode::Disable);
        }
        match self.mode.as_deref() {
            None if hosts.iter().all(is_local) => Ok(SslMode::Disable),
            None | Some("require" | "verify-full") => Ok(SslMode::Require),
            Some("prefer") => Ok(SslMode::Prefer),
            Some("disable") => Ok(SslMode::Disable),
            Some(other) => Err(DbError::Settings(format!(
                "sslmode={other} in the database address is not known; accepted: verify-full, require, prefer, disable"
            ))),
        }
    }

    fn client_config(&self) -> Result<ClientConfig, DbError> {
        let loaded = match &self.root_cert {
            Some(path) => rustls_native_certs::load_certs_from_paths(Some(Path::new(path)), None),
            None => rustls_native_certs::load_native_certs(),
        };
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(loaded.certs);
        if roots.is_empty() {
            let source = self.root_cert.as_deref().unwrap_or("the system (on Debian: apt-get install ca-certificates)");
            let why = loaded.errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            return Err(DbError::Settings(format!(
                "no certificate authority to verify the database with, from {source}: {why}"
            )));
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(DbError::internal)?;
        Ok(builder.with_root_certificates(roots).with_no_client_auth())
    }
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    }
}

/// The driver's own text ("error connecting to server") leaves out the reason.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> SslMode {
        ConnectionSettings::new(url, SessionLimits::default()).unwrap().config.get_ssl_mode()
    }

    #[test]
    fn tls_is_demanded_of_whatever_is_not_this_machine() {
        assert_eq!(mode("postgres://u@csdl.dongnai.example/cotmoc"), SslMode::Require);
        assert_eq!(mode("postgres://u@10.0.0.7/cotmoc?sslmode=prefer"), SslMode::Prefer);
        assert_eq!(mode("postgres://u@10.0.0.7/cotmoc?sslmode=disable&application_name=x"), SslMode::Disable);
        assert_eq!(mode("postgres://u@localhost/cotmoc"), SslMode::Disable);
        assert_eq!(mode("postgres://u@127.0.0.1/cotmoc?sslmode=verify-full"), SslMode::Require);
        assert_eq!(mode("postgres://u@%2Frun%2Fpostgresql/cotmoc?sslmode=require"), SslMode::Disable);
        assert_eq!(mode("postgres:///cotmoc?host=/run/postgresql"), SslMode::Disable);
    }

    #[test]
    fn a_bad_address_is_explained_and_not_repeated() {
        for url in ["mysql://u:bí-mật@h/d", "postgres://u:bi-mat@h/d?sslmode=maybe", "postgres://u:bi-mat@h:port/d"]
        {
            let text = ConnectionSettings::new(url, SessionLimits::default()).unwrap_err().to_string();
            assert!(text.contains("database address") && !text.contains("mat@") && !text.contains("bí-mật"), "{text}");
        }
    }

    #[test]
    fn an_unreadable_authority_names_its_file() {
        let url = "postgres://u@10.0.0.7/d?sslrootcert=%2Fkh%C3%B4ng%2Fc%C3%B3.pem";
        let text = ConnectionSettings::new(url, SessionLimits::default()).unwrap_err().to_string();
        assert!(text.contains("/không/có.pem"), "{text}");
    }

    #[test]
    fn debug_hides_the_password() {
        let settings = ConnectionSettings::new("postgres://u:bi-mat@localhost/d", SessionLimits::default()).unwrap();
        assert!(!format!("{settings:?}").contains("bi-mat"));
    }
}
