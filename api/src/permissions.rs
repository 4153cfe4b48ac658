//! The table of permissions, as clients and people read it.

use async_graphql::{Enum, Object, SimpleObject};
use auth::Action;
use db::access::{ActionWord, Auth, Grantee};

use crate::page::Answer;

/// How far somebody reaches in doing something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "auth::Reach")]
pub enum Reach {
    /// Their own account
    Own,
    /// The agencies at which the role is held, and those below them if the grant says so
    Held,
    /// What belongs to the programmes of the agencies at which the role is held
    Programme,
    /// Everything
    All,
}

/// A row of the table of permissions: something that can be done, and by whom.
#[derive(SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct Permission {
    /// What is done
    action: ActionWord,
    /// What that is, in a phrase
    about: &'static str,
    /// Who may do it, from the widest circle to the narrowest
    grants: Vec<PermissionGrant>,
}

/// Somebody who may do something, and how far.
#[derive(SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct PermissionGrant {
    /// Who
    to: Grantee,
    /// How far they reach
    reach: Reach,
    /// The scope that a service account needs; null for people
    scope: Option<&'static str>,
}

impl Permission {
    fn of(action: Action) -> Self {
        let scope =
            |to: Grantee| action.rule().service.filter(|_| to == Grantee::Service).map(auth::ServiceScope::as_str);
        let grant = |(to, reach): (Grantee, auth::Reach)| PermissionGrant { to, reach: reach.into(), scope: scope(to) };
        let grants = Grantee::of(&action.rule()).into_iter().map(grant).collect();
        Self { action: ActionWord(action), about: action.about(), grants }
    }
}

/// Part of the query root.
#[derive(Default)]
pub struct PermissionQuery;

/// Part of the query root.
#[Object]
impl PermissionQuery {
    /// Who may do what, and how far: the table that the server itself goes by. It changes with the server's version only
    #[graphql(directive = Auth::apply(Action::SeePublished))]
    async fn permission_table(&self) -> Answer<Vec<Permission>> {
        Some(Ok(Action::ALL.iter().map(|action| Permission::of(*action)).collect()))
    }
}
