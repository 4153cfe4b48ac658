//! Period reports (báo cáo định kỳ) as documents give them, and what they say of each task.

pub mod change;

use async_graphql::InputObject;
use diesel::prelude::*;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Date, DbError, Reader,
    calendar::{Period, PeriodKind, Regime},
    lateral::Parent,
    noun::{Boxed, Stored, StoredBelow, names, noun, relation},
    page::{Cursor, Key, Page, Tie, by_key},
    schema::{agency, document, period_report, period_report_output, period_report_result, programme},
    text_enum::text_enum,
    visible::refers_to_visible,
};

text_enum! {
    /// How far a task is, as a document reports.
    pub enum ReportedState {
        /// Planned for a later period
        Planned => "PLANNED",
        /// The report has a heading for it and nothing below
        NotReported => "NOT_REPORTED",
        /// Begun
        InProgress => "IN_PROGRESS",
        /// Done
        Done => "DONE",
        /// Not achieved
        NotDone => "NOT_DONE",
    }
}

text_enum! {
    /// Where in a period report something stands.
    pub enum ReportSection {
        /// What was done in the period (kết quả)
        Results => "RESULTS",
        /// What was not achieved (tồn tại, hạn chế)
        Limitations => "LIMITATIONS",
        /// What comes next (nhiệm vụ kỳ tới)
        Plan => "PLAN",
    }
}

text_enum! {
    /// What became of a document that a period report names.
    pub enum OutputRole {
        /// Issued in the period
        Issued => "ISSUED",
        /// Issued before the period
        IssuedBeforePeriod => "ISSUED_BEFORE_PERIOD",
        /// Replaced by another
        Replaced => "REPLACED",
        /// Submitted for a decision
        Submitted => "SUBMITTED",
        /// A draft
        Draft => "DRAFT",
        /// Compiled, as a list
        Compiled => "COMPILED",
        /// To come
        Expected => "EXPECTED",
        /// Named only
        Reference => "REFERENCE",
    }
}

/// A report for a period (báo cáo định kỳ) as its document gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Insertable, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = period_report)]
pub struct PeriodReport {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Stable key: that of its document
    pub code: String,
    /// Title in Vietnamese
    #[graphql(skip)]
    pub title_vi: String,
    /// Title in English
    #[graphql(skip)]
    pub title_en: String,
    /// The period
    pub period: Period,
    /// Length of the period
    pub period_kind: PeriodKind,
    /// Whether the period follows the calendar or the administrative months
    pub regime: Regime,
    /// First day of the period (Asia/Ho_Chi_Minh)
    pub starts_on: Date,
    /// First day after the period
    #[graphql(skip)]
    pub ends_on: Date,
    /// The period as written
    pub period_words: String,
    /// True if the document gives no year and it follows from the context
    pub year_inferred: bool,
    /// What a careful reader should know about the source
    pub note: Option<String>,
    /// Raised by each change; mutations name the one they expect
    pub version: i32,
    /// The programme
    #[graphql(skip)]
    pub programme_id: Uuid,
    /// Its document
    #[graphql(skip)]
    pub document_id: Uuid,
    /// Who reports
    #[graphql(skip)]
    pub reporter_id: Uuid,
}

/// Narrows a list of period reports. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct PeriodReportFilter {
    /// Code of the programme
    pub programme: Option<String>,
    /// Code of the agency that reports
    pub reporter: Option<String>,
    /// The period
    pub period: Option<Period>,
}

names!(PeriodReportFilter { programme: Programme, reporter: Agency });

/// The objects that have lists of period reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeriodReportLink {
    /// Of a programme
    Programme,
    /// By an agency
    Reporter,
    /// Given by a document
    Document,
}

impl Stored for PeriodReport {
    type Query = Boxed<period_report::table>;
    type Filter = PeriodReportFilter;
    type Sort = ();

    fn filtered(reader: &Reader, filter: &PeriodReportFilter) -> Self::Query {
        let seen = refers_to_visible(reader, period_report::document_id, document::table);
        let mut query = period_report::table.filter(seen).into_boxed();
        if let Some(code) = filter.programme.clone() {
            let of_code = programme::table.filter(programme::code.eq(code)).select(programme::id);
            query = query.filter(period_report::programme_id.eq_any(of_code));
        }
        if let Some(code) = filter.reporter.clone() {
            let of_code = agency::table.filter(agency::code.eq(code)).select(agency::id);
            query = query.filter(period_report::reporter_id.eq_any(of_code));
        }
        if let Some(period) = filter.period {
            query = query.filter(period_report::period.eq(period.to_string()));
        }
        query
    }

    /// Reports are listed by the end of their period, the latest first.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_key!(query, page, true, period_report::ends_on, Date, period_report::code, Code))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: Some(Key::Date(self.ends_on)), tie: Tie::Code(self.code.clone()) }
    }
}

impl StoredBelow for PeriodReport {
    type Link = PeriodReportLink;

    fn below(query: Self::Query, link: PeriodReportLink) -> Self::Query {
        match link {
            PeriodReportLink::Programme => query.filter(period_report::programme_id.eq(Parent)),
            PeriodReportLink::Reporter => query.filter(period_report::reporter_id.eq(Parent)),
            PeriodReportLink::Document => query.filter(period_report::document_id.eq(Parent)),
        }
    }
}

noun!(PeriodReport, period_report, tag b'B', coded by code, listed below);

/// What a period report says of one task.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = period_report_result)]
pub struct PeriodReportResult {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Order within the report, from 1
    pub position: i32,
    /// Where in the report it stands
    pub section: ReportSection,
    /// Clause of the report, as printed
    pub clause: String,
    /// The heading it stands under, in Vietnamese
    #[graphql(skip)]
    pub heading_vi: Option<String>,
    /// The heading in English
    #[graphql(skip)]
    pub heading_en: Option<String>,
    /// Title in Vietnamese
    #[graphql(skip)]
    pub title_vi: String,
    /// Title in English
    #[graphql(skip)]
    pub title_en: String,
    /// What is said, in Vietnamese
    #[graphql(skip)]
    pub summary_vi: Option<String>,
    /// What is said, in English
    #[graphql(skip)]
    pub summary_en: Option<String>,
    /// How far it is, as the report says
    pub state: ReportedState,
    /// What is still to come, as the report says, in Vietnamese; null if it does not
    pub remaining: Option<String>,
    /// What a careful reader should know about the source
    pub note: Option<String>,
    /// The report
    #[graphql(skip)]
    pub report_id: Uuid,
    /// The task
    #[graphql(skip)]
    pub directive_id: Option<Uuid>,
    /// The obstacle
    #[graphql(skip)]
    pub recommendation_id: Option<Uuid>,
}

relation!(
    /// What a period report says, in its order.
    ResultsOf => PeriodReportResult,
    |reader, parents| period_report_result::table
        .inner_join(period_report::table)
        .filter(period_report_result::report_id.eq_any(parents))
        .filter(refers_to_visible(reader, period_report::document_id, document::table))
        .order((period_report_result::report_id, period_report_result::position))
        .select((period_report_result::report_id, PeriodReportResult::as_select()))
);

relation!(
    /// What period reports that the reader may see say of a directive, the earliest period first.
    ReportsOf => PeriodReportResult,
    |reader, parents| period_report_result::table
        .inner_join(period_report::table)
        .filter(period_report_result::directive_id.eq_any(parents.into_iter().map(Some).collect::<Vec<_>>()))
        .filter(refers_to_visible(reader, period_report::document_id, document::table))
        .order((period_report_result::directive_id, period_report::ends_on, period_report_result::id))
        .select((period_report_result::directive_id.assume_not_null(), PeriodReportResult::as_select()))
);

/// A document that came out of a task, or that a report names for it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = period_report_output)]
pub struct PeriodReportOutput {
    /// What became of it
    pub role: OutputRole,
    /// The document
    #[graphql(skip)]
    pub document_id: Uuid,
}

relation!(
    /// The documents of a task that the reader may see, in the order of the report.
    OutputsOf => PeriodReportOutput,
    |reader, parents| period_report_output::table
        .filter(period_report_output::result_id.eq_any(parents))
        .filter(refers_to_visible(reader, period_report_output::document_id, document::table))
        .order((period_report_output::result_id, period_report_output::position))
        .select((period_report_output::result_id, PeriodReportOutput::as_select()))
);
