//! How one installation differs from another. The only module that reads the environment.
//!
//! A setting is declared once, in [`settings`]; [`Config::load`] turns what was written into typed values or says which
//! value is wrong, where it stands and what was expected.

mod document;
mod mail;
mod parse;
pub mod secret;
pub mod settings;
mod sources;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use auth::{Role, password::PasswordCost};
use chrono::{DateTime, TimeDelta, Utc};
use db::session::Lives;
use ipnet::IpNet;
use schema::clock::Clock;
use secrecy::{ExposeSecret as _, SecretString};

pub use document::{as_markdown, as_table};
pub use mail::{MailConfig, SmtpServer, SmtpTls};
use settings::Setting;
pub use sources::{RawSetting, SettingSource, Sources};

/// All settings of one process, understood.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where Cotmoc keeps what it owns. Made when first needed.
    pub data_dir: PathBuf,
    /// The instant at which the clock stands still, if it does.
    pub stopped_at: Option<DateTime<Utc>>,
    /// True if this is a demonstration: accounts whose passwords are printed are let in, and no role asks for a second
    /// factor. No setting: `serve --demo` says so.
    pub demo: bool,
    /// Sockets and HTTP.
    pub server: ServerConfig,
    /// Where files are.
    pub files: FilesConfig,
    /// The API's own limits.
    pub graphql: GraphqlConfig,
    /// How often.
    pub limits: LimitsConfig,
    /// Tokens and secrets.
    pub access: AccessConfig,
    /// PostgreSQL.
    pub database: DatabaseConfig,
    /// E-mail; none if nothing is sent.
    pub mail: Option<MailConfig>,
    /// Log lines.
    pub log: LogConfig,
    /// Traces and what is slow.
    pub telemetry: TelemetryConfig,
}

/// Sockets and HTTP.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// For the headers of a request, and for an idle connection.
    pub header_timeout: Duration,
    /// For the whole body of a request.
    pub body_timeout: Duration,
    /// The largest body of a request, in bytes.
    pub body_limit: usize,
    /// The largest file that is sent, in bytes.
    pub files_limit: usize,
    /// True if files that were sent are worked on.
    pub imports: bool,
    /// From the last byte of a request to the head of its answer.
    pub request_timeout: Duration,
    /// For an export, from its first byte to its last.
    pub export_timeout: Duration,
    /// Where people reach the server; none for the host that was asked.
    pub public_url: Option<String>,
    /// The address of the licence of open data.
    pub data_licence: String,
    /// Requests worked on at once.
    pub concurrency: usize,
    /// Connections of clients at once.
    pub connections: usize,
    /// Long connections at once: sockets and streams of events.
    pub live_connections: usize,
    /// Origins that browsers may call from, in lower case.
    pub cors_origins: Vec<String>,
    /// Networks of proxies whose word on where a request comes from is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// Networks of one's own to which webhooks may go.
    pub outbound_networks: Vec<IpNet>,
    /// Names that this server answers to, in lower case; none means to any.
    pub hosts: Vec<String>,
    /// Where its numbers are told; none means nowhere.
    pub metrics_listen: Option<SocketAddr>,
    /// True if the app is served.
    pub app: bool,
    /// True if the explorer is served.
    pub explorer: bool,
    /// On a stop: accepting, but not ready.
    pub drain_delay: Duration,
    /// On a stop: for requests in flight.
    pub shutdown_grace: Duration,
}

/// Where files are.
#[derive(Debug, Clone)]
pub struct FilesConfig {
    /// Where attachments are; none for the data directory.
    pub storage: Option<StorageConfig>,
    /// The largest attachment, in bytes.
    pub attachment_limit: usize,
    /// Where S3-compatible storage is; none for Amazon's.
    pub s3_endpoint: Option<String>,
    /// Its region.
    pub s3_region: String,
    /// The id of its key, and the key; none for what the machine has.
    pub s3_keys: Option<(String, SecretString)>,
}

/// Where files are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StorageConfig {
    /// In a folder.
    Folder(PathBuf),
    /// In a bucket of S3-compatible storage.
    Bucket(String),
}

/// The API's own limits.
#[derive(Debug, Clone)]
pub struct GraphqlConfig {
    /// True if the schema may be asked for, and names are suggested.
    pub introspection: bool,
    /// True if published documents alone are taken.
    pub trusted_only: bool,
    /// The most one request may cost.
    pub cost_limit: u32,
    /// Bytes of one answer at most.
    pub answer_limit: usize,
    /// Bytes of answers that are kept; none keeps nothing.
    pub answer_cache: usize,
}

/// How much and how often, in a minute.
#[derive(Debug, Clone)]
pub struct LimitsConfig {
    /// Nodes that share what follows.
    pub nodes: u32,
    /// Points of one account.
    pub points: u32,
    /// Points of one address, for those who are nobody.
    pub address_points: u32,
    /// Mutations of one account.
    pub mutations: u32,
    /// Mutations from one address.
    pub address_mutations: u32,
    /// Sign-ins from one address.
    pub sign_ins: u32,
    /// Tokens from one address that do not hold.
    pub refused_tokens: u32,
}

/// Tokens and secrets.
#[derive(Debug, Clone)]
pub struct AccessConfig {
    /// The installation's secret; none means that it is in the file.
    pub secret_key: Option<SecretString>,
    /// The file that holds it; none means the one in the data directory.
    pub secret_file: Option<PathBuf>,
    /// Who gives access tokens.
    pub issuer: String,
    /// Whom they are for.
    pub audience: String,
    /// How long each holds.
    pub token_life: TimeDelta,
    /// Roles that ask for a second factor.
    pub second_factor_roles: Vec<Role>,
    /// What a password's hash costs.
    pub password_cost: PasswordCost,
    /// Passwords worked on at once.
    pub passwords_at_once: usize,
    /// How long sessions last.
    pub lives: Lives,
}

/// PostgreSQL.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// The server to use, with its password; none means the embedded one.
    pub url: Option<SecretString>,
    /// The same server and database, as the owner of the tables; none means that `url` is the owner's.
    pub migrate_url: Option<SecretString>,
    /// Standbys that may be read from.
    pub replica_urls: Vec<SecretString>,
    /// Where the embedded server's programs are; none means to look for them.
    pub pg_bin_dir: Option<PathBuf>,
    /// Connections at most.
    pub pool_size: u32,
    /// How long to wait for a free connection.
    pub pool_wait: Duration,
    /// How long one statement may run.
    pub statement_timeout: Duration,
}

/// Log lines.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// How they look.
    pub format: LogFormat,
    /// Which are written, as `tracing_subscriber::EnvFilter` reads it.
    pub filter: String,
}

/// Traces and what is slow.
#[derive(Debug, Clone)]
pub struct TelemetryConfig {
    /// The collector that takes traces, without a slash at its end; none if nothing is traced.
    pub otlp_endpoint: Option<String>,
    /// The share of requests that are traced where the client says nothing, from 0 to 1.
    pub trace_share: f64,
    /// How many requests in a minute are traced because the client says so.
    pub asked_traces: u32,
    /// From when on a statement is slow; none if none is.
    pub slow_statement: Option<Duration>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Human in a terminal, JSON otherwise.
    Auto,
    /// For eyes.
    Human,
    /// One object a line, for programs.
    Json,
}

/// Why there is no configuration. The message says what to change.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    /// A value that is not of its setting's form. A secret's value is masked.
    #[error("{key} is {value}, which is not accepted (from {from}); expected {form}")]
    BadValue {
        /// The setting's key.
        key: &'static str,
        /// What was written, fit to be shown.
        value: String,
        /// Where it was written.
        from: SettingSource,
        /// What would be accepted.
        form: &'static str,
    },
    /// A key of the TOML file that no setting has.
    #[error("there is no setting {key} (from {from}){}", suggested(.suggestion.as_deref()))]
    UnknownKey {
        /// The key with its section.
        key: String,
        /// Where it was written.
        from: SettingSource,
        /// The key that was probably meant.
        suggestion: Option<String>,
    },
    /// The TOML file cannot be read or is not TOML.
    #[error("the configuration file {} cannot be read: {reason}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// An environment variable of ours that is not UTF-8.
    #[error("the environment variable {0} is not valid UTF-8")]
    NotUnicode(String),
    /// A setting that makes no sense without another one.
    #[error("{given} needs {missing} beside it ({env}); expected {form}", given = .given.key, missing = .missing.key, env = .missing.env, form = .missing.form)]
    Alone {
        /// The one that is given.
        given: &'static Setting,
        /// The one that is not.
        missing: &'static Setting,
    },
    /// No data directory is given and the user has no home.
    #[error("there is no home directory to keep data in: set {} or --data-dir", settings::DATA_DIR.env)]
    NoDataDir,
}

fn suggested(name: Option<&str>) -> String {
    name.map_or_else(|| "; `cotmoc settings` lists them all".to_owned(), |name| format!("; did you mean {name}?"))
}

impl ConfigError {
    fn bad_value(setting: &Setting, text: Option<&str>, source: SettingSource) -> Self {
        let value = match text {
            Some(_) if setting.secret => "a secret (not shown)".to_owned(),
            Some(text) => format!("{text:?}"),
            None => "a value of another kind".to_owned(),
        };
        Self::BadValue { key: setting.key, value, from: source, form: setting.form }
    }
}

impl Config {
    /// Understands everything that was written, or names the first thing that is wrong.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        Ok(Self {
            data_dir: data_dir(sources)?,
            stopped_at: sources.read(&settings::CLOCK, parse::instant)?,
            demo: false,
            server: ServerConfig::load(sources)?,
            files: FilesConfig::load(sources)?,
            graphql: GraphqlConfig {
                introspection: required(sources, &settings::INTROSPECTION, parse::switch)?,
                trusted_only: required(sources, &settings::TRUSTED_ONLY, parse::switch)?,
                cost_limit: required(sources, &settings::COST_LIMIT, parse::count(1_000_000))?,
                answer_limit: required(sources, &settings::ANSWER_LIMIT, parse::size)?,
                answer_cache: required(sources, &settings::ANSWER_CACHE, parse::size_or_off)?,
            },
            limits: LimitsConfig {
                nodes: required(sources, &settings::NODES, parse::count(1_000))?,
                points: required(sources, &settings::POINTS_PER_MINUTE, parse::count(1_000_000_000))?,
                address_points: required(sources, &settings::ADDRESS_POINTS_PER_MINUTE, parse::count(1_000_000_000))?,
                mutations: required(sources, &settings::MUTATIONS_PER_MINUTE, parse::count(1_000_000))?,
                address_mutations: required(sources, &settings::ADDRESS_MUTATIONS_PER_MINUTE, parse::count(1_000_000))?,
                sign_ins: required(sources, &settings::SIGN_INS_PER_MINUTE, parse::count(1_000_000))?,
                refused_tokens: required(sources, &settings::REFUSED_TOKENS_PER_MINUTE, parse::count(1_000_000))?,
            },
            access: AccessConfig::load(sources)?,
            database: DatabaseConfig {
                url: sources.read(&settings::DATABASE_URL, parse::database_url)?.map(SecretString::from),
                migrate_url: sources
                    .read(&settings::MIGRATE_DATABASE_URL, parse::database_url)?
                    .map(SecretString::from),
                replica_urls: sources
                    .read(&settings::REPLICA_URLS, parse::database_urls)?
                    .unwrap_or_default()
                    .into_iter()
                    .map(SecretString::from)
                    .collect(),
                pg_bin_dir: sources.read(&settings::PG_BIN_DIR, parse::path)?,
                pool_size: required(sources, &settings::POOL_SIZE, parse::count(500))?,
                pool_wait: required(sources, &settings::POOL_WAIT, parse::time_limit)?,
                statement_timeout: required(sources, &settings::STATEMENT_TIMEOUT, parse::time_limit)?,
            },
            mail: MailConfig::load(sources)?,
            log: LogConfig {
                format: required(sources, &settings::LOG_FORMAT, log_format)?,
                filter: required(sources, &settings::LOG_FILTER, parse::log_filter)?,
            },
            telemetry: TelemetryConfig {
                otlp_endpoint: sources.read(&settings::OTLP_ENDPOINT, parse::web_address)?,
                trace_share: required(sources, &settings::TRACE_SHARE, parse::share)?,
                asked_traces: required(sources, &settings::ASKED_TRACES, parse::from_to(0, 1_000_000))?,
                slow_statement: Some(required(sources, &settings::SLOW_STATEMENT, parse::duration)?)
                    .filter(|slow| !slow.is_zero()),
            },
        })
    }

    /// The clock that these settings ask for.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.stopped_at.map_or(Clock::System, Clock::Fixed)
    }
}

impl ServerConfig {
    fn load(sources: &Sources) -> Result<Self, ConfigError> {
        Ok(Self {
            listen: required(sources, &settings::LISTEN, parse::address)?,
            header_timeout: required(sources, &settings::HEADER_TIMEOUT, parse::time_limit)?,
            body_timeout: required(sources, &settings::BODY_TIMEOUT, parse::time_limit)?,
            body_limit: required(sources, &settings::BODY_LIMIT, parse::size)?,
            files_limit: required(sources, &settings::FILES_LIMIT, parse::size)?,
            imports: required(sources, &settings::IMPORTS, parse::switch)?,
            request_timeout: required(sources, &settings::REQUEST_TIMEOUT, parse::time_limit)?,
            export_timeout: required(sources, &settings::EXPORT_TIMEOUT, parse::time_limit)?,
            public_url: sources.read(&settings::PUBLIC_URL, parse::web_address)?,
            data_licence: required(sources, &settings::DATA_LICENCE, parse::web_address)?,
            concurrency: required(sources, &settings::CONCURRENCY, |text| {
                parse::count(10_000)(text).and_then(|number| usize::try_from(number).ok())
            })?,
            connections: required(sources, &settings::CONNECTIONS, |text| {
                parse::count(100_000)(text).and_then(|number| usize::try_from(number).ok())
            })?,
            live_connections: required(sources, &settings::LIVE_CONNECTIONS, |text| {
                parse::count(100_000)(text).and_then(|number| usize::try_from(number).ok())
            })?,
            cors_origins: sources.read(&settings::CORS_ORIGINS, parse::origins)?.unwrap_or_default(),
            trusted_proxies: sources.read(&settings::TRUSTED_PROXIES, parse::networks)?.unwrap_or_default(),
            outbound_networks: sources.read(&settings::OUTBOUND_NETWORKS, parse::networks)?.unwrap_or_default(),
            hosts: sources.read(&settings::HOSTS, parse::hosts)?.unwrap_or_default(),
            metrics_listen: sources.read(&settings::METRICS_LISTEN, parse::address)?,
            app: required(sources, &settings::APP, parse::switch)?,
            explorer: required(sources, &settings::EXPLORER, parse::switch)?,
            drain_delay: required(sources, &settings::DRAIN_DELAY, parse::duration)?,
            shutdown_grace: required(sources, &settings::SHUTDOWN_GRACE, parse::duration)?,
        })
    }
}

impl FilesConfig {
    fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let id = sources.read(&settings::S3_ACCESS_KEY, parse::name)?;
        let secret = sources.read(&settings::S3_SECRET_KEY, parse::key)?;
        let (name, key) = (&settings::S3_ACCESS_KEY, &settings::S3_SECRET_KEY);
        if id.is_some() != secret.is_some() {
            let (given, missing) = if id.is_some() { (name, key) } else { (key, name) };
            return Err(ConfigError::Alone { given, missing });
        }
        Ok(Self {
            storage: sources.read(&settings::STORAGE, parse::storage)?,
            attachment_limit: required(sources, &settings::ATTACHMENT_LIMIT, parse::size)?,
            s3_endpoint: sources.read(&settings::S3_ENDPOINT, parse::web_address)?,
            s3_region: required(sources, &settings::S3_REGION, parse::name)?,
            s3_keys: id.zip(secret),
        })
    }
}

impl AccessConfig {
    fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let memory = required(sources, &settings::PASSWORD_MEMORY, parse::from_to(19_456, 4_194_304))?;
        let passes = required(sources, &settings::PASSWORD_PASSES, parse::from_to(2, 100))?;
        let lanes = required(sources, &settings::PASSWORD_LANES, parse::from_to(1, 64))?;
        let at_once = required(sources, &settings::PASSWORDS_AT_ONCE, parse::from_to(1, 256))?;
        let lives = Lives {
            idle: required(sources, &settings::SESSION_IDLE, parse::days)?,
            absolute: required(sources, &settings::SESSION_LIFE, parse::days)?,
        };
        Ok(Self {
            secret_key: sources.read(&settings::SECRET_KEY, parse::secret)?,
            secret_file: sources.read(&settings::SECRET_FILE, parse::path)?,
            issuer: required(sources, &settings::ISSUER, parse::name)?,
            audience: required(sources, &settings::AUDIENCE, parse::name)?,
            token_life: required(sources, &settings::TOKEN_LIFE, parse::token_life)?,
            second_factor_roles: required(sources, &settings::SECOND_FACTOR_ROLES, parse::roles)?,
            // Within these bounds it always can.
            password_cost: PasswordCost::new(memory, passes, lanes)
                .map_err(|_| ConfigError::bad_value(&settings::PASSWORD_MEMORY, None, SettingSource::Default))?,
            passwords_at_once: usize::try_from(at_once).unwrap_or(1),
            lives,
        })
    }
}

impl DatabaseConfig {
    /// Where the database is, in words that may be shown.
    #[must_use]
    pub fn place(&self) -> String {
        match &self.url {
            Some(url) => parse::masked_database_url(url.expose_secret()),
            None => "embedded PostgreSQL".to_owned(),
        }
    }
}

/// The value of a setting whose fallback is a value: there always is one.
fn required<T>(sources: &Sources, setting: &Setting, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, ConfigError> {
    sources.read(setting, parse)?.ok_or_else(|| ConfigError::bad_value(setting, Some(""), SettingSource::Default))
}

fn log_format(text: &str) -> Option<LogFormat> {
    match text {
        "auto" => Some(LogFormat::Auto),
        "human" => Some(LogFormat::Human),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}

fn data_dir(sources: &Sources) -> Result<PathBuf, ConfigError> {
    if let Some(given) = sources.read(&settings::DATA_DIR, parse::path)? {
        return std::path::absolute(&given)
            .map_err(|_| ConfigError::bad_value(&settings::DATA_DIR, given.to_str(), SettingSource::Default));
    }
    if nix::unistd::geteuid().is_root() {
        return Ok(PathBuf::from("/var/lib/cotmoc"));
    }
    sources.data_home().map(|home| home.join("cotmoc")).ok_or(ConfigError::NoDataDir)
}

#[cfg(test)]
mod tests;
