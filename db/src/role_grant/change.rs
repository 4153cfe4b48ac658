//! Who grants roles, and ends them.

use std::cmp::max;

use async_graphql::InputObject;
use auth::{Reached, action, random};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Role, RoleGrant};
use crate::{
    Acting, Date, DbError, Id, ViolationCode,
    account::{Account, agency_within, load_wholly_in_reach},
    password,
    schema::role_grant,
    sql_functions::agency_reached_ids,
    writer::{ChangeKind, Writing},
};

const NOUN: &str = "role_grant";

/// A role to be granted.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "GrantRoleInput")]
pub struct NewGrant {
    /// Id of the account that is to hold it
    pub account: Id<Account>,
    /// The role
    pub role: Role,
    /// Code of the agency at which it is held; left out, everywhere: for inspectors and administrators only
    pub agency: Option<String>,
    /// Whether it is also held at the agencies below
    #[graphql(default)]
    pub with_below: bool,
    /// First day (Asia/Ho_Chi_Minh); today if left out
    pub valid_from: Option<Date>,
    /// Last day on which it is held (Asia/Ho_Chi_Minh); left out while no end is set
    pub valid_until: Option<Date>,
}

/// A grant to be ended.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "EndRoleInput")]
pub struct GrantEnd {
    /// Id of the grant
    pub grant: Id<RoleGrant>,
    /// Last day on which it is held (Asia/Ho_Chi_Minh), not before today; left out, it ends at once
    pub valid_until: Option<Date>,
}

/// Grants a role: to an account that the actor keeps with all its roles, and no further than the actor reaches. Links
/// for a new password end whose makers could not make them for what the account holds now.
#[boxed]
pub async fn grant(acting: &Acting<action::GrantRole>, new: NewGrant) -> Result<RoleGrant, DbError> {
    let (permit, account_id) = (&acting.permit, new.account.uuid()?);
    let work = async |writing: &mut Writing| {
        load_wholly_in_reach(writing, permit, account_id).await?;
        let valid_from = new.valid_from.unwrap_or(writing.today());
        let first_day = max(valid_from, writing.today());
        let agency_id = agency_within(writing, permit, new.agency.as_deref(), first_day).await?;
        if auth::Role::from(new.role).sees_everything() && *permit.reach() != Reached::All {
            return Err(DbError::violated(ViolationCode::OutOfReach, &["input", "role"]));
        }
        if new.with_below && !reaches_below(writing, permit.reach(), agency_id).await? {
            return Err(DbError::violated(ViolationCode::OutOfReach, &["input", "withBelow"]));
        }
        // The table says so too, but its other rules cannot even look at such a time.
        if new.valid_until.is_some_and(|until| until < valid_from) {
            return Err(DbError::violated(ViolationCode::Malformed, &["input", "validUntil"]));
        }
        let granted = RoleGrant {
            id: random::id(writing.now()),
            role: new.role,
            with_below: new.with_below,
            valid_from,
            ends_before: new.valid_until.map(Date::day_after),
            granted_at: writing.now(),
            account_id,
            agency_id,
            granted_by: permit.actor().account(),
        };
        diesel::insert_into(role_grant::table).values(&granted).execute(writing.connection()).await?;
        password::end_resets_out_of_reach(writing, account_id).await?;
        writing.record(permit, ChangeKind::Created, (NOUN, granted.id), None, Some(audit_snapshot(&granted)));
        Ok(granted)
    };
    acting.write(work).await
}

/// Ends a grant, today if no day is given: never in the past, and never later than it would end anyway.
#[boxed]
pub async fn end(acting: &Acting<action::GrantRole>, end: GrantEnd) -> Result<RoleGrant, DbError> {
    let (permit, id) = (&acting.permit, end.grant.uuid()?);
    let work = async |writing: &mut Writing| {
        let found = role_grant::table.filter(role_grant::id.eq(id)).select(RoleGrant::as_select());
        let seen: RoleGrant = found.first(writing.connection()).await?;
        if !permit.reach().holds(seen.agency_id) {
            return Err(DbError::NotFound);
        }
        // Whoever grants or ends locks the account first, so that two editors come one after the other.
        load_wholly_in_reach(writing, permit, seen.account_id).await?;
        let before: RoleGrant = found.first(writing.connection()).await?;
        let today = writing.today();
        // The first day on which it can end: it held, or is to hold, until then.
        let at_once = max(today, before.valid_from);
        if before.ends_before.is_some_and(|end| end <= at_once) {
            return Err(DbError::violated(ViolationCode::Unchanged, &["input", "grant"]));
        }
        let ends_before = end.valid_until.map_or(at_once, Date::day_after);
        let is_over = end.valid_until.is_some_and(|last| last < at_once);
        if is_over || before.ends_before.is_some_and(|end| end < ends_before) {
            return Err(DbError::violated(ViolationCode::Malformed, &["input", "validUntil"]));
        }
        let after = RoleGrant { ends_before: Some(ends_before), ..before.clone() };
        diesel::update(role_grant::table.filter(role_grant::id.eq(id)))
            .set(role_grant::valid_until.eq(ends_before))
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

/// Whether all that is below an agency today lies within a reach.
pub(crate) async fn reaches_below(
    writing: &mut Writing,
    reach: &Reached,
    agency: Option<Uuid>,
) -> Result<bool, DbError> {
    if *reach == Reached::All {
        return Ok(true);
    }
    let today = writing.today();
    let below: Vec<Uuid> = diesel::select(agency_reached_ids(agency, today)).get_result(writing.connection()).await?;
    Ok(below.iter().all(|id| reach.holds(Some(*id))))
}

/// A grant as the audit trail keeps it.
fn audit_snapshot(grant: &RoleGrant) -> Value {
    json!({
        "account": grant.account_id,
        "role": grant.role.as_str(),
        "agency": grant.agency_id,
        "withBelow": grant.with_below,
        "validFrom": grant.valid_from,
        "endsBefore": grant.ends_before,
    })
}
