//! The bounds between on track, at risk and off track.

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    Date,
    access::Auth,
    assessment::{AssessmentRule as Row, NewBounds, set_rule},
};
use object_layer::{ComplexObject, SimpleObject};

use crate::{
    documents::Document,
    mutation::mutations,
    object::if_visible,
    page::Answer,
    payload::{Shows, payload},
};

/// Which pace is enough: the bounds between on track, at risk and off track, on some days.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct AssessmentRule {
    #[graphql(flatten)]
    pub(crate) row: Arc<Row>,
}

#[ComplexObject]
impl AssessmentRule {
    /// The first day that is judged by them; null if they are there from the first
    fn valid_from(&self) -> Option<Date> {
        self.row.valid.from
    }

    /// The last day that is judged by them; null while there is no end
    fn valid_until(&self) -> Option<Date> {
        self.row.valid.ends_before.map(Date::day_before)
    }

    /// The document of the register that sets them; null if there is none, or if the viewer may not see it
    async fn document(&self, context: &Context<'_>) -> Answer<Document> {
        if_visible(context, self.row.document_id).await
    }
}

impl Shows for AssessmentRule {
    type Row = Row;

    fn shows(row: Row) -> Self {
        Self { row: Arc::new(row) }
    }
}

payload! {
    /// What became of bounds that were to be set.
    SetAssessmentRulePayload by KeepCatalogue {
        /// The bounds; null if nothing was written
        rule: AssessmentRule
    }
}

mutations! {
    AssessmentRuleMutation;
    /// Sets from which pace on a programme's indicators are on track and at risk, from a day on, by a document. Assessments of
    /// today follow at once; those of earlier days stay as they were
    set_assessment_rule(NewBounds, "Of which programme, and which") -> SetAssessmentRulePayload by KeepCatalogue = set_rule;
}
