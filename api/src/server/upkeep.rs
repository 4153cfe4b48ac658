//! What the server does unasked: it keeps assessments ready, so that questions about a whole country find them.

use std::time::Duration;

use db::{Pool, assessment::kept};
use schema::clock::Clock;
use tokio::{sync::watch, time::sleep};

/// How often it looks whether something has changed.
const PAUSE: Duration = Duration::from_secs(5);

/// Goes on until the server stops. A database that is away is tried again; of several servers one does it.
pub async fn upkeep(pool: Pool, clock: Clock, mut stopped: watch::Receiver<bool>) {
    let keeping = async {
        loop {
            if let Err(error) = kept::keep(&pool, clock.today()).await {
                tracing::warn!(%error, "assessments are not kept for now; answers stay right, and take longer");
            }
            sleep(PAUSE).await;
        }
    };
    tokio::select! {
        () = keeping => {}
        _ = stopped.wait_for(|stopping| *stopping) => {}
    }
}
