//! Accounts of the demo, one for each role. Their password is printed, so they are refused where no demo is served.

use auth::Role;
use chrono::{DateTime, NaiveDate, Utc};
use derive::boxed;
use diesel::{dsl::exists, prelude::*};
use diesel_async::{AsyncConnection as _, RunQueryDsl};

use super::id::id;
use crate::{
    DbError, Pool,
    connection::ConnectionSettings,
    schema::{account, change, password, role_grant},
};

/// What all of them sign in with: no secret.
pub const PASSWORD: &str = "song-Trà-núi-Ấn-57";

/// An account of the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoAccount {
    /// What to sign in with.
    pub login: &'static str,
    /// Who that would be.
    pub full_name: &'static str,
    /// The one role it holds.
    pub role: Role,
    /// Where: the code of an agency; `None` is everywhere.
    pub agency: Option<&'static str>,
    /// Whether it is also held at the agencies below.
    pub with_below: bool,
}

const fn at(agency: &'static str, login: &'static str, full_name: &'static str, role: Role) -> DemoAccount {
    DemoAccount { login, full_name, role, agency: Some(agency), with_below: false }
}

/// The agency whose reporter and whose head are among them.
pub(super) const REPORTER: &str = "qng.skhcn";

/// One for each role.
pub const ACCOUNTS: [DemoAccount; 6] = [
    at(REPORTER, "bao.cao", "Nguyễn Thị Báo Cáo", Role::Reporter),
    at(REPORTER, "thu.truong", "Trần Văn Thủ Trưởng", Role::Head),
    DemoAccount {
        with_below: true, ..at("qng.ubnd", "thuong.truc", "Lê Thị Thường Trực", Role::StandingOffice)
    },
    DemoAccount { with_below: true, ..at("qng.ubnd", "lanh.dao", "Phạm Văn Lãnh Đạo", Role::Leader) },
    DemoAccount { agency: None, ..at("", "thanh.tra", "Võ Thị Thanh Tra", Role::Inspector) },
    DemoAccount { agency: None, ..at("", "quan.tri", "Đỗ Văn Quản Trị", Role::Administrator) },
];

/// Whether any of them is missing, so that a hash of the password is needed.
#[boxed]
pub async fn are_missing(owner: &ConnectionSettings) -> Result<bool, DbError> {
    let ids = ACCOUNTS.map(|demo| id("account", demo.login));
    let there = password::table.filter(password::account_id.eq_any(ids)).count();
    let there: i64 = there.get_result(&mut owner.connect().await?).await?;
    Ok(usize::try_from(there) != Ok(ACCOUNTS.len()))
}

/// Makes those that are missing, all with that hash of [`PASSWORD`]. The facts must be there. Those that are there stay
/// as they are, disabled ones too.
#[boxed]
pub async fn load(owner: &ConnectionSettings, hash: &str, today: NaiveDate, now: DateTime<Utc>) -> Result<(), DbError> {
    let accounts = ACCOUNTS.map(|demo| {
        (
            account::id.eq(id("account", demo.login)),
            account::login.eq(demo.login),
            account::full_name.eq(demo.full_name),
            account::agency_id.eq(demo.agency.map(|code| id("agency", code))),
            account::demo.eq(true),
            account::created_at.eq(now),
        )
    });
    let passwords = ACCOUNTS.map(|demo| {
        (password::account_id.eq(id("account", demo.login)), password::hash.eq(hash), password::changed_at.eq(now))
    });
    let grants = ACCOUNTS.map(|demo| {
        (
            role_grant::id.eq(id("role_grant", demo.login)),
            role_grant::account_id.eq(id("account", demo.login)),
            role_grant::role.eq(demo.role.as_str()),
            role_grant::agency_id.eq(demo.agency.map(|code| id("agency", code))),
            role_grant::with_below.eq(demo.with_below),
            role_grant::valid_from.eq(today),
            role_grant::granted_at.eq(now),
        )
    });
    let work = async |connection: &mut diesel_async::AsyncPgConnection| {
        let new = diesel::insert_into(account::table).values(accounts.to_vec()).on_conflict(account::id).do_nothing();
        let new: Vec<uuid::Uuid> = new.returning(account::id).get_results(connection).await?;
        let passwords = diesel::insert_into(password::table).values(passwords.to_vec());
        passwords.on_conflict(password::account_id).do_nothing().execute(connection).await?;
        let grants = diesel::insert_into(role_grant::table).values(grants.to_vec());
        grants.on_conflict(role_grant::id).do_nothing().execute(connection).await?;
        let rows = new.iter().map(|id| {
            let created = (change::kind.eq("CREATED"), change::recorded_at.eq(now));
            (change::noun.eq("account"), change::object_id.eq(id), created)
        });
        diesel::insert_into(change::table).values(rows.collect::<Vec<_>>()).execute(connection).await?;
        Ok(())
    };
    owner.connect().await?.transaction::<_, DbError, _>(work).await
}

/// Whether somebody could sign in with a printed password.
#[boxed]
pub async fn are_active(pool: &Pool) -> Result<bool, DbError> {
    let active = account::table.filter(account::demo.and(account::status.eq("ACTIVE")));
    Ok(diesel::select(exists(active)).get_result(&mut pool.get().await?.statement()).await?)
}

#[cfg(test)]
mod tests {
    use auth::password::Password;

    use super::*;

    #[test]
    fn there_is_one_for_each_role_with_a_password_that_would_be_accepted() {
        let roles: Vec<_> = ACCOUNTS.iter().map(|demo| demo.role).collect();
        assert_eq!(roles, Role::ALL);
        for demo in ACCOUNTS {
            assert_eq!(Password::from(PASSWORD).weakness(&[demo.login, demo.full_name]), None, "{}", demo.login);
        }
    }
}
