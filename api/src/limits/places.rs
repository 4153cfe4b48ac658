//! Places that are shared out: one alone may have all that is free, and never what others wait for.
//!
//! What is done in a moment waits its turn ([`Places::take`]): whoever has the fewest places comes first. What is held for
//! long does not wait ([`Places::try_take`]): nobody may hold more than is still free, so that something is left for whoever
//! comes next. Some places are for accounts alone: the public cannot take them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::oneshot, time::timeout};

use super::Sharer;

/// How long somebody waits for a place; longer than a crowd of ordinary requests takes, shorter than people wait.
const PATIENCE: Duration = Duration::from_secs(2);

/// Those who may wait, for each place: more than are served while they have the patience, so that a crowd is not refused that
/// would be served in time.
const QUEUE: usize = 64;

/// Of four places, one is for accounts alone.
const FOR_ACCOUNTS: usize = 4;

/// No place came free in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// So many places.
#[derive(Debug)]
pub struct Places {
    size: usize,
    /// Of these, so many at most for addresses: for those who are nobody.
    public: usize,
    /// At most so many for one.
    each: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    taken: usize,
    /// Of these, by addresses.
    by_addresses: usize,
    held: HashMap<Sharer, usize>,
    /// In the order of their coming.
    waiting: Vec<Waiter>,
}

#[derive(Debug)]
struct Waiter {
    sharer: Sharer,
    place: oneshot::Sender<Place>,
}

/// A place; free again when this is dropped.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    sharer: Sharer,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.release(self.sharer);
    }
}

impl Places {
    /// As many, of which a quarter is for accounts alone.
    #[must_use]
    pub fn new(size: usize) -> Arc<Self> {
        let size = size.max(1);
        Self::made(size, (size - size / FOR_ACCOUNTS).max(1), size)
    }

    /// As many, where nobody's account is known.
    #[must_use]
    pub fn of_addresses(size: usize) -> Arc<Self> {
        let size = size.max(1);
        Self::made(size, size, size)
    }

    /// As many, of which one alone has half: each is held for so long that whoever comes next should not wait for it.
    #[must_use]
    pub fn half_each(size: usize) -> Arc<Self> {
        let size = size.max(2);
        Self::made(size, size, size / 2)
    }

    fn made(size: usize, public: usize, each: usize) -> Arc<Self> {
        Arc::new(Self { size, public, each, state: Mutex::default() })
    }

    /// A place for a moment: at once if there is one, else in turn, before others who have more. `Full` where the time is up, or
    /// where too many wait, of whom those go first who wait most often.
    pub async fn take(self: &Arc<Self>, sharer: Sharer) -> Result<Place, Full> {
        let turn = {
            let mut state = self.state();
            if self.is_free_for(&state, sharer) {
                state.hold(sharer);
                return Ok(self.place(sharer));
            }
            state.make_room(self.size.saturating_mul(QUEUE), sharer)?;
            let (place, turn) = oneshot::channel();
            state.waiting.push(Waiter { sharer, place });
            turn
        };
        timeout(PATIENCE, turn).await.map_err(|_| Full)?.map_err(|_| Full)
    }

    /// A place to be held for long, at once or not at all.
    pub fn try_take(self: &Arc<Self>, sharer: Sharer) -> Result<Place, Full> {
        let mut state = self.state();
        let free = self.free_for(&state, sharer);
        if free == 0 || state.held_by(sharer) >= free {
            return Err(Full);
        }
        state.hold(sharer);
        Ok(self.place(sharer))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(self: &Arc<Self>, sharer: Sharer) -> Place {
        Place { places: Arc::clone(self), sharer }
    }

    fn free_for(&self, state: &State, sharer: Sharer) -> usize {
        let free = self.size.saturating_sub(state.taken);
        match sharer {
            Sharer::Account(_) => free,
            Sharer::Address(_) => free.min(self.public.saturating_sub(state.by_addresses)),
        }
    }

    fn is_free_for(&self, state: &State, sharer: Sharer) -> bool {
        self.free_for(state, sharer) > 0 && state.held_by(sharer) < self.each
    }

    fn release(self: &Arc<Self>, sharer: Sharer) {
        let mut state = self.state();
        state.let_go(sharer);
        let next = self.next(&mut state);
        drop(state);
        if let Some(waiter) = next {
            // Whoever has gone meanwhile gives it back, and so on.
            drop(waiter.place.send(self.place(waiter.sharer)));
        }
    }

    /// Whose turn it is; the place is theirs from here on.
    fn next(&self, state: &mut State) -> Option<Waiter> {
        state.waiting.retain(|waiter| !waiter.place.is_closed());
        let waiting = state.waiting.iter().enumerate();
        let may = waiting.filter(|(_, waiter)| self.is_free_for(state, waiter.sharer));
        let (index, _) = may.min_by_key(|(index, waiter)| (state.held_by(waiter.sharer), *index))?;
        let waiter = state.waiting.remove(index);
        state.hold(waiter.sharer);
        Some(waiter)
    }
}

impl State {
    fn held_by(&self, sharer: Sharer) -> usize {
        self.held.get(&sharer).copied().unwrap_or_default()
    }

    fn hold(&mut self, sharer: Sharer) {
        self.taken += 1;
        self.by_addresses += usize::from(matches!(sharer, Sharer::Address(_)));
        *self.held.entry(sharer).or_default() += 1;
    }

    fn let_go(&mut self, sharer: Sharer) {
        self.taken = self.taken.saturating_sub(1);
        let of_address = usize::from(matches!(sharer, Sharer::Address(_)));
        self.by_addresses = self.by_addresses.saturating_sub(of_address);
        if let Some(held) = self.held.get_mut(&sharer) {
            *held -= 1;
            if *held == 0 {
                self.held.remove(&sharer);
            }
        }
    }

    /// Sees that no more wait than may: if need be, one is sent away, the last of those who wait most often, if that is more often
    /// than the newcomer.
    fn make_room(&mut self, most: usize, newcomer: Sharer) -> Result<(), Full> {
        if self.waiting.len() >= most {
            self.waiting.retain(|waiter| !waiter.place.is_closed());
        }
        if self.waiting.len() < most {
            return Ok(());
        }
        let mut counts: HashMap<Sharer, usize> = HashMap::new();
        for waiter in &self.waiting {
            *counts.entry(waiter.sharer).or_default() += 1;
        }
        let own = counts.get(&newcomer).copied().unwrap_or_default();
        let Some((&most, _)) = counts.iter().max_by_key(|(_, count)| **count).filter(|(_, count)| **count > own + 1)
        else {
            return Err(Full);
        };
        let last = self.waiting.iter().rposition(|waiter| waiter.sharer == most).ok_or(Full)?;
        self.waiting.remove(last);
        Ok(())
    }
}

/// From so many points on for looking at more than is shown, a request takes a place among the dear ones as well. What is
/// written, however long, keeps PostgreSQL busy for a moment only.
const DEAR: u64 = 4_000;

/// Of so many places, one is for dear requests. PostgreSQL works on all at once, so many dear ones would make everybody slow,
/// also where no place is wanting.
const ONE_OF: usize = 8;

/// Turns at work.
#[derive(Debug, Clone)]
pub struct Turns {
    all: Arc<Places>,
    dear: Arc<Places>,
}

/// A turn; it ends when this is dropped.
#[derive(Debug)]
pub struct Turn {
    _all: Place,
    _dear: Option<Place>,
}

impl Turns {
    /// So many at once.
    #[must_use]
    pub fn new(size: usize) -> Self {
        Self { all: Places::new(size), dear: Places::half_each(size / ONE_OF) }
    }

    /// A turn for a request with so many points for looking at more than is shown.
    pub async fn take(&self, sharer: Sharer, sought: u64) -> Result<Turn, Full> {
        // First the one that is waited for longest, so that who waits for it keeps nobody from the other.
        let dear = if sought < DEAR { None } else { Some(self.dear.take(sharer).await?) };
        Ok(Turn { _all: self.all.take(sharer).await?, _dear: dear })
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use futures_util::{FutureExt as _, future::join_all};
    use uuid::Uuid;

    use super::*;

    fn at(last: u8) -> Sharer {
        Sharer::of(None, Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))))
    }

    fn account(number: u128) -> Sharer {
        Sharer::Account(Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn one_alone_has_all_but_what_is_kept_for_accounts() {
        let places = Places::new(8);
        let held = join_all((0..6).map(|_| places.take(at(1)))).await;
        assert!(held.iter().all(Result::is_ok));
        assert!(places.take(at(1)).now_or_never().is_none(), "it waits");
        assert!(places.take(account(1)).now_or_never().unwrap().is_ok());
    }

    #[tokio::test]
    async fn whoever_has_the_fewest_comes_first_however_late() {
        let places = Places::of_addresses(2);
        let mut held = vec![places.take(at(1)).await.unwrap(), places.take(at(1)).await.unwrap()];
        let mut greedy = Box::pin(places.take(at(1)));
        assert!(greedy.as_mut().now_or_never().is_none());
        let mut newcomer = Box::pin(places.take(at(2)));
        assert!(newcomer.as_mut().now_or_never().is_none());
        held.pop();
        let place = newcomer.now_or_never().unwrap().unwrap();
        assert!(greedy.as_mut().now_or_never().is_none());
        drop(place);
        assert!(greedy.now_or_never().unwrap().is_ok());
    }

    #[tokio::test]
    async fn who_goes_away_while_waiting_takes_no_place_along() {
        let places = Places::of_addresses(1);
        let held = places.take(at(1)).await.unwrap();
        let mut gone = Box::pin(places.take(at(2)));
        assert!(gone.as_mut().now_or_never().is_none());
        drop(gone);
        drop(held);
        let held = places.take(at(3)).await.unwrap();
        // Given to it, and not taken any more.
        let mut late = Box::pin(places.take(at(2)));
        assert!(late.as_mut().now_or_never().is_none());
        drop(held);
        drop(late);
        assert!(places.take(at(4)).now_or_never().unwrap().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever_and_the_one_who_waits_most_goes_first() {
        let places = Places::of_addresses(1);
        let _held = places.take(at(1)).await.unwrap();
        assert_eq!(places.take(at(2)).await.unwrap_err(), Full);
        let mut crowd: Vec<_> = (0..QUEUE).map(|_| Box::pin(places.take(at(1)))).collect();
        assert!(crowd.iter_mut().all(|one| one.as_mut().now_or_never().is_none()));
        assert!(places.take(at(1)).now_or_never().unwrap().is_err(), "its own queue is full");
        assert!(places.take(at(2)).now_or_never().is_none(), "a newcomer waits");
        assert!(crowd.pop().unwrap().now_or_never().unwrap().is_err(), "instead of the last of the crowd");
    }

    #[tokio::test]
    async fn a_crowd_is_served_in_turn_and_nobody_of_it_refused() {
        let turns = Turns::new(16);
        let ask = async |number| {
            let turn = turns.take(account(number), DEAR).await?;
            tokio::task::yield_now().await;
            drop(turn);
            Ok::<_, Full>(())
        };
        assert!(join_all((0..100).map(ask)).await.iter().all(Result::is_ok));
    }

    #[tokio::test]
    async fn dear_requests_leave_places_for_the_others() {
        let turns = Turns::new(16);
        let held = turns.take(account(1), DEAR).await.unwrap();
        assert!(turns.take(account(1), DEAR).now_or_never().is_none(), "it waits");
        assert!(turns.take(account(1), DEAR - 1).now_or_never().unwrap().is_ok());
        let other = turns.take(account(2), DEAR).now_or_never().unwrap().unwrap();
        assert!(turns.take(account(3), DEAR).now_or_never().is_none(), "both are taken");
        drop((held, other));
    }

    #[test]
    fn what_is_held_for_long_leaves_as_much_free() {
        let places = Places::new(8);
        let take = |sharer, number: usize| (0..number).map_while(|_| places.try_take(sharer).ok()).collect::<Vec<_>>();
        let one = take(at(1), 8);
        let other = take(at(2), 8);
        let signed_in = take(account(1), 8);
        assert_eq!((one.len(), other.len(), signed_in.len()), (3, 2, 2));
        drop(one);
        assert_eq!(take(at(3), 8).len(), 2);
    }
}
