//! The files of a page, kept and mostly sent compressed.

use std::{borrow::Cow, collections::BTreeMap, io, sync::OnceLock};

use bytes::Bytes;
use rust_embed::Embed;

const COMPRESSED: &str = ".br";

/// The files of a page as its build left them in `dist/`, each named without the `.br`.
pub struct Bundle(BTreeMap<String, File>);

impl Bundle {
    /// All that was embedded and is compressed; what else lies in `dist/` is for those who build it.
    #[must_use]
    pub fn of<Dist: Embed>() -> Self {
        let named = |path: &str| Some((path.strip_suffix(COMPRESSED)?.to_owned(), File::new::<Dist>(path)?));
        Self(Dist::iter().filter_map(|path| named(&path)).collect())
    }

    /// The file at a path below `dist`; none if there is no such file.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&File> {
        self.0.get(path)
    }
}

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

impl File {
    fn new<Dist: Embed>(path: &str) -> Option<Self> {
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
        "json" => Some("application/json"),
        "webmanifest" => Some("application/manifest+json"),
        "png" => Some("image/png"),
        "woff2" => Some("font/woff2"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "txt" => Some("text/plain; charset=utf-8"),
        _ => None,
    }
}

/// What holds of every bundle.
#[cfg(test)]
pub(crate) mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use sha2::{Digest, Sha256};

    use super::*;

    /// Each file is of a known type and decompresses; none is left out.
    pub(crate) fn is_whole<Dist: Embed>(bundle: &Bundle) {
        assert_eq!(bundle.0.len(), Dist::iter().filter(|path| path.ends_with(COMPRESSED)).count());
        for (name, file) in &bundle.0 {
            assert!(!file.plain().unwrap().is_empty(), "{name}");
        }
    }

    /// `dist/SOURCES.sha256` names exactly these sources, below a folder of the repository, as they are.
    pub(crate) fn was_built_from(folder: &Path, sources: BTreeSet<String>) {
        let line = |path: String| {
            let hash = Sha256::digest(fs::read(folder.join(&path)).unwrap());
            let hex: Vec<_> = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{}  {path}\n", hex.concat())
        };
        let expected: String = sources.into_iter().map(line).collect();
        let built_from = fs::read_to_string(folder.join("dist/SOURCES.sha256")).unwrap();
        assert_eq!(built_from, expected, "rebuild it: {}", folder.join("README.md").display());
    }

    /// The page loads files of the bundle alone.
    pub(crate) fn names_only_its_own(bundle: &Bundle, base: &str) {
        let page = bundle.file("index.html").unwrap().plain().unwrap();
        let page = str::from_utf8(&page).unwrap();
        let addresses: Vec<_> = page.split('"').filter(|part| part.starts_with('/') || part.contains("://")).collect();
        assert!(addresses.len() >= 3, "{addresses:?}");
        for address in addresses {
            let name = address.strip_prefix(base).unwrap();
            let found = bundle.file(&format!("assets/{name}")).or_else(|| bundle.file(name));
            assert!(found.is_some(), "{address}");
        }
    }

    /// All hosts that its scripts name, as namespaces and in messages.
    pub(crate) fn hosts(bundle: &Bundle) -> BTreeSet<String> {
        let scripts = bundle.0.values().filter(|file| file.content_type.starts_with("text/javascript"));
        let host = |rest: &str| {
            let host = rest.split(|c: char| !c.is_ascii_alphanumeric() && !".-".contains(c)).next().unwrap_or("");
            host.contains('.').then(|| host.to_owned())
        };
        let of = |file: &File| {
            let text = String::from_utf8(file.plain().unwrap().to_vec()).unwrap();
            text.split("://").skip(1).filter_map(host).collect::<Vec<_>>()
        };
        scripts.flat_map(of).collect()
    }

    /// No style sheet loads anything from elsewhere.
    pub(crate) fn styles_are_its_own(bundle: &Bundle) {
        for (name, file) in bundle.0.iter().filter(|(_, file)| file.content_type.starts_with("text/css")) {
            let text = file.plain().unwrap();
            let text = str::from_utf8(&text).unwrap();
            assert!(!text.contains("url(http") && !text.contains("url(//") && !text.contains("@import"), "{name}");
        }
    }
}
