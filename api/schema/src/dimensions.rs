//! Dimensions (chiều phân tổ): by what figures are broken down.

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    access::Auth,
    dimension::{
        BreakdownsOf, Dimension as Row, DimensionItem as ItemRow, ItemFigure as FigureRow, ItemsOf, NewDimension,
        define, dimensions,
    },
};
use object_layer::{ComplexObject, Object, SimpleObject};
use uuid::Uuid;

use crate::{
    error::ApiError,
    language::Language,
    mutation::mutations,
    object::{named, on_side, whole},
    page::{Answer, reader},
    payload::{Shows, payload},
};

/// A dimension (chiều phân tổ): by what figures are broken down, such as sex, age, area.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct Dimension {
    #[graphql(flatten)]
    pub(crate) row: Arc<Row>,
}

#[ComplexObject]
impl Dimension {
    /// Name
    fn name(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
    ) -> &str {
        named(context, language, &self.row.name_vi, Some(&self.row.name_en))
    }

    /// What it tells apart, in order
    async fn items(&self, context: &Context<'_>) -> Answer<Vec<DimensionItem>> {
        whole(context, ItemsOf(self.row.id), |row| DimensionItem { row }).await
    }
}

/// What a dimension tells apart, such as urban and rural.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct DimensionItem {
    #[graphql(flatten)]
    row: Arc<ItemRow>,
}

#[ComplexObject]
impl DimensionItem {
    /// Name
    fn name(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
    ) -> &str {
        named(context, language, &self.row.name_vi, Some(&self.row.name_en))
    }
}

/// A dimension by which the figures of a definition may be broken down.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct DefinitionDimension {
    /// The dimension
    pub(crate) dimension: Dimension,
    /// Whether its items together are the figure: their values, or numerators and denominators of a ratio
    pub(crate) adds_up: bool,
}

/// What of a figure falls to an item of a dimension.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct ItemFigure {
    #[graphql(flatten)]
    row: Arc<FigureRow>,
}

#[ComplexObject]
impl ItemFigure {
    /// The dimension
    fn dimension(&self) -> Dimension {
        Dimension { row: Arc::new(self.row.dimension.clone()) }
    }

    /// The item
    fn item(&self) -> DimensionItem {
        DimensionItem { row: Arc::new(self.row.item.clone()) }
    }
}

/// What of a revision of a measurement falls to which item.
pub(crate) async fn breakdown(context: &Context<'_>, measurement: Uuid, revision: i32) -> Answer<Vec<ItemFigure>> {
    on_side(context, BreakdownsOf(measurement), revision, |row| ItemFigure { row }).await
}

/// Part of the query root.
#[derive(Clone, Default)]
pub struct DimensionQuery;

/// Part of the query root.
#[Object(root)]
impl DimensionQuery {
    /// By what figures can be broken down, in order: a few
    #[graphql(directive = Auth::apply(Action::SeePublished))]
    async fn dimensions(&self, context: &Context<'_>) -> Answer<Vec<Dimension>> {
        let found = dimensions(reader(context)).await.map_err(ApiError::from);
        Some(found.map(|rows| rows.into_iter().map(|row| Dimension { row: Arc::new(row) }).collect()))
    }
}

impl Shows for Dimension {
    type Row = Row;

    fn shows(row: Row) -> Self {
        Self { row: Arc::new(row) }
    }
}

payload! {
    /// What became of a dimension that was to be defined.
    DefineDimensionPayload by KeepCatalogue {
        /// The dimension; null if nothing was written
        dimension: Dimension
    }
}

mutations! {
    DimensionMutation;
    /// Defines a dimension (chiều phân tổ) with its items: definitions of indicators may take it from then on
    define_dimension(NewDimension, "The dimension") -> DefineDimensionPayload by KeepCatalogue = define;
}
