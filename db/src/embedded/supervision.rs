//! Keeping the server up: noticed when it ends or cannot be reached, and started again for as long as its owner lives.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    time::{Duration, Instant},
};

use derive::boxed;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl as _;
use tokio::time::{sleep, timeout};

use super::{Embedded, START_WAIT, WATCH, cluster::Cluster, error::EmbeddedError, server::Server};
use crate::connection::{ConnectionSettings, SessionLimits};

/// The first pause between two starts that fail; each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest: so long service stays away at most once what was wrong has been put right.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The pauses between two attempts to connect to a server that starts: a tenth of the time that has passed, within these.
const SHORTEST_POLL: Duration = Duration::from_millis(10);
const LONGEST_POLL: Duration = Duration::from_millis(500);
/// A server that takes longer to start is worth a line in the log.
const PATIENCE: Duration = Duration::from_secs(5);
/// The socket is there long before recovery is done: one that is not by then will never be.
const SOCKET_WAIT: Duration = Duration::from_secs(10);
/// A server that is asked answers within this, unless it hangs.
const ANSWER_WAIT: Duration = Duration::from_secs(10);

impl Embedded {
    /// Starts the server again whenever it has ended (killed, out of memory, disk full) or cannot be reached any more (its
    /// socket is gone), and tries for ever, with pauses that grow to five seconds. The log says why a start failed, once for
    /// each reason. May be cancelled at any time.
    #[boxed]
    pub async fn supervise(&mut self) -> Infallible {
        loop {
            let lost = self.lost().await;
            tracing::error!(log = %self.log_file().display(), "{lost}; starting it again");
            self.tell(Some(&down(lost)));
            self.start_at_last().await;
            self.tell(None);
            tracing::info!("PostgreSQL runs again");
        }
    }

    /// Waits until the server is lost, and says how. Looks after the disk meanwhile, which PostgreSQL may survive.
    async fn lost(&mut self) -> &'static str {
        let mut was_cut_off = None;
        loop {
            if !self.alive() {
                return "PostgreSQL has ended unexpectedly";
            }
            // Twice: at one look the file may be just being replaced.
            let cut_off = self.cut_off();
            if cut_off.is_some() && cut_off == was_cut_off {
                self.end().await;
                return cut_off.unwrap_or_default();
            }
            was_cut_off = cut_off;
            self.look_at_disk();
            sleep(WATCH).await;
        }
    }

    fn look_at_disk(&self) {
        let trouble = self.owned.as_ref().and_then(|_| self.cluster.disk_trouble());
        let trouble = trouble.map(|trouble| format!("the embedded PostgreSQL cannot write: {trouble}"));
        match (self.tell(trouble.as_deref()), trouble) {
            (true, Some(trouble)) => tracing::error!("{trouble}"),
            (true, None) => tracing::info!("the embedded PostgreSQL can write again"),
            (false, _) => {}
        }
    }

    async fn start_at_last(&mut self) {
        let mut told = BTreeSet::new();
        let mut pause = FIRST_PAUSE;
        while let Err(error) = self.boot().await {
            let why = error.in_short();
            self.tell(Some(&down(&why)));
            // Process numbers differ, the reason does not.
            if told.insert(why.replace(|character: char| character.is_ascii_digit(), "")) {
                tracing::error!("{error}\nTrying again until it starts");
            }
            if matches!(error, EmbeddedError::Start { passes: true, .. }) {
                sleep(WATCH).await;
                continue;
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// The first start: what does not pass by itself is told to whoever started us.
    pub(super) async fn boot_first(&mut self) -> Result<(), EmbeddedError> {
        let start = Instant::now();
        loop {
            match self.boot().await {
                Err(EmbeddedError::Start { passes: true, .. }) if start.elapsed() < START_WAIT => sleep(WATCH).await,
                other => return other,
            }
        }
    }

    /// Adopts or starts a server unless ours lives, and waits until it answers: as long as it takes if it recovers.
    async fn boot(&mut self) -> Result<(), EmbeddedError> {
        if !self.alive() {
            let Some(owned) = self.owned.as_mut() else { return Ok(()) };
            self.cluster.make_socket_dir()?;
            owned.server = Some(Server::adopt_or_spawn(&self.cluster, &owned.config)?);
        }
        let start = Instant::now();
        let mut is_told = false;
        loop {
            let Some(server) = self.owned.as_mut().and_then(|owned| owned.server.as_mut()) else { return Ok(()) };
            if !server.alive() {
                return Err(server.failure(&self.cluster));
            }
            let Err(last) = answers(&self.cluster).await else {
                server.note_socket(&self.cluster);
                return Ok(());
            };
            let disk = self.cluster.disk_words();
            if recovers(&last) || !disk.is_empty() {
                self.tell(Some(&down(&format!("{last}{disk}"))));
            }
            let passed = start.elapsed();
            if passed > SOCKET_WAIT && self.cluster.socket().is_none() {
                self.end().await;
                return Err(EmbeddedError::Slow { last, disk, log: self.cluster.log_file() });
            }
            if passed > START_WAIT && !recovers(&last) {
                return Err(EmbeddedError::Slow { last, disk, log: self.cluster.log_file() });
            }
            if passed > PATIENCE && !std::mem::replace(&mut is_told, true) {
                tracing::warn!(%last, log = %self.log_file().display(), "PostgreSQL runs, but cannot be used yet; waiting for it");
            }
            sleep((passed / 10).clamp(SHORTEST_POLL, LONGEST_POLL)).await;
        }
    }

    /// Always true for a guest, who is not asked to look after it.
    fn alive(&mut self) -> bool {
        self.owned.as_mut().is_none_or(|owned| owned.server.as_mut().is_some_and(Server::alive))
    }

    fn cut_off(&self) -> Option<&'static str> {
        self.owned.as_ref()?.server.as_ref()?.cut_off(&self.cluster)
    }

    async fn end(&mut self) {
        if let Some(server) = self.owned.as_mut().and_then(|owned| owned.server.as_mut()) {
            server.end().await;
        }
    }

    /// Tells what is wrong to whoever looks; true if that is new.
    fn tell(&self, trouble: Option<&str>) -> bool {
        self.trouble.send_if_modified(|told| {
            let is_new = told.as_deref() != trouble;
            if is_new {
                *told = trouble.map(str::to_owned);
            }
            is_new
        })
    }
}

fn down(why: &str) -> String {
    format!("the embedded PostgreSQL is down: {why}; trying again")
}

/// True if a server says by itself that it will take connections later.
fn recovers(said: &str) -> bool {
    said.contains("the database system is")
}

/// Ok if a server answers at the socket, and is that of this very directory.
pub(super) async fn answers(cluster: &Cluster) -> Result<(), String> {
    let settings = ConnectionSettings::new(&cluster.url("postgres"), SessionLimits::default());
    let settings = settings.map_err(|error| error.to_string())?;
    let ask = async {
        let mut connection = settings.connect().await.map_err(|error| error.to_string())?;
        let directory = diesel::dsl::sql::<Text>("current_setting('data_directory')");
        diesel::select(directory).get_result(&mut connection).await.map_err(|error| error.to_string())
    };
    let directory: String = timeout(ANSWER_WAIT, ask).await.unwrap_or_else(|_| Err("it does not answer".to_owned()))?;
    if cluster.is_at(&directory) { Ok(()) } else { Err(format!("the server at the socket belongs to {directory}")) }
}
