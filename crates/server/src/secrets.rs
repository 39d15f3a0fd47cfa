//! The server's keys: made at first start, kept as files beside the data, never in the database.
//! Every token, MAC and ciphertext names the key it was made with by its id.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::{constant_time, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// 256 bits: what HMAC-SHA256 and AES-256 take.
const KEY_BYTES: usize = 32;

/// All keys of this server.
#[derive(Clone)]
pub struct Secrets(Arc<Keys>);

struct Keys {
    mac: Key,
    text: Key,
    rtc: Key,
}

struct Key {
    id: u32,
    bytes: [u8; KEY_BYTES],
}

impl Secrets {
    /// Reads the keys from `folder`, making those that are missing, readable by the owner alone.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let key = |name| read_or_make(&folder.join(name));
        Ok(Self(Arc::new(Keys { mac: key("mac-1")?, text: key("text-1")?, rtc: key("rtc-1")? })))
    }

    /// Returns the MAC of `parts` under a key used for `purpose` alone. Parts cannot run together.
    pub fn mac(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0.mac.bytes);
        let mut context = hmac::Context::with_key(&key);
        for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut tag = [0; 32];
        tag.copy_from_slice(context.sign().as_ref());
        tag
    }

    /// Returns whether `mac` (or its beginning, where only that was kept) is that of `parts`.
    pub fn is_mac(&self, purpose: &str, parts: &[&[u8]], mac: &[u8]) -> bool {
        let whole = self.mac(purpose, parts);
        !mac.is_empty()
            && mac.len() <= whole.len()
            && constant_time::verify_slices_are_equal(&whole[..mac.len()], mac).is_ok()
    }

    /// Names the key that MACs are made with.
    pub fn mac_key_id(&self) -> u32 {
        self.0.mac.id
    }

    /// Returns the key that wraps the keys of free text, with its id.
    pub fn text_key(&self) -> (u32, &[u8; KEY_BYTES]) {
        (self.0.text.id, &self.0.text.bytes)
    }

    /// Returns the key and secret that `LiveKit`'s access tokens are signed with.
    pub fn rtc_key(&self) -> (String, String) {
        (format!("plenary{}", self.0.rtc.id), URL_SAFE_NO_PAD.encode(self.0.rtc.bytes))
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

fn read_or_make(path: &Path) -> io::Result<Key> {
    match fs::read(path) {
        Ok(bytes) => {
            let bytes = bytes.try_into().map_err(|_| {
                io::Error::new(io::ErrorKind::InvalidData, format!("{} is not a key", path.display()))
            })?;
            Ok(Key { id: 1, bytes })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut bytes = [0; KEY_BYTES];
            rand::fill(&mut bytes);
            let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            Ok(Key { id: 1, bytes })
        }
        Err(error) => Err(error),
    }
}
