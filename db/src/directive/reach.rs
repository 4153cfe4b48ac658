//! Whom a directive reaches: what is asked of a group is asked of each of its members.

use diesel::{ExpressionMethods as _, QueryDsl as _};
use uuid::Uuid;

use crate::{
    noun::relation,
    schema::{agency, directive},
};

diesel::table! {
    /// The view of whom the lead falls to; diesel prints no views.
    directive_lead_reach (directive_id, agency_id) {
        /// The directive
        directive_id -> Uuid,
        /// One that is named, or a member of a group that is
        agency_id -> Uuid,
    }
}

diesel::table! {
    /// The view of who is to coordinate.
    directive_coordinator_reach (directive_id, agency_id) {
        /// The directive
        directive_id -> Uuid,
        /// One that is named, or a member of a group that is
        agency_id -> Uuid,
    }
}

diesel::allow_tables_to_appear_in_same_query!(agency, directive_lead_reach);
diesel::allow_tables_to_appear_in_same_query!(agency, directive_coordinator_reach);
diesel::allow_tables_to_appear_in_same_query!(directive, directive_lead_reach);
diesel::allow_tables_to_appear_in_same_query!(directive, directive_coordinator_reach);

relation!(
    /// The ids of those whom the lead of a directive falls to, members of groups among them.
    LeadReachOf => Uuid,
    |reader, parents| directive_lead_reach::table
        .filter(directive_lead_reach::directive_id.eq_any(parents))
        .select((directive_lead_reach::directive_id, directive_lead_reach::agency_id))
);

relation!(
    /// The ids of those who are to coordinate, members of groups among them.
    CoordinatorReachOf => Uuid,
    |reader, parents| directive_coordinator_reach::table
        .filter(directive_coordinator_reach::directive_id.eq_any(parents))
        .select((directive_coordinator_reach::directive_id, directive_coordinator_reach::agency_id))
);
