//! A file of the archive: gzip, each line an entry as JSON. The entry itself is a text within it, byte by byte what its hash was made
//! of, so that whoever has the file can verify it without Cotmoc and without a database.

use std::{borrow::Cow, io, path::Path, pin::Pin};

use async_compression::tokio::{bufread::GzipDecoder, write::GzipEncoder};
use db::audit::{Fault, StoredEntry, hex, unhex};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tempfile::{Builder, NamedTempFile};
use tokio::{
    fs::{self, File},
    io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines},
};

/// What is wrong with a file of the archive.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// It cannot be written.
    #[error("cannot be written: {0}")]
    Unwritable(io::Error),
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// A line is no entry.
    #[error("line {0} is no entry")]
    Line(u64),
    /// Its entries.
    #[error("{0}")]
    Trail(Fault),
    /// It is whole, but not what was noted.
    #[error("this is not the file that was written")]
    Other,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    id: i64,
    /// SHA-256 of the bytes of `previous_hash` and the text of `content`, in hexadecimal digits.
    hash: String,
    previous_hash: String,
    content: Cow<'a, str>,
}

/// A file that is being written: it has its name when it is whole.
pub struct Writing {
    encoder: GzipEncoder<File>,
    place: NamedTempFile,
}

impl Writing {
    /// Begins one in a folder, which is made if it is missing. What it holds is its owner's alone to read. Whoever is killed meanwhile
    /// leaves a file behind whose name ends in `.part`.
    pub async fn begin(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir).await?;
        let place = Builder::new().prefix("audit-").suffix(".part").tempfile_in(dir)?;
        let file = File::from_std(place.reopen()?);
        Ok(Self { encoder: GzipEncoder::new(file), place })
    }

    /// The next entry.
    pub async fn add(&mut self, entry: &StoredEntry) -> io::Result<()> {
        let StoredEntry { id, previous_hash, hash, content, .. } = entry;
        let line = Line { id: *id, hash: hex(hash), previous_hash: hex(previous_hash), content: content.into() };
        let mut line = serde_json::to_vec(&line)?;
        line.push(b'\n');
        self.encoder.write_all(&line).await
    }

    /// Writes what is left, waits until it is on the disk, and gives it its name. What has that name already stays: it may be all
    /// that is left of another trail. If it is the same, byte by byte (a call before broke off here), that is that.
    pub async fn keep(self, path: &Path) -> io::Result<()> {
        let Self { mut encoder, place } = self;
        encoder.shutdown().await?;
        encoder.into_inner().sync_all().await?;
        if let Err(refused) = place.persist_noclobber(path)
            && (refused.error.kind() != io::ErrorKind::AlreadyExists
                || hash_of(path).await? != hash_of(refused.file.path()).await?)
        {
            return Err(refused.error);
        }
        let dir = path.parent().unwrap_or(Path::new("."));
        File::open(dir).await?.sync_all().await
    }
}

/// SHA-256 of all bytes of a file, however large it is.
async fn hash_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut whole = File::open(path).await?;
    let (mut digest, mut bytes) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        let read = whole.read(&mut bytes).await?;
        if read == 0 {
            return Ok(digest.finalize().to_vec());
        }
        digest.update(bytes.get(..read).unwrap_or_default());
    }
}

/// A file that is there.
pub struct ArchiveFile {
    lines: Lines<BufReader<Pin<Box<dyn AsyncRead + Send>>>>,
    number: u64,
    hash: Vec<u8>,
}

impl ArchiveFile {
    /// Opens it, and takes its hash.
    pub async fn open(path: &Path) -> Result<Self, Damage> {
        let hash = hash_of(path).await?;
        let mut unpacking = GzipDecoder::new(BufReader::new(File::open(path).await?));
        unpacking.multiple_members(true);
        let text: Pin<Box<dyn AsyncRead + Send>> = Box::pin(unpacking);
        Ok(Self { lines: BufReader::new(text).lines(), number: 0, hash })
    }

    /// SHA-256 of all its bytes.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        self.hash.clone()
    }

    /// Its next entry, with the hash that it must have.
    pub async fn next(&mut self) -> Result<Option<StoredEntry>, Damage> {
        let Some(line) = self.lines.next_line().await? else { return Ok(None) };
        self.number += 1;
        let wrong = || Damage::Line(self.number);
        let Line { id, hash, previous_hash, content } = serde_json::from_str(&line).map_err(|_| wrong())?;
        let (hash, previous_hash) = (unhex(&hash).ok_or_else(wrong)?, unhex(&previous_hash).ok_or_else(wrong)?);
        let computed = Sha256::new().chain_update(&previous_hash).chain_update(&*content).finalize().to_vec();
        Ok(Some(StoredEntry { id, previous_hash, hash, content: content.into_owned(), computed }))
    }
}
