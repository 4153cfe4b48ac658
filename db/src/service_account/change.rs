//! Who keeps service accounts, and what may be done to them.

use async_graphql::InputObject;
use auth::{Permit, Reached, action::ManageServices, hash, random};
use derive::boxed;
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, IntoSql as _, QueryDsl as _, SelectableHelper as _,
    sql_types::Bool,
};
use diesel_async::RunQueryDsl as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ServiceAccount, ServiceScope, ServiceSecret};
use crate::{
    Acting, DbError, Id, Violation, ViolationCode, Writer,
    account::AccountStatus,
    agency::receiver,
    schema::{service_account, service_secret},
    sql_functions::agency_reached_ids,
    text::check_text,
    writer::{ChangeKind, Writing},
};

/// The most characters of a code and of a name, as the table has them.
pub(super) const CODE: u16 = 64;
const NAME: u16 = 200;

const NOUN: &str = "service_account";

/// A new service account.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "CreateServiceAccountInput")]
pub struct NewService {
    /// Its `client_id`: small letters and digits, with `.`, `_` or `-` in between
    pub code: String,
    /// What it is, in words
    pub name: String,
    /// Code of the agency for which it acts
    pub agency: String,
    /// True if it is also to act for the agencies below
    #[graphql(default)]
    pub with_below: bool,
    /// What it may do
    pub scopes: Vec<ServiceScope>,
}

/// A service account.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ServiceAccountInput")]
pub struct OneService {
    /// Its id
    pub service_account: Id<ServiceAccount>,
}

/// A secret of a service account.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "EndServiceSecretInput")]
pub struct OneSecret {
    /// Its id
    pub secret: Id<ServiceSecret>,
}

/// Makes a service account. It has no secret yet.
#[boxed]
pub async fn create(acting: &Acting<ManageServices>, new: NewService) -> Result<ServiceAccount, DbError> {
    let permit = &acting.permit;
    let mut broken = Vec::new();
    let code = text("code", &new.code, CODE, &mut broken);
    let name = text("name", &new.name, NAME, &mut broken);
    if new.scopes.is_empty() {
        broken.push(Violation::of(ViolationCode::Required, &["input", "scopes"]));
    }
    if !broken.is_empty() {
        return Err(DbError::Violated(broken));
    }
    let mut scopes: Vec<&str> = new.scopes.iter().map(|scope| auth::ServiceScope::from(*scope).as_str()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    let work = async |writing: &mut Writing| {
        let today = writing.today();
        let agency = receiver(writing, &new.agency, today, &["input", "agency"]).await?;
        if !reaches(writing, permit.reach(), agency, new.with_below).await? {
            return Err(DbError::violated(ViolationCode::OutOfReach, &["input", "agency"]));
        }
        let created: ServiceAccount = diesel::insert_into(service_account::table)
            .values((
                service_account::id.eq(random::id(writing.now())),
                service_account::code.eq(code),
                service_account::name.eq(name),
                service_account::agency_id.eq(agency),
                service_account::with_below.eq(new.with_below),
                service_account::scopes.eq(scopes),
                service_account::created_at.eq(writing.now()),
                service_account::created_by.eq(permit.actor().account()),
            ))
            .returning(ServiceAccount::as_returning())
            .get_result(writing.connection())
            .await?;
        writing.record(permit, ChangeKind::Created, (NOUN, created.id), None, Some(audit_snapshot(&created)));
        Ok(created)
    };
    acting.write(work).await.map_err(in_terms_of_input)
}

/// Makes a secret, which is shown this once. There may be two, so that one can be replaced without a pause.
#[boxed]
pub async fn add_secret(
    writer: &Writer,
    permit: &Permit<ManageServices>,
    id: Uuid,
) -> Result<(ServiceAccount, ServiceSecret, SecretString), DbError> {
    let work = async |writing: &mut Writing| {
        let account = load_wholly_in_reach(writing, permit, id, "serviceAccount").await?;
        let shown = random::token();
        let secret: ServiceSecret = diesel::insert_into(service_secret::table)
            .values((
                service_secret::id.eq(random::id(writing.now())),
                service_secret::service_account_id.eq(id),
                service_secret::hash.eq(&hash::of(shown.expose_secret())[..]),
                service_secret::created_at.eq(writing.now()),
            ))
            .returning(ServiceSecret::as_returning())
            .get_result(writing.connection())
            .await?;
        writing.record(permit, ChangeKind::Updated, (NOUN, id), None, Some(json!({ "addedSecret": secret.id })));
        Ok((account, secret, shown))
    };
    writer.write(permit.actor(), work).await.map_err(in_terms_of_input)
}

/// Ends a secret, and with it the tokens that were given for it.
#[boxed]
pub async fn end_secret(acting: &Acting<ManageServices>, of: OneSecret) -> Result<ServiceAccount, DbError> {
    let (permit, secret) = (&acting.permit, of.secret.uuid()?);
    let work = async |writing: &mut Writing| {
        let of = service_secret::table.find(secret).select(service_secret::service_account_id);
        let id: Uuid = of.first(writing.connection()).await?;
        let account = load_wholly_in_reach(writing, permit, id, "secret").await?;
        let held = service_secret::table.find(secret).filter(service_secret::ended_at.is_null());
        let ended = service_secret::ended_at.eq(writing.now());
        if diesel::update(held).set(ended).execute(writing.connection()).await? == 0 {
            return Err(DbError::violated(ViolationCode::Unchanged, &["input", "secret"]));
        }
        writing.record(permit, ChangeKind::Updated, (NOUN, id), None, Some(json!({ "endedSecret": secret })));
        Ok(account)
    };
    acting.write(work).await
}

/// Lets a machine in no more; its tokens end too.
#[boxed]
pub async fn disable(acting: &Acting<ManageServices>, of: OneService) -> Result<ServiceAccount, DbError> {
    turn(acting, of, AccountStatus::Disabled).await
}

/// Lets a disabled machine in again, with the secrets it had.
#[boxed]
pub async fn enable(acting: &Acting<ManageServices>, of: OneService) -> Result<ServiceAccount, DbError> {
    turn(acting, of, AccountStatus::Active).await
}

async fn turn(
    acting: &Acting<ManageServices>,
    of: OneService,
    status: AccountStatus,
) -> Result<ServiceAccount, DbError> {
    let (permit, id) = (&acting.permit, of.service_account.uuid()?);
    let work = async |writing: &mut Writing| {
        let before = load_wholly_in_reach(writing, permit, id, "serviceAccount").await?;
        if before.status == status {
            return Err(DbError::violated(ViolationCode::Unchanged, &["input", "serviceAccount"]));
        }
        let after = ServiceAccount { status, version: before.version + 1, ..before.clone() };
        diesel::update(service_account::table.find(id))
            .set((service_account::status.eq(after.status), service_account::version.eq(after.version)))
            .execute(writing.connection())
            .await?;
        writing.record(
            permit,
            ChangeKind::Updated,
            (NOUN, id),
            Some(audit_snapshot(&before)),
            Some(audit_snapshot(&after)),
        );
        Ok(after)
    };
    acting.write(work).await
}

/// Loads a service account within the actor's reach, and locks it until the end of the transaction.
async fn load_in_reach(
    writing: &mut Writing,
    permit: &Permit<ManageServices>,
    id: Uuid,
) -> Result<ServiceAccount, DbError> {
    let everywhere = *permit.reach() == Reached::All;
    let agencies = permit.reach().ids().unwrap_or_default();
    let found = service_account::table
        .filter(service_account::id.eq(id))
        .filter(service_account::agency_id.eq_any(agencies).or(everywhere.into_sql::<Bool>()))
        .select(ServiceAccount::as_select())
        .for_update();
    Ok(found.first(writing.connection()).await?)
}

/// Loads a service account that reaches no further than the actor, as everything does that changes one: an administrator of a
/// commune could otherwise act in the name of a machine of the province, or stop it. `field` is where the input names it.
pub(crate) async fn load_wholly_in_reach(
    writing: &mut Writing,
    permit: &Permit<ManageServices>,
    id: Uuid,
    field: &'static str,
) -> Result<ServiceAccount, DbError> {
    let account = load_in_reach(writing, permit, id).await?;
    if reaches(writing, permit.reach(), account.agency_id, account.with_below).await? {
        Ok(account)
    } else {
        Err(DbError::violated(ViolationCode::OutOfReach, &["input", field]))
    }
}

async fn reaches(writing: &mut Writing, reach: &Reached, agency: Uuid, with_below: bool) -> Result<bool, DbError> {
    if !with_below || *reach == Reached::All {
        return Ok(reach.holds(Some(agency)));
    }
    let below = diesel::select(agency_reached_ids(Some(agency), writing.today()));
    let below: Vec<Uuid> = below.get_result(writing.connection()).await?;
    Ok(below.into_iter().all(|agency| reach.holds(Some(agency))))
}

fn text(field: &'static str, typed: &str, most: u16, broken: &mut Vec<Violation>) -> String {
    check_text(typed, most.into()).unwrap_or_else(|error| {
        broken.push(error.violation(&["input", field]));
        String::new()
    })
}

/// What a rule of the tables means to whoever entered what breaks it.
fn in_terms_of_input(error: DbError) -> DbError {
    let DbError::Constraint { name, .. } = &error else { return error };
    match name.as_str() {
        "service_account_code_key" => DbError::violated(ViolationCode::Taken, &["input", "code"]),
        "service_account_code_check" => DbError::violated(ViolationCode::Malformed, &["input", "code"]),
        "service_secret_two_at_most" => {
            DbError::Violated(vec![Violation::of(ViolationCode::TooMany, &["input", "serviceAccount"]).limit(2)])
        }
        _ => error,
    }
}

/// A service account as the audit trail keeps it.
fn audit_snapshot(account: &ServiceAccount) -> Value {
    json!({
        "code": account.code,
        "name": account.name,
        "agency": account.agency_id,
        "withBelow": account.with_below,
        "scopes": account.scopes().map(auth::ServiceScope::as_str).collect::<Vec<_>>(),
        "status": account.status.as_str(),
        "version": account.version,
    })
}
