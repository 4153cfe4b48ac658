//! What was done about recommendations, and by whom they are to be answered.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods as _, Insertable, QueryDsl as _, Queryable, Selectable, SelectableHelper as _};
use object_layer::SimpleObject;
use uuid::Uuid;

use super::RecommendationState;
use crate::{Date, noun::relation, role_grant::Role, schema::recommendation_step};

/// Something that was done about a recommendation: added, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, SimpleObject)]
#[diesel(table_name = recommendation_step)]
pub struct RecommendationStep {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// The recommendation
    #[graphql(skip)]
    pub recommendation_id: Uuid,
    /// The state it led to
    pub state: RecommendationState,
    /// The answer or the reason, in words; null if nothing was said
    pub text: Option<String>,
    /// The document by which it was answered
    #[graphql(skip)]
    pub document_id: Option<Uuid>,
    /// The agency for which it was done
    #[graphql(skip)]
    pub agency_id: Uuid,
    /// The role by which it was done
    pub role: Role,
    /// Who did it
    #[graphql(skip)]
    pub account_id: Uuid,
    /// Day (Asia/Ho_Chi_Minh)
    pub taken_on: Date,
    /// When it was recorded here, in UTC
    pub recorded_at: DateTime<Utc>,
}

diesel::table! {
    /// The view of who is to answer; diesel prints no views.
    recommendation_reach (recommendation_id, agency_id) {
        /// The recommendation
        recommendation_id -> Uuid,
        /// One it goes to, a member of a group that it goes to, or who would have to decide
        agency_id -> Uuid,
        /// The place among those it goes to; null for who would have to decide
        position -> Nullable<Int4>,
    }
}

relation!(
    /// What was done about a recommendation, the first step first: that it was acknowledged, and how it ended. Clocks do not order
    /// them, for two nodes may differ.
    StepsOf => RecommendationStep,
    |reader, parents| recommendation_step::table
        .filter(recommendation_step::recommendation_id.eq_any(parents))
        .order((recommendation_step::recommendation_id, recommendation_step::state.ne(RecommendationState::Acknowledged)))
        .select((recommendation_step::recommendation_id, RecommendationStep::as_select()))
);

relation!(
    /// The ids of those who are to answer a recommendation.
    ReachOf => Uuid,
    |reader, parents| recommendation_reach::table
        .filter(recommendation_reach::recommendation_id.eq_any(parents))
        .select((recommendation_reach::recommendation_id, recommendation_reach::agency_id))
);
