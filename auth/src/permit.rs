//! Who asks, and what that allows.

use std::{collections::BTreeSet, marker::PhantomData, sync::Arc};

use uuid::Uuid;

use crate::{
    policy::{Action, Acts, Reach},
    role::{Role, ServiceScope},
    scope::Scope,
};

/// Who does something, as the audit trail names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// Nobody has signed in.
    Nobody,
    /// A person, in one of their sessions.
    User {
        /// The account.
        account: Uuid,
        /// The session.
        session: Uuid,
    },
    /// A machine.
    Service {
        /// The service account.
        account: Uuid,
    },
    /// Whoever runs the program's own commands on the server.
    Operator,
}

impl Actor {
    /// The account of a person or a machine.
    #[must_use]
    pub const fn account(&self) -> Option<Uuid> {
        match self {
            Self::User { account, .. } | Self::Service { account } => Some(*account),
            Self::Nobody | Self::Operator => None,
        }
    }
}

/// The agencies to which something extends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Reached {
    /// None.
    #[default]
    Nothing,
    /// These.
    Agencies(Arc<BTreeSet<Uuid>>),
    /// All, and what belongs to no agency.
    All,
}

impl Reached {
    /// Whether an agency is among them; `None` is what belongs to no agency.
    #[must_use]
    pub fn holds(&self, agency: Option<Uuid>) -> bool {
        match self {
            Self::Nothing => false,
            Self::Agencies(agencies) => agency.is_some_and(|agency| agencies.contains(&agency)),
            Self::All => true,
        }
    }

    /// Their ids, for SQL; `None` where there is nothing to narrow.
    #[must_use]
    pub fn ids(&self) -> Option<Vec<Uuid>> {
        match self {
            Self::Nothing => Some(Vec::new()),
            Self::Agencies(agencies) => Some(agencies.iter().copied().collect()),
            Self::All => None,
        }
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::Nothing, it) | (it, Self::Nothing) => it,
            (Self::Agencies(one), Self::Agencies(two)) if one == two => Self::Agencies(one),
            (Self::Agencies(one), Self::Agencies(two)) => Self::Agencies(Arc::new(one.union(&two).copied().collect())),
        }
    }
}

/// What something is done to: what the rules must know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object<'a> {
    /// The agencies it belongs to, of which any may do it; none if it belongs to none.
    pub agencies: &'a [Uuid],
    /// The account that brought it about, or is it.
    pub by: Option<Uuid>,
}

impl Object<'_> {
    fn is_open(self, action: Action, actor: Actor, reach: &Reached) -> bool {
        let is_own = self.by.is_some() && self.by == actor.account();
        let reached = *reach == Reached::All || self.agencies.iter().any(|agency| reach.holds(Some(*agency)));
        reached && !(is_own && action.is_for_others())
    }
}

/// A role somebody holds today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The role.
    pub role: Role,
    /// The agencies it is held at: that of the grant, with those below it today if the grant says so.
    pub at: Reached,
}

/// Whoever a request comes from, with all that the database says of them at this moment. Made from the database's rows
/// alone: a token says who somebody is, never what they may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    actor: Actor,
    holdings: Vec<Holding>,
    scopes: Vec<ServiceScope>,
    /// Where a machine's scopes hold.
    service_at: Reached,
    /// Roles that wait for a second factor.
    waiting: Vec<Role>,
}

/// Why something is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Nobody has signed in, and somebody must.
    #[error("sign in first")]
    SignIn,
    /// Signed in, without a role that may do this.
    #[error("none of your roles may do this")]
    Role,
    /// A role that may do this is held, but asks for a second factor first.
    #[error("this role asks for a second factor first")]
    SecondFactor,
}

impl Principal {
    /// Somebody who has not signed in.
    #[must_use]
    pub const fn nobody() -> Self {
        Self::new(Actor::Nobody)
    }

    /// Whoever runs the program's own commands: allowed to administer everything, since they hold the database anyway.
    #[must_use]
    pub fn operator() -> Self {
        let holdings = vec![Holding { role: Role::Administrator, at: Reached::All }];
        Self { holdings, ..Self::new(Actor::Operator) }
    }

    /// The same in another role everywhere: for commands that do what that role does.
    #[must_use]
    pub fn operator_as(role: Role) -> Self {
        Self { holdings: vec![Holding { role, at: Reached::All }], ..Self::new(Actor::Operator) }
    }

    /// A person in a session. `second_factor` are the roles that ask for one; those held wait if `passed` is false.
    #[must_use]
    pub fn user(account: Uuid, session: Uuid, holdings: Vec<Holding>, second_factor: &[Role], passed: bool) -> Self {
        let (waiting, holdings): (Vec<_>, Vec<_>) =
            holdings.into_iter().partition(|held| !passed && second_factor.contains(&held.role));
        let waiting = waiting.into_iter().map(|held| held.role).collect();
        Self { holdings, waiting, ..Self::new(Actor::User { account, session }) }
    }

    /// A machine, with scopes at agencies.
    #[must_use]
    pub fn service(account: Uuid, scopes: Vec<ServiceScope>, at: Reached) -> Self {
        Self { scopes, service_at: at, ..Self::new(Actor::Service { account }) }
    }

    const fn new(actor: Actor) -> Self {
        Self { actor, holdings: Vec::new(), scopes: Vec::new(), service_at: Reached::Nothing, waiting: Vec::new() }
    }

    /// Who it is.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        self.actor
    }

    /// The roles held today, without those that wait for a second factor.
    #[must_use]
    pub fn holdings(&self) -> &[Holding] {
        &self.holdings
    }

    /// Roles held that cannot be used until a second factor is given.
    #[must_use]
    pub fn waiting(&self) -> &[Role] {
        &self.waiting
    }

    /// Where this may be done; [`Reached::Nothing`] if nowhere.
    #[must_use]
    pub fn reach(&self, action: Action) -> Reached {
        let rule = action.rule();
        if rule.public == Some(Reach::All) {
            return Reached::All;
        }
        let mut reached = Reached::Nothing;
        for held in &self.holdings {
            reached = match rule.roles.iter().find(|(role, _)| *role == held.role) {
                Some((_, Reach::All)) => Reached::All,
                Some((_, Reach::Held | Reach::Programme)) => reached.and(held.at.clone()),
                Some((_, Reach::Own)) | None => reached,
            };
        }
        if rule.service.is_some_and(|scope| self.scopes.contains(&scope)) {
            reached = reached.and(self.service_at.clone());
        }
        reached
    }

    /// Whether this may be done at all, somewhere.
    pub fn may(&self, action: Action) -> Result<(), Denied> {
        let rule = action.rule();
        let own = rule.public.is_some() || (rule.user.is_some() && matches!(self.actor, Actor::User { .. }));
        if own || self.reach(action) != Reached::Nothing {
            return Ok(());
        }
        Err(match self.actor {
            Actor::Nobody => Denied::SignIn,
            _ if rule.roles.iter().any(|(role, _)| self.waiting.contains(role)) => Denied::SecondFactor,
            _ => Denied::Role,
        })
    }

    /// Whether this may be done to that object.
    #[must_use]
    pub fn may_to(&self, action: Action, object: Object<'_>) -> bool {
        object.is_open(action, self.actor, &self.reach(action))
    }

    /// The permit to do this, within the viewer's reach.
    pub fn permit<A: Acts>(&self) -> Result<Permit<A>, Denied> {
        self.may(A::ACTION)?;
        let rule = A::ACTION.rule();
        let by = self.holdings.iter().filter(|held| rule.roles.iter().any(|(role, _)| *role == held.role)).cloned();
        Ok(Permit { actor: self.actor, reach: self.reach(A::ACTION), by: by.collect(), action: PhantomData })
    }

    /// The permit to keep one's own account.
    pub fn own_account(&self) -> Result<OwnAccount, Denied> {
        self.may(Action::KeepOwnAccount)?;
        match self.actor {
            Actor::User { account, session } => Ok(OwnAccount { account, session }),
            Actor::Nobody => Err(Denied::SignIn),
            Actor::Service { .. } | Actor::Operator => Err(Denied::Role),
        }
    }

    /// What the viewer may read.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope::of(self)
    }
}

/// The permission to do one thing, within a reach. Whoever does it in `db` demands one, narrows its SQL to the reach,
/// and records the actor: a forgotten check does not compile.
#[derive(Debug)]
pub struct Permit<A> {
    actor: Actor,
    reach: Reached,
    /// The roles that give it.
    by: Vec<Holding>,
    action: PhantomData<fn() -> A>,
}

impl<A: Acts> Permit<A> {
    /// The action it permits.
    pub const ACTION: Action = A::ACTION;

    /// Who it was given to.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        self.actor
    }

    /// Where it holds.
    #[must_use]
    pub const fn reach(&self) -> &Reached {
        &self.reach
    }

    /// The role by which it holds at an agency, the first if there are several; none for a machine.
    #[must_use]
    pub fn role_at(&self, agency: Uuid) -> Option<Role> {
        self.by.iter().find(|held| held.at.holds(Some(agency))).map(|held| held.role)
    }

    /// Whether it holds for that object: the same answer as [`Principal::may_to`].
    #[must_use]
    pub fn holds_for(&self, object: Object<'_>) -> bool {
        object.is_open(A::ACTION, self.actor, &self.reach)
    }
}

/// The permit of a person to keep their own account ([`Action::KeepOwnAccount`]). A type of its own, because only a person
/// in a session can hold one: so there is always an account and a session.
#[derive(Debug, Clone, Copy)]
pub struct OwnAccount {
    account: Uuid,
    session: Uuid,
}

impl OwnAccount {
    /// The person's account.
    #[must_use]
    pub const fn account(&self) -> Uuid {
        self.account
    }

    /// The session they are in.
    #[must_use]
    pub const fn session(&self) -> Uuid {
        self.session
    }

    /// The person, as the audit trail names them.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        Actor::User { account: self.account, session: self.session }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::action;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn at(agencies: &[u128]) -> Reached {
        Reached::Agencies(Arc::new(agencies.iter().map(|number| id(*number)).collect()))
    }

    fn user(holdings: &[(Role, Reached)]) -> Principal {
        let holdings = holdings.iter().map(|(role, at)| Holding { role: *role, at: at.clone() }).collect();
        Principal::user(id(1), id(2), holdings, &[Role::StandingOffice, Role::Administrator], false)
    }

    #[test]
    fn a_role_reaches_where_it_is_held() {
        let viewer = user(&[(Role::Reporter, at(&[10])), (Role::Head, at(&[20, 21]))]);
        assert_eq!(viewer.reach(Action::SubmitMeasurement), at(&[10]));
        assert_eq!(viewer.reach(Action::EndorseMeasurement), at(&[20, 21]));
        assert_eq!(viewer.reach(Action::SeeSubmitted), at(&[10, 20, 21]));
        assert_eq!(viewer.may(Action::PublishMeasurement), Err(Denied::Role));
        assert!(viewer.permit::<action::EndorseMeasurement>().unwrap().reach().holds(Some(id(21))));
        let progress = viewer.permit::<action::ReportProgress>().unwrap();
        let roles = [10, 21, 30].map(|agency| progress.role_at(id(agency)));
        assert_eq!(roles, [Some(Role::Reporter), Some(Role::Head), None]);
    }

    #[test]
    fn nobody_is_asked_to_sign_in_and_sees_what_is_published() {
        let nobody = Principal::nobody();
        for action in Action::ALL {
            let public = matches!(action, Action::SeePublished | Action::SeeOwnRights | Action::SignIn);
            assert_eq!(nobody.may(*action), if public { Ok(()) } else { Err(Denied::SignIn) }, "{action:?}");
        }
    }

    #[test]
    fn a_role_that_wants_a_second_factor_waits_for_it() {
        let viewer = user(&[(Role::Administrator, Reached::All)]);
        assert_eq!(viewer.may(Action::GrantRole), Err(Denied::SecondFactor));
        assert_eq!(viewer.own_account().map(|own| (own.account(), own.session())), Ok((id(1), id(2))));
        assert_eq!(viewer.waiting(), [Role::Administrator]);
        assert_eq!(Principal::operator().may(Action::GrantRole), Ok(()));
    }

    #[test]
    fn a_machine_does_what_its_scopes_name_and_has_no_sessions() {
        let pusher = Principal::service(id(5), vec![ServiceScope::WriteFigures], at(&[10]));
        assert_eq!(pusher.reach(Action::SubmitMeasurement), at(&[10]));
        for action in [Action::EndorseMeasurement, Action::SeeInternal, Action::KeepOwnAccount, Action::SeeSubmitted] {
            assert_eq!(pusher.may(action), Err(Denied::Role), "{action:?}");
        }
        assert_eq!(pusher.own_account().unwrap_err(), Denied::Role);
    }

    #[test]
    fn reaches_add_up() {
        assert_eq!(at(&[1]).and(at(&[2])), at(&[1, 2]));
        assert_eq!(at(&[1]).and(Reached::All), Reached::All);
        assert_eq!(Reached::Nothing.and(at(&[2])), at(&[2]));
        assert!(Reached::All.holds(None) && !at(&[1]).holds(None) && !Reached::Nothing.holds(Some(id(1))));
    }
}
