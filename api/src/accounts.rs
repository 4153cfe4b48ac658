//! Accounts (tài khoản) and the roles they hold.

use async_graphql::Context;
use auth::Action;
use db::{
    access::Auth,
    account::{Account as Row, AccountFilter},
    role_grant::{RoleGrant as GrantRow, RoleGrantFilter, RoleGrantLink},
};

use crate::{
    agencies::Agency,
    object::{by_code, maybe, object, one, root_lists},
    page::Answer,
};

object! {
    /// A person who signs in (tài khoản). Seen by whoever keeps the accounts of the person's agency, by inspectors, and
    /// by the person.
    Account shows Row, tag b'k', by SeeAccounts;
    {
        /// The agency the person belongs to: its administrators keep the account; null if it belongs to none
        async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
            maybe(context, self.row.agency_id).await
        }
    }
    /// The roles the person holds, held or will hold, the latest first
    grants: RoleGrant (RoleGrantFilter) = RoleGrantLink::Account;
}

object! {
    /// A role that somebody holds at an agency, from a day, perhaps until a day.
    RoleGrant shows GrantRow, tag b'o', by SeeAccounts;
    {
        /// Who holds it
        async fn account(&self, context: &Context<'_>) -> Answer<Account> {
            one(context, self.row.account_id).await
        }

        /// Where it is held; null if everywhere
        async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
            maybe(context, self.row.agency_id).await
        }

        /// True if it is held everywhere
        async fn everywhere(&self) -> bool {
            self.row.agency_id.is_none()
        }

        /// Who granted it; null for whoever runs the server, and for whom the viewer may not see
        async fn granted_by(&self, context: &Context<'_>) -> Answer<Account> {
            maybe(context, self.row.granted_by).await
        }
    }
}

root_lists! {
    AccountQuery;
    {
        /// The account of that login; null if there is none, or if the viewer may not see it
        #[graphql(directive = Auth::apply(Action::SeeAccounts))]
        async fn account(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Its login, in any case")] login: String,
        ) -> Answer<Account> {
            by_code(context, login.trim().to_lowercase()).await
        }
    }
    /// The accounts that the viewer may see, by login
    accounts: Account (AccountFilter);
}
