//! The second factor: codes of an authenticator app, and recovery codes for when it is lost.

use auth::{
    OwnAccount, Permit, action,
    password::Password,
    random,
    seal::Sealer,
    totp::{self, RECOVERY_CODES, SecondFactor},
};
use derive::boxed;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use secrecy::SecretString;
use uuid::Uuid;

use crate::{
    DbError, ViolationCode, Writer, password,
    schema::{recovery_code, second_factor, session as begun},
    session::{self, EndReason, Entrance},
    sign_in::{self, Proof},
    writer::{AuditEvent, Writing},
};

/// What is given beside the password; empty is not given.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// Of the authenticator app.
    pub code: Option<String>,
    /// One of the recovery codes.
    pub recovery_code: Option<String>,
}

/// What an authenticator app is given, once.
#[derive(Debug)]
pub struct Begun {
    /// To be typed in, in Base32.
    pub secret: SecretString,
    /// The same as an `otpauth:` address, for a QR code.
    pub url: SecretString,
}

/// Which part of the input a code stands in.
const CODE: [&str; 2] = ["input", "code"];

/// Makes a secret for an authenticator app. It counts once a first code has proved that the app has it.
#[boxed]
pub async fn begin(
    writer: &Writer,
    permit: OwnAccount,
    entrance: &Entrance,
    password: Password,
) -> Result<Begun, DbError> {
    const ACTION: &str = "BEGIN_SECOND_FACTOR";
    let proof = proved(writer, permit, entrance, password, ACTION).await?;
    let secret = random::bytes();
    let factor = SecondFactor::new(secret, &proof.claimed.login);
    let sealed = entrance.sealer.seal(&label(permit.account()), &secret);
    let work = writer.write(permit.actor(), async |writing| {
        hold(writing, &proof).await?;
        proof.tried.succeeded(writing).await?;
        let (account, now) = (permit.account(), writing.now());
        let unconfirmed = second_factor::account_id.eq(account).and(second_factor::confirmed_at.is_null());
        diesel::delete(second_factor::table.filter(unconfirmed)).execute(writing.connection()).await?;
        let values = (
            second_factor::account_id.eq(account),
            second_factor::sealed_secret.eq(sealed),
            second_factor::created_at.eq(now),
        );
        let insert = diesel::insert_into(second_factor::table).values(values).on_conflict_do_nothing();
        if insert.execute(writing.connection()).await? == 0 {
            return Ok(Err(DbError::violated(ViolationCode::Unchanged, &[])));
        }
        done(writing, ACTION, account);
        Ok(Ok(()))
    });
    work.await??;
    Ok(Begun { secret: factor.secret().into(), url: factor.url().into() })
}

/// Sets the factor up by a first code, and makes recovery codes. One's other sessions end; this one has passed.
#[boxed]
pub async fn confirm(
    writer: &Writer,
    permit: OwnAccount,
    entrance: &Entrance,
    code: &str,
) -> Result<Vec<SecretString>, DbError> {
    const ACTION: &str = "CONFIRM_SECOND_FACTOR";
    let (account, session) = (permit.account(), permit.session());
    let own = sign_in::own(writer, permit).await?;
    let mut tried = own.tries(writer, entrance);
    let free = tried.count(writer).await?;
    let work = writer.write(permit.actor(), async |writing| {
        password::lock(writing, account).await?;
        let begun = second_factor::table.find(account).filter(second_factor::confirmed_at.is_null());
        let sealed: Option<Vec<u8>> =
            begun.select(second_factor::sealed_secret).first(writing.connection()).await.optional()?;
        let Some(sealed) = sealed else {
            tried.did_not_fail(writing).await?;
            return Ok(Err(DbError::violated(ViolationCode::Incompatible, &[])));
        };
        let factor = opened(entrance, account, &own.login, &sealed)?;
        let Some(step) = factor.step_of(code, writing.now(), None).filter(|_| free) else {
            own.note_failure(writing, ACTION, "WRONG_CODE");
            return Ok(Err(DbError::violated(ViolationCode::WrongCredentials, &CODE)));
        };
        tried.succeeded(writing).await?;
        let now = writing.now();
        diesel::update(second_factor::table.find(account))
            .set((second_factor::confirmed_at.eq(now), second_factor::last_step.eq(step)))
            .execute(writing.connection())
            .await?;
        changed(writing, account, session, true).await?;
        done(writing, ACTION, account);
        Ok(Ok(renew_codes(writing, account).await?))
    });
    work.await?
}

/// Sets a factor up at once for an account that has none, for whoever has the server: the first administrator has nobody to
/// ask.
#[boxed]
pub async fn set_up(
    writer: &Writer,
    permit: &Permit<action::ResetPassword>,
    sealer: &Sealer,
    account: Uuid,
    login: &str,
) -> Result<(Begun, Vec<SecretString>), DbError> {
    let secret = random::bytes();
    let factor = SecondFactor::new(secret, login);
    let hidden = sealer.seal(&label(account), &secret);
    let work = writer.write(permit.actor(), async |writing| {
        let now = writing.now();
        let values = (
            second_factor::account_id.eq(account),
            second_factor::sealed_secret.eq(hidden),
            second_factor::created_at.eq(now),
            second_factor::confirmed_at.eq(now),
        );
        let insert = diesel::insert_into(second_factor::table).values(values).on_conflict_do_nothing();
        if insert.execute(writing.connection()).await? == 0 {
            return Err(DbError::violated(ViolationCode::Unchanged, &[]));
        }
        done(writing, "SET_UP_SECOND_FACTOR", account);
        renew_codes(writing, account).await
    });
    let codes = work.await?;
    Ok((Begun { secret: factor.secret().into(), url: factor.url().into() }, codes))
}

/// Removes the factor. One's other sessions end; in this one, roles that ask for a factor wait again.
#[boxed]
pub async fn remove(
    writer: &Writer,
    permit: OwnAccount,
    entrance: &Entrance,
    password: Password,
    given: &Given,
) -> Result<(), DbError> {
    const ACTION: &str = "REMOVE_SECOND_FACTOR";
    let (account, session) = (permit.account(), permit.session());
    let proof = proved(writer, permit, entrance, password, ACTION).await?;
    let work = writer.write(permit.actor(), async |writing| {
        hold(writing, &proof).await?;
        if let Err(refused) = passed(writing, entrance, &proof, given, ACTION).await? {
            return Ok(Err(refused));
        }
        forget(writing, account).await?;
        changed(writing, account, session, false).await?;
        done(writing, ACTION, account);
        Ok(Ok(()))
    });
    work.await?
}

/// Makes new recovery codes; the old ones end, and so do one's other sessions.
#[boxed]
pub async fn renew_recovery_codes(
    writer: &Writer,
    permit: OwnAccount,
    entrance: &Entrance,
    password: Password,
    given: &Given,
) -> Result<Vec<SecretString>, DbError> {
    const ACTION: &str = "NEW_RECOVERY_CODES";
    let (account, session) = (permit.account(), permit.session());
    let proof = proved(writer, permit, entrance, password, ACTION).await?;
    let work = writer.write(permit.actor(), async |writing| {
        hold(writing, &proof).await?;
        if let Err(refused) = passed(writing, entrance, &proof, given, ACTION).await? {
            return Ok(Err(refused));
        }
        changed(writing, account, session, true).await?;
        done(writing, ACTION, account);
        Ok(Ok(renew_codes(writing, account).await?))
    });
    work.await?
}

/// Removes factor and recovery codes of an account. Sessions and the entry in the audit trail are the caller's.
pub(crate) async fn forget(writing: &mut Writing, account: Uuid) -> Result<(), DbError> {
    let codes = recovery_code::table.filter(recovery_code::account_id.eq(account));
    diesel::delete(codes).execute(writing.connection()).await?;
    diesel::delete(second_factor::table.find(account)).execute(writing.connection()).await?;
    Ok(())
}

/// What came of asking for a factor.
enum Asked {
    /// The account has none.
    NotSetUp,
    /// It has, and nothing was given.
    Missing,
    /// What was given is wrong, too old, or was used.
    Wrong,
    /// It is right, and used up now.
    Right,
}

/// Asks for the factor at a sign-in: whether one was given, or why there is no way in.
pub(crate) async fn check(
    writing: &mut Writing,
    entrance: &Entrance,
    proof: &Proof,
    given: &Given,
    action: &'static str,
) -> Result<Result<bool, DbError>, DbError> {
    match ask(writing, entrance, proof, given).await? {
        Asked::NotSetUp => Ok(Ok(false)),
        Asked::Right => Ok(Ok(true)),
        Asked::Missing => {
            // Neither a failure, nor the success by which failures are forgotten: else codes could be guessed in between.
            proof.tried.did_not_fail(writing).await?;
            proof.note_failure(writing, action, "SECOND_FACTOR_REQUIRED");
            Ok(Err(DbError::violated(ViolationCode::SecondFactorRequired, &CODE)))
        }
        Asked::Wrong => {
            proof.note_failure(writing, action, "WRONG_CODE");
            Ok(Err(DbError::violated(ViolationCode::WrongCredentials, &CODE)))
        }
    }
}

/// The same where there must be a factor.
async fn passed(
    writing: &mut Writing,
    entrance: &Entrance,
    proof: &Proof,
    given: &Given,
    action: &'static str,
) -> Result<Result<(), DbError>, DbError> {
    match check(writing, entrance, proof, given, action).await? {
        Ok(passed) => proof
            .tried
            .succeeded(writing)
            .await
            .map(|()| if passed { Ok(()) } else { Err(DbError::violated(ViolationCode::Incompatible, &[])) }),
        Err(refused) => Ok(Err(refused)),
    }
}

async fn ask(writing: &mut Writing, entrance: &Entrance, proof: &Proof, given: &Given) -> Result<Asked, DbError> {
    let account = proof.account();
    let set_up = second_factor::table.find(account).filter(second_factor::confirmed_at.is_not_null());
    let row: Option<(Vec<u8>, Option<i64>)> = set_up
        .select((second_factor::sealed_secret, second_factor::last_step))
        .first(writing.connection())
        .await
        .optional()?;
    let Some((sealed, last_step)) = row else { return Ok(Asked::NotSetUp) };
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let right = match (filled(&given.code), filled(&given.recovery_code)) {
        (Some(code), _) => {
            let factor = opened(entrance, account, &proof.claimed.login, &sealed)?;
            use_step(writing, account, factor.step_of(&code, writing.now(), last_step)).await?
        }
        (None, Some(code)) => use_recovery_code(writing, account, &code).await?,
        (None, None) => return Ok(Asked::Missing),
    };
    Ok(if right { Asked::Right } else { Asked::Wrong })
}

/// The account's row is locked, so that no other sign-in accepts the same step.
async fn use_step(writing: &mut Writing, account: Uuid, step: Option<i64>) -> Result<bool, DbError> {
    let Some(step) = step else { return Ok(false) };
    let own = diesel::update(second_factor::table.find(account)).set(second_factor::last_step.eq(step));
    Ok(own.execute(writing.connection()).await? == 1)
}

async fn use_recovery_code(writing: &mut Writing, account: Uuid, typed: &str) -> Result<bool, DbError> {
    let now = writing.now();
    let hash = totp::recovery_code_hash(typed).to_vec();
    let unused = recovery_code::table.find((account, hash)).filter(recovery_code::used_at.is_null());
    let used = diesel::update(unused).set(recovery_code::used_at.eq(now)).execute(writing.connection()).await?;
    Ok(used == 1)
}

async fn renew_codes(writing: &mut Writing, account: Uuid) -> Result<Vec<SecretString>, DbError> {
    let own = recovery_code::table.filter(recovery_code::account_id.eq(account));
    diesel::delete(own).execute(writing.connection()).await?;
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| totp::recovery_code(random::bytes())).collect();
    let row = |code: &String| {
        (recovery_code::account_id.eq(account), recovery_code::hash.eq(totp::recovery_code_hash(code).to_vec()))
    };
    let rows: Vec<_> = codes.iter().map(row).collect();
    diesel::insert_into(recovery_code::table).values(rows).execute(writing.connection()).await?;
    Ok(codes.into_iter().map(SecretString::from).collect())
}

/// Ends the other sessions, and says of this one whether it has passed a factor.
async fn changed(writing: &mut Writing, account: Uuid, session: Uuid, passed: bool) -> Result<(), DbError> {
    session::end_all(writing, account, Some(session), EndReason::FactorChanged).await?;
    let this = begun::table.find(session);
    diesel::update(this).set(begun::second_factor.eq(passed)).execute(writing.connection()).await?;
    Ok(())
}

async fn proved(
    writer: &Writer,
    permit: OwnAccount,
    entrance: &Entrance,
    password: Password,
    action: &'static str,
) -> Result<Proof, DbError> {
    let own = sign_in::own(writer, permit).await?;
    sign_in::prove(writer, permit, entrance, own, password, action, &["input", "password"]).await
}

async fn hold(writing: &mut Writing, proof: &Proof) -> Result<(), DbError> {
    if proof.still_holds(writing).await? {
        return Ok(());
    }
    Err(DbError::violated(ViolationCode::WrongCredentials, &["input", "password"]))
}

fn done(writing: &mut Writing, action: &'static str, account: Uuid) {
    writing.audit(AuditEvent { action, object: Some(("account", account)), ..AuditEvent::default() });
}

fn opened(entrance: &Entrance, account: Uuid, login: &str, sealed: &[u8]) -> Result<SecondFactor, DbError> {
    let secret = entrance.sealer.open(&label(account), sealed).map_err(DbError::internal)?;
    let secret = secret.as_slice().try_into().map_err(DbError::internal)?;
    Ok(SecondFactor::new(secret, login))
}

/// A secret that is moved to another account's row does not open.
fn label(account: Uuid) -> String {
    format!("second factor of {account}")
}
