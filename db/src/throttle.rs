//! How guessing passwords becomes slow, on every node at once, without telling who has an account and without shutting
//! anybody out.
//!
//! Tries are counted under three keys, each by what was typed, whether or not an account has that login:
//!
//! | key | free | then, doubling from 1 s, at most | against |
//! | --- | --- | --- | --- |
//! | login and address | 5 | 15 minutes | somebody who guesses one person's password |
//! | address | 30 | 1 minute | somebody who tries one password with many logins |
//! | login | 50 | 1 minute | many addresses that guess one person's password together |
//!
//! Who is blocked is answered as if the password were wrong, and such a try is not counted: a block ends by itself. The
//! third key does not count for an address from which the person has signed in within 30 days, so that strangers cannot
//! keep somebody out of the place where they work. What remains: somebody behind the same address as an office (NAT) can
//! make it wait for a minute at a time, and a person away from all known addresses can be made to wait as long as an attack
//! on their login goes on. Sessions that are there go on in both cases.

use std::net::IpAddr;

use auth::{hash, seal::Sealer};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::{DbError, Writer, schema::sign_in_throttle, sql_functions::sign_in_count, writer::Writing};

/// How many failures are free, and the longest wait after more, in seconds.
#[derive(Debug, Clone, Copy)]
struct Patience {
    free: i32,
    longest: i32,
}

const LOGIN_AND_ADDRESS: Patience = Patience { free: 5, longest: 15 * 60 };
const ADDRESS: Patience = Patience { free: 30, longest: 60 };
const LOGIN: Patience = Patience { free: 50, longest: 60 };

/// A try to prove who one is.
pub(crate) struct Try {
    login_and_address: Vec<u8>,
    address: Vec<u8>,
    /// `None` at an address that is known for this login.
    login: Option<Vec<u8>>,
}

impl Try {
    /// By a login, folded; `known` says that the person has signed in from the request's address lately.
    pub(crate) fn new(sealer: &Sealer, writer: &Writer, login: &str, known: bool) -> Self {
        let address = writer.origin().address.as_deref().map(network).unwrap_or_default();
        // Keyed, since people type passwords into the field of the login.
        let key = |of: [&str; 2]| sealer.derive("sign-in throttle", &of.map(hash::of).concat()).to_vec();
        Self {
            login_and_address: key([login, &address]),
            address: key(["", &address]),
            login: (!known).then(|| key([login, ""])),
        }
    }

    /// Counts it as failed, before it is known how it ends; false if it is blocked.
    pub(crate) async fn count(&self, writer: &Writer) -> Result<bool, DbError> {
        let mut asked = vec![(self.login_and_address.clone(), LOGIN_AND_ADDRESS), (self.address.clone(), ADDRESS)];
        asked.extend(self.login.clone().map(|key| (key, LOGIN)));
        let (keys, patience): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
        let free: Vec<i32> = patience.iter().map(|patience| patience.free).collect();
        let longest: Vec<i32> = patience.iter().map(|patience| patience.longest).collect();
        let counted = diesel::select(sign_in_count(keys, free, longest, writer.now()));
        Ok(counted.get_result(&mut writer.alone().await?).await?)
    }

    /// It proved who it is: the failures from this address are forgotten.
    pub(crate) async fn succeeded(&self, writing: &mut Writing) -> Result<(), DbError> {
        self.did_not_fail(writing).await?;
        let own = sign_in_throttle::table.filter(sign_in_throttle::key.eq(&self.login_and_address));
        diesel::delete(own).execute(writing.connection()).await?;
        Ok(())
    }

    /// It is taken back: it has neither failed nor proved everything.
    pub(crate) async fn did_not_fail(&self, writing: &mut Writing) -> Result<(), DbError> {
        let keys: Vec<&Vec<u8>> = [&self.login_and_address, &self.address].into_iter().chain(&self.login).collect();
        let rows = sign_in_throttle::table.filter(sign_in_throttle::key.eq_any(keys));
        // Locked in the order in which they are counted, so that two never wait for one another.
        let ordered = rows.clone().select(sign_in_throttle::key).order(sign_in_throttle::key).for_update();
        ordered.load::<Vec<u8>>(writing.connection()).await?;
        let now = writing.now();
        diesel::update(rows.filter(sign_in_throttle::failures.gt(0)))
            .set((
                sign_in_throttle::failures.eq(sign_in_throttle::failures - 1),
                sign_in_throttle::blocked_until.eq(now),
            ))
            .execute(writing.connection())
            .await?;
        Ok(())
    }
}

/// What counts as one address: of IPv6 the first 64 bits, since whoever has one address there has all of them.
fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(address)) => format!("{:x}/64", address.to_bits() >> 64),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_connection_at_home_is_one_address() {
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("203.0.113.9"), "203.0.113.9");
    }
}
