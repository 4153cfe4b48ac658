//! Whoever a token names, with all that the database says of them at this moment. Asked before there is a reader: it is
//! what readers and permits are made from.

use std::{collections::BTreeSet, sync::Arc};

use auth::{Holding, Principal, Reached, Role, ServiceScope};
use chrono::{DateTime, TimeDelta, Utc};
use derive::boxed;
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, JoinOnDsl as _, NullableExpressionMethods as _,
    OptionalExtension as _, QueryDsl as _, dsl::case_when,
};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use crate::{
    Date, DbError, Pool,
    schema::{account, role_grant, service_account, service_secret, session},
    sql_functions::{agency_inherited_ids, agency_reached_ids},
    writer::Writing,
};

/// What the answer depends on beside the database.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// The instant.
    pub now: DateTime<Utc>,
    /// The day in Asia/Ho_Chi_Minh.
    pub today: Date,
    /// How long a session goes on unused.
    pub idle: TimeDelta,
    /// Roles that ask for a second factor.
    pub second_factor: &'a [Role],
    /// Whether accounts of the demo are let in.
    pub demo: bool,
}

/// A grant that holds today, or nulls if there is none: role, agency, and all agencies to which it extends: those that went into it, and
/// those below if they belong to it.
type Granted = (bool, Option<String>, Option<Uuid>, Option<Vec<Uuid>>);

/// A machine's scopes, its agency, and all agencies for which it acts.
type Served = (Vec<Option<String>>, Uuid, Option<Vec<Uuid>>);

/// A person in a session; nobody if it is over or the account disabled.
#[boxed]
pub async fn of_session(
    pool: &Pool,
    account: Uuid,
    session: Uuid,
    moment: Moment<'_>,
) -> Result<Option<Principal>, DbError> {
    let Moment { now, today, idle, second_factor, demo } = moment;
    let held =
        role_grant::valid_from.le(today).and(role_grant::valid_until.is_null().or(role_grant::valid_until.gt(today)));
    let below = case_when(role_grant::with_below, agency_reached_ids(role_grant::agency_id, today))
        .otherwise(agency_inherited_ids(role_grant::agency_id, today));
    let rows: Vec<Granted> = session::table
        .inner_join(account::table)
        .left_join(role_grant::table.on(role_grant::account_id.eq(account::id).and(held)))
        .filter(session::id.eq(session).and(account::id.eq(account)).and(account::status.eq("ACTIVE")))
        .filter(account::demo.eq_any([false, demo]))
        .filter(session::ended_at.is_null().and(session::expires_at.gt(now)))
        .filter(session::last_used_at.gt(now - idle))
        .select((
            session::second_factor,
            role_grant::role.nullable(),
            role_grant::agency_id.nullable(),
            below.nullable(),
        ))
        .load(&mut pool.get().await?.statement())
        .await?;
    let Some(&(passed, ..)) = rows.as_slice().first() else { return Ok(None) };
    let holdings: Result<Vec<_>, DbError> = rows.into_iter().filter_map(holding).collect();
    Ok(Some(Principal::user(account, session, holdings?, second_factor, passed)))
}

fn holding((_, role, agency, below): Granted) -> Option<Result<Holding, DbError>> {
    let at = match (agency, below) {
        (None, _) => Reached::All,
        (Some(_), Some(agencies)) => these(agencies),
        (Some(agency), None) => these([agency]),
    };
    Some(role?.parse().map(|role| Holding { role, at }).map_err(DbError::internal))
}

fn these(agencies: impl IntoIterator<Item = Uuid>) -> Reached {
    Reached::Agencies(Arc::new(agencies.into_iter().collect::<BTreeSet<_>>()))
}

/// A person as they are today, without a session; nobody if the account is disabled. For what was begun by them and is
/// finished by somebody else: whether they could still begin it.
pub(crate) async fn of_account(writing: &mut Writing, account: Uuid) -> Result<Option<Principal>, DbError> {
    of_account_in(writing, account, Uuid::nil()).await
}

/// The same, for what is finished in their own name: it is theirs as of the session in which they began it, over or not.
pub(crate) async fn of_account_in(
    writing: &mut Writing,
    account: Uuid,
    session: Uuid,
) -> Result<Option<Principal>, DbError> {
    let today = writing.today();
    let held =
        role_grant::valid_from.le(today).and(role_grant::valid_until.is_null().or(role_grant::valid_until.gt(today)));
    let below = case_when(role_grant::with_below, agency_reached_ids(role_grant::agency_id, today))
        .otherwise(agency_inherited_ids(role_grant::agency_id, today));
    let rows: Vec<Granted> = account::table
        .left_join(role_grant::table.on(role_grant::account_id.eq(account::id).and(held)))
        .filter(account::id.eq(account).and(account::status.eq("ACTIVE")))
        .select((
            account::id.eq(account),
            role_grant::role.nullable(),
            role_grant::agency_id.nullable(),
            below.nullable(),
        ))
        .load(writing.connection())
        .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let holdings: Result<Vec<_>, DbError> = rows.into_iter().filter_map(holding).collect();
    Ok(Some(Principal::user(account, session, holdings?, &[], true)))
}

/// A machine as it is today, with all its scopes, whatever secret let it in; nobody if the account is disabled.
pub(crate) async fn of_service_account(writing: &mut Writing, account: Uuid) -> Result<Option<Principal>, DbError> {
    let today = writing.today();
    let below =
        case_when(service_account::with_below, agency_reached_ids(service_account::agency_id.nullable(), today))
            .otherwise(agency_inherited_ids(service_account::agency_id.nullable(), today))
            .nullable();
    let row: Option<Served> = service_account::table
        .filter(service_account::id.eq(account).and(service_account::status.eq("ACTIVE")))
        .select((service_account::scopes, service_account::agency_id, below))
        .first(writing.connection())
        .await
        .optional()?;
    let Some((scopes, agency, below)) = row else { return Ok(None) };
    let scopes = scopes.into_iter().flatten().filter_map(|word| word.parse().ok()).collect();
    Ok(Some(Principal::service(account, scopes, below.map_or_else(|| these([agency]), these))))
}

/// A machine that was let in by a secret, with those of its scopes that its token names; nobody if the secret has ended
/// or the account is disabled.
#[boxed]
pub async fn of_service(
    pool: &Pool,
    account: Uuid,
    secret: Uuid,
    named: &[ServiceScope],
    today: Date,
) -> Result<Option<Principal>, DbError> {
    let below =
        case_when(service_account::with_below, agency_reached_ids(service_account::agency_id.nullable(), today))
            .otherwise(agency_inherited_ids(service_account::agency_id.nullable(), today))
            .nullable();
    let row: Option<Served> = service_account::table
        .inner_join(service_secret::table)
        .filter(service_account::id.eq(account).and(service_account::status.eq("ACTIVE")))
        .filter(service_secret::id.eq(secret).and(service_secret::ended_at.is_null()))
        .select((service_account::scopes, service_account::agency_id, below))
        .first(&mut pool.get().await?.statement())
        .await
        .optional()?;
    let Some((scopes, agency, below)) = row else { return Ok(None) };
    let held: Vec<ServiceScope> = scopes.into_iter().flatten().filter_map(|word| word.parse().ok()).collect();
    let scopes = held.into_iter().filter(|scope| named.contains(scope)).collect();
    Ok(Some(Principal::service(account, scopes, below.map_or_else(|| these([agency]), these))))
}
