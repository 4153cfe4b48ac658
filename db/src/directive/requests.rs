//! What is asked for on the way of a directive: a later deadline of whoever gave it, input of whoever coordinates.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Date,
    id::Tagged,
    noun::relation,
    schema::{directive, directive_extension, directive_input},
    text_enum::text_enum,
    visible::refers_to_visible,
};

text_enum! {
    /// What became of a request for a later deadline.
    pub enum ExtensionState {
        /// Nobody has decided yet
        Requested => "REQUESTED",
        /// Granted: the proposed day is the deadline
        Approved => "APPROVED",
        /// Not granted
        Refused => "REFUSED",
        /// Another day was offered, which waits for an answer
        Countered => "COUNTERED",
        /// The day that was offered is the deadline
        CounterAccepted => "COUNTER_ACCEPTED",
        /// The day that was offered was declined: the deadline stays
        CounterDeclined => "COUNTER_DECLINED",
        /// The directive ended before the request was settled
        Lapsed => "LAPSED",
    }
}

/// A request for a later deadline (xin gia hạn), and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, SimpleObject, Serialize, Deserialize)]
#[diesel(table_name = directive_extension)]
pub struct ExtensionRequest {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// What became of it
    pub state: ExtensionState,
    /// The last day that is asked for (Asia/Ho_Chi_Minh)
    pub proposed_on: Date,
    /// Why
    pub reason: String,
    /// When it was asked for, in UTC
    pub requested_at: DateTime<Utc>,
    /// The last day that was offered instead (Asia/Ho_Chi_Minh); null if none was
    pub counter_on: Option<Date>,
    /// Why it was decided so; null if nothing was said
    pub decision_reason: Option<String>,
    /// When it was decided, in UTC; null while it is not
    pub decided_at: Option<DateTime<Utc>>,
    /// When the offer was answered, in UTC; null while it is not, or if there was none
    pub answered_at: Option<DateTime<Utc>>,
    /// The directive
    #[graphql(skip)]
    pub directive_id: Uuid,
    /// The agency that asks
    #[graphql(skip)]
    pub agency_id: Uuid,
    /// The account that asked
    #[graphql(skip)]
    pub requested_by: Uuid,
    /// The account that decided
    #[graphql(skip)]
    pub decided_by: Option<Uuid>,
    /// The account that answered the offer
    #[graphql(skip)]
    pub answered_by: Option<Uuid>,
}

impl Tagged for ExtensionRequest {
    const TAG: u8 = b'z';
}

relation!(
    /// Requests for a later deadline, the first one first.
    ExtensionsOf => ExtensionRequest,
    |reader, parents| directive_extension::table
        .filter(directive_extension::directive_id.eq_any(parents))
        .filter(refers_to_visible(reader, directive_extension::directive_id, directive::table))
        .order((directive_extension::directive_id, directive_extension::requested_at, directive_extension::id))
        .select((directive_extension::directive_id, ExtensionRequest::as_select()))
);

relation!(
    /// The request of that id, by itself.
    ExtensionById => ExtensionRequest,
    |reader, ids| directive_extension::table
        .filter(directive_extension::id.eq_any(ids))
        .filter(refers_to_visible(reader, directive_extension::directive_id, directive::table))
        .select((directive_extension::id, ExtensionRequest::as_select()))
);

/// Something a coordinating agency was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, SimpleObject, Serialize, Deserialize)]
#[diesel(table_name = directive_input)]
pub struct InputRequest {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// What is asked for
    pub question: String,
    /// By when it is wanted (Asia/Ho_Chi_Minh); null if no day was said
    pub due_on: Option<Date>,
    /// Day of the request (Asia/Ho_Chi_Minh)
    pub asked_on: Date,
    /// What was given; null while nothing was
    pub answer: Option<String>,
    /// When it was given, in UTC; null while nothing was
    pub given_at: Option<DateTime<Utc>>,
    /// Day on which the waiting ended (Asia/Ho_Chi_Minh), by the answer or with the directive; null while it goes on
    pub ended_on: Option<Date>,
    /// When it was asked for
    #[graphql(skip)]
    pub asked_at: DateTime<Utc>,
    /// The directive
    #[graphql(skip)]
    pub directive_id: Uuid,
    /// The agency that asks
    #[graphql(skip)]
    pub agency_id: Uuid,
    /// The agency that is asked
    #[graphql(skip)]
    pub coordinator_id: Uuid,
    /// The account that asked
    #[graphql(skip)]
    pub asked_by: Uuid,
    /// The account that gave it
    #[graphql(skip)]
    pub given_by: Option<Uuid>,
}

impl Tagged for InputRequest {
    const TAG: u8 = b'y';
}

relation!(
    /// What was asked of those who coordinate, the first request first.
    InputsOf => InputRequest,
    |reader, parents| directive_input::table
        .filter(directive_input::directive_id.eq_any(parents))
        .filter(refers_to_visible(reader, directive_input::directive_id, directive::table))
        .order((directive_input::directive_id, directive_input::asked_at, directive_input::id))
        .select((directive_input::directive_id, InputRequest::as_select()))
);

relation!(
    /// The request of that id, by itself.
    InputById => InputRequest,
    |reader, ids| directive_input::table
        .filter(directive_input::id.eq_any(ids))
        .filter(refers_to_visible(reader, directive_input::directive_id, directive::table))
        .select((directive_input::id, InputRequest::as_select()))
);

impl InputRequest {
    /// How many days were waited for it until a day: none if it was asked for later.
    #[must_use]
    pub fn waited_days(&self, on: Date) -> i32 {
        let until = self.ended_on.map_or(on, |ended| ended.min(on));
        i32::try_from((until.0 - self.asked_on.0).num_days().max(0)).unwrap_or(i32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_waiting_are_counted_until_the_answer() {
        let day = |text: &str| Date(text.parse().unwrap());
        let asked = InputRequest {
            id: Uuid::nil(),
            question: "Góp ý dự thảo kế hoạch".to_owned(),
            due_on: None,
            asked_on: day("2026-01-20"),
            answer: None,
            given_at: None,
            ended_on: None,
            asked_at: DateTime::UNIX_EPOCH,
            directive_id: Uuid::nil(),
            agency_id: Uuid::nil(),
            coordinator_id: Uuid::nil(),
            asked_by: Uuid::nil(),
            given_by: None,
        };
        assert_eq!(asked.waited_days(day("2026-01-19")), 0);
        assert_eq!(asked.waited_days(day("2026-01-20")), 0);
        assert_eq!(asked.waited_days(day("2026-03-01")), 40);
        let given = InputRequest { ended_on: Some(day("2026-01-25")), ..asked };
        assert_eq!((given.waited_days(day("2026-01-22")), given.waited_days(day("2026-03-01"))), (2, 5));
    }
}
