//! One subscription to the change feed, as a stream.
//!
//! The specification executes each event like a query of its own. So a stretch of events is read and executed together, with
//! a viewer, a reader and loaders of its own, before the stream gives them one by one. In between it waits for the node's
//! one listener ([`change::follow`]).

use std::{collections::VecDeque, sync::Arc, time::Duration};

use async_graphql::{Context, Data};
use db::{
    Date, Pool, Reader,
    change::{self, ChangeType, Follower},
};
use futures_util::{Stream, stream};
use tokio::{
    sync::Semaphore,
    time::{sleep, timeout},
};

use super::{event::ChangeEvent, executed::Executed};
use crate::{
    clock::Clock,
    error::{ApiError, Code},
    loaders::Loaders,
    viewer::{Peer, Viewer},
};

/// Events that are read and executed together: what a client that does not read makes the server hold.
const TOGETHER: u32 = 20;

/// Subscriptions that read at once on one node; the others wait their turn, so that they leave connections to requests.
const READS: usize = 4;

/// A stretch that takes longer is given up and tried again.
const PATIENCE: Duration = Duration::from_secs(10);

/// Between tries while the database is away, growing.
const RETRY: [Duration; 3] = [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(3)];

/// The feed as one node follows it.
#[derive(Debug)]
pub struct Feed {
    pool: Pool,
    clock: Clock,
    follower: Follower,
    reads: Semaphore,
}

impl Feed {
    /// Begins to listen, for as long as anybody holds it.
    #[must_use]
    pub fn new(pool: Pool, clock: Clock) -> Arc<Self> {
        Arc::new(Self { follower: change::follow(&pool), pool, clock, reads: Semaphore::new(READS) })
    }

    fn reader(&self, viewer: &Viewer) -> Arc<Reader> {
        Reader::new(self.pool.clone(), viewer.principal.scope(), Date(self.clock.today()))
    }
}

/// A subscription that has begun.
pub(super) struct Subscribed<'a> {
    context: &'a Context<'a>,
    feed: Arc<Feed>,
    peer: Arc<dyn Peer>,
    types: Vec<ChangeType>,
    /// The place up to which everything was sent; none before the first event of who follows from now on.
    place: Option<i64>,
    /// Whether there may be more behind it, whatever the listener knows.
    behind: bool,
}

impl<'a> Subscribed<'a> {
    pub fn new(context: &'a Context<'_>, after: Option<i64>, types: Vec<ChangeType>) -> Result<Self, ApiError> {
        let feed = context.data_opt::<Arc<Feed>>().cloned().ok_or_else(ApiError::internal)?;
        let peer = context.data_opt::<Arc<dyn Peer>>().cloned().ok_or_else(ApiError::internal)?;
        Ok(Self { context, feed, peer, types, place: after, behind: after.is_some() })
    }

    /// The events, for as long as they are asked for; an error is the last.
    pub fn events(self) -> impl Stream<Item = Executed<ChangeEvent>> {
        stream::unfold((Some(self), VecDeque::new()), async |(mut subscribed, mut ready)| {
            if ready.is_empty() {
                match subscribed.as_mut()?.next().await {
                    Ok(events) => ready = events,
                    Err(error) => {
                        ready.push_back(Executed::failed(error));
                        subscribed = None;
                    }
                }
            }
            Some((ready.pop_front()?, (subscribed, ready)))
        })
    }

    /// The next events, executed; never none. An error ends the subscription.
    async fn next(&mut self) -> Result<VecDeque<Executed<ChangeEvent>>, ApiError> {
        let mut place = match self.place {
            Some(place) => place,
            None => change::head(&self.feed.reader(&self.peer.viewer().await?)).await?,
        };
        let mut follower = self.feed.follower.clone();
        let mut failures = 0;
        loop {
            if !self.behind {
                follower.beyond(place, &self.types).await;
            }
            match timeout(PATIENCE, self.stretch(place)).await {
                Ok(Ok((events, last))) => {
                    (place, failures) = (last, 0);
                    if !events.is_empty() {
                        self.place = Some(place);
                        return Ok(events);
                    }
                }
                Ok(Err(error)) if matches!(error.code(), Code::Unauthenticated | Code::BadRequest) => {
                    return Err(error);
                }
                // The database is away, or too slow: the place is kept, and the next try goes on from it.
                Ok(Err(_)) | Err(_) => {
                    sleep(RETRY.get(failures).or(RETRY.last()).copied().unwrap_or_default()).await;
                    failures += 1;
                }
            }
        }
    }

    /// What follows a place, executed, and the place behind it.
    async fn stretch(&mut self, place: i64) -> Result<(VecDeque<Executed<ChangeEvent>>, i64), ApiError> {
        let _turn = self.feed.reads.acquire().await.map_err(|_| ApiError::unavailable())?;
        let viewer = self.peer.viewer().await?;
        let reader = self.feed.reader(&viewer);
        let stretch = change::stretch(&reader, place, &self.types, TOGETHER).await?;
        let loaders = Loaders::new(Arc::clone(&reader));
        let mut data = Data::default();
        data.insert(viewer);
        data.insert(Arc::clone(&loaders));
        data.insert(reader);
        let events =
            loaders.drive(Executed::all(self.context, &data, stretch.events.into_iter().map(ChangeEvent))).await;
        self.behind = stretch.more;
        Ok((events, stretch.last))
    }
}
