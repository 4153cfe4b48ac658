//! What is typed when a directive is issued or a part of it handed on. Nothing of it is checked yet.

use async_graphql::InputObject;

use crate::{
    Date, Id,
    deadline::DeadlineOperator,
    directive::{Directive, DirectiveKind, DirectivePriority},
    enums::{DatePrecision, Visibility},
};

/// A directive to be issued from a clause of a document.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "IssueDirectiveInput")]
pub struct NewDirective {
    /// Code of the document it stands in, which has been issued and is in force
    pub document: String,
    /// Label of the clause as printed, such as `10.a`
    pub clause: String,
    /// Code of the programme it belongs to
    pub programme: String,
    /// Code of the agency that gives it, of which the viewer is a leader
    pub assigner: String,
    /// What kind of clause it is
    #[graphql(default_with = "DirectiveKind::Directive")]
    pub kind: DirectiveKind,
    /// How pressing it is
    #[graphql(default_with = "DirectivePriority::Normal")]
    pub priority: DirectivePriority,
    /// Who may read it, and its parts: no more than may read the document
    pub visibility: Visibility,
    /// What is to be done, in a phrase
    pub title: String,
    /// What the document says, in its own words
    pub content: Option<String>,
    /// What should come out of it
    pub expected_output: Option<String>,
    /// Codes of the agencies that lead (chủ trì), in the order of the document: of the assigner's province, or with a part in
    /// the programme already
    #[graphql(default)]
    pub leads: Vec<String>,
    /// Who coordinates (phối hợp), in the order of the document; within the same bounds
    #[graphql(default)]
    pub coordinators: Vec<NewCoordinator>,
    /// Until when; left out, it has no deadline
    pub deadline: Option<StatedDeadline>,
    /// Codes of the indicators it serves
    #[graphql(default)]
    pub indicators: Vec<String>,
    /// What it waits for
    #[graphql(default)]
    pub depends_on: Vec<NewDependency>,
    /// Its parts, each a directive of its own with leads of its own; at most 50
    #[graphql(default)]
    pub parts: Vec<NewPart>,
}

impl NewDirective {
    /// What it says of itself as it would of a part.
    pub(super) fn whole(&self) -> NewPart {
        NewPart {
            title: self.title.clone(),
            content: self.content.clone(),
            expected_output: self.expected_output.clone(),
            leads: self.leads.clone(),
            coordinators: self.coordinators.clone(),
            deadline: self.deadline.clone(),
            indicators: self.indicators.clone(),
        }
    }
}

/// A part of a directive, with leads and a deadline of its own.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DirectivePartInput")]
pub struct NewPart {
    /// What is to be done, in a phrase
    pub title: String,
    /// What the document says, in its own words
    pub content: Option<String>,
    /// What should come out of it
    pub expected_output: Option<String>,
    /// Codes of the agencies that lead (chủ trì), in the order of the document
    pub leads: Vec<String>,
    /// Who coordinates, in the order of the document
    #[graphql(default)]
    pub coordinators: Vec<NewCoordinator>,
    /// Until when, not later than the whole; the whole's deadline if left out
    pub deadline: Option<StatedDeadline>,
    /// Codes of the indicators it serves
    #[graphql(default)]
    pub indicators: Vec<String>,
}

/// Who coordinates (phối hợp): one of the two.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "CoordinatorInput")]
pub struct NewCoordinator {
    /// Code of the agency
    pub agency: Option<String>,
    /// An open group, in the document's words
    pub words: Option<String>,
}

/// What a directive waits for: one of the two.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DependencyInput")]
pub struct NewDependency {
    /// Code of a directive that must be completed first
    pub directive: Option<String>,
    /// Code of a document that must be issued first
    pub document: Option<String>,
}

/// A deadline (thời hạn): in the source's words, or as a day.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DeadlineInput")]
pub struct StatedDeadline {
    /// The source's words, such as `trước ngày 15/4/2025`, `trong quý IV/2025`, `trong 05 ngày làm việc kể từ ngày ký`, `hằng
    /// tháng, trước ngày 25` or `khẩn trương`. Without `on` they are read; a year that is left out is the one in which such a day
    /// comes first, the day of the document or after (of a part that is delegated: today or after). With `on` they must not
    /// state another last day (`INCONSISTENT`)
    pub words: Option<String>,
    /// The day (Asia/Ho_Chi_Minh); of a month, quarter or year any of its days
    pub on: Option<Date>,
    /// How exactly `on` is meant
    #[graphql(default_with = "DatePrecision::Day")]
    pub precision: DatePrecision,
    /// How the duty relates to `on`
    #[graphql(default_with = "DeadlineOperator::By")]
    pub operator: DeadlineOperator,
    /// Why the last day is over already when the directive is given: asked for by the code `OVERDUE`, at most 2,000 characters
    pub comment: Option<String>,
}

/// A part of a directive for agencies below one that leads it.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DelegateDirectiveInput")]
pub struct Delegation {
    /// Id of the directive of which it is a part
    pub directive: Id<Directive>,
    /// The part; those who lead it are below an agency that leads the whole and of which the viewer is the head
    pub part: NewPart,
}
