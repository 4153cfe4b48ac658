//! What is seen from outside while users ask: health, memory, and what PostgreSQL works on.

use std::{net::SocketAddr, time::Duration};

use db::connection::ConnectionSettings;
use tests::{load::Client, machine, program::Result};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, MissedTickBehavior, interval, sleep_until, timeout},
};

use crate::stage::{self, Stage};

const HEALTH_EVERY: Duration = Duration::from_millis(50);

const LOAD_EVERY: Duration = Duration::from_millis(250);

/// Longer than any bar; whoever waits for longer connects anew.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was seen.
pub struct Seen {
    /// Latencies of `/healthz`, from the moment at which each request was due.
    pub health: Vec<Duration>,
    /// Requests of `/healthz` that were not answered with 200.
    pub unhealthy: usize,
    /// The most memory of the server, in MiB.
    pub memory: f64,
    /// The most statements of clients at once.
    pub statements: usize,
}

/// Watches until it is told to end.
pub struct Watch {
    end: watch::Sender<bool>,
    health: JoinHandle<(Vec<Duration>, usize)>,
    load: JoinHandle<Result<(f64, usize)>>,
}

impl Watch {
    pub fn begin(stage: &Stage) -> Result<Self> {
        let (end, ended) = watch::channel(false);
        let pid = stage.server.pid().ok_or("the server has ended")?;
        let health = tokio::spawn(health(stage.address(), ended.clone()));
        let load = tokio::spawn(load(pid, stage.database.settings().clone(), ended));
        Ok(Self { end, health, load })
    }

    pub async fn end(self) -> Result<Seen> {
        self.end.send(true)?;
        let (health, unhealthy) = self.health.await?;
        let (memory, statements) = self.load.await??;
        Ok(Seen { health, unhealthy, memory, statements })
    }
}

async fn health(to: SocketAddr, ended: watch::Receiver<bool>) -> (Vec<Duration>, usize) {
    let request = format!("GET /healthz HTTP/1.1\r\nhost: {to}\r\n\r\n").into_bytes();
    let (mut latencies, mut unhealthy, mut client) = (Vec::new(), 0, None);
    let mut due = Instant::now();
    while !*ended.borrow() {
        sleep_until(due).await;
        let asked = timeout(PATIENCE, async {
            let mut connected: Client = match client.take() {
                Some(connected) => connected,
                None => Client::connect(to).await?,
            };
            let status = connected.ask(&request).await?.status;
            client = Some(connected);
            std::io::Result::Ok(status)
        });
        if !matches!(asked.await, Ok(Ok(200))) {
            unhealthy += 1;
        }
        latencies.push(due.elapsed());
        due += HEALTH_EVERY;
    }
    (latencies, unhealthy)
}

async fn load(pid: u32, settings: ConnectionSettings, ended: watch::Receiver<bool>) -> Result<(f64, usize)> {
    let mut connection = settings.connect().await?;
    let (mut memory, mut statements): (f64, usize) = (0.0, 0);
    let mut ticks = interval(LOAD_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !*ended.borrow() {
        ticks.tick().await;
        memory = memory.max(machine::memory(pid));
        statements = statements.max(stage::active(&mut connection).await?);
    }
    Ok((memory, statements))
}
