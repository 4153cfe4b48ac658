//! Public packages of Python, as folders of this crate pin them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

/// Tests of one process come one after the other.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The Python of an environment below `temporary` with the packages that the folder's `requirements.txt` names, which are fetched once.
/// Needs python3 with venv.
#[must_use]
pub fn python(temporary: &str, folder: &str) -> PathBuf {
    let _turn = ONE_AT_A_TIME.lock().unwrap();
    let wanted = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join("requirements.txt");
    let target = Path::new(temporary).join(folder).join("python");
    let (python, mark) = (target.join("bin/python"), target.join(".installed"));
    if fs::read(&mark).ok() != fs::read(&wanted).ok() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&target));
        run(Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
            .arg(&wanted));
        fs::copy(wanted, mark).unwrap();
    }
    python
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
