//! The installation's secret: given, or kept in a file, which is made where nobody has named one.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use auth::{
    random,
    seal::{SECRET_LEN, Sealer},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret as _, zeroize::Zeroizing};

use super::{Config, settings};

/// The file in the data directory.
const FILE: &str = "secret.key";

/// Why there is no secret. Never shows any of it.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read or made.
    #[error("the secret file {} cannot be used: {reason}; name another with {}", .path.display(), settings::SECRET_FILE.env)]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// The file holds something else.
    #[error("the secret file {} does not hold 32 bytes in Base64 (`openssl rand -base64 32` makes such)", .0.display())]
    Malformed(PathBuf),
}

/// The sealer of this installation. Its secret is made if nobody has said where it is and there is none yet.
pub fn sealer(config: &Config) -> Result<Sealer, SecretError> {
    if let Some(found) = found(config)? {
        return Ok(found);
    }
    let usual = usual(config);
    make(&usual).map_err(|reason| SecretError::File { path: usual.clone(), reason })?;
    read(&usual)
}

/// The same as far as it is there; none where it would be made. Makes nothing.
pub fn found(config: &Config) -> Result<Option<Sealer>, SecretError> {
    let access = &config.access;
    if let Some(given) = access.secret_key.as_ref().and_then(|given| decoded(given.expose_secret())) {
        return Ok(Some(Sealer::new(&given)));
    }
    // A file that was named and is not there is a mistake: a new secret would shut everybody out.
    if let Some(named) = &access.secret_file {
        return read(named).map(Some);
    }
    let usual = usual(config);
    let is_there = usual.try_exists().map_err(|reason| SecretError::File { path: usual.clone(), reason })?;
    if is_there { read(&usual).map(Some) } else { Ok(None) }
}

fn usual(config: &Config) -> PathBuf {
    config.data_dir.join(FILE)
}

fn read(path: &Path) -> Result<Sealer, SecretError> {
    let failed = |reason| SecretError::File { path: path.to_owned(), reason };
    let text = Zeroizing::new(fs::read_to_string(path).map_err(failed)?);
    decoded(&text).map(|secret| Sealer::new(&secret)).ok_or_else(|| SecretError::Malformed(path.to_owned()))
}

/// The bytes of a secret as it is written.
pub(super) fn decoded(text: &str) -> Option<Zeroizing<[u8; SECRET_LEN]>> {
    let bytes = Zeroizing::new(BASE64_STANDARD.decode(text.trim()).ok()?);
    Some(Zeroizing::new(bytes.as_slice().try_into().ok()?))
}

/// Makes the file as a whole, or leaves the one that another process has made meanwhile.
fn make(path: &Path) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let draft = path.with_extension(format!("{}.new", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let secret = Zeroizing::new(BASE64_STANDARD.encode(*Zeroizing::new(random::bytes::<SECRET_LEN>())));
    let linked =
        writeln!(file, "{}", *secret).and_then(|()| file.sync_all()).and_then(|()| match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked.inspect(|()| tracing::info!(file = %path.display(), "made this installation's secret")),
        });
    fs::remove_file(&draft)?;
    linked
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::config::{
        Sources,
        settings::{DATA_DIR, SECRET_FILE, Setting},
    };

    /// A place of the test's own.
    struct Place(PathBuf);

    impl Place {
        fn new() -> Self {
            Self(std::env::temp_dir().join(format!("cotmoc-secret-{:032x}", u128::from_be_bytes(random::bytes()))))
        }

        fn sealer(&self, given: Option<(Setting, &str)>, environment: &[(&str, &str)]) -> Result<Sealer, String> {
            let flags = given.map(|(setting, value)| (setting, value.to_owned()));
            let place = (DATA_DIR, self.0.to_str().unwrap().to_owned());
            let sources = Sources::of_flags(flags.into_iter().chain([place]));
            let config = Config::load(&sources.with_environment(environment.iter().copied())).unwrap();
            sealer(&config).map_err(|error| error.to_string())
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn same(one: &Sealer, two: &Sealer) -> bool {
        one.derive("test", b"") == two.derive("test", b"")
    }

    #[test]
    fn it_is_made_once_for_its_owner_alone() {
        let place = Place::new();
        let first = place.sealer(None, &[]).unwrap();
        assert!(same(&first, &place.sealer(None, &[]).unwrap()));
        assert_eq!(fs::metadata(place.0.join(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(&place.0).unwrap().count(), 1, "no draft is left");
        assert!(!same(&first, &Place::new().sealer(None, &[]).unwrap()));
    }

    #[test]
    fn processes_that_start_together_agree() {
        let place = Place::new();
        fs::create_dir_all(&place.0).unwrap();
        fs::write(place.0.join(FILE), BASE64_STANDARD.encode([7; 32])).unwrap();
        // As if the other had been quicker by a moment.
        make(&place.0.join(FILE)).unwrap();
        assert!(same(&Sealer::new(&[7; 32]), &place.sealer(None, &[]).unwrap()));
    }

    #[test]
    fn a_file_that_is_named_is_never_made() {
        let place = Place::new();
        let named = place.0.join("other.key");
        let named = Some((SECRET_FILE, named.to_str().unwrap()));
        let message = place.sealer(named, &[]).unwrap_err();
        assert!(message.contains("other.key") && message.contains("COTMOC_SECRET_FILE"), "{message}");
        fs::create_dir_all(&place.0).unwrap();
        fs::write(place.0.join("other.key"), "quá ngắn").unwrap();
        let message = place.sealer(named, &[]).unwrap_err();
        assert!(message.contains("openssl rand") && !message.contains("quá ngắn"), "{message}");
    }

    #[test]
    fn the_environment_comes_first_and_needs_no_file() {
        let place = Place::new();
        let secret = BASE64_STANDARD.encode([9; 32]);
        let given = place.sealer(None, &[("COTMOC_SECRET_KEY", &secret)]).unwrap();
        assert!(same(&Sealer::new(&[9; 32]), &given) && !place.0.exists());
    }
}
