//! Computations: how it stands with figures that are computed from others.

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    Date,
    access::Auth,
    composite::{ComponentsOf, IndexComponent as ComponentRow, scores},
    computation::{Computation as Row, ComputedInput as InputRow, InputsOf, MissingOf},
    indicator::DefinitionById,
};
use object_layer::{ComplexObject, SimpleObject};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{
    agencies::Agency,
    error::ApiError,
    indicators::{Indicator, IndicatorDefinition},
    language::Language,
    measurements::Measurement,
    object::{maybe, named, object, on_side, one, whole},
    page::{Answer, Shown as _, loaders},
};

object! {
    /// How it stands with the computed figure of an indicator of a subject in a period: computed, or what is missing. There is one
    /// where a figure of any input is published; what is missing never counts as zero.
    Computation shows Row, by SeePublished;
    {
        /// Last day of the period (Asia/Ho_Chi_Minh)
        fn ends_on(&self) -> Date {
            Date(self.row.period.window(self.row.regime).last_day())
        }

        /// The indicator
        async fn indicator(&self, context: &Context<'_>) -> Answer<Indicator> {
            one(context, self.row.indicator_id).await
        }

        /// The version of the definition by which it is computed
        async fn definition(&self, context: &Context<'_>) -> Answer<IndicatorDefinition> {
            let row = loaders(context).load_one(DefinitionById(self.row.definition_id)).await;
            row.map_err(ApiError::from).transpose().map(|row| row.map(|row| IndicatorDefinition { row }))
        }

        /// The agency whose figure it is
        async fn subject(&self, context: &Context<'_>) -> Answer<Agency> {
            one(context, self.row.subject_id).await
        }

        /// The measurement; null while none could be computed. Where the state is INCOMPLETE, a figure from before
        async fn measurement(&self, context: &Context<'_>) -> Answer<Measurement> {
            maybe(context, self.row.measurement_id).await
        }

        /// What the figure was computed from, in the order of the catalogue; empty while there is none
        async fn inputs(&self, context: &Context<'_>) -> Answer<Vec<ComputedInput>> {
            inputs(context, self.row.measurement_id.unwrap_or_default(), self.row.revision.unwrap_or_default()).await
        }

        /// What each component of a composite index scores, in the order of the index; empty while there is no figure, and for what is none
        async fn scores(&self, context: &Context<'_>) -> Answer<Vec<ComponentScore>> {
            let (measurement, revision) = self.row.measurement_id.zip(self.row.revision)?;
            let components = whole(context, ComponentsOf(self.row.definition_id), |row| row);
            let inputs = on_side(context, InputsOf(measurement), revision, |row| row);
            let (components, inputs) = futures_util::join!(components, inputs);
            Some(components?.and_then(|components| Ok(scored(components, &inputs.transpose()?.unwrap_or_default()))))
        }

        /// The indicators of which no figure is published, in the order of the catalogue
        async fn missing(&self, context: &Context<'_>) -> Answer<Vec<Indicator>> {
            whole(context, MissingOf(self.row.id), Indicator::show).await
        }
    }
}

/// A figure from which another was computed, as it stood then.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct ComputedInput {
    #[graphql(flatten)]
    row: Arc<InputRow>,
}

#[ComplexObject]
impl ComputedInput {
    /// The measurement, as it stands now
    async fn measurement(&self, context: &Context<'_>) -> Answer<Measurement> {
        one(context, self.row.measurement_id).await
    }

    /// Its indicator
    async fn indicator(&self, context: &Context<'_>) -> Answer<Indicator> {
        one(context, self.row.indicator_id).await
    }
}

/// A component of a composite index (chỉ số thành phần): a pillar, a part of one, or at the leaves the figure of another indicator.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct IndexComponent {
    #[graphql(flatten)]
    pub(crate) row: Arc<ComponentRow>,
}

#[ComplexObject]
impl IndexComponent {
    /// Name
    fn name(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
    ) -> &str {
        named(context, language, &self.row.name_vi, Some(&self.row.name_en))
    }

    /// The indicator whose figure it is; null for what has parts
    async fn indicator(&self, context: &Context<'_>) -> Answer<Indicator> {
        maybe(context, self.row.indicator_id).await
    }
}

/// What a component of a composite index scores.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct ComponentScore {
    /// The component
    component: IndexComponent,
    /// Its score, from 0 to 1, to six decimal places
    score: Decimal,
}

/// What components score by the figures from which an index was computed.
fn scored(components: Vec<Arc<ComponentRow>>, inputs: &[Arc<InputRow>]) -> Vec<ComponentScore> {
    let rows: Vec<ComponentRow> = components.iter().map(|row| ComponentRow::clone(row)).collect();
    let figure = |id: Uuid| inputs.iter().find(|input| input.indicator_id == id).and_then(|input| input.value);
    let Ok(scores) = scores(&rows, &figure) else { return Vec::new() };
    let score = |row: Arc<ComponentRow>| {
        let score = *scores.components.get(&row.code)?;
        Some(ComponentScore { component: IndexComponent { row }, score })
    };
    components.into_iter().filter_map(score).collect()
}

/// What a revision of a measurement was computed from.
pub(crate) async fn inputs(context: &Context<'_>, measurement: Uuid, revision: i32) -> Answer<Vec<ComputedInput>> {
    on_side(context, InputsOf(measurement), revision, |row| ComputedInput { row }).await
}
