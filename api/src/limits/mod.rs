//! How much and how often: points and mutations by account or address, sign-ins and refused tokens by address. Counted before
//! anything is executed, told in headers (draft-ietf-httpapi-ratelimit-headers).
//!
//! **Points.** What a request asks for has a price ([`crate::guard`]), and is refused when its budget does not hold so many. What
//! it then took ([`points`]) is charged afterwards, where that is more. A budget refills evenly, so that what was spent is there again
//! after a minute.
//!
//! **Several nodes.** Each counts for itself, and gives its part of every budget: the setting `limits.nodes` says how many there
//! are. So somebody whom the balancer spreads evenly gets the whole, and nobody gets more.

mod budget;
pub mod places;
pub mod points;
mod sharer;

use std::{fmt::Write as _, net::IpAddr, ops::Add, sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use schema::error::{ApiError, Code};
use uuid::Uuid;

use self::budget::{Limit, Taken, Ticks};
pub use self::{budget::Arrivals, sharer::Sharer};
use crate::{
    config::LimitsConfig,
    door::{Refusal, caller, client_address, refused},
};

/// What is left of each quota that was counted against.
pub const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// The quotas.
pub const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

const MINUTE: Duration = Duration::from_secs(60);

/// The name of the budget of points.
const POINTS: &str = "points";

/// What one request was counted as: nothing for most.
#[derive(Default)]
pub struct Counted(Vec<Taken>);

impl Counted {
    /// What is left of the points when so many more are charged.
    #[must_use]
    pub fn left(&self, charged: u64) -> Left {
        let points = self.0.iter().find(|taken| taken.name == POINTS);
        let (left, quota) = points.map_or((0, 0), |taken| (taken.left, taken.quota));
        let remaining = u64::from(left).saturating_sub(charged);
        Left { remaining, restore_rate: u64::from(quota) / MINUTE.as_secs() }
    }

    /// Seconds until it may be tried again, and what was too much, if anything was.
    fn excess(&self) -> Option<(u64, &Taken)> {
        let waits = self.0.iter().filter_map(|taken| Some((taken.wait?, taken)));
        waits.max_by_key(|(wait, _)| *wait).map(|(wait, taken)| (seconds(wait).max(1), taken))
    }

    /// How long to wait until it may be tried again; none if nothing was too much.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        self.excess().map(|(wait, _)| Duration::from_secs(wait))
    }

    /// Why nothing is executed, if this was too much or too often.
    #[must_use]
    pub fn refusal(&self) -> Option<ApiError> {
        let (wait, Taken { name, quota, .. }) = self.excess()?;
        let (vi, en) = match *name {
            POINTS => ("Đã dùng hết điểm", "The budget of points is spent"),
            _ => ("Quá nhiều yêu cầu", "Too many requests"),
        };
        let error = ApiError::new(
            Code::RateLimited,
            format!("{vi}: tối đa {quota} trong một phút; hãy thử lại sau {wait} giây"),
            format!("{en}: at most {quota} a minute; try again in {wait} seconds"),
        );
        Some(error.with("retryAfter", wait).with("limit", *quota))
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

/// A budget of points, as a client is told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// What may be spent at once.
    pub remaining: u64,
    /// What comes back each second.
    pub restore_rate: u64,
}

/// Whole seconds, never too few.
fn seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

/// What a request asks for, as it is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Its price.
    pub points: u64,
    /// Of its price, what is for looking at more than is shown: searches, counts, what is worked out.
    pub sought: u64,
    /// Mutations that need a sign-in.
    pub mutations: u64,
    /// Mutations by which somebody signs in.
    pub sign_ins: u64,
}

impl Add for Load {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            points: self.points.saturating_add(other.points),
            sought: self.sought.saturating_add(other.sought),
            mutations: self.mutations.saturating_add(other.mutations),
            sign_ins: self.sign_ins.saturating_add(other.sign_ins),
        }
    }
}

/// How often requests may come to one server: its quotas, and what has been used of them.
pub struct RateLimits {
    points: Limit,
    address_points: Limit,
    mutations: Limit,
    address_mutations: Limit,
    sign_ins: Limit,
    refused_tokens: Limit,
}

impl RateLimits {
    /// Those of the settings; nothing is counted yet.
    #[must_use]
    pub fn new(config: &LimitsConfig) -> Arc<Self> {
        let clock = Ticks::begin();
        let limit = |name, per_minute| Limit::new(name, per_minute, config.nodes, clock);
        Arc::new(Self {
            points: limit(POINTS, config.points),
            address_points: limit(POINTS, config.address_points),
            mutations: limit("mutations", config.mutations),
            address_mutations: limit("address-mutations", config.address_mutations),
            sign_ins: limit("sign-ins", config.sign_ins),
            refused_tokens: limit("refused-tokens", config.refused_tokens),
        })
    }

    /// Counts what a request will do, for its account and its address. An account that is over its quota does not use
    /// up that of the address, which it shares with others.
    #[must_use]
    pub fn count(&self, load: Load, account: Option<Uuid>, address: Option<IpAddr>) -> Counted {
        let number = |fields: u64| u32::try_from(fields).unwrap_or(u32::MAX);
        let sharer = Sharer::of(account, address);
        let (account, address) = (account.map(Sharer::Account), address.map(Sharer::at));
        let attempts = [
            (self.points_of(sharer), Some(sharer), load.points),
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

    /// Charges what a request took beyond its price; whoever has too little left owes the rest.
    pub fn charge(&self, sharer: Sharer, points: u64) {
        self.points_of(sharer).charge(sharer, u32::try_from(points).unwrap_or(u32::MAX));
    }

    const fn points_of(&self, sharer: Sharer) -> &Limit {
        match sharer {
            Sharer::Account(_) => &self.points,
            Sharer::Address(_) => &self.address_points,
        }
    }

    /// Counts a token that did not hold. Those of the same address that hold are served all the same.
    #[must_use]
    pub fn count_refused_token(&self, address: Option<IpAddr>) -> Counted {
        Counted(address.and_then(|address| self.refused_tokens.take(Sharer::at(address), 1)).into_iter().collect())
    }
}

/// The layer around a path that takes credentials: each request counts as a sign-in.
pub async fn as_sign_in(State(limits): State<Arc<RateLimits>>, request: Request, next: Next) -> Response {
    let address = client_address(request.extensions());
    let counted = limits.count(Load { sign_ins: 1, ..Load::default() }, None, address);
    let mut response = if counted.refusal().is_some() {
        refused(Refusal::RateLimited.reason());
        Refusal::RateLimited.answer(&caller(request.headers()))
    } else {
        next.run(request).await
    };
    counted.tell(response.headers_mut());
    response
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    fn limits() -> Arc<RateLimits> {
        RateLimits::new(&LimitsConfig {
            nodes: 1,
            points: 1000,
            address_points: 600,
            mutations: 3,
            address_mutations: 5,
            sign_ins: 2,
            refused_tokens: 2,
        })
    }

    fn mutations(number: u64) -> Load {
        Load { mutations: number, ..Load::default() }
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
    async fn refused_tokens_are_counted_apart() {
        let limits = limits();
        for holds in [true, true, false] {
            assert_eq!(limits.count_refused_token(Some(HERE)).refusal().is_none(), holds);
        }
        assert!(
            limits.count(Load { mutations: 1, sign_ins: 1, ..Load::default() }, None, Some(HERE)).refusal().is_none()
        );
    }

    fn points(number: u64) -> Load {
        Load { points: number, ..Load::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn points_are_an_accounts_wherever_it_is_and_else_an_addresss() {
        let limits = limits();
        let (me, elsewhere) = (Some(Uuid::from_u128(1)), Some("198.51.100.7".parse().unwrap()));
        assert!(limits.count(points(900), me, Some(HERE)).refusal().is_none());
        assert!(limits.count(points(200), me, elsewhere).refusal().is_some());
        assert!(limits.count(points(600), None, Some(HERE)).refusal().is_none());
        assert!(limits.count(points(1), None, Some(HERE)).refusal().is_some());
        assert!(limits.count(points(600), None, elsewhere).refusal().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_taken_beyond_the_price_is_owed() {
        let (limits, me) = (limits(), Some(Uuid::from_u128(1)));
        let sharer = Sharer::of(me, Some(HERE));
        assert_eq!(limits.count(points(400), me, Some(HERE)).left(0), Left { remaining: 600, restore_rate: 16 });
        limits.charge(sharer, 100);
        assert_eq!(limits.count(points(100), me, Some(HERE)).left(0), Left { remaining: 400, restore_rate: 16 });
        limits.charge(sharer, 900);
        let over = limits.count(points(1), me, Some(HERE));
        assert_eq!(headers_of(&over)[2], "30", "500 points more than there are");
        tokio::time::advance(Duration::from_secs(31)).await;
        assert!(limits.count(points(1), me, Some(HERE)).refusal().is_none());
        limits.charge(sharer, 1_000_000);
        tokio::time::advance(MINUTE).await;
        assert!(limits.count(points(1), me, Some(HERE)).refusal().is_some(), "a minute's worth was owed");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(limits.count(points(1), me, Some(HERE)).refusal().is_none());
    }
}
