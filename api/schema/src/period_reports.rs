//! Period reports (báo cáo định kỳ).

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    Date,
    access::Auth,
    period_report::{
        OutputsOf, PeriodReport as Row, PeriodReportFilter, PeriodReportOutput as OutputRow,
        PeriodReportResult as ResultRow, ResultsOf,
        change::{self, Amendment, NewPeriodReport},
    },
};
use object_layer::{ComplexObject, SimpleObject};

use crate::{
    agencies::Agency,
    directives::Directive,
    documents::Document,
    language::Language,
    mutation::mutations,
    object::{by_code, if_visible, named, object, one, root_lists, whole},
    page::Answer,
    payload::payload,
    programmes::Programme,
    recommendations::Recommendation,
};

object! {
    /// A report for a period (báo cáo định kỳ) as its document gives it: what became of each task, what was not achieved, what comes
    /// next.
    PeriodReport shows Row, by SeePublished;
    {
        /// Title, in our words
        fn title(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
        ) -> &str {
            named(context, language, &self.row.title_vi, Some(&self.row.title_en))
        }

        /// Last day of the period (Asia/Ho_Chi_Minh)
        fn ends_on(&self) -> Date {
            Date(self.row.period.window(self.row.regime).last_day())
        }

        /// The programme
        async fn programme(&self, context: &Context<'_>) -> Answer<Programme> {
            one(context, self.row.programme_id).await
        }

        /// Its document
        async fn document(&self, context: &Context<'_>) -> Answer<Document> {
            one(context, self.row.document_id).await
        }

        /// The agency that reports
        async fn reporter(&self, context: &Context<'_>) -> Answer<Agency> {
            one(context, self.row.reporter_id).await
        }

        /// What it says of each task, in its order
        async fn results(&self, context: &Context<'_>) -> Answer<Vec<PeriodReportResult>> {
            whole(context, ResultsOf(self.row.id), PeriodReportResult::of).await
        }
    }
}

/// What a period report says of one task.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct PeriodReportResult {
    #[graphql(flatten)]
    row: Arc<ResultRow>,
}

impl PeriodReportResult {
    pub(crate) const fn of(row: Arc<ResultRow>) -> Self {
        Self { row }
    }
}

#[ComplexObject]
impl PeriodReportResult {
    /// The heading it stands under, in our words; null if it has none
    fn heading(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
    ) -> Option<&str> {
        let vi = self.row.heading_vi.as_deref()?;
        Some(named(context, language, vi, self.row.heading_en.as_deref()))
    }

    /// What it is about, in our words
    fn title(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
    ) -> &str {
        named(context, language, &self.row.title_vi, Some(&self.row.title_en))
    }

    /// What is said of it, in our words; null if nothing is
    fn summary(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
    ) -> Option<&str> {
        let vi = self.row.summary_vi.as_deref()?;
        Some(named(context, language, vi, self.row.summary_en.as_deref()))
    }

    /// The report that says so
    async fn report(&self, context: &Context<'_>) -> Answer<PeriodReport> {
        one(context, self.row.report_id).await
    }

    /// The task; null if it is none of ours, or if the viewer may not see it
    async fn directive(&self, context: &Context<'_>) -> Answer<Directive> {
        if_visible(context, self.row.directive_id).await
    }

    /// The obstacle it is, where it is listed as one; null otherwise, or if the viewer may not see it
    async fn recommendation(&self, context: &Context<'_>) -> Answer<Recommendation> {
        if_visible(context, self.row.recommendation_id).await
    }

    /// The documents that came out of it or that it names, as far as the viewer may see them: a few
    async fn outputs(&self, context: &Context<'_>) -> Answer<Vec<PeriodReportOutput>> {
        whole(context, OutputsOf(self.row.id), |row| PeriodReportOutput { row }).await
    }
}

/// A document that came out of a task, or that a report names for it.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct PeriodReportOutput {
    #[graphql(flatten)]
    row: Arc<OutputRow>,
}

#[ComplexObject]
impl PeriodReportOutput {
    /// The document
    async fn document(&self, context: &Context<'_>) -> Answer<Document> {
        one(context, self.row.document_id).await
    }
}

root_lists! {
    PeriodReportQuery;
    {
        /// The period report of that code; null if there is none
        #[graphql(directive = Auth::apply(Action::SeePublished))]
        async fn period_report(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Its code, such as `bc-skhcn-qna-2025-q1`")] code: String,
        ) -> Answer<PeriodReport> {
            by_code(context, code).await
        }
    }
    /// Period reports, the latest period first
    period_reports: PeriodReport (PeriodReportFilter);
}

payload! {
    /// What became of a period report that was to be entered.
    RegisterPeriodReportPayload by KeepCatalogue {
        /// The period report; null if nothing was written
        period_report: PeriodReport
    }
}

payload! {
    /// What became of a change of a period report.
    PeriodReportPayload by KeepCatalogue, with current {
        /// The period report as changed; null if nothing was written
        period_report: PeriodReport
    }
}

mutations! {
    PeriodReportMutation;
    /// Enters a period report (báo cáo định kỳ) as its document gives it, with what it says of each task
    register_period_report(NewPeriodReport, "The period report") -> RegisterPeriodReportPayload by KeepCatalogue = change::register;
    /// Amends a period report: what is given takes the place of what is there
    amend_period_report(Amendment, "Which, and what changes") -> PeriodReportPayload of period_report by KeepCatalogue = change::amend;
}
