//! The life-cycle of a figure: what moves it, from where to where, and who may not. The same rule stands in SQL, in the
//! trigger of `measurement_decision`; `Measurement::is_open` and all that writes ask here.

use auth::{Action, Actor, Scope};

use super::{
    Measurement,
    MeasurementState::{self, Draft, Endorsed, Published, Returned, Submitted, Withdrawn},
};
use crate::ViolationCode;

/// The state that a decision leads to.
pub(super) const fn leads_to(action: Action) -> Option<MeasurementState> {
    Some(match action {
        Action::SubmitMeasurement => Submitted,
        Action::EndorseMeasurement => Endorsed,
        Action::PublishMeasurement => Published,
        Action::ReturnMeasurement => Returned,
        Action::WithdrawMeasurement => Withdrawn,
        _ => return None,
    })
}

/// The states in which something may be done. A figure that was never published is drafted, a published one is corrected. Both
/// write a new revision, and neither is open while a revision is submitted or endorsed.
const fn open_in(action: Action, was_published: bool) -> &'static [MeasurementState] {
    match (action, was_published) {
        (Action::DraftMeasurement, false) => &[Draft, Returned, Withdrawn],
        (Action::CorrectMeasurement, true) => &[Published, Draft, Returned, Withdrawn],
        (Action::SubmitMeasurement, _) => &[Draft],
        (Action::WithdrawMeasurement, _) => &[Draft, Submitted],
        (Action::EndorseMeasurement, _) => &[Submitted],
        (Action::ReturnMeasurement, _) => &[Submitted, Endorsed],
        (Action::PublishMeasurement, _) => &[Endorsed],
        _ => &[],
    }
}

/// Why somebody may not do that to a figure now, wherever their role reaches; none if they may.
pub(super) fn refusal(row: &Measurement, action: Action, actor: Actor) -> Option<ViolationCode> {
    if row.computed {
        return Some(ViolationCode::Computed);
    }
    let is_latest = row.current.revision == row.latest_revision();
    if !is_latest || !open_in(action, row.published_revision.is_some()).contains(&row.current.state) {
        return Some(ViolationCode::NotInState);
    }
    let authors = [row.current.recorded_by, row.current.submitted_by];
    // Four eyes: what somebody endorsed is their own work too, to whoever publishes.
    let endorser = row.current.not_published_by.filter(|_| action == Action::PublishMeasurement);
    let is_own = actor.account().is_some_and(|account| authors.contains(&Some(account)) || endorser == Some(account));
    (is_own && action.is_for_others()).then_some(ViolationCode::OwnWork)
}

/// Whether somebody with this scope sees any revision of a figure.
pub(super) fn is_seen(row: &Measurement, scope: &Scope) -> bool {
    row.published_revision.is_some() || sees_latest(row, scope) || {
        row.submitted_revision.is_some() && scope.submitted().holds(Some(row.reporter_id))
    }
}

/// The version of a figure that somebody with this scope sees: of the latest revision, or of the published one if the latest is
/// not theirs to see.
pub(super) fn version_seen(row: &Measurement, scope: &Scope) -> i32 {
    if sees_latest(row, scope) { row.version() } else { version(row.published_revision.unwrap_or_default(), Published) }
}

/// The version of a figure: each revision has four, for it is drafted, submitted, endorsed and ended.
pub(crate) const fn version(revision: i32, state: MeasurementState) -> i32 {
    let step = match state {
        Draft => 1,
        Submitted => 2,
        Endorsed => 3,
        Published | Returned | Withdrawn => 4,
    };
    (revision - 1).saturating_mul(4).saturating_add(step)
}

fn sees_latest(row: &Measurement, scope: &Scope) -> bool {
    let reached = match row.current.state {
        Published => return true,
        Submitted | Endorsed => scope.submitted(),
        Draft | Returned | Withdrawn => scope.drafts(),
    };
    reached.holds(Some(row.reporter_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Action; 7] = [
        Action::DraftMeasurement,
        Action::CorrectMeasurement,
        Action::SubmitMeasurement,
        Action::WithdrawMeasurement,
        Action::EndorseMeasurement,
        Action::ReturnMeasurement,
        Action::PublishMeasurement,
    ];

    #[test]
    fn each_state_is_left_by_what_the_life_cycle_says() {
        let open = |state: MeasurementState, was_published| {
            let open = ALL.into_iter().filter(|action| open_in(*action, was_published).contains(&state));
            open.map(Action::as_str).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(open(Draft, false), "DRAFT_MEASUREMENT SUBMIT_MEASUREMENT WITHDRAW_MEASUREMENT");
        assert_eq!(open(Draft, true), "CORRECT_MEASUREMENT SUBMIT_MEASUREMENT WITHDRAW_MEASUREMENT");
        assert_eq!(open(Submitted, false), "WITHDRAW_MEASUREMENT ENDORSE_MEASUREMENT RETURN_MEASUREMENT");
        assert_eq!(open(Endorsed, true), "RETURN_MEASUREMENT PUBLISH_MEASUREMENT");
        assert_eq!(open(Published, true), "CORRECT_MEASUREMENT");
        for ended in [Returned, Withdrawn] {
            assert_eq!(open(ended, false), "DRAFT_MEASUREMENT");
            assert_eq!(open(ended, true), "CORRECT_MEASUREMENT");
        }
    }

    #[test]
    fn nothing_is_published_that_was_not_endorsed() {
        for action in ALL {
            if leads_to(action) == Some(Published) {
                assert_eq!(open_in(action, true), [Endorsed]);
            }
            if leads_to(action) == Some(Endorsed) {
                assert_eq!(open_in(action, true), [Submitted]);
            }
        }
    }
}
