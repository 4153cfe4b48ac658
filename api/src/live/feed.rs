//! One subscription to the change feed, as a stream.

use std::{
    collections::VecDeque,
    sync::{Arc, LazyLock, OnceLock},
    time::Duration,
};

use async_graphql::{
    Context, EmptyMutation, EmptySubscription, Object, Request, Response, Schema, ValidationMode, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationType},
};
use auth::Action;
use db::{
    Date, Pool, Reader,
    access::Auth,
    change::{self, ChangeType, Follower},
};
use futures_util::future::join_all;
use tokio::{
    sync::Semaphore,
    time::{sleep, timeout},
};

use crate::{
    authentication::{Authority, Pass},
    changes::ChangeEvent,
    clock::Clock,
    error::{ApiError, Caller, Code},
    language::Language,
    loaders::Loaders,
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
    follower: Follower,
    reads: Semaphore,
}

impl Feed {
    /// Begins to listen, for as long as anybody holds it.
    #[must_use]
    pub fn new(pool: &Pool) -> Arc<Self> {
        Arc::new(Self { follower: change::follow(pool), reads: Semaphore::new(READS) })
    }
}

/// What a `changed` asks for: its resolver leaves it here.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted(Arc<OnceLock<(Option<i64>, Vec<ChangeType>)>>);

impl Wanted {
    pub fn set(&self, after: Option<i64>, types: Vec<ChangeType>) {
        // One field an operation: the guard sees to it.
        let _ = self.0.set((after, types));
    }

    pub fn get(&self) -> Option<(Option<i64>, Vec<ChangeType>)> {
        self.0.get().cloned()
    }
}

/// The root of a subscription while one of its events is executed. The specification executes each event like a query of its
/// own on the subscription's root; so each has loaders, and sees what its reader may see at that moment.
struct Root;

/// The root of a subscription while one of its events is executed.
#[Object(name = "Subscription")]
impl Root {
    /// The event
    #[allow(clippy::unused_async, reason = "the library's form")]
    #[graphql(directive = Auth::apply(Action::SeePublished))]
    async fn changed(&self, context: &Context<'_>) -> Result<ChangeEvent, ApiError> {
        context.data_opt::<ChangeEvent>().cloned().ok_or_else(ApiError::internal)
    }
}

/// Documents that come here were validated when their subscription began.
static EVENTS: LazyLock<Schema<Root, EmptyMutation, EmptySubscription>> = LazyLock::new(|| {
    Schema::build(Root, EmptyMutation, EmptySubscription).validation_mode(ValidationMode::Fast).finish()
});

/// A subscription that has begun.
pub(crate) struct Subscribed {
    pub pool: Pool,
    pub clock: Clock,
    pub authority: Option<Arc<Authority>>,
    pub feed: Arc<Feed>,
    pub pass: Pass,
    pub document: Operation,
    pub types: Vec<ChangeType>,
    /// The place up to which everything was sent.
    pub place: i64,
    /// Whether there may be more behind it, whatever the listener knows.
    pub behind: bool,
}

/// The operation, as each event executes it.
pub(crate) struct Operation {
    text: String,
    name: Option<String>,
    variables: Variables,
    parsed: ExecutableDocument,
    language: Option<Language>,
    caller: Option<Caller>,
}

impl Operation {
    /// A subscription's request.
    pub fn of(request: &mut Request) -> Result<Self, ApiError> {
        let mut parsed =
            request.parsed_query().cloned().map_err(|error| ApiError::bad_request("SYNTAX", error.message))?;
        match &mut parsed.operations {
            DocumentOperations::Single(operation) => operation.node.ty = OperationType::Query,
            DocumentOperations::Multiple(operations) => {
                for operation in operations.values_mut() {
                    operation.node.ty = OperationType::Query;
                }
            }
        }
        let data = |ty| request.data.get(&ty);
        let language = data(std::any::TypeId::of::<Language>()).and_then(|data| data.downcast_ref().copied());
        let caller = data(std::any::TypeId::of::<Caller>()).and_then(|data| data.downcast_ref::<Caller>().cloned());
        Ok(Self {
            text: request.query.clone(),
            name: request.operation_name.clone(),
            variables: request.variables.clone(),
            parsed,
            language,
            caller,
        })
    }

    fn request(&self) -> Request {
        let mut request = Request::new(self.text.clone()).variables(self.variables.clone());
        request.operation_name.clone_from(&self.name);
        request.set_parsed_query(self.parsed.clone());
        if let Some(language) = self.language {
            request = request.data(language);
        }
        if let Some(caller) = self.caller.clone() {
            request = request.data(caller);
        }
        request
    }
}

impl Subscribed {
    /// The next events, executed; never none. An error ends the subscription.
    pub async fn next(&mut self) -> Result<VecDeque<Response>, ApiError> {
        let mut follower = self.feed.follower.clone();
        let mut failures = 0;
        loop {
            if !self.behind {
                follower.beyond(self.place, &self.types).await;
            }
            match timeout(PATIENCE, self.stretch()).await {
                Ok(Ok(events)) if events.is_empty() => failures = 0,
                Ok(Ok(events)) => return Ok(events),
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

    async fn stretch(&mut self) -> Result<VecDeque<Response>, ApiError> {
        let _turn = self.feed.reads.acquire().await.map_err(|_| ApiError::unavailable())?;
        let viewer = self.pass.viewer().await?;
        let reader = Reader::new(self.pool.clone(), viewer.principal.scope(), Date(self.clock.today()));
        let stretch = change::stretch(&reader, self.place, &self.types, TOGETHER).await?;
        let loaders = Loaders::new(Arc::clone(&reader));
        let execute = stretch.events.into_iter().map(|event| {
            let mut request = self.document.request();
            request.data.insert(viewer.clone());
            request.data.insert(Arc::clone(&reader));
            request.data.insert(Arc::clone(&loaders));
            request.data.insert(ChangeEvent(event));
            if let Some(authority) = &self.authority {
                request.data.insert(Arc::clone(authority));
            }
            EVENTS.execute(request)
        });
        let answers = loaders.drive(join_all(execute)).await;
        (self.place, self.behind) = (stretch.last, stretch.more);
        Ok(answers.into())
    }
}
