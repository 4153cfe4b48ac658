//! The keys as this node knows them: read from the database every few seconds, at once where a token names one that is
//! not among them.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use auth::{keys::KeySet, seal::Sealer};
use db::{DbError, Pool, signing_key};
use tokio::{sync::Mutex, time::Instant};

/// How old what this node knows may be. A key that was withdrawn holds for so long, and a moment.
pub const USUAL_AGE: Duration = Duration::from_secs(3);

/// The same where a token names a key that is not known. So made-up ids cost one statement a second, not more.
pub const MISSED_AGE: Duration = Duration::from_secs(1);

/// The keys of the installation.
#[derive(Debug)]
pub struct Keyring {
    pool: Pool,
    known: RwLock<Option<Known>>,
    loading: Mutex<()>,
}

#[derive(Debug, Clone)]
struct Known {
    keys: Arc<KeySet>,
    since: Instant,
}

impl Keyring {
    /// Knows none yet.
    #[must_use]
    pub fn new(pool: Pool) -> Self {
        Self { pool, known: RwLock::default(), loading: Mutex::default() }
    }

    /// The keys, as they were not longer ago than `age`. While the database is away, as they were when it was there.
    pub async fn keys(&self, sealer: &Sealer, age: Duration) -> Result<Arc<KeySet>, DbError> {
        if let Some(keys) = self.known(age) {
            return Ok(keys);
        }
        // One asks; the others go on with what is known, should anything be.
        let _turn = match (self.loading.try_lock(), self.known(Duration::MAX)) {
            (Ok(turn), _) => turn,
            (Err(_), Some(keys)) => return Ok(keys),
            (Err(_), None) => self.loading.lock().await,
        };
        if let Some(keys) = self.known(age) {
            return Ok(keys);
        }
        let keys = match (signing_key::load(&self.pool, sealer).await, self.known(Duration::MAX)) {
            (Ok(keys), _) => Arc::new(keys),
            (Err(error), Some(old)) => {
                tracing::warn!(%error, "cannot read the signing keys; going on with those that are known");
                old
            }
            (Err(error), None) => return Err(error),
        };
        let known = Known { keys: Arc::clone(&keys), since: Instant::now() };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known);
        Ok(keys)
    }

    fn known(&self, age: Duration) -> Option<Arc<KeySet>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|known| known.since.elapsed() < age).map(|known| Arc::clone(&known.keys))
    }
}
