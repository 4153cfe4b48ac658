//! Sessions: somebody who signed in on one device, as a family of refresh tokens of which one is good at a time.

use std::sync::Arc;

use auth::{Actor, OwnAccount, Permit, action, hash, password::Passwords, random, refresh, seal::Sealer};
use chrono::{DateTime, TimeDelta, Utc};
use derive::boxed;
use diesel::{dsl::exists, prelude::*};
use diesel_async::RunQueryDsl;
use object_layer::SimpleObject;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use uuid::Uuid;

use crate::{
    DbError, Reader, ViolationCode, Writer,
    id::Tagged,
    schema::{account, refresh_token, session},
    text_enum::text_enum,
    writer::{AuditEvent, Writing},
};

pub use crate::throttle::Queues;

/// The most sessions that are listed.
const LISTED: i64 = 100;

/// What signing in, and staying so, needs to know. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Entrance {
    /// Where passwords are worked on.
    pub passwords: Passwords,
    /// The installation's secret.
    pub sealer: Arc<Sealer>,
    /// Who tries to sign in on this node.
    pub queues: Arc<Queues>,
    /// How long sessions last.
    pub lives: Lives,
    /// Whether accounts of the demo, whose password is printed, are let in.
    pub demo: bool,
}

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lives {
    /// Unused for so long, a session is over.
    pub idle: TimeDelta,
    /// However often it is used, a session ends after so long.
    pub absolute: TimeDelta,
}

impl Default for Lives {
    fn default() -> Self {
        Self { idle: TimeDelta::days(7), absolute: TimeDelta::days(30) }
    }
}

text_enum! {
    /// Why a session ended.
    pub enum EndReason {
        /// By whoever it belonged to
        SignedOut => "SIGNED_OUT",
        /// With all others
        SignedOutEverywhere => "SIGNED_OUT_EVERYWHERE",
        /// From another session, or by an administrator
        Revoked => "REVOKED",
        /// Another password
        PasswordChanged => "PASSWORD_CHANGED",
        /// Another second factor
        FactorChanged => "FACTOR_CHANGED",
        /// The account was disabled
        Disabled => "DISABLED",
        /// A used refresh token came again: somebody has a copy
        TokenReused => "TOKEN_REUSED",
    }
}

/// One device on which somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = session)]
pub struct Session {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Whether a second factor was given
    pub second_factor: bool,
    /// When it began, in UTC
    pub created_at: DateTime<Utc>,
    /// When it was last refreshed, in UTC; a session that goes unused for long enough is over
    pub last_used_at: DateTime<Utc>,
    /// When it ends however often it is refreshed, in UTC
    pub expires_at: DateTime<Utc>,
    /// The address where it began; null if unknown
    pub address: Option<String>,
    /// What the client called itself; null if it did not
    pub client_name: Option<String>,
    /// The client's version; null if it did not say
    pub client_version: Option<String>,
    /// The browser or library, as it said; null if it did not
    pub user_agent: Option<String>,
}

impl Tagged for Session {
    const TAG: u8 = b's';
}

/// A session that was begun or refreshed, with the refresh token for its client.
#[derive(Debug)]
pub struct IssuedSession {
    /// Whose it is.
    pub account: Uuid,
    /// The session.
    pub session: Uuid,
    /// The refresh token: good once.
    pub refresh_token: SecretString,
    /// Until when the refresh token is good.
    pub refresh_token_expires_at: DateTime<Utc>,
}

/// The sessions of whoever reads, the one used last first; at most 100.
#[boxed]
pub async fn own(reader: &Reader, lives: Lives, now: DateTime<Utc>) -> Result<Vec<Session>, DbError> {
    let Actor::User { account, .. } = reader.scope().actor() else { return Ok(Vec::new()) };
    Ok(session::table
        .filter(session::account_id.eq(account).and(session::ended_at.is_null()))
        .filter(session::expires_at.gt(now).and(session::last_used_at.gt(now - lives.idle)))
        .order((session::last_used_at.desc(), session::id.desc()))
        .limit(LISTED)
        .select(Session::as_select())
        .load(&mut reader.statement().await?)
        .await?)
}

/// Begins a session of somebody who has proved who they are.
pub(crate) async fn begin(
    writing: &mut Writing,
    lives: Lives,
    account: Uuid,
    second_factor: bool,
) -> Result<IssuedSession, DbError> {
    let now = writing.now();
    let (id, token) = (random::id(now), random::token());
    let expires_at = now + lives.absolute;
    let origin = writing.origin().clone();
    diesel::insert_into(session::table)
        .values((
            (session::id.eq(id), session::account_id.eq(account), session::second_factor.eq(second_factor)),
            (session::created_at.eq(now), session::last_used_at.eq(now), session::expires_at.eq(expires_at)),
            (session::address.eq(origin.address), session::user_agent.eq(origin.user_agent)),
            (session::client_name.eq(origin.client_name), session::client_version.eq(origin.client_version)),
        ))
        .execute(writing.connection())
        .await?;
    issue(writing, id, &token).await?;
    Ok(issued(account, id, token, expires_at, now + lives.idle))
}

fn issued(
    account: Uuid,
    session: Uuid,
    token: SecretString,
    ends: DateTime<Utc>,
    idle: DateTime<Utc>,
) -> IssuedSession {
    IssuedSession { account, session, refresh_token: token, refresh_token_expires_at: ends.min(idle) }
}

async fn issue(writing: &mut Writing, session: Uuid, token: &SecretString) -> Result<(), DbError> {
    let created_at = writing.now();
    diesel::insert_into(refresh_token::table)
        .values((
            refresh_token::hash.eq(hash::of(token.expose_secret()).to_vec()),
            refresh_token::session_id.eq(session),
            refresh_token::created_at.eq(created_at),
        ))
        .execute(writing.connection())
        .await?;
    Ok(())
}

/// A session whose token was given, and what is known of that token.
struct Family {
    session: Uuid,
    account: Uuid,
    expires_at: DateTime<Utc>,
    /// Whether the token was used before.
    used: bool,
}

/// Goes on with a session: takes a refresh token and gives its successor. As long as nobody has used that, the same successor
/// is given again, for the answer may be lost, and the way to a commune without network is long. A token whose successor was
/// used ends the session: two have it.
#[boxed]
pub async fn refresh(
    writer: &Writer,
    _: &Permit<action::SignIn>,
    entrance: &Entrance,
    token: &SecretString,
) -> Result<IssuedSession, DbError> {
    let hash = hash::of(token.expose_secret()).to_vec();
    let refused = || DbError::violated(ViolationCode::Expired, &["input", "refreshToken"]);
    let issued = writer.write(Actor::Nobody, async |writing| {
        let Some(family) = family(writing, entrance.lives, &hash).await? else { return Ok(None) };
        let now = writing.now();
        writing.acts_as(Actor::User { account: family.account, session: family.session });
        let next = refresh::successor(&entrance.sealer, token);
        if !family.used {
            let used = refresh_token::table.filter(refresh_token::hash.eq(&hash));
            diesel::update(used).set(refresh_token::used_at.eq(now)).execute(writing.connection()).await?;
            issue(writing, family.session, &next).await?;
            let own = session::table.filter(session::id.eq(family.session));
            diesel::update(own).set(session::last_used_at.eq(now)).execute(writing.connection()).await?;
        } else if !is_unused(writing, &next).await? {
            end(writing, family.session, EndReason::TokenReused).await?;
            writing.audit(AuditEvent {
                action: "REFRESH_SESSION",
                failed: true,
                object: Some(("session", family.session)),
                after: Some(json!({ "reason": EndReason::TokenReused.as_str() })),
                ..AuditEvent::default()
            });
            return Ok(None);
        }
        Ok(Some(issued(family.account, family.session, next, family.expires_at, now + entrance.lives.idle)))
    });
    issued.await?.ok_or_else(refused)
}

/// Whether a token is still unused. Then whoever comes with its predecessor may not have received it.
async fn is_unused(writing: &mut Writing, token: &SecretString) -> Result<bool, DbError> {
    let own = refresh_token::hash.eq(hash::of(token.expose_secret()).to_vec());
    let unused = refresh_token::table.filter(own.and(refresh_token::used_at.is_null()));
    Ok(diesel::select(exists(unused)).get_result(writing.connection()).await?)
}

/// The live session of a token, locked: whoever refreshes at the same time waits, and then finds the token used.
async fn family(writing: &mut Writing, lives: Lives, hash: &[u8]) -> Result<Option<Family>, DbError> {
    let now = writing.now();
    let of_token = refresh_token::table.filter(refresh_token::hash.eq(hash)).select(refresh_token::session_id);
    let live = session::table
        .filter(session::id.eq_any(of_token).and(session::ended_at.is_null()))
        .filter(session::expires_at.gt(now).and(session::last_used_at.gt(now - lives.idle)))
        .select((session::id, session::account_id, session::expires_at))
        .for_no_key_update();
    let Some((session, owner, expires_at)) = live.first(writing.connection()).await.optional()? else {
        return Ok(None);
    };
    let used = refresh_token::table
        .inner_join(session::table.inner_join(account::table))
        .filter(refresh_token::hash.eq(hash).and(account::status.eq("ACTIVE")))
        .select(refresh_token::used_at.is_not_null())
        .first(writing.connection())
        .await
        .optional()?;
    Ok(used.map(|used| Family { session, account: owner, expires_at, used }))
}

/// Ends the session one is in.
#[boxed]
pub async fn sign_out(writer: &Writer, permit: OwnAccount) -> Result<(), DbError> {
    end_own(writer, permit, permit.session(), EndReason::SignedOut).await
}

/// Ends one of one's own sessions.
#[boxed]
pub async fn end_one(writer: &Writer, permit: OwnAccount, id: Uuid) -> Result<(), DbError> {
    end_own(writer, permit, id, EndReason::Revoked).await
}

async fn end_own(writer: &Writer, permit: OwnAccount, id: Uuid, reason: EndReason) -> Result<(), DbError> {
    let work = writer.write(permit.actor(), async |writing| {
        let own = session::table.filter(session::id.eq(id).and(session::account_id.eq(permit.account())));
        let live = own.filter(session::ended_at.is_null()).select(session::id).for_no_key_update();
        let id: Uuid = live.first(writing.connection()).await?;
        end(writing, id, reason).await?;
        signed_out(writing, ("session", id), reason);
        Ok(())
    });
    work.await
}

/// Ends all of one's own sessions, this one too.
#[boxed]
pub async fn sign_out_everywhere(writer: &Writer, permit: OwnAccount) -> Result<(), DbError> {
    let reason = EndReason::SignedOutEverywhere;
    let work = writer.write(permit.actor(), async |writing| {
        end_all(writing, permit.account(), None, reason).await?;
        signed_out(writing, ("account", permit.account()), reason);
        Ok(())
    });
    work.await
}

fn signed_out(writing: &mut Writing, object: (&'static str, Uuid), reason: EndReason) {
    let after = Some(json!({ "reason": reason.as_str() }));
    writing.audit(AuditEvent { action: "SIGN_OUT", object: Some(object), after, ..AuditEvent::default() });
}

async fn end(writing: &mut Writing, id: Uuid, reason: EndReason) -> Result<(), DbError> {
    let now = writing.now();
    diesel::update(session::table.filter(session::id.eq(id).and(session::ended_at.is_null())))
        .set((session::ended_at.eq(now), session::end_reason.eq(reason)))
        .execute(writing.connection())
        .await?;
    Ok(())
}

/// Ends the sessions of an account, but for one perhaps; says how many.
pub(crate) async fn end_all(
    writing: &mut Writing,
    account: Uuid,
    but: Option<Uuid>,
    reason: EndReason,
) -> Result<usize, DbError> {
    let now = writing.now();
    // No session has the nil id.
    let others = session::account_id.eq(account).and(session::id.ne(but.unwrap_or_default()));
    Ok(diesel::update(session::table.filter(others.and(session::ended_at.is_null())))
        .set((session::ended_at.eq(now), session::end_reason.eq(reason)))
        .execute(writing.connection())
        .await?)
}
