//! Free text at rest: each response's text under a key of its own, that key wrapped by one that
//! lies in a folder outside the database. Forgetting the wrapped key is erasure.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use model::id::ResponseId;

use crate::{Result, StoreError};

const KEY_BYTES: usize = 32;

/// Of the name of a draft: enough that no two are equal.
const DRAFT_NAME_BYTES: usize = 16;

/// How the files of wrapping keys are named: `text-1.key`, `text-2.key` …
const FILE_PREFIX: &str = "text-";
const FILE_SUFFIX: &str = ".key";

/// A text under its own key, and that key wrapped. The wrapped key names the key that wraps it.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedText {
    pub text: Vec<u8>,
    pub key: Vec<u8>,
}

impl std::fmt::Debug for SealedText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedText").field("bytes", &self.text.len()).finish_non_exhaustive()
    }
}

/// The keys that wrap, by their id; the highest wraps what comes.
pub struct Keyring {
    key_by_id: BTreeMap<u32, LessSafeKey>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyring").field("keys", &self.key_by_id.len()).finish()
    }
}

impl Keyring {
    /// Reads the keys of `folder`, and makes the first one if there is none.
    pub fn open(folder: &Path) -> Result<Self> {
        let told = |path: &Path| {
            let path = path.display().to_string();
            move |source| StoreError::File { path, source }
        };
        fs::create_dir_all(folder).map_err(told(folder))?;
        let mut paths = key_files(folder).map_err(told(folder))?;
        if paths.is_empty() {
            let path = folder.join(format!("{FILE_PREFIX}1{FILE_SUFFIX}"));
            make_key(&path).map_err(told(&path))?;
            paths = key_files(folder).map_err(told(folder))?;
        }
        let mut key_by_id = BTreeMap::new();
        for (id, path) in paths {
            let bytes = fs::read(&path).map_err(told(&path))?;
            let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes)
                .map_err(|_| told(&path)(io::Error::other("not a key of 32 bytes")))?;
            key_by_id.insert(id, LessSafeKey::new(key));
        }
        Ok(Self { key_by_id })
    }

    /// Seals a text for one response: it opens for no other.
    pub fn seal(&self, response: ResponseId, text: &str) -> SealedText {
        let (id, wrapping) = self.key_by_id.last_key_value().expect("a keyring has a key");
        let mut key = [0; KEY_BYTES];
        fill(&mut key);
        let text = encrypt(&own_key(&key), response, text.as_bytes());
        let mut wrapped = id.to_be_bytes().to_vec();
        wrapped.extend(encrypt(wrapping, response, &key));
        SealedText { text, key: wrapped }
    }

    /// Returns the text that was sealed for this response.
    pub fn unseal(&self, response: ResponseId, sealed: &SealedText) -> Result<String> {
        let (id, wrapped) = sealed.key.split_first_chunk::<4>().ok_or(StoreError::Sealed)?;
        let wrapping = self.key_by_id.get(&u32::from_be_bytes(*id)).ok_or(StoreError::Sealed)?;
        let key = decrypt(wrapping, response, wrapped)?;
        let key: [u8; KEY_BYTES] = key.try_into().map_err(|_| StoreError::Sealed)?;
        let text = decrypt(&own_key(&key), response, &sealed.text)?;
        String::from_utf8(text).map_err(|_| StoreError::Sealed)
    }
}

fn key_files(folder: &Path) -> io::Result<BTreeMap<u32, PathBuf>> {
    let mut paths = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        let id = name
            .strip_prefix(FILE_PREFIX)
            .and_then(|rest| rest.strip_suffix(FILE_SUFFIX))
            .and_then(|id| id.parse().ok());
        if let Some(id) = id {
            paths.insert(id, path);
        }
    }
    Ok(paths)
}

/// Writes a new key beside its place and moves it there: nobody reads half a key. The draft has a
/// name of its own: of two that start at once, neither takes away what the other is about to move.
fn make_key(path: &Path) -> io::Result<()> {
    let mut key = [0; KEY_BYTES];
    fill(&mut key);
    let mut name = [0; DRAFT_NAME_BYTES];
    fill(&mut name);
    let draft = path.with_extension(format!("{:032x}.draft", u128::from_be_bytes(name)));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = file.write_all(&key).and_then(|()| file.sync_all());
    // A link instead of a rename: of two that start at once, the second keeps the first one's key.
    let linked = written.and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => Ok(()),
    });
    linked.and(fs::remove_file(&draft))
}

fn own_key(key: &[u8; KEY_BYTES]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, key).expect("a key of 32 bytes fits"))
}

fn fill(bytes: &mut [u8]) {
    aws_lc_rs::rand::fill(bytes).expect("the system has random bytes");
}

/// Returns nonce and ciphertext.
fn encrypt(key: &LessSafeKey, response: ResponseId, plain: &[u8]) -> Vec<u8> {
    let mut nonce = [0; NONCE_LEN];
    fill(&mut nonce);
    let mut sealed = plain.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(response.uuid().into_bytes()),
        &mut sealed,
    )
    .expect("a text in memory is short enough to seal");
    [&nonce[..], &sealed].concat()
}

fn decrypt(key: &LessSafeKey, response: ResponseId, sealed: &[u8]) -> Result<Vec<u8>> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(StoreError::Sealed)?;
    let mut text = rest.to_vec();
    let plain = key
        .open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(response.uuid().into_bytes()),
            &mut text,
        )
        .map_err(|_| StoreError::Sealed)?
        .len();
    text.truncate(plain);
    Ok(text)
}
