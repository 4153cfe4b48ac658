//! What is owed of one assignment in one period, and what may therefore be answered or unlocked.

use auth::{Acts, Permit};
use diesel::{
    OptionalExtension as _, QueryableByName,
    sql_types::{Bool, Date as SqlDate, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{
    assignment::{ReportingAssignment, lock_and_load},
    obligation::{ObligationState, last_days},
};
use crate::{Date, DbError, ViolationCode, calendar::Period, planned::planned, writer::Writing};

/// What is owed of one assignment in one period, as far as the rules must know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub(super) struct Owed {
    #[diesel(sql_type = Text)]
    pub state: ObligationState,
    #[diesel(sql_type = SqlDate)]
    pub closes_on: Date,
    #[diesel(sql_type = Bool)]
    pub unlocked: bool,
}

impl Owed {
    fn is_late(self, today: Date) -> bool {
        today > self.closes_on
    }

    /// Whether answers are taken no more.
    pub fn is_closed(self, today: Date) -> bool {
        self.is_late(today) && !self.unlocked
    }

    /// Why nobody can answer that nothing arose; none if one can.
    pub fn refuses_nil(self, today: Date) -> Option<ViolationCode> {
        match self.state {
            ObligationState::Nil => Some(ViolationCode::Unchanged),
            ObligationState::Due if self.is_closed(today) => Some(ViolationCode::Closed),
            ObligationState::Due => None,
            _ => Some(ViolationCode::NotInState),
        }
    }

    /// Why there is nothing to unlock; none if there is.
    pub fn refuses_unlock(self, today: Date) -> Option<ViolationCode> {
        match (self.is_late(today), self.unlocked) {
            (false, _) => Some(ViolationCode::NotInState),
            (true, true) => Some(ViolationCode::Unchanged),
            (true, false) => None,
        }
    }
}

/// Whoever writes for an agency sees its drafts, so nothing is hidden here.
const OWED: &str = "SELECT o.state, o.closes_on, o.unlocked FROM obligation_shown($1, $1, $2, NULL) AS o \
    WHERE o.assignment_id = $3 AND o.period = $4";

/// Locks an assignment, and loads what is owed of it in a period. What is out of the actor's reach is not there.
pub(super) async fn load_owed<A: Acts>(
    writing: &mut Writing,
    permit: &Permit<A>,
    assignment: Uuid,
    period: Period,
) -> Result<(ReportingAssignment, Owed), DbError> {
    let assignment = lock_and_load(writing, assignment).await?;
    if !permit.reach().holds(Some(assignment.reporter_id)) {
        return Err(DbError::NotFound);
    }
    let not_assigned = || DbError::violated(ViolationCode::NotAssigned, &["input", "period"]);
    if period.kind() != assignment.period_kind {
        return Err(not_assigned());
    }
    let (last_day, _) = last_days(period, Some(assignment.regime))?;
    let today = writing.today();
    let query = diesel::sql_query(OWED)
        .bind::<SqlDate, _>(last_day)
        .bind::<SqlDate, _>(today)
        .bind::<SqlUuid, _>(assignment.id)
        .bind::<Text, _>(period.to_string());
    let owed: Option<Owed> = planned(query).get_result(writing.connection()).await.optional()?;
    Ok((assignment, owed.ok_or_else(not_assigned)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date(text.parse().unwrap())
    }

    fn owed(state: ObligationState, unlocked: bool) -> Owed {
        Owed { state, closes_on: day("2026-01-22"), unlocked }
    }

    #[test]
    fn nothing_arose_is_said_of_what_is_due_and_open() {
        use ObligationState as State;
        let (open, closed) = (day("2026-01-22"), day("2026-01-23"));
        for (state, on, unlocked, refused) in [
            (State::Due, open, false, None),
            (State::Due, closed, false, Some(ViolationCode::Closed)),
            (State::Due, closed, true, None),
            (State::NotDue, open, false, Some(ViolationCode::NotInState)),
            (State::Draft, open, false, Some(ViolationCode::NotInState)),
            (State::Submitted, open, false, Some(ViolationCode::NotInState)),
            (State::Returned, open, false, Some(ViolationCode::NotInState)),
            (State::Approved, open, false, Some(ViolationCode::NotInState)),
            (State::Nil, open, false, Some(ViolationCode::Unchanged)),
        ] {
            assert_eq!(owed(state, unlocked).refuses_nil(on), refused, "{state:?} on {on:?}");
        }
    }

    #[test]
    fn only_what_is_closed_is_unlocked() {
        let (open, closed) = (day("2026-01-22"), day("2026-01-23"));
        let due = |unlocked| owed(ObligationState::Due, unlocked);
        assert_eq!(due(false).refuses_unlock(open), Some(ViolationCode::NotInState));
        assert_eq!(due(false).refuses_unlock(closed), None);
        assert_eq!(due(true).refuses_unlock(closed), Some(ViolationCode::Unchanged));
        assert!(due(false).is_closed(closed) && !due(true).is_closed(closed) && !due(false).is_closed(open));
    }
}
