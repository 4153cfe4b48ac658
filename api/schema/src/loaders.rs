//! Loaders of one request: what its fields ask for one by one is asked of the database together.

use std::{
    any::{Any, TypeId, type_name},
    collections::HashMap,
    future::poll_fn,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Poll, Waker},
};

use db::{DbError, Reader, noun::Batch};
use futures_util::{StreamExt as _, future::BoxFuture, future::try_join_all, stream::FuturesUnordered};

/// The loaders of one request; they remember what they have loaded until it ends.
///
/// A batch begins when the execution can go no further without it: then every field that could ask has asked. So no time is
/// lost in waiting, and how many statements a document costs does not depend on luck.
pub struct Loaders {
    reader: Arc<Reader>,
    desk: Mutex<Desk>,
}

/// What all loaders share.
#[derive(Default)]
struct Desk {
    /// A [`Shelf`] for each kind of key
    shelves: HashMap<TypeId, Box<dyn Any + Send>>,
    /// Begins what is wanted of one kind of key: one for each kind of which something is wanted
    wanted: Vec<Begin>,
    /// Who waits for an answer
    wakers: Vec<Waker>,
}

/// Begins the batch of one kind of key.
type Begin = fn(&Arc<Loaders>) -> BoxFuture<'static, ()>;

/// What is known of one kind of key.
struct Shelf<K: Batch> {
    answers: HashMap<K, Answer<K::Value>>,
    wanted: Vec<K>,
}

#[derive(Clone)]
enum Answer<V> {
    /// Wanted, or on its way
    Open,
    /// Loaded; none if nothing is there, or nothing that the reader may see
    Known(Option<V>),
    /// The batch failed
    Failed(Arc<DbError>),
}

impl Loaders {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(reader: Arc<Reader>) -> Arc<Self> {
        Arc::new(Self { reader, desk: Mutex::default() })
    }

    /// The answer for one key; none if there is nothing the reader may see.
    pub async fn load_one<K: Batch>(&self, key: K) -> Result<Option<K::Value>, Arc<DbError>> {
        poll_fn(|task| {
            let mut desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
            match desk.ask(&key) {
                Answer::Known(value) => Poll::Ready(Ok(value)),
                Answer::Failed(error) => Poll::Ready(Err(error)),
                Answer::Open => {
                    if !desk.wakers.last().is_some_and(|last| last.will_wake(task.waker())) {
                        desk.wakers.push(task.waker().clone());
                    }
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// The answers for several keys, in their order, without those for which there is nothing.
    pub async fn load_many<K: Batch>(&self, keys: Vec<K>) -> Result<Vec<K::Value>, Arc<DbError>> {
        let found = try_join_all(keys.into_iter().map(|key| self.load_one(key))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Runs an execution, and the batches that it waits for whenever it stands still.
    pub async fn drive<T>(self: &Arc<Self>, execution: impl Future<Output = T>) -> T {
        let mut execution = pin!(execution);
        let mut running = FuturesUnordered::new();
        poll_fn(|task| {
            loop {
                if let Poll::Ready(answer) = execution.as_mut().poll(task) {
                    return Poll::Ready(answer);
                }
                let wanted = std::mem::take(&mut self.desk.lock().unwrap_or_else(PoisonError::into_inner).wanted);
                running.extend(wanted.into_iter().map(|begin| self.reader.apart(begin(self))));
                match running.poll_next_unpin(task) {
                    // A batch is in: the execution may go on, together with whatever else is in.
                    Poll::Ready(Some(())) => while let Poll::Ready(Some(())) = running.poll_next_unpin(task) {},
                    Poll::Ready(None) | Poll::Pending => return Poll::Pending,
                }
            }
        })
        .await
    }

    fn begin<K: Batch>(self: &Arc<Self>) -> BoxFuture<'static, ()> {
        let loaders = Arc::clone(self);
        Box::pin(async move {
            let keys =
                std::mem::take(&mut loaders.desk.lock().unwrap_or_else(PoisonError::into_inner).shelf::<K>().wanted);
            loaders.reader.begin_part(type_name::<K>(), keys.len());
            let loaded = K::load(&loaders.reader, &keys).await.map_err(Arc::new);
            let mut desk = loaders.desk.lock().unwrap_or_else(PoisonError::into_inner);
            desk.shelf().put(keys, loaded);
            for waker in std::mem::take(&mut desk.wakers) {
                waker.wake();
            }
        })
    }
}

impl Desk {
    fn shelf<K: Batch>(&mut self) -> &mut Shelf<K> {
        let known = self.shelves.entry(TypeId::of::<K>());
        let any = known.or_insert_with(|| Box::new(Shelf::<K> { answers: HashMap::new(), wanted: Vec::new() }));
        #[expect(clippy::expect_used, reason = "the map's key is the type of what lies there")]
        any.downcast_mut().expect("a shelf of its key's type")
    }

    /// What is known of a key; who asks first puts it on the list of what is wanted.
    fn ask<K: Batch>(&mut self, key: &K) -> Answer<K::Value> {
        let Shelf { answers, wanted } = self.shelf::<K>();
        if let Some(answer) = answers.get(key) {
            return answer.clone();
        }
        answers.insert(key.clone(), Answer::Open);
        wanted.push(key.clone());
        if wanted.len() == 1 {
            self.wanted.push(Loaders::begin::<K>);
        }
        Answer::Open
    }
}

impl<K: Batch> Shelf<K> {
    fn put(&mut self, keys: Vec<K>, loaded: Result<HashMap<K, K::Value>, Arc<DbError>>) {
        match loaded {
            Ok(mut found) => {
                for key in keys {
                    let value = found.remove(&key);
                    self.answers.insert(key, Answer::Known(value));
                }
            }
            Err(error) => {
                self.answers.extend(keys.into_iter().map(|key| (key, Answer::Failed(Arc::clone(&error)))));
            }
        }
    }
}
