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
//!
//! Whoever asks for a link because a password is forgotten is counted in the same way, apart from the sign-in ([`Tried`]).
//!
//! A wait is written down only where one is due, so those who sign in at the same moment never find one that nobody earned.
//! It is measured by the database's clock, under the locks of the keys (`sign_in_count`): the order in which tries are counted
//! is then the order of their instants, on every node. A fixed clock gives its own instant.
//!
//! A try counts as failed until it is known how it ends, so many right ones at the same moment would use up what is free. So
//! on one node they wait in queues ([`Queues`]): one of a login and address, and a few of an address. What is under way on five
//! nodes together is then no more than what is free.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use auth::hash;
use diesel_async::RunQueryDsl;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    DbError, Writer,
    session::Entrance,
    sql_functions::{sign_in_count, sign_in_take_back},
    writer::Writing,
};

/// How many failures are free, and the longest wait after more, in seconds.
#[derive(Debug, Clone, Copy)]
struct Patience {
    free: i32,
    longest: i32,
}

const LOGIN_AND_ADDRESS: Patience = Patience { free: 5, longest: 15 * 60 };
const ADDRESS: Patience = Patience { free: 30, longest: 60 };
const LOGIN: Patience = Patience { free: 50, longest: 60 };

/// How many tries of one login and address are under way at once on one node.
const AT_ONCE: usize = 1;

/// How many of one address.
const AT_ONCE_OF_ADDRESS: usize = 6;

/// Who tries on this node, and who waits for it: by key, in the order in which they came.
#[derive(Debug, Default)]
pub struct Queues(Mutex<HashMap<Vec<u8>, Weak<Semaphore>>>);

impl Queues {
    async fn take(&self, key: &[u8], at_once: usize) -> Option<OwnedSemaphorePermit> {
        let queue = {
            let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            queues.retain(|_, queue| queue.strong_count() > 0);
            queues.get(key).and_then(Weak::upgrade).unwrap_or_else(|| {
                let queue = Arc::new(Semaphore::new(at_once));
                queues.insert(key.to_vec(), Arc::downgrade(&queue));
                queue
            })
        };
        queue.acquire_owned().await.ok()
    }
}

/// What is tried: each is counted by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tried {
    /// To prove who one is.
    SignIn,
    /// To have a link for a new password mailed. It neither fails nor succeeds: each is counted.
    PasswordReset,
}

impl Tried {
    /// What keeps its keys apart.
    const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in throttle",
            Self::PasswordReset => "password reset throttle",
        }
    }
}

/// A try of somebody who has not signed in.
pub(crate) struct Try {
    login_and_address: Vec<u8>,
    address: Vec<u8>,
    /// `None` at an address that is known for this login.
    login: Option<Vec<u8>>,
    queues: Arc<Queues>,
    /// Held from when it is counted until it is known how it ended.
    turn: [Option<OwnedSemaphorePermit>; 2],
}

impl Try {
    /// By a login, folded; `known` says that the person has signed in from the request's address lately.
    pub(crate) fn new(what: Tried, entrance: &Entrance, writer: &Writer, login: &str, known: bool) -> Self {
        let address = writer.origin().address.as_deref().map(network).unwrap_or_default();
        // Keyed, since people type passwords into the field of the login. What is counted is part of the key: a login or an address may be empty.
        let key = |of: [&str; 3]| entrance.sealer.derive(what.as_str(), &of.map(hash::of).concat()).to_vec();
        Self {
            login_and_address: key(["login and address", login, &address]),
            address: key(["address", "", &address]),
            login: (!known).then(|| key(["login", login, ""])),
            queues: Arc::clone(&entrance.queues),
            turn: [None, None],
        }
    }

    /// Its keys.
    fn keys(&self) -> impl Iterator<Item = (&Vec<u8>, Patience)> {
        let everywhere = self.login.as_ref().map(|key| (key, LOGIN));
        [(&self.login_and_address, LOGIN_AND_ADDRESS), (&self.address, ADDRESS)].into_iter().chain(everywhere)
    }

    /// Counts it as failed, before it is known how it ends, once it is its turn; false if it is blocked.
    pub(crate) async fn count(&mut self, writer: &Writer) -> Result<bool, DbError> {
        // Whoever waits for the second holds the first, and nobody waits for the first who holds the second.
        let of_both = self.queues.take(&self.login_and_address, AT_ONCE).await;
        self.turn = [of_both, self.queues.take(&self.address, AT_ONCE_OF_ADDRESS).await];
        let keys = self.keys().map(|(key, _)| key.clone()).collect::<Vec<_>>();
        let free = self.keys().map(|(_, patience)| patience.free).collect::<Vec<_>>();
        let longest = self.keys().map(|(_, patience)| patience.longest).collect::<Vec<_>>();
        let counted = diesel::select(sign_in_count(keys, free, longest, writer.fixed_now()));
        Ok(counted.get_result(&mut writer.alone().await?.statement()).await?)
    }

    /// It proved who it is: the failures from this address are forgotten.
    pub(crate) async fn succeeded(&self, writing: &mut Writing) -> Result<(), DbError> {
        self.take_back(writing, Some(self.login_and_address.clone())).await
    }

    /// It is taken back: it has neither failed nor proved everything.
    pub(crate) async fn did_not_fail(&self, writing: &mut Writing) -> Result<(), DbError> {
        self.take_back(writing, None).await
    }

    async fn take_back(&self, writing: &mut Writing, proved: Option<Vec<u8>>) -> Result<(), DbError> {
        let keys = self.keys().map(|(key, _)| key.clone()).collect::<Vec<_>>();
        let taken = diesel::select(sign_in_take_back(keys, proved));
        taken.execute(writing.connection()).await?;
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
