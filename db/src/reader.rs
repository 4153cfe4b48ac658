//! What a request reads with: a scope, a day, and one connection.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use auth::Scope;
use diesel_async::AsyncPgConnection;
use tokio::sync::OnceCell;

use crate::{Conn, Date, DbError, Pool};

/// What one request reads with. Every function that reads takes one, and only a [`Scope`] makes one.
///
/// The connection is borrowed at the first statement and given back when the request ends. Statements that do not
/// depend on one another are sent on it together (pipelined), so a request holds one connection, never several.
pub struct Reader {
    pool: Pool,
    scope: Scope,
    today: Date,
    connection: OnceCell<Conn>,
    statements: AtomicUsize,
}

impl Reader {
    /// A reader of `scope`; `today` is the day in Asia/Ho_Chi_Minh that questions without a date mean.
    #[must_use]
    pub fn new(pool: Pool, scope: Scope, today: Date) -> Arc<Self> {
        Arc::new(Self { pool, scope, today, connection: OnceCell::new(), statements: AtomicUsize::new(0) })
    }

    /// What the reader may see.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The day that questions without a date mean.
    #[must_use]
    pub const fn today(&self) -> Date {
        self.today
    }

    /// How many statements the request has sent so far: for logs, and for the tests that keep lists cheap.
    #[must_use]
    pub fn statements(&self) -> usize {
        self.statements.load(Ordering::Relaxed)
    }

    /// The connection, for one statement.
    pub(crate) async fn statement(&self) -> Result<&AsyncPgConnection, DbError> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        Ok(&**self.connection.get_or_try_init(|| self.pool.get()).await?)
    }
}
