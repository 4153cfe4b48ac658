//! Recommendations (kiến nghị) and obstacles (khó khăn, tồn tại).

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    Date,
    access::Auth,
    directive::DirectiveLink,
    document::Document as DocumentRow,
    enums::DatePrecision,
    noun::ById,
    recommendation::{
        DocumentsMentionedBy, ReachOf, RecipientsOf, Recommendation as Row, RecommendationFilter,
        RecommendationStep as StepRow, StepsOf,
        change::{
            self, Acknowledgement, NewRecommendation, RecommendationAnswer, RecommendationRefusal, Registration,
            Withdrawal,
        },
        rules::waited_days,
    },
};
use object_layer::{ComplexObject, SimpleObject};

use crate::{
    accounts::Account,
    agencies::Agency,
    directives::Directive,
    documents::Document,
    error::ApiError,
    mutation::mutations,
    object::{if_visible, maybe, object, one, root_lists, whole},
    page::{Answer, Shown as _, loaders, reader},
    payload::payload,
    permissions::viewer_can,
    programmes::Programme,
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

        /// The document it stands in; null if it stands in none, or if the viewer may not see it
        async fn document(&self, context: &Context<'_>) -> Answer<Document> {
            if_visible(context, self.row.document_id).await
        }

        /// The programme it is about; null if only its document says so
        async fn programme(&self, context: &Context<'_>) -> Answer<Programme> {
            maybe(context, self.row.programme_id).await
        }

        /// Who made it here; null for what a document says, and if the viewer may not see the account
        async fn made_by(&self, context: &Context<'_>) -> Answer<Account> {
            maybe(context, self.row.made_by).await
        }

        /// What was done about it here, the first step first: a few. What a document says became of it is in `state` alone
        async fn steps(&self, context: &Context<'_>) -> Answer<Vec<RecommendationStep>> {
            whole(context, StepsOf(self.row.id), |row| RecommendationStep { row }).await
        }

        /// How many days it has waited until a day: from the day on which it was made, or that of its document, until it was
        /// answered, refused or withdrawn. Null if one of the two is not known, or not to the viewer
        async fn waited_days(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "The day (Asia/Ho_Chi_Minh); today if left out")] on: Option<Date>,
        ) -> Answer<i32> {
            let made = match self.made(context).await? {
                Ok(made) => made,
                Err(error) => return Some(Err(error)),
            };
            let steps = whole(context, StepsOf(self.row.id), |step| step).await?;
            steps.map(|steps| {
                let over = steps.iter().find(|step| step.state.is_over()).map(|step| step.taken_on);
                let is_known = over.is_some() || !self.row.state.is_over();
                is_known.then(|| waited_days(made, over, on.unwrap_or(reader(context).today())))
            }).transpose()
        }

        /// What the viewer may do with it now: for showing buttons. The rule is asked again when it is done
        async fn viewer_can(&self, context: &Context<'_>) -> Answer<RecommendationPermissions> {
            let viewer = &viewer(context).principal;
            let reach = whole(context, ReachOf(self.row.id), |agency| *agency).await?;
            Some(reach.map(|reach| {
                let standing = self.row.standing(reach);
                let can = |action| standing.allows(action, |object| viewer.may_to(action, object)).is_ok();
                RecommendationPermissions::of(can)
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

impl Recommendation {
    /// The day from which it waits; none if nobody knows it, or not the viewer.
    async fn made(&self, context: &Context<'_>) -> Answer<Date> {
        if let Some(day) = self.row.made_on {
            return Some(Ok(day));
        }
        let document = loaders(context).load_one(ById::<DocumentRow>::new(self.row.document_id?)).await;
        let issued_on =
            |document: Arc<DocumentRow>| document.issued_on.filter(|_| document.issued_precision == DatePrecision::Day);
        document.map_err(ApiError::from).map(|document| document.and_then(issued_on)).transpose()
    }
}

/// Something that was done about a recommendation (tiếp nhận, trả lời, không chấp thuận, rút): added, never changed.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct RecommendationStep {
    #[graphql(flatten)]
    row: Arc<StepRow>,
}

#[ComplexObject]
impl RecommendationStep {
    /// The agency for which it was done
    async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.row.agency_id).await
    }

    /// Who did it; null if the viewer may not see the account: show agency and role
    async fn account(&self, context: &Context<'_>) -> Answer<Account> {
        one(context, self.row.account_id).await
    }

    /// The document by which it was answered; null if there is none, or if the viewer may not see it
    async fn document(&self, context: &Context<'_>) -> Answer<Document> {
        if_visible(context, self.row.document_id).await
    }
}

viewer_can! {
    /// What the viewer may do with a recommendation now, by their roles at its agencies, and its state.
    RecommendationPermissions {
        /// Acknowledge it
        acknowledge: AcknowledgeRecommendation,
        /// Answer it; never what one made oneself
        answer: AnswerRecommendation,
        /// Refuse it; never what one made oneself
        refuse: RefuseRecommendation,
        /// Withdraw it
        withdraw: WithdrawRecommendation,
    }
}

root_lists! {
    RecommendationQuery;
    {}
    /// Recommendations and obstacles, by code
    recommendations: Recommendation (RecommendationFilter);
}

payload! {
    /// What became of a recommendation that was to be made.
    RecommendPayload by Recommend {
        /// The recommendation; null if nothing was written
        recommendation: Recommendation
    }
}

payload! {
    /// What became of a recommendation that was to be registered.
    RegisterRecommendationPayload by KeepCatalogue {
        /// The recommendation; null if nothing was written
        recommendation: Recommendation
    }
}

payload! {
    /// What became of what was to be done about a recommendation.
    RecommendationPayload by SeePublished, with current {
        /// The recommendation as changed; null if nothing was written
        recommendation: Recommendation
    }
}

mutations! {
    RecommendationMutation;
    /// Makes a recommendation to authorities, or reports an obstacle, for an agency of which the viewer is a head
    recommend(NewRecommendation, "The recommendation") -> RecommendPayload by Recommend = change::recommend;
    /// Registers a recommendation, or an obstacle, that a document holds already, as the document says: nobody makes it here
    register_recommendation(Registration, "The recommendation") -> RegisterRecommendationPayload by KeepCatalogue = change::register;
    /// Acknowledges a recommendation for an agency that is to answer it
    acknowledge_recommendation(Acknowledgement, "Which") -> RecommendationPayload of recommendation by AcknowledgeRecommendation = change::acknowledge;
    /// Answers a recommendation of somebody else: in words, and by a document or by directives where there are any, also by one that
    /// is issued with it. They show what they answer
    answer_recommendation(RecommendationAnswer, "Which, and the answer") -> RecommendationPayload of recommendation by AnswerRecommendation = change::answer;
    /// Refuses a recommendation of somebody else, with a reason
    refuse_recommendation(RecommendationRefusal, "Which, and why") -> RecommendationPayload of recommendation by RefuseRecommendation = change::refuse;
    /// Withdraws a recommendation that is neither answered nor refused, for the agency that makes it
    withdraw_recommendation(Withdrawal, "Which, and why") -> RecommendationPayload of recommendation by WithdrawRecommendation = change::withdraw;
}
