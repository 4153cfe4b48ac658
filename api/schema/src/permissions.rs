//! The table of permissions, as clients and people read it.

use std::fmt::Write as _;

use async_graphql::Enum;
use auth::{Action, Role};
use db::access::{ActionWord, Auth, Grantee};
use object_layer::{Object, SimpleObject};

use crate::{labels, page::Answer};

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

object_layer::named!(Reach);

/// A row of the table of permissions: something that can be done, and by whom.
#[derive(Clone, SimpleObject)]
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
#[derive(Clone, SimpleObject)]
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
#[derive(Clone, Default)]
pub struct PermissionQuery;

/// Part of the query root.
#[Object(root)]
impl PermissionQuery {
    /// Who may do what, and how far: the table that the server itself goes by. It changes with the server's version only
    #[graphql(directive = Auth::apply(Action::SeePublished))]
    async fn permission_table(&self) -> Answer<Vec<Permission>> {
        Some(Ok(Action::ALL.iter().map(|action| Permission::of(*action)).collect()))
    }
}

/// Declares what a viewer may do with an object of a noun: a flag for each action, by its rule.
macro_rules! viewer_can {
    ($(#[$about:meta])* $name:ident { $($(#[$field_about:meta])* $field:ident: $action:ident,)+ }) => {
        $(#[$about])*
        #[derive(Clone, object_layer::SimpleObject)]
        #[graphql(directive = db::access::Auth::apply(auth::Action::SeeOwnRights))]
        pub struct $name { $($(#[$field_about])* $field: bool,)+ }

        impl $name {
            fn of(is_open: impl Fn(auth::Action) -> bool) -> Self {
                Self { $($field: is_open(auth::Action::$action),)+ }
            }
        }
    };
}

pub(crate) use viewer_can;

/// `docs/PERMISSIONS.md`: the table as people read it.
#[must_use]
pub fn as_markdown() -> String {
    let columns: Vec<Grantee> = [Grantee::Public, Grantee::User]
        .into_iter()
        .chain(Role::ALL.iter().map(|role| Grantee::from(*role)))
        .chain([Grantee::Service])
        .collect();
    let mut text = HEAD.to_owned();
    text.push_str("| |");
    for column in &columns {
        let word = async_graphql::resolver_utils::enum_value(*column);
        let (vi, en) = labels::words("Grantee", &word.to_string()).unwrap_or_default();
        let _ = write!(text, " {vi}<br>*{en}* |");
    }
    text.push_str("\n| --- |");
    text.push_str(&" --- |".repeat(columns.len()));
    for action in Action::ALL {
        let (vi, _) = labels::words("Action", action.as_str()).unwrap_or_default();
        let _ = write!(text, "\n| **{}** {vi}<br>*{}* |", action.as_str(), action.about());
        let rule = action.rule();
        let grants = Grantee::of(&rule);
        for column in &columns {
            let found = grants.iter().find(|(grantee, _)| grantee == column).map(|(_, reach)| *reach);
            match (found, rule.service) {
                (Some(_), Some(scope)) if *column == Grantee::Service => {
                    let _ = write!(text, " `{scope}` |");
                }
                (Some(reach), _) => {
                    let _ = write!(text, " {} |", reach_word(reach));
                }
                (None, _) => text.push_str(" · |"),
            }
        }
    }
    text.push('\n');
    text
}

const fn reach_word(reach: auth::Reach) -> &'static str {
    match reach {
        auth::Reach::Own => "own",
        auth::Reach::Held => "held",
        auth::Reach::Programme => "programme",
        auth::Reach::All => "all",
    }
}

const HEAD: &str = "\
# Who may do what

Made by `cotmoc permissions > docs/PERMISSIONS.md`; do not edit. It is the table that the server goes by (`auth/src/policy.rs`), that `@auth` in the schema names, and that `{ permissionTable { … } }` answers.

- **own**: one's own account. **held**: the agencies at which the role is held, and those below them if the grant says so. **programme**: what belongs to the programmes of those agencies. **all**: everything.
- What anyone and any user may, every role may too. Several roles add up. A service account does it within the agencies it is made for, with the scope named here.
- Nobody endorses, publishes, decides on or confirms what they brought about themselves, nor administers their own account.
- Whoever administers or inspects holds no other role.
- What is out of reach looks like what is not there.

";
