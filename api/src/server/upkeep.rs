//! What the server does unasked: it keeps assessments ready, so that questions about a whole country find them.

use std::time::Duration;

use db::{Pool, assessment::kept};
use schema::clock::Clock;
use tokio::{sync::watch, time::sleep};

/// How often it looks whether something has changed.
const PAUSE: Duration = Duration::from_secs(5);

/// Goes on until the server stops. A database that is away is tried again, and each reason is told once; of several servers one does it.
pub async fn upkeep(pool: Pool, clock: Clock, mut stopped: watch::Receiver<bool>) {
    let keeping = async {
        let mut told = String::new();
        loop {
            let reason =
                kept::keep(&pool, clock.today()).await.err().map(|error| error.to_string()).unwrap_or_default();
            if !reason.is_empty() && reason != told {
                tracing::warn!(%reason, "assessments are not kept for now; answers stay right, and take longer");
            }
            told = reason;
            sleep(PAUSE).await;
        }
    };
    tokio::select! {
        () = keeping => {}
        _ = stopped.wait_for(|stopping| *stopping) => {}
    }
}
