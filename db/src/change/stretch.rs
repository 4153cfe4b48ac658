//! A stretch of the feed, as one statement.

use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::QueryResult,
    sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{ChangeEventKind, ChangeFilter, ChangeType, Condition};
use crate::{
    DbError, Reader,
    visible::{OfAudience, of_audience},
};

/// One entry of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its place.
    pub number: i64,
    /// The type of the object.
    pub noun: ChangeType,
    /// What happened.
    pub kind: ChangeEventKind,
    /// The object; none where many were loaded.
    pub object: Option<Uuid>,
    /// When.
    pub recorded_at: DateTime<Utc>,
}

/// A stretch of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// What the reader may know of it, in order.
    pub events: Vec<Event>,
    /// The place up to which it reaches. That may be beyond the last event: the rows in between are not for this reader, so
    /// it is not for their eyes.
    pub last: i64,
    /// The place that the reader may be given to go on from: that of the last event, unless a whole window was looked at.
    pub told: i64,
    /// Whether there is more behind it.
    pub more: bool,
}

/// The most rows of the outbox that one stretch looks at, however few of them are for the reader.
pub const WINDOW: i64 = 10_000;

/// How many rows there probably are behind a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// Some that have just come: each object is looked up by its id.
    Few,
    /// Thousands: PostgreSQL may read all objects of a type first that the reader may see.
    Many,
}

/// The stretch of the feed after a place: what of it is followed, at most so many events. Takes one statement. `behind` tells only
/// what is quicker.
///
/// An object that changed several times in the stretch comes once, at the place of its last change.
///
/// `DbError::Cursor` for a place that the outbox has not reached: it comes from another database, or from before a restore.
#[boxed]
pub async fn stretch(
    reader: &Reader,
    after: i64,
    behind: Behind,
    filter: &ChangeFilter,
    most: u32,
) -> Result<Stretch, DbError> {
    let shown = Shown::of(reader, &filter.types, behind);
    let question = Question { shown, filter: filter.clone(), after, limit: i64::from(most) + 1 };
    let rows: Vec<Row> = question.load(&mut reader.statement().await?).await?;
    let Some((head, rows_scanned, scanned_to, _)) = rows.as_slice().first() else {
        return Err(DbError::internal("no stretch"));
    };
    if after > *head {
        return Err(DbError::Cursor);
    }
    let (mut last, mut more) = (*scanned_to, *rows_scanned >= WINDOW);
    let mut events: Vec<Event> = rows.iter().filter_map(|(.., row)| event(row.clone()?)).collect();
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    if events.len() > most {
        events.truncate(most);
        last = events.last().map_or(last, |event| event.number);
        more = true;
    }
    let told = if more { last } else { events.last().map_or(after, |event| event.number) };
    Ok(Stretch { events, last, told, more })
}

type EventRow = (i64, String, Option<Uuid>, String, DateTime<Utc>);
type Row = (i64, i64, i64, Option<EventRow>);

fn event((number, noun, object, kind, recorded_at): EventRow) -> Option<Event> {
    let kind = match kind.as_str() {
        "DELETED" => ChangeEventKind::Deleted,
        "RELOAD" => ChangeEventKind::Reload,
        _ => ChangeEventKind::Upsert,
    };
    Some(Event { number, noun: ChangeType::of(&noun)?, kind, object, recorded_at })
}

/// Which rows `parent` of the outbox a reader is shown.
pub(super) struct Shown {
    nouns: Vec<&'static str>,
    seen: Vec<(&'static str, Condition)>,
    audience: OfAudience,
    behind: Behind,
}

impl Shown {
    /// Those of these types.
    pub fn of(reader: &Reader, types: &[ChangeType], behind: Behind) -> Self {
        Self {
            nouns: types.iter().map(|noun| noun.noun()).collect(),
            seen: types.iter().map(|noun| (noun.noun(), noun.seen(reader))).collect(),
            audience: of_audience(reader),
            behind,
        }
    }

    /// The query whose `there` is whether the reader sees the object; [`Self::condition`] calls it `sight`.
    pub fn sight<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT CASE parent.noun");
        for (noun, seen) in &self.seen {
            out.push_sql(&format!(" WHEN '{noun}' THEN EXISTS ("));
            seen.walk_ast(out.reborrow())?;
            // It keeps PostgreSQL from reading all objects of the type for one of them.
            out.push_sql(if self.behind == Behind::Few { " OFFSET 0)" } else { ")" });
        }
        out.push_sql(" ELSE FALSE END AS there");
        Ok(())
    }

    /// Whether the row is shown.
    pub fn condition<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("parent.noun = ANY (");
        out.push_bind_param::<Array<Text>, _>(&self.nouns)?;
        out.push_sql(") AND CASE WHEN parent.kind = 'LOADED' THEN TRUE WHEN parent.audience IS NOT NULL THEN (");
        self.audience.walk_ast(out.reborrow())?;
        out.push_sql(") ELSE sight.there END");
        Ok(())
    }
}

struct Question {
    shown: Shown,
    filter: ChangeFilter,
    after: i64,
    limit: i64,
}

impl Query for Question {
    type SqlType = (BigInt, BigInt, BigInt, Nullable<(BigInt, Text, Nullable<SqlUuid>, Text, Timestamptz)>);
}

impl QueryId for Question {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for Question {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "WITH scanned AS MATERIALIZED (SELECT id AS number, noun, object_id AS id, kind, recorded_at, audience, \
             audience_agency_id FROM change WHERE change.id > ",
        );
        out.push_bind_param::<BigInt, _>(&self.after)?;
        out.push_sql(&format!(" ORDER BY change.id LIMIT {WINDOW}) SELECT extent.*, event.* FROM (SELECT "));
        out.push_sql("coalesce((SELECT max(id) FROM change), 0) AS head, count(*) AS rows, coalesce(max(number), ");
        out.push_bind_param::<BigInt, _>(&self.after)?;
        out.push_sql(
            ") AS last FROM scanned) AS extent LEFT JOIN LATERAL (SELECT * FROM (SELECT DISTINCT ON (noun, id) number, noun, id, CASE WHEN parent.kind = 'LOADED' THEN 'RELOAD' \
             WHEN parent.audience IS NULL OR sight.there THEN 'UPSERT' ELSE 'DELETED' END, recorded_at \
             FROM scanned AS parent, LATERAL (",
        );
        self.shown.sight(&mut out)?;
        out.push_sql(") AS sight WHERE ");
        self.shown.condition(&mut out)?;
        self.filter.walk_ast(out.reborrow())?;
        out.push_sql(" ORDER BY noun, id, number DESC) AS latest ORDER BY number LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.limit)?;
        out.push_sql(") AS event ON TRUE ORDER BY event.number");
        Ok(())
    }
}

/// Narrows what is shown as it is now. Tombstones and reloads come to all: who follows less than everything has no copy to drop.
impl QueryFragment<Pg> for ChangeFilter {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if !self.is_narrow() {
            return Ok(());
        }
        out.push_sql(
            " AND (parent.kind = 'LOADED' OR NOT sight.there OR EXISTS (SELECT FROM change_about(parent.noun, parent.id) AS about \
             WHERE TRUE",
        );
        if let Some(code) = &self.programme {
            out.push_sql(" AND (SELECT id FROM programme WHERE code = ");
            out.push_bind_param::<Text, _>(code)?;
            out.push_sql(") = ANY (about.programmes)");
        }
        if let Some(code) = &self.agency {
            out.push_sql(" AND (SELECT id FROM agency WHERE code = ");
            out.push_bind_param::<Text, _>(code)?;
            out.push_sql(") = ANY (about.agencies)");
        }
        if let Some(code) = &self.code {
            out.push_sql(" AND ");
            out.push_bind_param::<Text, _>(code)?;
            out.push_sql(" = ANY (about.codes)");
        }
        out.push_sql("))");
        Ok(())
    }
}
