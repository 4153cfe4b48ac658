//! Leases: for how long something that a server works on is no other's.

use std::time::Duration;

use diesel::pg::data_types::PgInterval;

/// The length of a lease, for SQL.
pub(crate) fn lasting(lease: Duration) -> PgInterval {
    PgInterval::from_microseconds(i64::try_from(lease.as_micros()).unwrap_or(i64::MAX))
}
