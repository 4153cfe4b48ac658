//! What documents want or judge without a figure: general goals, purposes, requirements, assessments.

use async_graphql::Context;
use auth::Action;
use db::{
    access::Auth,
    goal::{
        BodiesOf, DocumentsOf, Goal as Row, GoalFilter, IndicatorsOf,
        change::{self, Amendment, NewGoal},
    },
};

use crate::{
    agencies::Agency,
    directives::ServedIndicator,
    documents::Document,
    language::Language,
    measures::NamedBody,
    mutation::mutations,
    object::{by_code, maybe, named, object, one, root_lists, whole},
    page::{Answer, Shown as _},
    payload::payload,
    programmes::Programme,
};

object! {
    /// What a document wants or judges without a figure (mục tiêu chung, mục đích, yêu cầu, đánh giá).
    Goal shows Row, by SeePublished;
    {
        /// Title, in our words
        fn title(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
        ) -> &str {
            named(context, language, &self.row.title_vi, Some(&self.row.title_en))
        }

        /// What is said, in a sentence of ours
        fn summary(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
        ) -> &str {
            named(context, language, &self.row.summary_vi, Some(&self.row.summary_en))
        }

        /// What it is about, in a few Vietnamese words each
        fn topics(&self) -> Vec<String> {
            self.row.topics.iter().flatten().cloned().collect()
        }

        /// The programme
        async fn programme(&self, context: &Context<'_>) -> Answer<Programme> {
            one(context, self.row.programme_id).await
        }

        /// The document it stands in; `clause` says where
        async fn document(&self, context: &Context<'_>) -> Answer<Document> {
            one(context, self.row.document_id).await
        }

        /// Whom it names, in the order of the document: a few
        async fn named_bodies(&self, context: &Context<'_>) -> Answer<Vec<NamedBody>> {
            whole(context, BodiesOf(self.row.id), NamedBody::of).await
        }

        /// The indicators it serves: a few
        async fn indicators(&self, context: &Context<'_>) -> Answer<Vec<ServedIndicator>> {
            whole(context, IndicatorsOf(self.row.id), ServedIndicator::of).await
        }

        /// Other documents it mentions that the viewer may see: a few
        async fn mentioned_documents(&self, context: &Context<'_>) -> Answer<Vec<Document>> {
            whole(context, DocumentsOf(self.row.id), Document::show).await
        }

        /// Who judges; null unless it is an assessment
        async fn assessed_by(&self, context: &Context<'_>) -> Answer<Agency> {
            maybe(context, self.row.assessed_by_id).await
        }
    }
}

root_lists! {
    GoalQuery;
    {
        /// The goal of that code; null if there is none
        #[graphql(directive = Auth::apply(Action::SeePublished))]
        async fn goal(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Its code, such as `359-KH/TU:II.1.1`")] code: String,
        ) -> Answer<Goal> {
            by_code(context, code).await
        }
    }
    /// Goals, in the order of their document
    goals: Goal (GoalFilter);
}

payload! {
    /// What became of a goal that was to be defined.
    DefineGoalPayload by KeepCatalogue {
        /// The goal; null if nothing was written
        goal: Goal
    }
}

payload! {
    /// What became of a change of a goal.
    GoalPayload by KeepCatalogue, with current {
        /// The goal as changed; null if nothing was written
        goal: Goal
    }
}

mutations! {
    GoalMutation;
    /// Defines a goal (mục tiêu chung, mục đích, yêu cầu, đánh giá) of a document. It stands behind the goals of its document that are there
    define_goal(NewGoal, "The goal") -> DefineGoalPayload by KeepCatalogue = change::define;
    /// Amends a goal: what is given takes the place of what is there
    amend_goal(Amendment, "Which, and what changes") -> GoalPayload of goal by KeepCatalogue = change::amend;
}
