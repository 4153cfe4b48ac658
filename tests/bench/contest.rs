//! One workload, and what its contenders did in each round.

use std::{path::Path, sync::Arc, time::Duration};

use tests::{
    machine,
    program::{Result, Server},
};

use crate::{
    limit::{self, Script, Until},
    load::{self, Asks},
    sample::{Sample, Spent},
    stage::Database,
};

/// Who takes turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contender {
    /// SQL alone.
    Limit,
    /// Cotmoc without its cache of answers.
    Uncached,
    /// Cotmoc as it comes.
    Cached,
}

/// Through what a contender is asked.
pub enum Way<'a> {
    /// `pgbench`.
    Sql(Script),
    /// The API.
    Http(&'a Server, Arc<dyn Asks>),
}

/// One workload, and what its contenders did in each round.
pub struct Contest<'a> {
    /// Short name.
    pub name: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// Bytes of an answer.
    pub bytes: usize,
    turns: Vec<Turns<'a>>,
}

struct Turns<'a> {
    who: Contender,
    way: Way<'a>,
    samples: Vec<Sample>,
}

/// What a round needs.
pub struct Ring<'a> {
    pub database: &'a Database,
    pub clients: usize,
    /// A directory of its own for `pgbench`, which is emptied.
    pub scratch: &'a Path,
}

impl<'a> Contest<'a> {
    /// Before its first round.
    pub fn new(
        name: &'static str,
        about: &'static str,
        bytes: usize,
        contenders: impl IntoIterator<Item = (Contender, Way<'a>)>,
    ) -> Self {
        let turns = contenders.into_iter().map(|(who, way)| Turns { who, way, samples: Vec::new() }).collect();
        Self { name, about, bytes, turns }
    }

    /// What a contender did, round by round; nothing if it takes no part.
    pub fn samples(&self, who: Contender) -> &[Sample] {
        self.turns.iter().find(|turns| turns.who == who).map_or(&[], |turns| &turns.samples)
    }

    /// All have their turn; who begins changes from round to round.
    pub async fn round(&mut self, ring: &Ring<'_>, time: Duration) -> Result<()> {
        let first = self.turns.first().map_or(0, |turns| turns.samples.len() % self.turns.len());
        let (later, sooner) = self.turns.split_at_mut(first);
        for turns in sooner.iter_mut().chain(later) {
            turns.take(ring, time).await?;
        }
        Ok(())
    }

    /// The warm-up does not count.
    pub fn forget(&mut self) {
        self.turns.iter_mut().for_each(|turns| turns.samples.clear());
    }
}

impl Turns<'_> {
    async fn take(&mut self, ring: &Ring<'_>, time: Duration) -> Result<()> {
        let before = self.spent(ring);
        let sample = match &self.way {
            Way::Sql(script) => {
                let url = &ring.database.url;
                limit::run(url, script, ring.clients, Until::Seconds(time.as_secs()), ring.scratch).await?
            }
            Way::Http(server, asks) => load::run(server.address, asks, ring.clients, time).await?,
        };
        self.samples.push(sample.costing(self.spent(ring) - before));
        Ok(())
    }

    fn spent(&self, ring: &Ring<'_>) -> Spent {
        Spent {
            server: match &self.way {
                Way::Sql(_) => Duration::ZERO,
                Way::Http(server, _) => server.processor_time(),
            },
            postgres: ring.database.processor_time(),
            client: machine::time_with_ended_children(std::process::id()),
        }
    }
}
