//! Keeping accounts: for administrators, and never their own.

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use chrono::{DateTime, Utc};
use db::{
    access::Auth,
    account::{self, AccountChange, NewAccount, OneAccount},
    role_grant::{self, GrantEnd, NewGrant},
};
use object_layer::SimpleObject;
use secrecy::ExposeSecret as _;

use super::{Account, RoleGrant};
use crate::{
    mutation::mutations,
    page::{Answer, Shown as _},
    payload::{UserError, payload, settle},
    viewer::{permit, writer},
};

payload! {
    /// What became of a new account.
    CreateAccountPayload by CreateAccount {
        /// The account; null if it was not made
        account: Account
    }
}

payload! {
    /// What became of a changed account.
    UpdateAccountPayload by CreateAccount, with current {
        /// The account as changed; null if nothing was written
        account: Account
    }
}

payload! {
    /// What became of an account that was disabled, enabled or signed out.
    AccountPayload by SeeAccounts {
        /// The account; null if nothing was done
        account: Account
    }
}

payload! {
    /// What became of a role that was granted or ended.
    RoleGrantPayload by GrantRole {
        /// The grant; null if nothing was written
        role_grant: RoleGrant
    }
}

/// What became of a link for a new password.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::ResetPassword))]
pub struct CreatePasswordResetPayload {
    /// The token, shown this once: hand it to the person, who sets a password with it; null if none was made
    token: Option<String>,
    /// Until when it holds, in UTC: half an hour
    expires_at: Option<DateTime<Utc>>,
    /// Whose password it sets; null if no link was made
    account: Option<Account>,
    /// What has to be mended; empty if it was done
    user_errors: Vec<UserError>,
}

mutations! {
    AccountMutation;
    /// Makes an account. It has no password yet (`mailPasswordReset`, `createPasswordReset`) and no role (`grantRole`)
    create_account(NewAccount, "The account") -> CreateAccountPayload by CreateAccount = account::create;
    /// Changes what is known of a person. A login never changes: history is read by it
    update_account(AccountChange, "What changes") -> UpdateAccountPayload of account by CreateAccount = account::update;
    /// Lets nobody sign in with an account any more, and ends its sessions on all devices
    disable_account(OneAccount, "Which") -> AccountPayload by DisableAccount = account::disable;
    /// Lets a disabled account be used again; its person signs in anew
    enable_account(OneAccount, "Which") -> AccountPayload by DisableAccount = account::enable;
    {
        /// Makes a token by which a person sets a password, once and within half an hour; earlier ones end. Make sure who is
        /// asking
        #[graphql(directive = Auth::apply(Action::ResetPassword))]
        async fn create_password_reset(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Whose")] input: OneAccount,
        ) -> Answer<CreatePasswordResetPayload> {
            let work = async || {
                let permit = permit(context)?;
                let id = input.account.uuid()?;
                let made = account::create_password_reset(writer(context), &permit, id).await;
                let (made, user_errors) = settle(context, made)?;
                let (account, reset) = made.unzip();
                Ok(CreatePasswordResetPayload {
                    token: reset.as_ref().map(|reset| reset.token.expose_secret().to_owned()),
                    expires_at: reset.map(|reset| reset.expires_at),
                    account: account.map(|row| Account::show(Arc::new(row))),
                    user_errors,
                })
            };
            Some(work().await)
        }
    }
    /// Mails a person a token by which they set a password, once; earlier ones end. It holds for three days if it is for their first password,
    /// else for half an hour, from when the mail is sent. `NO_ADDRESS`: the account has none; `NO_MAIL`: nothing is sent from here
    mail_password_reset(OneAccount, "Whose") -> AccountPayload by ResetPassword = account::mail_password_reset;
    /// Takes the second factor off an account whose person has lost the device and the recovery codes, and ends its
    /// sessions. Make sure who is asking
    reset_second_factor(OneAccount, "Whose") -> AccountPayload by ResetPassword = account::reset_second_factor;
    /// Signs a person out on all devices
    end_sessions_of(OneAccount, "Whose") -> AccountPayload by EndSessions = account::sign_out;
    /// Grants a role. Whoever inspects or administers holds no other role
    grant_role(NewGrant, "The role") -> RoleGrantPayload by GrantRole = role_grant::grant;
    /// Ends a role: it is kept as history, not deleted
    end_role(GrantEnd, "Which, and when") -> RoleGrantPayload by GrantRole = role_grant::end;
}
