//! Which data have changed: what was read before and has the same versions now is the same now.
//!
//! A version rises in the transaction that changes its noun (table `data_version`, kept by triggers). So whoever reads versions,
//! then data, and later the same versions again, knows that the data are still those. No version is known without having
//! asked PostgreSQL: what a node remembers of them is worth nothing.

mod sources;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use diesel::QueryDsl as _;
use diesel_async::{AsyncPgConnection, RunQueryDsl as _};
use tokio::{sync::Mutex, time::timeout};

pub use self::sources::Sources;
use crate::{DbError, connection::ConnectionSettings, schema::data_version, together::Together};

/// How long a look at the versions may take, its connection included. Whoever waited so long asks the database itself.
const PATIENCE: Duration = Duration::from_secs(2);

/// The noun that every answer was read from: what the program expects of the database.
const SCHEMA: &str = "schema";

/// A set of nouns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Nouns(u64);

impl Nouns {
    /// None.
    pub const NONE: Self = Self(0);
    /// Something that has no version.
    pub const OTHER: Self = Self(1 << 63);

    /// The noun at a place of [`Sources::names`]; one beyond those that a set can hold counts as without a version.
    #[must_use]
    pub const fn one(place: usize) -> Self {
        if place < 63 { Self(1 << place) } else { Self::OTHER }
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of it has versions.
    #[must_use]
    pub const fn have_versions(self) -> bool {
        self.0 & Self::OTHER.0 == 0
    }

    const fn holds(self, place: usize) -> bool {
        self.0 & Self::one(place).0 != 0
    }
}

/// The versions of all nouns at one moment. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Versions(Arc<Known>);

#[derive(Debug)]
struct Known {
    /// Of the connection on which they were read: behind another there may be another database.
    line: u64,
    sources: Arc<Sources>,
    versions: Vec<i64>,
}

impl Versions {
    /// Whether what was read from these nouns after `self` was known is still so at `now`: each has the same version. A lower one
    /// is another too: somebody has restored the table.
    #[must_use]
    pub fn hold_at(&self, now: &Self, nouns: Nouns) -> bool {
        let mut both = self.0.versions.iter().zip(&now.0.versions).enumerate();
        self.0.line == now.0.line && both.all(|(place, (then, now))| then == now || !nouns.holds(place))
    }

    /// What is known of what statements read.
    #[must_use]
    pub fn sources(&self) -> &Arc<Sources> {
        &self.0.sources
    }
}

/// Looks at the versions, for all requests of a node, on a connection of its own.
#[derive(Debug)]
pub struct Lookout {
    together: Together<Option<Versions>>,
    glass: Arc<Glass>,
}

/// What is looked through.
struct Glass {
    settings: ConnectionSettings,
    line: Mutex<Option<Line>>,
    lines: AtomicU64,
    looks: AtomicU64,
}

/// A connection, and what is known of the database behind it.
struct Line {
    number: u64,
    connection: AsyncPgConnection,
    sources: Arc<Sources>,
    /// What the schema's version was when the sources were read.
    schema: i64,
}

impl fmt::Debug for Glass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Glass").field("looks", &self.looks).finish_non_exhaustive()
    }
}

/// Of each noun as many as there were transactions at once that changed it.
type Rows = Vec<(String, i64)>;

impl Lookout {
    /// One that connects at the first look.
    #[must_use]
    pub fn new(settings: &ConnectionSettings) -> Self {
        let glass = Glass {
            settings: settings.clone(),
            line: Mutex::default(),
            lines: AtomicU64::default(),
            looks: AtomicU64::default(),
        };
        Self { together: Together::default(), glass: Arc::new(glass) }
    }

    /// The versions as they were at some moment after this was called; none if PostgreSQL could not be asked. All who call while
    /// it is being asked are answered by the next look.
    pub async fn look(&self) -> Option<Versions> {
        // A task of its own: if whoever asked goes away in the midst of it, the connection need not be given up.
        let look = async || {
            let glass = Arc::clone(&self.glass);
            tokio::spawn(async move { glass.look().await }).await.ok().flatten()
        };
        self.together.ask(look).await
    }

    /// How often PostgreSQL was asked.
    #[must_use]
    pub fn looks(&self) -> u64 {
        AtomicU64::load(&self.glass.looks, Ordering::Relaxed)
    }
}

impl Glass {
    async fn look(&self) -> Option<Versions> {
        self.looks.fetch_add(1, Ordering::Relaxed);
        let mut kept = self.line.lock().await;
        // Taken out: a look that is given up leaves no connection behind on which its answer is still to come.
        let line = kept.take();
        match timeout(PATIENCE, self.look_on(line)).await {
            Ok(Ok((line, versions))) => {
                *kept = Some(line);
                Some(versions)
            }
            Ok(Err(error)) => {
                tracing::debug!(%error, "cannot look at the versions of the data");
                None
            }
            Err(_) => None,
        }
    }

    /// On the connection that is there, else or if the schema has changed on a new one.
    async fn look_on(&self, line: Option<Line>) -> Result<(Line, Versions), DbError> {
        if let Some(mut line) = line
            && let Ok(rows) = rows(&mut line.connection).await
            && version(&rows, SCHEMA) == line.schema
        {
            let versions = line.versions(&rows);
            return Ok((line, versions));
        }
        let mut connection = self.settings.connect().await?;
        // Before the catalogue: if that changes meanwhile, the next look finds another version.
        let rows = rows(&mut connection).await?;
        let sources = Arc::new(Sources::load(&mut connection).await?);
        let number = self.lines.fetch_add(1, Ordering::Relaxed);
        let line = Line { number, connection, sources, schema: version(&rows, SCHEMA) };
        let versions = line.versions(&rows);
        Ok((line, versions))
    }
}

impl Line {
    fn versions(&self, rows: &Rows) -> Versions {
        let names = self.sources.names().iter();
        let versions = names.map(|name| version(rows, name)).collect();
        Versions(Arc::new(Known { line: self.number, sources: Arc::clone(&self.sources), versions }))
    }
}

async fn rows(connection: &mut AsyncPgConnection) -> Result<Rows, DbError> {
    Ok(data_version::table.select((data_version::noun, data_version::version)).load(connection).await?)
}

/// The version of a noun; zero while nobody has changed it.
fn version(rows: &Rows, of: &str) -> i64 {
    rows.iter().filter(|(noun, _)| noun == of).map(|(_, version)| version).sum()
}
