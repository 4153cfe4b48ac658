//! Finds the programs of an installed server.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::error::EmbeddedError;

/// Debian and Ubuntu, then the distributions that follow Red Hat; each holds one directory a major version.
const PLACES: [(&str, &str); 2] = [("/usr/lib/postgresql", ""), ("/usr", "pgsql-")];

/// The programs of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    pub major: u32,
    /// `None`: found through PATH.
    dir: Option<PathBuf>,
}

impl Binaries {
    /// The given directory's; else the version that made the cluster, if there is one; else the newest.
    pub fn find(given: Option<&Path>, cluster: &Path, made: Option<u32>) -> Result<Self, EmbeddedError> {
        let candidates = match given {
            Some(dir) => at(Some(dir.to_owned())).into_iter().collect(),
            None => installed(),
        };
        if candidates.is_empty() {
            let place = given.map_or_else(|| "/usr/lib/postgresql or PATH".to_owned(), |dir| dir.display().to_string());
            return Err(EmbeddedError::NotInstalled(place));
        }
        let fits = candidates.iter().filter(|found| made.is_none_or(|made| made == found.major));
        fits.max_by_key(|found| found.major).cloned().ok_or_else(|| EmbeddedError::Version {
            path: cluster.to_owned(),
            made: made.unwrap_or_default(),
            installed: candidates.iter().map(|found| found.major.to_string()).collect::<Vec<_>>().join(", "),
        })
    }

    pub fn command(&self, program: &str) -> Command {
        program_in(self.dir.as_deref(), program)
    }
}

fn installed() -> Vec<Binaries> {
    let dirs = PLACES.iter().flat_map(|(place, prefix)| {
        let entries = std::fs::read_dir(place).into_iter().flatten().flatten();
        entries
            .filter(move |entry| is_version(&entry.file_name().to_string_lossy(), prefix))
            .map(|entry| entry.path().join("bin"))
    });
    let mut found: Vec<Binaries> = dirs.filter_map(|dir| at(Some(dir))).collect();
    if found.is_empty() {
        found.extend(at(None));
    }
    found
}

fn is_version(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix).is_some_and(|version| version.parse::<u32>().is_ok())
}

/// Asks the server itself: a directory of clients only, or a broken one, does not count.
fn at(dir: Option<PathBuf>) -> Option<Binaries> {
    let mut initdb = program_in(dir.as_deref(), "initdb");
    initdb.arg("--version").stdin(Stdio::null()).output().ok()?;
    let output = program_in(dir.as_deref(), "postgres").arg("--version").stdin(Stdio::null()).output().ok()?;
    let major = major_version(&String::from_utf8(output.stdout).ok()?)?;
    Some(Binaries { major, dir })
}

/// From `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`, or `18beta1`.
fn major_version(text: &str) -> Option<u32> {
    let version = text.strip_prefix("postgres (PostgreSQL) ")?;
    let end = version.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(version.len());
    version.get(..end)?.parse().ok()
}

fn program_in(dir: Option<&Path>, program: &str) -> Command {
    Command::new(dir.map_or_else(|| PathBuf::from(program), |dir| dir.join(program)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(major_version("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major_version("psql (PostgreSQL) 15.1\n"), None);
        assert!(
            is_version("15", "")
                && !is_version("common", "")
                && is_version("pgsql-16", "pgsql-")
                && !is_version("16", "pgsql-")
        );
    }

    #[test]
    fn an_empty_directory_says_what_to_install() {
        let error = Binaries::find(Some(Path::new("/không/có")), Path::new("/tmp/x"), None).unwrap_err().to_string();
        assert!(error.contains("/không/có") && error.contains("apt-get install postgresql"), "{error}");
    }
}
