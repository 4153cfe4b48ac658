//! So many in a time, and at once if there was rest before: a bucket that refills, for each of whom it counts.

use std::{
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::StateInformationMiddleware,
    state::{InMemoryState, NotKeyed},
};
use moka::{policy::EvictionPolicy, sync::Cache};
use tokio::time::Instant;

use super::{MINUTE, Sharer};

/// Accounts or addresses remembered for each quota; beyond that the one unseen for longest is forgotten.
const REMEMBERED: u64 = 100_000;

/// Time as tokio has it, since the beginning of the limits: a test can pause and advance it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ticks(Instant);

impl Ticks {
    /// From now on.
    pub fn begin() -> Self {
        Self(Instant::now())
    }
}

impl Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

type Bucket = RateLimiter<NotKeyed, InMemoryState, Ticks, StateInformationMiddleware>;

/// What is left for one of whom it counts.
struct Budget {
    bucket: Bucket,
    /// What was charged when nothing was left: taken with the next request.
    owed: AtomicU32,
}

impl Budget {
    /// Pays what is owed, then takes that many, if there are so many. What is left, and how long to wait if there are not.
    fn take(&self, number: NonZeroU32, quota: u32, clock: Ticks) -> (u32, Option<Duration>) {
        let take = |number| match self.bucket.check_n(number) {
            Ok(Ok(state)) => (state.remaining_burst_capacity(), None),
            Ok(Err(not_until)) => (0, Some(not_until.wait_time_from(clock.now()))),
            // More at once than there is in a minute.
            Err(_) => (quota, Some(MINUTE)),
        };
        if let Some(owed) = NonZeroU32::new(self.owed.swap(0, Ordering::Relaxed)) {
            let unpaid = take(owed);
            if unpaid.1.is_some() {
                self.owe(owed.get(), quota);
                return unpaid;
            }
        }
        take(number)
    }

    /// Takes it, now or later.
    fn charge(&self, number: u32, quota: u32) {
        let taken = NonZeroU32::new(number).map(|number| self.bucket.check_n(number));
        if !matches!(taken, None | Some(Ok(Ok(_)))) {
            self.owe(number, quota);
        }
    }

    /// Nobody owes more than a minute brings.
    fn owe(&self, number: u32, quota: u32) {
        let add = |owed: u32| Some(owed.saturating_add(number).min(quota));
        let _ = self.owed.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

/// So many a minute for each of whom it counts; at once, if there was rest before.
pub(super) struct Limit {
    name: &'static str,
    quota: Quota,
    clock: Ticks,
    budgets: Cache<Sharer, Arc<Budget>>,
}

impl Limit {
    /// This node's part of it.
    pub fn new(name: &'static str, per_minute: u32, nodes: u32, clock: Ticks) -> Self {
        let own = NonZeroU32::new(per_minute.div_ceil(nodes.max(1))).unwrap_or(NonZeroU32::MIN);
        Self::of(Quota::per_minute(own), name, clock)
    }

    fn of(quota: Quota, name: &'static str, clock: Ticks) -> Self {
        // Not the usual policy, which would not let newcomers in once it is full.
        let budgets = Cache::builder().max_capacity(REMEMBERED).eviction_policy(EvictionPolicy::lru()).build();
        Self { name, quota, clock, budgets }
    }

    /// Takes that many, now or later.
    pub fn charge(&self, sharer: Sharer, number: u32) {
        self.budget(sharer).charge(number, self.size());
    }

    fn size(&self) -> u32 {
        self.quota.burst_size().get()
    }

    fn budget(&self, sharer: Sharer) -> Arc<Budget> {
        self.budgets.get_with(sharer, || {
            let bucket = RateLimiter::direct_with_clock(self.quota, self.clock).with_middleware();
            Arc::new(Budget { bucket, owed: AtomicU32::new(0) })
        })
    }

    /// Takes that many; nothing is counted of none.
    pub fn take(&self, sharer: Sharer, number: u32) -> Option<Taken> {
        let (number, quota) = (NonZeroU32::new(number)?, self.size());
        let (left, wait) = self.budget(sharer).take(number, quota, self.clock);
        let full = self.quota.replenish_interval() * quota.saturating_sub(left);
        Some(Taken { name: self.name, quota, left, full, wait })
    }
}

/// What counting has come to.
pub(super) struct Taken {
    pub name: &'static str,
    pub quota: u32,
    pub left: u32,
    /// Until the whole quota is there again.
    pub full: Duration,
    /// Until it may be tried again, if it was too often.
    pub wait: Option<Duration>,
}

/// How often each address opens a connection: to close one costs little, to greet its client much.
pub struct Arrivals(Limit);

impl Arrivals {
    /// So many a second, and so many at once.
    #[must_use]
    pub fn new(per_second: NonZeroU32, at_once: NonZeroU32) -> Self {
        let quota = Quota::per_second(per_second).allow_burst(at_once);
        Self(Limit::of(quota, "connections", Ticks::begin()))
    }

    /// Whether this one is too many.
    #[must_use]
    pub fn is_too_often(&self, address: IpAddr) -> bool {
        self.0.take(Sharer::at(address), 1).is_none_or(|taken| taken.wait.is_some())
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use uuid::Uuid;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    #[tokio::test(start_paused = true)]
    async fn an_address_opens_so_many_connections_a_second() {
        let number = |number| NonZeroU32::new(number).unwrap();
        let arrivals = Arrivals::new(number(10), number(20));
        assert!((0..20).all(|_| !arrivals.is_too_often(HERE)));
        assert!(arrivals.is_too_often(HERE) && !arrivals.is_too_often("192.0.2.2".parse().unwrap()));
        tokio::time::advance(Duration::from_millis(100)).await;
        assert!(!arrivals.is_too_often(HERE) && arrivals.is_too_often(HERE));
    }

    #[test]
    fn each_of_several_nodes_gives_its_part() {
        let limit = Limit::new("shared", 90, 4, Ticks::begin());
        assert_eq!(limit.size(), 23);
    }

    #[test]
    fn no_more_are_remembered_than_there_is_room_for() {
        let limit = Limit::new("small", 1, 1, Ticks::begin());
        for number in 0..REMEMBERED + 5_000 {
            let _ = limit.take(Sharer::Account(Uuid::from_u128(number.into())), 1);
        }
        limit.budgets.run_pending_tasks();
        assert!(limit.budgets.entry_count() <= REMEMBERED);
    }
}
