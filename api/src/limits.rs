//! How often: mutations by account and by address, sign-ins and refused tokens by address. Counted before anything is
//! executed, told in headers (draft-ietf-httpapi-ratelimit-headers).

use std::{fmt::Write as _, net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::StateInformationMiddleware,
    state::{InMemoryState, NotKeyed},
};
use moka::{policy::EvictionPolicy, sync::Cache};
use schema::error::{ApiError, Code};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    config::LimitsConfig,
    door::{Refusal, client_address, refused, request_id},
};

/// What is left of each quota that was counted against.
pub const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// The quotas.
pub const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Accounts or addresses remembered for each quota; beyond that the one unseen for longest is forgotten.
const REMEMBERED: u64 = 100_000;

const MINUTE: Duration = Duration::from_secs(60);

/// Time as tokio has it, since the beginning of the limits: a test can pause and advance it.
#[derive(Debug, Clone, Copy)]
struct Ticks(Instant);

impl Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

type Bucket = RateLimiter<NotKeyed, InMemoryState, Ticks, StateInformationMiddleware>;

/// Who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Account(Uuid),
    /// IPv6 by its first 64 bits: whoever has one such address has them all.
    Address(IpAddr),
}

impl Key {
    fn of(address: IpAddr) -> Self {
        Self::Address(match address {
            IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

/// So many a minute for each of whom it counts; at once, if there was rest before.
struct Limit {
    name: &'static str,
    quota: Quota,
    clock: Ticks,
    buckets: Cache<Key, Arc<Bucket>>,
}

impl Limit {
    fn new(name: &'static str, per_minute: u32, clock: Ticks) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        // Not the usual policy, which would not let newcomers in once it is full.
        let buckets = Cache::builder().max_capacity(REMEMBERED).eviction_policy(EvictionPolicy::lru()).build();
        Self { name, quota, clock, buckets }
    }

    fn take(&self, key: Key, number: u32) -> Option<Taken> {
        let number = NonZeroU32::new(number)?;
        let bucket = self
            .buckets
            .get_with(key, || Arc::new(RateLimiter::direct_with_clock(self.quota, self.clock).with_middleware()));
        let quota = self.quota.burst_size().get();
        let (left, wait) = match bucket.check_n(number) {
            Ok(Ok(state)) => (state.remaining_burst_capacity(), None),
            Ok(Err(not_until)) => (0, Some(not_until.wait_time_from(self.clock.now()))),
            // More at once than there is in a minute.
            Err(_) => (quota, Some(MINUTE)),
        };
        let full = self.quota.replenish_interval() * quota.saturating_sub(left);
        Some(Taken { name: self.name, quota, left, full, wait })
    }
}

/// What counting has come to.
struct Taken {
    name: &'static str,
    quota: u32,
    left: u32,
    /// Until the whole quota is there again.
    full: Duration,
    /// Until it may be tried again, if it was too often.
    wait: Option<Duration>,
}

/// What one request was counted as: nothing for most.
#[derive(Default)]
pub struct Counted(Vec<Taken>);

impl Counted {
    /// Seconds until it may be tried again, and the quota, if this was too often.
    fn excess(&self) -> Option<(u64, u32)> {
        let waits = self.0.iter().filter_map(|taken| Some((taken.wait?, taken.quota)));
        waits.max().map(|(wait, quota)| (seconds(wait).max(1), quota))
    }

    /// Why nothing is executed, if this was too often.
    #[must_use]
    pub fn refusal(&self) -> Option<ApiError> {
        let (wait, quota) = self.excess()?;
        let error = ApiError::new(
            Code::RateLimited,
            format!("Quá nhiều yêu cầu: tối đa {quota} trong một phút; hãy thử lại sau {wait} giây"),
            format!("Too many requests: at most {quota} a minute; try again in {wait} seconds"),
        );
        Some(error.with("retryAfter", wait).with("limit", quota))
    }

    /// Tells the client what is left.
    pub fn tell(&self, headers: &mut HeaderMap) {
        if self.0.is_empty() {
            return;
        }
        let (mut policy, mut state) = (String::new(), String::new());
        for Taken { name, quota, left, full, .. } in &self.0 {
            let comma = if policy.is_empty() { "" } else { ", " };
            let _ = write!(policy, "{comma}\"{name}\";q={quota};w={}", MINUTE.as_secs());
            let _ = write!(state, "{comma}\"{name}\";r={left};t={}", seconds(*full));
        }
        for (name, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, state)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        if let Some((wait, _)) = self.excess() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait));
        }
    }
}

/// Whole seconds, never too few.
fn seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

/// How many root fields of a request write, and how many of those sign in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Mutations that need a sign-in.
    pub mutations: u64,
    /// Mutations by which somebody signs in.
    pub sign_ins: u64,
}

/// How often requests may come to one server: its quotas, and what has been used of them.
pub struct RateLimits {
    mutations: Limit,
    address_mutations: Limit,
    sign_ins: Limit,
    refused_tokens: Limit,
}

impl RateLimits {
    /// Those of the settings; nothing is counted yet.
    #[must_use]
    pub fn new(config: &LimitsConfig) -> Arc<Self> {
        let clock = Ticks(Instant::now());
        Arc::new(Self {
            mutations: Limit::new("mutations", config.mutations, clock),
            address_mutations: Limit::new("address-mutations", config.address_mutations, clock),
            sign_ins: Limit::new("sign-ins", config.sign_ins, clock),
            refused_tokens: Limit::new("refused-tokens", config.refused_tokens, clock),
        })
    }

    /// Counts what a request will do, for its account and its address. An account that is over its quota does not use
    /// up that of the address, which it shares with others.
    #[must_use]
    pub fn count(&self, load: Load, account: Option<Uuid>, address: Option<IpAddr>) -> Counted {
        let number = |fields: u64| u32::try_from(fields).unwrap_or(u32::MAX);
        let (account, address) = (account.map(Key::Account), address.map(Key::of));
        let attempts = [
            (&self.mutations, account, load.mutations),
            (&self.address_mutations, address, load.mutations),
            (&self.sign_ins, address, load.sign_ins),
        ];
        let mut counted = Counted::default();
        for (limit, key, fields) in attempts {
            counted.0.extend(key.and_then(|key| limit.take(key, number(fields))));
            if counted.excess().is_some() {
                break;
            }
        }
        counted
    }

    /// Counts a token that did not hold. Those of the same address that hold are served all the same.
    #[must_use]
    pub fn count_refused_token(&self, address: Option<IpAddr>) -> Counted {
        Counted(address.and_then(|address| self.refused_tokens.take(Key::of(address), 1)).into_iter().collect())
    }
}

/// The layer around a path that takes credentials: each request counts as a sign-in.
pub async fn as_sign_in(State(limits): State<Arc<RateLimits>>, request: Request, next: Next) -> Response {
    let address = client_address(request.extensions());
    let counted = limits.count(Load { mutations: 0, sign_ins: 1 }, None, address);
    let mut response = if counted.refusal().is_some() {
        refused(Refusal::RateLimited.reason());
        Refusal::RateLimited.answer(&request_id(request.headers()))
    } else {
        next.run(request).await
    };
    counted.tell(response.headers_mut());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn limits() -> Arc<RateLimits> {
        RateLimits::new(&LimitsConfig { mutations: 3, address_mutations: 5, sign_ins: 2, refused_tokens: 2 })
    }

    fn mutations(number: u64) -> Load {
        Load { mutations: number, sign_ins: 0 }
    }

    fn headers_of(counted: &Counted) -> [String; 3] {
        let mut headers = HeaderMap::new();
        counted.tell(&mut headers);
        let read = |name: &HeaderName| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        [read(&RATE_LIMIT_POLICY), read(&RATE_LIMIT), read(&header::RETRY_AFTER)]
    }

    #[tokio::test(start_paused = true)]
    async fn a_quota_is_used_up_and_comes_back() {
        let (limits, me) = (limits(), Some(Uuid::from_u128(1)));
        assert_eq!(headers_of(&limits.count(Load::default(), me, Some(HERE))), ["", "", ""]);
        let first = limits.count(mutations(1), me, Some(HERE));
        assert!(first.refusal().is_none());
        assert_eq!(
            headers_of(&first),
            [
                "\"mutations\";q=3;w=60, \"address-mutations\";q=5;w=60",
                "\"mutations\";r=2;t=20, \"address-mutations\";r=4;t=12",
                ""
            ]
        );
        assert!(limits.count(mutations(2), me, Some(HERE)).refusal().is_none());
        let over = limits.count(mutations(1), me, Some(HERE));
        assert_eq!(over.refusal().unwrap().code(), Code::RateLimited);
        assert_eq!(headers_of(&over), ["\"mutations\";q=3;w=60", "\"mutations\";r=0;t=60", "20"]);
        tokio::time::advance(Duration::from_secs(20)).await;
        assert!(limits.count(mutations(1), me, Some(HERE)).refusal().is_none());
        assert!(limits.count(mutations(1), me, Some(HERE)).refusal().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_is_shared_and_one_account_alone_does_not_use_it_up() {
        let limits = limits();
        for _ in 0..10 {
            let _ = limits.count(mutations(3), Some(Uuid::from_u128(1)), Some(HERE));
        }
        let other = limits.count(mutations(2), Some(Uuid::from_u128(2)), Some(HERE));
        assert!(other.refusal().is_none());
        let third = limits.count(mutations(1), Some(Uuid::from_u128(3)), Some(HERE));
        assert!(third.refusal().is_some());
        assert!(
            limits
                .count(mutations(1), Some(Uuid::from_u128(3)), Some("192.0.2.2".parse().unwrap()))
                .refusal()
                .is_none()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn more_at_once_than_a_minute_holds_is_never_done() {
        let over = limits().count(mutations(4), Some(Uuid::from_u128(1)), Some(HERE));
        assert!(over.refusal().is_some());
        assert_eq!(headers_of(&over)[2], "60");
    }

    #[tokio::test(start_paused = true)]
    async fn addresses_of_one_ipv6_network_are_one() {
        let limits = limits();
        let sign_in = |address: &str| {
            let load = Load { mutations: 0, sign_ins: 1 };
            limits.count(load, None, Some(address.parse().unwrap())).refusal().is_none()
        };
        assert!(sign_in("2001:db8:0:1::1") && sign_in("2001:db8:0:1:ffff::2"));
        assert!(!sign_in("2001:db8:0:1::3"));
        assert!(sign_in("2001:db8:0:2::1"));
    }

    #[tokio::test(start_paused = true)]
    async fn refused_tokens_are_counted_apart() {
        let limits = limits();
        for holds in [true, true, false] {
            assert_eq!(limits.count_refused_token(Some(HERE)).refusal().is_none(), holds);
        }
        assert!(limits.count(Load { mutations: 1, sign_ins: 1 }, None, Some(HERE)).refusal().is_none());
    }

    #[test]
    fn no_more_are_remembered_than_there_is_room_for() {
        let limit = Limit::new("small", 1, Ticks(Instant::now()));
        for number in 0..REMEMBERED + 5_000 {
            let _ = limit.take(Key::Account(Uuid::from_u128(number.into())), 1);
        }
        limit.buckets.run_pending_tasks();
        assert!(limit.buckets.entry_count() <= REMEMBERED);
    }
}
