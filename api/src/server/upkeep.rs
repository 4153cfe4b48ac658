//! What the server does unasked, again and again until it stops: it keeps assessments ready, so that questions about a whole country
//! find them, tells people of what happens and of what falls due, and other systems of what changes, works on the files that were
//! sent, and lets go of what nobody needs any more.

use std::{fmt::Display, time::Duration};

use db::{DbError, Origin, Pool, assessment::kept, notification};
use schema::clock::Clock;
use tokio::{sync::watch, time::sleep};

use crate::{
    config::Config,
    files::{
        attachments::{self, Store},
        imports,
    },
    mail::{self, Mailer},
    outbound::Sending,
    push::{self, Pusher},
    webhooks::{self, Webhooks},
};

/// How often it looks whether assessments have changed.
const KEEP: Duration = Duration::from_secs(5);

/// How often it looks whether a file has come.
const LOOK: Duration = Duration::from_secs(1);

/// From which hour of a day (Asia/Ho_Chi_Minh) people are told of what falls due: before the digests of eight.
const MORNING: u32 = 7;

/// How long it waits for a mail server that is not there.
const HOLD: Duration = Duration::from_secs(30);

/// How often it looks whether the morning has come.
const WAKE: Duration = Duration::from_secs(60);

/// How often it looks whether bytes are no longer needed.
const SWEEP: Duration = Duration::from_secs(3600);

/// Begins all of it.
pub fn begin(
    config: &Config,
    clock: Clock,
    pool: &Pool,
    store: &Store,
    (mailer, pusher, webhooks): (Option<Mailer>, Pusher, Webhooks),
    stopped: &watch::Receiver<bool>,
) {
    let owned = || (pool.clone(), stopped.clone());
    let mails = mailer.is_some();
    let (pool, stopped) = owned();
    let keep = async move || kept::keep(&pool, clock.today()).await.map(|()| false);
    tokio::spawn(again("assessments are not kept for now; answers stay right, and take longer", KEEP, stopped, keep));
    let ((pool, stopped), store) = (owned(), store.clone());
    let sweep = async move || attachments::sweep(&pool, clock, &store).await.map(|()| false);
    tokio::spawn(again("files that nothing has are not let go for now", SWEEP, stopped, sweep));
    let (pool, stopped) = owned();
    let tell = async move || tell_events(&pool, clock, mails).await;
    tokio::spawn(again("nobody is told of what happens for now; it is made up for", LOOK, stopped, tell));
    let (pool, stopped) = owned();
    let tell = async move || tell_due(&pool, clock, mails).await.map(|()| false);
    tokio::spawn(again("nobody is told of what falls due for now; it is made up for", WAKE, stopped, tell));
    if let Some(mailer) = mailer {
        let (pool, stopped) = owned();
        let send = async move || {
            let sent = mail::send_one(&mailer, &pool, clock).await;
            if sent.is_err() {
                sleep(HOLD).await;
            }
            sent
        };
        tokio::spawn(again("mail is not sent for now; it waits", LOOK, stopped, send));
    }
    let ((pool, stopped), mut sending) = (owned(), Sending::default());
    let send = async move || push::send_some(&pusher, &pool, clock, &mut sending).await;
    tokio::spawn(again("nothing is pushed for now; it waits", LOOK, stopped, send));
    let ((pool, stopped), mut sending) = (owned(), Sending::default());
    let send = async move || webhooks::send_some(&webhooks, &pool, clock, &mut sending).await;
    tokio::spawn(again("webhooks wait; they go on by themselves", LOOK, stopped, send));
    if config.server.imports {
        let (pool, stopped) = owned();
        let work = async move || imports::one(&pool, clock).await;
        tokio::spawn(again("an import waits; it goes on by itself", LOOK, stopped, work));
        let (pool, stopped) = owned();
        let sweep = async move || imports::sweep(&pool, clock).await.map(|()| false);
        tokio::spawn(again("files of imports are not let go for now", SWEEP, stopped, sweep));
    }
}

async fn tell_events(pool: &Pool, clock: Clock, mails: bool) -> Result<bool, DbError> {
    if !notification::is_anything_new(pool).await? {
        return Ok(false);
    }
    let told = notification::tell_events(&clock.writer(pool.clone(), Origin::default()), mails).await?;
    Ok(told.is_some())
}

async fn tell_due(pool: &Pool, clock: Clock, mails: bool) -> Result<(), DbError> {
    if clock.hour() < MORNING {
        return Ok(());
    }
    let told = notification::tell_due(&clock.writer(pool.clone(), Origin::default()), mails).await?;
    if let Some(people) = told {
        tracing::info!(notifications = people, "it was told what falls due and what is late");
    }
    Ok(())
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
