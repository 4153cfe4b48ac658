//! What a request reads with: a scope, a day, and one connection.

use std::sync::Arc;

use auth::Scope;
use tokio::sync::OnceCell;

use crate::{
    Conn, Date, DbError, Pool,
    loan::{Statement, Work},
};

/// What one request reads with. Every function that reads takes one, and only a [`Scope`] makes one.
///
/// The connection is borrowed at the first statement and given back when the request ends. Statements that do not
/// depend on one another are sent on it together (pipelined), so a request holds one connection, never several.
pub struct Reader {
    pool: Pool,
    scope: Scope,
    today: Date,
    connection: OnceCell<Conn>,
}

impl Reader {
    /// A reader of `scope`; `today` is the day in Asia/Ho_Chi_Minh that questions without a date mean.
    #[must_use]
    pub fn new(pool: Pool, scope: Scope, today: Date) -> Arc<Self> {
        Arc::new(Self { pool, scope, today, connection: OnceCell::new() })
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

    /// What PostgreSQL has done for the request so far: for its price, and for the tests that keep lists cheap.
    #[must_use]
    pub fn work(&self) -> Work {
        self.connection.get().map(Conn::work).unwrap_or_default()
    }

    /// The connection, for one statement.
    pub(crate) async fn statement(&self) -> Result<Statement<'_>, DbError> {
        Ok(self.connection.get_or_try_init(|| self.pool.get()).await?.statement())
    }
}
