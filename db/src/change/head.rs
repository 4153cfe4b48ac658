//! Where the feed ends for a reader.

use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::QueryResult,
    sql_types::BigInt,
};
use diesel_async::RunQueryDsl as _;

use super::{
    ChangeType,
    stretch::{Behind, Shown, WINDOW},
};
use crate::{DbError, Reader, sql_functions::change_place};

/// The place of the newest change that the reader may know of; 0 where there is none. Takes one statement.
///
/// It does not move for what is hidden from the reader. If nothing of the last window or more is for them, it is where that begins:
/// whoever goes on from here looks at two windows at most.
#[boxed]
pub async fn head(reader: &Reader) -> Result<i64, DbError> {
    let question = Question(Shown::of(reader, ChangeType::ALL, Behind::Few));
    Ok(question.get_result(&mut reader.statement().await?).await?)
}

/// The place after which everything stands that was recorded since. Not for the reader's eyes: it moves for what is hidden from them.
#[boxed]
pub async fn since(reader: &Reader, since: DateTime<Utc>) -> Result<i64, DbError> {
    Ok(diesel::select(change_place(since)).get_result(&mut reader.statement().await?).await?)
}

struct Question(Shown);

impl Query for Question {
    type SqlType = BigInt;
}

impl QueryId for Question {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for Question {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&format!(
            "SELECT coalesce(newest.number, scanned.start) FROM (SELECT greatest(coalesce(max(id), 0) / {WINDOW} - 1, 0) * {WINDOW} AS start FROM change) AS scanned \
             LEFT JOIN LATERAL (SELECT number FROM (SELECT id AS number, noun, object_id AS id, kind, audience, audience_agency_id FROM change) AS parent, LATERAL ("
        ));
        self.0.sight(&mut out)?;
        out.push_sql(") AS sight WHERE parent.number > scanned.start AND ");
        self.0.condition(&mut out)?;
        out.push_sql(" ORDER BY number DESC LIMIT 1) AS newest ON TRUE");
        Ok(())
    }
}
