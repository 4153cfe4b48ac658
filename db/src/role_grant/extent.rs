//! How far all that an account holds extends: whoever changes the account has to reach as far.

use std::{collections::HashMap, sync::Arc};

use auth::Reached;
use derive::boxed;
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, NullableExpressionMethods as _, QueryDsl as _, dsl::case_when,
};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::Role;
use crate::{
    DbError, Reader,
    noun::Batch,
    schema::role_grant,
    sql_functions::{agency_inherited_ids, agency_reached_ids},
    writer::Writing,
};

/// A role that is held or will be: whose, which, at which agency, and all agencies to which it extends.
type Held = (Uuid, Role, Option<Uuid>, Option<Vec<Uuid>>);

/// The roles that accounts hold on a day, or will hold.
macro_rules! held {
    ($accounts:expr, $today:expr, $connection:expr) => {{
        // One that was ended before its first day never holds.
        let holds =
            role_grant::valid_until.gt($today).and(role_grant::valid_until.gt(role_grant::valid_from.nullable()));
        let below = case_when(role_grant::with_below, agency_reached_ids(role_grant::agency_id, $today))
            .otherwise(agency_inherited_ids(role_grant::agency_id, $today))
            .nullable();
        let rows: Vec<Held> = role_grant::table
            .filter(role_grant::account_id.eq_any($accounts))
            .filter(role_grant::valid_until.is_null().or(holds))
            .select((role_grant::account_id, role_grant::role, role_grant::agency_id, below))
            .load($connection)
            .await?;
        rows
    }};
}

/// Asks for the [`Extent`] of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExtentOf(pub Uuid);

/// How far all that an account holds, or will hold, extends.
#[derive(Debug, Clone, Default)]
pub struct Extent(Vec<Held>);

impl Extent {
    /// Whether all of it lies within a reach.
    #[must_use]
    pub fn is_within(&self, reach: &Reached) -> bool {
        let within = |(_, role, agency, below): &Held| {
            reach.holds(*agency)
                && !auth::Role::from(*role).sees_everything()
                && below.iter().flatten().all(|agency| reach.holds(Some(*agency)))
        };
        *reach == Reached::All || self.0.iter().all(within)
    }
}

impl Batch for ExtentOf {
    type Value = Arc<Extent>;

    #[boxed]
    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, Arc<Extent>>, DbError> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rows = held!(ids, reader.today(), &mut reader.statement().await?);
        let mut extents: HashMap<Self, Extent> = keys.iter().map(|key| (*key, Extent::default())).collect();
        for row in rows {
            extents.entry(Self(row.0)).or_default().0.push(row);
        }
        Ok(extents.into_iter().map(|(key, extent)| (key, Arc::new(extent))).collect())
    }
}

/// Whether everything that an account holds, or will hold, lies within a reach.
pub(crate) async fn reaches_all_of(writing: &mut Writing, reach: &Reached, account: Uuid) -> Result<bool, DbError> {
    if *reach == Reached::All {
        return Ok(true);
    }
    let today = writing.today();
    Ok(Extent(held!([account], today, writing.connection())).is_within(reach))
}
