//! One subscription to the change feed, as a stream.
//!
//! The specification executes each event like a query of its own. So a stretch of events is read and executed together, with
//! a viewer, a reader and loaders of its own, before the stream gives them one by one. In between it waits for the node's
//! one listener ([`change::follow`]).

use std::{collections::VecDeque, sync::Arc, time::Duration};

use async_graphql::{Context, Data};
use auth::Scope;
use db::{
    Date, DbError, Pool, Reader,
    change::{self, Behind, ChangeFilter, Follower, Stretch},
    together::Together,
};
use futures_util::{Stream, stream};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{sleep, timeout},
};

use super::{
    Cursors, check,
    event::ChangeEvent,
    executed::Executed,
    place::FeedPlace,
    shared::{Going, Shared},
};
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
    /// What the public reads.
    shared: Shared,
    /// Where the feed ends for the public.
    head: Together<Result<i64, Arc<DbError>>>,
}

impl Feed {
    /// Begins to listen, for as long as anybody holds it.
    #[must_use]
    pub fn new(pool: Pool, clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            follower: change::follow(&pool),
            pool,
            clock,
            reads: Semaphore::new(READS),
            shared: Shared::default(),
            head: Together::default(),
        })
    }

    /// Where the feed ends for a reader.
    async fn head(&self, reader: &Reader) -> Result<i64, ApiError> {
        let ask = async || {
            let _turn = self.turn().await?;
            change::head(reader).await
        };
        if *reader.scope() == Scope::public() {
            Ok(self.head.ask(async || ask().await.map_err(Arc::new)).await?)
        } else {
            Ok(ask().await?)
        }
    }

    /// A turn to read. There always is one in the end.
    async fn turn(&self) -> Result<SemaphorePermit<'_>, DbError> {
        self.reads.acquire().await.map_err(DbError::internal)
    }

    fn reader(&self, viewer: &Viewer) -> Arc<Reader> {
        Reader::new(self.pool.clone(), viewer.principal.scope(), Date(self.clock.today()))
    }
}

/// Events with their places.
type Placed = VecDeque<(i64, Executed<ChangeEvent>)>;

/// A subscription that has begun.
pub(super) struct Subscribed<'a> {
    context: &'a Context<'a>,
    feed: Arc<Feed>,
    peer: Arc<dyn Peer>,
    filter: ChangeFilter,
    /// The place up to which everything was read; none before who follows from now on has looked.
    place: Option<i64>,
    reached: Arc<FeedPlace>,
    /// Whether there may be more behind it, whatever the listener knows.
    behind: bool,
}

impl<'a> Subscribed<'a> {
    pub async fn begin(context: &'a Context<'_>, after: Option<i64>, filter: ChangeFilter) -> Result<Self, ApiError> {
        let feed = context.data_opt::<Arc<Feed>>().cloned().ok_or_else(ApiError::internal)?;
        let peer = context.data_opt::<Arc<dyn Peer>>().cloned().ok_or_else(ApiError::internal)?;
        let reached = context.data_opt::<Arc<FeedPlace>>().cloned().ok_or_else(ApiError::internal)?;
        check(&feed.reader(&peer.viewer().await?), &filter).await?;
        let place = reached.begin(after);
        Ok(Self { context, feed, peer, filter, place, reached, behind: place.is_some() })
    }

    /// The events, for as long as they are asked for; an error is the last.
    pub fn events(self) -> impl Stream<Item = Executed<ChangeEvent>> {
        let reached = Arc::clone(&self.reached);
        stream::unfold((Some(self), VecDeque::new()), move |(mut subscribed, mut ready)| {
            let reached = Arc::clone(&reached);
            async move {
                if ready.is_empty() {
                    match subscribed.as_mut()?.next().await {
                        Ok(events) => ready = events,
                        Err(error) => {
                            subscribed = None;
                            return Some((Executed::failed(error), (subscribed, ready)));
                        }
                    }
                }
                let (place, event) = ready.pop_front()?;
                reached.reach(place);
                Some((event, (subscribed, ready)))
            }
        })
    }

    /// The next events, executed, each with its place, up to which all is then given; never none. An error ends the
    /// subscription.
    async fn next(&mut self) -> Result<Placed, ApiError> {
        let mut place = if let Some(place) = self.place {
            place
        } else {
            let head = self.feed.head(&self.feed.reader(&self.peer.viewer().await?)).await?;
            self.reached.reach(head);
            head
        };
        let mut follower = self.feed.follower.clone();
        let mut failures = 0;
        loop {
            self.reached.pass(place);
            if !self.behind {
                follower.beyond(place, &self.filter.types).await;
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
    async fn stretch(&mut self, place: i64) -> Result<(Placed, i64), ApiError> {
        let viewer = self.peer.viewer().await?;
        // Its connection goes back before there is a turn to wait for: whoever waits holds none.
        let stretch = self.read(&self.feed.reader(&viewer), place).await?;
        self.behind = stretch.more;
        if stretch.events.is_empty() {
            return Ok((Placed::new(), stretch.last));
        }
        let _turn = self.feed.turn().await?;
        let reader = self.feed.reader(&viewer);
        let loaders = Loaders::new(Arc::clone(&reader));
        let mut data = Data::default();
        data.insert(viewer);
        data.insert(Arc::clone(&loaders));
        data.insert(reader);
        let cursors = Cursors::of(self.context)?;
        let places: Vec<i64> = stretch.events.iter().map(|event| event.number).collect();
        let events = stretch.events.iter().map(|event| ChangeEvent::new(event.clone(), cursors));
        let events = loaders.drive(Executed::all(self.context, &data, events)).await;
        Ok((places.into_iter().zip(events).collect(), stretch.last))
    }

    /// The stretch behind a place. The public reads it together, but for who may be further behind than the listener knows.
    async fn read(&self, reader: &Reader, place: i64) -> Result<Arc<Stretch>, ApiError> {
        let feed = &self.feed;
        let read = async || {
            let _turn = feed.turn().await?;
            let behind = if self.behind { Behind::Many } else { Behind::Few };
            change::stretch(reader, place, behind, &self.filter, TOGETHER).await
        };
        if self.behind || *reader.scope() != Scope::public() {
            return Ok(Arc::new(read().await?));
        }
        let going = Going { place, filter: self.filter.clone(), today: reader.today() };
        Ok(feed.shared.stretch(going, feed.follower.head(), read).await?)
    }
}
