//! The change feed (luồng thay đổi): what happened to which object, in the order of commits, as far as a reader may know.
//!
//! The feed is read from the outbox, the table `change`. Its rows are numbered under a lock: whoever sees a number has seen all
//! smaller ones, so a place in the feed is one number.
//!
//! - A row without an audience is shown to whoever sees the object, by the rule by which its noun is read anywhere else.
//! - A row with an audience is shown to that audience alone: as a change to those who see the object, as a deletion to the others.

mod follow;

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{
    QueryDsl as _,
    dsl::max,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::QueryResult,
    sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

pub use self::follow::{Follower, Heads, follow};
use crate::{
    DbError, Reader,
    account::Account,
    agency::Agency,
    digital_system::DigitalSystem,
    directive::{Directive, ProgressUpdate},
    document::Document,
    goal::Goal,
    id::Tagged,
    indicator::Indicator,
    measure::Measure,
    measurement::Measurement,
    period_report::PeriodReport,
    programme::Programme,
    recommendation::Recommendation,
    reporting::{
        assignment::ReportingAssignment, extension::ReportingExtension, nil_answer::NilAnswer, unlock::UnlockRequest,
    },
    reporting_rule::ReportingRule,
    role_grant::RoleGrant,
    schema::change,
    service_account::ServiceAccount,
    target::Target,
    visible::{OfAudience, of_audience},
};

/// A condition of SQL on the row `parent` of the outbox.
pub(crate) type Condition = Box<dyn QueryFragment<Pg> + Send>;

/// A noun whose changes can be followed.
pub(crate) trait Followed {
    /// The query that finds the object `parent.id` if the reader may see it.
    fn seen(reader: &Reader) -> Condition;
}

/// The nouns of the feed: each its type in the schema, its word in the outbox, its row.
macro_rules! followed {
    ($($(#[$about:meta])* $type:ident, $word:literal, $row:ty;)+) => {
        /// The types of objects whose changes can be followed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
        pub enum ChangeType {
            $($(#[$about])* $type,)+
        }

        impl ChangeType {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$type),+];

            /// The table, as the outbox names it.
            #[must_use]
            pub const fn noun(self) -> &'static str {
                match self { $(Self::$type => $word,)+ }
            }

            /// What the ids of their objects begin with.
            #[must_use]
            pub const fn tag(self) -> u8 {
                match self { $(Self::$type => <$row as Tagged>::TAG,)+ }
            }

            /// Those of a table, by its name in the outbox and the audit trail.
            #[must_use]
            pub fn of(noun: &str) -> Option<Self> {
                match noun { $($word => Some(Self::$type),)+ _ => None }
            }

            fn seen(self, reader: &Reader) -> Condition {
                match self { $(Self::$type => <$row as Followed>::seen(reader),)+ }
            }
        }
    };
}

followed! {
    /// Accounts
    Account, "account", Account;
    /// Agencies
    Agency, "agency", Agency;
    /// Digital systems
    DigitalSystem, "digital_system", DigitalSystem;
    /// Directives
    Directive, "directive", Directive;
    /// Documents
    Document, "document", Document;
    /// Goals
    Goal, "goal", Goal;
    /// Indicators
    Indicator, "indicator", Indicator;
    /// Measures
    Measure, "measure", Measure;
    /// Measurements
    Measurement, "measurement", Measurement;
    /// Nil answers
    NilAnswer, "nil_answer", NilAnswer;
    /// Period reports
    PeriodReport, "period_report", PeriodReport;
    /// Programmes
    Programme, "programme", Programme;
    /// Progress updates
    ProgressUpdate, "progress_update", ProgressUpdate;
    /// Recommendations and obstacles
    Recommendation, "recommendation", Recommendation;
    /// Reporting assignments
    ReportingAssignment, "reporting_assignment", ReportingAssignment;
    /// Later due dates
    ReportingExtension, "reporting_extension", ReportingExtension;
    /// Reporting rules
    ReportingRule, "reporting_rule", ReportingRule;
    /// Roles that somebody holds
    RoleGrant, "role_grant", RoleGrant;
    /// Service accounts
    ServiceAccount, "service_account", ServiceAccount;
    /// Targets
    Target, "target", Target;
    /// Requests for unlocks
    UnlockRequest, "unlock_request", UnlockRequest;
}

/// What a client has to do with what it keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum ChangeEventKind {
    /// The object is new or changed: keep it as it is now
    Upsert,
    /// The object is no longer there for the viewer: forget it, with what hangs on it
    Deleted,
    /// Many objects of the type were loaded at once: read the type again
    Reload,
}

object_layer::named!(ChangeType, ChangeEventKind);

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
    /// The place up to which it reaches. That may be beyond the last event: the rows in between are not for this reader.
    pub last: i64,
    /// Whether there is more behind it.
    pub more: bool,
}

/// The most rows of the outbox that one stretch looks at, however few of them are for the reader.
pub const WINDOW: i64 = 10_000;

/// The place of the newest change; 0 where there is none.
#[boxed]
pub async fn head(reader: &Reader) -> Result<i64, DbError> {
    let newest: Option<i64> = change::table.select(max(change::id)).first(&mut reader.statement().await?).await?;
    Ok(newest.unwrap_or_default())
}

/// The stretch of the feed after a place: events of these types, at most so many. Takes one statement.
///
/// `DbError::Cursor` for a place that the outbox has not reached: it comes from another database, or from before a restore.
#[boxed]
pub async fn stretch(reader: &Reader, after: i64, nouns: &[ChangeType], most: u32) -> Result<Stretch, DbError> {
    let seen = nouns.iter().map(|noun| (noun.noun(), noun.seen(reader))).collect();
    let question = Question {
        nouns: nouns.iter().map(|noun| noun.noun()).collect(),
        seen,
        audience: of_audience(reader),
        after,
        limit: i64::from(most) + 1,
    };
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
    Ok(Stretch { events, last, more })
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

struct Question {
    nouns: Vec<&'static str>,
    seen: Vec<(&'static str, Condition)>,
    audience: OfAudience,
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
            ") AS last FROM scanned) AS extent LEFT JOIN LATERAL (SELECT number, noun, id, CASE WHEN parent.kind = 'LOADED' THEN 'RELOAD' \
             WHEN parent.audience IS NULL OR sight.there THEN 'UPSERT' ELSE 'DELETED' END, recorded_at \
             FROM scanned AS parent, LATERAL (SELECT CASE parent.noun",
        );
        for (noun, seen) in &self.seen {
            out.push_sql(&format!(" WHEN '{noun}' THEN EXISTS ("));
            seen.walk_ast(out.reborrow())?;
            out.push_sql(")");
        }
        out.push_sql(" ELSE FALSE END AS there) AS sight WHERE parent.noun = ANY (");
        out.push_bind_param::<Array<Text>, _>(&self.nouns)?;
        out.push_sql(") AND CASE WHEN parent.kind = 'LOADED' THEN TRUE WHEN parent.audience IS NOT NULL THEN (");
        self.audience.walk_ast(out.reborrow())?;
        out.push_sql(") ELSE sight.there END ORDER BY number LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.limit)?;
        out.push_sql(") AS event ON TRUE ORDER BY event.number");
        Ok(())
    }
}
