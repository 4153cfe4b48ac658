//! What a backup knows of the database that it was taken from, so that whoever restores it can see whether all of it is there.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, NullableExpressionMethods as _, QueryDsl as _, QueryableByName,
    SelectableHelper as _,
    dsl::sql,
    sql_types::{BigInt, Text, Timestamptz},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    DbError,
    attachment::Part,
    audit,
    connection::{ConnectionSettings, SessionLimits},
    schema::{attachment, attachment_part},
    wall,
};

const NO_LIMITS: SessionLimits = SessionLimits {
    statement: std::time::Duration::ZERO,
    lock: std::time::Duration::from_secs(10),
    idle_in_transaction: std::time::Duration::ZERO,
};

/// Of each table how many rows it has, and a sum of what stands in them that no order changes.
const TABLES: &str = "
    SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN (current_schema(), 'history') AND c.relkind = 'r' ORDER BY 1";

/// All that is in a database, in numbers that can be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// Of each table.
    pub tables: BTreeMap<String, Table>,
    /// The last entry of the audit trail, as `cotmoc audit head` prints it.
    pub audit_head: String,
}

/// What is in a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, QueryableByName)]
pub struct Table {
    /// How many rows.
    #[diesel(sql_type = BigInt)]
    pub rows: i64,
    /// The sum of the hashes of their texts.
    #[diesel(sql_type = Text)]
    pub sum: String,
}

/// An attachment whose bytes have all come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// Which.
    pub id: Uuid,
    /// SHA-256 of its bytes.
    pub content_hash: Vec<u8>,
    /// Its parts, in order.
    pub parts: Vec<Part>,
}

/// The database at one moment. Others go on changing it meanwhile.
pub struct Snapshot {
    connection: AsyncPgConnection,
    /// By this name `pg_dump` reads the same moment.
    pub name: String,
    /// When, by the database's clock.
    pub taken_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Timestamptz)]
    taken_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

impl Snapshot {
    /// Takes one; held until it is dropped.
    #[boxed]
    pub async fn take(owner: &ConnectionSettings) -> Result<Self, DbError> {
        let mut connection = owner.with_limits(NO_LIMITS).connect().await?;
        connection.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let taken = diesel::sql_query("SELECT pg_export_snapshot() AS name, clock_timestamp() AS taken_at");
        let Taken { name, taken_at } = taken.get_result(&mut connection).await?;
        Ok(Self { connection, name, taken_at })
    }

    /// Counts all of it; `progress` hears which table is next.
    #[boxed]
    pub async fn contents(&mut self, mut progress: impl FnMut(&str) + Send) -> Result<Contents, DbError> {
        let names: Vec<Name> = diesel::sql_query(TABLES).load(&mut self.connection).await?;
        let mut tables = BTreeMap::new();
        for Name { name } in names {
            progress(&name);
            let count = format!(
                "SELECT count(*) AS rows, coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0)::text AS sum FROM {name} t"
            );
            tables.insert(name, diesel::sql_query(count).get_result(&mut self.connection).await?);
        }
        Ok(Contents { tables, audit_head: audit::head(&mut self.connection).await?.to_string() })
    }

    /// The attachments whose bytes have all come; but for those that nothing has and whose time is over at `now`: theirs may be gone
    /// at any moment.
    #[boxed]
    pub async fn attachments(&mut self, now: DateTime<Utc>) -> Result<Vec<Whole>, DbError> {
        let is_kept = attachment::expires_at.is_null().or(attachment::expires_at.assume_not_null().gt(now));
        let whole = attachment::table
            .filter(attachment::content_hash.is_not_null())
            .filter(is_kept)
            .order(attachment::id)
            .select((attachment::id, attachment::content_hash.assume_not_null()));
        let whole: Vec<(Uuid, Vec<u8>)> = whole.load(&mut self.connection).await?;
        let parts = attachment_part::table
            .order((attachment_part::attachment_id, attachment_part::starts_at))
            .select((attachment_part::attachment_id, Part::as_select()));
        let mut of: BTreeMap<Uuid, Vec<Part>> = BTreeMap::new();
        for (file, part) in parts.load::<(Uuid, Part)>(&mut self.connection).await? {
            of.entry(file).or_default().push(part);
        }
        let with_parts = |(id, content_hash)| Whole { id, content_hash, parts: of.remove(&id).unwrap_or_default() };
        Ok(whole.into_iter().map(with_parts).collect())
    }
}

/// Sees that a database can take a backup in: `DbError::Refused` if there is something in it. Makes the server's role, to which a
/// backup grants rights, if the login may.
#[boxed]
pub async fn prepare_to_restore(owner: &ConnectionSettings) -> Result<(), DbError> {
    let mut connection = owner.connect().await?;
    let tables = sql::<BigInt>(
        "(SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p'))",
    );
    let tables: i64 = diesel::select(tables).get_result(&mut connection).await?;
    if tables > 0 {
        return Err(DbError::Refused(format!("this database has {tables} tables already; restore into an empty one")));
    }
    wall::make_role(&mut connection).await
}

/// Has PostgreSQL look at what was restored, so that it answers as fast as before.
#[boxed]
pub async fn analyze(owner: &ConnectionSettings) -> Result<(), DbError> {
    Ok(owner.with_limits(NO_LIMITS).connect().await?.batch_execute("ANALYZE").await?)
}
