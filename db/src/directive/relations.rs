//! What hangs on a directive: who leads and coordinates, its deadlines, what it waits for, its progress.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use object_layer::SimpleObject;
use uuid::Uuid;

use super::{Directive, DirectiveState, NamedRole};
use crate::{
    Date, DbError, Reader,
    agency::Agency,
    deadline::{Deadline, DeadlineCadence, DeadlineOperator},
    document::Document,
    enums::{DatePrecision, Source},
    lateral::Parent,
    noun::{Boxed, Stored, StoredBelow, noun, relation},
    page::{Cursor, Key, Page, Tie, by_key},
    schema::{
        agency, directive, directive_coordinator, directive_deadline, directive_dependency, directive_document,
        directive_indicator, directive_lead, directive_named_agency, document, progress_update,
    },
    sql_functions::is_awaited,
    visible::{refers_to_visible, visible},
};

relation!(
    /// The parts of a directive that are neither completed nor cancelled and that the reader may see, in the order of the document.
    UnfinishedPartsOf => Directive,
    |reader, parents| directive::table
        .filter(directive::parent_id.eq_any(parents))
        .filter(directive::state.ne_all([DirectiveState::Completed, DirectiveState::Cancelled]))
        .filter(visible(reader, directive::table))
        .order((directive::parent_id, directive::position))
        .select((directive::parent_id.assume_not_null(), Directive::as_select()))
);

relation!(
    /// Who leads, in the order the document names them.
    LeadsOf => Agency,
    |reader, parents| directive_lead::table
        .inner_join(agency::table)
        .filter(directive_lead::directive_id.eq_any(parents))
        .order((directive_lead::directive_id, directive_lead::position))
        .select((directive_lead::directive_id, Agency::as_select()))
);

/// Who coordinates (phối hợp): an agency by name, or an open group in the document's words.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = directive_coordinator)]
pub struct DirectiveCoordinator {
    /// The agency, if it is named
    #[graphql(skip)]
    pub agency_id: Option<Uuid>,
    /// The open group as written ("các đơn vị liên quan"); null for a named agency
    pub words: Option<String>,
}

relation!(
    /// Who coordinates, in the order the document names them.
    CoordinatorsOf => DirectiveCoordinator,
    |reader, parents| directive_coordinator::table
        .filter(directive_coordinator::directive_id.eq_any(parents))
        .order((directive_coordinator::directive_id, directive_coordinator::position))
        .select((directive_coordinator::directive_id, DirectiveCoordinator::as_select()))
);

/// An agency that a directive names without making it lead or coordinate: it owes nothing for it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = directive_named_agency)]
pub struct NamedAgency {
    /// As what it is named
    pub role: NamedRole,
    /// The agency
    #[graphql(skip)]
    pub agency_id: Uuid,
}

relation!(
    /// Whom a directive names besides those who lead and coordinate, in the order of the document.
    NamedBy => NamedAgency,
    |reader, parents| directive_named_agency::table
        .filter(directive_named_agency::directive_id.eq_any(parents))
        .order((directive_named_agency::directive_id, directive_named_agency::position))
        .select((directive_named_agency::directive_id, NamedAgency::as_select()))
);

/// A deadline (thời hạn) a directive has or has had.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = directive_deadline)]
pub struct DirectiveDeadline {
    /// 1 for the original, then counted up; the last is in force
    pub revision: i32,
    /// The deadline as written: "trước ngày 15/4/2025"; null if the document says nothing
    pub words: Option<String>,
    /// The day written, or the last day of the month, quarter or year written (Asia/Ho_Chi_Minh); null if the words hold no date
    pub stated_on: Option<Date>,
    /// How exactly the document states it
    pub precision: DatePrecision,
    /// How the words bind; null if there are none
    pub operator: Option<DeadlineOperator>,
    /// True if the document gives no year and it follows from the context
    pub year_inferred: bool,
    /// Effective last day (Asia/Ho_Chi_Minh); "before 15/4" means 14/4, "in quarter IV" means 31/12; null if nothing falls due
    pub due_on: Option<Date>,
    /// Day on which this deadline was set (Asia/Ho_Chi_Minh); null if unknown
    pub set_on: Option<Date>,
    /// How often it comes again (hằng tháng, hằng quý, hằng năm): then `statedOn` is the first time, and nothing falls due once
    /// and for all; null if it comes once
    pub cadence: Option<DeadlineCadence>,
    /// What a careful reader should know
    pub note: Option<String>,
    /// The document that set it, if another than the directive's
    #[graphql(skip)]
    pub document_id: Option<Uuid>,
}

impl DirectiveDeadline {
    /// Of a deadline that comes again, the next last day: that day or after.
    #[must_use]
    pub fn next_due_on(&self, on: Date) -> Option<Date> {
        let deadline = Deadline {
            words: None,
            stated_on: self.stated_on.map(|day| day.0),
            precision: self.precision,
            operator: self.operator,
            year_inferred: self.year_inferred,
            cadence: self.cadence,
        };
        deadline.next_due_on(on.0).map(Date)
    }
}

relation!(
    /// Its deadlines, the original first.
    DeadlinesOf => DirectiveDeadline,
    |reader, parents| directive_deadline::table
        .filter(directive_deadline::directive_id.eq_any(parents))
        .order((directive_deadline::directive_id, directive_deadline::revision))
        .select((directive_deadline::directive_id, DirectiveDeadline::as_select()))
);

/// What a directive waits for: another directive, or a document not yet issued.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = directive_dependency)]
pub struct DirectiveDependency {
    /// What the source says about it
    pub note: Option<String>,
    /// The directive waited for
    #[graphql(skip)]
    pub on_directive_id: Option<Uuid>,
    /// The document waited for
    #[graphql(skip)]
    pub on_document_id: Option<Uuid>,
}

relation!(
    /// What it waits for, as far as the reader may see it.
    DependenciesOf => DirectiveDependency,
    |reader, parents| directive_dependency::table
        .filter(directive_dependency::directive_id.eq_any(parents))
        .filter(
            refers_to_visible(reader, directive_dependency::on_directive_id, directive::table)
                .or(refers_to_visible(reader, directive_dependency::on_document_id, document::table)),
        )
        .order((directive_dependency::directive_id, directive_dependency::id))
        .select((directive_dependency::directive_id, DirectiveDependency::as_select()))
);

relation!(
    /// What it still waits for, as far as the reader may see it: a directive that is neither completed nor cancelled, a
    /// document that is not issued yet.
    WaitsFor => DirectiveDependency,
    |reader, parents| directive_dependency::table
        .filter(directive_dependency::directive_id.eq_any(parents))
        .filter(is_awaited(directive_dependency::on_directive_id, directive_dependency::on_document_id))
        .filter(
            refers_to_visible(reader, directive_dependency::on_directive_id, directive::table)
                .or(refers_to_visible(reader, directive_dependency::on_document_id, document::table)),
        )
        .order((directive_dependency::directive_id, directive_dependency::id))
        .select((directive_dependency::directive_id, DirectiveDependency::as_select()))
);

/// An indicator that a directive serves.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = directive_indicator)]
pub struct ServedIndicator {
    /// True if the document says so; false if it is our reading of the two texts
    pub stated: bool,
    /// The indicator
    #[graphql(skip)]
    pub indicator_id: Uuid,
}

relation!(
    /// The indicators it serves.
    IndicatorsServedBy => ServedIndicator,
    |reader, parents| directive_indicator::table
        .filter(directive_indicator::directive_id.eq_any(parents))
        .order((directive_indicator::directive_id, directive_indicator::indicator_id))
        .select((directive_indicator::directive_id, ServedIndicator::as_select()))
);

/// What was reported of a directive's progress on a day: added, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = progress_update)]
pub struct ProgressUpdate {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Day of the report (Asia/Ho_Chi_Minh)
    pub reported_on: Date,
    /// How much is done, 0 to 100; null if the report gives no figure
    pub percent: Option<i16>,
    /// What was done
    pub narrative: String,
    /// What stands in the way; null if nothing was reported
    pub obstacles: Option<String>,
    /// What shows it, in words and addresses; null if nothing was given
    pub evidence: Option<String>,
    /// Where the report comes from; SIMULATED means invented for the demo
    pub source: Source,
    /// When it was recorded here, in UTC
    pub recorded_at: DateTime<Utc>,
    /// The directive
    #[graphql(skip)]
    pub directive_id: Uuid,
    /// The agency that reports
    #[graphql(skip)]
    pub reporter_id: Option<Uuid>,
    /// The document it was reported in
    #[graphql(skip)]
    pub document_id: Option<Uuid>,
}

relation!(
    /// The documents that a directive mentions and that the reader may see.
    MentionedBy => Document,
    |reader, parents| directive_document::table
        .inner_join(document::table)
        .filter(directive_document::directive_id.eq_any(parents))
        .filter(visible(reader, document::table))
        .order((directive_document::directive_id, document::code))
        .select((directive_document::directive_id, Document::as_select()))
);

/// The objects that have lists of progress updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProgressLink {
    /// On a directive
    Directive,
}

impl Stored for ProgressUpdate {
    type Query = Boxed<progress_update::table>;
    type Filter = ();
    type Sort = ();

    fn filtered(reader: &Reader, (): &()) -> Self::Query {
        let on_visible = refers_to_visible(reader, progress_update::directive_id, directive::table);
        progress_update::table.filter(on_visible).into_boxed()
    }

    /// Progress is listed by day, the latest report first.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_key!(query, page, true, progress_update::reported_on, Date, progress_update::id, Id))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: Some(Key::Date(self.reported_on)), tie: Tie::Id(self.id) }
    }
}

impl StoredBelow for ProgressUpdate {
    type Link = ProgressLink;

    fn below(query: Self::Query, link: ProgressLink) -> Self::Query {
        match link {
            ProgressLink::Directive => query.filter(progress_update::directive_id.eq(Parent)),
        }
    }
}

noun!(ProgressUpdate, progress_update, tag b'u', listed below);
