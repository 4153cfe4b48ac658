//! What many followers read who see the same. A change wakes them all, and most see nothing of it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use db::{
    Date, DbError,
    change::{ChangeFilter, Stretch},
};
use tokio::sync::OnceCell;

/// Stretches that are kept: as many as there are ways to follow, and places at which followers are.
const KEPT: usize = 32;

/// Where somebody goes on, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Going {
    pub place: i64,
    pub filter: ChangeFilter,
    pub today: Date,
}

/// A stretch that is read, or being read.
type Read = Arc<OnceCell<Arc<Stretch>>>;

/// Stretches that are read for the public, each with the newest change that was known before it was read.
#[derive(Debug, Default)]
pub(super) struct Shared(Mutex<VecDeque<(Going, i64, Read)>>);

impl Shared {
    /// The stretch behind a place: one that was read when all up to `head` was there. One reads, the others wait for it.
    pub async fn stretch(
        &self,
        going: Going,
        head: i64,
        read: impl AsyncFnOnce() -> Result<Stretch, DbError>,
    ) -> Result<Arc<Stretch>, DbError> {
        let one = self.one(going, head);
        one.get_or_try_init(async || Ok(Arc::new(read().await?))).await.cloned()
    }

    fn one(&self, going: Going, head: i64) -> Read {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((.., read)) = kept.iter().find(|(of, known, _)| *known >= head && *of == going) {
            return Arc::clone(read);
        }
        let read = Read::default();
        kept.truncate(KEPT - 1);
        kept.push_front((going, head, Arc::clone(&read)));
        read
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn it_is_read_once_for_all_who_are_at_one_place_and_anew_when_there_is_more() {
        let (shared, reads) = (Shared::default(), AtomicI64::new(0));
        let ask = async |place, head, programme: Option<&str>| {
            let filter = ChangeFilter { programme: programme.map(str::to_owned), ..ChangeFilter::default() };
            let going = Going { place, filter, today: Date("2026-11-29".parse().unwrap()) };
            let read = async || {
                let number = reads.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                Ok(Stretch { events: Vec::new(), last: number, told: place, more: false })
            };
            shared.stretch(going, head, read).await.unwrap().last
        };
        assert_eq!(join_all((0..50).map(|_| ask(70, 80, None))).await, [0; 50]);
        assert_eq!(ask(70, 75, None).await, 0, "it knows more than is wanted");
        assert_eq!(ask(70, 81, None).await, 1, "there is more");
        assert_eq!(ask(71, 80, None).await, 2, "another place");
        assert_eq!(ask(70, 80, Some("nq57-quang-ngai")).await, 3, "another way to follow");
        assert_eq!(reads.load(Ordering::Relaxed), 4);
    }
}
