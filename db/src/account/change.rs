//! Who keeps accounts, and what may be done to them. Nobody does it to their own.

use async_graphql::InputObject;
use auth::{Acts, Permit, Reached, action, random};
use derive::boxed;
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, IntoSql as _, QueryDsl as _, SelectableHelper as _,
    dsl::exists, sql_types::Bool,
};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Account, AccountStatus};
use crate::{
    Acting, Date, DbError, Id, ViolationCode, Writer,
    agency::receiver,
    enums::Language,
    input::{Checks, Edit},
    password::{self, RESET_LIFE, Reset},
    role_grant::reaches_all_of,
    schema::{account, second_factor as factor},
    second_factor,
    session::{self, EndReason},
    writer::{Audience, ChangeKind, Writing},
};

/// The most characters of a login, a name and an address, as the table has them.
const LOGIN: u16 = 128;
const FULL_NAME: u16 = 200;
const EMAIL: u16 = 254;

const NOUN: &str = "account";

/// A new account.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "CreateAccountInput")]
pub struct NewAccount {
    /// What the person types to sign in: an e-mail address, or letters, digits and `._@+-`; stored in lower case
    pub login: String,
    /// The person's name (họ và tên)
    pub full_name: String,
    /// E-mail address, if one is known
    pub email: Option<String>,
    /// Language of what is sent to the person
    #[graphql(default_with = "Language::Vi")]
    pub language: Language,
    /// Code of the agency the person belongs to: its administrators keep the account. Left out, those do who administer everything
    pub agency: Option<String>,
}

/// What is to be changed of an account: what is left out stays.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "UpdateAccountInput")]
pub struct AccountChange {
    /// Id of the account
    pub account: Id<Account>,
    /// The `version` that the editor has seen: if it has changed since, nothing is written
    pub expected_version: i32,
    /// The person's name (họ và tên)
    pub full_name: Option<String>,
    /// E-mail address; null if none is known any more
    pub email: Edit<String>,
    /// Language of what is sent to the person
    pub language: Option<Language>,
    /// Code of the agency the person belongs to; null if to none
    pub agency: Edit<String>,
}

/// One account.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AccountInput")]
pub struct OneAccount {
    /// Id of the account
    pub account: Id<Account>,
}

/// The login as it is stored and looked for: as typed but for case and the white space around it.
#[must_use]
pub fn login(typed: &str) -> String {
    crate::text::nfc(typed).trim().to_lowercase()
}

/// Makes an account. It has neither a password nor a role yet.
#[boxed]
pub async fn create(acting: &Acting<action::CreateAccount>, new: NewAccount) -> Result<Account, DbError> {
    let permit = &acting.permit;
    let mut checks = Checks::default();
    let login = checks.text("login", &login(&new.login), LOGIN);
    let full_name = checks.text("fullName", &new.full_name, FULL_NAME);
    let email = checks.optional("email", new.email.as_deref(), EMAIL);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let today = writing.today();
        let agency_id = agency_within(writing, permit, new.agency.as_deref(), today).await?;
        let created: Account = diesel::insert_into(account::table)
            .values((
                account::id.eq(random::id(writing.now())),
                account::login.eq(login),
                account::full_name.eq(full_name),
                account::email.eq(email),
                account::language.eq(new.language),
                account::agency_id.eq(agency_id),
                account::created_at.eq(writing.now()),
            ))
            .returning(Account::as_returning())
            .get_result(writing.connection())
            .await?;
        writing.record(permit, ChangeKind::Created, (NOUN, created.id), None, Some(audit_snapshot(&created)));
        Ok(created)
    };
    acting.write(work).await
}

/// Changes what is known of a person; `STALE` unless the account is still in the version the editor has seen.
#[boxed]
pub async fn update(acting: &Acting<action::CreateAccount>, change: AccountChange) -> Result<Account, DbError> {
    let (permit, id) = (&acting.permit, change.account.uuid()?);
    let mut checks = Checks::default();
    let full_name = checks.optional("fullName", change.full_name.as_deref(), FULL_NAME);
    let email = change.email.as_opt_deref().map(|email| checks.optional("email", email, EMAIL));
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let before = load_wholly_in_reach(writing, permit, id).await?;
        if before.version != change.expected_version {
            return Err(DbError::violated(ViolationCode::Stale, &["input", "expectedVersion"]));
        }
        let mut after = before.clone();
        after.version += 1;
        after.full_name = full_name.unwrap_or(after.full_name);
        after.email = email.unwrap_or(after.email);
        after.language = change.language.unwrap_or(after.language);
        if let Some(agency) = change.agency.as_opt_deref() {
            let today = writing.today();
            after.agency_id = agency_within(writing, permit, agency, today).await?;
        }
        write(writing, permit, &before, after).await
    };
    acting.write(work).await
}

/// Lets nobody sign in with an account any more, and ends its sessions.
#[boxed]
pub async fn disable(acting: &Acting<action::DisableAccount>, of: OneAccount) -> Result<Account, DbError> {
    turn(acting, of, AccountStatus::Disabled).await
}

/// Lets a disabled account be used again; its sessions have ended for good.
#[boxed]
pub async fn enable(acting: &Acting<action::DisableAccount>, of: OneAccount) -> Result<Account, DbError> {
    turn(acting, of, AccountStatus::Active).await
}

async fn turn(
    acting: &Acting<action::DisableAccount>,
    of: OneAccount,
    status: AccountStatus,
) -> Result<Account, DbError> {
    let (permit, id) = (&acting.permit, of.account.uuid()?);
    let work = async |writing: &mut Writing| {
        let before = load_wholly_in_reach(writing, permit, id).await?;
        if before.status == status {
            return Err(DbError::violated(ViolationCode::Unchanged, &["input", "account"]));
        }
        if status == AccountStatus::Disabled {
            session::end_all(writing, id, None, EndReason::Disabled).await?;
        }
        let after = Account { status, version: before.version + 1, ..before.clone() };
        write(writing, permit, &before, after).await
    };
    acting.write(work).await
}

/// Takes the second factor off an account whose person has lost it, with the recovery codes, and ends its sessions.
#[boxed]
pub async fn reset_second_factor(acting: &Acting<action::ResetPassword>, of: OneAccount) -> Result<Account, DbError> {
    let (permit, id) = (&acting.permit, of.account.uuid()?);
    let work = async |writing: &mut Writing| {
        let account = load_wholly_in_reach(writing, permit, id).await?;
        let has_one = diesel::select(exists(factor::table.find(id)));
        if !has_one.get_result::<bool>(writing.connection()).await? {
            return Err(DbError::violated(ViolationCode::Unchanged, &["input", "account"]));
        }
        second_factor::forget(writing, id).await?;
        session::end_all(writing, id, None, EndReason::FactorChanged).await?;
        let (before, after) = (json!({ "secondFactor": true }), json!({ "secondFactor": false }));
        writing.record(permit, ChangeKind::Updated, (NOUN, id), Some(before), Some(after));
        Ok(account)
    };
    acting.write(work).await
}

/// Makes a link by which a person sets a password, to be shown once, to whoever makes it. Earlier links end. What is shown
/// once is kept nowhere, so that asking again makes another.
#[boxed]
pub async fn create_password_reset(
    writer: &Writer,
    permit: &Permit<action::ResetPassword>,
    id: Uuid,
) -> Result<(Account, Reset), DbError> {
    let work = async |writing: &mut Writing| {
        let account = load_wholly_in_reach(writing, permit, id).await?;
        password::end_links(writing, id).await?;
        let reset = password::create_reset(writing, id, permit.actor().account(), RESET_LIFE).await?;
        let after = json!({ "passwordResetUntil": reset.expires_at });
        writing.record(permit, ChangeKind::Updated, (NOUN, id), None, Some(after));
        Ok((account, reset))
    };
    writer.write(permit.actor(), work).await
}

/// Has a link mailed by which a person sets a password: their first one, if they have none yet. Earlier links end. The link is made as the
/// mail is sent, so nobody but its reader ever has it.
#[boxed]
pub async fn mail_password_reset(acting: &Acting<action::ResetPassword>, of: OneAccount) -> Result<Account, DbError> {
    let (permit, id) = (&acting.permit, of.account.uuid()?);
    let work = async |writing: &mut Writing| {
        let account = load_wholly_in_reach(writing, permit, id).await?;
        let hindrance = if account.status == AccountStatus::Disabled {
            Some(ViolationCode::NotInState)
        } else if account.email.is_none() {
            Some(ViolationCode::NoAddress)
        } else {
            (!writing.mails()).then_some(ViolationCode::NoMail)
        };
        if let Some(code) = hindrance {
            return Err(DbError::violated(code, &["input", "account"]));
        }
        password::mail::put_in_line(writing, id, permit.actor().account()).await?;
        let after = json!({ "passwordResetMailedTo": account.email });
        writing.record(permit, ChangeKind::Updated, (NOUN, id), None, Some(after));
        Ok(account)
    };
    acting.write(work).await
}

/// Signs a person out on all devices.
#[boxed]
pub async fn sign_out(acting: &Acting<action::EndSessions>, of: OneAccount) -> Result<Account, DbError> {
    let (permit, id) = (&acting.permit, of.account.uuid()?);
    let work = async |writing: &mut Writing| {
        let account = load_wholly_in_reach(writing, permit, id).await?;
        let ended = session::end_all(writing, id, None, EndReason::Revoked).await?;
        writing.record(permit, ChangeKind::Updated, (NOUN, id), None, Some(json!({ "endedSessions": ended })));
        Ok(account)
    };
    acting.write(work).await
}

/// Loads an account within the actor's reach, and locks it until the end of the transaction. What is out of reach is not
/// found, like what is not there. Nobody administers their own account.
async fn load_in_reach<A: Acts>(writing: &mut Writing, permit: &Permit<A>, id: Uuid) -> Result<Account, DbError> {
    if permit.actor().account() == Some(id) {
        return Err(DbError::violated(ViolationCode::OwnAccount, &["input", "account"]));
    }
    let everywhere = *permit.reach() == Reached::All;
    let agencies = permit.reach().ids().unwrap_or_default();
    let found = account::table
        .filter(account::id.eq(id))
        .filter(account::agency_id.eq_any(agencies).or(everywhere.into_sql::<Bool>()))
        .select(Account::as_select())
        .for_update();
    Ok(found.first(writing.connection()).await?)
}

/// Loads an account all of whose roles are within the actor's reach, as everything does that changes an account: an
/// administrator of a commune could otherwise become one of the province, or shut them out.
pub(crate) async fn load_wholly_in_reach<A: Acts>(
    writing: &mut Writing,
    permit: &Permit<A>,
    id: Uuid,
) -> Result<Account, DbError> {
    let account = load_in_reach(writing, permit, id).await?;
    if reaches_all_of(writing, permit.reach(), id).await? {
        Ok(account)
    } else {
        Err(DbError::violated(ViolationCode::OutOfReach, &["input", "account"]))
    }
}

/// The agency of a code, which is there on a day, where the permit holds; no code is what belongs to no agency.
pub(crate) async fn agency_within<A: Acts>(
    writing: &mut Writing,
    permit: &Permit<A>,
    code: Option<&str>,
    on: Date,
) -> Result<Option<Uuid>, DbError> {
    const FIELD: &[&str] = &["input", "agency"];
    let id = match code {
        None => None,
        Some(code) => Some(receiver(writing, code, on, FIELD).await?),
    };
    if permit.reach().holds(id) { Ok(id) } else { Err(DbError::violated(ViolationCode::OutOfReach, FIELD)) }
}

async fn write<A: Acts>(
    writing: &mut Writing,
    permit: &Permit<A>,
    before: &Account,
    after: Account,
) -> Result<Account, DbError> {
    diesel::update(account::table.filter(account::id.eq(after.id)))
        .set((
            account::full_name.eq(&after.full_name),
            account::email.eq(&after.email),
            account::language.eq(after.language),
            account::status.eq(after.status),
            account::agency_id.eq(after.agency_id),
            account::version.eq(after.version),
        ))
        .execute(writing.connection())
        .await?;
    if let Some(left) = before.agency_id.filter(|_| before.agency_id != after.agency_id) {
        writing.hidden_from(Audience::Accounts(left), (NOUN, after.id));
    }
    writing.record(
        permit,
        ChangeKind::Updated,
        (NOUN, after.id),
        Some(audit_snapshot(before)),
        Some(audit_snapshot(&after)),
    );
    Ok(after)
}

/// An account as the audit trail keeps it.
fn audit_snapshot(account: &Account) -> Value {
    json!({
        "login": account.login,
        "fullName": account.full_name,
        "email": account.email,
        "language": account.language.as_str(),
        "status": account.status.as_str(),
        "agency": account.agency_id,
        "version": account.version,
    })
}
