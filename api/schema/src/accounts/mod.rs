//! Accounts (tài khoản) and the roles they hold.

pub mod change;

use async_graphql::Context;
use auth::Action;
use db::{
    Date,
    access::Auth,
    account::{Account as Row, AccountFilter},
    role_grant::{ExtentOf, RoleGrant as GrantRow, RoleGrantFilter, RoleGrantLink},
};

use crate::{
    agencies::Agency,
    error::ApiError,
    object::{by_code, maybe, object, one, root_lists},
    page::{Answer, known, loaders},
    permissions::viewer_can,
    viewer::viewer,
};

object! {
    /// A person who signs in (tài khoản). Seen by whoever keeps the accounts of the person's agency, by inspectors, and
    /// by the person.
    Account shows Row, by SeeAccounts;
    {
        /// The agency the person belongs to: its administrators keep the account; null if it belongs to none
        async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
            maybe(context, self.row.agency_id).await
        }

        /// What the viewer may do with it now: for showing buttons. The rule is asked again when it is done
        async fn viewer_can(&self, context: &Context<'_>) -> Answer<AccountPermissions> {
            let extent = loaders(context).load_one(ExtentOf(self.row.id)).await.map_err(ApiError::from).transpose()?;
            let viewer = &viewer(context).principal;
            Some(extent.map(|extent| AccountPermissions::of(|action| self.row.is_open(&extent, viewer, action))))
        }
    }
    /// The roles the person holds, held or will hold, the latest first
    grants: RoleGrant (RoleGrantFilter) = RoleGrantLink::Account;
}

object! {
    /// A role that somebody holds at an agency, from a day, perhaps until a day.
    RoleGrant shows GrantRow, by SeeAccounts;
    {
        /// Who holds it
        async fn account(&self, context: &Context<'_>) -> Answer<Account> {
            one(context, self.row.account_id).await
        }

        /// Where it is held; null if everywhere
        async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
            maybe(context, self.row.agency_id).await
        }

        /// Last day on which it is held (Asia/Ho_Chi_Minh); null while no end is set. Before `validFrom` if it was ended before it
        /// began
        fn valid_until(&self) -> Option<Date> {
            self.row.ends_before.map(Date::day_before)
        }

        /// True if it is held everywhere
        fn everywhere(&self) -> bool {
            self.row.agency_id.is_none()
        }

        /// Who granted it; null for whoever runs the server, and for whom the viewer may not see
        async fn granted_by(&self, context: &Context<'_>) -> Answer<Account> {
            maybe(context, self.row.granted_by).await
        }
    }
}

viewer_can! {
    /// What the viewer may do with an account.
    AccountPermissions {
        /// Change its name and agency
        update: CreateAccount,
        /// Disable it, or enable it again; never one's own
        disable: DisableAccount,
        /// Grant it a role, or end one; never one's own
        grant_role: GrantRole,
        /// Make a link by which the person chooses a new password; never one's own
        reset_password: ResetPassword,
        /// End its sessions; one's own in another way
        end_sessions: EndSessions,
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
            if let Err(error) = known(context, Action::SeeAccounts) {
                return Some(Err(error));
            }
            by_code(context, login.trim().to_lowercase()).await
        }
    }
    /// The accounts that the viewer may see, by login
    accounts: Account (AccountFilter);
}
