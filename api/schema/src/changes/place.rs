//! How far a subscription has come, beside the fields that its client has selected.

use std::sync::Arc;

use db::change::WINDOW;
use tokio::sync::watch;

use super::Cursors;
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
    cursors: Arc<Cursors>,
    seen: Option<i64>,
    reached: watch::Sender<i64>,
}

impl FeedPlace {
    /// That of a client at its first connection.
    #[must_use]
    pub fn new(cursors: Arc<Cursors>) -> Self {
        Self { cursors, seen: None, reached: watch::Sender::new(NOWHERE) }
    }

    /// That of a client that has seen everything up to a cursor. Fails for what is no cursor.
    pub fn after(cursors: Arc<Cursors>, cursor: &str) -> Result<Self, ApiError> {
        let seen = cursors.read(cursor)?;
        Ok(Self { cursors, seen: Some(seen), reached: watch::Sender::new(seen) })
    }

    /// The cursor up to which everything was given; none while nothing is known.
    #[must_use]
    pub fn cursor(&self) -> Option<String> {
        let reached = Some(*self.reached.borrow()).filter(|place| *place != NOWHERE);
        reached.map(|place| self.cursors.write(place))
    }

    /// Waits until it is known where it begins: what changes from then on is given.
    pub async fn begun(&self) {
        // The sender is here.
        let _ = self.reached.subscribe().wait_for(|place| *place != NOWHERE).await;
    }

    /// Where to begin, given the place that the operation names.
    pub(super) fn begin(&self, after: Option<i64>) -> Option<i64> {
        let place = after.max(self.seen);
        self.reach(place.unwrap_or(NOWHERE));
        place
    }

    /// All up to here is given.
    pub(super) fn reach(&self, place: i64) {
        self.reached.send_replace(place);
    }

    /// Nothing up to here was for this reader. That is told after a whole window only, so that the place does not show when
    /// something goes on that is hidden from them.
    pub(super) fn pass(&self, place: i64) {
        if place - *self.reached.borrow() >= WINDOW {
            self.reach(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use auth::seal::{SECRET_LEN, Sealer};

    use super::*;

    #[test]
    fn a_place_moves_for_what_is_given_and_for_nothing_else_less_than_a_window() {
        let cursors = Cursors::new(&Sealer::new(&[7; SECRET_LEN]));
        let place = FeedPlace::new(Arc::clone(&cursors));
        assert_eq!((place.begin(None), place.cursor()), (None, None));
        let place = FeedPlace::after(Arc::clone(&cursors), &cursors.write(70)).unwrap();
        assert_eq!((place.begin(Some(60)), place.cursor()), (Some(70), Some(cursors.write(70))));
        place.reach(80);
        place.pass(90);
        place.pass(80 + WINDOW - 1);
        assert_eq!(place.cursor(), Some(cursors.write(80)));
        place.pass(80 + WINDOW);
        assert_eq!(place.cursor(), Some(cursors.write(80 + WINDOW)));
    }
}
