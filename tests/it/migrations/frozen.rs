//! What has landed stays as it is: a database somewhere has run it.

use std::{collections::BTreeMap, fs, path::Path};

use tests::door::hex;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The files of all migrations with their SHA-256, as `sha256sum` writes them.
fn files() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for folder in fs::read_dir(Path::new(ROOT).join("migrations")).unwrap().map(|entry| entry.unwrap().path()) {
        for file in fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
            let name = file.strip_prefix(ROOT).unwrap().to_str().unwrap().to_owned();
            found.insert(name, hex(&auth::hash::of(&fs::read_to_string(&file).unwrap())));
        }
    }
    found
}

#[test]
fn a_migration_does_not_change_once_it_has_landed() {
    let mut files = files();
    let landed = fs::read_to_string(Path::new(ROOT).join("migrations/SHA256SUMS")).unwrap();
    for line in landed.lines() {
        let (hash, name) = line.split_once("  ").unwrap_or_else(|| panic!("not a line of sha256sum: {line}"));
        let actual = files.remove(name);
        assert_eq!(
            actual.as_deref(),
            Some(hash),
            "{name} has landed and is frozen: databases have run it as it was. Take the change back and write a new migration. \
             (If it has not landed yet: remove its old line from migrations/SHA256SUMS and add it anew.)"
        );
    }
    let new: Vec<_> = files.keys().filter_map(|name| name.rsplit_once('/')).map(|(folder, _)| folder).collect();
    assert!(new.is_empty(), "new migrations are frozen too: sha256sum {}/* >> migrations/SHA256SUMS", new[0]);
}
