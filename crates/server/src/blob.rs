//! Blobs: bytes that are written once and named by their hash. A folder; later S3.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::digest;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt as _};

/// Why a blob could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    #[error("the folder of blobs cannot be made")]
    Folder(#[source] std::io::Error),
    #[error("the store of blobs failed")]
    Store(#[source] object_store::Error),
    #[error("a blob is not what its name says")]
    Damaged,
}

/// Where blobs lie.
#[derive(Clone, Debug)]
pub struct Blobs(Arc<dyn ObjectStore>);

impl Blobs {
    /// Opens the blobs in `folder`, making it where it is missing.
    pub fn open(folder: &Path) -> Result<Self, BlobError> {
        std::fs::create_dir_all(folder).map_err(BlobError::Folder)?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(BlobError::Store)?;
        Ok(Self(Arc::new(store.with_fsync(true))))
    }

    /// Keeps `bytes` and returns their name: the SHA-256 in hexadecimal.
    pub async fn put(&self, bytes: Vec<u8>) -> Result<String, BlobError> {
        let name = hash(&bytes);
        self.0.put(&key(&name), bytes.into()).await.map_err(BlobError::Store)?;
        Ok(name)
    }

    /// Returns the bytes of that name, checked against it.
    pub async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, BlobError> {
        let found = match self.0.get(&key(name)).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(BlobError::Store(error)),
        };
        let bytes = found.bytes().await.map_err(BlobError::Store)?.to_vec();
        if hash(&bytes) == name { Ok(Some(bytes)) } else { Err(BlobError::Damaged) }
    }

    /// Forgets the bytes of that name.
    pub async fn remove(&self, name: &str) -> Result<(), BlobError> {
        match self.0.delete(&key(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(BlobError::Store(error)),
        }
    }
}

fn key(name: &str) -> Key {
    Key::from(format!("{}/{name}", name.get(..2).unwrap_or("xx")))
}

fn hash(bytes: &[u8]) -> String {
    let mut name = String::with_capacity(64);
    for byte in digest::digest(&digest::SHA256, bytes).as_ref() {
        let _ = write!(name, "{byte:02x}");
    }
    name
}
