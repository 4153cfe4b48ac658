//! Reporting rules: who reports what to whom, and how often.

use std::sync::Arc;

use async_graphql::Context;
use db::reporting_rule::{
    CadencesOf, ReportingCadence, ReportingRole, ReportingRule as Row, ReportingRuleFilter, RulePartiesOf,
    change::{self, Amendment, NewReportingRule},
};

use crate::{
    agencies::Agency,
    documents::Document,
    mutation::mutations,
    object::{object, on_side, one, root_lists, whole},
    page::{Answer, Shown as _},
    payload::payload,
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

payload! {
    /// What became of a reporting rule that was to be defined.
    DefineReportingRulePayload by KeepCatalogue {
        /// The reporting rule; null if nothing was written
        reporting_rule: ReportingRule
    }
}

payload! {
    /// What became of a change of a reporting rule.
    ReportingRulePayload by KeepCatalogue, with current {
        /// The reporting rule as changed; null if nothing was written
        reporting_rule: ReportingRule
    }
}

mutations! {
    ReportingRuleMutation;
    /// Defines a reporting rule (chế độ báo cáo) of a document: who reports what to whom, and how often
    define_reporting_rule(NewReportingRule, "The reporting rule") -> DefineReportingRulePayload by KeepCatalogue = change::define;
    /// Amends a reporting rule: what is given takes the place of what is there
    amend_reporting_rule(Amendment, "Which, and what changes") -> ReportingRulePayload of reporting_rule by KeepCatalogue = change::amend;
}
