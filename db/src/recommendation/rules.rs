//! What may be done about a recommendation as it stands, and where that leads: asked by buttons, by mutations and by tests alike.
//! PostgreSQL knows the ways as `recommendation_moves`.

use auth::{Action, Object};
use uuid::Uuid;

use super::RecommendationState;
use crate::Date;

/// All that the rules must know of a recommendation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands.
    pub state: RecommendationState,
    /// The agency that makes it.
    pub from: Uuid,
    /// Who is to answer it: whom it goes to, members of groups among them, and who would have to decide.
    pub reach: Vec<Uuid>,
    /// The account that made it; none for what a document says.
    pub made_by: Option<Uuid>,
}

/// Why something cannot be done about a recommendation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Not by this person: to them it is not there.
    OutOfReach,
    /// Not in its state.
    NotInState,
    /// Not by whoever made it.
    OwnWork,
}

impl Standing {
    /// What keeps somebody from doing this, if anything. `may` is [`auth::Principal::may_to`] or [`auth::Permit::holds_for`].
    /// Those who are to answer it do so, and never who made it; the agency that makes it withdraws it.
    pub fn allows(&self, action: Action, may: impl Fn(Object<'_>) -> bool) -> Result<(), Refusal> {
        let agencies = self.concerned(action);
        if !may(Object { agencies, by: None }) {
            return Err(Refusal::OutOfReach);
        }
        if !after(action).is_some_and(|next| moves(self.state, next)) {
            return Err(Refusal::NotInState);
        }
        if !may(Object { agencies, by: self.made_by }) {
            return Err(Refusal::OwnWork);
        }
        Ok(())
    }

    /// The agencies that may do this.
    pub(super) fn concerned(&self, action: Action) -> &[Uuid] {
        match action {
            Action::AcknowledgeRecommendation | Action::AnswerRecommendation | Action::RefuseRecommendation => {
                &self.reach
            }
            Action::WithdrawRecommendation => std::slice::from_ref(&self.from),
            _ => &[],
        }
    }
}

/// The state in which a recommendation is once this was done; none if it is not done to recommendations.
#[must_use]
pub const fn after(action: Action) -> Option<RecommendationState> {
    match action {
        Action::AcknowledgeRecommendation => Some(RecommendationState::Acknowledged),
        Action::AnswerRecommendation => Some(RecommendationState::Answered),
        Action::RefuseRecommendation => Some(RecommendationState::Refused),
        Action::WithdrawRecommendation => Some(RecommendationState::Withdrawn),
        _ => None,
    }
}

/// Whether it may go from one state to another: one way only, and never past the end.
#[must_use]
pub const fn moves(before: RecommendationState, after: RecommendationState) -> bool {
    use RecommendationState::{Acknowledged, Answered, Open, Refused, Withdrawn};
    matches!((before, after), (Open, Acknowledged) | (Open | Acknowledged, Answered | Refused | Withdrawn))
}

/// How many days a recommendation of a day has waited until another: until it was over, if that was earlier.
#[must_use]
pub fn waited_days(made: Date, over: Option<Date>, on: Date) -> i32 {
    let until = over.map_or(on, |over| over.min(on));
    i32::try_from((until.0 - made.0).num_days().max(0)).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use auth::{Holding, Principal, Reached, Role};

    use super::*;

    const ASKS: Uuid = Uuid::from_u128(10);
    const ANSWERS: Uuid = Uuid::from_u128(20);
    const MAKER: Uuid = Uuid::from_u128(100);

    fn somebody(account: Uuid, roles: &[(Role, Uuid)]) -> Principal {
        let at = |agency: Uuid| Reached::Agencies(Arc::new([agency].into()));
        let holdings = roles.iter().map(|(role, agency)| Holding { role: *role, at: at(*agency) }).collect();
        Principal::user(account, Uuid::from_u128(1), holdings, &[], true)
    }

    const ACTIONS: [Action; 4] = [
        Action::AcknowledgeRecommendation,
        Action::AnswerRecommendation,
        Action::RefuseRecommendation,
        Action::WithdrawRecommendation,
    ];

    fn may(viewer: &Principal, state: RecommendationState) -> [Result<(), Refusal>; 4] {
        let standing = Standing { state, from: ASKS, reach: vec![ANSWERS], made_by: Some(MAKER) };
        ACTIONS.map(|action| standing.allows(action, |object| viewer.may_to(action, object)))
    }

    #[test]
    fn those_it_goes_to_answer_and_whoever_makes_it_withdraws() {
        use Refusal::{NotInState, OutOfReach, OwnWork};
        let head = somebody(Uuid::from_u128(101), &[(Role::Head, ANSWERS)]);
        let leader = somebody(Uuid::from_u128(102), &[(Role::Leader, ANSWERS)]);
        for answers in [&head, &leader] {
            assert_eq!(may(answers, RecommendationState::Open), [Ok(()), Ok(()), Ok(()), Err(OutOfReach)]);
            let acknowledged = [Err(NotInState), Ok(()), Ok(()), Err(OutOfReach)];
            assert_eq!(may(answers, RecommendationState::Acknowledged), acknowledged);
        }
        let asks = somebody(Uuid::from_u128(103), &[(Role::Head, ASKS)]);
        let withdraws = [Err(OutOfReach), Err(OutOfReach), Err(OutOfReach), Ok(())];
        assert_eq!(may(&asks, RecommendationState::Open), withdraws);
        assert_eq!(may(&asks, RecommendationState::Acknowledged), withdraws);
        let both = somebody(MAKER, &[(Role::Head, ASKS), (Role::Leader, ANSWERS)]);
        assert_eq!(may(&both, RecommendationState::Open), [Ok(()), Err(OwnWork), Err(OwnWork), Ok(())]);
        let reporter = somebody(Uuid::from_u128(104), &[(Role::Reporter, ANSWERS), (Role::StandingOffice, ASKS)]);
        assert_eq!(may(&reporter, RecommendationState::Open), [Err(OutOfReach); 4]);
    }

    #[test]
    fn what_is_over_stays_so() {
        let everybody = somebody(Uuid::from_u128(105), &[(Role::Head, ASKS), (Role::Leader, ANSWERS)]);
        for over in [RecommendationState::Answered, RecommendationState::Refused, RecommendationState::Withdrawn] {
            assert_eq!(may(&everybody, over), [Err(Refusal::NotInState); 4], "{over:?}");
        }
        let open = Standing { state: RecommendationState::Open, from: ASKS, reach: vec![ANSWERS], made_by: None };
        let recommend = open.allows(Action::Recommend, |object| everybody.may_to(Action::Recommend, object));
        assert_eq!(recommend, Err(Refusal::OutOfReach), "is done to no recommendation");
    }

    #[test]
    fn days_of_waiting_are_counted_until_it_is_over() {
        let day = |text: &str| Date(text.parse().unwrap());
        let made = day("2026-01-05");
        assert_eq!(waited_days(made, None, day("2026-01-20")), 15);
        assert_eq!(waited_days(made, Some(day("2026-01-12")), day("2026-01-20")), 7);
        assert_eq!(waited_days(made, Some(day("2026-01-12")), day("2026-01-08")), 3);
        assert_eq!(waited_days(made, None, day("2026-01-01")), 0, "it was not made yet");
    }
}
