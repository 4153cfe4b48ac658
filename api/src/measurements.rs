//! Measurements (số liệu).

use async_graphql::Context;
use db::{
    Date,
    indicator::DefinitionById,
    measurement::{Measurement as Row, MeasurementFilter, MeasurementOrder, MeasurementRevision, RevisionsOf},
};

use crate::{
    agencies::Agency,
    error::ApiError,
    indicators::{Indicator, IndicatorDefinition},
    object::{object, one, root_lists, whole},
    page::{Answer, loaders},
    permissions::viewer_can,
    viewer::viewer,
};

object! {
    /// A measurement (số liệu): one indicator of one subject in one period, with the latest revision the viewer may see: the
    /// public the published one, those who report, endorse or publish it one that is on its way as well.
    Measurement shows Row, tag b'm', by SeePublished;
    {
        /// Last day of the period (Asia/Ho_Chi_Minh)
        async fn ends_on(&self) -> Date {
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
        async fn viewer_can(&self, context: &Context<'_>) -> Option<MeasurementPermissions> {
            let viewer = &viewer(context).principal;
            Some(MeasurementPermissions::of(|action| self.row.is_open(viewer, action)))
        }

        /// The published revision, which everybody sees; null while none is published
        async fn published(&self, context: &Context<'_>) -> Answer<MeasurementRevision> {
            let published = self.row.published_revision?;
            if self.row.current.revision == published {
                return Some(Ok(self.row.current.clone()));
            }
            let revisions = whole(context, RevisionsOf(self.row.id), |row| row).await?;
            let found = revisions.map(|all| all.into_iter().find(|one| one.revision == published));
            found.transpose()
        }

        /// Its revisions that the viewer may see, the first first: a published figure is corrected only by a new one
        async fn revisions(&self, context: &Context<'_>) -> Answer<Vec<MeasurementRevision>> {
            whole(context, RevisionsOf(self.row.id), |row| row).await
        }
    }
}

viewer_can! {
    /// What the viewer may do with a measurement now, by their roles, its state, and who recorded it.
    MeasurementPermissions {
        /// Submit it
        submit: SubmitMeasurement,
        /// Withdraw it
        withdraw: WithdrawMeasurement,
        /// Endorse it; never what one recorded oneself
        endorse: EndorseMeasurement,
        /// Return it with a reason
        #[graphql(name = "return")]
        give_back: ReturnMeasurement,
        /// Publish it; never what one recorded oneself
        publish: PublishMeasurement,
        /// Propose a correction
        correct: CorrectMeasurement,
    }
}

root_lists! {
    MeasurementQuery;
    {}
    /// Measurements, each with the latest revision that the viewer may see, the latest period first
    measurements: Measurement (MeasurementFilter; MeasurementOrder);
}
