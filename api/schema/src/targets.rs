//! Targets (mục tiêu).

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    access::Auth,
    assessment::{JudgementFilter, JudgementLink},
    comparator::{Comparator, ComparatorRule},
    history::Told,
    indicator::{DefinitionById, Indicator as IndicatorRow},
    noun::ById,
    target::{
        NewRevision, ReportedRevision, RevisionsOf, Target as Row, TargetChange, TargetFilter, TargetOrder,
        TargetRevision as RevisionRow, TargetWarning as WarningRow, TargetWarningKind, WarningsOf, Withdrawal, record,
        revise, withdraw,
    },
};
use object_layer::{ComplexObject, SimpleObject};

use crate::{
    agencies::Agency,
    assessments::Judgement,
    documents::{Document, clause},
    error::ApiError,
    history::{ObjectVersion, versions},
    indicators::{Indicator, IndicatorDefinition},
    mutation::mutations,
    object::{by_code, if_visible, object, one, root_lists, whole},
    page::{Answer, loaders},
    payload::payload,
    programmes::{Programme, jurisdiction},
    viewer::viewer,
};

object! {
    /// A target (mục tiêu): what an indicator of a subject must reach by a day, or in each year.
    Target shows Row, by SeePublished;
    {
        /// Its versions, the first first: when each became known, by whom, and what it changed (lịch sử)
        async fn history(&self, context: &Context<'_>) -> Answer<Vec<ObjectVersion>> {
            versions(context, Told::Target, self.row.id).await
        }

        /// How the comparator counts, and by which rule: a bare number or "đạt" means "at least" where higher is better;
        /// null for a qualitative target
        async fn effective_comparator(&self, context: &Context<'_>) -> Answer<EffectiveComparator> {
            let indicator = loaders(context).load_one(ById::<IndicatorRow>::new(self.row.indicator_id)).await;
            indicator
                .map_err(ApiError::from)
                .map(|indicator| self.row.effective_comparator(indicator?.direction))
                .map(|found| found.map(|(comparator, rule)| EffectiveComparator { comparator, rule }))
                .transpose()
        }

        /// The indicator
        async fn indicator(&self, context: &Context<'_>) -> Answer<Indicator> {
            one(context, self.row.indicator_id).await
        }

        /// The version of the indicator's definition it means
        async fn definition(&self, context: &Context<'_>) -> Answer<IndicatorDefinition> {
            let row = loaders(context).load_one(DefinitionById(self.row.definition_id)).await;
            row.map_err(ApiError::from).transpose().map(|row| row.map(|row| IndicatorDefinition { row }))
        }

        /// The agency whose figure it is: the province through its people's committee, or an agency
        async fn subject(&self, context: &Context<'_>) -> Answer<Agency> {
            one(context, self.row.subject_id).await
        }

        /// The programme
        async fn programme(&self, context: &Context<'_>) -> Answer<Programme> {
            one(context, self.row.programme_id).await
        }

        /// The document it stands in, null if the viewer may not see it; `clause`, `ordinal` and `sub` say where
        async fn document(&self, context: &Context<'_>) -> Answer<Document> {
            one(context, self.row.document_id).await
        }

        /// The document that withdraws it; null while it is demanded, or if the viewer may not see it
        async fn withdrawal_document(&self, context: &Context<'_>) -> Answer<Document> {
            if_visible(context, self.row.withdrawal_document_id).await
        }

        /// Clause that withdraws it; null like the document
        async fn withdrawal_clause(&self, context: &Context<'_>) -> Answer<String> {
            clause(context, self.row.withdrawal_clause.as_deref(), self.row.withdrawal_document_id).await
        }

        /// Its changes, the first first
        async fn revisions(&self, context: &Context<'_>) -> Answer<Vec<TargetRevision>> {
            whole(context, RevisionsOf(self.row.id), |row| TargetRevision { row }).await
        }

        /// What is odd about it and was accepted all the same; empty for most
        async fn warnings(&self, context: &Context<'_>) -> Answer<Vec<TargetWarning>> {
            whole(context, WarningsOf(self.row.id), |row| TargetWarning { row }).await
        }

        /// The targets of the same indicator, subject, day and cadence that demand something else; empty for most
        async fn conflicts(&self, context: &Context<'_>) -> Answer<Vec<Target>> {
            let warnings = match loaders(context).load_one(WarningsOf(self.row.id)).await {
                Ok(warnings) => warnings.unwrap_or_default(),
                Err(error) => return Some(Err(error.into())),
            };
            let others = warnings.iter().filter(|warning| warning.kind == TargetWarningKind::Conflict);
            let keys: Vec<_> = others.map(|warning| ById::<Row>::new(warning.other_id)).collect();
            let rows = loaders(context).load_many(keys).await.map_err(ApiError::from);
            Some(rows.map(|mut rows| {
                rows.sort_by(|a, b| a.code.cmp(&b.code));
                rows.into_iter().map(|row| Target { row }).collect()
            }))
        }

        /// What the viewer may do with it now: for showing buttons. The rule is asked again when it is done
        async fn viewer_can(&self, context: &Context<'_>) -> Answer<TargetPermissions> {
            let jurisdiction = match jurisdiction(context, self.row.programme_id).await? {
                Ok(jurisdiction) => jurisdiction,
                Err(error) => return Some(Err(error)),
            };
            let allows = |change| self.row.allows(change, &viewer(context).principal, jurisdiction);
            let (revise, withdraw) = (allows(TargetChange::Revise), allows(TargetChange::Withdraw));
            Some(Ok(TargetPermissions { revise, withdraw }))
        }
    }
    /// How it was judged, if it is in words: the latest first
    judgements: Judgement (JudgementFilter) = JudgementLink::Target;
}

/// How a target's comparator counts, and why.
#[derive(Clone, Copy, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct EffectiveComparator {
    /// The comparator that counts
    comparator: Comparator,
    /// The rule it was found by
    rule: ComparatorRule,
}

/// A change of a target: the old value may be unknown.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct TargetRevision {
    #[graphql(flatten)]
    row: Arc<RevisionRow>,
}

#[ComplexObject]
impl TargetRevision {
    /// The document that says so; null if unknown, or if the viewer may not see it
    async fn document(&self, context: &Context<'_>) -> Answer<Document> {
        if_visible(context, self.row.document_id).await
    }

    /// Clause that says so; null like the document
    async fn clause(&self, context: &Context<'_>) -> Answer<String> {
        clause(context, self.row.clause.as_deref(), self.row.document_id).await
    }
}

/// What is odd about a target, and the other target that makes it so.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct TargetWarning {
    #[graphql(flatten)]
    row: Arc<WarningRow>,
}

#[ComplexObject]
impl TargetWarning {
    /// The other target
    async fn other(&self, context: &Context<'_>) -> Answer<Target> {
        one(context, self.row.other_id).await
    }
}

root_lists! {
    TargetQuery;
    {
        /// The target of that code; null if there is none
        #[graphql(directive = Auth::apply(Action::SeePublished))]
        async fn target(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Its code, such as `359-KH/TU:2025.a.01`")] code: String,
        ) -> Answer<Target> {
            by_code(context, code).await
        }
    }
    /// Targets, the earliest milestone first
    targets: Target (TargetFilter; TargetOrder);
}

/// What the viewer may do with a target now, by their roles and what it demands.
#[derive(Clone, Copy, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeeOwnRights))]
pub struct TargetPermissions {
    /// Revise what it demands: none in words
    revise: bool,
    /// Withdraw it
    withdraw: bool,
}

payload! {
    /// What became of a withdrawal.
    WithdrawTargetPayload by KeepCatalogue, with current {
        /// The target; null if nothing was written
        target: Target
    }
}

payload! {
    /// What became of a revision that was to be recorded.
    RecordTargetRevisionPayload by KeepCatalogue, with current {
        /// The target; null if nothing was written
        target: Target
    }
}

payload! {
    /// What became of a revision.
    ReviseTargetPayload by KeepCatalogue, with current {
        /// The target; null if nothing was written
        target: Target
    }
}

mutations! {
    TargetMutation;
    /// Revises what a target demands (điều chỉnh mục tiêu), by a document. What it demanded until then stands in `revisions`, and earlier
    /// days are judged by it
    revise_target(NewRevision, "Which, what it demands, and which document says so") -> ReviseTargetPayload of target by KeepCatalogue = revise;
    /// Records a revision of which a document tells: the target demands already what it says, and what it demanded before may be unknown
    record_target_revision(ReportedRevision, "Which, and what the document tells") -> RecordTargetRevisionPayload of target by KeepCatalogue = record;
    /// Withdraws a target (bãi bỏ mục tiêu), by a document, from a day on. It stays readable, and earlier days are judged by it
    withdraw_target(Withdrawal, "Which, since when, and which document says so") -> WithdrawTargetPayload of target by KeepCatalogue = withdraw;
}
