//! A database per test, cloned from a template that is prepared once; all on one server per test process.
//!
//! The server is embedded, without fsync, and ends with the test process however that ends: a small watchdog holds the
//! reading end of a pipe and cleans up once nobody holds the other. With `TEST_DATABASE_URL`, a superuser's address of
//! some other server, that one is used instead.

use std::{
    collections::HashSet,
    fs,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    process::{ChildStdin, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use db::{
    Pool,
    connection::{ConnectionSettings, SessionLimits},
    embedded::{Embedded, EmbeddedConfig},
    migrate,
    pool::PoolSettings,
};
use diesel_async::AsyncPgConnection;
use tokio::sync::{Mutex, OnceCell};

use crate::sql;

/// Longer than anything that is waited for may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two questions whether it has come.
const PAUSE: Duration = Duration::from_millis(2);

static SERVER: OnceCell<Server> = OnceCell::const_new();
static COUNT: AtomicU32 = AtomicU32::new(1);

/// A database of the test's own; gone when this is dropped.
#[derive(Debug)]
pub struct TestDb {
    /// A small pool of connections to it, as the role that the server works as.
    pub pool: Pool,
    owner: ConnectionSettings,
    name: String,
}

impl TestDb {
    /// A migrated database without any rows.
    pub async fn new() -> Self {
        Self::like("migrated", async |_| {}).await
    }

    /// A database without any schema.
    pub async fn empty() -> Self {
        Self::clone_of("template0").await
    }

    /// A migrated database in the state that `prepare` brings about, as its owner; done once per process and name, then
    /// cloned.
    pub async fn like(template: &str, prepare: impl AsyncFnOnce(&Pool)) -> Self {
        let server = server().await;
        let name = name(template);
        let mut ready = server.ready.lock().await;
        if !ready.contains(&name) {
            // Made under another name first: should `prepare` panic, the next test tries again.
            let draft = Self::clone_of("template0").await;
            migrate::run(draft.settings()).await.unwrap();
            prepare(&small_pool(draft.settings())).await;
            server.sql(&publish(&draft.name, &name)).await;
            std::mem::forget(draft);
            ready.insert(name.clone());
        }
        drop(ready);
        Self::clone_of(&name).await
    }

    async fn clone_of(template: &str) -> Self {
        let server = server().await;
        let name = name(&COUNT.fetch_add(1, Ordering::Relaxed).to_string());
        server.sql(&[format!("CREATE DATABASE {name} TEMPLATE {template}")]).await;
        let owner = server.settings.with_database(&name);
        Self { pool: small_pool(&server.working.with_database(&name)), owner, name }
    }

    /// How its owner reaches it.
    #[must_use]
    pub const fn settings(&self) -> &ConnectionSettings {
        &self.owner
    }

    /// Its address, for another process.
    pub async fn url(&self) -> String {
        match &server().await.home {
            Home::Embedded(embedded, _) => embedded.url(&self.name),
            Home::Given(url) => with_database(url, &self.name),
        }
    }

    /// Executes statements as its owner.
    pub async fn execute(&self, statements: &str) {
        let mut connection = self.connect().await;
        sql::execute(&mut connection, statements).await.unwrap_or_else(|error| panic!("{error}: {statements}"));
    }

    /// What a query of one row and one column answers its owner, as text.
    pub async fn text(&self, query: &str) -> String {
        sql::text(&mut self.connect().await, query).await.unwrap_or_else(|error| panic!("{error}: {query}"))
    }

    /// Waits until a query answers that; panics if it never does.
    pub async fn until(&self, query: &str, answer: &str) {
        let mut connection = self.connect().await;
        let begin = Instant::now();
        loop {
            let found = sql::text(&mut connection, query).await.unwrap_or_else(|error| panic!("{error}: {query}"));
            if found == answer {
                return;
            }
            assert!(begin.elapsed() < PATIENCE, "{found} instead of {answer}: {query}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// A connection of its owner.
    pub async fn connect(&self) -> AsyncPgConnection {
        self.settings().connect().await.unwrap()
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let Some(server) = SERVER.get() else { return };
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // The test's own runtime cannot wait here.
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(server.sql(&[statement]));
            });
        });
    }
}

fn small_pool(settings: &ConnectionSettings) -> Pool {
    Pool::new(settings, PoolSettings { size: 8, ..PoolSettings::default() })
}

struct Server {
    settings: ConnectionSettings,
    /// The same as whoever the server works as.
    working: ConnectionSettings,
    home: Home,
    /// The templates made so far.
    ready: Mutex<HashSet<String>>,
}

enum Home {
    Embedded(Box<Embedded>, #[expect(dead_code, reason = "held open until the process ends")] ChildStdin),
    Given(String),
}

async fn server() -> &'static Server {
    SERVER.get_or_init(Server::start).await
}

impl Server {
    async fn start() -> Self {
        #[expect(clippy::disallowed_methods, reason = "a test run has no configuration")]
        let given = std::env::var("TEST_DATABASE_URL").ok();
        let (home, settings, working) = match given {
            Some(url) => {
                let settings = ConnectionSettings::new(&url, SessionLimits::default()).unwrap();
                let working = login(&settings, &url).await;
                (Home::Given(url), settings, working)
            }
            None => start_embedded().await,
        };
        let server = Self { settings, working, home, ready: Mutex::default() };
        server.remove_leftovers().await;
        server
    }

    async fn sql(&self, statements: &[String]) {
        let mut connection = self.settings.connect().await.unwrap();
        for statement in statements {
            sql::execute(&mut connection, statement).await.unwrap_or_else(|error| panic!("{error}: {statement}"));
        }
    }

    /// On a server that outlives us: what runs that were killed have left.
    async fn remove_leftovers(&self) {
        let query =
            "SELECT coalesce(string_agg(datname, ' '), '') FROM pg_database WHERE datname LIKE 'cotmoc\\_test\\_%'";
        let names = sql::text(&mut self.settings.connect().await.unwrap(), query).await.unwrap();
        for name in names.split_whitespace() {
            let pid = name.split('_').nth(2).and_then(|pid| pid.parse().ok()).map(nix::unistd::Pid::from_raw);
            if pid.is_some_and(|pid| nix::sys::signal::kill(pid, None).is_err()) {
                self.sql(&[format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")]).await;
            }
        }
    }
}

/// Nobody may connect to a template: that would hinder the cloning.
fn publish(draft: &str, name: &str) -> [String; 3] {
    [
        format!("ALTER DATABASE {draft} ALLOW_CONNECTIONS false"),
        format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{draft}'"),
        format!("ALTER DATABASE {draft} RENAME TO {name}"),
    ]
}

fn name(what: &str) -> String {
    format!("cotmoc_test_{}_{what}", std::process::id())
}

fn with_database(url: &str, database: &str) -> String {
    let (address, query) =
        url.split_once('?').map_or((url, String::new()), |(address, query)| (address, format!("?{query}")));
    let (scheme, rest) = address.split_once("://").unwrap();
    let host = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{host}/{database}{query}")
}

/// On a server that asks for passwords: a login that is a member of the server's role and nothing else.
async fn login(superuser: &ConnectionSettings, url: &str) -> ConnectionSettings {
    let mut connection = superuser.connect().await.unwrap();
    sql::execute(&mut connection, MAKE_LOGIN).await.unwrap();
    let (scheme, rest) = url.split_once("://").unwrap();
    let address = rest.split_once('@').map_or(rest, |(_, address)| address);
    let url = format!("{scheme}://cotmoc_test:cotmoc_test@{address}");
    ConnectionSettings::new(&url, SessionLimits::default()).unwrap().as_server()
}

/// Several test processes may come at once.
const MAKE_LOGIN: &str = "
    SELECT pg_advisory_lock(hashtext('cotmoc test login'));
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cotmoc_server') THEN CREATE ROLE cotmoc_server; END IF;
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cotmoc_test') THEN
            CREATE ROLE cotmoc_test LOGIN PASSWORD 'cotmoc_test' IN ROLE cotmoc_server;
        END IF;
    END $$;
    SELECT pg_advisory_unlock(hashtext('cotmoc test login'))";

/// In memory where there is enough of it: each test makes and deletes a thousand files, which on some disks takes half of all the time.
fn place() -> &'static str {
    const ENOUGH: u64 = 4 << 30;
    let memory = nix::sys::statvfs::statvfs("/dev/shm").ok();
    let room = memory.map_or(0, |it| it.blocks_available().saturating_mul(it.fragment_size()));
    if room >= ENOUGH { "/dev/shm" } else { "/tmp" }
}

async fn start_embedded() -> (Home, ConnectionSettings, ConnectionSettings) {
    let dir = tempfile::Builder::new().prefix("cotmoc-tests-").tempdir_in(place()).unwrap().keep();
    // User `postgres` must pass through, should we be root.
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
    // Before the server, so that not even a moment is left unwatched.
    let mut watchdog = Command::new("sh");
    watchdog.arg("-c").arg(WATCHDOG).arg("watchdog").arg(&dir).process_group(0);
    watchdog.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let pipe = watchdog.spawn().unwrap().stdin.unwrap();
    // Statistics come when a test asks for them, not when autovacuum pleases.
    let settings = ["max_connections=300", "autovacuum=off"].map(str::to_owned).to_vec();
    let config = EmbeddedConfig { durable: false, settings, ..EmbeddedConfig::new(&dir) };
    let embedded = Embedded::start(config).await.unwrap();
    let settings = embedded.connection("postgres", SessionLimits::default()).unwrap();
    let working = embedded.server_connection("postgres", SessionLimits::default()).unwrap();
    (Home::Embedded(Box::new(embedded), pipe), settings, working)
}

/// `cat` ends when the test process does. A fast stop, then the directory goes. A stopped server that nobody reaps can
/// be signalled for ever, so its pid file is watched as well.
const WATCHDOG: &str = r#"
cat
file=$1/postgres/postmaster.pid
pid=$(head -n 1 "$file") && kill -INT "$pid" && while [ -e "$file" ] && kill -0 "$pid"; do sleep 0.1; done
rm -rf "$1"
"#;
