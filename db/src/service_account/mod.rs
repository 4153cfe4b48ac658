//! Service accounts (tài khoản dịch vụ): machines that sign in with a secret.

mod change;
mod sign_in;

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) use self::change::load_wholly_in_reach;
pub use self::{
    change::{NewService, OneSecret, OneService, add_secret, create, disable, enable, end_secret},
    sign_in::{Client, sign_in},
};
use crate::{
    DbError, Reader,
    account::AccountStatus,
    id::Tagged,
    lateral::Parent,
    noun::{Boxed, Stored, StoredBelow, names, noun, relation},
    page::{Cursor, Page, Tie, by_tie},
    schema::{agency, service_account, service_secret},
};

/// What a service account may do, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, async_graphql::Enum)]
#[graphql(remote = "auth::ServiceScope")]
pub enum ServiceScope {
    /// `figures:read`: read figures that are submitted and not yet published
    ReadFigures,
    /// `figures:write`: draft, submit and withdraw figures
    WriteFigures,
    /// `internal:read`: read what is internal
    ReadInternal,
    /// `progress:write`: report progress of directives
    WriteProgress,
}

object_layer::named!(ServiceScope);

/// A machine that signs in (tài khoản dịch vụ): another system that pushes figures or pulls published data.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject, Serialize, Deserialize)]
#[diesel(table_name = service_account)]
pub struct ServiceAccount {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Its `client_id` at `POST /oauth/token`
    pub code: String,
    /// What it is, in words
    pub name: String,
    /// True if it also acts for the agencies below its own
    pub with_below: bool,
    /// Whether it may be used
    pub status: AccountStatus,
    /// Counted up by each change
    pub version: i32,
    /// When it was created, in UTC
    pub created_at: DateTime<Utc>,
    /// What it may do; none of them is null, though diesel cannot know
    #[graphql(skip)]
    pub scopes: Vec<Option<String>>,
    /// The agency for which it acts
    #[graphql(skip)]
    pub agency_id: Uuid,
    /// Who made it
    #[graphql(skip)]
    pub created_by: Option<Uuid>,
}

impl ServiceAccount {
    /// What it may do.
    pub fn scopes(&self) -> impl Iterator<Item = auth::ServiceScope> {
        self.scopes.iter().flatten().filter_map(|word| word.parse().ok())
    }
}

/// Narrows a list of service accounts. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ServiceAccountFilter {
    /// Code of the agency for which it acts
    pub agency: Option<String>,
    /// Whether it may be used
    pub status: Option<AccountStatus>,
}

/// The objects that have lists of service accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ServiceAccountLink {
    /// Acting for an agency
    Agency,
}

names!(ServiceAccountFilter { agency: Agency });

impl Stored for ServiceAccount {
    type Query = Boxed<service_account::table>;
    type Filter = ServiceAccountFilter;
    type Sort = ();

    /// Whoever sees the accounts of an agency sees its machines.
    fn filtered(reader: &Reader, filter: &ServiceAccountFilter) -> Self::Query {
        let mut query = service_account::table.into_boxed();
        if let Some(agencies) = reader.scope().accounts().ids() {
            query = query.filter(service_account::agency_id.eq_any(agencies));
        }
        if let Some(code) = filter.agency.clone() {
            let of_code = agency::table.filter(agency::code.eq(code)).select(agency::id);
            query = query.filter(service_account::agency_id.eq_any(of_code));
        }
        if let Some(status) = filter.status {
            query = query.filter(service_account::status.eq(status));
        }
        query
    }

    /// Service accounts are listed by code.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_tie!(query, page, false, service_account::code, Code))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: None, tie: Tie::Code(self.code.clone()) }
    }
}

impl StoredBelow for ServiceAccount {
    type Link = ServiceAccountLink;

    fn below(query: Self::Query, link: ServiceAccountLink) -> Self::Query {
        match link {
            ServiceAccountLink::Agency => query.filter(service_account::agency_id.eq(Parent)),
        }
    }
}

noun!(ServiceAccount, service_account, tag b'w', coded by code, listed below);

/// A secret of a service account: that there is one, never what it is.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize, Deserialize)]
#[diesel(table_name = service_secret)]
pub struct ServiceSecret {
    /// Internal id
    pub id: Uuid,
    /// When it was made, in UTC
    pub created_at: DateTime<Utc>,
    /// When a token was last given for it, in UTC; null if never
    pub last_used_at: Option<DateTime<Utc>>,
}

impl Tagged for ServiceSecret {
    const TAG: u8 = b'x';
}

relation!(
    /// The secrets of a service account that can be used: two at most, the older first.
    SecretsOf => ServiceSecret,
    |reader, parents| service_secret::table
        .filter(service_secret::service_account_id.eq_any(parents))
        .filter(service_secret::ended_at.is_null())
        .order((service_secret::service_account_id, service_secret::created_at, service_secret::id))
        .select((service_secret::service_account_id, ServiceSecret::as_select()))
);
