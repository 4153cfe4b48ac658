//! The files of the page, kept and mostly sent compressed.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    io,
    sync::{LazyLock, OnceLock},
};

use bytes::Bytes;
use rust_embed::Embed;

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/explorer/dist"]
struct Dist;

const COMPRESSED: &str = ".br";

static FILES: LazyLock<BTreeMap<String, File>> = LazyLock::new(|| {
    let names = Dist::iter();
    names.filter_map(|path| Some((path.strip_suffix(COMPRESSED)?.to_owned(), File::new(&path)?))).collect()
});

/// A file of the page.
pub struct File {
    /// Its bytes as Brotli makes them.
    pub compressed: Bytes,
    /// The entity tag: weak, as both forms share it.
    pub etag: String,
    /// The media type, by the ending of the name.
    pub content_type: &'static str,
    plain: OnceLock<Bytes>,
}

/// The file at a path below `dist`, named without the `.br`; none if there is no such file.
pub fn file(path: &str) -> Option<&'static File> {
    FILES.get(path)
}

impl File {
    fn new(path: &str) -> Option<Self> {
        let compressed = match Dist::get(path)?.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        let etag = super::etag(&compressed);
        Some(Self { compressed, etag, content_type: content_type(path)?, plain: OnceLock::new() })
    }

    /// Its bytes for the rare client that does not read Brotli; made once, then kept.
    pub fn plain(&self) -> io::Result<Bytes> {
        if let Some(plain) = self.plain.get() {
            return Ok(plain.clone());
        }
        let mut plain = Vec::new();
        brotli_decompressor::BrotliDecompress(&mut self.compressed.as_ref(), &mut plain)?;
        Ok(self.plain.get_or_init(|| plain.into()).clone())
    }
}

fn content_type(path: &str) -> Option<&'static str> {
    match path.strip_suffix(COMPRESSED)?.rsplit_once('.')?.1 {
        "html" => Some("text/html; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "txt" => Some("text/plain; charset=utf-8"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use sha2::{Digest, Sha256};

    use super::*;

    /// The recipe and everything in `src`, as `build.mjs` counts them.
    fn sources(explorer: &Path) -> Vec<String> {
        let src = fs::read_dir(explorer.join("src")).unwrap();
        let mut paths: Vec<_> =
            src.map(|entry| format!("src/{}", entry.unwrap().file_name().into_string().unwrap())).collect();
        paths.extend(["build.mjs", "package-lock.json", "package.json"].map(String::from));
        paths.sort();
        paths
    }

    #[test]
    fn the_committed_bundle_was_built_from_the_committed_sources() {
        let explorer = Path::new(env!("CARGO_MANIFEST_DIR")).join("explorer");
        let line = |path: String| {
            let hash = Sha256::digest(fs::read(explorer.join(&path)).unwrap());
            let hex: Vec<_> = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{}  {path}\n", hex.concat())
        };
        let expected: String = sources(&explorer).into_iter().map(line).collect();
        let built_from = fs::read_to_string(explorer.join("dist/SOURCES.sha256")).unwrap();
        assert_eq!(built_from, expected, "rebuild it: api/explorer/README.md says how");
    }

    #[test]
    fn every_file_is_known_by_type_and_decompresses() {
        let compressed = Dist::iter().filter(|path| path.ends_with(COMPRESSED)).count();
        assert_eq!(FILES.len(), compressed);
        for (name, file) in FILES.iter() {
            assert!(!file.plain().unwrap().is_empty(), "{name}");
        }
    }

    #[test]
    fn the_page_names_only_files_of_the_bundle() {
        let page = file("index.html").unwrap().plain().unwrap();
        let page = str::from_utf8(&page).unwrap();
        let addresses: Vec<_> = page.split('"').filter(|part| part.starts_with('/') || part.contains("://")).collect();
        assert!(addresses.len() >= 3, "{addresses:?}");
        for address in addresses {
            let name = address.strip_prefix("/explorer/").unwrap();
            assert!(file(&format!("assets/{name}")).is_some(), "{address}");
        }
    }

    /// Namespaces of XML, and pages that messages and help point to: nothing is loaded from them.
    const NAMED: [&str; 7] = [
        "codemirror.net",
        "commonmark.org",
        "en.wikipedia.org",
        "github.com",
        "react.dev",
        "www.w3.org",
        "yarnpkg.com",
    ];

    #[test]
    fn the_script_names_no_other_server_than_those_known() {
        for (name, file) in FILES.iter().filter(|(_, file)| file.content_type.starts_with("text/javascript")) {
            let text = file.plain().unwrap();
            let after = str::from_utf8(&text).unwrap().split("://").skip(1);
            let hosts =
                after.filter_map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && !".-".contains(c)).next());
            let named: BTreeSet<_> = hosts.filter(|host| host.contains('.')).collect();
            assert_eq!(named, NAMED.into(), "{name}");
        }
    }

    #[test]
    fn the_style_sheet_loads_nothing_from_elsewhere() {
        for (name, file) in FILES.iter().filter(|(_, file)| file.content_type.starts_with("text/css")) {
            let text = file.plain().unwrap();
            let text = str::from_utf8(&text).unwrap();
            assert!(!text.contains("url(http") && !text.contains("url(//") && !text.contains("@import"), "{name}");
        }
    }
}
