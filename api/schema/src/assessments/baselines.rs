//! Baselines (hiện trạng).

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    access::Auth,
    assessment::{Baseline as Row, NewBaseline, set_baseline},
};
use object_layer::{ComplexObject, SimpleObject};

use crate::{
    agencies::Agency,
    documents::{Document, clause},
    mutation::mutations,
    object::{if_visible, one},
    page::Answer,
    payload::{Shows, payload},
};

/// A baseline (hiện trạng, mốc xuất phát): where an indicator of a subject stood on a day from which the way to its targets is counted.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct Baseline {
    #[graphql(flatten)]
    pub(crate) row: Arc<Row>,
}

#[ComplexObject]
impl Baseline {
    /// The agency whose figure it is
    async fn subject(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.row.subject_id).await
    }

    /// The document that says so; null if none does, or if the viewer may not see it
    async fn document(&self, context: &Context<'_>) -> Answer<Document> {
        if_visible(context, self.row.document_id).await
    }

    /// Clause of the document that says so; null like the document
    async fn clause(&self, context: &Context<'_>) -> Answer<String> {
        clause(context, self.row.clause.as_deref(), self.row.document_id).await
    }
}

impl Shows for Baseline {
    type Row = Row;

    fn shows(row: Row) -> Self {
        Self { row: Arc::new(row) }
    }
}

payload! {
    /// What became of a baseline.
    SetBaselinePayload by KeepCatalogue {
        /// The baseline; null if nothing was written
        baseline: Baseline
    }
}

mutations! {
    BaselineMutation;
    /// Says where an indicator of a subject stood on a day (hiện trạng): the way to its targets is counted from the latest such day
    set_baseline(NewBaseline, "Where it stood, when, and who says so") -> SetBaselinePayload by KeepCatalogue = set_baseline;
}
