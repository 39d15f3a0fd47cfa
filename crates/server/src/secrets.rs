//! The server's signing keys: made at first start, kept in the database, so that every node of one
//! server has the same ones. The key that wraps free text lies in a folder outside the database.
//! What a key signed names the key by its id.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::{constant_time, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use store::seal::Keyring;
use store::{Store, StoreError, secret};

use crate::Clock;

/// 256 bits: what HMAC-SHA256 takes.
const KEY_BYTES: usize = 32;

/// The keys of this server.
#[derive(Clone)]
pub struct Secrets(Arc<Keys>);

struct Keys {
    mac: secret::Secret,
    rtc: signal::Keys,
    text: Keyring,
}

impl Secrets {
    /// Reads the keys, making those that are missing; `folder` holds those that wrap free text.
    pub async fn open(store: &Store, folder: &Path, clock: &Clock) -> Result<Self, StoreError> {
        let mut tx = store.write(clock.now()).await?;
        let mac = secret::ensure(&mut tx, "mac", &fresh()).await?;
        let rtc = secret::ensure(&mut tx, "rtc", &fresh()).await?;
        tx.commit().await?;
        let rtc = signal::Keys {
            key: format!("plenary{}", rtc.key_id),
            secret: URL_SAFE_NO_PAD.encode(rtc.value),
        };
        Ok(Self(Arc::new(Keys { mac, rtc, text: Keyring::open(folder)? })))
    }

    /// Returns the MAC of `parts` under a key used for `purpose` alone. Parts cannot run together.
    pub fn mac(&self, purpose: &str, parts: &[&[u8]]) -> [u8; KEY_BYTES] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0.mac.value);
        let mut context = hmac::Context::with_key(&key);
        for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut tag = [0; KEY_BYTES];
        tag.copy_from_slice(context.sign().as_ref());
        tag
    }

    /// Returns whether `mac`, or the beginning of a MAC that was kept of it, is that of `parts`.
    pub fn is_mac(&self, purpose: &str, parts: &[&[u8]], mac: &[u8]) -> bool {
        let whole = self.mac(purpose, parts);
        !mac.is_empty()
            && mac.len() <= whole.len()
            && constant_time::verify_slices_are_equal(&whole[..mac.len()], mac).is_ok()
    }

    /// Names the key that MACs are made with.
    pub fn mac_key_id(&self) -> u32 {
        self.0.mac.key_id
    }

    /// Returns the keys that seal free text.
    pub fn text(&self) -> &Keyring {
        &self.0.text
    }

    /// Returns the key and secret that `LiveKit`'s access tokens are signed with.
    pub fn rtc(&self) -> &signal::Keys {
        &self.0.rtc
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

fn fresh() -> [u8; KEY_BYTES] {
    let mut bytes = [0; KEY_BYTES];
    rand::fill(&mut bytes);
    bytes
}
