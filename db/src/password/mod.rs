//! Setting passwords: by whoever knows the old one, or has a link.

pub mod mail;

use auth::{
    Action, Actor, Object, OwnAccount, Permit, action, hash,
    password::{LONGEST, Password, Passwords, SHORTEST, Weakness},
    random,
};
use chrono::{DateTime, TimeDelta, Utc};
use derive::boxed;
use diesel::{prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use crate::{
    DbError, Violation, ViolationCode, Writer, principal,
    role_grant::reaches_all_of,
    schema::{account, password, password_reset},
    session::{self, EndReason, Entrance},
    sign_in,
    writer::{AuditEvent, Writing},
};

/// How long a link holds by which a person sets a password.
pub const RESET_LIFE: TimeDelta = TimeDelta::minutes(30);

/// A link by which a person sets a password, once.
#[derive(Debug)]
pub struct Reset {
    /// To be shown once, to whoever made it or to whom it is mailed.
    pub token: SecretString,
    /// Until when it holds.
    pub expires_at: DateTime<Utc>,
}

/// The hash of a new password for somebody with these names (login, full name, address). A violation of `field` if the
/// password is not accepted.
#[boxed]
pub async fn accept(
    passwords: &Passwords,
    password: Password,
    names: Vec<String>,
    field: &[&'static str],
) -> Result<String, DbError> {
    if let Some(weakness) = passwords.weakness(password.clone(), names).await? {
        return Err(DbError::Violated(vec![violation(weakness, field)]));
    }
    Ok(passwords.hash(password).await?)
}

fn violation(weakness: Weakness, field: &[&'static str]) -> Violation {
    let limit = |characters| i32::try_from(characters).unwrap_or(i32::MAX);
    match weakness {
        Weakness::TooShort => Violation::of(ViolationCode::TooShort, field).limit(limit(SHORTEST)),
        Weakness::TooLong => Violation::of(ViolationCode::TooLong, field).limit(limit(LONGEST)),
        Weakness::Control => Violation::of(ViolationCode::Malformed, field),
        Weakness::Name => Violation::of(ViolationCode::PasswordIsName, field),
        Weakness::Common => Violation::of(ViolationCode::CommonPassword, field),
    }
}

/// Keeps a new hash. Links that were made for the old password end, and those that wait to be mailed; sessions are the caller's to end.
pub(crate) async fn set(writing: &mut Writing, account: Uuid, hash: &str) -> Result<(), DbError> {
    let now = writing.now();
    diesel::insert_into(password::table)
        .values((password::account_id.eq(account), password::hash.eq(hash), password::changed_at.eq(now)))
        .on_conflict(password::account_id)
        .do_update()
        .set((password::hash.eq(excluded(password::hash)), password::changed_at.eq(excluded(password::changed_at))))
        .execute(writing.connection())
        .await?;
    end_links(writing, account).await
}

/// Ends the links of an account, and lets go of those that wait to be mailed.
pub(crate) async fn end_links(writing: &mut Writing, account: Uuid) -> Result<(), DbError> {
    mail::let_go(writing, account).await?;
    let now = writing.now();
    let open = password_reset::account_id.eq(account).and(password_reset::used_at.is_null());
    diesel::update(password_reset::table.filter(open))
        .set(password_reset::used_at.eq(now))
        .execute(writing.connection())
        .await?;
    Ok(())
}

/// Ends the open links of an account whose makers could not make them any more.
pub(crate) async fn end_resets_out_of_reach(writing: &mut Writing, account: Uuid) -> Result<(), DbError> {
    let now = writing.now();
    let open = password_reset::account_id.eq(account).and(password_reset::used_at.is_null());
    let makers = password_reset::table.filter(open).select(password_reset::created_by).distinct();
    let makers: Vec<Option<Uuid>> = makers.load(writing.connection()).await?;
    for maker in makers.into_iter().flatten() {
        if !may_reset(writing, Some(maker), account).await? {
            diesel::update(password_reset::table.filter(open.and(password_reset::created_by.eq(maker))))
                .set(password_reset::used_at.eq(now))
                .execute(writing.connection())
                .await?;
        }
    }
    Ok(())
}

/// Whether whoever made a link could make it now, for the account as it is now. Whoever runs the server always can.
async fn may_reset(writing: &mut Writing, maker: Option<Uuid>, account: Uuid) -> Result<bool, DbError> {
    let Some(maker) = maker else { return Ok(true) };
    let Some(maker) = principal::of_account(writing, maker).await? else { return Ok(false) };
    let own = account::table.filter(account::id.eq(account)).select(account::agency_id);
    let agency: Option<Uuid> = own.first(writing.connection()).await?;
    let object = Object { agencies: agency.as_slice(), by: Some(account) };
    Ok(maker.may_to(Action::ResetPassword, object)
        && reaches_all_of(writing, &maker.reach(Action::ResetPassword), account).await?)
}

/// Makes a link for an account. `by` is who made it; nobody for the command line, and where the person asked for it. Ending earlier ones,
/// and the entry in the audit trail, are the caller's.
pub(crate) async fn create_reset(
    writing: &mut Writing,
    account: Uuid,
    by: Option<Uuid>,
    life: TimeDelta,
) -> Result<Reset, DbError> {
    let (token, now) = (random::token(), writing.now());
    let expires_at = now + life;
    diesel::insert_into(password_reset::table)
        .values((
            password_reset::token_hash.eq(hash::of(token.expose_secret()).to_vec()),
            password_reset::account_id.eq(account),
            password_reset::created_at.eq(now),
            password_reset::created_by.eq(by),
            password_reset::expires_at.eq(expires_at),
        ))
        .execute(writing.connection())
        .await?;
    Ok(Reset { token, expires_at })
}

/// Sets a password by a link, which is then used up, and ends all sessions of the account. The link reaches as far as its maker
/// reaches now.
#[boxed]
pub async fn use_reset(
    writer: &Writer,
    _: &Permit<action::SignIn>,
    passwords: &Passwords,
    token: &SecretString,
    new: Password,
) -> Result<(), DbError> {
    let token = hash::of(token.expose_secret()).to_vec();
    let now = writer.now();
    let open = password_reset::used_at.is_null().and(password_reset::expires_at.gt(now));
    let link = password_reset::table.filter(password_reset::token_hash.eq(&token)).filter(open);
    let whose: Option<(Uuid, Names)> = link
        .inner_join(account::table.on(account::id.eq(password_reset::account_id)))
        .filter(account::status.eq("ACTIVE"))
        .select((account::id, (account::login, account::full_name, account::email)))
        .first(&mut writer.alone().await?.statement())
        .await
        .optional()?;
    let whose = match whose {
        Some((account, names)) => {
            Some((account, accept(passwords, new, listed(names), &["input", "newPassword"]).await?))
        }
        None => None,
    };
    let done = writer.write(Actor::Nobody, async |writing| {
        let mut done = None;
        if let Some((account, hash)) = &whose {
            lock(writing, *account).await?;
            let maker = link.select(password_reset::created_by).first(writing.connection()).await.optional()?;
            let holds = match maker {
                Some(maker) => may_reset(writing, maker, *account).await?,
                None => false,
            };
            if holds {
                let used = diesel::update(link).set(password_reset::used_at.eq(now));
                used.execute(writing.connection()).await?;
                set(writing, *account, hash).await?;
                session::end_all(writing, *account, None, EndReason::PasswordChanged).await?;
                done = Some(("account", *account));
            }
        }
        writing.audit(AuditEvent {
            action: "SET_PASSWORD_BY_RESET",
            failed: done.is_none(),
            object: done,
            ..AuditEvent::default()
        });
        Ok(done.is_some())
    });
    if done.await? { Ok(()) } else { Err(DbError::violated(ViolationCode::Expired, &["input", "token"])) }
}

/// Sets one's own password, knowing the old one, and ends one's other sessions.
#[boxed]
pub async fn change(
    writer: &Writer,
    permit: OwnAccount,
    entrance: &Entrance,
    current: Password,
    new: Password,
) -> Result<(), DbError> {
    const ACTION: &str = "CHANGE_PASSWORD";
    let (account, session) = (permit.account(), permit.session());
    let own = sign_in::own(writer, permit).await?;
    let hash = accept(&entrance.passwords, new, own.names(), &["input", "newPassword"]).await?;
    let field = &["input", "currentPassword"];
    let proof = sign_in::prove(writer, permit, entrance, own, current, ACTION, field).await?;
    let work = writer.write(permit.actor(), async |writing| {
        if !proof.still_holds(writing).await? {
            return Err(DbError::violated(ViolationCode::WrongCredentials, field));
        }
        proof.tried.succeeded(writing).await?;
        set(writing, account, &hash).await?;
        session::end_all(writing, account, Some(session), EndReason::PasswordChanged).await?;
        writing.audit(AuditEvent { action: ACTION, object: Some(("account", account)), ..AuditEvent::default() });
        Ok(())
    });
    work.await
}

/// Keeps another hash of the same password, one that costs what the settings ask.
pub(crate) async fn rehash(writing: &mut Writing, account: Uuid, hash: &str) -> Result<(), DbError> {
    let own = password::table.filter(password::account_id.eq(account));
    diesel::update(own).set(password::hash.eq(hash)).execute(writing.connection()).await?;
    Ok(())
}

/// Login, full name and address.
type Names = (String, String, Option<String>);

fn listed((login, full_name, email): Names) -> Vec<String> {
    [login, full_name].into_iter().chain(email).collect()
}

/// Locks an account: whoever changes how it proves who it is, and whoever signs in with it, comes one after the other.
pub(crate) async fn lock(writing: &mut Writing, account: Uuid) -> Result<(), DbError> {
    let row = account::table.filter(account::id.eq(account)).select(account::id).for_no_key_update();
    row.first::<Uuid>(writing.connection()).await?;
    Ok(())
}
