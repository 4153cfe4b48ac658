//! Areas (địa giới): figures for the areas that agencies have on another day than that of the figure.

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    Date,
    access::Auth,
    area::{AreaFigure as Row, AreaFigureAt, Boundaries, BoundariesInput, weight::SuccessionWeight as WeightRow},
    calendar::Period,
    indicator::Indicator,
    measurement::Parts,
};
use futures_util::future::try_join_all;
use object_layer::{ComplexObject, SimpleObject};

use crate::{
    agencies::Agency,
    documents::Document,
    error::ApiError,
    measurements::Measurement,
    object::{if_visible, many, one},
    page::{Answer, loaders, reader},
};

/// For which areas figures are read; `None` for figures as they were reported.
pub(crate) fn read(context: &Context<'_>, given: Option<BoundariesInput>) -> Result<Option<Boundaries>, ApiError> {
    let Some(given) = given else { return Ok(None) };
    given.read(reader(context).today()).map_err(|_| {
        ApiError::request("INPUT", "on chỉ dùng với AT, và AT cần on", "`on` belongs to AT, and AT needs it")
    })
}

/// The figures of the periods of an indicator that make a longer one, for the area that a subject has on a day.
pub(crate) async fn figures(
    context: &Context<'_>,
    indicator: &Indicator,
    subject: String,
    parts: &Parts,
    boundaries: Option<Boundaries>,
) -> Result<Vec<AreaFigure>, ApiError> {
    let regime = parts.regime;
    let at = |period: Period| AreaFigureAt {
        indicator: indicator.id,
        subject: subject.clone(),
        regime,
        period,
        // As they were reported, each is of the area of its own last day.
        boundaries: boundaries.unwrap_or(Boundaries { at: Date(period.window(regime).last_day()), weights: None }),
    };
    let keys = parts.periods.iter().flatten().copied().map(at);
    let found = try_join_all(keys.map(|key| loaders(context).load_one(key))).await?;
    Ok(found.into_iter().flatten().map(|row| AreaFigure { row }).collect())
}

/// What the published figures of one period come to for the area that an agency has on a day.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct AreaFigure {
    #[graphql(flatten)]
    pub(crate) row: Arc<Row>,
}

#[ComplexObject]
impl AreaFigure {
    /// Whether it is the whole area: nothing is missing, and nothing is not attributable
    fn is_complete(&self) -> bool {
        self.row.is_complete()
    }

    /// The figures that were put together
    async fn measurements(&self, context: &Context<'_>) -> Answer<Vec<Measurement>> {
        many(context, &self.row.measurement_ids).await
    }

    /// The agencies that had the area and have no published figure
    async fn missing(&self, context: &Context<'_>) -> Answer<Vec<Agency>> {
        many(context, &self.row.missing_ids).await
    }

    /// The agencies that had a part of the area, and nobody says which; with `weights` those without
    async fn not_attributable(&self, context: &Context<'_>) -> Answer<Vec<Agency>> {
        many(context, &self.row.undivided_ids).await
    }
}

/// Which share of an agency that was divided a successor has.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct SuccessionWeight {
    #[graphql(flatten)]
    row: Arc<WeightRow>,
}

impl SuccessionWeight {
    pub(crate) fn show(row: Arc<WeightRow>) -> Self {
        Self { row }
    }
}

#[ComplexObject]
impl SuccessionWeight {
    /// Who was divided
    async fn predecessor(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.row.predecessor_id).await
    }

    /// Who has the share
    async fn successor(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.row.successor_id).await
    }

    /// The document that says so; null where `source` names what does, or if the viewer may not see it
    async fn document(&self, context: &Context<'_>) -> Answer<Document> {
        if_visible(context, self.row.document_id).await
    }
}
