//! Which directives a list holds, and in which order.

use std::collections::BTreeSet;

use async_graphql::{Enum, InputObject};
use chrono::Days;
use diesel::{dsl::not, pg::Pg, prelude::*, sql_types};

use super::{
    Directive, DirectiveKind, DirectiveState, StateSource,
    reach::{directive_coordinator_reach, directive_lead_reach},
};
use crate::{
    Date, DbError, Reader,
    deadline::{DUE_SOON_DAYS, Timeliness},
    document,
    enums::SortDirection,
    lateral::{Parent, is_any_of},
    noun::{Boxed, Stored, StoredBelow, names, noun},
    page::{Cursor, Key, Page, Tie, by_key, by_nullable_key, by_tie},
    schema::{
        agency, directive, directive_dependency, directive_document, directive_indicator, indicator, programme,
        recommendation_answer,
    },
    search::matching,
    sql_functions::agency_reached_ids,
    visible::visible,
};

/// Narrows a list of directives. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct DirectiveFilter {
    /// Code of the programme
    pub programme: Option<String>,
    /// Code of the document they stand in
    pub document: Option<String>,
    /// Code of an agency that leads, alone, with others, or as the member of a group
    pub lead: Option<String>,
    /// Code of an agency that coordinates by name, or as the member of a group that is named
    pub coordinator: Option<String>,
    /// Code of an agency: led or coordinated by it or by an agency below it, also by one that is gone since
    pub agency_subtree: Option<String>,
    /// Code of an indicator they serve
    pub indicator: Option<String>,
    /// Any of these kinds
    pub kinds: Option<Vec<DirectiveKind>>,
    /// Any of these states
    pub states: Option<Vec<DirectiveState>>,
    /// Said by any of these: UNKNOWN finds those of which nobody has said anything
    pub state_sources: Option<Vec<StateSource>>,
    /// Any of these, judged on the day `on`
    pub timeliness: Option<Vec<Timeliness>>,
    /// The day on which timeliness is judged and the tree of agencies is read; today in Asia/Ho_Chi_Minh if left out
    pub on: Option<Date>,
    /// Due on this day or later
    pub due_from: Option<Date>,
    /// Due on this day or earlier
    pub due_until: Option<Date>,
    /// True: only those with a last day; false: only those without
    pub has_deadline: Option<bool>,
    /// Every word of it occurs in title, summary or code, whole; the last may end in `*` and is then the
    /// beginning of a word. Tone marks, case, i or y (tỉ, tỷ) and the kind of dashes do not matter
    pub text: Option<String>,
}

/// What directives are sorted by. Those of equal value follow by code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Enum)]
pub enum DirectiveSort {
    /// Last day of the deadline in force; those without one come last, in either direction
    #[default]
    DueOn,
    /// Order of the clauses within their document
    Position,
    /// Code
    Code,
}

/// How directives are sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, InputObject)]
pub struct DirectiveOrder {
    /// What to sort by
    #[graphql(default)]
    pub by: DirectiveSort,
    /// In which direction
    #[graphql(default)]
    pub direction: SortDirection,
}

/// The objects that have lists of directives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DirectiveLink {
    /// Led by an agency
    Lead,
    /// Coordinated by an agency
    Coordinator,
    /// Given by an agency
    Assigner,
    /// Standing in a document
    Document,
    /// Mentioning a document
    MentionedDocument,
    /// Waiting for a document
    AwaitedDocument,
    /// Of a programme
    Programme,
    /// Serving an indicator
    Indicator,
    /// Waiting for a directive
    AwaitedDirective,
    /// Part of a directive
    Parent,
    /// Answering a recommendation
    Recommendation,
}

fn by_party(mut query: Boxed<directive::table>, filter: &DirectiveFilter, on: Date) -> Boxed<directive::table> {
    if let Some(code) = filter.lead.clone() {
        let of_code = agency::table.filter(agency::code.eq(code)).select(agency::id).single_value();
        let led = directive_lead_reach::table
            .filter(directive_lead_reach::agency_id.nullable().eq(of_code))
            .select(directive_lead_reach::directive_id);
        query = query.filter(directive::id.eq_any(led));
    }
    if let Some(code) = filter.coordinator.clone() {
        let of_code = agency::table.filter(agency::code.eq(code)).select(agency::id).single_value();
        let coordinated = directive_coordinator_reach::table
            .filter(directive_coordinator_reach::agency_id.nullable().eq(of_code))
            .select(directive_coordinator_reach::directive_id);
        query = query.filter(directive::id.eq_any(coordinated));
    }
    if let Some(code) = filter.agency_subtree.clone() {
        let root = || agency::table.filter(agency::code.eq(code.clone())).select(agency::id).single_value();
        let led = directive_lead_reach::table
            .filter(is_any_of(directive_lead_reach::agency_id, agency_reached_ids(root(), on)))
            .select(directive_lead_reach::directive_id);
        let coordinated = directive_coordinator_reach::table
            .filter(is_any_of(directive_coordinator_reach::agency_id, agency_reached_ids(root(), on)))
            .select(directive_coordinator_reach::directive_id);
        query = query.filter(directive::id.eq_any(led).or(directive::id.eq_any(coordinated)));
    }
    query
}

pub(crate) type Condition =
    Box<dyn BoxableExpression<directive::table, Pg, SqlType = sql_types::Nullable<sql_types::Bool>>>;

/// [`crate::deadline::timeliness`] as a condition; a test holds the two together.
pub(crate) fn timely(wanted: &[Timeliness], on: Date) -> Condition {
    let soon = Date(on.0.checked_add_days(Days::new(DUE_SOON_DAYS.unsigned_abs())).unwrap_or(on.0));
    // Done after the day in question is not yet done on it.
    let wanted_still = || directive::state.ne(DirectiveState::Cancelled);
    let open = || wanted_still().and(directive::completed_on.is_null().or(directive::completed_on.gt(on)));
    let done = || directive::completed_on.le(on);
    let in_time = || directive::completed_on.le(directive::due_on).or(directive::due_expected);
    let told = || {
        let said = [StateSource::Recorded, StateSource::Simulated];
        directive::state.ne(DirectiveState::Assigned).or(directive::state_source.eq_any(said))
    };
    // An id is never null: wanting nothing finds nothing.
    let never: Condition = Box::new(directive::id.is_null().nullable());
    // Each once, however often it is asked for: every one nests the condition, which is written by recursion.
    let wanted: BTreeSet<_> = wanted.iter().collect();
    wanted.into_iter().fold(never, |condition, wanted| -> Condition {
        match wanted {
            Timeliness::NoDeadline => {
                Box::new(condition.or(directive::due_on.is_null().or(directive::state.eq(DirectiveState::Cancelled))))
            }
            Timeliness::OnTime => Box::new(condition.or(directive::due_on.gt(soon).and(open()))),
            Timeliness::DueSoon => Box::new(condition.or(directive::due_on.between(on, soon).and(open()))),
            Timeliness::Overdue => Box::new(
                condition.or(directive::due_on.lt(on).and(open()).and(not(directive::due_expected)).and(told())),
            ),
            Timeliness::Passed => {
                Box::new(condition.or(directive::due_on.lt(on).and(open()).and(directive::due_expected)))
            }
            Timeliness::NotReported => Box::new(
                condition.or(directive::due_on.lt(on).and(open()).and(not(directive::due_expected)).and(not(told()))),
            ),
            Timeliness::DoneOnTime => Box::new(condition.or(done().and(in_time()))),
            Timeliness::DoneLate => Box::new(condition.or(done().and(not(in_time())))),
        }
    })
}

names!(DirectiveFilter {
    programme: Programme,
    document: Document,
    lead: Agency,
    coordinator: Agency,
    agency_subtree as "agencySubtree": Agency,
    indicator: Indicator,
});

impl Stored for Directive {
    type Query = Boxed<directive::table>;
    type Filter = DirectiveFilter;
    type Sort = DirectiveOrder;

    fn filtered(reader: &Reader, filter: &DirectiveFilter) -> Self::Query {
        let mut query = directive::table.filter(visible(reader, directive::table)).into_boxed();
        query = by_party(query, filter, filter.on.unwrap_or(reader.today()));
        if let Some(code) = filter.programme.clone() {
            query = query.filter(
                directive::programme_id.eq_any(programme::table.filter(programme::code.eq(code)).select(programme::id)),
            );
        }
        if let Some(code) = filter.document.clone() {
            query = query.filter(directive::document_id.eq_any(document::id_of_code(reader, &code)));
        }
        if let Some(code) = filter.indicator.clone() {
            let serving = directive_indicator::table
                .inner_join(indicator::table)
                .filter(indicator::code.eq(code))
                .select(directive_indicator::directive_id);
            query = query.filter(directive::id.eq_any(serving));
        }
        if let Some(kinds) = filter.kinds.clone() {
            query = query.filter(directive::kind.eq_any(kinds));
        }
        if let Some(states) = filter.states.clone() {
            query = query.filter(directive::state.eq_any(states));
        }
        if let Some(sources) = filter.state_sources.clone() {
            query = query.filter(directive::state_source.eq_any(sources));
        }
        if let Some(wanted) = &filter.timeliness {
            query = query.filter(timely(wanted, filter.on.unwrap_or(reader.today())));
        }
        if let Some(day) = filter.due_from {
            query = query.filter(directive::due_on.ge(day));
        }
        if let Some(day) = filter.due_until {
            query = query.filter(directive::due_on.le(day));
        }
        match filter.has_deadline {
            Some(true) => query = query.filter(directive::due_on.is_not_null()),
            Some(false) => query = query.filter(directive::due_on.is_null()),
            None => {}
        }
        matching!(query, directive::search_text, filter.text)
    }

    fn sorted(query: Self::Query, order: DirectiveOrder, page: &Page) -> Result<Self::Query, DbError> {
        let falling = order.direction == SortDirection::Descending;
        Ok(match order.by {
            DirectiveSort::DueOn => {
                by_nullable_key!(query, page, falling, directive::due_on, Day, directive::code, Code)
            }
            DirectiveSort::Position => {
                by_key!(query, page, falling, directive::position, Number, directive::code, Code)
            }
            DirectiveSort::Code => by_tie!(query, page, falling, directive::code, Code),
        })
    }

    fn cursor(&self, order: DirectiveOrder) -> Cursor {
        let key = match order.by {
            DirectiveSort::DueOn => Some(Key::Day(self.due_on)),
            DirectiveSort::Position => Some(Key::Number(self.position)),
            DirectiveSort::Code => None,
        };
        Cursor { key, tie: Tie::Code(self.code.clone()) }
    }
}

impl StoredBelow for Directive {
    type Link = DirectiveLink;

    fn below(query: Self::Query, link: DirectiveLink) -> Self::Query {
        match link {
            DirectiveLink::Lead => query.filter(
                directive::id.eq_any(
                    directive_lead_reach::table
                        .filter(directive_lead_reach::agency_id.eq(Parent))
                        .select(directive_lead_reach::directive_id),
                ),
            ),
            DirectiveLink::Coordinator => query.filter(
                directive::id.eq_any(
                    directive_coordinator_reach::table
                        .filter(directive_coordinator_reach::agency_id.eq(Parent))
                        .select(directive_coordinator_reach::directive_id),
                ),
            ),
            DirectiveLink::Assigner => query.filter(directive::assigner_id.eq(Parent.nullable())),
            DirectiveLink::Document => query.filter(directive::document_id.eq(Parent)),
            DirectiveLink::MentionedDocument => query.filter(
                directive::id.eq_any(
                    directive_document::table
                        .filter(directive_document::document_id.eq(Parent))
                        .select(directive_document::directive_id),
                ),
            ),
            DirectiveLink::AwaitedDocument => query.filter(
                directive::id.eq_any(
                    directive_dependency::table
                        .filter(directive_dependency::on_document_id.eq(Parent.nullable()))
                        .select(directive_dependency::directive_id),
                ),
            ),
            DirectiveLink::AwaitedDirective => query.filter(
                directive::id.eq_any(
                    directive_dependency::table
                        .filter(directive_dependency::on_directive_id.eq(Parent.nullable()))
                        .select(directive_dependency::directive_id),
                ),
            ),
            DirectiveLink::Programme => query.filter(directive::programme_id.eq(Parent)),
            DirectiveLink::Indicator => query.filter(
                directive::id.eq_any(
                    directive_indicator::table
                        .filter(directive_indicator::indicator_id.eq(Parent))
                        .select(directive_indicator::directive_id),
                ),
            ),
            DirectiveLink::Parent => query.filter(directive::parent_id.eq(Parent.nullable())),
            DirectiveLink::Recommendation => query.filter(
                directive::id.eq_any(
                    recommendation_answer::table
                        .filter(recommendation_answer::recommendation_id.eq(Parent))
                        .select(recommendation_answer::directive_id),
                ),
            ),
        }
    }
}

noun!(Directive, directive, tag b'v', coded by code, listed below);
