//! Loaders of one request: what its fields ask for one by one is asked of the database together.

use std::{
    collections::HashMap,
    future::poll_fn,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
    time::Duration,
};

use async_graphql::{
    dataloader::{DataLoader, HashMapCache, Loader},
    runtime::Timer,
};
use db::{DbError, Reader, noun::Batch};
use futures_util::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::FuturesUnordered,
    task::{FutureObj, Spawn, SpawnError},
};

/// The loaders of one request; they remember what they have loaded until it ends.
pub type Loaders = DataLoader<Questions, HashMapCache>;

/// Answers the keys of every [`Batch`].
#[derive(Clone)]
pub struct Questions(Arc<Reader>);

impl<K: Batch> Loader<K> for Questions {
    type Value = K::Value;
    type Error = Arc<DbError>;

    async fn load(&self, keys: &[K]) -> Result<HashMap<K, K::Value>, Arc<DbError>> {
        K::load(&self.0, keys).await.map_err(Arc::new)
    }
}

/// The batches that wait for the execution of a request to stand still.
///
/// The library's loaders wait a millisecond for more keys, on another thread. Here a batch begins exactly when the
/// execution can go no further without it: then every field that could ask has asked. No time is lost, and how many
/// statements a document costs does not depend on luck.
#[derive(Clone, Default)]
pub struct Batches(Arc<Mutex<Vec<FutureObj<'static, ()>>>>);

impl Spawn for Batches {
    fn spawn_obj(&self, batch: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(batch);
        Ok(())
    }
}

/// No waiting: the batch begins late enough as it is.
struct AtOnce;

impl Timer for AtOnce {
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        std::future::ready(()).boxed()
    }
}

impl Batches {
    /// Loaders whose batches wait here.
    #[must_use]
    pub fn loaders(&self, reader: Arc<Reader>) -> Loaders {
        // Limits on documents and pages bound the keys; a second statement for the same question would gain nothing.
        DataLoader::with_cache(Questions(reader), self.clone(), AtOnce, HashMapCache::default())
            .max_batch_size(usize::MAX)
    }

    /// Runs an execution, and its batches whenever it stands still.
    pub async fn drive<T>(self, execution: impl Future<Output = T>) -> T {
        let mut execution = pin!(execution);
        let mut running = FuturesUnordered::new();
        poll_fn(|context| {
            loop {
                if let Poll::Ready(answer) = execution.as_mut().poll(context) {
                    return Poll::Ready(answer);
                }
                running.extend(self.0.lock().unwrap_or_else(PoisonError::into_inner).drain(..));
                match running.poll_next_unpin(context) {
                    // A batch is in: the execution may go on, together with whatever else is in.
                    Poll::Ready(Some(())) => while let Poll::Ready(Some(())) = running.poll_next_unpin(context) {},
                    Poll::Ready(None) | Poll::Pending => return Poll::Pending,
                }
            }
        })
        .await
    }
}
