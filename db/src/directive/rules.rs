//! What may be done to a directive as it stands, and where that leads: asked by buttons, by mutations and by tests alike.

use std::borrow::Borrow;

use auth::{Action, Object};
use uuid::Uuid;

use super::{
    Directive, DirectiveState,
    requests::{ExtensionRequest, ExtensionState, InputRequest},
};

/// All that the rules must know of a directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands.
    pub state: DirectiveState,
    /// Who gave it.
    pub assigner: Option<Uuid>,
    /// Who leads.
    pub leads: Vec<Uuid>,
    /// Who coordinates by name.
    pub coordinators: Vec<Uuid>,
    /// Who was asked for input and has not given it.
    pub asked: Vec<Uuid>,
    /// Whether it has a last day.
    pub has_deadline: bool,
    /// The account that reported it as done.
    pub done_reported_by: Option<Uuid>,
    /// The request for a later deadline that is not settled: there is one at most.
    pub pending: Option<Pending>,
    /// Whether it waits for a directive or a document.
    pub is_blocked: bool,
}

/// A request for a later deadline that is not settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// The agency that asks.
    pub agency: Uuid,
    /// The account that asked.
    pub requested_by: Uuid,
    /// The account that offered another day; none if nobody has decided yet.
    pub countered_by: Option<Uuid>,
}

/// Why something cannot be done to a directive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Not by this person: to them it is not there.
    OutOfReach,
    /// Not in its state.
    NotInState,
    /// Not by whoever brought it about.
    OwnWork,
    /// Not before what it waits for.
    Blocked,
}

impl Directive {
    /// How it stands, by what hangs on it.
    #[must_use]
    pub fn standing(
        &self,
        leads: Vec<Uuid>,
        coordinators: Vec<Uuid>,
        inputs: &[impl Borrow<InputRequest>],
        extensions: &[impl Borrow<ExtensionRequest>],
        is_blocked: bool,
    ) -> Standing {
        let inputs = inputs.iter().map(Borrow::borrow);
        let asked = inputs.filter(|input| input.ended_on.is_none()).map(|input| input.coordinator_id);
        Standing {
            state: self.state,
            assigner: self.assigner_id,
            leads,
            coordinators,
            asked: asked.collect(),
            has_deadline: self.due_on.is_some(),
            done_reported_by: self.done_reported_by,
            pending: extensions.iter().map(Borrow::borrow).find_map(ExtensionRequest::pending),
            is_blocked,
        }
    }
}

impl ExtensionRequest {
    fn pending(&self) -> Option<Pending> {
        let countered_by = match self.state {
            ExtensionState::Requested => None,
            ExtensionState::Countered => self.decided_by,
            _ => return None,
        };
        Some(Pending { agency: self.agency_id, requested_by: self.requested_by, countered_by })
    }
}

impl Standing {
    /// What keeps somebody from doing this, if anything. `may` is [`auth::Principal::may_to`] or [`auth::Permit::holds_for`].
    /// Those who lead do the work, those who were asked give input, and the agency that gave it decides.
    pub fn allows(&self, action: Action, may: impl Fn(Object<'_>) -> bool) -> Result<(), Refusal> {
        let (agencies, by) = self.concerned(action);
        if !may(Object { agencies, by: None }) {
            return Err(Refusal::OutOfReach);
        }
        if !self.is_ready_for(action) {
            return Err(Refusal::NotInState);
        }
        if !may(Object { agencies, by }) {
            return Err(Refusal::OwnWork);
        }
        if action == Action::ReportDone && self.is_blocked {
            return Err(Refusal::Blocked);
        }
        Ok(())
    }

    /// The agencies that may do this, and the account that may not.
    fn concerned(&self, action: Action) -> (&[Uuid], Option<Uuid>) {
        let assigner = self.assigner.as_slice();
        match action {
            Action::AcceptDirective
            | Action::DelegateDirective
            | Action::ReportProgress
            | Action::RequestInput
            | Action::RequestExtension
            | Action::ReportDone => (&self.leads, None),
            Action::AnswerCounterOffer => match &self.pending {
                Some(pending) => (std::slice::from_ref(&pending.agency), pending.countered_by),
                None => (&self.leads, None),
            },
            Action::GiveInput => (&self.coordinators, None),
            Action::DecideExtension => (assigner, self.pending.map(|pending| pending.requested_by)),
            Action::ConfirmDone => (assigner, self.done_reported_by),
            Action::SendBackDirective | Action::CancelDirective => (assigner, None),
            _ => (&[], None),
        }
    }

    fn is_ready_for(&self, action: Action) -> bool {
        use DirectiveState::{Assigned, InProgress, ReportedDone};
        let is_open = matches!(self.state, Assigned | InProgress);
        match action {
            Action::AcceptDirective => self.state == Assigned,
            Action::DelegateDirective | Action::ReportProgress => is_open,
            Action::RequestInput => is_open && !self.coordinators.is_empty(),
            Action::RequestExtension => is_open && self.has_deadline && self.pending.is_none(),
            Action::DecideExtension => is_open && self.pending.is_some_and(|pending| pending.countered_by.is_none()),
            Action::AnswerCounterOffer => is_open && self.pending.is_some_and(|pending| pending.countered_by.is_some()),
            Action::ReportDone => self.state == InProgress,
            Action::GiveInput => (is_open || self.state == ReportedDone) && !self.asked.is_empty(),
            Action::ConfirmDone | Action::SendBackDirective => self.state == ReportedDone,
            Action::CancelDirective => is_open || self.state == ReportedDone,
            _ => false,
        }
    }
}

/// The state in which a directive is once this was done to it.
#[must_use]
pub const fn after(state: DirectiveState, action: Action) -> DirectiveState {
    match action {
        Action::AcceptDirective | Action::SendBackDirective => DirectiveState::InProgress,
        Action::ReportProgress if matches!(state, DirectiveState::Assigned) => DirectiveState::InProgress,
        Action::ReportDone => DirectiveState::ReportedDone,
        Action::ConfirmDone => DirectiveState::Completed,
        Action::CancelDirective => DirectiveState::Cancelled,
        _ => state,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use auth::{Holding, Principal, Reached, Role};
    use proptest::prelude::*;

    use super::*;

    const GIVES: Uuid = Uuid::from_u128(10);
    const LEADS: Uuid = Uuid::from_u128(20);
    const COORDINATES: Uuid = Uuid::from_u128(30);

    /// People of all sorts, at all sorts of agencies, of whom several hold two roles.
    fn somebody(number: usize) -> Principal {
        let roles: &[(Role, Uuid)] = match number {
            0 => &[(Role::Head, LEADS)],
            1 => &[(Role::Reporter, LEADS)],
            2 => &[(Role::Leader, GIVES)],
            3 => &[(Role::StandingOffice, GIVES)],
            // Who leads and decides at once: what they brought about themselves is for somebody else.
            4 => &[(Role::Head, LEADS), (Role::Leader, GIVES)],
            5 => &[(Role::Head, LEADS), (Role::StandingOffice, GIVES), (Role::Leader, GIVES)],
            6 => &[(Role::Reporter, COORDINATES), (Role::Head, COORDINATES)],
            _ => &[(Role::Leader, LEADS), (Role::StandingOffice, LEADS), (Role::Head, GIVES)],
        };
        let at = |agency: Uuid| Reached::Agencies(Arc::new([agency].into()));
        let holdings = roles.iter().map(|(role, agency)| Holding { role: *role, at: at(*agency) }).collect();
        Principal::user(account(number), Uuid::from_u128(1), holdings, &[], true)
    }

    fn account(number: usize) -> Uuid {
        Uuid::from_u128(100 + number as u128)
    }

    fn new() -> Standing {
        Standing {
            state: DirectiveState::Assigned,
            assigner: Some(GIVES),
            leads: vec![LEADS],
            coordinators: vec![COORDINATES],
            asked: Vec::new(),
            has_deadline: true,
            done_reported_by: None,
            pending: None,
            is_blocked: false,
        }
    }

    const ACTIONS: [Action; 13] = [
        Action::AcceptDirective,
        Action::DelegateDirective,
        Action::ReportProgress,
        Action::RequestInput,
        Action::GiveInput,
        Action::RequestExtension,
        Action::DecideExtension,
        Action::AnswerCounterOffer,
        Action::ReportDone,
        Action::ReportDone,
        Action::ConfirmDone,
        Action::SendBackDirective,
        Action::CancelDirective,
    ];

    /// What the mutation writes, as far as the rules look at it. `way` picks between decisions.
    fn done(standing: &mut Standing, action: Action, who: Uuid, way: usize) {
        standing.state = after(standing.state, action);
        match action {
            Action::RequestInput => standing.asked.push(COORDINATES),
            Action::GiveInput => standing.asked.clear(),
            Action::RequestExtension => {
                standing.pending = Some(Pending { agency: LEADS, requested_by: who, countered_by: None });
            }
            Action::DecideExtension if way == 0 => {
                standing.pending = standing.pending.map(|pending| Pending { countered_by: Some(who), ..pending });
            }
            Action::DecideExtension | Action::AnswerCounterOffer => standing.pending = None,
            Action::ReportDone => standing.done_reported_by = Some(who),
            Action::SendBackDirective | Action::CancelDirective => standing.done_reported_by = None,
            _ => {}
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn whatever_people_do_nobody_decides_on_their_own_and_what_is_over_stays_so(
            steps in prop::collection::vec((0..8_usize, prop::sample::select(&ACTIONS[..]), 0..3_usize, prop::bool::weighted(0.1)), 1..60),
        ) {
            let mut standing = new();
            let (mut reported, mut asked, mut offered) = (None, None, None);
            for (number, action, way, blocked) in steps {
                standing.is_blocked = blocked;
                let before = standing.clone();
                let viewer = somebody(number);
                if standing.allows(action, |object| viewer.may_to(action, object)).is_err() {
                    continue;
                }
                let who = account(number);
                match action {
                    Action::ReportDone => {
                        prop_assert!(!blocked && before.state == DirectiveState::InProgress);
                        reported = Some(who);
                    }
                    Action::ConfirmDone => {
                        prop_assert_eq!(before.state, DirectiveState::ReportedDone);
                        prop_assert!(reported.is_some() && reported != Some(who));
                    }
                    Action::RequestExtension => asked = Some(who),
                    Action::DecideExtension => {
                        prop_assert!(asked.is_some() && asked != Some(who));
                        offered = Some(who);
                    }
                    Action::AnswerCounterOffer => prop_assert!(offered.is_some() && offered != Some(who)),
                    _ => {}
                }
                prop_assert!(!matches!(before.state, DirectiveState::Completed | DirectiveState::Cancelled), "{action:?}");
                done(&mut standing, action, who, way);
                prop_assert!(standing.state != DirectiveState::Completed || action == Action::ConfirmDone);
            }
        }
    }

    #[test]
    fn the_whole_way_can_be_gone() {
        let mut standing = new();
        for (number, action) in [
            (0, Action::AcceptDirective),
            (1, Action::ReportProgress),
            (1, Action::RequestInput),
            (6, Action::GiveInput),
            (0, Action::RequestExtension),
            (2, Action::DecideExtension),
            (4, Action::AnswerCounterOffer),
            (4, Action::ReportDone),
            (3, Action::SendBackDirective),
            (4, Action::ReportDone),
            (2, Action::ConfirmDone),
        ] {
            let viewer = somebody(number);
            assert_eq!(standing.allows(action, |object| viewer.may_to(action, object)), Ok(()), "{action:?}");
            done(&mut standing, action, account(number), 0);
        }
        assert_eq!(standing.state, DirectiveState::Completed);
    }

    #[test]
    fn each_refusal_has_its_reason() {
        let refusal = |standing: &Standing, number, action| {
            let viewer = somebody(number);
            standing.allows(action, |object| viewer.may_to(action, object))
        };
        let reported = Standing { state: DirectiveState::ReportedDone, done_reported_by: Some(account(4)), ..new() };
        assert_eq!(refusal(&reported, 4, Action::ConfirmDone), Err(Refusal::OwnWork));
        assert_eq!(refusal(&reported, 5, Action::ConfirmDone), Ok(()));
        assert_eq!(refusal(&reported, 7, Action::ConfirmDone), Err(Refusal::OutOfReach), "the lead's own leader");
        assert_eq!(refusal(&reported, 0, Action::ReportDone), Err(Refusal::NotInState));
        let blocked = Standing { state: DirectiveState::InProgress, is_blocked: true, ..new() };
        assert_eq!(refusal(&blocked, 0, Action::ReportDone), Err(Refusal::Blocked));
        assert_eq!(refusal(&blocked, 1, Action::ReportProgress), Ok(()), "it can be worked on");
        assert_eq!(refusal(&new(), 6, Action::GiveInput), Err(Refusal::NotInState), "nobody asked");
        assert_eq!(refusal(&new(), 0, Action::IssueDirective), Err(Refusal::OutOfReach), "is done to no directive");
    }
}
