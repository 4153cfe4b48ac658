//! `cotmoc backup` and `cotmoc restore`: the database and the attachments, as they were at one moment, in a directory.

use std::{
    fs,
    io::{self, Read as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use clap::Args;
use db::{
    DbError,
    attachment::Part,
    audit::{self, Fault, hex},
    backup::{self, Contents, Snapshot, Whole},
    connection::{ConnectionSettings, SessionLimits},
    embedded::{DATABASE, Embedded, EmbeddedConfig, EmbeddedError, program},
};
use futures_util::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::output;
use crate::{
    config::Config,
    database::{Database, DatabaseError, Sharing},
    files::attachments::{Store, StoreError},
};

const MANIFEST: &str = "manifest.json";
const DUMP: &str = "database.dump";
const FILES: &str = "files";

/// How often a long work says how far it is.
const TELL: Duration = Duration::from_secs(2);

/// Write the database and the attachments, as they are at this moment, into a new directory
///
/// Safe beside `serve`. Whatever is acknowledged before it begins is in it. The secret is not: keep that apart.
#[derive(Debug, Args)]
pub struct Backup {
    /// A directory that is made; it must not be there yet
    directory: PathBuf,
    /// Restore it into a PostgreSQL of its own, in a temporary directory, and compare
    #[arg(long)]
    verify: bool,
}

/// Take a backup into an empty database, and compare what is there with what was
///
/// For the database of the settings: an empty one, or the embedded one of a new data directory. Attachments go where the settings say.
#[derive(Debug, Args)]
pub struct Restore {
    /// What `cotmoc backup` made
    directory: PathBuf,
}

/// Why there is no backup, or why it was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The store of attachments.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file or a directory.
    #[error("{}: {error}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A program of PostgreSQL.
    #[error("{program} did not work: {said}")]
    Program {
        /// Which.
        program: &'static str,
        /// What it said.
        said: String,
    },
    /// It is no backup, or not as it was written.
    #[error("{0}")]
    Unsound(String),
    /// Something is missing, or not as it was.
    #[error("what was restored is not what was there: {}", .0.join("; "))]
    Differs(Vec<String>),
    /// The trail.
    #[error("the audit trail is broken: {0}")]
    Trail(Fault),
}

impl From<DbError> for BackupError {
    fn from(error: DbError) -> Self {
        Self::Database(error.into())
    }
}

impl From<EmbeddedError> for BackupError {
    fn from(error: EmbeddedError) -> Self {
        Self::Database(error.into())
    }
}

/// What stands beside the dump.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    /// The version of the program.
    cotmoc: String,
    /// The moment, by the database's clock.
    taken_at: DateTime<Utc>,
    /// SHA-256 of the dump.
    dump: String,
    /// How many attachments, and how many bytes of them.
    attachments: usize,
    attachment_bytes: u64,
    contents: Contents,
}

impl Backup {
    /// Makes it.
    pub async fn run(&self, config: &Config) -> Result<(), BackupError> {
        if self.directory.exists() {
            return Err(BackupError::Unsound(format!("{} is there already", self.directory.display())));
        }
        // Under another name until it is whole: what was broken off is never taken for a backup.
        let unfinished = self.directory.with_extension("unfinished");
        make(&unfinished)?;
        let database = Database::open(config, Sharing::Join).await?;
        let done = self.write(config, &database, &unfinished).await;
        database.close().await?;
        if done.is_err() {
            let _ = fs::remove_dir_all(&unfinished);
        }
        let manifest = done?;
        fs::rename(&unfinished, &self.directory).map_err(at(&self.directory))?;
        if self.verify {
            verify(config, &self.directory, &manifest).await?;
        }
        let Manifest { attachments, attachment_bytes, contents, taken_at, .. } = manifest;
        let rows: i64 = contents.tables.values().map(|table| table.rows).sum();
        let verified = if self.verify { ", restored and compared" } else { "" };
        output::result(&format!(
            "{}: {rows} rows of {} tables, {attachments} attachments ({attachment_bytes} bytes), as of {taken_at}{verified}\n",
            self.directory.display(),
            contents.tables.len(),
        ));
        Ok(())
    }

    async fn write(&self, config: &Config, database: &Database, to: &Path) -> Result<Manifest, BackupError> {
        let mut snapshot = Snapshot::take(database.owner()).await?;
        tracing::info!(taken_at = %snapshot.taken_at, "dumping the database");
        let dump = to.join(DUMP);
        let mut pg_dump = tool("pg_dump", config, database.owner())?;
        pg_dump.args(["--format=custom", "--no-owner"]).arg(format!("--snapshot={}", snapshot.name));
        run("pg_dump", pg_dump.arg("--file").arg(&dump)).await?;
        let mut tell = Telling::new();
        let contents = snapshot.contents(|table| tell.tell(|| tracing::info!(table, "counting"))).await?;
        let whole = snapshot.attachments(config.clock().now()).await?;
        let attachment_bytes = copy_out(&Store::open(config)?, &whole, &to.join(FILES)).await?;
        let manifest = Manifest {
            cotmoc: env!("CARGO_PKG_VERSION").to_owned(),
            taken_at: snapshot.taken_at,
            dump: hash_of(&dump)?,
            attachments: whole.len(),
            attachment_bytes,
            contents,
        };
        let path = to.join(MANIFEST);
        let text = serde_json::to_string_pretty(&manifest).map_err(|error| BackupError::Unsound(error.to_string()))?;
        fs::write(&path, text + "\n").map_err(at(&path))?;
        Ok(manifest)
    }
}

impl Restore {
    /// Takes it in.
    pub async fn run(&self, config: &Config) -> Result<(), BackupError> {
        let manifest = read(&self.directory)?;
        let database = Database::open(config, Sharing::Own).await?;
        let done = self.into(config, &database, &manifest).await;
        database.close().await?;
        done?;
        output::result(&format!(
            "restored as of {}: all tables are as they were, {} attachments\n",
            manifest.taken_at, manifest.attachments
        ));
        Ok(())
    }

    async fn into(&self, config: &Config, database: &Database, manifest: &Manifest) -> Result<(), BackupError> {
        let owner = database.owner();
        restore(config, owner, &self.directory, manifest).await?;
        let mut snapshot = Snapshot::take(owner).await?;
        let whole = snapshot.attachments(config.clock().now()).await?;
        drop(snapshot);
        copy_in(&Store::open(config)?, &whole, &self.directory.join(FILES)).await?;
        database.migrate().await?;
        Ok(backup::analyze(owner).await?)
    }
}

/// Reads what a backup says of itself, and sees that its dump is as it was written.
fn read(directory: &Path) -> Result<Manifest, BackupError> {
    let path = directory.join(MANIFEST);
    let text = fs::read_to_string(&path).map_err(at(&path))?;
    let manifest: Manifest = serde_json::from_str(&text)
        .map_err(|error| BackupError::Unsound(format!("{} is none of a backup: {error}", path.display())))?;
    if hash_of(&directory.join(DUMP))? != manifest.dump {
        return Err(BackupError::Unsound(format!("{DUMP} is not as it was written")));
    }
    Ok(manifest)
}

/// Takes the dump into an empty database, and compares.
async fn restore(
    config: &Config,
    owner: &ConnectionSettings,
    directory: &Path,
    manifest: &Manifest,
) -> Result<(), BackupError> {
    backup::prepare_to_restore(owner).await?;
    tracing::info!(taken_at = %manifest.taken_at, "restoring the database");
    let mut pg_restore = tool("pg_restore", config, owner)?;
    pg_restore.args(["--no-owner", "--single-transaction", "--exit-on-error", "--dbname"]);
    let database = owner.database().unwrap_or_default();
    run("pg_restore", pg_restore.arg(database).arg(directory.join(DUMP))).await?;
    let mut snapshot = Snapshot::take(owner).await?;
    let mut tell = Telling::new();
    let found = snapshot.contents(|table| tell.tell(|| tracing::info!(table, "comparing"))).await?;
    let differences = differences(&manifest.contents, &found);
    if !differences.is_empty() {
        return Err(BackupError::Differs(differences));
    }
    drop(snapshot);
    let mut connection = owner.connect().await?;
    let verdict = audit::verify(&mut connection, manifest.contents.audit_head.parse().ok().as_ref(), |_| {}).await?;
    verdict.fault.map_or(Ok(()), |fault| Err(BackupError::Trail(fault)))
}

/// Restores a backup into a PostgreSQL that is there for that alone, and compares; its attachments were compared as they were written.
async fn verify(config: &Config, directory: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    tracing::info!("restoring it elsewhere, to compare");
    let place = tempfile::Builder::new().prefix("cotmoc-verify-").tempdir().map_err(at(directory))?;
    // User `postgres` must be able to enter it, should we be root.
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).map_err(at(place.path()))?;
    let embedded = EmbeddedConfig {
        bin_dir: config.database.pg_bin_dir.clone(),
        durable: false,
        ..EmbeddedConfig::new(place.path())
    };
    let embedded = Embedded::start(embedded).await?;
    let owner = embedded.connection(DATABASE, SessionLimits::default())?;
    let done = restore(config, &owner, directory, manifest).await;
    embedded.stop().await?;
    done
}

/// What is not as it was, in words.
fn differences(was: &Contents, is: &Contents) -> Vec<String> {
    let names = was.tables.keys().chain(is.tables.keys().filter(|name| !was.tables.contains_key(*name)));
    let differs = names.filter_map(|name| match (was.tables.get(name), is.tables.get(name)) {
        (Some(was), Some(is)) if was == is => None,
        (Some(was), Some(is)) if was.rows == is.rows => Some(format!("{name} has other rows")),
        (was, is) => {
            let rows = |table: Option<&backup::Table>| table.map_or(0, |table| table.rows);
            Some(format!("{name} has {} rows instead of {}", rows(is), rows(was)))
        }
    });
    differs.collect()
}

/// Copies the bytes of attachments into a directory, and sees that each is what its sender sent.
async fn copy_out(store: &Store, whole: &[Whole], to: &Path) -> Result<u64, BackupError> {
    let (mut bytes, mut tell) = (0, Telling::new());
    for (number, Whole { id, content_hash, parts }) in whole.iter().enumerate() {
        tell.tell(|| tracing::info!(number, of = whole.len(), "copying attachments"));
        let folder = to.join(id.to_string());
        make(&folder)?;
        let mut hash = Sha256::new();
        for part in parts {
            let came = read_part(store, *id, part).await?;
            hash.update(&came);
            bytes += came.len() as u64;
            let path = folder.join(part.id.to_string());
            fs::write(&path, &came).map_err(at(&path))?;
        }
        if hash.finalize().as_slice() != content_hash.as_slice() {
            return Err(BackupError::Unsound(format!("the bytes of attachment {id} are not those that were sent")));
        }
    }
    Ok(bytes)
}

async fn read_part(store: &Store, file: Uuid, part: &Part) -> Result<Vec<u8>, BackupError> {
    let (start, length) = (u64::from(part.starts_at.unsigned_abs()), u64::from(part.bytes.unsigned_abs()));
    let read = store.read(file, vec![*part], start..start + length).map_err(StoreError::from);
    Ok(read
        .try_fold(Vec::new(), async |mut all, piece| {
            all.extend_from_slice(&piece);
            Ok(all)
        })
        .await?)
}

async fn copy_in(store: &Store, whole: &[Whole], from: &Path) -> Result<(), BackupError> {
    let mut tell = Telling::new();
    for (number, Whole { id, parts, .. }) in whole.iter().enumerate() {
        tell.tell(|| tracing::info!(number, of = whole.len(), "putting attachments back"));
        for part in parts {
            let path = from.join(id.to_string()).join(part.id.to_string());
            let bytes = fs::read(&path).map_err(at(&path))?;
            store.put(*id, part.id, Bytes::from(bytes)).await?;
        }
    }
    Ok(())
}

/// One of PostgreSQL's own programs, for that database. Its password stands in the environment, for others can read a command line.
fn tool(name: &str, config: &Config, owner: &ConnectionSettings) -> Result<Command, BackupError> {
    let mut command = program(name, config.database.pg_bin_dir.as_deref())?;
    command.envs(owner.environment());
    Ok(command)
}

async fn run(program: &'static str, command: &mut Command) -> Result<(), BackupError> {
    let failed = |said: String| BackupError::Program { program, said };
    let mut command = std::mem::replace(command, Command::new(program));
    let ended = tokio::task::spawn_blocking(move || command.output()).await;
    let output = ended.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ")))
}

/// For nobody else on this machine to look into.
fn make(directory: &Path) -> Result<(), BackupError> {
    fs::create_dir_all(directory).map_err(at(directory))?;
    fs::set_permissions(directory, fs::Permissions::from_mode(0o700)).map_err(at(directory))
}

fn hash_of(path: &Path) -> Result<String, BackupError> {
    let mut file = fs::File::open(path).map_err(at(path))?;
    let (mut hash, mut piece) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        let came = file.read(&mut piece).map_err(at(path))?;
        match piece.get(..came) {
            Some(came) if !came.is_empty() => hash.update(came),
            _ => return Ok(hex(&hash.finalize())),
        }
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |error| BackupError::File { path, error }
}

/// Says now and then how far a long work is.
struct Telling(Instant);

impl Telling {
    fn new() -> Self {
        Self(Instant::now())
    }

    fn tell(&mut self, words: impl FnOnce()) {
        if self.0.elapsed() > TELL {
            self.0 = Instant::now();
            words();
        }
    }
}
