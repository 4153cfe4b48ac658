//! Signing in and out, and who one is then.

use async_graphql::{Context, InputObject};
use auth::{Action, Actor, Denied, action, password::Password, token::Bearer, vapid::Vapid};
use chrono::{DateTime, Utc};
use db::{
    DbError, Id,
    access::Auth,
    notification::{self, NotificationChoice, push},
    password,
    role_grant::Role,
    second_factor::Given,
    session::{self, IssuedSession, Session as Row},
    sign_in::{self, Credentials},
};
use object_layer::{ComplexObject, Object, SimpleObject};
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use crate::{
    accounts::Account,
    error::ApiError,
    notifications::PushSubscription,
    object::maybe,
    page::{Answer, reader},
    payload::{UserError, payload, settle},
    tokens::issuer,
    viewer::{own_account, permit, viewer, writer},
};

/// Whoever has signed in (người dùng đang đăng nhập).
#[derive(Clone)]
pub struct SignedIn {
    account: Uuid,
    session: Uuid,
}

/// Whoever has signed in (người dùng đang đăng nhập).
#[Object(name = "Viewer", directive = Auth::apply(Action::KeepOwnAccount))]
impl SignedIn {
    /// The account
    async fn account(&self, context: &Context<'_>) -> Answer<Account> {
        maybe(context, Some(self.account)).await
    }

    /// The roles that can be used now, each once; where they are held, `account { grants }` says
    fn roles(&self, context: &Context<'_>) -> Vec<Role> {
        once(viewer(context).principal.holdings().iter().map(|held| held.role))
    }

    /// Roles that are held, but cannot be used in this session before a second factor is given: set one up
    /// (`beginSecondFactor`), or sign in with its code
    fn roles_waiting_for_second_factor(&self, context: &Context<'_>) -> Vec<Role> {
        once(viewer(context).principal.waiting().iter().copied())
    }

    /// How many notifications are not marked as read; 1,000 for more
    async fn unread_notifications(&self, context: &Context<'_>) -> Answer<i32> {
        Some(notification::unread(reader(context)).await.map_err(ApiError::from))
    }

    /// How each kind of notification is sent, beside the inbox
    async fn notification_choices(&self, context: &Context<'_>) -> Answer<Vec<NotificationChoice>> {
        Some(notification::choices(reader(context)).await.map_err(ApiError::from))
    }

    /// By what a browser subscribes to push messages of this server (`applicationServerKey`): the same for everybody
    fn push_key(&self, context: &Context<'_>) -> Option<String> {
        Some(Vapid::of(&issuer(context).ok()?.entrance().sealer).public_key())
    }

    /// The phones and browsers in which one is told as well, the oldest first, at most 10
    async fn push_subscriptions(&self, context: &Context<'_>) -> Answer<Vec<PushSubscription>> {
        let own = push::subscriptions(reader(context)).await.map_err(ApiError::from);
        Some(own.map(|own| own.into_iter().map(PushSubscription::from).collect()))
    }

    /// The session this request belongs to
    async fn session(&self, context: &Context<'_>) -> Answer<Session> {
        let own = self.live(context).await;
        own.map(|sessions| sessions.into_iter().find(|session| session.current)).transpose()
    }

    /// Where one is signed in, the session used last first; at most 100
    async fn sessions(&self, context: &Context<'_>) -> Answer<Vec<Session>> {
        Some(self.live(context).await)
    }
}

impl SignedIn {
    async fn live(&self, context: &Context<'_>) -> Result<Vec<Session>, ApiError> {
        let issuer = issuer(context)?;
        let rows = session::own(reader(context), issuer.entrance().lives, issuer.now()).await?;
        Ok(rows.into_iter().map(|row| Session { current: row.id == self.session, row }).collect())
    }
}

fn once(roles: impl Iterator<Item = auth::Role>) -> Vec<Role> {
    let mut roles: Vec<Role> = roles.map(Role::from).collect();
    roles.sort_unstable();
    roles.dedup();
    roles
}

/// One device on which somebody is signed in (phiên đăng nhập).
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::KeepOwnAccount))]
pub struct Session {
    #[graphql(flatten)]
    row: Row,
    /// True for the session this request belongs to
    current: bool,
}

#[ComplexObject]
impl Session {
    /// Id of the session, for `endSession`
    fn id(&self) -> Id<Row> {
        Id::of(self.row.id)
    }
}

/// What a client keeps to stay signed in. Keep the refresh token where no other program reads it: whoever has it is you.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SignIn))]
pub struct Tokens {
    /// Goes into the header `Authorization: Bearer …` of each request
    access_token: String,
    /// Until when it holds, in UTC; refresh the session a little earlier
    access_token_expires_at: DateTime<Utc>,
    /// For `refreshSession`, once: each refresh gives another one
    refresh_token: String,
    /// Until when it holds if it goes unused, in UTC
    refresh_token_expires_at: DateTime<Utc>,
}

/// Who signs in.
#[derive(InputObject)]
pub struct SignInInput {
    /// The login, in any case
    login: String,
    /// The password
    #[graphql(secret)]
    password: String,
    /// Six digits of the authenticator app, where a second factor is set up
    #[graphql(secret)]
    code: Option<String>,
    /// Instead of the code: one of the recovery codes, which is then used up
    #[graphql(secret)]
    recovery_code: Option<String>,
}

/// A session to go on with.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// The refresh token given last
    #[graphql(secret)]
    refresh_token: String,
}

/// A session to end.
#[derive(InputObject)]
pub struct EndSessionInput {
    /// Its id
    session: Id<Row>,
}

/// A new password for one's own account.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The password that holds now
    #[graphql(secret)]
    current_password: String,
    /// 12 to 128 characters of any kind, and none that is guessed first
    #[graphql(secret)]
    new_password: String,
}

/// Whoever has forgotten their password.
#[derive(InputObject)]
pub struct RequestPasswordResetInput {
    /// The login, in any case
    login: String,
}

/// A new password by a link.
#[derive(InputObject)]
pub struct SetPasswordByResetInput {
    /// What the link holds
    #[graphql(secret)]
    token: String,
    /// 12 to 128 characters of any kind, and none that is guessed first
    #[graphql(secret)]
    new_password: String,
}

payload! {
    /// What became of a sign-in or a refresh.
    SessionPayload by SignIn {
        /// What to go on with; null if there is none
        tokens: Tokens
    }
}

/// Whether something was done that has nothing to show.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SignIn))]
pub struct DonePayload {
    /// True if it was done
    done: bool,
    /// What has to be mended; empty if it was done
    user_errors: Vec<UserError>,
}

impl DonePayload {
    pub(crate) fn of(context: &Context<'_>, outcome: Result<(), DbError>) -> Result<Self, ApiError> {
        let (done, user_errors) = settle(context, outcome)?;
        Ok(Self { done: done.is_some(), user_errors })
    }
}

/// Part of the query root.
#[derive(Clone, Default)]
pub struct SessionQuery;

/// Part of the query root.
#[Object(root)]
impl SessionQuery {
    /// Whoever has signed in; null for a machine. Nobody is told `UNAUTHENTICATED`
    #[graphql(directive = Auth::apply(Action::KeepOwnAccount))]
    async fn viewer(&self, context: &Context<'_>) -> Answer<SignedIn> {
        match viewer(context).principal.actor() {
            Actor::User { account, session } => Some(Ok(SignedIn { account, session })),
            Actor::Nobody => Some(Err(Denied::SignIn.into())),
            Actor::Service { .. } | Actor::Operator => None,
        }
    }
}

/// Part of the mutation root.
#[derive(Clone, Default)]
pub struct SessionMutation;

/// Part of the mutation root.
#[Object(root)]
impl SessionMutation {
    /// Begins a session. `WRONG_CREDENTIALS` does not say what is wrong; after some failures it is also the answer to the
    /// right password, for a while that grows from a second to a quarter of an hour. `SECOND_FACTOR_REQUIRED`: ask for the
    /// code, and send everything again with it
    #[graphql(directive = Auth::apply(Action::SignIn))]
    async fn sign_in(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who signs in")] input: SignInInput,
    ) -> Answer<SessionPayload> {
        let SignInInput { login, password, code, recovery_code } = input;
        let factor = Given { code, recovery_code };
        let credentials = Credentials { login, password: secret(password), factor };
        Some(begin(context, credentials).await)
    }

    /// Goes on with a session: a new access token, and a new refresh token in place of the one given. Should the answer be
    /// lost, the same may be sent again within ten seconds. `EXPIRED`: sign in again. A refresh token that comes again later
    /// has been copied, and ends the session
    #[graphql(directive = Auth::apply(Action::SignIn))]
    async fn refresh_session(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The session")] input: RefreshSessionInput,
    ) -> Answer<SessionPayload> {
        Some(refresh(context, input.refresh_token.into()).await)
    }

    /// Ends the session this request belongs to
    #[graphql(directive = Auth::apply(Action::KeepOwnAccount))]
    async fn sign_out(&self, context: &Context<'_>) -> Answer<DonePayload> {
        Some(sign_out(context).await)
    }

    /// Ends all one's sessions, this one too
    #[graphql(directive = Auth::apply(Action::KeepOwnAccount))]
    async fn sign_out_everywhere(&self, context: &Context<'_>) -> Answer<DonePayload> {
        Some(sign_out_everywhere(context).await)
    }

    /// Ends one of one's own sessions
    #[graphql(directive = Auth::apply(Action::KeepOwnAccount))]
    async fn end_session(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The session")] input: EndSessionInput,
    ) -> Answer<DonePayload> {
        Some(end(context, input.session).await)
    }

    /// Changes one's own password, and ends one's other sessions
    #[graphql(directive = Auth::apply(Action::KeepOwnAccount))]
    async fn change_password(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Both passwords")] input: ChangePasswordInput,
    ) -> Answer<DonePayload> {
        Some(change_password(context, input).await)
    }

    /// Mails a token by which a password is set (`setPasswordByReset`) to the address of the account with that login. The answer is the same
    /// whether there is one or not, and whether it has an address; at most one comes in a quarter of an hour. `NO_MAIL`: nothing is sent from
    /// here, whatever the login
    #[graphql(directive = Auth::apply(Action::SignIn))]
    async fn request_password_reset(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who has forgotten it")] input: RequestPasswordResetInput,
    ) -> Answer<DonePayload> {
        Some(request_password_reset(context, &input.login).await)
    }

    /// Sets a password by a link, which is then used up, and ends all sessions of the account
    #[graphql(directive = Auth::apply(Action::SignIn))]
    async fn set_password_by_reset(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The link's token and the password")] input: SetPasswordByResetInput,
    ) -> Answer<DonePayload> {
        Some(set_password_by_reset(context, input).await)
    }
}

async fn begin(context: &Context<'_>, credentials: Credentials) -> Result<SessionPayload, ApiError> {
    let permit = permit::<action::SignIn>(context)?;
    let entrance = issuer(context)?.entrance();
    given(context, sign_in::sign_in(writer(context), &permit, entrance, credentials).await).await
}

async fn refresh(context: &Context<'_>, token: SecretString) -> Result<SessionPayload, ApiError> {
    let permit = permit::<action::SignIn>(context)?;
    let entrance = issuer(context)?.entrance();
    given(context, session::refresh(writer(context), &permit, entrance, &token).await).await
}

/// An access token for a session that goes on.
async fn given(context: &Context<'_>, outcome: Result<IssuedSession, DbError>) -> Result<SessionPayload, ApiError> {
    let (issued, user_errors) = settle(context, outcome)?;
    let Some(issued) = issued else { return Ok(SessionPayload { tokens: None, user_errors }) };
    let bearer = Bearer::User { account: issued.account, session: issued.session };
    let access = issuer(context)?.issue(&bearer).await?;
    let tokens = Tokens {
        access_token: access.token.expose_secret().to_owned(),
        access_token_expires_at: access.expires_at,
        refresh_token: issued.refresh_token.expose_secret().to_owned(),
        refresh_token_expires_at: issued.refresh_token_expires_at,
    };
    Ok(SessionPayload { tokens: Some(tokens), user_errors })
}

async fn sign_out(context: &Context<'_>) -> Result<DonePayload, ApiError> {
    let permit = own_account(context)?;
    DonePayload::of(context, session::sign_out(writer(context), permit).await)
}

async fn sign_out_everywhere(context: &Context<'_>) -> Result<DonePayload, ApiError> {
    let permit = own_account(context)?;
    DonePayload::of(context, session::sign_out_everywhere(writer(context), permit).await)
}

async fn end(context: &Context<'_>, id: Id<Row>) -> Result<DonePayload, ApiError> {
    let permit = own_account(context)?;
    DonePayload::of(context, session::end_one(writer(context), permit, id.uuid()?).await)
}

async fn change_password(context: &Context<'_>, input: ChangePasswordInput) -> Result<DonePayload, ApiError> {
    let permit = own_account(context)?;
    let entrance = issuer(context)?.entrance();
    let (current, new) = (secret(input.current_password), secret(input.new_password));
    DonePayload::of(context, password::change(writer(context), permit, entrance, current, new).await)
}

async fn request_password_reset(context: &Context<'_>, login: &str) -> Result<DonePayload, ApiError> {
    let permit = permit::<action::SignIn>(context)?;
    let entrance = issuer(context)?.entrance();
    DonePayload::of(context, password::mail::request(writer(context), &permit, entrance, login).await)
}

async fn set_password_by_reset(context: &Context<'_>, input: SetPasswordByResetInput) -> Result<DonePayload, ApiError> {
    let permit = permit::<action::SignIn>(context)?;
    let passwords = &issuer(context)?.entrance().passwords;
    let (token, new) = (input.token.into(), secret(input.new_password));
    DonePayload::of(context, password::use_reset(writer(context), &permit, passwords, &token, new).await)
}

/// A password as typed; what came with the request is wiped.
pub(crate) fn secret(typed: String) -> Password {
    Password::from(SecretString::from(typed).expose_secret())
}
