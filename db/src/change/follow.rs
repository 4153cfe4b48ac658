//! Waking those who follow the change feed: one connection of each node listens (LISTEN), for all followers on that node.

use std::{collections::BTreeMap, time::Duration};

use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _, dsl::max};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use super::ChangeType;
use crate::{DbError, Pool, schema::change};

/// The shortest time between two looks at the outbox, however many changes there are.
const PAUSE: Duration = Duration::from_millis(100);

/// Without a notification for so long the node looks at the outbox anyway: a proxy before PostgreSQL may swallow them.
const UNHEARD: Duration = Duration::from_secs(5);

/// The pauses between attempts to connect again; the last one from then on.
const RETRY: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(5)];

/// The newest number of the outbox that this node knows of, by noun.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heads {
    /// The newest of all nouns when the node began to listen.
    first: i64,
    /// The newest of each noun since then.
    since: BTreeMap<String, i64>,
}

impl Heads {
    fn newest(&self, nouns: &[ChangeType]) -> i64 {
        let since = nouns.iter().filter_map(|noun| self.since.get(noun.noun())).max();
        since.copied().unwrap_or_default().max(self.first)
    }

    fn last(&self) -> i64 {
        self.since.values().copied().max().unwrap_or_default().max(self.first)
    }
}

/// Waits for changes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Follower(watch::Receiver<Heads>);

impl Follower {
    /// The newest change that the node knows of.
    #[must_use]
    pub fn head(&self) -> i64 {
        self.0.borrow().last()
    }

    /// Waits until there may be something of these types behind a place. Never ends if the node has stopped listening.
    #[boxed]
    pub async fn beyond(&mut self, place: i64, nouns: &[ChangeType]) {
        if self.0.wait_for(|heads| heads.newest(nouns) > place).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Begins to listen, on a connection of its own, for as long as anybody holds the follower or a clone of it.
#[must_use]
pub fn follow(pool: &Pool) -> Follower {
    let (heads, follower) = watch::channel(Heads::default());
    tokio::spawn(listen_for_ever(pool.clone(), heads));
    Follower(follower)
}

async fn listen_for_ever(pool: Pool, heads: watch::Sender<Heads>) {
    let mut failures = 0_usize;
    loop {
        tokio::select! {
            () = heads.closed() => return,
            Err(error) = listen(&pool, &heads, &mut failures) => {
                tracing::warn!(%error, "cannot listen for changes; trying again");
            }
        }
        let wait = RETRY.get(failures).or(RETRY.last()).copied().unwrap_or_default();
        failures += 1;
        sleep(wait).await;
    }
}

async fn listen(
    pool: &Pool,
    heads: &watch::Sender<Heads>,
    failures: &mut usize,
) -> Result<std::convert::Infallible, DbError> {
    let mut connection = pool.settings().connect().await?;
    connection.batch_execute("LISTEN cotmoc_change").await?;
    loop {
        // First after listening has begun, so that nothing falls between the two.
        look(&mut connection, heads).await?;
        *failures = 0;
        sleep(PAUSE).await;
        let mut heard = std::pin::pin!(connection.notifications_stream());
        if let Ok(Some(first)) = timeout(UNHEARD, heard.next()).await {
            first?;
            while let Some(Some(_)) = heard.next().now_or_never() {}
        }
    }
}

/// Looks at the outbox, and wakes the followers if there is something new.
async fn look(connection: &mut AsyncPgConnection, heads: &watch::Sender<Heads>) -> Result<(), DbError> {
    let known = heads.borrow().last();
    if known == 0 {
        let first: Option<i64> = change::table.select(max(change::id)).first(connection).await?;
        heads.send_if_modified(|heads| std::mem::replace(&mut heads.first, first.unwrap_or_default()) != heads.first);
        return Ok(());
    }
    let new: Vec<(String, Option<i64>)> = change::table
        .filter(change::id.gt(known))
        .group_by(change::noun)
        .select((change::noun, max(change::id)))
        .load(connection)
        .await?;
    heads.send_if_modified(|heads| {
        heads.since.extend(new.iter().filter_map(|(noun, id)| Some((noun.clone(), (*id)?))));
        !new.is_empty()
    });
    Ok(())
}
