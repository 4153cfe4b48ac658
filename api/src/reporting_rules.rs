//! Reporting rules: who reports what to whom, and how often.

use async_graphql::Context;
use db::reporting_rule::{
    CadencesOf, ReportingCadence, ReportingRole, ReportingRule as Row, ReportingRuleFilter, RulePartiesOf,
};

use crate::{
    agencies::Agency,
    documents::Document,
    error::ApiError,
    object::{object, one, root_lists, whole},
    page::{Answer, Shown as _, loaders},
};

object! {
    /// A clause that says who reports what to whom, and how often. Rules that contradict one another coexist.
    ReportingRule shows Row, tag b'n';
    {
        /// Who reports, in the order of the document; empty if nobody is named
        async fn reporters(&self, context: &Context<'_>) -> Answer<Vec<Agency>> {
            self.parties(context, ReportingRole::Reporter).await
        }

        /// Who receives, in the order of the document; empty if nobody is named
        async fn recipients(&self, context: &Context<'_>) -> Answer<Vec<Agency>> {
            self.parties(context, ReportingRole::Recipient).await
        }

        /// How often, in the order of the document: all of them, or alternatives as `note` says
        async fn cadences(&self, context: &Context<'_>) -> Answer<Vec<ReportingCadence>> {
            whole(context, CadencesOf(self.row.id), |row| row).await
        }

        /// The document it stands in
        async fn document(&self, context: &Context<'_>) -> Answer<Document> {
            one(context, self.row.document_id).await
        }
    }
}

impl ReportingRule {
    async fn parties(&self, context: &Context<'_>, role: ReportingRole) -> Answer<Vec<Agency>> {
        let rows = loaders(context).load_one(RulePartiesOf(self.row.id)).await.map_err(ApiError::from);
        Some(rows.map(|rows| {
            let rows = rows.unwrap_or_default().into_iter();
            rows.filter(|(own, _)| *own == role).map(|(_, row)| Agency::show(row)).collect()
        }))
    }
}

root_lists! {
    ReportingRuleQuery;
    {}
    /// Reporting rules, by code
    reporting_rules: ReportingRule (ReportingRuleFilter);
}
