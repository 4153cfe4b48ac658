//! What a reader may see, as conditions of SQL: each rule once, for every query that reads the noun.
//!
//! A query on one of these nouns narrows itself by [`visible`] or [`visible_revision`]. A query on rows that point to one (a
//! relation, a look-up by code) does so too. So what is out of reach looks like what is not there.
//!
//! Who reads as of an instant sees what they would have seen then with the roles they have now, and of that nothing that they do
//! not see now: a view `…_now` says how the object stands today.

use std::marker::PhantomData;

use auth::{Reached, Scope};
use diesel::{
    Table,
    expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate},
    pg::Pg,
    query_builder::{AstPass, QueryFragment, QueryId},
    result::QueryResult,
    sql_types::{Array, Bool, Uuid as SqlUuid},
};
use uuid::Uuid;

use crate::{
    Reader,
    schema::{directive, document, measurement, measurement_decision, measurement_revision, recommendation},
};

/// A condition in SQL of our own over the columns of a table, for diesel.
macro_rules! condition {
    ($name:ident $(<$($part:ident: $bound:ident),+>)?, over $($column:ty),+) => {
        impl $(<$($part: $bound),+>)? Expression for $name $(<$($part),+>)? {
            type SqlType = Bool;
        }
        impl<QS, $($($part: $bound),+)?> AppearsOnTable<QS> for $name $(<$($part),+>)? where $($column: AppearsOnTable<QS>),+ {}
        impl<QS, $($($part: $bound),+)?> SelectableExpression<QS> for $name $(<$($part),+>)? where Self: AppearsOnTable<QS> {}
        impl<GB, $($($part: $bound),+)?> ValidGrouping<GB> for $name $(<$($part),+>)? {
            type IsAggregate = is_aggregate::Never;
        }
        impl $(<$($part: $bound),+>)? QueryId for $name $(<$($part),+>)? {
            type QueryId = ();
            // Each scope writes other SQL, so the statement is told by its text.
            const HAS_STATIC_QUERY_ID: bool = false;
        }
    };
}

/// A noun whose objects are public, internal, or restricted to their parties.
pub(crate) trait Guarded: Table + Send + Sync {
    /// Its table; the view `<table>_party` names the parties of each object.
    const NAME: &'static str;
}

impl Guarded for document::table {
    const NAME: &'static str = "document";
}
impl Guarded for directive::table {
    const NAME: &'static str = "directive";
}
impl Guarded for recommendation::table {
    const NAME: &'static str = "recommendation";
}

/// Public objects are seen by all. Internal ones are seen by those whose scope says so, restricted ones by their parties.
#[derive(Debug, Clone)]
pub(crate) struct Visible<T> {
    internal: bool,
    restricted: ReachedIds,
    /// Whether the object must be visible now as well.
    also_now: bool,
    noun: PhantomData<fn() -> T>,
}

condition!(Visible<T: Guarded>, over T::PrimaryKey);

/// Whether the reader may see the object of that table in the query's row.
pub(crate) fn visible<T: Guarded>(reader: &Reader, noun: T) -> Visible<T> {
    Visible { also_now: reader.is_of_the_past(), ..visible_to(reader.scope(), noun) }
}

/// [`visible`] for whoever writes: nobody changes what they do not see.
pub(crate) fn visible_to<T: Guarded>(scope: &Scope, _: T) -> Visible<T> {
    Visible { internal: scope.internal(), restricted: scope.restricted().into(), also_now: false, noun: PhantomData }
}

impl<T: Guarded> QueryFragment<Pg> for Visible<T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if self.internal && matches!(self.restricted, ReachedIds::All) {
            out.push_sql("TRUE");
            return Ok(());
        }
        let noun = T::NAME;
        if self.also_now {
            out.push_sql("(");
        }
        self.walk(noun, &format!("{noun}_party"), out.reborrow())?;
        if self.also_now {
            out.push_sql(&format!(
                " AND NOT EXISTS (SELECT FROM {noun}_now AS present WHERE present.id = {noun}.id AND NOT "
            ));
            self.walk("present", &format!("{noun}_party_now"), out.reborrow())?;
            out.push_sql("))");
        }
        Ok(())
    }
}

impl<T: Guarded> Visible<T> {
    /// The rule, for an object in a row of that name.
    fn walk<'b>(&'b self, row: &str, parties: &str, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let visibility = format!("{row}.visibility");
        out.push_sql(&format!("({visibility} = 'PUBLIC'"));
        if self.internal {
            out.push_sql(&format!(" OR {visibility} = 'INTERNAL'"));
        }
        match &self.restricted {
            ReachedIds::Nothing => {}
            ReachedIds::All => out.push_sql(&format!(" OR {visibility} = 'RESTRICTED'")),
            ReachedIds::Agencies(ids) => {
                let noun = T::NAME;
                out.push_sql(&format!(
                    " OR {visibility} = 'RESTRICTED' AND EXISTS (SELECT FROM {parties} AS party \
                     WHERE party.{noun}_id = {row}.id AND party.agency_id = ANY ("
                ));
                out.push_bind_param::<Array<SqlUuid>, _>(ids)?;
                out.push_sql("))");
            }
        }
        out.push_sql(")");
        Ok(())
    }
}

/// Whether the row points to an object that the reader may see.
#[derive(Debug, Clone)]
pub(crate) struct RefersToVisible<C, T> {
    column: C,
    visible: Visible<T>,
}

condition!(RefersToVisible<C: Expression, T: Guarded>, over C);

/// Whether `column` is the id of an object that the reader may see. For rows that make no sense without that object.
pub(crate) fn refers_to_visible<C: Expression, T: Guarded>(
    reader: &Reader,
    column: C,
    noun: T,
) -> RefersToVisible<C, T> {
    RefersToVisible { column, visible: visible(reader, noun) }
}

impl<C: QueryFragment<Pg>, T: Guarded> QueryFragment<Pg> for RefersToVisible<C, T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let noun = T::NAME;
        out.push_sql(&format!("EXISTS (SELECT FROM {noun} WHERE {noun}.id = "));
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" AND ");
        self.visible.walk_ast(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}

/// Joins a measurement to the revision that the reader sees: the latest of those the reader may see.
///
/// `measurement` keeps the number of the latest revision of each sort, so that the revision is found by its key.
#[derive(Debug, Clone)]
pub struct CurrentRevision(UnpublishedReach);

condition!(CurrentRevision, over measurement::id, measurement_revision::measurement_id);

/// The condition that joins a measurement to the revision the reader sees.
pub(crate) fn current_revision(reader: &Reader) -> CurrentRevision {
    CurrentRevision(UnpublishedReach::of(reader))
}

impl QueryFragment<Pg> for CurrentRevision {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("(measurement_revision.measurement_id = measurement.id");
        self.0.walk_published_now(out.reborrow())?;
        out.push_sql(" AND measurement_revision.revision ");
        if self.0.published_only() {
            out.push_sql("= measurement.published_revision)");
            return Ok(());
        }
        // Equality, said so that the planner expects many rows to be equal: it then reads a page in its order, where it
        // would otherwise join and sort the whole table.
        out.push_sql("BETWEEN ");
        self.0.walk_latest(out.reborrow())?;
        out.push_sql(" AND ");
        self.0.walk_latest(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}

/// Whether the reader may see a revision. Everybody sees a published one; any other is seen by those who see the unpublished
/// figures of its reporter.
#[derive(Debug, Clone)]
pub(crate) struct VisibleRevision(UnpublishedReach);

condition!(VisibleRevision, over measurement::id, measurement_revision::measurement_id);

/// Whether the reader may see the revision of the measurement in the query's row.
pub(crate) fn visible_revision(reader: &Reader) -> VisibleRevision {
    VisibleRevision(UnpublishedReach::of(reader))
}

impl QueryFragment<Pg> for VisibleRevision {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("(");
        self.0.walk_revision("measurement_revision", out.reborrow())?;
        self.0.walk_published_now(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}

/// Whether the reader may see a decision on a revision. Everybody sees that it was published; any other decision is seen by
/// those who see the unpublished figures of its reporter.
#[derive(Debug, Clone)]
pub(crate) struct VisibleDecision(UnpublishedReach);

condition!(VisibleDecision, over measurement::id, measurement_decision::measurement_id);

/// Whether the reader may see the decision on the measurement in the query's row.
pub(crate) fn visible_decision(reader: &Reader) -> VisibleDecision {
    VisibleDecision(UnpublishedReach::of(reader))
}

impl QueryFragment<Pg> for VisibleDecision {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("(measurement_decision.state = 'PUBLISHED'");
        for reach in [&self.0.submitted, &self.0.drafts] {
            out.push_sql(" OR ");
            reach.walk_reporter(out.reborrow())?;
        }
        out.push_sql(")");
        Ok(())
    }
}

/// The agencies whose unpublished figures the reader sees.
#[derive(Debug, Clone)]
struct UnpublishedReach {
    submitted: ReachedIds,
    drafts: ReachedIds,
    /// Whether what was published must be visible now as well.
    also_now: bool,
}

impl UnpublishedReach {
    fn of(reader: &Reader) -> Self {
        let scope = reader.scope();
        let also_now = reader.is_of_the_past();
        Self { submitted: scope.submitted().into(), drafts: scope.drafts().into(), also_now }
    }

    /// Whether the revision in a row of that name is visible.
    fn walk_revision<'b>(&'b self, row: &str, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&format!("({row}.state = 'PUBLISHED'"));
        let unpublished =
            [(&self.submitted, "'SUBMITTED', 'ENDORSED'"), (&self.drafts, "'DRAFT', 'RETURNED', 'WITHDRAWN'")];
        for (reach, states) in unpublished {
            out.push_sql(&format!(" OR {row}.state IN ({states}) AND "));
            reach.walk_reporter(out.reborrow())?;
        }
        out.push_sql(")");
        Ok(())
    }

    /// That what was published then and is not now is visible as it stands now.
    fn walk_published_now<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if self.also_now {
            out.push_sql(
                " AND NOT (measurement_revision.state = 'PUBLISHED' AND EXISTS (SELECT FROM measurement_revision_now AS present \
                 WHERE present.measurement_id = measurement_revision.measurement_id AND present.revision = measurement_revision.revision AND NOT ",
            );
            self.walk_revision("present", out.reborrow())?;
            out.push_sql("))");
        }
        Ok(())
    }

    /// The number of the latest revision that the reader may see; null if there is none.
    fn walk_latest<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("greatest(measurement.published_revision");
        for (reach, latest) in [(&self.submitted, "submitted_revision"), (&self.drafts, "drafted_revision")] {
            // Few measurements have such a revision: only for those is the list of agencies, perhaps thousands, gone through.
            out.push_sql(&format!(", CASE WHEN measurement.{latest} IS NOT NULL AND "));
            reach.walk_reporter(out.reborrow())?;
            out.push_sql(&format!(" THEN measurement.{latest} END"));
        }
        out.push_sql(")");
        Ok(())
    }

    fn published_only(&self) -> bool {
        matches!((&self.submitted, &self.drafts), (ReachedIds::Nothing, ReachedIds::Nothing))
    }
}

/// Whether the reader sees published figures only: most do, and lists of those have indexes of their own.
pub(crate) fn sees_published_figures_only(reader: &Reader) -> bool {
    UnpublishedReach::of(reader).published_only()
}

/// Whether the reader belongs to the audience of the outbox row `parent`. For rows that have one; its words are those of
/// [`Audience`](crate::writer::Audience).
#[derive(Debug, Clone)]
pub(crate) struct OfAudience {
    internal: bool,
    reaches: [(&'static str, ReachedIds); 4],
}

pub(crate) fn of_audience(reader: &Reader) -> OfAudience {
    let scope = reader.scope();
    let reaches = [
        ("PARTY", scope.restricted()),
        ("SUBMITTED", scope.submitted()),
        ("DRAFTS", scope.drafts()),
        ("ACCOUNTS", scope.accounts()),
    ];
    OfAudience { internal: scope.internal(), reaches: reaches.map(|(word, reached)| (word, reached.into())) }
}

impl QueryFragment<Pg> for OfAudience {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let internal = if self.internal { "TRUE" } else { "FALSE" };
        out.push_sql(&format!("CASE parent.audience WHEN 'PUBLIC' THEN TRUE WHEN 'INTERNAL' THEN {internal}"));
        for (word, reach) in &self.reaches {
            out.push_sql(&format!(" WHEN '{word}' THEN "));
            reach.walk("parent.audience_agency_id", out.reborrow())?;
        }
        out.push_sql(" END");
        Ok(())
    }
}

/// [`Reached`], with the ids as a list: the form in which they are sent to PostgreSQL.
#[derive(Debug, Clone)]
enum ReachedIds {
    Nothing,
    Agencies(Vec<Uuid>),
    All,
}

impl From<&Reached> for ReachedIds {
    fn from(reached: &Reached) -> Self {
        match reached {
            Reached::Nothing => Self::Nothing,
            Reached::Agencies(ids) => Self::Agencies(ids.iter().copied().collect()),
            Reached::All => Self::All,
        }
    }
}

impl ReachedIds {
    /// Whether the measurement's reporter is within it.
    fn walk_reporter<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.walk("measurement.reporter_id", out)
    }

    /// Whether the agency of a column is within it.
    fn walk<'b>(&'b self, column: &str, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::Nothing => out.push_sql("FALSE"),
            Self::All => out.push_sql("TRUE"),
            Self::Agencies(ids) => {
                // Not by a subquery: the planner overrates what it costs, and then sorts whole tables.
                out.push_sql(&format!("{column} = ANY ("));
                out.push_bind_param::<Array<SqlUuid>, _>(ids)?;
                out.push_sql(")");
            }
        }
        Ok(())
    }
}
