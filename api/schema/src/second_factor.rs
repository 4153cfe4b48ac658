//! One's own second factor: an authenticator app, and recovery codes.

use async_graphql::{Context, InputObject};
use auth::Action;
use db::{
    DbError,
    access::Auth,
    second_factor::{self, Given},
};
use object_layer::{Object, SimpleObject};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    error::ApiError,
    page::Answer,
    payload::{payload, settle},
    sessions::{DonePayload, secret},
    tokens::issuer,
    viewer::{own_account, writer},
};

/// The password, once more.
#[derive(InputObject)]
pub struct BeginSecondFactorInput {
    /// One's own password
    #[graphql(secret)]
    password: String,
}

/// A first code.
#[derive(InputObject)]
pub struct ConfirmSecondFactorInput {
    /// Six digits of the authenticator app
    #[graphql(secret)]
    code: String,
}

/// Password and second factor, once more.
#[derive(InputObject)]
pub struct SecondFactorInput {
    /// One's own password
    #[graphql(secret)]
    password: String,
    /// Six digits of the authenticator app
    #[graphql(secret)]
    code: Option<String>,
    /// Instead of the code: one of the recovery codes, which is then used up
    #[graphql(secret)]
    recovery_code: Option<String>,
}

/// What an authenticator app is given; shown once.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::KeepOwnAccount))]
pub struct BegunSecondFactor {
    /// The secret, in Base32, to be typed into the app
    secret: String,
    /// The same as an `otpauth:` address, to be shown as a QR code
    uri: String,
}

payload! {
    /// What became of a second factor that was begun.
    BeginSecondFactorPayload by KeepOwnAccount {
        /// What the app is given; null if nothing was begun
        second_factor: BegunSecondFactor
    }
}

payload! {
    /// New recovery codes, or why there are none.
    RecoveryCodesPayload by KeepOwnAccount {
        /// Ten codes, each good once instead of the app's: shown this once, to be kept on paper; null if nothing was changed
        recovery_codes: Vec<String>
    }
}

/// Part of the mutation root.
#[derive(Clone, Default)]
pub struct SecondFactorMutation;

/// Part of the mutation root.
#[Object(root)]
impl SecondFactorMutation {
    /// Makes a secret for an authenticator app. It is asked for only after `confirmSecondFactor`; `UNCHANGED` if a second
    /// factor is set up already
    #[graphql(directive = Auth::apply(Action::KeepOwnAccount))]
    async fn begin_second_factor(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The password")] input: BeginSecondFactorInput,
    ) -> Answer<BeginSecondFactorPayload> {
        Some(begin(context, input).await)
    }

    /// Sets the second factor up by a first code. Roles that wait for it can be used in this session from now on; one's
    /// other sessions end
    #[graphql(directive = Auth::apply(Action::KeepOwnAccount))]
    async fn confirm_second_factor(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The code")] input: ConfirmSecondFactorInput,
    ) -> Answer<RecoveryCodesPayload> {
        Some(confirm(context, input).await)
    }

    /// Removes the second factor, and ends one's other sessions
    #[graphql(directive = Auth::apply(Action::KeepOwnAccount))]
    async fn remove_second_factor(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Password and code")] input: SecondFactorInput,
    ) -> Answer<DonePayload> {
        Some(remove(context, input).await)
    }

    /// Makes new recovery codes in place of the old ones, and ends one's other sessions
    #[graphql(directive = Auth::apply(Action::KeepOwnAccount))]
    async fn new_recovery_codes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Password and code")] input: SecondFactorInput,
    ) -> Answer<RecoveryCodesPayload> {
        Some(renew(context, input).await)
    }
}

async fn begin(context: &Context<'_>, input: BeginSecondFactorInput) -> Result<BeginSecondFactorPayload, ApiError> {
    let permit = own_account(context)?;
    let entrance = issuer(context)?.entrance();
    let begun = second_factor::begin(writer(context), permit, entrance, secret(input.password)).await;
    let (begun, user_errors) = settle(context, begun)?;
    let second_factor = begun.map(|begun| BegunSecondFactor {
        secret: begun.secret.expose_secret().to_owned(),
        uri: begun.url.expose_secret().to_owned(),
    });
    Ok(BeginSecondFactorPayload { second_factor, user_errors })
}

async fn confirm(context: &Context<'_>, input: ConfirmSecondFactorInput) -> Result<RecoveryCodesPayload, ApiError> {
    let permit = own_account(context)?;
    let entrance = issuer(context)?.entrance();
    shown(context, second_factor::confirm(writer(context), permit, entrance, &input.code).await)
}

async fn remove(context: &Context<'_>, input: SecondFactorInput) -> Result<DonePayload, ApiError> {
    let permit = own_account(context)?;
    let entrance = issuer(context)?.entrance();
    let SecondFactorInput { password, code, recovery_code } = input;
    let given = Given { code, recovery_code };
    let removed = second_factor::remove(writer(context), permit, entrance, secret(password), &given).await;
    DonePayload::of(context, removed)
}

async fn renew(context: &Context<'_>, input: SecondFactorInput) -> Result<RecoveryCodesPayload, ApiError> {
    let permit = own_account(context)?;
    let entrance = issuer(context)?.entrance();
    let SecondFactorInput { password, code, recovery_code } = input;
    let given = Given { code, recovery_code };
    let renewed =
        second_factor::renew_recovery_codes(writer(context), permit, entrance, secret(password), &given).await;
    shown(context, renewed)
}

fn shown(context: &Context<'_>, codes: Result<Vec<SecretString>, DbError>) -> Result<RecoveryCodesPayload, ApiError> {
    let (codes, user_errors) = settle(context, codes)?;
    let codes = codes.map(|codes| codes.iter().map(|code| code.expose_secret().to_owned()).collect());
    Ok(RecoveryCodesPayload { recovery_codes: codes, user_errors })
}
