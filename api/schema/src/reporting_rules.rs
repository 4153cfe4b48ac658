//! Reporting rules: who reports what to whom, and how often.

use std::sync::Arc;

use async_graphql::Context;
use db::reporting_rule::{
    CadencesOf, ReportingCadence, ReportingRole, ReportingRule as Row, ReportingRuleFilter, RulePartiesOf,
};

use crate::{
    agencies::Agency,
    documents::Document,
    object::{object, on_side, one, root_lists, whole},
    page::{Answer, Shown as _},
};

object! {
    /// A clause that says who reports what to whom, and how often. Rules that contradict one another coexist.
    ReportingRule shows Row, by SeePublished;
    {
        /// Who reports, in the order of the document; empty if nobody is named
        async fn reporters(&self, context: &Context<'_>) -> Answer<Vec<Agency>> {
            on_side(context, RulePartiesOf(self.row.id), ReportingRole::Reporter, Agency::show).await
        }

        /// Who receives, in the order of the document; empty if nobody is named
        async fn recipients(&self, context: &Context<'_>) -> Answer<Vec<Agency>> {
            on_side(context, RulePartiesOf(self.row.id), ReportingRole::Recipient, Agency::show).await
        }

        /// How often, in the order of the document: all of them, or alternatives as `note` says
        async fn cadences(&self, context: &Context<'_>) -> Answer<Vec<Arc<ReportingCadence>>> {
            whole(context, CadencesOf(self.row.id), |row| row).await
        }

        /// The document it stands in; null if the viewer may not see it
        async fn document(&self, context: &Context<'_>) -> Answer<Document> {
            one(context, self.row.document_id).await
        }
    }
}

root_lists! {
    ReportingRuleQuery;
    {}
    /// Reporting rules, by code
    reporting_rules: ReportingRule (ReportingRuleFilter);
}
