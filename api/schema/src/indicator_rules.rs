//! Rules between indicators: what is held against figures when they are submitted.

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    Date,
    access::Auth,
    indicator::rule::{self, IndicatorRule as Row, NewRule, RuleEnd},
};
use object_layer::{ComplexObject, SimpleObject};

use crate::{
    documents::{Document, clause},
    indicators::Indicator,
    language::Language,
    mutation::mutations,
    object::{if_visible, named, one},
    page::Answer,
    payload::{Shows, payload},
};

/// How the figures of two indicators must compare, for one subject in one period: what is accepted was launched before.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct IndicatorRule {
    #[graphql(flatten)]
    pub(crate) row: Arc<Row>,
}

#[ComplexObject]
impl IndicatorRule {
    /// What is said to whoever submits figures that break it
    fn words(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
    ) -> &str {
        named(context, language, &self.row.words_vi, Some(&self.row.words_en))
    }

    /// The indicator whose figure is compared
    async fn left(&self, context: &Context<'_>) -> Answer<Indicator> {
        one(context, self.row.left_indicator_id).await
    }

    /// The indicator with whose figure it is compared
    async fn right(&self, context: &Context<'_>) -> Answer<Indicator> {
        one(context, self.row.right_indicator_id).await
    }

    /// It holds for periods whose last day is this one or later; null if it is there from the first
    fn valid_from(&self) -> Option<Date> {
        self.row.valid.from
    }

    /// It holds for periods whose last day is this one or earlier; null while there is no end
    fn valid_until(&self) -> Option<Date> {
        self.row.valid.ends_before.map(Date::day_before)
    }

    /// The document that sets it; null if there is none, or if the viewer may not see it
    async fn document(&self, context: &Context<'_>) -> Answer<Document> {
        if_visible(context, self.row.document_id).await
    }

    /// Clause of the document that sets it; null like the document
    async fn clause(&self, context: &Context<'_>) -> Answer<String> {
        clause(context, self.row.clause.as_deref(), self.row.document_id).await
    }
}

impl Shows for IndicatorRule {
    type Row = Row;

    fn shows(row: Row) -> Self {
        Self { row: Arc::new(row) }
    }
}

payload! {
    /// What became of a rule between two indicators.
    IndicatorRulePayload by KeepCatalogue {
        /// The rule; null if nothing was written
        rule: IndicatorRule
    }
}

mutations! {
    IndicatorRuleMutation;
    /// Sets how the figures of two indicators must compare, by a document: asked for when figures are submitted
    define_indicator_rule(NewRule, "The rule") -> IndicatorRulePayload by KeepCatalogue = rule::define;
    /// Ends a rule between two indicators: figures of later periods are not held against it
    end_indicator_rule(RuleEnd, "Which, and when") -> IndicatorRulePayload by KeepCatalogue = rule::end;
}
