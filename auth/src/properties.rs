//! What holds of the table whatever somebody holds.

use std::{collections::BTreeSet, sync::Arc};

use proptest::{collection::vec, prelude::*, sample::select};
use uuid::Uuid;

use crate::{Action, Holding, Object, Principal, Reached, Role};

const ME: Uuid = Uuid::from_u128(1);

fn reached() -> impl Strategy<Value = Reached> {
    let some = proptest::collection::btree_set((10..14_u128).prop_map(Uuid::from_u128), 1..4);
    prop_oneof![8 => some.prop_map(|ids: BTreeSet<_>| Reached::Agencies(Arc::new(ids))), 1 => Just(Reached::All)]
}

/// Any roles anywhere.
fn holdings() -> impl Strategy<Value = Vec<Holding>> {
    vec((select(Role::ALL), reached()).prop_map(|(role, at)| Holding { role, at }), 0..6)
}

/// Roles that may be granted to the same person.
fn granted() -> impl Strategy<Value = Vec<Holding>> {
    holdings().prop_map(|all| {
        let mut together: Vec<Holding> = Vec::new();
        for held in all {
            if together.iter().all(|other| other.role.goes_with(held.role)) {
                together.push(held);
            }
        }
        together
    })
}

fn user(holdings: &[Holding]) -> Principal {
    Principal::user(ME, Uuid::from_u128(2), holdings.to_vec(), &[], true)
}

fn action() -> impl Strategy<Value = Action> {
    select(Action::ALL)
}

/// Whether all of the one is in the other.
fn within(one: &Reached, other: &Reached) -> bool {
    match (one, other) {
        (Reached::Nothing, _) | (_, Reached::All) => true,
        (Reached::Agencies(one), Reached::Agencies(other)) => one.is_subset(other),
        _ => false,
    }
}

proptest! {
    #[test]
    fn nobody_endorses_publishes_decides_or_confirms_their_own(holdings in holdings(), agency in 10..14_u128) {
        let (viewer, agencies) = (user(&holdings), [Uuid::from_u128(agency)]);
        for action in [
            Action::EndorseMeasurement, Action::PublishMeasurement, Action::DecideUnlock, Action::DecideExtension,
            Action::ConfirmDone, Action::GrantRole, Action::DisableAccount,
        ] {
            prop_assert!(!viewer.may_to(action, Object { agencies: &agencies, by: Some(ME) }), "{action:?}");
        }
    }

    #[test]
    fn who_administers_writes_no_figures(holdings in granted(), agency in 10..14_u128) {
        let viewer = user(&holdings);
        let administers = viewer.may(Action::GrantRole).is_ok();
        let object = Object { agencies: &[Uuid::from_u128(agency)], by: None };
        for action in Action::ALL.iter().filter(|action| action.as_str().ends_with("_MEASUREMENT")) {
            prop_assert!(!(administers && (viewer.may(*action).is_ok() || viewer.may_to(*action, object))), "{action:?}");
        }
    }

    #[test]
    fn nobody_gains_by_losing_a_role(holdings in holdings(), lost in 0..6_usize, action in action()) {
        let before = user(&holdings).reach(action);
        let mut fewer = holdings;
        if lost < fewer.len() {
            fewer.remove(lost);
        }
        prop_assert!(within(&user(&fewer).reach(action), &before));
    }

    #[test]
    fn two_together_reach_what_each_reaches(one in holdings(), two in holdings(), action in action()) {
        let both: Vec<_> = one.iter().chain(&two).cloned().collect();
        let (one, two) = (user(&one).reach(action), user(&two).reach(action));
        prop_assert_eq!(user(&both).reach(action), one.and(two));
    }

    #[test]
    fn a_permit_holds_where_its_principal_may(holdings in holdings(), agency in 10..14_u128, by in 1..3_u128) {
        let viewer = user(&holdings);
        let agencies = [Uuid::from_u128(agency)];
        let object = Object { agencies: &agencies, by: Some(Uuid::from_u128(by)) };
        let permitted = viewer.permit::<crate::action::EndorseMeasurement>().is_ok_and(|permit| permit.holds_for(object));
        prop_assert_eq!(permitted, viewer.may_to(Action::EndorseMeasurement, object));
    }
}
