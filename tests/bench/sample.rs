//! What one contender did in one round.

use std::{ops::Sub, time::Duration};

/// Requests and their latencies.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Sorted.
    latencies: Vec<Duration>,
    elapsed: Duration,
    spent: Spent,
}

/// Time of processors.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    /// By the API's server; zero for SQL alone.
    pub server: Duration,
    /// By PostgreSQL.
    pub postgres: Duration,
    /// By whoever asks.
    pub client: Duration,
}

impl Spent {
    /// All of it.
    pub fn total(self) -> Duration {
        self.server + self.postgres + self.client
    }
}

impl Sub for Spent {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            server: self.server.saturating_sub(before.server),
            postgres: self.postgres.saturating_sub(before.postgres),
            client: self.client.saturating_sub(before.client),
        }
    }
}

impl Sample {
    /// From the latency of every request, in any order, and how long all of it took.
    pub fn new(mut latencies: Vec<Duration>, elapsed: Duration) -> Self {
        latencies.sort_unstable();
        Self { latencies, elapsed, spent: Spent::default() }
    }

    /// The same, with what it cost.
    pub fn costing(self, spent: Spent) -> Self {
        Self { spent, ..self }
    }

    /// Requests answered each second.
    pub fn rate(&self) -> f64 {
        self.count() / self.elapsed.as_secs_f64()
    }

    /// The latency that so many percent of the requests kept to, in milliseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        let index = (self.latencies.len() * percent / 100).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(index).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1000.0)
    }

    /// Time of processors for one request, in milliseconds.
    pub fn cost(&self, of: impl Fn(Spent) -> Duration) -> f64 {
        of(self.spent).as_secs_f64() * 1000.0 / self.count()
    }

    fn count(&self) -> f64 {
        f64::from(u32::try_from(self.latencies.len()).unwrap_or(u32::MAX))
    }
}
