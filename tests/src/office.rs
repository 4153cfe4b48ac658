//! `LibreOffice`, as people open files with it.

use std::{fs, path::Path, process::Command};

/// What `LibreOffice` makes of a file when it opens it and saves it as something else: `ods`, `xls`, `xlsx`, `csv` or `pdf`.
/// Needs soffice (Debian: libreoffice-calc-nogui, libreoffice-writer-nogui).
#[must_use]
pub fn saved_as(name: &str, content: &[u8], ending: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at(name), content).unwrap();
    // Text has commas between its cells, and is UTF-8; cells are written as they are stored, not as they are shown.
    let filter = match ending {
        "csv" => "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false",
        ending => ending,
    };
    let is_text = Path::new(name).extension().is_some_and(|it| it == "csv");
    let read_as = is_text.then_some("--infilter=Text - txt - csv (StarCalc):44,34,76,1");
    let output = Command::new("soffice")
        // A profile of its own: two that run at once would share one, and the second would end at once.
        .arg(format!("-env:UserInstallation=file://{}", at("profile").display()))
        .args(read_as)
        .args(["--headless", "--convert-to", filter, "--outdir"])
        .arg(at("out"))
        .arg(at(name))
        .output()
        .unwrap_or_else(|error| panic!("soffice: {error}; scripts/install.sh test installs it"));
    let made = at("out").join(Path::new(name).with_extension(ending));
    fs::read(made).unwrap_or_else(|_| {
        panic!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    })
}
