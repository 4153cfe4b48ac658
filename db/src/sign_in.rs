//! Signing in: proving who one is by password and second factor.
//!
//! Whatever is wrong, the same is done. One statement looks the account up, and one counts the try. One password is compared:
//! with the account's hash, or with a hash that no password has. One transaction writes one entry of the audit trail. So
//! neither the answer nor its time tells who has an account.
//!
//! One difference remains: a hash that was made when the settings asked for less is compared faster, until its owner has
//! signed in once more.

use auth::{
    Actor, OwnAccount, Permit, action,
    password::{Password, Verdict},
};
use chrono::TimeDelta;
use derive::boxed;
use diesel::{dsl::exists, prelude::*};
use diesel_async::RunQueryDsl;
use serde_json::json;
use unicode_normalization::UnicodeNormalization as _;
use uuid::Uuid;

use crate::{
    DbError, ViolationCode, Writer, password,
    schema::{account, password as kept_password, session as begun},
    second_factor::{self, Given},
    session::{self, Entrance, IssuedSession},
    throttle::{Tried, Try},
    writer::{AuditEvent, Writing},
};

const ACTION: &str = "SIGN_IN";

const ACTIVE: &str = "ACTIVE";

/// An address from which somebody has signed in within so long is known for them.
const FAMILIAR: TimeDelta = TimeDelta::days(30);

/// What is given to sign in.
#[derive(Debug)]
pub struct Credentials {
    /// As typed.
    pub login: String,
    /// As typed.
    pub password: Password,
    /// Of the second factor, if it is asked for.
    pub factor: Given,
}

/// An account that somebody wants to be.
#[derive(Queryable)]
pub(crate) struct Claimed {
    pub(crate) id: Uuid,
    pub(crate) login: String,
    full_name: String,
    email: Option<String>,
    status: String,
    demo: bool,
    hash: Option<String>,
    /// Whether it has signed in from the request's address lately.
    familiar: bool,
}

impl Claimed {
    /// What its password must not be.
    pub(crate) fn names(&self) -> Vec<String> {
        [&self.login, &self.full_name].into_iter().chain(&self.email).cloned().collect()
    }

    /// A try to prove that one is its owner.
    pub(crate) fn tries(&self, writer: &Writer, entrance: &Entrance) -> Try {
        Try::new(Tried::SignIn, entrance, writer, &self.login, self.familiar)
    }

    pub(crate) fn note_failure(&self, writing: &mut Writing, action: &'static str, reason: &'static str) {
        note_failure(writing, action, Some(self), reason);
    }

    /// Whether it may be used: one of the demo in a demo only.
    fn is_usable(&self, entrance: &Entrance) -> bool {
        self.status == ACTIVE && (entrance.demo || !self.demo)
    }
}

/// A login as accounts have it: composed, lower case, without white space around it. What no login contains goes.
pub(crate) fn folded(typed: &str) -> String {
    typed.nfc().flat_map(char::to_lowercase).filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

macro_rules! claimed {
    ($writer:expr, $which:expr) => {{
        let since = $writer.now() - FAMILIAR;
        let from_here = begun::address.eq($writer.origin().address.clone()).and(begun::created_at.gt(since));
        let familiar = exists(begun::table.filter(begun::account_id.eq(account::id).and(from_here.assume_not_null())));
        account::table
            .left_join(kept_password::table)
            .filter($which)
            .select((
                account::id,
                account::login,
                account::full_name,
                account::email,
                account::status,
                account::demo,
                kept_password::hash.nullable(),
                familiar,
            ))
            .first(&mut $writer.alone().await?.statement())
            .await
            .optional()?
    }};
}

/// Begins a session. Whatever is wrong with login and password, the answer is the same. Whether a second factor is missing
/// or wrong is said only to whoever gave the right password.
#[boxed]
pub async fn sign_in(
    writer: &Writer,
    _: &Permit<action::SignIn>,
    entrance: &Entrance,
    given: Credentials,
) -> Result<IssuedSession, DbError> {
    let login = folded(&given.login);
    let claimed: Option<Claimed> = claimed!(writer, account::login.eq(&login));
    let proof = match attempt(writer, entrance, &login, claimed, given.password.clone()).await? {
        Ok(proof) => proof,
        Err(refused) => {
            let noted = writer.write(Actor::Nobody, async |writing| {
                refused.note(writing, ACTION);
                Ok(())
            });
            noted.await?;
            return Err(DbError::violated(ViolationCode::WrongCredentials, &["input"]));
        }
    };
    // Should too many be waiting to be hashed now, it is hashed at the next sign-in.
    let rehashed = if proof.needs_rehash { entrance.passwords.hash(given.password).await.ok() } else { None };
    let outcome = writer.write(Actor::Nobody, async |writing| {
        if !proof.still_holds(writing).await? {
            proof.note_failure(writing, ACTION, "WRONG_PASSWORD");
            return Ok(Err(DbError::violated(ViolationCode::WrongCredentials, &["input"])));
        }
        let passed = match second_factor::check(writing, entrance, &proof, &given.factor, ACTION).await? {
            Ok(passed) => passed,
            Err(refused) => return Ok(Err(refused)),
        };
        if let Some(hash) = &rehashed {
            password::rehash(writing, proof.account(), hash).await?;
        }
        proof.tried.succeeded(writing).await?;
        let issued = session::begin(writing, entrance.lives, proof.account(), passed).await?;
        writing.acts_as(Actor::User { account: issued.account, session: issued.session });
        let (object, after) = (Some(("session", issued.session)), Some(json!({ "secondFactor": passed })));
        writing.audit(AuditEvent { action: ACTION, object, after, ..AuditEvent::default() });
        Ok(Ok(issued))
    });
    match outcome.await {
        Ok(outcome) => outcome,
        // Not their fault: the password was right.
        Err(error) => {
            let _ = writer.write(Actor::Nobody, async |writing| proof.tried.did_not_fail(writing).await).await;
            Err(error)
        }
    }
}

/// The account of whoever has signed in.
pub(crate) async fn own(writer: &Writer, permit: OwnAccount) -> Result<Claimed, DbError> {
    let own: Option<Claimed> = claimed!(writer, account::id.eq(permit.account()));
    own.ok_or(DbError::NotFound)
}

/// Asks whoever has signed in for the password once more, before something that a stolen token must not do. Guessing is
/// as slow as at the sign-in.
pub(crate) async fn prove(
    writer: &Writer,
    permit: OwnAccount,
    entrance: &Entrance,
    own: Claimed,
    password: Password,
    action: &'static str,
    field: &[&'static str],
) -> Result<Proof, DbError> {
    let login = own.login.clone();
    match attempt(writer, entrance, &login, Some(own), password).await? {
        Ok(proof) => Ok(proof),
        Err(refused) => {
            let noted = writer.write(permit.actor(), async |writing| {
                refused.note(writing, action);
                Ok(())
            });
            noted.await?;
            Err(DbError::violated(ViolationCode::WrongCredentials, field))
        }
    }
}

/// A password that was right a moment ago. The try counts as failed until it is said that it succeeded.
pub(crate) struct Proof {
    pub(crate) claimed: Claimed,
    pub(crate) tried: Try,
    hash: String,
    needs_rehash: bool,
}

/// A try that came to nothing.
struct Refused {
    claimed: Option<Claimed>,
    reason: &'static str,
}

async fn attempt(
    writer: &Writer,
    entrance: &Entrance,
    login: &str,
    claimed: Option<Claimed>,
    password: Password,
) -> Result<Result<Proof, Refused>, DbError> {
    let familiar = claimed.as_ref().is_some_and(|claimed| claimed.familiar);
    let mut tried = Try::new(Tried::SignIn, entrance, writer, login, familiar);
    let free = tried.count(writer).await?;
    let usable = claimed.as_ref().filter(|claimed| free && claimed.is_usable(entrance));
    let hash = usable.and_then(|claimed| claimed.hash.clone());
    let verdict = match entrance.passwords.verify(password, hash.clone()).await {
        Ok(verdict) => verdict,
        Err(error) => {
            writer.write(Actor::Nobody, async |writing| tried.did_not_fail(writing).await).await?;
            return Err(error.into());
        }
    };
    let reason = match (&claimed, verdict) {
        _ if !free => "BLOCKED",
        (None, _) => "UNKNOWN_LOGIN",
        (Some(claimed), _) if !claimed.is_usable(entrance) => "DISABLED",
        _ => "WRONG_PASSWORD",
    };
    Ok(match (claimed, hash, verdict) {
        (Some(claimed), Some(hash), Verdict::Right | Verdict::NeedsRehash) => {
            Ok(Proof { claimed, tried, hash, needs_rehash: verdict == Verdict::NeedsRehash })
        }
        (claimed, ..) => Err(Refused { claimed, reason }),
    })
}

impl Refused {
    /// The login is noted if an account has it only: people type passwords into that field.
    fn note(&self, writing: &mut Writing, action: &'static str) {
        note_failure(writing, action, self.claimed.as_ref(), self.reason);
    }
}

impl Proof {
    pub(crate) const fn account(&self) -> Uuid {
        self.claimed.id
    }

    /// Locks the account, and says whether the password is still its own and the account still in use.
    pub(crate) async fn still_holds(&self, writing: &mut Writing) -> Result<bool, DbError> {
        password::lock(writing, self.claimed.id).await?;
        let same = kept_password::account_id.eq(self.claimed.id).and(kept_password::hash.eq(&self.hash));
        let usable = kept_password::table.inner_join(account::table).filter(same.and(account::status.eq(ACTIVE)));
        Ok(diesel::select(exists(usable)).get_result(writing.connection()).await?)
    }

    pub(crate) fn note_failure(&self, writing: &mut Writing, action: &'static str, reason: &'static str) {
        self.claimed.note_failure(writing, action, reason);
    }
}

fn note_failure(writing: &mut Writing, action: &'static str, claimed: Option<&Claimed>, reason: &'static str) {
    let object = claimed.map(|claimed| ("account", claimed.id));
    let after = json!({ "login": claimed.map(|claimed| &claimed.login), "reason": reason });
    writing.audit(AuditEvent { action, failed: true, object, after: Some(after), ..AuditEvent::default() });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_found_however_it_is_typed() {
        for typed in ["an.nguyen@quangngai.example", "  An.Nguyen@QuangNgai.example\t", "AN.NGUYEN@QUANGNGAI.EXAMPLE\0"]
        {
            assert_eq!(folded(typed), "an.nguyen@quangngai.example");
        }
    }
}
