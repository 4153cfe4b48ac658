//! Accounts (tài khoản): persons who sign in.

mod change;

use async_graphql::InputObject;
use auth::{Action, Actor, Object, Principal};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    DbError, Reader,
    enums::Language,
    lateral::Parent,
    noun::{Boxed, Stored, StoredBelow, names, noun},
    page::{Cursor, Page, Tie, by_tie},
    role_grant::{Extent, Role, held_on},
    schema::{account, agency, role_grant},
    search::matching,
    text_enum::text_enum,
};

pub use change::{
    AccountChange, NewAccount, OneAccount, create, create_password_reset, disable, enable, login, mail_password_reset,
    reset_second_factor, sign_out, update,
};
pub(crate) use change::{agency_within, load_wholly_in_reach};

text_enum! {
    /// Whether an account may be used.
    pub enum AccountStatus {
        /// It may
        Active => "ACTIVE",
        /// It may not: nobody signs in with it
        Disabled => "DISABLED",
    }
}

/// A person who signs in (tài khoản). Never deleted: history names them.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject, Serialize, Deserialize)]
#[diesel(table_name = account)]
pub struct Account {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// What the person types to sign in: an e-mail address or a name, in lower case
    pub login: String,
    /// The person's name (họ và tên)
    pub full_name: String,
    /// E-mail address; null if none is known
    pub email: Option<String>,
    /// Language of what is sent to the person
    pub language: Language,
    /// Whether it may be used
    pub status: AccountStatus,
    /// True for accounts of the demo, whose passwords anybody may know
    pub demo: bool,
    /// Counted up by each change: what `expectedVersion` means
    pub version: i32,
    /// When it was created, in UTC
    pub created_at: DateTime<Utc>,
    /// The agency the person belongs to
    #[graphql(skip)]
    pub agency_id: Option<Uuid>,
}

impl Account {
    /// Whether somebody may do this to it: whoever keeps the accounts of its agency and reaches as far as its roles, and of
    /// some things not the person.
    #[must_use]
    pub fn is_open(&self, extent: &Extent, viewer: &Principal, action: Action) -> bool {
        viewer.may_to(action, Object { agencies: self.agency_id.as_slice(), by: Some(self.id) })
            && extent.is_within(&viewer.reach(action))
    }
}

/// Narrows a list of accounts. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct AccountFilter {
    /// Code of the agency the person belongs to
    pub agency: Option<String>,
    /// Any of these roles is held today, wherever
    pub roles: Option<Vec<Role>>,
    /// Whether it may be used
    pub status: Option<AccountStatus>,
    /// Every word of it occurs in name, login or e-mail address, whole; the last may end in `*` and is then the
    /// beginning of a word. Tone marks, case, i or y (tỉ, tỷ) and the kind of dashes do not matter
    pub text: Option<String>,
}

/// The objects that have lists of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountLink {
    /// Belonging to an agency
    Agency,
}

/// Those the reader may see: of the agencies whose accounts it may see, and its own.
pub(crate) fn seen_by(reader: &Reader) -> Boxed<account::table> {
    let query = account::table.into_boxed();
    let Some(agencies) = reader.scope().accounts().ids() else { return query };
    let own = match reader.scope().actor() {
        Actor::User { account, .. } => Some(account),
        Actor::Nobody | Actor::Service { .. } | Actor::Operator => None,
    };
    query.filter(account::agency_id.eq_any(agencies).or(account::id.nullable().eq(own)))
}

names!(AccountFilter { agency: Agency });

impl Stored for Account {
    type Query = Boxed<account::table>;
    type Filter = AccountFilter;
    type Sort = ();

    fn filtered(reader: &Reader, filter: &AccountFilter) -> Self::Query {
        let mut query = seen_by(reader);
        if let Some(code) = filter.agency.clone() {
            let of_code = agency::table.filter(agency::code.eq(code)).select(agency::id.nullable());
            query = query.filter(account::agency_id.eq_any(of_code));
        }
        if let Some(roles) = filter.roles.clone() {
            let holders = held_on(reader.today()).filter(role_grant::role.eq_any(roles)).select(role_grant::account_id);
            query = query.filter(account::id.eq_any(holders));
        }
        if let Some(status) = filter.status {
            query = query.filter(account::status.eq(status));
        }
        matching!(query, account::search_text, filter.text)
    }

    /// Accounts are listed by login.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_tie!(query, page, false, account::login, Code))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: None, tie: Tie::Code(self.login.clone()) }
    }
}

impl StoredBelow for Account {
    type Link = AccountLink;

    fn below(query: Self::Query, link: AccountLink) -> Self::Query {
        match link {
            AccountLink::Agency => query.filter(account::agency_id.eq(Parent.nullable())),
        }
    }
}

noun!(Account, account, tag b'k', coded by login, listed below);
