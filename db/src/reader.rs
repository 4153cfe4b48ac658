//! What a request reads with: a scope, a day, and one connection.

use std::{sync::Arc, time::Duration};

use auth::Scope;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use tokio::sync::OnceCell;

use crate::{
    Conn, Date, DbError, Pool,
    loan::{Statement, Work},
    past, witness,
};

/// What one request reads with. Every function that reads takes one, and only a [`Scope`] makes one.
///
/// The connection is borrowed at the first statement and given back when the request ends. Statements that do not
/// depend on one another are sent on it together (pipelined), so a request holds one connection, never several; what it reads as
/// of an instant has a reader of its own, with a connection of another sort.
pub struct Reader {
    pool: Pool,
    scope: Scope,
    today: Date,
    connection: OnceCell<Conn>,
    /// The instant as of which it reads; none for the present.
    instant: Option<DateTime<Utc>>,
}

impl Reader {
    /// A reader of `scope`; `today` is the day in Asia/Ho_Chi_Minh that questions without a date mean.
    #[must_use]
    pub fn new(pool: Pool, scope: Scope, today: Date) -> Arc<Self> {
        Arc::new(Self { pool, scope, today, connection: OnceCell::new(), instant: None })
    }

    /// A reader of what was known at an instant, for the same person: they see nothing that they do not see now. `today` is the
    /// day of the instant. `DbError::ToCome` if it is still to come. Holds its connection until it is dropped.
    pub async fn as_of(&self, instant: DateTime<Utc>, today: Date) -> Result<Arc<Self>, DbError> {
        let connection = self.pool.get_as_of(instant).await?;
        let (pool, scope, connection) = (self.pool.clone(), self.scope.clone(), OnceCell::new_with(Some(connection)));
        Ok(Arc::new(Self { pool, scope, today, connection, instant: Some(instant) }))
    }

    /// A reader of one snapshot for many questions, one after the other: of the present, or of what was known at an instant;
    /// `DbError::ToCome` if that is still to come. Holds its connection until it is dropped, for `rest` at most without a question.
    pub async fn of_snapshot(
        pool: Pool,
        scope: Scope,
        today: Date,
        instant: Option<DateTime<Utc>>,
        rest: Duration,
    ) -> Result<Arc<Self>, DbError> {
        let connection = match instant {
            Some(instant) => pool.get_as_of(instant).await?,
            None => pool.get_snapshot().await?,
        };
        past::may_rest(&connection, rest).await?;
        Ok(Arc::new(Self { pool, scope, today, connection: OnceCell::new_with(Some(connection)), instant }))
    }

    /// What the reader may see.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether it reads what was known at an instant.
    #[must_use]
    pub const fn is_of_the_past(&self) -> bool {
        self.instant.is_some()
    }

    /// The instant as of which it reads; none for the present.
    #[must_use]
    pub const fn instant(&self) -> Option<DateTime<Utc>> {
        self.instant
    }

    /// The day that questions without a date mean.
    #[must_use]
    pub const fn today(&self) -> Date {
        self.today
    }

    /// What PostgreSQL has done for the request so far: for its price, and for the tests that keep lists cheap.
    #[must_use]
    pub fn work(&self) -> Work {
        self.connection.get().map(Conn::work).unwrap_or_default()
    }

    /// Work that is a part of the request, where a [`Witness`](crate::Witness) is told of its parts. It says itself when it begins
    /// ([`begin_part`](Self::begin_part)).
    #[must_use]
    pub fn apart(&self, work: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
        if self.pool.witness().is_some() { witness::apart(work) } else { work }
    }

    /// Begins the part: the name of a type of ours, and how many things it asks for. Statements from here on are its own.
    pub fn begin_part(&self, name: &str, size: usize) {
        if let Some(witness) = self.pool.witness() {
            witness::begin_part(witness, name, size);
        }
    }

    /// The connection, for one statement.
    pub(crate) async fn statement(&self) -> Result<Statement<'_>, DbError> {
        Ok(self.connection.get_or_try_init(|| self.pool.get_to_read()).await?.statement())
    }
}
