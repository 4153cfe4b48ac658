//! What differs in a programme between two instants: targets, published figures, deadlines.
//!
//! One statement reads both states through [`crate::past`] and holds them against each other: SQL function `programme_known_at`
//! opens one instant after the other. Who may see what is judged by the rules of [`crate::visible`], for each instant and for now,
//! so it says no more than two answers as of the instants do.

use std::{ops::Deref, sync::Arc};

use async_graphql::InputObject;
use auth::Action;
use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Date as SqlDate, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{
    Date, DbError, Reader,
    access::Auth,
    calendar::{Period, Regime},
    comparator::Comparator,
    indicator::Unit,
    noun::{Listed, Named, Names},
    page::{Cursor, Key, Page, Slice, Tie},
    schema::directive,
    statement::{Count, Statement},
    target::Cadence,
    text_enum::text_enum,
    visible::{visible, visible_revision},
};

text_enum! {
    /// What differs between two instants.
    pub enum DifferenceKind {
        /// A target that stands: none of a draft, of a plan that was revoked or that another has replaced
        Target => "TARGET",
        /// A published figure
        Figure => "FIGURE",
        /// The deadline of a directive that is in force
        Deadline => "DEADLINE",
    }
}

text_enum! {
    /// How something differs between two instants.
    pub enum DifferenceChange {
        /// It was not there at the first instant
        Added => "ADDED",
        /// It is not there any more at the second
        Removed => "REMOVED",
        /// It is there at both, and says something else
        Changed => "CHANGED",
    }
}

/// Narrows a list of differences. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct DifferenceFilter {
    /// Any of these kinds
    pub kinds: Option<Vec<DifferenceKind>>,
    /// Any of these changes
    pub changes: Option<Vec<DifferenceChange>>,
}

/// Of which programme, between which instants.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DifferencesOf {
    /// The programme.
    pub programme: Uuid,
    /// The first instant.
    pub from: DateTime<Utc>,
    /// The second, not before the first; none for the present, or for the instant as of which is read.
    pub to: Option<DateTime<Utc>>,
    /// Which of them.
    pub filter: DifferenceFilter,
}

// The programme is known already.
impl Names for DifferencesOf {
    fn names(&self) -> Vec<(&'static str, Named)> {
        Vec::new()
    }
}

/// Something that differs between two instants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is, and what became of it.
    pub about: About,
    /// What was known of it at the first instant; none if it was added.
    pub before: Option<DifferenceState>,
    /// What was known at the second; none if it was removed.
    pub after: Option<DifferenceState>,
}

/// What differs between two instants.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, SimpleObject)]
pub struct About {
    /// What it is
    #[diesel(sql_type = Text)]
    pub kind: DifferenceKind,
    /// Whether it was added, removed or changed
    #[diesel(sql_type = Text)]
    pub change: DifferenceChange,
    /// The code of the target or directive, also where it is gone; null for a figure
    #[diesel(sql_type = Nullable<Text>)]
    pub code: Option<String>,
    /// The period of a figure; null for anything else
    #[diesel(sql_type = Nullable<Text>)]
    pub period: Option<Period>,
    /// Whether that period follows the calendar or the administrative months; null for anything else
    #[diesel(sql_type = Nullable<Text>)]
    pub regime: Option<Regime>,
    /// Its place in the order.
    #[diesel(sql_type = Text)]
    #[graphql(skip)]
    pub place: String,
    /// The target, measurement or directive.
    #[diesel(sql_type = SqlUuid)]
    #[graphql(skip)]
    pub id: Uuid,
    /// The indicator of a target or figure.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    #[graphql(skip)]
    pub indicator_id: Option<Uuid>,
    /// Whose target or figure it is.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    #[graphql(skip)]
    pub subject_id: Option<Uuid>,
}

impl About {
    /// The object, if it is of that kind.
    #[must_use]
    pub fn object(&self, kind: DifferenceKind) -> Option<Uuid> {
        (self.kind == kind).then_some(self.id)
    }
}

/// What was known at one of two instants.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct DifferenceState {
    /// What a target demands, of a range the lower end; or the published figure. Null for what is in words and for a deadline
    #[diesel(sql_type = Nullable<Numeric>)]
    pub value: Option<Decimal>,
    /// The upper end of a range that a target demands; null for anything else
    #[diesel(sql_type = Nullable<Numeric>)]
    pub upper_value: Option<Decimal>,
    /// The unit of `value`; null for a deadline
    #[diesel(sql_type = Nullable<Text>)]
    pub unit: Option<Unit>,
    /// How the figure must compare with what a target demands, as the document writes it; null for anything else
    #[diesel(sql_type = Nullable<Text>)]
    pub comparator: Option<Comparator>,
    /// How often a target must be reached; null for anything else
    #[diesel(sql_type = Nullable<Text>)]
    pub cadence: Option<Cadence>,
    /// The last day of a target or deadline (Asia/Ho_Chi_Minh); null for a figure, and where nothing falls due
    #[diesel(sql_type = Nullable<SqlDate>)]
    pub due_on: Option<Date>,
    /// What a target or figure in words says, or the deadline as it is written; null where there are no words
    #[diesel(sql_type = Nullable<Text>)]
    pub statement: Option<String>,
}

/// One of the two states of what differs.
#[derive(QueryableByName)]
struct Row {
    #[diesel(embed)]
    about: About,
    #[diesel(embed)]
    state: DifferenceState,
}

/// What is compared of a state.
const COMPARED: [&str; 7] = ["value", "upper_value", "unit", "comparator", "cadence", "due_on", "statement"];

/// Adds `name AS (…)`: what the reader, who reads of the past, sees of a programme as it was known at an instant.
fn state(
    statement: Statement,
    then: &Reader,
    of: &DifferencesOf,
    name: &str,
    instant: Option<DateTime<Utc>>,
) -> Statement {
    let kinds = of.filter.kinds.clone().map(|kinds| kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>());
    statement
        .sql(name)
        .sql(" AS MATERIALIZED (WITH known AS MATERIALIZED (SELECT * FROM programme_known_at(")
        .value::<SqlUuid, _>(of.programme)
        .sql(", ")
        .value::<Nullable<Array<Text>>, _>(kinds)
        .sql(", coalesce(")
        .value::<Nullable<Timestamptz>, _>(instant)
        .sql(", 'infinity'), ")
        .value::<Nullable<Timestamptz>, _>(then.instant())
        // The parties of then by the name that the rule has for them.
        .sql(
            ")), directive_party AS (SELECT known.id AS directive_id, unnest(known.party_ids) AS agency_id FROM known) \
             SELECT known.* FROM known WHERE CASE known.kind \
             WHEN 'FIGURE' THEN EXISTS (SELECT FROM (SELECT known.id AS measurement_id, known.revision, 'PUBLISHED' AS state) \
             AS measurement_revision CROSS JOIN (SELECT known.reporter_id) AS measurement WHERE ",
        )
        .fragment(visible_revision(then))
        .sql(
            ") WHEN 'DEADLINE' THEN EXISTS (SELECT FROM (SELECT known.id, known.visibility) AS directive WHERE ",
        )
        .fragment(visible(then, directive::table))
        .sql(") ELSE true END)")
}

/// Adds `WITH earlier …, later …, difference …`.
fn differences(then: &Reader, of: &DifferencesOf, to: Option<DateTime<Utc>>) -> Statement {
    let states = state(Statement::new("WITH "), then, of, "earlier", Some(of.from)).sql(", ");
    let states = state(states, then, of, "later", to);
    let of_state = |name: &str| COMPARED.map(|column| format!("{name}.{column}")).join(", ");
    let statement = states.sql(&format!(
        ", difference AS MATERIALIZED (SELECT id, place, change FROM (SELECT coalesce(later.id, earlier.id) AS id, \
         coalesce(later.place, earlier.place) COLLATE \"C\" AS place, \
         CASE WHEN earlier.id IS NULL THEN 'ADDED' WHEN later.id IS NULL THEN 'REMOVED' ELSE 'CHANGED' END AS change \
         FROM earlier FULL JOIN later ON later.id = earlier.id \
         WHERE earlier.id IS NULL OR later.id IS NULL OR ({}) IS DISTINCT FROM ({})) AS all_kinds",
        of_state("earlier"),
        of_state("later")
    ));
    let statement = match &of.filter.changes {
        None => statement,
        Some(changes) => {
            let changes: Vec<_> = changes.iter().map(|change| change.as_str()).collect();
            statement.sql(" WHERE change = ANY (").value::<Array<Text>, _>(changes).sql(")")
        }
    };
    statement.sql(")")
}

/// Puts the states of each together.
fn together(rows: Vec<Row>) -> Vec<Difference> {
    let mut differences: Vec<Difference> = Vec::new();
    for Row { about, state } in rows {
        match (differences.last_mut(), about.change) {
            (Some(last), DifferenceChange::Changed) if last.about.id == about.id => last.after = Some(state),
            (_, DifferenceChange::Added) => differences.push(Difference { about, before: None, after: Some(state) }),
            _ => differences.push(Difference { about, before: Some(state), after: None }),
        }
    }
    differences
}

/// Who reads both states. Whoever reads of the past reads them on the connection that they hold.
async fn then<'a>(reader: &'a Reader, of: &DifferencesOf) -> Result<Then<'a>, DbError> {
    if reader.is_of_the_past() {
        return Ok(Then::Same(reader));
    }
    Ok(Then::Own(reader.as_of(of.to.unwrap_or(of.from), reader.today()).await?))
}

enum Then<'a> {
    Same(&'a Reader),
    Own(Arc<Reader>),
}

impl Deref for Then<'_> {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        match self {
            Self::Same(reader) => reader,
            Self::Own(reader) => reader,
        }
    }
}

// Not by `noun!`: differences are worked out, not stored.
impl Listed for Difference {
    type Filter = DifferencesOf;
    type Sort = ();

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: Some(Key::Text(self.about.place.clone())), tie: Tie::Id(self.about.id) }
    }

    #[boxed]
    async fn list(reader: &Reader, of: &DifferencesOf, (): (), page: &Page) -> Result<Slice<Self>, DbError> {
        let then = then(reader, of).await?;
        let (beyond, direction) = if page.backward { ("<", "DESC") } else { (">", "ASC") };
        let mut statement =
            differences(&then, of, of.to.or(reader.instant())).sql(", page AS (SELECT * FROM difference");
        if let Some(cursor) = &page.from {
            let Cursor { key: Some(Key::Text(place)), tie: Tie::Id(id) } = cursor else { return Err(DbError::Cursor) };
            statement = statement
                .sql(&format!(" WHERE (place, id) {beyond} ("))
                .value::<Text, _>(place.clone())
                .sql(", ")
                .value::<SqlUuid, _>(*id)
                .sql(")");
        }
        let statement = statement
            .sql(&format!(" ORDER BY place {direction}, id {direction} LIMIT "))
            .value::<BigInt, _>(page.limit())
            .sql(&format!(
                ") SELECT page.id, page.place, page.change, state.kind, \
                 CASE WHEN state.kind <> 'FIGURE' THEN substr(page.place, 3) END AS code, \
                 state.indicator_id, state.subject_id, state.period, state.regime, {} \
                 FROM page JOIN (SELECT 1 AS number, earlier.* FROM earlier UNION ALL SELECT 2, later.* FROM later) AS state \
                 ON state.id = page.id ORDER BY page.place {direction}, page.id {direction}, state.number",
                COMPARED.map(|column| format!("state.{column}")).join(", ")
            ));
        let rows: Vec<Row> = statement.load(&mut then.statement().await?).await?;
        Ok(page.slice(together(rows)))
    }

    #[boxed]
    async fn count(reader: &Reader, of: &DifferencesOf) -> Result<i64, DbError> {
        let then = then(reader, of).await?;
        let statement =
            differences(&then, of, of.to.or(reader.instant())).sql(" SELECT count(*) AS count FROM difference");
        let counted: Count = statement.get_result(&mut then.statement().await?).await?;
        Ok(counted.count)
    }
}
