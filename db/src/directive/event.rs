//! The timeline of a directive: everything that happened to it.

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use object_layer::SimpleObject;
use uuid::Uuid;

use crate::{
    Date, DbError, Reader,
    enums::SortDirection,
    lateral::Parent,
    noun::{Boxed, Stored, StoredBelow, names, noun},
    page::{Cursor, Page, Tie, by_tie},
    role_grant::Role,
    schema::{directive, directive_event},
    text_enum::text_enum,
    visible::refers_to_visible,
};

text_enum! {
    /// What happened to a directive.
    pub enum DirectiveEventKind {
        /// It was issued
        Issued => "ISSUED",
        /// It got another deadline
        DeadlineSet => "DEADLINE_SET",
        /// An agency that leads accepted it
        Accepted => "ACCEPTED",
        /// A part of it was given to an agency below
        Delegated => "DELEGATED",
        /// Progress was reported
        ProgressReported => "PROGRESS_REPORTED",
        /// A coordinating agency was asked for input
        InputRequested => "INPUT_REQUESTED",
        /// A coordinating agency gave the input it was asked for
        InputGiven => "INPUT_GIVEN",
        /// A later deadline was asked for
        ExtensionRequested => "EXTENSION_REQUESTED",
        /// The later deadline was granted
        ExtensionApproved => "EXTENSION_APPROVED",
        /// The later deadline was not granted
        ExtensionRefused => "EXTENSION_REFUSED",
        /// Another day was offered
        ExtensionCountered => "EXTENSION_COUNTERED",
        /// The day that was offered was accepted
        CounterAccepted => "COUNTER_ACCEPTED",
        /// The day that was offered was declined
        CounterDeclined => "COUNTER_DECLINED",
        /// It was reported as done
        ReportedDone => "REPORTED_DONE",
        /// It was confirmed as done
        Completed => "COMPLETED",
        /// It was sent back with a reason
        SentBack => "SENT_BACK",
        /// It was cancelled with a reason
        Cancelled => "CANCELLED",
        /// What it waited for is done, and it waits for nothing else
        Unblocked => "UNBLOCKED",
        /// The part of an agency in it passed to one that took over
        Transferred => "TRANSFERRED",
    }
}

/// Something that happened to a directive: added, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = directive_event)]
pub struct DirectiveEvent {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// What happened
    pub kind: DirectiveEventKind,
    /// Day (Asia/Ho_Chi_Minh); null if the source gives none
    pub occurred_on: Option<Date>,
    /// When it was recorded here, in UTC; what documents say was recorded when it was loaded
    pub recorded_at: DateTime<Utc>,
    /// The role by which it was done; null for machines, and if the source does not say
    pub role: Option<Role>,
    /// What was said: the reason, the question, the report; null if nothing was
    pub text: Option<String>,
    /// Order of recording
    #[graphql(skip)]
    pub number: i64,
    /// The directive
    #[graphql(skip)]
    pub directive_id: Uuid,
    /// Who did it
    #[graphql(skip)]
    pub account_id: Option<Uuid>,
    /// For which agency
    #[graphql(skip)]
    pub agency_id: Option<Uuid>,
    /// The deadline that was set
    #[graphql(skip)]
    pub deadline_revision: Option<i32>,
    /// The report
    #[graphql(skip)]
    pub progress_id: Option<Uuid>,
    /// The request for a later deadline
    #[graphql(skip)]
    pub extension_id: Option<Uuid>,
    /// The request for input
    #[graphql(skip)]
    pub input_id: Option<Uuid>,
    /// The part that was given away, the directive that is waited for no longer, or the whole with which it was cancelled
    #[graphql(skip)]
    pub other_directive_id: Option<Uuid>,
    /// The agency from which the part passed
    #[graphql(skip)]
    pub predecessor_id: Option<Uuid>,
}

/// Narrows a timeline. What is left out or null narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct DirectiveEventFilter {
    /// Any of these kinds
    pub kinds: Option<Vec<DirectiveEventKind>>,
}

/// How a timeline is sorted: in the order in which things happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, InputObject)]
pub struct DirectiveEventOrder {
    /// Ascending: the oldest first
    #[graphql(default)]
    pub direction: SortDirection,
}

/// The objects that have timelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DirectiveEventLink {
    /// A directive
    Directive,
}

names!(DirectiveEventFilter {});

impl Stored for DirectiveEvent {
    type Query = Boxed<directive_event::table>;
    type Filter = DirectiveEventFilter;
    type Sort = DirectiveEventOrder;

    /// Seen by whoever sees the directive, and the other one if it is about two.
    fn filtered(reader: &Reader, filter: &DirectiveEventFilter) -> Self::Query {
        let other = directive_event::other_directive_id;
        let mut query = directive_event::table
            .filter(refers_to_visible(reader, directive_event::directive_id, directive::table))
            .filter(other.is_null().or(refers_to_visible(reader, other, directive::table)))
            .into_boxed();
        if let Some(kinds) = filter.kinds.clone() {
            query = query.filter(directive_event::kind.eq_any(kinds));
        }
        query
    }

    fn sorted(query: Self::Query, order: DirectiveEventOrder, page: &Page) -> Result<Self::Query, DbError> {
        let falling = order.direction == SortDirection::Descending;
        Ok(by_tie!(query, page, falling, directive_event::number, Number))
    }

    fn cursor(&self, _: DirectiveEventOrder) -> Cursor {
        Cursor { key: None, tie: Tie::Number(self.number) }
    }
}

impl StoredBelow for DirectiveEvent {
    type Link = DirectiveEventLink;

    fn below(query: Self::Query, link: DirectiveEventLink) -> Self::Query {
        match link {
            DirectiveEventLink::Directive => query.filter(directive_event::directive_id.eq(Parent)),
        }
    }
}

noun!(DirectiveEvent, directive_event, tag b'q', listed below);
