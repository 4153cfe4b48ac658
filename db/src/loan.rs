//! A connection on loan: what is under way on it, and how it comes back.
//!
//! Whoever asked may go away while PostgreSQL still works for it. A connection in that state is not lent again: what runs on
//! it is cancelled, and it counts as lent until it has come to rest. So there are never more statements under way than the pool
//! has connections, whatever clients do.

use std::{
    fmt,
    ops::{AddAssign, Deref, DerefMut, Sub},
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker, ready},
    time::{Duration, Instant},
};

use diesel::{
    QueryResult,
    connection::InstrumentationEvent,
    pg::{Pg, PgQueryBuilder},
    query_builder::{AsQuery, QueryBuilder as _, QueryFragment, QueryId},
};
use diesel_async::{
    AsyncConnection, AsyncConnectionCore, AsyncPgConnection, SimpleAsyncConnection, TransactionManager as _,
    pooled_connection::bb8::PooledConnection,
};
use futures_util::{FutureExt as _, Stream, StreamExt as _, future::BoxFuture, stream::BoxStream};
use tokio::{runtime::Handle, time::timeout};

use crate::{
    connection::Canceller,
    data_version::{Nouns, Sources},
    explain, past,
    witness::{self, Watched, Witness},
};

/// How long a cancelled statement has to end before the next cancel request is sent: for the one behind it on the
/// connection, which begins when this one has ended.
const REST: Duration = Duration::from_millis(10);

type Lent = PooledConnection<'static, AsyncPgConnection>;
type Transactions = <AsyncPgConnection as AsyncConnection>::TransactionManager;

/// What PostgreSQL did for a loan, or for a request, transactions left out: most of their time they wait for one another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// Statements sent.
    pub statements: usize,
    /// Rows received.
    pub rows: u64,
    /// How long at least one of them was under way.
    pub time: Duration,
}

impl AddAssign for Work {
    fn add_assign(&mut self, other: Self) {
        self.statements += other.statements;
        self.rows += other.rows;
        self.time += other.time;
    }
}

impl Sub for Work {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            statements: self.statements.saturating_sub(before.statements),
            rows: self.rows.saturating_sub(before.rows),
            time: self.time.saturating_sub(before.time),
        }
    }
}

/// Adds up what was done on the loans of one request, whatever it read or wrote with. Each loan counts when it ends.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    metered: Arc<Metered>,
    witness: Option<Arc<dyn Witness>>,
    /// Whether who watches is told the plan of each statement as well.
    explains: bool,
}

#[derive(Debug, Default)]
struct Metered {
    work: Mutex<Work>,
    /// Whether a standby has answered something.
    by_replica: AtomicBool,
    noting: Option<Noting>,
}

/// What is read, noted as statements are sent.
#[derive(Debug)]
struct Noting {
    sources: Arc<Sources>,
    nouns: Mutex<Nouns>,
}

impl Meter {
    /// One that also notes what the statements read.
    #[must_use]
    pub fn noting(sources: &Arc<Sources>) -> Self {
        let noting = Noting { sources: Arc::clone(sources), nouns: Mutex::default() };
        Self { metered: Arc::new(Metered { noting: Some(noting), ..Metered::default() }), ..Self::default() }
    }

    /// The same, with somebody who is told of each statement.
    #[must_use]
    pub fn watched_by(self, witness: Arc<dyn Witness>) -> Self {
        Self { witness: Some(witness), ..self }
    }

    /// The same, where it is told of each statement's plan as well: for that PostgreSQL carries it out once more before. Only for what
    /// reads, since what writes would write twice.
    #[must_use]
    pub fn explained_to(self, witness: Arc<dyn Witness>) -> Self {
        Self { explains: true, ..self.watched_by(witness) }
    }

    /// Who is told of each statement, if anybody is.
    pub(crate) const fn witness(&self) -> Option<&Arc<dyn Witness>> {
        self.witness.as_ref()
    }

    /// What has been done so far.
    #[must_use]
    pub fn work(&self) -> Work {
        *self.metered.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the statements so far have read, if it was noted.
    #[must_use]
    pub fn nouns(&self) -> Option<Nouns> {
        let noting = self.metered.noting.as_ref()?;
        Some(*noting.nouns.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether something was read from a standby.
    #[must_use]
    pub fn is_by_replica(&self) -> bool {
        self.metered.by_replica.load(Ordering::Relaxed)
    }

    fn add(&self, work: Work) {
        *self.metered.work.lock().unwrap_or_else(PoisonError::into_inner) += work;
    }

    fn note(&self, read: impl FnOnce(&Sources) -> Nouns) {
        if let Some(Noting { sources, nouns }) = &self.metered.noting {
            let read = read(sources);
            let mut nouns = nouns.lock().unwrap_or_else(PoisonError::into_inner);
            *nouns = nouns.and(read);
        }
    }

    /// Notes what a statement reads, by the text that is sent, and tells who watches.
    fn sends(&self, query: &impl QueryFragment<Pg>) -> Option<Watched> {
        if self.metered.noting.is_none() && self.witness.is_none() {
            return None;
        }
        let mut text = PgQueryBuilder::default();
        let text = query.to_sql(&mut text, &Pg).ok().map(|()| text.finish());
        self.note(|sources| text.as_deref().map_or(Nouns::OTHER, |text| sources.of_statement(text)));
        self.watch(text.unwrap_or_default())
    }

    fn watch(&self, text: impl Into<String>) -> Option<Watched> {
        self.witness.as_ref().map(|witness| Watched::begin(witness, text.into()))
    }
}

/// What is under way on a connection.
#[derive(Debug, Default)]
struct Flight(Mutex<Flown>);

#[derive(Debug, Default)]
struct Flown {
    work: Work,
    /// Statements without an end.
    open: usize,
    /// Since when there have been some.
    since: Option<Instant>,
    /// It is used past this count, and nobody has said that all has ended.
    whole: bool,
}

impl Flight {
    fn flown(&self) -> MutexGuard<'_, Flown> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self) {
        let mut flown = self.flown();
        flown.work.statements += 1;
        flown.open += 1;
        flown.since.get_or_insert_with(Instant::now);
    }

    fn end(&self, rows: u64) {
        let mut flown = self.flown();
        flown.work.rows += rows;
        flown.open = flown.open.saturating_sub(1);
        if flown.open == 0 {
            let since = flown.since.take();
            flown.work.time += since.map(|since| since.elapsed()).unwrap_or_default();
        }
    }

    fn is_at_rest(&self) -> bool {
        let flown = self.flown();
        flown.open == 0 && !flown.whole
    }
}

/// A connection on loan; dropping it gives it back. With an open transaction it is closed instead of being lent again.
///
/// For single statements there is [`statement`](Self::statement). Used as a whole (`&mut *conn`), it is given back only after
/// PostgreSQL was asked whether it is at rest, unless [`settled`](Self::settled) was said.
pub struct Conn {
    /// There until it is dropped.
    lent: Option<Lent>,
    flight: Arc<Flight>,
    canceller: Canceller,
    meter: Option<Meter>,
    /// Whether it reads from one snapshot, in a transaction that has to be ended.
    in_snapshot: bool,
    /// Whether the connection itself tells who watches of its statements.
    is_listened_to: bool,
}

impl Conn {
    pub(crate) fn new(lent: Lent, canceller: Canceller, meter: Option<Meter>) -> Self {
        let flight = Arc::default();
        Self { lent: Some(lent), flight, canceller, meter, in_snapshot: false, is_listened_to: false }
    }

    /// One on which all is read from one snapshot, as of an instant or of the present: no longer when it is lent again.
    pub(crate) fn of_a_snapshot(lent: Lent, canceller: Canceller, meter: Option<Meter>) -> Self {
        let mut connection = Self::new(lent, canceller, meter);
        connection.in_snapshot = true;
        connection
    }

    /// One to a standby.
    pub(crate) fn of_a_replica(lent: Lent, canceller: Canceller, meter: Option<Meter>) -> Self {
        if let Some(meter) = &meter {
            meter.metered.by_replica.store(true, Ordering::Relaxed);
        }
        Self::new(lent, canceller, meter)
    }

    /// The connection, for one statement. Several may be under way at once: they are sent one after the other, without
    /// waiting for answers.
    #[must_use]
    pub fn statement(&self) -> Statement<'_> {
        Statement { connection: self, flight: &self.flight, meter: self.meter.as_ref() }
    }

    /// What was done with the whole connection has ended.
    pub(crate) fn settled(&self) {
        self.flight.flown().whole = false;
    }

    /// What PostgreSQL has done so far, what is under way included.
    #[must_use]
    pub fn work(&self) -> Work {
        let flown = self.flight.flown();
        let under_way = flown.since.map(|since| since.elapsed()).unwrap_or_default();
        Work { time: flown.work.time + under_way, ..flown.work }
    }
}

impl fmt::Debug for Conn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conn").field("flight", &self.flight).finish_non_exhaustive()
    }
}

impl Deref for Conn {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        match &self.lent {
            Some(lent) => lent,
            None => unreachable!("it is taken out when it is dropped"),
        }
    }
}

impl DerefMut for Conn {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        self.flight.flown().whole = true;
        if let Some(meter) = &self.meter {
            meter.note(|_| Nouns::OTHER);
        }
        match &mut self.lent {
            Some(lent) => {
                if let (false, Some(witness)) = (self.is_listened_to, self.meter.as_ref().and_then(Meter::witness)) {
                    lent.set_instrumentation(witness::listener(witness));
                    self.is_listened_to = true;
                }
                lent
            }
            None => unreachable!("it is taken out when it is dropped"),
        }
    }
}

impl Drop for Conn {
    fn drop(&mut self) {
        let Some(mut lent) = self.lent.take() else { return };
        if let Some(meter) = &self.meter {
            meter.add(self.work());
        }
        if self.is_listened_to {
            lent.set_instrumentation(|_: InstrumentationEvent<'_>| {});
        }
        if self.flight.is_at_rest() && !self.in_snapshot {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(bring_to_rest(lent, self.canceller.clone(), self.in_snapshot));
        } else if self.in_snapshot {
            close(&mut lent);
        }
    }
}

/// Cancels what runs on a connection until nothing does, then gives it back. Where a cancel request was sent the pool closes it:
/// nobody tells when such a request was carried out, and one that comes late would hit what the next one asks.
async fn bring_to_rest(mut lent: Lent, canceller: Canceller, in_snapshot: bool) {
    if was_cancelled(&lent, &canceller).await || in_snapshot && past::close(&lent).await.is_err() {
        close(&mut lent);
    }
}

/// Has the pool close a connection instead of lending it again.
fn close(lent: &mut Lent) {
    Transactions::transaction_manager_status_mut(&mut **lent).set_in_error();
}

/// Waits until all has ended that was sent, and answers whether it had to be asked to.
async fn was_cancelled(mut lent: &AsyncPgConnection, canceller: &Canceller) -> bool {
    let token = lent.cancel_token();
    // Answered when all that was sent before it has ended.
    let mut ended = pin!(lent.batch_execute(""));
    let mut asked_to_end = false;
    while timeout(REST, &mut ended).await.is_err() {
        asked_to_end = true;
        // In vain where the server is gone; then the connection ends as well.
        let _ = canceller.cancel(&token).await;
    }
    asked_to_end
}

/// A connection for one statement.
pub struct Statement<'a> {
    connection: &'a AsyncPgConnection,
    flight: &'a Arc<Flight>,
    meter: Option<&'a Meter>,
}

impl SimpleAsyncConnection for Statement<'_> {
    async fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        let watched = self.meter.and_then(|meter| {
            meter.note(|sources| sources.of_statement(query));
            meter.watch(query)
        });
        self.flight.begin();
        let done = (&mut &*self.connection).batch_execute(query).await;
        self.flight.end(0);
        end(watched, &done, |()| 0);
        done
    }
}

impl<'a> AsyncConnectionCore for Statement<'a> {
    type ExecuteFuture<'conn, 'query> = BoxFuture<'a, QueryResult<usize>>;
    type LoadFuture<'conn, 'query> = BoxFuture<'a, QueryResult<Rows>>;
    type Stream<'conn, 'query> = Rows;
    type Row<'conn, 'query> = Row;
    type Backend = Pg;

    fn load<'conn, 'query, T>(&'conn mut self, source: T) -> Self::LoadFuture<'conn, 'query>
    where
        T: AsQuery + 'query,
        T::Query: QueryFragment<Pg> + QueryId + 'query,
    {
        let mut connection = self.connection;
        let query = source.as_query();
        let mut watched = self.meter.and_then(|meter| meter.sends(&query));
        let explains = self.meter.is_some_and(|meter| meter.explains);
        let explaining = explains.then(|| explain::plan(self.connection, &query));
        let (loading, flight) = (AsyncConnectionCore::load(&mut connection, query), self.flight);
        async move {
            if let (Some(explaining), Some(watched)) = (explaining, &mut watched) {
                watched.plan = Some(explaining.await?);
            }
            flight.begin();
            if let Some(watched) = &mut watched {
                watched.sent();
            }
            match loading.await {
                Ok(stream) => Ok(Rows { stream, received: 0, flight: Some(Arc::clone(flight)), watched }),
                Err(error) => {
                    flight.end(0);
                    Err(error)
                }
            }
        }
        .boxed()
    }

    fn execute_returning_count<'conn, 'query, T>(&'conn mut self, source: T) -> Self::ExecuteFuture<'conn, 'query>
    where
        T: QueryFragment<Pg> + QueryId + 'query,
    {
        let mut connection = self.connection;
        let mut watched = self.meter.and_then(|meter| meter.sends(&source));
        let (executing, flight) = (connection.execute_returning_count(source), self.flight);
        async move {
            flight.begin();
            if let Some(watched) = &mut watched {
                watched.sent();
            }
            let done = executing.await;
            flight.end(0);
            end(watched, &done, |rows| *rows as u64);
            done
        }
        .boxed()
    }
}

/// It has ended, if it has.
fn end<T>(watched: Option<Watched>, done: &QueryResult<T>, rows: impl FnOnce(&T) -> u64) {
    if let (Some(watched), Ok(done)) = (watched, done) {
        watched.end(rows(done));
    }
}

type Row = <AsyncPgConnection as AsyncConnectionCore>::Row<'static, 'static>;

/// The rows of one statement, as they come.
pub struct Rows {
    stream: BoxStream<'static, QueryResult<Row>>,
    received: u64,
    /// Until the last has come.
    flight: Option<Arc<Flight>>,
    watched: Option<Watched>,
}

impl Stream for Rows {
    type Item = QueryResult<Row>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<QueryResult<Row>>> {
        let next = ready!(self.stream.poll_next_unpin(context));
        if let Some(Ok(_)) = next {
            self.received += 1;
        } else if let Some(flight) = self.flight.take() {
            flight.end(self.received);
            if let (None, Some(watched)) = (&next, self.watched.take()) {
                watched.end(self.received);
            }
        }
        Poll::Ready(next)
    }
}

impl Drop for Rows {
    /// Who wants one row does not ask whether there is another. Most often it is known already that there is none.
    fn drop(&mut self) {
        if self.flight.is_some() && self.received > 0 {
            let _ = self.poll_next_unpin(&mut Context::from_waker(Waker::noop()));
        }
    }
}
