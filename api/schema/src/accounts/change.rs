//! Keeping accounts: for administrators, and never their own.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, MaybeUndefined};
use auth::Action;
use chrono::{DateTime, Utc};
use db::{
    Date,
    access::Auth,
    account::{self, AccountChange, NewAccount},
    enums::Language,
    role_grant::{self, NewGrant, Role},
};
use object_layer::{Object, SimpleObject};
use secrecy::ExposeSecret as _;
use uuid::Uuid;

use super::{Account, RoleGrant};
use crate::{
    object::decoded,
    page::{Answer, Shown as _},
    payload::{UserError, once, payload, settle, shown},
    viewer::{permit, writer},
};

/// A new account.
#[derive(InputObject)]
pub struct CreateAccountInput {
    /// What the person types to sign in: an e-mail address, or letters, digits and `._@+-`; stored in lower case
    login: String,
    /// The person's name (họ và tên)
    full_name: String,
    /// E-mail address, if one is known
    email: Option<String>,
    /// Language of what is sent to the person
    #[graphql(default_with = "Language::Vi")]
    language: Language,
    /// Code of the agency the person belongs to: its administrators keep the account. Left out, those do who administer everything
    agency: Option<String>,
}

/// What is to be changed of an account: what is left out stays.
#[derive(InputObject)]
pub struct UpdateAccountInput {
    /// Id of the account
    account: ID,
    /// The `version` that the editor has seen: if it has changed since, nothing is written
    expected_version: i32,
    /// The person's name (họ và tên)
    full_name: Option<String>,
    /// E-mail address; null if none is known any more
    email: MaybeUndefined<String>,
    /// Language of what is sent to the person
    language: Option<Language>,
    /// Code of the agency the person belongs to; null if to none
    agency: MaybeUndefined<String>,
}

/// One account.
#[derive(InputObject)]
pub struct AccountInput {
    /// Id of the account
    account: ID,
}

/// A role to be granted.
#[derive(InputObject)]
pub struct GrantRoleInput {
    /// Id of the account that is to hold it
    account: ID,
    /// The role
    role: Role,
    /// Code of the agency at which it is held; left out, everywhere: for inspectors and administrators only
    agency: Option<String>,
    /// Whether it is also held at the agencies below
    #[graphql(default)]
    with_below: bool,
    /// First day (Asia/Ho_Chi_Minh); today if left out
    valid_from: Option<Date>,
    /// First day on which it is no longer held (Asia/Ho_Chi_Minh); left out while no end is set
    valid_until: Option<Date>,
}

/// A grant to be ended.
#[derive(InputObject)]
pub struct EndRoleInput {
    /// Id of the grant
    grant: ID,
    /// First day on which it is no longer held (Asia/Ho_Chi_Minh), not before today; today if left out, so that it ends at once
    valid_until: Option<Date>,
}

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

/// Part of the mutation root.
#[derive(Clone, Default)]
pub struct AccountMutation;

/// Part of the mutation root.
#[Object(root, directive = Auth::apply(Action::SeeAccounts))]
impl AccountMutation {
    /// Makes an account. It has no password yet (`createPasswordReset`) and no role (`grantRole`)
    #[graphql(directive = Auth::apply(Action::CreateAccount))]
    async fn create_account(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The account")] input: CreateAccountInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Option<Uuid>,
    ) -> Answer<CreateAccountPayload> {
        let work = async || {
            let permit = permit(context)?;
            let CreateAccountInput { login, full_name, email, language, agency } = input;
            let new = NewAccount { login, full_name, email, language, agency };
            let outcome = account::create(&once(context, idempotency_key)?, &permit, new).await;
            shown(context, outcome).map(CreateAccountPayload::from)
        };
        Some(work().await)
    }

    /// Changes what is known of a person. A login never changes: history is read by it
    #[graphql(directive = Auth::apply(Action::CreateAccount))]
    async fn update_account(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What changes")] input: UpdateAccountInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Option<Uuid>,
    ) -> Answer<UpdateAccountPayload> {
        let work = async || {
            let permit = permit(context)?;
            let id = decoded::<Account>(&input.account)?;
            let change = AccountChange {
                full_name: input.full_name,
                email: given(input.email),
                language: input.language,
                agency: given(input.agency),
            };
            let once = once(context, idempotency_key)?;
            let changed = account::update(&once, &permit, id, input.expected_version, change).await;
            shown(context, changed).map(|done| UpdateAccountPayload::of(id, done))
        };
        Some(work().await)
    }

    /// Lets nobody sign in with an account any more, and ends its sessions on all devices
    #[graphql(directive = Auth::apply(Action::DisableAccount))]
    async fn disable_account(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which")] input: AccountInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Option<Uuid>,
    ) -> Answer<AccountPayload> {
        let work = async || {
            let permit = permit(context)?;
            let outcome =
                account::disable(&once(context, idempotency_key)?, &permit, decoded::<Account>(&input.account)?).await;
            shown(context, outcome).map(AccountPayload::from)
        };
        Some(work().await)
    }

    /// Lets a disabled account be used again; its person signs in anew
    #[graphql(directive = Auth::apply(Action::DisableAccount))]
    async fn enable_account(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which")] input: AccountInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Option<Uuid>,
    ) -> Answer<AccountPayload> {
        let work = async || {
            let permit = permit(context)?;
            let outcome =
                account::enable(&once(context, idempotency_key)?, &permit, decoded::<Account>(&input.account)?).await;
            shown(context, outcome).map(AccountPayload::from)
        };
        Some(work().await)
    }

    /// Makes a token by which a person sets a password, once and within half an hour; earlier ones end. Make sure who is
    /// asking
    #[graphql(directive = Auth::apply(Action::ResetPassword))]
    async fn create_password_reset(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose")] input: AccountInput,
    ) -> Answer<CreatePasswordResetPayload> {
        let work = async || {
            let permit = permit(context)?;
            let id = decoded::<Account>(&input.account)?;
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

    /// Takes the second factor off an account whose person has lost the device and the recovery codes, and ends its
    /// sessions. Make sure who is asking
    #[graphql(directive = Auth::apply(Action::ResetPassword))]
    async fn reset_second_factor(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose")] input: AccountInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Option<Uuid>,
    ) -> Answer<AccountPayload> {
        let work = async || {
            let permit = permit(context)?;
            let id = decoded::<Account>(&input.account)?;
            let outcome = account::reset_second_factor(&once(context, idempotency_key)?, &permit, id).await;
            shown(context, outcome).map(AccountPayload::from)
        };
        Some(work().await)
    }

    /// Signs a person out on all devices
    #[graphql(directive = Auth::apply(Action::EndSessions))]
    async fn end_sessions_of(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose")] input: AccountInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Option<Uuid>,
    ) -> Answer<AccountPayload> {
        let work = async || {
            let permit = permit(context)?;
            let outcome =
                account::sign_out(&once(context, idempotency_key)?, &permit, decoded::<Account>(&input.account)?).await;
            shown(context, outcome).map(AccountPayload::from)
        };
        Some(work().await)
    }

    /// Grants a role. Whoever inspects or administers holds no other role
    #[graphql(directive = Auth::apply(Action::GrantRole))]
    async fn grant_role(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The role")] input: GrantRoleInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Option<Uuid>,
    ) -> Answer<RoleGrantPayload> {
        let work = async || {
            let permit = permit(context)?;
            let GrantRoleInput { account, role, agency, with_below, valid_from, valid_until } = input;
            let account = decoded::<Account>(&account)?;
            let new = NewGrant { account, role, agency, with_below, valid_from, valid_until };
            let outcome = role_grant::grant(&once(context, idempotency_key)?, &permit, new).await;
            shown(context, outcome).map(RoleGrantPayload::from)
        };
        Some(work().await)
    }

    /// Ends a role: it is kept as history, not deleted
    #[graphql(directive = Auth::apply(Action::GrantRole))]
    async fn end_role(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and when")] input: EndRoleInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Option<Uuid>,
    ) -> Answer<RoleGrantPayload> {
        let work = async || {
            let permit = permit(context)?;
            let id = decoded::<RoleGrant>(&input.grant)?;
            let outcome = role_grant::end(&once(context, idempotency_key)?, &permit, id, input.valid_until).await;
            shown(context, outcome).map(RoleGrantPayload::from)
        };
        Some(work().await)
    }
}

/// What a null takes away is something else than what is left out.
#[expect(clippy::option_option, reason = "left out, null and a value are three things")]
fn given<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}
