//! How far a subscription has come, beside the fields that its client has selected.

use std::sync::atomic::{AtomicI64, Ordering};

use super::event::{read_cursor, write_cursor};
use crate::error::ApiError;

/// No place yet.
const NOWHERE: i64 = -1;

/// Where a subscription goes on after its connection broke, and how far it has come since.
///
/// Clients of both protocols connect again by themselves, and say again what they said first: with the same `after` everything
/// would come once more. So what carries the answers puts the place beside each of them, and hands in the last that
/// its client has seen. Whatever is later counts, that place or `after`.
#[derive(Debug)]
pub struct FeedPlace {
    seen: Option<i64>,
    reached: AtomicI64,
}

/// No place yet.
impl Default for FeedPlace {
    fn default() -> Self {
        Self { seen: None, reached: AtomicI64::new(NOWHERE) }
    }
}

impl FeedPlace {
    /// The cursor up to which the client has seen everything; none at its first connection. Fails for what is no cursor.
    pub fn new(cursor: Option<&str>) -> Result<Self, ApiError> {
        let seen = cursor.map(read_cursor).transpose()?;
        Ok(Self { seen, reached: AtomicI64::new(seen.unwrap_or(NOWHERE)) })
    }

    /// The cursor up to which everything was given; none while nothing is known.
    #[must_use]
    pub fn cursor(&self) -> Option<String> {
        Some(self.reached.load(Ordering::Relaxed)).filter(|place| *place != NOWHERE).map(write_cursor)
    }

    /// Where to begin, given the place that the operation names.
    pub(super) fn begin(&self, after: Option<i64>) -> Option<i64> {
        after.max(self.seen)
    }

    /// All up to here is given.
    pub(super) fn reach(&self, place: i64) {
        self.reached.store(place, Ordering::Relaxed);
    }
}
