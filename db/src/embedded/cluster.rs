//! The directory on disk: lock, owner, the cluster made whole or not at all, the socket's place.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _, chown},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use nix::{
    fcntl::{Flock, FlockArg},
    sys::statvfs::{FsFlags, statvfs},
    unistd::{User, geteuid},
};

use super::{EmbeddedConfig, binaries::Binaries, error::EmbeddedError};

/// A Unix socket's path holds 107 bytes, of which the file's name takes these.
const SOCKET_PATH_MAX: usize = 107 - "/.s.PGSQL.5432".len();
const PORT: &str = "5432";
/// PostgreSQL stops when it cannot make its log's next file, which is that large.
const LOG_SEGMENT: u64 = 16 * 1024 * 1024;

/// Held by the one process that may start, adopt or stop the server of a directory. The system frees it when we die.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "held, not used")] Flock<File>);

impl Lock {
    pub fn take(data_dir: &Path) -> Result<Self, EmbeddedError> {
        // As root, the server's user must be able to pass through; what is secret inside has modes of its own.
        let mode = if geteuid().is_root() { 0o755 } else { 0o700 };
        let created = DirBuilder::new().recursive(true).mode(mode).create(data_dir);
        created.map_err(EmbeddedError::io("make the directory", data_dir))?;
        let path = data_dir.join("postgres.lock");
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let mut file = file.map_err(EmbeddedError::io("open", &path))?;
        let mut pid = String::new();
        // Who holds it is only told, never trusted.
        let _ = file.read_to_string(&mut pid);
        let mut lock = Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|(_, errno)| match errno {
            nix::errno::Errno::EWOULDBLOCK => {
                let pid = if pid.trim().is_empty() { String::new() } else { format!(" (process {})", pid.trim()) };
                EmbeddedError::InUse { path: data_dir.to_owned(), pid }
            }
            other => EmbeddedError::io("lock", &path)(other.into()),
        })?;
        let note = lock
            .set_len(0)
            .and_then(|()| io::Seek::rewind(&mut *lock))
            .and_then(|()| writeln!(lock, "{}", std::process::id()));
        note.map_err(EmbeddedError::io("write", &path))?;
        Ok(Self(lock))
    }
}

/// The user who runs the server: we ourselves, except that root may not.
#[derive(Debug, Clone)]
struct Runner {
    uid: u32,
    /// Set if we are root and must become the other.
    other: Option<User>,
}

impl Runner {
    /// As root: whoever owns the cluster already, else user `postgres`.
    fn choose(cluster: &Path) -> Result<Self, EmbeddedError> {
        let us = geteuid();
        let owner = fs::metadata(cluster).ok().map(|about| about.uid());
        if !us.is_root() {
            return match owner {
                Some(owner) if owner != us.as_raw() => Err(EmbeddedError::Foreign { path: cluster.to_owned(), owner }),
                _ => Ok(Self { uid: us.as_raw(), other: None }),
            };
        }
        let user = match owner {
            Some(owner) if owner != 0 => User::from_uid(owner.into()),
            _ => User::from_name("postgres"),
        };
        let user = user.ok().flatten().ok_or(EmbeddedError::NoUser)?;
        Ok(Self { uid: user.uid.as_raw(), other: Some(user) })
    }

    fn apply(&self, command: &mut Command) {
        use std::os::unix::process::CommandExt as _;
        if let Some(user) = &self.other {
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
        // Ours may be one that the other cannot enter.
        command.current_dir("/").stdin(Stdio::null());
    }

    fn give(&self, path: &Path) -> Result<(), EmbeddedError> {
        match &self.other {
            Some(user) => chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw()))
                .map_err(EmbeddedError::io("give away", path)),
            None => Ok(()),
        }
    }

    /// Only an attempt tells: modes of all parents, access lists and mounts have a say.
    fn can_enter(&self, path: &Path) -> bool {
        let mut test = Command::new("test");
        test.arg("-x").arg(path).stderr(Stdio::null());
        self.apply(&mut test);
        test.status().is_ok_and(|status| status.success())
    }
}

/// A whole cluster and how to reach the server on it.
#[derive(Debug, Clone)]
pub(super) struct Cluster {
    data_dir: PathBuf,
    socket_dir: PathBuf,
    runner: Runner,
    binaries: Option<Binaries>,
}

impl Cluster {
    /// Makes the cluster if it is missing. The lock must be held.
    pub async fn prepare(config: &EmbeddedConfig) -> Result<Self, EmbeddedError> {
        let config = config.clone();
        let job = tokio::task::spawn_blocking(move || Self::prepare_now(&config));
        job.await.map_err(|error| EmbeddedError::Db(crate::DbError::internal(error)))?
    }

    fn prepare_now(config: &EmbeddedConfig) -> Result<Self, EmbeddedError> {
        let mut cluster = Self::locate(config)?;
        let path = cluster.path();
        let made = made_by(&path);
        if made.is_none() && path.exists() && fs::remove_dir(&path).is_err() {
            return Err(EmbeddedError::NotACluster(path));
        }
        let binaries = Binaries::find(config.bin_dir.as_deref(), &path, made)?;
        if let (Some(user), false) = (&cluster.runner.other, cluster.runner.can_enter(&cluster.data_dir)) {
            return Err(EmbeddedError::Unreachable { path: cluster.data_dir, user: user.name.clone() });
        }
        if made.is_none() {
            cluster.init(&binaries, config.durable)?;
        }
        cluster.make_socket_dir()?;
        cluster.binaries = Some(binaries);
        Ok(cluster)
    }

    /// The cluster of a running server, for a guest.
    pub fn find(config: &EmbeddedConfig) -> Result<Self, EmbeddedError> {
        Self::locate(config)
    }

    fn locate(config: &EmbeddedConfig) -> Result<Self, EmbeddedError> {
        let data_dir = fs::canonicalize(&config.data_dir).map_err(EmbeddedError::io("find", &config.data_dir))?;
        let path = data_dir.join("postgres");
        let runner = Runner::choose(&path)?;
        // Inside the cluster it is private by itself; a long path needs a shorter place, the same one each time.
        let socket_dir = if path.as_os_str().len() <= SOCKET_PATH_MAX {
            path
        } else {
            let name = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, path.as_os_str().as_encoded_bytes());
            PathBuf::from(format!("/tmp/cotmoc-{}", name.simple()))
        };
        Ok(Self { data_dir, socket_dir, runner, binaries: None })
    }

    pub fn path(&self) -> PathBuf {
        self.data_dir.join("postgres")
    }

    pub fn log_file(&self) -> PathBuf {
        self.data_dir.join("postgres.log")
    }

    pub fn pid_file(&self) -> PathBuf {
        self.path().join("postmaster.pid")
    }

    /// The two files that keep a second server away from the directory and from the socket.
    pub fn lock_files(&self) -> [PathBuf; 2] {
        [self.pid_file(), self.socket_dir.join(format!(".s.PGSQL.{PORT}.lock"))]
    }

    /// The number of the socket's file, which another file of that name has not; `None` if there is none.
    pub fn socket(&self) -> Option<u64> {
        let about = fs::symlink_metadata(self.socket_dir.join(format!(".s.PGSQL.{PORT}"))).ok()?;
        about.file_type().is_socket().then(|| about.ino())
    }

    /// What keeps the server from writing, and what to do about it; `None` if there is room.
    pub fn disk_trouble(&self) -> Option<&'static str> {
        let about = statvfs(&self.path()).ok()?;
        if about.flags().contains(FsFlags::ST_RDONLY) {
            return Some("its disk is read-only: look into the system's log, and make it writable again");
        }
        let room = about.blocks_available().saturating_mul(about.fragment_size());
        (room < LOG_SEGMENT).then_some("its disk is full: make room")
    }

    /// The same as the end of what is told of a server; empty if there is room.
    pub fn disk_words(&self) -> String {
        self.disk_trouble().map(|trouble| format!(": {trouble}")).unwrap_or_default()
    }

    pub fn is_at(&self, directory: &str) -> bool {
        Path::new(directory) == self.path()
    }

    pub fn url(&self, database: &str) -> String {
        let socket = percent_encode(self.socket_dir.as_os_str().as_encoded_bytes());
        format!("postgres://postgres@{socket}:{PORT}/{}", percent_encode(database.as_bytes()))
    }

    /// The server's program, user, place and socket.
    pub fn postgres(&self) -> Command {
        let mut command =
            self.binaries.as_ref().map_or_else(|| Command::new("postgres"), |found| found.command("postgres"));
        self.runner.apply(&mut command);
        command.arg("-D").arg(self.path()).args(["-h", "", "-p", PORT]).arg("-k").arg(&self.socket_dir);
        command
    }

    /// In a sibling first, renamed when whole: one that was interrupted is never taken for a cluster.
    fn init(&self, binaries: &Binaries, durable: bool) -> Result<(), EmbeddedError> {
        let unfinished = self.data_dir.join("postgres.new");
        tracing::info!(path = %self.path().display(), postgresql = binaries.major, "making a PostgreSQL cluster");
        let mut output = String::new();
        for locale in ["C.UTF-8", "C"] {
            if unfinished.exists() {
                fs::remove_dir_all(&unfinished).map_err(EmbeddedError::io("remove", &unfinished))?;
            }
            DirBuilder::new()
                .mode(0o700)
                .create(&unfinished)
                .map_err(EmbeddedError::io("make the directory", &unfinished))?;
            self.runner.give(&unfinished)?;
            let mut initdb = binaries.command("initdb");
            self.runner.apply(&mut initdb);
            initdb.arg("-D").arg(&unfinished).args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-instructions",
            ]);
            initdb.arg(format!("--locale={locale}")).env("LC_ALL", "C");
            if !durable {
                initdb.arg("--no-sync");
            }
            let done = initdb.output().map_err(EmbeddedError::io("run initdb for", &unfinished))?;
            if done.status.success() {
                fs::rename(&unfinished, self.path()).map_err(EmbeddedError::io("rename", &unfinished))?;
                return sync(&self.data_dir);
            }
            output = String::from_utf8_lossy(&done.stderr).into_owned();
            // Only a system without C.UTF-8 deserves the second attempt.
            if !output.contains("locale") {
                break;
            }
        }
        Err(EmbeddedError::Init { path: self.path(), output })
    }

    /// /tmp belongs to everybody: what lies there already must be a private directory of the server's user, not
    /// something that another user has put in the way.
    pub fn make_socket_dir(&self) -> Result<(), EmbeddedError> {
        let dir = &self.socket_dir;
        if *dir == self.path() {
            return Ok(());
        }
        match DirBuilder::new().mode(0o700).create(dir) {
            Ok(()) => self.runner.give(dir),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let about = fs::symlink_metadata(dir).map_err(EmbeddedError::io("look at", dir))?;
                let private = about.is_dir() && about.uid() == self.runner.uid && about.mode().trailing_zeros() >= 6;
                if private { Ok(()) } else { Err(EmbeddedError::SocketDir(dir.clone())) }
            }
            Err(error) => Err(EmbeddedError::io("make the directory", dir)(error)),
        }
    }
}

/// The major version that made the cluster; `None` if there is none.
fn made_by(path: &Path) -> Option<u32> {
    fs::read_to_string(path.join("PG_VERSION")).ok()?.trim().parse().ok()
}

fn sync(dir: &Path) -> Result<(), EmbeddedError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(EmbeddedError::io("sync", dir))
}

fn percent_encode(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(byte) {
            text.push(char::from(*byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}
