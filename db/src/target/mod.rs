//! Targets (mục tiêu), their revisions, and what is odd about them.

pub(crate) mod change;
pub(crate) mod new;
mod reported;

use async_graphql::{Enum, InputObject};
use diesel::prelude::*;
use object_layer::SimpleObject;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::{
    change::{NewRevision, TargetChange, Withdrawal, revise, withdraw},
    new::NewTarget,
    reported::{ReportedRevision, record},
};
use crate::{
    Date, DbError, Reader,
    comparator::{Comparator, ComparatorRule, Direction, effective},
    document::{self, DocumentStatus},
    enums::{DatePrecision, SortDirection},
    lateral::Parent,
    noun::{Boxed, Stored, StoredBelow, names, noun, relation},
    page::{Cursor, Key, Page, Tie, by_nullable_key, by_tie},
    schema::{agency, document as document_table, indicator, programme, target, target_revision},
    text_enum::text_enum,
};

text_enum! {
    /// How often a target must be reached.
    pub enum Cadence {
        /// Once, by the milestone
        ByDate => "BY_DATE",
        /// In every year up to the milestone ("mỗi năm")
        EachYear => "EACH_YEAR",
    }
}

text_enum! {
    /// What is odd about a target and was accepted all the same.
    pub enum TargetWarningKind {
        /// Another target of the same indicator, subject, day and cadence demands something else
        Conflict => "CONFLICT",
        /// The milestone before, of the same cadence, demanded more (less, where lower is better)
        Retreat => "RETREAT",
    }
}

/// A target (mục tiêu): what an indicator of a subject must reach by a day, or in each year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Insertable, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = target)]
pub struct Target {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Stable key: document, milestone, pillar, bullet and part
    pub code: String,
    /// What the clause asks for, in our words, in Vietnamese: milestones word the same indicator differently
    pub wording: String,
    /// Milestone: the last day on which it may be reached (Asia/Ho_Chi_Minh); null if the document names none
    pub due_on: Option<Date>,
    /// How exactly the document states the milestone
    pub due_precision: DatePrecision,
    /// The milestone as written, where it is not a plain date
    pub due_words: Option<String>,
    /// True if the document gives day and month only and the year follows from the context
    pub due_year_inferred: bool,
    /// Once by the milestone, or in every year up to it
    pub cadence: Cadence,
    /// First year of `EACH_YEAR`; null for `BY_DATE`, or if the document does not say
    pub cadence_from: Option<i32>,
    /// Last year of `EACH_YEAR`; null for `BY_DATE`, or if the document does not say
    pub cadence_until: Option<i32>,
    /// As the document writes it; null for a qualitative target. `effectiveComparator` says how it counts
    pub comparator: Option<Comparator>,
    /// Value demanded, in the indicator's unit; the lower end of a range; null for a qualitative target
    pub value: Option<Decimal>,
    /// Upper end of a range; null for anything else
    pub upper_value: Option<Decimal>,
    /// What a qualitative target demands; null where `value` does
    pub statement: Option<String>,
    /// The comparing words of the source: ≥, từ, đạt, có; null where the number stands alone
    pub source_words: Option<String>,
    /// The denominator that this very clause names, in its words; null if it names none
    pub measured_over: Option<String>,
    /// Clause of the document, as printed
    pub clause: String,
    /// Number of the bullet within the clause, from 1; null if the source has none
    pub ordinal: Option<i32>,
    /// Part of a bullet that holds several targets, from 1; null if it holds one
    pub sub: Option<i32>,
    /// What a careful reader should know about the source
    pub note: Option<String>,
    /// The day from which it is demanded no longer (Asia/Ho_Chi_Minh); null while it is. Those of a plan that was replaced are not
    /// withdrawn: their document says so
    pub withdrawn_on: Option<Date>,
    /// Raised by each change: what `expectedVersion` is compared with
    pub version: i32,
    /// Clause that withdraws it
    #[graphql(skip)]
    pub withdrawal_clause: Option<String>,
    /// The document that withdraws it
    #[graphql(skip)]
    pub withdrawal_document_id: Option<Uuid>,
    /// The programme
    #[graphql(skip)]
    pub programme_id: Uuid,
    /// The indicator
    #[graphql(skip)]
    pub indicator_id: Uuid,
    /// The version of the definition it means
    #[graphql(skip)]
    pub definition_id: Uuid,
    /// Whose figure it is
    #[graphql(skip)]
    pub subject_id: Uuid,
    /// The document it stands in
    #[graphql(skip)]
    pub document_id: Uuid,
}

impl Target {
    /// How its comparator counts for an indicator of that direction, and by which rule; null for a qualitative target.
    #[must_use]
    pub fn effective_comparator(&self, direction: Direction) -> Option<(Comparator, ComparatorRule)> {
        self.comparator.map(|comparator| effective(comparator, direction, self.source_words.as_deref()))
    }
}

/// Narrows a list of targets. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct TargetFilter {
    /// Code of the programme
    pub programme: Option<String>,
    /// Code of the indicator
    pub indicator: Option<String>,
    /// Code of the agency whose figure it is
    pub subject: Option<String>,
    /// Code of the document it stands in
    pub document: Option<String>,
    /// Due on this day or later
    pub due_from: Option<Date>,
    /// Due on this day or earlier
    pub due_until: Option<Date>,
    /// Once by the milestone, or in every year
    pub cadence: Option<Cadence>,
    /// True: only those in words; false: only those with a number
    pub qualitative: Option<bool>,
    /// True: only those that are demanded: not withdrawn, nor of a document that is a draft, or was replaced or revoked. False: only
    /// the others
    pub in_force: Option<bool>,
    /// Only those with any of these warnings; CONFLICT finds targets that contradict one another
    pub warnings: Option<Vec<TargetWarningKind>>,
}

/// What targets are sorted by. Those of equal value follow by code, which is the order of the plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Enum)]
pub enum TargetSort {
    /// Milestone; those without one come last, in either direction
    #[default]
    DueOn,
    /// Code
    Code,
}

/// How targets are sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, InputObject)]
pub struct TargetOrder {
    /// What to sort by
    #[graphql(default)]
    pub by: TargetSort,
    /// In which direction
    #[graphql(default)]
    pub direction: SortDirection,
}

/// The objects that have lists of targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TargetLink {
    /// Of an indicator
    Indicator,
    /// Standing in a document
    Document,
    /// Of a programme
    Programme,
    /// An agency's figures
    Subject,
}

diesel::table! {
    /// The view of warnings; diesel prints no views.
    target_warning (target_id, kind, other_id) {
        /// The target that is odd
        target_id -> Uuid,
        /// In which way
        kind -> Text,
        /// The other target that makes it so
        other_id -> Uuid,
    }
}
diesel::allow_tables_to_appear_in_same_query!(target, target_warning);

names!(TargetFilter { programme: Programme, indicator: Indicator, subject: Agency, document: Document });

impl Stored for Target {
    type Query = Boxed<target::table>;
    type Filter = TargetFilter;
    type Sort = TargetOrder;

    fn filtered(reader: &Reader, filter: &TargetFilter) -> Self::Query {
        let mut query = target::table.into_boxed();
        if let Some(code) = filter.programme.clone() {
            let of_code = programme::table.filter(programme::code.eq(code)).select(programme::id).single_value();
            query = query.filter(target::programme_id.nullable().eq(of_code));
        }
        if let Some(code) = filter.indicator.clone() {
            let of_code = indicator::table.filter(indicator::code.eq(code)).select(indicator::id).single_value();
            query = query.filter(target::indicator_id.nullable().eq(of_code));
        }
        if let Some(code) = filter.subject.clone() {
            let of_code = agency::table.filter(agency::code.eq(code)).select(agency::id).single_value();
            query = query.filter(target::subject_id.nullable().eq(of_code));
        }
        if let Some(code) = filter.document.clone() {
            let of_code = document::id_of_code(reader, &code).single_value();
            query = query.filter(target::document_id.nullable().eq(of_code));
        }
        if let Some(day) = filter.due_from {
            query = query.filter(target::due_on.ge(day));
        }
        if let Some(day) = filter.due_until {
            query = query.filter(target::due_on.le(day));
        }
        if let Some(cadence) = filter.cadence {
            query = query.filter(target::cadence.eq(cadence));
        }
        match filter.qualitative {
            Some(true) => query = query.filter(target::statement.is_not_null()),
            Some(false) => query = query.filter(target::value.is_not_null()),
            None => {}
        }
        if let Some(wanted) = filter.in_force {
            let ended = document_table::table
                .filter(document_table::status.eq_any([
                    DocumentStatus::Planned,
                    DocumentStatus::Draft,
                    DocumentStatus::Replaced,
                    DocumentStatus::Revoked,
                ]))
                .select(document_table::id);
            let holds = target::withdrawn_on.is_null().and(target::document_id.ne_all(ended));
            query = if wanted { query.filter(holds) } else { query.filter(diesel::dsl::not(holds)) };
        }
        if let Some(kinds) = filter.warnings.clone() {
            let odd =
                target_warning::table.filter(target_warning::kind.eq_any(kinds)).select(target_warning::target_id);
            query = query.filter(target::id.eq_any(odd));
        }
        query
    }

    fn sorted(query: Self::Query, order: TargetOrder, page: &Page) -> Result<Self::Query, DbError> {
        let falling = order.direction == SortDirection::Descending;
        Ok(match order.by {
            TargetSort::DueOn => by_nullable_key!(query, page, falling, target::due_on, Day, target::code, Code),
            TargetSort::Code => by_tie!(query, page, falling, target::code, Code),
        })
    }

    fn cursor(&self, order: TargetOrder) -> Cursor {
        let key = match order.by {
            TargetSort::DueOn => Some(Key::Day(self.due_on)),
            TargetSort::Code => None,
        };
        Cursor { key, tie: Tie::Code(self.code.clone()) }
    }
}

impl StoredBelow for Target {
    type Link = TargetLink;

    fn below(query: Self::Query, link: TargetLink) -> Self::Query {
        match link {
            TargetLink::Indicator => query.filter(target::indicator_id.eq(Parent)),
            TargetLink::Document => query.filter(target::document_id.eq(Parent)),
            TargetLink::Programme => query.filter(target::programme_id.eq(Parent)),
            TargetLink::Subject => query.filter(target::subject_id.eq(Parent)),
        }
    }
}

noun!(Target, target, tag b't', coded by code, listed below);

/// What is odd about a target, and the other target that makes it so.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = target_warning)]
pub struct TargetWarning {
    /// In which way it is odd
    pub kind: TargetWarningKind,
    /// The other target
    #[graphql(skip)]
    pub other_id: Uuid,
}

relation!(
    /// What is odd about a target.
    WarningsOf => TargetWarning,
    |reader, parents| target_warning::table
        .filter(target_warning::target_id.eq_any(parents))
        .order((target_warning::target_id, target_warning::kind, target_warning::other_id))
        .select((target_warning::target_id, TargetWarning::as_select()))
);

/// A change of a target: the old value may be unknown.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = target_revision)]
pub struct TargetRevision {
    /// 1 for the first change, then counted up
    pub revision: i32,
    /// False if the source says that the target was changed, but not from what
    pub previous_known: bool,
    /// Value before, in the indicator's unit; null if unknown
    pub previous_value: Option<Decimal>,
    /// Value after, in the indicator's unit; null if the target was made qualitative or the source does not say
    pub new_value: Option<Decimal>,
    /// Day on which it was changed or the change was reported (Asia/Ho_Chi_Minh); null if unknown
    pub revised_on: Option<Date>,
    /// Who changed it, as the source says
    pub revised_by: Option<String>,
    /// Clause that says so
    #[graphql(skip)]
    pub clause: Option<String>,
    /// What a careful reader should know about the source
    pub note: Option<String>,
    /// The document that says so
    #[graphql(skip)]
    pub document_id: Option<Uuid>,
}

relation!(
    /// The changes of a target, the first first.
    RevisionsOf => TargetRevision,
    |reader, parents| target_revision::table
        .filter(target_revision::target_id.eq_any(parents))
        .order((target_revision::target_id, target_revision::revision))
        .select((target_revision::target_id, TargetRevision::as_select()))
);
