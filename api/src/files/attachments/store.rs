//! The store of files: a folder, or S3-compatible storage. An object is a part of a file as it came; it is written once.

use std::{ops::Range, path::PathBuf, sync::Arc, time::Duration};

use bytes::Bytes;
use db::attachment::Part;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use object_store::{
    BackoffConfig, ClientConfigKey, ClientOptions, Error, GetOptions, GetRange, ObjectMeta, ObjectStore,
    ObjectStoreExt as _, RetryConfig, aws::AmazonS3Builder, local::LocalFileSystem, path::Path,
};
use secrecy::ExposeSecret as _;
use tokio::{
    fs::{self, DirBuilder},
    sync::Semaphore,
};
use uuid::Uuid;

use crate::config::{Config, StorageConfig};

/// The folder below the data directory, unless another is named.
const FOLDER: &str = "files";

/// What objects begin with: the bucket may hold other things.
const PREFIX: &str = "attachments";

/// For how long a storage that is away is asked again.
const PATIENCE: Duration = Duration::from_secs(10);

/// Parts that are being written at once.
const TURNS: usize = 8;

/// Where the bytes of files are. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    /// What all objects are below.
    place: Path,
    /// Where that is, if it is a folder.
    folder: Option<PathBuf>,
    /// Places for parts that are being written: while it hangs, no more of them are held in memory.
    turns: Arc<Semaphore>,
}

/// Why a store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It does not do what it should.
    #[error("the store of files: {0}")]
    Store(#[from] Error),
    /// The folder has a name that none can have.
    #[error("the folder of files: {0}")]
    Folder(#[from] object_store::path::Error),
    /// The folder cannot be made.
    #[error("the folder of files, {}, cannot be made: {error}", .folder.display())]
    NoFolder {
        /// Which.
        folder: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// As many write as may.
    #[error("too much is being written into the store of files")]
    Busy,
}

impl Store {
    /// The store that the settings name. Nothing is asked of it yet; a folder is made with its first file.
    pub fn open(config: &Config) -> Result<Self, StoreError> {
        let turns = Arc::new(Semaphore::new(TURNS));
        let folder = match &config.files.storage {
            Some(StorageConfig::Bucket(bucket)) => {
                let (objects, place) = (Arc::new(s3(config, bucket)?), Path::from(PREFIX));
                return Ok(Self { objects, place, folder: None, turns });
            }
            Some(StorageConfig::Folder(folder)) => folder.clone(),
            None => config.data_dir.join(FOLDER),
        };
        // What is acknowledged survives a loss of power.
        let objects = Arc::new(LocalFileSystem::new().with_fsync(true));
        Ok(Self { objects, place: Path::from_absolute_path(&folder)?, folder: Some(folder), turns })
    }

    fn object(&self, file: Uuid, part: Uuid) -> Path {
        self.place.clone().join(file.to_string()).join(part.to_string())
    }

    /// Writes a part. A folder that is not there is made, for nobody else on this machine to look into.
    pub async fn put(&self, file: Uuid, part: Uuid, bytes: Bytes) -> Result<(), StoreError> {
        let _turn = self.turns.try_acquire().map_err(|_| StoreError::Busy)?;
        if let Some(folder) = &self.folder {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(folder).await;
            made.map_err(|error| StoreError::NoFolder { folder: folder.clone(), error })?;
        }
        self.objects.put(&self.object(file, part), bytes.into()).await?;
        Ok(())
    }

    /// The bytes of a range of a file, as they come.
    pub fn read(
        &self,
        file: Uuid,
        parts: Vec<Part>,
        range: Range<u64>,
    ) -> impl Stream<Item = Result<Bytes, Error>> + use<> {
        let store = self.clone();
        let pieces = parts.into_iter().filter_map(move |part| {
            let (start, length) = (u64::from(part.starts_at.unsigned_abs()), u64::from(part.bytes.unsigned_abs()));
            let (from, to) = (range.start.max(start), range.end.min(start + length));
            (from < to).then(|| (part.id, from - start..to - start))
        });
        let pieces: Vec<(Uuid, Range<u64>)> = pieces.collect();
        stream::iter(pieces)
            .map(Ok)
            .and_then(move |(part, within)| {
                let (objects, object) = (Arc::clone(&store.objects), store.object(file, part));
                async move {
                    let options = GetOptions { range: Some(GetRange::Bounded(within)), ..GetOptions::default() };
                    Ok::<_, Error>(objects.get_opts(&object, options).await?.into_stream())
                }
            })
            .try_flatten()
    }

    /// Deletes a part; one that is gone already is none that fails.
    pub async fn delete(&self, file: Uuid, part: Uuid) -> Result<(), StoreError> {
        match self.objects.delete(&self.object(file, part)).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes all of a file but these parts: also what came and was never told to the database.
    pub async fn keep_only(&self, file: Uuid, parts: &[Uuid]) -> Result<(), StoreError> {
        let kept: Vec<Path> = parts.iter().map(|part| self.object(file, *part)).collect();
        let of_file = self.place.clone().join(file.to_string());
        let there: Vec<ObjectMeta> = self.objects.list(Some(&of_file)).try_collect().await?;
        for object in there.into_iter().filter(|object| !kept.contains(&object.location)) {
            self.objects.delete(&object.location).await?;
        }
        if let Some(folder) = self.folder.as_ref().filter(|_| parts.is_empty()) {
            // Empty, or not there.
            let _ = fs::remove_dir(folder.join(file.to_string())).await;
        }
        Ok(())
    }

    /// Whether it takes, gives and deletes.
    pub async fn check(&self) -> Result<(), StoreError> {
        let (file, part) = (Uuid::now_v7(), Uuid::now_v7());
        self.put(file, part, Bytes::from_static(b"cotmoc")).await?;
        let all = Part { id: part, starts_at: 0, bytes: 6 };
        let _: Vec<Bytes> = self.read(file, vec![all], 0..6).try_collect().await?;
        self.keep_only(file, &[]).await
    }
}

fn s3(config: &Config, bucket: &str) -> Result<impl ObjectStore + use<>, Error> {
    // One that was chosen before stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let files = &config.files;
    let patience = RetryConfig { backoff: BackoffConfig::default(), max_retries: 5, retry_timeout: PATIENCE };
    // A file goes out as fast as its reader takes it: only silence ends it.
    let client = ClientOptions::new().with_allow_http(true).with_timeout_disabled().with_connect_timeout(PATIENCE);
    let client = client.with_config(ClientConfigKey::ReadTimeout, format!("{}s", PATIENCE.as_secs()));
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(&files.s3_region)
        .with_retry(patience)
        .with_client_options(client);
    if let Some(endpoint) = &files.s3_endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let Some((id, secret)) = &files.s3_keys {
        builder = builder.with_access_key_id(id).with_secret_access_key(secret.expose_secret());
    }
    builder.build()
}
