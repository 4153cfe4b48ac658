//! Whoever watches what a request does in the database: each statement with its time, below the part of the request that sent it.
//!
//! A [`Meter`](crate::Meter) brings the witness along. Where there is none, nothing is done for it: no text is put together, and no
//! time is taken.

use std::{
    cell::RefCell,
    collections::VecDeque,
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use diesel::connection::InstrumentationEvent;
use futures_util::{FutureExt as _, future::BoxFuture};

/// Is told of what is done. It is told in the middle of the work, so it neither waits nor fails.
pub trait Witness: fmt::Debug + Send + Sync {
    /// Whether it is to be told of a statement that took so long: texts are not put together for nothing.
    fn wants(&self, took: Duration) -> bool;

    /// A statement has ended.
    fn saw(&self, statement: Seen);

    /// Something begins that several statements are parts of: it ends when the last copy of what is returned here is dropped.
    /// `name` is the name of a type of ours, `size` how many things are asked for at once.
    fn part(&self, name: &str, size: usize) -> Arc<dyn Witness>;
}

/// A statement that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its text, in which `$1`, `$2` stand for values.
    pub text: String,
    /// From when it was sent until its last row had come. In a transaction: until PostgreSQL began to answer.
    pub took: Duration,
    /// How many rows came; unknown in a transaction.
    pub rows: Option<u64>,
    /// True if it failed or was broken off.
    pub failed: bool,
    /// By which steps PostgreSQL answered it, and what each took: its own words, where they were asked for.
    pub plan: Option<String>,
}

tokio::task_local! {
    /// The part of the request that is at work, once it has begun.
    static PART: RefCell<Option<Arc<dyn Witness>>>;
}

/// Does something that may begin a part of its own, which then ends with it.
pub(crate) fn apart(work: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
    PART.scope(RefCell::default(), work).boxed()
}

/// From here on it is this part that is at work.
pub(crate) fn begin_part(witness: &Arc<dyn Witness>, name: &str, size: usize) {
    let part = witness.part(name, size);
    let _ = PART.try_with(|slot| slot.replace(Some(part)));
}

/// Who is to be told: of the part that is at work, else of the request as a whole.
fn at_work(witness: &Arc<dyn Witness>) -> Arc<dyn Witness> {
    let part = PART.try_with(|slot| slot.borrow().clone()).ok().flatten();
    part.unwrap_or_else(|| Arc::clone(witness))
}

/// A statement under way. Dropped before it has ended, it was broken off.
pub(crate) struct Watched {
    witness: Arc<dyn Witness>,
    text: String,
    begin: Instant,
    rows: Option<u64>,
    ended: bool,
    pub plan: Option<String>,
}

impl Watched {
    pub fn begin(witness: &Arc<dyn Witness>, text: String) -> Self {
        Self { witness: at_work(witness), text, begin: Instant::now(), rows: None, ended: false, plan: None }
    }

    /// It is sent now.
    pub fn sent(&mut self) {
        self.begin = Instant::now();
    }

    /// So many rows have come, and no more will.
    pub fn end(mut self, rows: u64) {
        (self.rows, self.ended) = (Some(rows), true);
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let took = self.begin.elapsed();
        if self.witness.wants(took) {
            let (text, plan) = (std::mem::take(&mut self.text), self.plan.take());
            self.witness.saw(Seen { text, took, rows: self.rows, failed: !self.ended, plan });
        }
    }
}

/// What tells `witness` of the statements of a transaction, which go past [`Statement`](crate::loan::Statement). PostgreSQL answers in the order in which it
/// was asked, so what ends is what began first. The text is taken at the end: at the beginning it would have the values beside it.
pub(crate) fn listener(witness: &Arc<dyn Witness>) -> impl FnMut(InstrumentationEvent<'_>) + Send + use<> {
    let (witness, mut begun) = (Arc::clone(witness), VecDeque::new());
    move |event| match event {
        InstrumentationEvent::StartQuery { .. } => begun.push_back(Instant::now()),
        InstrumentationEvent::FinishQuery { query, error, .. } => {
            let took = begun.pop_front().map(|begin: Instant| begin.elapsed()).unwrap_or_default();
            let witness = at_work(&witness);
            if witness.wants(took) {
                let text = query.to_string();
                witness.saw(Seen { text, took, rows: None, failed: error.is_some(), plan: None });
            }
        }
        _ => {}
    }
}
