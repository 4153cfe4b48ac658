//! The PostgreSQL that Cotmoc starts itself: cold, warm, and after every kind of accident.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use db::{
    DbError, Pool,
    connection::SessionLimits,
    embedded::{DATABASE, Embedded, EmbeddedConfig, EmbeddedError},
    migrate,
    pool::PoolSettings,
};
use nix::{
    errno::Errno,
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;

/// A place that user `postgres` may enter, should we be root.
fn place() -> (TempDir, PathBuf) {
    let dir = tempfile::Builder::new().prefix("cotmoc-test-").tempdir_in("/tmp").unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let data = dir.path().join("dữ liệu");
    (dir, data)
}

fn config(data_dir: &Path) -> EmbeddedConfig {
    EmbeddedConfig { durable: false, ..EmbeddedConfig::new(data_dir) }
}

async fn start(data_dir: &Path) -> Embedded {
    Embedded::start(config(data_dir)).await.unwrap()
}

async fn refused(data_dir: &Path) -> EmbeddedError {
    Embedded::start(config(data_dir)).await.unwrap_err()
}

fn pool(embedded: &Embedded) -> Pool {
    let settings = embedded.connection(DATABASE, SessionLimits::default()).unwrap();
    Pool::new(&settings, PoolSettings { size: 2, ..PoolSettings::default() })
}

async fn ask(pool: &Pool) -> Result<(), DbError> {
    migrate::applied(pool).await.map(drop)
}

async fn within(work: impl Future<Output = ()>) {
    tokio::time::timeout(Duration::from_secs(20), work).await.unwrap();
}

async fn setting(embedded: &Embedded, name: &str) -> String {
    let settings = embedded.connection(DATABASE, SessionLimits::default()).unwrap();
    let mut connection = settings.connect().await.unwrap();
    tests::sql::text(&mut connection, &format!("SELECT current_setting('{name}')")).await.unwrap()
}

fn lives(pid: i32) -> bool {
    kill(Pid::from_raw(pid), None) != Err(Errno::ESRCH)
}

fn kill_hard(pid: i32) {
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
}

#[tokio::test]
async fn starts_cold_and_warm_and_stops() {
    let (_dir, data) = place();
    let first = start(&data).await;
    let pid = first.pid().unwrap();
    ask(&pool(&first)).await.unwrap();
    first.stop().await.unwrap();
    assert!(!lives(pid));

    let second = start(&data).await;
    let pid = second.pid().unwrap();
    ask(&pool(&second)).await.unwrap();
    drop(second);
    assert!(!lives(pid), "dropping stops it as well");
}

#[tokio::test]
async fn speaks_through_a_private_socket_only_and_in_vietnamese_time() {
    let (_dir, data) = place();
    let embedded = Embedded::start(EmbeddedConfig::new(&data)).await.unwrap();
    assert_eq!(setting(&embedded, "listen_addresses").await, "");
    assert_eq!(setting(&embedded, "TimeZone").await, "Asia/Ho_Chi_Minh");
    assert_eq!(setting(&embedded, "server_encoding").await, "UTF8");
    assert_eq!(setting(&embedded, "fsync").await, "on");
    assert_eq!(setting(&embedded, "synchronous_commit").await, "on");
    assert_eq!(setting(&embedded, "statement_timeout").await, "10s");
    let socket = fs::metadata(data.join("postgres")).unwrap();
    assert_eq!(socket.permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn a_directory_too_deep_for_a_socket_gets_a_short_one() {
    let (_dir, data) = place();
    let deep = data.join("tỉnh-đồng-nai".repeat(8));
    let embedded = start(&deep).await;
    let socket = PathBuf::from(setting(&embedded, "unix_socket_directories").await);
    assert!(socket.starts_with("/tmp"), "{}", socket.display());
    assert_eq!(fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o700);
    embedded.stop().await.unwrap();

    fs::set_permissions(&socket, fs::Permissions::from_mode(0o777)).unwrap();
    assert!(matches!(refused(&deep).await, EmbeddedError::SocketDir(_)), "others could have put it there");
    fs::remove_dir_all(&socket).unwrap();
}

#[tokio::test]
async fn killed_it_is_started_again_and_the_pool_finds_back() {
    let (_dir, data) = place();
    let mut embedded = start(&data).await;
    let pool = pool(&embedded);
    ask(&pool).await.unwrap();
    let killed = embedded.pid().unwrap();
    kill_hard(killed);
    // Its last backends live a moment longer.
    within(async { while ask(&pool).await.is_ok() {} }).await;
    tokio::select! {
        never = embedded.supervise() => match never {},
        () = within(async { while ask(&pool).await.is_err() {} }) => {}
    }
    assert_ne!(embedded.pid().unwrap(), killed);
    embedded.stop().await.unwrap();
}

#[tokio::test]
async fn while_it_is_away_the_pool_says_unavailable_in_time() {
    let (_dir, data) = place();
    let embedded = start(&data).await;
    let settings = embedded.connection(DATABASE, SessionLimits::default()).unwrap();
    let pool = Pool::new(&settings, PoolSettings { size: 1, acquire_timeout: Duration::from_millis(300) });
    ask(&pool).await.unwrap();

    let held = pool.get().await.unwrap();
    assert!(matches!(pool.get().await, Err(DbError::Unavailable(_))), "exhausted");
    drop(held);
    ask(&pool).await.unwrap();

    embedded.stop().await.unwrap();
    assert!(matches!(ask(&pool).await, Err(DbError::Unavailable(_))), "stopped");
    let _again = start(&data).await;
    within(async { while ask(&pool).await.is_err() {} }).await;
}

#[tokio::test]
async fn one_process_owns_a_directory_and_others_join() {
    let (_dir, data) = place();
    let owner = start(&data).await;
    let refusal = refused(&data).await;
    assert!(matches!(refusal, EmbeddedError::InUse { .. }));
    assert!(refusal.to_string().contains(&format!("process {}", std::process::id())), "{refusal}");

    let guest = Embedded::start_or_join(config(&data)).await.unwrap();
    assert!(owner.is_owner() && !guest.is_owner());
    ask(&pool(&guest)).await.unwrap();
    guest.stop().await.unwrap();
    ask(&pool(&owner)).await.unwrap();
}

#[tokio::test]
async fn the_server_of_a_killed_process_is_adopted_and_stopped_in_the_end() {
    let (_dir, data) = place();
    let mut owner =
        Command::new(env!("CARGO_BIN_EXE_postgres_owner")).arg(&data).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(owner.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let orphan: i32 = line.split(' ').next().unwrap().parse().unwrap();
    owner.kill().unwrap();
    owner.wait().unwrap();
    assert!(lives(orphan));

    let adopted = start(&data).await;
    assert_eq!(adopted.pid(), Some(orphan));
    ask(&pool(&adopted)).await.unwrap();
    adopted.stop().await.unwrap();
    assert!(!data.join("postgres/postmaster.pid").exists());
}

#[tokio::test]
async fn a_stale_lock_is_no_obstacle() {
    let (_dir, data) = place();
    let first = start(&data).await;
    let file = data.join("postgres/postmaster.pid");
    let lock = fs::read_to_string(&file).unwrap();
    let (_, rest) = lock.split_once('\n').unwrap();
    first.stop().await.unwrap();

    let mut dead = Command::new("true").spawn().unwrap();
    dead.wait().unwrap();
    // A process that is no more; and one that lives, but is no PostgreSQL: the number was given again.
    for pid in [dead.id(), std::process::id()] {
        fs::write(&file, format!("{pid}\n{rest}")).unwrap();
        nix::unistd::chown(&file, Some(owner_of(&data)), None).unwrap();
        let again = start(&data).await;
        ask(&pool(&again)).await.unwrap();
        again.stop().await.unwrap();
    }
}

fn owner_of(data: &Path) -> nix::unistd::Uid {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(data.join("postgres")).unwrap().uid().into()
}

#[tokio::test]
async fn a_half_made_directory_is_made_anew() {
    let (_dir, data) = place();
    fs::create_dir_all(data.join("postgres.new/base")).unwrap();
    fs::write(data.join("postgres.new/PG_VERSION"), "15\n").unwrap();
    fs::create_dir(data.join("postgres")).unwrap();
    let embedded = start(&data).await;
    ask(&pool(&embedded)).await.unwrap();
    assert!(!data.join("postgres.new").exists());
}

#[tokio::test]
async fn what_cannot_be_helped_is_explained() {
    let (dir, data) = place();
    fs::create_dir_all(data.join("postgres")).unwrap();
    fs::write(data.join("postgres/báo-cáo.txt"), "không phải PostgreSQL").unwrap();
    assert!(refused(&data).await.to_string().contains("neither empty nor a PostgreSQL cluster"));

    let old = dir.path().join("cũ");
    fs::create_dir_all(old.join("postgres")).unwrap();
    fs::write(old.join("postgres/PG_VERSION"), "9\n").unwrap();
    assert!(refused(&old).await.to_string().contains("apt-get install postgresql-9"));

    let no_server = EmbeddedConfig { bin_dir: Some(dir.path().to_owned()), ..config(&dir.path().join("mới")) };
    let error = Embedded::start(no_server).await.unwrap_err();
    assert!(error.to_string().contains("apt-get install postgresql"), "{error}");

    let bad = EmbeddedConfig { settings: vec!["work_mem=nhiều".into()], ..config(&dir.path().join("sai")) };
    let error = Embedded::start(bad).await.unwrap_err();
    assert!(error.to_string().contains("invalid value for parameter \"work_mem\""), "{error}");
}

#[tokio::test]
async fn root_hears_which_directory_the_server_cannot_enter() {
    if !nix::unistd::geteuid().is_root() {
        return; // Others run the server as themselves.
    }
    let (dir, _) = place();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let error = refused(&dir.path().join("x")).await;
    assert!(error.to_string().contains("COTMOC_DATA_DIR=/var/lib/cotmoc"), "{error}");
}
