//! Directives and duties (chỉ đạo, nhiệm vụ).

pub mod change;
mod event;
mod filter;
mod reach;
mod relations;
mod requests;
mod rules;

use diesel::prelude::*;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) use self::filter::timely;
pub use self::{
    event::{DirectiveEvent, DirectiveEventFilter, DirectiveEventKind, DirectiveEventLink, DirectiveEventOrder},
    filter::{DirectiveFilter, DirectiveLink, DirectiveOrder, DirectiveSort},
    reach::{CoordinatorReachOf, LeadReachOf},
    relations::{
        CoordinatorsOf, DeadlinesOf, DependenciesOf, DirectiveCoordinator, DirectiveDeadline, DirectiveDependency,
        IndicatorsServedBy, LeadsOf, MentionedBy, NamedAgency, NamedBy, ProgressLink, ProgressUpdate, ServedIndicator,
        UnfinishedPartsOf, WaitsFor,
    },
    requests::{ExtensionById, ExtensionRequest, ExtensionState, ExtensionsOf, InputById, InputRequest, InputsOf},
    rules::{Pending, Refusal, Standing},
};
use crate::{
    Date,
    deadline::{Timeliness, timeliness},
    enums::Visibility,
    schema::directive,
    text_enum::text_enum,
};

text_enum! {
    /// What kind of clause a directive is.
    pub enum DirectiveKind {
        /// Something to be done once
        Directive => "DIRECTIVE",
        /// Something to be done always (nhiệm vụ thường xuyên)
        StandingDuty => "STANDING_DUTY",
        /// A task that a report gives account of
        ReportedTask => "REPORTED_TASK",
        /// A task that a report plans for the next period
        PlannedTask => "PLANNED_TASK",
        /// A solution of a plan (giải pháp)
        Measure => "MEASURE",
        /// A duty to report
        Reporting => "REPORTING",
        /// Money, people or facilities to be provided
        Resources => "RESOURCES",
    }
}

text_enum! {
    /// How the document names the lead.
    pub enum LeadBasis {
        /// In the clause itself
        Explicit => "EXPLICIT",
        /// Several in the clause, jointly
        Joint => "JOINT",
        /// In the opening sentence that covers the clause
        OpeningSentence => "OPENING_SENTENCE",
        /// Not in words: it follows from the context
        Implied => "IMPLIED",
        /// Nobody is named
        NotStated => "NOT_STATED",
    }
}

text_enum! {
    /// How pressing a directive is.
    pub enum DirectivePriority {
        /// Nothing is said
        Normal => "NORMAL",
        /// The document asks for haste ("khẩn trương")
        Urgent => "URGENT",
    }
}

text_enum! {
    /// Where a directive stands in its life-cycle.
    pub enum DirectiveState {
        /// Given, not yet begun
        Assigned => "ASSIGNED",
        /// Begun
        InProgress => "IN_PROGRESS",
        /// The lead says it is done; nobody has confirmed it yet
        ReportedDone => "REPORTED_DONE",
        /// Done and confirmed
        Completed => "COMPLETED",
        /// No longer wanted
        Cancelled => "CANCELLED",
    }
}

text_enum! {
    /// Who says how a directive stands.
    pub enum StateSource {
        /// A document reports it: a period report names it
        Reported => "REPORTED",
        /// People recorded it here
        Recorded => "RECORDED",
        /// Invented for the demo: no real progress
        Simulated => "SIMULATED",
        /// Nobody has said anything since it was given
        Unknown => "UNKNOWN",
    }
}

text_enum! {
    /// As what a directive names an agency that neither leads nor coordinates.
    pub enum NamedRole {
        /// It is helped
        Supported => "SUPPORTED",
        /// It is given guidance
        Guided => "GUIDED",
        /// It is asked for its opinion
        Consulted => "CONSULTED",
        /// The data in question are its own
        DataOwner => "DATA_OWNER",
        /// What is done is done for it
        Beneficiary => "BENEFICIARY",
        /// It issues what others prepare
        Issuing => "ISSUING",
        /// It is led by who is given the duty
        Led => "LED",
        /// It is directed by who is given the duty
        Directed => "DIRECTED",
    }
}

/// A directive or duty (chỉ đạo, nhiệm vụ): what a clause of a document gives somebody to do.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject, Serialize, Deserialize)]
#[diesel(table_name = directive)]
pub struct Directive {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Stable key: document and clause
    pub code: String,
    /// What kind of clause it is
    pub kind: DirectiveKind,
    /// What is to be done, in our words, in Vietnamese
    pub title: String,
    /// What the clause says, in its own words; null if nobody has copied them
    pub content: Option<String>,
    /// What is to be done, in a sentence of ours, in Vietnamese
    #[graphql(skip)]
    pub summary_vi: Option<String>,
    /// The same in English
    #[graphql(skip)]
    pub summary_en: Option<String>,
    /// Clause label as the document prints it: `10.a`, `III.1`
    pub clause: String,
    /// Order of the clause within the document, from 1
    pub position: i32,
    /// How the document names the lead
    pub lead_basis: LeadBasis,
    /// Who leads in the document's words, where it names a post and no agency; null otherwise
    pub lead_words: Option<String>,
    /// How pressing it is
    pub priority: DirectivePriority,
    /// What should come out of it; null if the document does not say
    pub expected_output: Option<String>,
    /// What has come out of it, as a report says; null if none does
    pub achieved_output: Option<String>,
    /// Where it stands in its life-cycle, as far as `stateSource` knows
    pub state: DirectiveState,
    /// Who says state and completion: a document (`reports` names it), people here, nobody, or the demo
    pub state_source: StateSource,
    /// Who may read it
    pub visibility: Visibility,
    /// Last day allowed by the first deadline (Asia/Ho_Chi_Minh); null without a deadline
    pub original_due_on: Option<Date>,
    /// Last day allowed by the deadline now in force (Asia/Ho_Chi_Minh); null without a deadline
    pub due_on: Option<Date>,
    /// True if the first deadline was only expected (dự kiến), which is no promise
    pub original_due_expected: bool,
    /// True if the deadline now in force is only expected (dự kiến), which is no promise: once it is over nobody is late
    pub due_expected: bool,
    /// Day on which it was done (Asia/Ho_Chi_Minh); null while it is not, or if the source does not say
    pub completed_on: Option<Date>,
    /// What a careful reader should know about the source
    pub note: Option<String>,
    /// Raised by each change of state or deadline: whoever changes it says which version they have seen
    pub version: i32,
    /// The programme it belongs to
    #[graphql(skip)]
    pub programme_id: Uuid,
    /// The document it stands in
    #[graphql(skip)]
    pub document_id: Uuid,
    /// The directive it is a part of
    #[graphql(skip)]
    pub parent_id: Option<Uuid>,
    /// Who gives it
    #[graphql(skip)]
    pub assigner_id: Option<Uuid>,
    /// The account that reported it as done
    #[graphql(skip)]
    pub done_reported_by: Option<Uuid>,
}

impl Directive {
    /// Whether it is in time on a day, held against the deadline in force. What was cancelled can no longer be late.
    #[must_use]
    pub fn timeliness(&self, on: Date) -> Timeliness {
        self.held_against(self.due_on, self.due_expected, on)
    }

    /// The same, held against the first deadline.
    #[must_use]
    pub fn original_timeliness(&self, on: Date) -> Timeliness {
        self.held_against(self.original_due_on, self.original_due_expected, on)
    }

    fn held_against(&self, due_on: Option<Date>, is_expected: bool, on: Date) -> Timeliness {
        let due_on = due_on.filter(|_| self.state != DirectiveState::Cancelled);
        let judged = timeliness(due_on.map(|day| day.0), is_expected, self.completed_on.map(|day| day.0), on.0);
        if judged == Timeliness::Overdue && self.is_untold() { Timeliness::NotReported } else { judged }
    }

    /// Whether nobody has said more of it than that it is to be done, or is planned: whether it was done is not known.
    fn is_untold(&self) -> bool {
        self.state == DirectiveState::Assigned
            && matches!(self.state_source, StateSource::Unknown | StateSource::Reported)
    }
}
