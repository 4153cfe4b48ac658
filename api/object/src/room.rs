//! How large an answer may become: counted while it is written, so that one that is too large is never whole in memory.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The room of one answer. A request brings it among its data, as an `Arc`, for all fields of its root; without it there is no
/// limit.
#[derive(Debug)]
pub struct Room {
    limit: usize,
    taken: AtomicUsize,
}

/// The source of the error of an answer that is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge {
    /// How many bytes it may have.
    pub limit: usize,
}

impl Room {
    /// So many bytes.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self { limit, taken: AtomicUsize::new(0) }
    }

    /// Takes so many more.
    pub(crate) fn take(&self, bytes: usize) -> Result<(), TooLarge> {
        let taken = self.taken.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if taken <= self.limit { Ok(()) } else { Err(TooLarge { limit: self.limit }) }
    }
}
