//! Recommendations (kiến nghị) and obstacles (khó khăn, tồn tại).

use async_graphql::Context;
use db::{
    directive::DirectiveLink,
    recommendation::{DocumentsMentionedBy, RecipientsOf, Recommendation as Row, RecommendationFilter},
};

use crate::{
    agencies::Agency,
    directives::Directive,
    documents::Document,
    object::{maybe, object, one, root_lists, whole},
    page::{Answer, Shown as _},
    permissions::viewer_can,
    viewer::viewer,
};

object! {
    /// What an agency asks of an authority (kiến nghị), or an obstacle it reports (khó khăn, tồn tại).
    Recommendation shows Row, by SeePublished;
    {
        /// The agency that says it
        async fn from(&self, context: &Context<'_>) -> Answer<Agency> {
            one(context, self.row.from_agency_id).await
        }

        /// To whom it goes, in the order of the document; empty if nobody is named
        async fn to(&self, context: &Context<'_>) -> Answer<Vec<Agency>> {
            whole(context, RecipientsOf(self.row.id), Agency::show).await
        }

        /// Who would have to decide; null if the text does not say
        async fn decision_maker(&self, context: &Context<'_>) -> Answer<Agency> {
            maybe(context, self.row.decision_maker_id).await
        }

        /// The document it stands in; null if the viewer may not see it
        async fn document(&self, context: &Context<'_>) -> Answer<Document> {
            one(context, self.row.document_id).await
        }

        /// What the viewer may do with it now: for showing buttons. The rule is asked again when it is done
        async fn viewer_can(&self, context: &Context<'_>) -> Answer<RecommendationPermissions> {
            let recipients = whole(context, RecipientsOf(self.row.id), |agency| agency.id).await?;
            let viewer = &viewer(context).principal;
            Some(recipients.map(|recipients| {
                RecommendationPermissions::of(|action| self.row.is_open(&recipients, viewer, action))
            }))
        }

        /// Other documents it mentions that the viewer may see: a few
        async fn mentioned_documents(&self, context: &Context<'_>) -> Answer<Vec<Document>> {
            whole(context, DocumentsMentionedBy(self.row.id), Document::show).await
        }
    }
    /// The directives that answer it
    answers: Directive = DirectiveLink::Recommendation;
}

viewer_can! {
    /// What the viewer may do with a recommendation now, by their roles at its agencies, and its state.
    RecommendationPermissions {
        /// Answer it
        answer: AnswerRecommendation,
    }
}

root_lists! {
    RecommendationQuery;
    {}
    /// Recommendations and obstacles, by code
    recommendations: Recommendation (RecommendationFilter);
}
