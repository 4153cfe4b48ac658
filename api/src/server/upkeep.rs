//! What the server does unasked, again and again until it stops: it keeps assessments ready, so that questions about a whole country
//! find them, works on the files that were sent, and lets go of what nobody needs any more.

use std::{fmt::Display, time::Duration};

use db::{Pool, assessment::kept};
use schema::clock::Clock;
use tokio::{sync::watch, time::sleep};

use crate::{
    config::Config,
    files::{
        attachments::{self, Store},
        imports,
    },
};

/// How often it looks whether assessments have changed.
const KEEP: Duration = Duration::from_secs(5);

/// How often it looks whether a file has come.
const LOOK: Duration = Duration::from_secs(1);

/// How often it looks whether bytes are no longer needed.
const SWEEP: Duration = Duration::from_secs(3600);

/// Begins all of it.
pub fn begin(config: &Config, clock: Clock, pool: &Pool, store: &Store, stopped: &watch::Receiver<bool>) {
    let owned = || (pool.clone(), stopped.clone());
    let (pool, stopped) = owned();
    let keep = async move || kept::keep(&pool, clock.today()).await.map(|()| false);
    tokio::spawn(again("assessments are not kept for now; answers stay right, and take longer", KEEP, stopped, keep));
    let ((pool, stopped), store) = (owned(), store.clone());
    let sweep = async move || attachments::sweep(&pool, clock, &store).await.map(|()| false);
    tokio::spawn(again("files that nothing has are not let go for now", SWEEP, stopped, sweep));
    if config.server.imports {
        let (pool, stopped) = owned();
        let work = async move || imports::one(&pool, clock).await;
        tokio::spawn(again("an import waits; it goes on by itself", LOOK, stopped, work));
        let (pool, stopped) = owned();
        let sweep = async move || imports::sweep(&pool, clock).await.map(|()| false);
        tokio::spawn(again("files of imports are not let go for now", SWEEP, stopped, sweep));
    }
}

/// Does something until the server stops: at once again if there was something to do, else after a pause. What fails is tried again,
/// and each reason is told once.
async fn again<E: Display>(
    complaint: &'static str,
    pause: Duration,
    mut stopped: watch::Receiver<bool>,
    mut work: impl AsyncFnMut() -> Result<bool, E>,
) {
    let working = async {
        let mut told = String::new();
        loop {
            let done = work().await;
            let reason = done.as_ref().err().map(ToString::to_string).unwrap_or_default();
            if !reason.is_empty() && reason != told {
                tracing::warn!(%reason, "{complaint}");
            }
            told = reason;
            if !matches!(done, Ok(true)) {
                sleep(pause).await;
            }
        }
    };
    tokio::select! {
        () = working => {}
        _ = stopped.wait_for(|stopping| *stopping) => {}
    }
}
