//! `cotmoc audit`: whether the audit trail is as it was written, and where its old entries go.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use chrono::NaiveDate;
use clap::Subcommand;
use db::{
    Date, DbError, Origin, Pool,
    audit::{
        self, Chain, Fault, Head,
        archive::{self, Archived},
    },
    connection::{AsyncPgConnection, SessionLimits},
    pool::PoolSettings,
};

use self::file::{ArchiveFile, Damage};
use super::output;
use crate::{
    config::Config,
    database::{Database, DatabaseError, Sharing},
};

mod file;

/// How often a long look says how far it is.
const TELL: Duration = Duration::from_secs(2);

/// Each batch may take as long as the machine needs; the look as a whole is one transaction.
const LIMITS: SessionLimits =
    SessionLimits { statement: Duration::ZERO, lock: Duration::from_secs(10), idle_in_transaction: Duration::ZERO };

/// What to do with the audit trail.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Compute every hash anew and look whether each entry follows the one before; exit code 1 if not
    Verify {
        /// An entry that was noted elsewhere, as `head` or an earlier `verify` printed it: it must still be in the trail.
        /// Without one, a trail that somebody wrote anew to its end looks whole
        #[arg(long, value_name = "NUMBER:HASH")]
        expect: Option<Head>,
        /// Where the files of `archive` are: they are verified as well, from the first entry on
        #[arg(long, value_name = "DIR")]
        archive: Option<PathBuf>,
    },
    /// Print number and hash of the last entry, to be noted where whoever administers the database cannot write
    Head,
    /// Move old entries to a file: it is written, read again, noted in the trail, and only then are the entries deleted
    ///
    /// For a trail that has grown to what the database can do without. The API no longer shows what was moved. Safe while `serve`
    /// runs; what broke off is brought to its end by the next call. Works as the owner of the tables (`MIGRATE_DATABASE_URL`).
    Archive {
        /// The folder for the file, which is made if it is missing. Keep it with the backups: nothing else has these entries
        dir: PathBuf,
        /// Entries recorded before this day (Asia/Ho_Chi_Minh), which is not to come
        #[arg(long, value_name = "YYYY-MM-DD")]
        before: NaiveDate,
        /// Only say what would be moved
        #[arg(long)]
        dry_run: bool,
    },
}

/// Why there is no good news.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The trail.
    #[error("the audit trail is broken after {sound} sound entries: {fault}")]
    Broken {
        /// Entries before the fault.
        sound: u64,
        /// The first fault.
        fault: Fault,
    },
    /// What was noted is no longer in the database.
    #[error("entry {0} is archived: say where the archive is (--archive DIR)")]
    Elsewhere(i64),
    /// It was asked for something that cannot be.
    #[error("{0}")]
    Refused(String),
    /// A file of the archive.
    #[error("{file}: {damage}")]
    Archive {
        /// Which.
        file: String,
        /// What is wrong with it.
        damage: Damage,
    },
}

impl From<DbError> for AuditError {
    fn from(error: DbError) -> Self {
        Self::Database(error.into())
    }
}

fn damaged(file: &str) -> impl Fn(Damage) -> AuditError {
    move |damage| AuditError::Archive { file: file.to_owned(), damage }
}

impl Audit {
    /// Does it.
    pub async fn run(&self, config: &Config) -> Result<(), AuditError> {
        let database = Database::open(config, Sharing::Join).await?;
        let done = self.on(config, &database).await;
        database.close().await?;
        output::result(&done?);
        Ok(())
    }

    async fn on(&self, config: &Config, database: &Database) -> Result<String, AuditError> {
        database.prepare_unless(!matches!(self, Self::Archive { dry_run: false, .. })).await?;
        let mut connection = database.pool().settings().with_limits(LIMITS).connect().await?;
        match self {
            Self::Head => Ok(format!("{}\n", audit::head(&mut connection).await?)),
            Self::Verify { expect, archive } => verify(&mut connection, expect.as_ref(), archive.as_deref()).await,
            Self::Archive { dir, before, dry_run } => {
                let today = config.clock().today();
                if *before > today {
                    return Err(AuditError::Refused(format!(
                        "{before} is still to come: say {today} or an earlier day"
                    )));
                }
                let moving = Moving { config, database, dir, before: *before };
                if *dry_run { moving.look().await } else { moving.work().await }
            }
        }
    }
}

/// Says how far a long work is, now and then.
struct Teller {
    told_at: Instant,
    doing: &'static str,
}

impl Teller {
    fn new(doing: &'static str) -> Self {
        Self { told_at: Instant::now(), doing }
    }

    fn tell(&mut self, entry: i64) {
        if self.told_at.elapsed() > TELL {
            self.told_at = Instant::now();
            tracing::info!(entry, "{}", self.doing);
        }
    }
}

// ------------------------------------------------------------------------------------------------------------------- verify

async fn verify(
    connection: &mut AsyncPgConnection,
    expect: Option<&Head>,
    dir: Option<&Path>,
) -> Result<String, AuditError> {
    let archived = archive::archived(connection).await?;
    let mut words = String::new();
    let mut still_expected = expect;
    if let Some(dir) = dir {
        if !dir.is_dir() {
            return Err(AuditError::Refused(format!("{} is no folder", dir.display())));
        }
        let end = verify_archive(dir, &archived, expect).await?;
        words = format!("{} entries in the archive, each as it was written\n", end.id);
        for name in strangers(dir, &archived).map_err(|error| damaged(&dir.display().to_string())(error.into()))? {
            let _ = writeln!(words, "{name} is no file of this archive");
        }
        still_expected = expect.filter(|noted| noted.id > end.id);
    } else if let Some(last) = archived.last() {
        if let Some(noted) = expect.filter(|noted| noted.id <= last.last_id) {
            return Err(AuditError::Elsewhere(noted.id));
        }
        words = format!("{} entries are archived, and were not looked at: say --archive DIR\n", last.last_id);
    }
    let mut teller = Teller::new("verifying the audit trail");
    let verdict = audit::verify(connection, still_expected, |entry| teller.tell(entry)).await?;
    match verdict.fault {
        Some(fault) => Err(AuditError::Broken { sound: verdict.sound, fault }),
        None => Ok(format!("{words}{} entries, each as it was written\n{}\n", verdict.sound, verdict.last)),
    }
}

/// What else lies in the folder.
fn strangers(dir: &Path, archived: &[Archived]) -> io::Result<BTreeSet<String>> {
    let names = fs::read_dir(dir)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<io::Result<BTreeSet<String>>>()?;
    for stretch in archived {
        names.remove(&stretch.file_name);
    }
    Ok(names)
}

/// All files, one behind the other, up to where the trail in the database goes on.
async fn verify_archive(dir: &Path, archived: &[Archived], expect: Option<&Head>) -> Result<Head, AuditError> {
    let mut chain = Chain::from(Head::start());
    let mut teller = Teller::new("verifying the archive of the audit trail");
    for stretch in archived {
        let name = &stretch.file_name;
        let mut file = ArchiveFile::open(&dir.join(name)).await.map_err(damaged(name))?;
        while let Some(entry) = file.next().await.map_err(damaged(name))? {
            chain.step(&entry).map_err(Damage::Trail).map_err(damaged(name))?;
            if expect.is_some_and(|noted| noted.id == entry.id && noted.hash != entry.hash) {
                return Err(damaged(name)(Damage::Trail(Fault::Rewritten { id: entry.id })));
            }
            teller.tell(entry.id);
        }
        if file.hash() != stretch.file_hash || *chain.last() != stretch.last() {
            return Err(damaged(name)(Damage::Other));
        }
    }
    Ok(chain.last().clone())
}

// ------------------------------------------------------------------------------------------------------------------ archive

/// What is moved, and where to.
struct Moving<'a> {
    config: &'a Config,
    database: &'a Database,
    dir: &'a Path,
    before: NaiveDate,
}

impl Moving<'_> {
    async fn connect(&self) -> Result<AsyncPgConnection, AuditError> {
        Ok(self.database.owner().with_limits(LIMITS).connect().await?)
    }

    /// The stretch that is to be moved: what is behind it, and its last entry. None where there is nothing to move.
    async fn stretch(&self, connection: &mut AsyncPgConnection) -> Result<Option<(Head, i64)>, AuditError> {
        let behind = archive::archived(connection).await?.last().map_or_else(Head::start, Archived::last);
        let last = archive::last_before(connection, Date(self.before)).await?;
        Ok(last.filter(|last| *last > behind.id).map(|last| (behind, last)))
    }

    async fn look(&self) -> Result<String, AuditError> {
        let stretch = self.stretch(&mut self.connect().await?).await?;
        Ok(stretch
            .map_or_else(nothing, |(behind, last)| format!("entries {} to {last} would be moved\n", behind.id + 1)))
    }

    async fn work(&self) -> Result<String, AuditError> {
        let mut connection = self.connect().await?;
        if !archive::take(&mut connection).await? {
            return Err(AuditError::Refused("another call is archiving the trail".to_owned()));
        }
        let stretch = self.stretch(&mut connection).await?;
        let words = match stretch {
            Some((behind, last)) => {
                let archived = self.write(&mut connection, behind, last).await?;
                let words = format!(
                    "entries {} to {} are in {}\n{}\n",
                    archived.first_id,
                    archived.last_id,
                    self.dir.join(&archived.file_name).display(),
                    archived.last()
                );
                let pool = PoolSettings { size: 1, acquire_timeout: self.config.database.pool_wait };
                let owner = Pool::new(self.database.owner(), pool);
                archive::note(&self.config.clock().writer(owner, Origin::default()), archived).await?;
                words
            }
            None => nothing(),
        };
        let mut deleted = 0;
        loop {
            let some = archive::delete_some(&mut connection).await?;
            if some == 0 {
                break;
            }
            deleted += some;
            tracing::info!(deleted, "deleting what is archived");
        }
        Ok(words)
    }

    /// Writes the file, and reads it again.
    async fn write(&self, connection: &mut AsyncPgConnection, behind: Head, last: i64) -> Result<Archived, AuditError> {
        let first = behind.id + 1;
        let name = format!("audit-{first:012}-{last:012}.ndjson.gz");
        let place = self.dir.join(&name).display().to_string();
        let unwritten = |error: io::Error| damaged(&place)(Damage::Unwritable(error));
        let mut chain = Chain::from(behind.clone());
        let mut teller = Teller::new("writing the archive of the audit trail");
        let mut writing = file::Writing::begin(self.dir).await.map_err(unwritten)?;
        while chain.last().id < last {
            let entries = audit::entries(connection, chain.last().id).await?;
            if entries.is_empty() {
                let fault = Fault::CutOff { from: chain.last().id + 1, until: last };
                return Err(damaged(&name)(Damage::Trail(fault)));
            }
            for entry in entries.iter().filter(|entry| entry.id <= last) {
                chain.step(entry).map_err(Damage::Trail).map_err(damaged(&name))?;
                writing.add(entry).await.map_err(unwritten)?;
            }
            teller.tell(chain.last().id);
        }
        writing.keep(&self.dir.join(&name)).await.map_err(unwritten)?;

        let mut again = Chain::from(behind);
        let mut file = ArchiveFile::open(&self.dir.join(&name)).await.map_err(damaged(&name))?;
        let mut teller = Teller::new("reading the archive of the audit trail again");
        while let Some(entry) = file.next().await.map_err(damaged(&name))? {
            again.step(&entry).map_err(Damage::Trail).map_err(damaged(&name))?;
            teller.tell(entry.id);
        }
        if again.last() != chain.last() {
            return Err(damaged(&name)(Damage::Other));
        }
        let archived_at = self.config.clock().now();
        let Head { id: last_id, hash: last_hash } = chain.last().clone();
        Ok(Archived { last_id, last_hash, first_id: first, archived_at, file_hash: file.hash(), file_name: name })
    }
}

fn nothing() -> String {
    "nothing to move: no entry is that old\n".to_owned()
}
