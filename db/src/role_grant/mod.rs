//! Roles that people hold at agencies, from a day, perhaps until a day.

mod change;
mod extent;

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Date, DbError, Reader,
    account::seen_by,
    lateral::Parent,
    noun::{Boxed, Stored, StoredBelow, names, noun},
    page::{Cursor, Key, Page, Tie, by_key},
    schema::{account, role_grant},
    text_enum::text_enum,
};

pub(crate) use change::reaches_below;
pub use change::{GrantEnd, NewGrant, end, grant};
pub(crate) use extent::reaches_all_of;
pub use extent::{Extent, ExtentOf};

text_enum! {
    /// What somebody is at an agency.
    pub enum Role {
        /// Drafts and submits figures, reports progress
        Reporter => "REPORTER",
        /// Endorses or returns figures, answers for directives
        Head => "HEAD",
        /// Verifies, publishes, keeps the catalogue, chases
        StandingOffice => "STANDING_OFFICE",
        /// Issues directives and decides on them
        Leader => "LEADER",
        /// Reads whatever has been handed in, and the audit trail; writes nothing
        Inspector => "INSPECTOR",
        /// Keeps accounts, agencies and the calendar; no figures
        Administrator => "ADMINISTRATOR",
    }
}

impl From<Role> for auth::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Reporter => Self::Reporter,
            Role::Head => Self::Head,
            Role::StandingOffice => Self::StandingOffice,
            Role::Leader => Self::Leader,
            Role::Inspector => Self::Inspector,
            Role::Administrator => Self::Administrator,
        }
    }
}

impl From<auth::Role> for Role {
    fn from(role: auth::Role) -> Self {
        match role {
            auth::Role::Reporter => Self::Reporter,
            auth::Role::Head => Self::Head,
            auth::Role::StandingOffice => Self::StandingOffice,
            auth::Role::Leader => Self::Leader,
            auth::Role::Inspector => Self::Inspector,
            auth::Role::Administrator => Self::Administrator,
        }
    }
}

/// A role somebody holds at an agency, from a day, perhaps until a day.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, SimpleObject, Serialize, Deserialize)]
#[diesel(table_name = role_grant)]
pub struct RoleGrant {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// The role
    pub role: Role,
    /// True if it is also held at the agencies below
    pub with_below: bool,
    /// First day (Asia/Ho_Chi_Minh)
    pub valid_from: Date,
    /// First day on which it is no longer held; the schema shows the day before
    #[graphql(skip)]
    #[diesel(column_name = valid_until)]
    #[serde(rename = "valid_until")]
    pub ends_before: Option<Date>,
    /// When it was granted, in UTC
    pub granted_at: DateTime<Utc>,
    /// Who holds it
    #[graphql(skip)]
    pub account_id: Uuid,
    /// Where it is held; none means everywhere
    #[graphql(skip)]
    pub agency_id: Option<Uuid>,
    /// Who granted it
    #[graphql(skip)]
    pub granted_by: Option<Uuid>,
}

/// Narrows a list of grants. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct RoleGrantFilter {
    /// Any of these roles
    pub roles: Option<Vec<Role>>,
    /// Held on this day (Asia/Ho_Chi_Minh)
    pub on: Option<Date>,
}

/// The objects that have lists of grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoleGrantLink {
    /// To an account
    Account,
    /// At an agency
    Agency,
}

/// The grants that hold on a day.
pub(crate) fn held_on(day: Date) -> Boxed<role_grant::table> {
    role_grant::table
        .filter(role_grant::valid_from.le(day))
        .filter(role_grant::valid_until.is_null().or(role_grant::valid_until.gt(day)))
        .into_boxed()
}

names!(RoleGrantFilter {});

impl Stored for RoleGrant {
    type Query = Boxed<role_grant::table>;
    type Filter = RoleGrantFilter;
    type Sort = ();

    /// A grant is seen by whoever sees the account.
    fn filtered(reader: &Reader, filter: &RoleGrantFilter) -> Self::Query {
        let query = filter.on.map_or_else(|| role_grant::table.into_boxed(), held_on);
        let mut query = query.filter(role_grant::account_id.eq_any(seen_by(reader).select(account::id)));
        if let Some(roles) = filter.roles.clone() {
            query = query.filter(role_grant::role.eq_any(roles));
        }
        query
    }

    /// Grants are listed by their first day, the latest first.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_key!(query, page, true, role_grant::valid_from, Date, role_grant::id, Id))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: Some(Key::Date(self.valid_from)), tie: Tie::Id(self.id) }
    }
}

impl StoredBelow for RoleGrant {
    type Link = RoleGrantLink;

    fn below(query: Self::Query, link: RoleGrantLink) -> Self::Query {
        match link {
            RoleGrantLink::Account => query.filter(role_grant::account_id.eq(Parent)),
            RoleGrantLink::Agency => query.filter(role_grant::agency_id.eq(Parent.nullable())),
        }
    }
}

noun!(RoleGrant, role_grant, tag b'o', listed below);
