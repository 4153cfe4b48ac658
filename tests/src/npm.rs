//! Public packages of npm, as folders of this crate pin them by their lock files.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

/// Tests of one process come one after the other.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A copy of that folder of this crate below `temporary`, with its packages, which are fetched once. Needs node and npm.
#[must_use]
pub fn installed(temporary: &str, folder: &str) -> PathBuf {
    let _turn = ONE_AT_A_TIME.lock().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let target = Path::new(temporary).join(folder);
    fs::create_dir_all(&target).unwrap();
    for file in fs::read_dir(&source).unwrap().map(|entry| entry.unwrap()).filter(|entry| entry.path().is_file()) {
        fs::copy(file.path(), target.join(file.file_name())).unwrap();
    }
    let lock = source.join("package-lock.json");
    let mark = target.join("node_modules/.installed");
    if fs::read(&mark).ok() != fs::read(&lock).ok() {
        let npm = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        let output = Command::new("npm").args(npm).current_dir(&target).output().unwrap();
        assert!(output.status.success(), "npm ci: {}", String::from_utf8_lossy(&output.stderr));
        fs::copy(lock, mark).unwrap();
    }
    target
}
