//! Brings a database's schema up to what this program expects.
//!
//! Several nodes may start at once: an advisory lock, asked for again and again, lets one at a time through. Waiting
//! inside PostgreSQL for it instead would deadlock with `CREATE INDEX CONCURRENTLY`, which waits for all transactions.

use std::time::{Duration, Instant};

use derive::boxed;
use diesel::{
    QueryDsl as _,
    connection::SimpleConnection as _,
    dsl::sql,
    migration::{Migration, MigrationSource},
    pg::Pg,
    sql_types::{BigInt, Bool, Integer},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _, async_connection_wrapper::AsyncConnectionWrapper};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::{
    connection::{ConnectionSettings, SessionLimits},
    error::DbError,
    past,
    pool::Pool,
    vitals::OLDEST,
    wall,
};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations");

/// Any number that no other program locks in this database.
const LOCK: i64 = 0x636f_746d_6f63;
const LOCK_POLL: Duration = Duration::from_millis(100);
/// A node that migrates a large table may well take minutes; the others wait for it.
const LOCK_WAIT: Duration = Duration::from_secs(600);

/// Migrations take their time, but must not stand in a lock's queue, where all other statements queue behind them. Those of
/// a server wait for three seconds ([`SessionLimits`]): a migration gives way before they fail.
const LIMITS: SessionLimits =
    SessionLimits { statement: Duration::ZERO, lock: Duration::from_secs(2), idle_in_transaction: Duration::ZERO };

/// So often a migration is tried that waits for a lock in vain, after a pause in which the queue behind it goes on.
const TRIES: u32 = 30;
const PAUSE: Duration = Duration::from_millis(500);

diesel::table! {
    /// Diesel's own record of what was applied.
    __diesel_schema_migrations (version) {
        /// The migration's name up to its first underscore, without hyphens.
        version -> diesel::sql_types::Text,
    }
}

/// Applies what is pending, in order, and names it; changes nothing, and needs no right to, where nothing is. Each migration is a transaction of its own, unless its `metadata.toml`
/// says otherwise. Then the server's role is
/// granted what it needs.
///
/// # Errors
/// `DbError::Internal` names the migration that failed; those before it stay applied. `DbError::Timeout` if another
/// node holds the lock for ten minutes.
#[boxed]
pub async fn run(settings: &ConnectionSettings) -> Result<Vec<String>, DbError> {
    let mut connection = settings.connect().await?;
    if missing(&applied_on(&mut connection).await?)?.is_empty() && wall::is_whole(&mut connection).await? {
        return Ok(Vec::new());
    }
    drop(connection);
    let mut connection = lock(settings).await?;
    let version: i32 = diesel::select(sql::<Integer>("current_setting('server_version_num')::int"))
        .get_result(&mut connection)
        .await?;
    can_run_on(version)?;
    let (applied, mut connection) = apart(connection, |harness| apply(harness, MIGRATIONS)).await?;
    wall::raise(&mut connection, !applied.is_empty()).await?;
    Ok(applied)
}

/// Applies what is pending of other migrations in the same way, without the server's role. For tests of that way.
pub async fn run_others(
    settings: &ConnectionSettings,
    migrations: impl MigrationSource<Pg> + Send + 'static,
) -> Result<Vec<String>, DbError> {
    let connection = lock(settings).await?;
    Ok(apart(connection, |harness| apply(harness, migrations)).await?.0)
}

fn apply(harness: &mut Harness, migrations: impl MigrationSource<Pg>) -> Result<Vec<String>, DbError> {
    let mut names = Vec::new();
    let pending = harness.pending_migrations(migrations).map_err(DbError::Internal)?;
    if !pending.is_empty() {
        // No table could be altered below them. Whoever reads from them is waited for.
        harness.batch_execute(&format!("SET lock_timeout = 0; {}; RESET lock_timeout", past::DROP_VIEWS))?;
    }
    for migration in pending {
        let name = migration.name().to_string();
        tracing::info!(migration = %name, "applying");
        if migration.metadata().run_in_transaction() {
            apply_at_last(harness, &*migration)?;
        } else {
            // What runs outside a transaction (`CONCURRENTLY`) waits without standing in anybody's way, and leaves a broken
            // index behind if it is interrupted.
            harness.batch_execute("SET lock_timeout = 0")?;
            harness.run_migration(&*migration).map_err(DbError::Internal)?;
            harness.batch_execute("RESET lock_timeout")?;
        }
        names.push(name);
    }
    Ok(names)
}

/// Tries again if a lock is not to be had.
fn apply_at_last(harness: &mut Harness, migration: &dyn Migration<Pg>) -> Result<(), DbError> {
    let mut tries = 1;
    loop {
        match harness.run_migration(migration) {
            Ok(_) => return Ok(()),
            // In a box of diesel's migrations; the text as in `DbError`.
            Err(error) if tries < TRIES && error.to_string().contains("due to lock timeout") => {
                tracing::info!(migration = %migration.name(), tries, "a table is busy; trying again");
                tries += 1;
                std::thread::sleep(PAUSE);
            }
            Err(error) => return Err(DbError::Internal(error)),
        }
    }
}

/// An older server would fail inside some migration, with a syntax error that says nothing of the reason.
fn can_run_on(version: i32) -> Result<(), DbError> {
    let (oldest, major) = (OLDEST / 10_000, version / 10_000);
    if version >= OLDEST {
        return Ok(());
    }
    Err(DbError::Settings(format!(
        "PostgreSQL {oldest} or newer is needed, this server is version {major}; install a newer one, or name one with DATABASE_URL"
    )))
}

/// Takes every migration back, the newest first, and with them **all data**. For tests of the migrations.
#[boxed]
pub async fn revert_all(settings: &ConnectionSettings) -> Result<(), DbError> {
    let connection = lock(settings).await?;
    let revert = |harness: &mut Harness| harness.revert_all_migrations(MIGRATIONS).map(drop).map_err(DbError::Internal);
    let ((), mut connection) = apart(connection, revert).await?;
    wall::raze(&mut connection).await
}

/// The names of the migrations that this program has, oldest first.
pub fn known() -> Result<Vec<String>, DbError> {
    Ok(embedded()?.into_iter().map(|(_, name)| name).collect())
}

/// The names of the migrations that this program has and the database has not, oldest first.
#[boxed]
pub async fn pending(pool: &Pool) -> Result<Vec<String>, DbError> {
    missing(&applied(pool).await?)
}

fn missing(applied: &[String]) -> Result<Vec<String>, DbError> {
    Ok(embedded()?.into_iter().filter(|(version, _)| !applied.contains(version)).map(|(_, name)| name).collect())
}

/// The versions that the database has, oldest first; also such as this program does not know, from a newer one.
#[boxed]
pub async fn applied(pool: &Pool) -> Result<Vec<String>, DbError> {
    let mut connection = pool.get().await?;
    let applied = applied_on(&mut connection).await;
    connection.settled();
    applied
}

async fn applied_on(connection: &mut AsyncPgConnection) -> Result<Vec<String>, DbError> {
    let any = sql::<Bool>("to_regclass('__diesel_schema_migrations') IS NOT NULL");
    if !diesel::select(any).get_result::<bool>(connection).await? {
        return Ok(Vec::new());
    }
    let table = __diesel_schema_migrations::table;
    let versions = table.select(__diesel_schema_migrations::version).order(__diesel_schema_migrations::version);
    Ok(versions.load(connection).await?)
}

/// Version and name of each migration.
fn embedded() -> Result<Vec<(String, String)>, DbError> {
    let migrations: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().map_err(DbError::Internal)?;
    Ok(migrations
        .iter()
        .map(|migration| (migration.name().version().to_string(), migration.name().to_string()))
        .collect())
}

/// The lock belongs to the session: it goes when the connection does, whatever happens to us.
async fn lock(settings: &ConnectionSettings) -> Result<AsyncPgConnection, DbError> {
    let mut connection = settings.with_limits(LIMITS).connect().await?;
    let start = Instant::now();
    let mut is_logged = false;
    loop {
        let attempt = sql::<Bool>("pg_try_advisory_lock(").bind::<BigInt, _>(LOCK).sql(")");
        if diesel::select(attempt).get_result(&mut connection).await? {
            return Ok(connection);
        }
        if start.elapsed() > LOCK_WAIT {
            return Err(DbError::Timeout("another node has been migrating this database for ten minutes".into()));
        }
        if !is_logged {
            tracing::info!("another node is migrating the database; waiting for it");
            is_logged = true;
        }
        tokio::time::sleep(LOCK_POLL).await;
    }
}

type Harness = AsyncConnectionWrapper<AsyncPgConnection>;

/// Diesel's migrations are synchronous: on a thread of their own they work on any kind of runtime. Gives the connection,
/// and with it the lock, back.
async fn apart<T: Send + 'static>(
    connection: AsyncPgConnection,
    work: impl FnOnce(&mut Harness) -> Result<T, DbError> + Send + 'static,
) -> Result<(T, AsyncPgConnection), DbError> {
    let job = tokio::task::spawn_blocking(move || {
        let mut harness = Harness::from(connection);
        Ok((work(&mut harness)?, harness.into_inner()))
    });
    job.await.map_err(DbError::internal)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_server_is_told_what_is_needed() {
        assert!(can_run_on(OLDEST).is_ok() && can_run_on(18_00_01).is_ok());
        let error = can_run_on(14_00_20).unwrap_err().to_string();
        assert!(error.starts_with("PostgreSQL 15 or newer is needed, this server is version 14;"), "{error}");
    }
}
