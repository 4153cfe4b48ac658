//! Answers that were given before, kept for as long as they are true.
//!
//! **Never stale.** An answer is kept with the versions of the data ([`db::data_version`]) as they were before it was worked out,
//! and with the nouns that its statements have read. It is given again only after a look at the versions that began when the
//! request was there: if those nouns have the same versions, nothing that it says has changed, whoever changed what, on whichever
//! node. One look serves all who wait for it. Where PostgreSQL cannot be asked, nothing is given from here.
//!
//! **Nobody else's.** Its key holds all that an answer depends on beside the data: the document, the operation, the variables as
//! they were read, the language, the day, and the visibility class of the reader. What depends on who asks beyond that is never
//! kept: the guard knows it by its rule ([`auth::Action::is_personal`]), and what is read from a table that has no version, such as
//! accounts and sessions, is not kept either.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_compression::{
    Level,
    tokio::bufread::{BrotliEncoder, GzipEncoder},
};
use axum::http::HeaderValue;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use chrono::NaiveDate;
use db::{
    Meter, Pool,
    data_version::{Lookout, Nouns, Versions},
    loan::Work,
};
use moka::sync::Cache;
use schema::{caller::Caller, clock::Clock, viewer::Viewer};
use sha2::{Digest as _, Sha256};
use tokio::{io::AsyncReadExt as _, sync::OnceCell};

use super::{GraphqlResponse, encoding::Encoding};
use crate::{guard::Admitted, limits::points};

/// One answer may take this part of the memory at most, so that a few do not drive out all others.
const PART: usize = 8;

/// What an answer takes beside its bytes.
const OVERHEAD: usize = 512;

/// How often somebody waits for what others work on. An answer that turns out to have been begun too early is waited for once.
const ROUNDS: usize = 2;

type Key = [u8; 32];

/// An answer of which all that is needed to give it again is known.
#[derive(Debug)]
pub struct Kept {
    /// As it is sent.
    body: Bytes,
    /// The same, compressed when it is first asked for.
    gzip: OnceCell<Bytes>,
    brotli: OnceCell<Bytes>,
    /// Another answer has another.
    pub etag: HeaderValue,
    /// As they were before it was worked out.
    versions: Versions,
    /// What it was read from.
    nouns: Nouns,
}

impl Kept {
    /// As it is sent.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// As it is sent in an encoding.
    pub async fn encoded(&self, encoding: Encoding) -> Bytes {
        let body = &*self.body;
        match encoding {
            // Sent many times: worth more than the fastest.
            Encoding::Brotli => {
                self.brotli.get_or_init(|| read(BrotliEncoder::with_quality(body, Level::Precise(5)))).await.clone()
            }
            Encoding::Gzip => {
                self.gzip.get_or_init(|| read(GzipEncoder::with_quality(body, Level::Precise(6)))).await.clone()
            }
            Encoding::Identity => self.body.clone(),
        }
    }

    /// What it costs to be given it again, in points.
    #[must_use]
    pub fn points(&self) -> u64 {
        points::taken(Work::default(), self.body.len())
    }

    /// Whether nothing that it was read from has changed, if the data have these versions.
    fn holds_at(&self, versions: &Versions) -> bool {
        self.versions.hold_at(versions, self.nouns)
    }

    fn bytes(&self) -> usize {
        // Compressed twice it is less than half as long again.
        self.body.len() * 3 / 2 + OVERHEAD
    }
}

/// Of bytes in memory, which cannot fail.
async fn read(mut encoder: impl tokio::io::AsyncRead + Unpin) -> Bytes {
    let mut compressed = Vec::new();
    let _ = encoder.read_to_end(&mut compressed).await;
    Bytes::from(compressed)
}

/// What is known of the answer to a request, before it is worked out.
#[derive(Debug)]
pub enum Recalled {
    /// It was given before and is still true.
    Known(Arc<Kept>),
    /// It is not known; worked out, it may be kept.
    Unknown(Place),
    /// It is for one only, or the versions are not known.
    Never,
}

/// Where an answer is kept.
#[derive(Debug)]
pub struct Place {
    key: Key,
    day: NaiveDate,
    versions: Versions,
}

/// What came of working an answer out.
#[derive(Debug)]
pub enum Outcome {
    /// It is kept.
    Kept(Arc<Kept>),
    /// Somebody else was working it out already.
    Shared(Arc<Kept>),
    /// It is not kept.
    Own(GraphqlResponse),
}

type Cell = Arc<OnceCell<Option<Arc<Kept>>>>;

/// The answers of a node.
#[derive(Debug)]
pub struct AnswerCache {
    answers: Cache<Key, Arc<Kept>>,
    under_way: Mutex<HashMap<Key, Cell>>,
    lookout: Lookout,
    clock: Clock,
    largest: usize,
}

impl AnswerCache {
    /// An empty one of so many bytes, for answers from that database.
    #[must_use]
    pub fn new(bytes: usize, pool: &Pool, clock: Clock) -> Arc<Self> {
        let weigh = |_: &Key, kept: &Arc<Kept>| u32::try_from(kept.bytes()).unwrap_or(u32::MAX);
        Arc::new(Self {
            answers: Cache::builder().max_capacity(bytes as u64).weigher(weigh).build(),
            under_way: Mutex::default(),
            lookout: Lookout::new(pool.settings()),
            clock,
            largest: bytes / PART,
        })
    }

    /// What is known of the answer to a request that was admitted.
    pub async fn recall(
        &self,
        operation: Option<&str>,
        admitted: &Admitted,
        caller: &Caller,
        viewer: &Viewer,
    ) -> Recalled {
        if !admitted.is_shared {
            return Recalled::Never;
        }
        let day = self.clock.today();
        let Some(key) = key(operation, admitted, caller, viewer, day) else { return Recalled::Never };
        let Some(versions) = self.lookout.look().await else { return Recalled::Never };
        match self.known(&key, &versions) {
            Some(kept) => Recalled::Known(kept),
            None => Recalled::Unknown(Place { key, day, versions }),
        }
    }

    /// Works an answer out, once for all who ask for it meanwhile and for whom it is new enough. `work` is given what notes
    /// what is read.
    pub async fn once(&self, place: Place, work: impl AsyncFnOnce(Meter) -> GraphqlResponse) -> Outcome {
        let mut work = Some(work);
        for _ in 0..ROUNDS {
            let waiting = Waiting { cache: self, key: place.key, cell: self.cell(&place) };
            let mut own = None;
            let outcome = waiting.cell.get_or_init(async || {
                // Whoever worked on it may have ended since it was looked for.
                if let Some(kept) = self.known(&place.key, &place.versions) {
                    return Some(kept);
                }
                let (kept, response) = self.make(&place, work.take()?).await;
                own = Some(response);
                kept
            });
            match (outcome.await.clone(), own) {
                (Some(kept), Some(_)) => return Outcome::Kept(kept),
                (None, Some(response)) => return Outcome::Own(response),
                (Some(kept), None) if kept.holds_at(&place.versions) => return Outcome::Shared(kept),
                // Begun before something changed that it was read from.
                (Some(_), None) => waiting.leave(),
                // What somebody else was answered is not for all.
                (None, None) => break,
            }
        }
        let Some(work) = work else { unreachable!("whoever has worked has an answer of their own") };
        match self.make(&place, work).await {
            (Some(kept), _) => Outcome::Kept(kept),
            (None, response) => Outcome::Own(response),
        }
    }

    /// How often PostgreSQL was asked for versions, and how many bytes are kept: for metrics.
    #[must_use]
    pub fn usage(&self) -> (u64, u64) {
        self.answers.run_pending_tasks();
        (self.lookout.looks(), self.answers.weighted_size())
    }

    /// What is kept and true when the data have these versions.
    fn known(&self, key: &Key, versions: &Versions) -> Option<Arc<Kept>> {
        self.answers.get(key).filter(|kept| kept.holds_at(versions))
    }

    async fn make(
        &self,
        place: &Place,
        work: impl AsyncFnOnce(Meter) -> GraphqlResponse,
    ) -> (Option<Arc<Kept>>, GraphqlResponse) {
        let meter = Meter::noting(place.versions.sources());
        let mut response = work(meter.clone()).await;
        (self.keep(place, &meter, &mut response), response)
    }

    fn keep(&self, place: &Place, meter: &Meter, response: &mut GraphqlResponse) -> Option<Arc<Kept>> {
        let nouns = meter.nouns().filter(|nouns| nouns.have_versions())?;
        if self.clock.today() != place.day {
            return None;
        }
        let body = Bytes::from(response.to_keep()?);
        let kept = Kept {
            etag: etag(&body)?,
            body,
            gzip: OnceCell::new(),
            brotli: OnceCell::new(),
            versions: place.versions.clone(),
            nouns,
        };
        if kept.bytes() > self.largest {
            return None;
        }
        let kept = Arc::new(kept);
        self.answers.insert(place.key, Arc::clone(&kept));
        Some(kept)
    }

    fn cells(&self) -> MutexGuard<'_, HashMap<Key, Cell>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one that somebody works on, else a new one.
    fn cell(&self, place: &Place) -> Cell {
        Arc::clone(self.cells().entry(place.key).or_default())
    }
}

/// Somebody who waits for an answer; the last one clears up.
struct Waiting<'a> {
    cache: &'a AnswerCache,
    key: Key,
    cell: Cell,
}

impl Waiting<'_> {
    /// Nobody is to wait for this one any more.
    fn leave(self) {
        let mut cells = self.cache.cells();
        if cells.get(&self.key).is_some_and(|cell| Arc::ptr_eq(cell, &self.cell)) {
            cells.remove(&self.key);
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut cells = self.cache.cells();
        let is_last = cells.get(&self.key).is_some_and(|cell| {
            // Here and in the table.
            Arc::ptr_eq(cell, &self.cell) && Arc::strong_count(cell) == 2
        });
        if is_last {
            cells.remove(&self.key);
        }
    }
}

/// All that an answer depends on beside the data.
fn key(operation: Option<&str>, admitted: &Admitted, caller: &Caller, viewer: &Viewer, day: NaiveDate) -> Option<Key> {
    let variables = serde_json::to_vec(&admitted.variables).ok()?;
    let language = format!("{:?}", caller.language);
    let day = day.to_string();
    let mut key = Sha256::new();
    key.update(admitted.document.digest());
    key.update(viewer.principal.scope().visibility_class());
    for part in [operation.unwrap_or_default().as_bytes(), language.as_bytes(), day.as_bytes(), &variables] {
        key.update(part.len().to_le_bytes());
        key.update(part);
    }
    Some(key.finalize().into())
}

/// A weak one: the same answer has it in every encoding.
#[must_use]
pub fn etag(body: &[u8]) -> Option<HeaderValue> {
    let digest = Sha256::digest(body);
    let (half, _) = digest.split_at_checked(16)?;
    HeaderValue::from_str(&format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(half))).ok()
}
