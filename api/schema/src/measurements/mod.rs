//! Measurements (số liệu).

pub mod change;
mod payload;
pub(crate) mod total;

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    Date,
    access::Auth,
    audit::hex,
    calendar::{Period, Regime},
    computation::ComputationOf,
    history::Told,
    indicator::DefinitionById,
    measurement::{
        DecisionsOf, HashesOf, Measurement as Row, MeasurementAt, MeasurementDecision as DecisionRow,
        MeasurementFilter, MeasurementOrder, MeasurementRevision as RevisionRow, RevisionsOf,
    },
    noun::{Named, NamedNoun},
};
use object_layer::{ComplexObject, SimpleObject};

use crate::{
    accounts::Account,
    agencies::Agency,
    attachments::{self, Attachment},
    computations::{Computation, ComputedInput, inputs},
    dimensions::{ItemFigure, breakdown},
    error::ApiError,
    history::{ObjectVersion, versions},
    indicators::{Indicator, IndicatorDefinition},
    object::{maybe, object, on_side, one, root_lists, whole},
    page::{Answer, Shown as _, loaders, or_unknown},
    permissions::viewer_can,
    viewer::viewer,
};

object! {
    /// A measurement (số liệu): one indicator of one subject in one period, with the latest revision the viewer may see: the
    /// public the published one, those who report, endorse or publish it one that is on its way as well.
    Measurement shows Row, by SeePublished;
    {
        /// Its versions, the first first: when each became known, by whom, and what it changed (lịch sử): of a figure, which of its `revisions` was published when
        async fn history(&self, context: &Context<'_>) -> Answer<Vec<ObjectVersion>> {
            versions(context, Told::Measurement, self.row.id).await
        }

        /// Rises with each new revision and each decision that the viewer sees: what mutations take as `expectedVersion`
        fn version(&self) -> i32 {
            self.row.version()
        }

        /// Last day of the period (Asia/Ho_Chi_Minh)
        fn ends_on(&self) -> Date {
            Date(self.row.period.window(self.row.regime).last_day())
        }

        /// The indicator
        async fn indicator(&self, context: &Context<'_>) -> Answer<Indicator> {
            one(context, self.row.indicator_id).await
        }

        /// The version of the definition it was measured by
        async fn definition(&self, context: &Context<'_>) -> Answer<IndicatorDefinition> {
            let row = loaders(context).load_one(DefinitionById(self.row.definition_id)).await;
            row.map_err(ApiError::from).transpose().map(|row| row.map(|row| IndicatorDefinition { row }))
        }

        /// The agency whose figure it is. Never re-attributed when agencies are reorganised
        async fn subject(&self, context: &Context<'_>) -> Answer<Agency> {
            one(context, self.row.subject_id).await
        }

        /// The agency that reports it
        async fn reporter(&self, context: &Context<'_>) -> Answer<Agency> {
            one(context, self.row.reporter_id).await
        }

        /// What the viewer may do with it now: for showing buttons. The rule is asked again when it is done
        fn viewer_can(&self, context: &Context<'_>) -> Option<MeasurementPermissions> {
            let viewer = &viewer(context).principal;
            Some(MeasurementPermissions::of(|action| self.row.is_open(viewer, action)))
        }

        /// The published revision, which everybody sees; null while none is published
        async fn published(&self, context: &Context<'_>) -> Answer<MeasurementRevision> {
            let published = self.row.published_revision?;
            if self.row.current.revision == published {
                return Some(Ok(MeasurementRevision { row: Arc::new(self.row.current.clone()) }));
            }
            let revisions = whole(context, RevisionsOf(self.row.id), |row| MeasurementRevision { row }).await?;
            let found = revisions.map(|all| all.into_iter().find(|one| one.row.revision == published));
            found.transpose()
        }

        /// Its revisions that the viewer may see, the first first: a published figure is corrected only by a new one
        async fn revisions(&self, context: &Context<'_>) -> Answer<Vec<MeasurementRevision>> {
            whole(context, RevisionsOf(self.row.id), |row| MeasurementRevision { row }).await
        }

        /// SHA-256 over what the revision says, and of what: whoever endorses or publishes it sends it along
        async fn content_hash(&self, context: &Context<'_>) -> Answer<String> {
            content_hash(context, &self.row.current).await
        }

        /// What of it falls to which item of a dimension; empty where it is not broken down
        async fn breakdown(&self, context: &Context<'_>) -> Answer<Vec<ItemFigure>> {
            breakdown(context, self.row.id, self.row.current.revision).await
        }

        /// The files that show it, by name: 20 at most
        async fn attachments(&self, context: &Context<'_>) -> Answer<Vec<Attachment>> {
            attachments::of_revision(context, self.row.id, self.row.current.revision).await
        }

        /// How it stands with a computed figure: whether it still follows from what is published, and from what; null for what is
        /// reported
        async fn computation(&self, context: &Context<'_>) -> Answer<Computation> {
            if !self.row.computed {
                return None;
            }
            let found = whole(context, ComputationOf(self.row.id), Computation::show).await?;
            found.map(|found| found.into_iter().next()).transpose()
        }

        /// What was decided on the revision, the first first: that it was published is shown to all, the rest to whom the figure
        /// was open before
        async fn decisions(&self, context: &Context<'_>) -> Answer<Vec<MeasurementDecision>> {
            decisions(context, &self.row.current).await
        }
    }
}

/// The figures of a measurement as said at one time: added, never changed.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct MeasurementRevision {
    #[graphql(flatten)]
    row: Arc<RevisionRow>,
}

#[ComplexObject]
impl MeasurementRevision {
    /// SHA-256 over what it says, and of what: the same figures have the same
    async fn content_hash(&self, context: &Context<'_>) -> Answer<String> {
        content_hash(context, &self.row).await
    }

    /// What of it falls to which item of a dimension; empty where it is not broken down
    async fn breakdown(&self, context: &Context<'_>) -> Answer<Vec<ItemFigure>> {
        breakdown(context, self.row.measurement_id, self.row.revision).await
    }

    /// The files that show it, by name: 20 at most
    async fn attachments(&self, context: &Context<'_>) -> Answer<Vec<Attachment>> {
        attachments::of_revision(context, self.row.measurement_id, self.row.revision).await
    }

    /// The figures from which it was computed, in the order of the catalogue; empty for what is reported
    async fn inputs(&self, context: &Context<'_>) -> Answer<Vec<ComputedInput>> {
        inputs(context, self.row.measurement_id, self.row.revision).await
    }

    /// What was decided on it, the first first: that it was published is shown to all, the rest to whom the figure was open
    /// before
    async fn decisions(&self, context: &Context<'_>) -> Answer<Vec<MeasurementDecision>> {
        decisions(context, &self.row).await
    }
}

/// A decision on a revision of a measurement: submitted, endorsed, published, returned, withdrawn.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct MeasurementDecision {
    #[graphql(flatten)]
    row: Arc<DecisionRow>,
}

#[ComplexObject]
impl MeasurementDecision {
    /// SHA-256 over what it was decided on
    fn content_hash(&self) -> String {
        hex(&self.row.content_hash)
    }

    /// Who decided; null for machines, and for whom the viewer may not see
    async fn decided_by(&self, context: &Context<'_>) -> Answer<Account> {
        maybe(context, self.row.decided_by).await
    }
}

async fn content_hash(context: &Context<'_>, of: &RevisionRow) -> Answer<String> {
    let found = on_side(context, HashesOf(of.measurement_id), of.revision, |hash| hex(&hash)).await?;
    found.map(|found| found.into_iter().next()).transpose()
}

async fn decisions(context: &Context<'_>, of: &RevisionRow) -> Answer<Vec<MeasurementDecision>> {
    on_side(context, DecisionsOf(of.measurement_id), of.revision, |row| MeasurementDecision { row }).await
}

viewer_can! {
    /// What the viewer may do with a measurement now, by their roles, its state, and who recorded it.
    MeasurementPermissions {
        /// Write its draft anew
        draft: DraftMeasurement,
        /// Submit it
        submit: SubmitMeasurement,
        /// Withdraw it
        withdraw: WithdrawMeasurement,
        /// Endorse it; never what one recorded or submitted oneself
        endorse: EndorseMeasurement,
        /// Return it with a reason
        #[graphql(name = "return")]
        give_back: ReturnMeasurement,
        /// Publish it; never what one recorded or submitted oneself
        publish: PublishMeasurement,
        /// Propose a correction of what is published, or write a proposed one anew
        correct: CorrectMeasurement,
    }
}

root_lists! {
    MeasurementQuery;
    {
        /// The measurement of an indicator and a subject in a period; null if there is none that the viewer may see
        #[graphql(directive = Auth::apply(Action::SeePublished))]
        async fn measurement(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Code of the indicator")] indicator: String,
            #[graphql(desc = "Code of the agency whose figure it is")] subject: String,
            #[graphql(desc = "By which months the period goes", default_with = "Regime::Calendar")] regime: Regime,
            #[graphql(desc = "The period")] period: Period,
        ) -> Answer<Measurement> {
            let named = [("indicator", NamedNoun::Indicator, &indicator), ("subject", NamedNoun::Agency, &subject)];
            let named = named.map(|(argument, noun, code)| (argument, Named::of(noun, code)));
            or_unknown(context, at(context, MeasurementAt { indicator, subject, regime, period }).await, named).await
        }
    }
    /// Measurements, each with the latest revision that the viewer may see, the latest period first
    measurements: Measurement (MeasurementFilter; MeasurementOrder);
}

async fn at(context: &Context<'_>, key: MeasurementAt) -> Answer<Measurement> {
    let row = loaders(context).load_one(key).await;
    row.map_err(ApiError::from).transpose().map(|row| row.map(Measurement::show))
}
