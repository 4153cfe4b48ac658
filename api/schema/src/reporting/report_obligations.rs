//! Obligations to give a report for a period, by the rules of a plan.

use std::sync::Arc;

use async_graphql::{Context, ID};
use auth::Action;
use db::{
    Date,
    access::Auth,
    calendar::Regime,
    reporting::report_obligation::{ReportObligation as Row, ReportObligationFilter},
};
use object_layer::{ComplexObject, SimpleObject};

use crate::{
    agencies::Agency,
    object::{if_visible, one, root_lists},
    page::{Answer, shown},
    period_reports::PeriodReport,
    reporting_rules::ReportingRule,
};

/// An obligation to give a report for a period (nghĩa vụ báo cáo theo kỳ): one rule of a plan, one agency, one period. A rule that
/// names a group obliges each of its members. It is derived anew for each question.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeeObligations))]
pub struct ReportObligation {
    #[graphql(flatten)]
    row: Arc<Row>,
}

shown!(ReportObligation shows Row, by SeeObligations);

#[ComplexObject]
impl ReportObligation {
    /// Global id: opaque, finds the object again through `node`. The same whenever it is derived
    #[must_use]
    pub fn id(&self) -> ID {
        self.row.key().id()
    }

    /// Last day of the period (Asia/Ho_Chi_Minh)
    fn ends_on(&self) -> Date {
        Date(self.row.period.window(Regime::Calendar).last_day())
    }

    /// The rule it follows from
    async fn rule(&self, context: &Context<'_>) -> Answer<ReportingRule> {
        one(context, self.row.rule_id).await
    }

    /// The agency that reports: one that the rule names, or a member of a group that it names
    async fn reporter(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.row.reporter_id).await
    }

    /// The report that answers it; null if there is none, or if the viewer may not see it
    async fn period_report(&self, context: &Context<'_>) -> Answer<PeriodReport> {
        if_visible(context, self.row.period_report_id).await
    }
}

root_lists! {
    ReportObligationQuery;
    {}
    /// What rules of plans oblige everybody to report, the earliest due date first
    report_obligations: ReportObligation (ReportObligationFilter);
}
