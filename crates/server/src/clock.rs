//! The one place of the server that reads the wall clock and makes identifiers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use model::Timestamp;
use uuid::Uuid;

/// Tells the time. Read once per request, at the rim.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System,
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// Returns the host's clock.
    pub const fn system() -> Self {
        Self(Kind::System)
    }

    /// Returns a clock that stands at `start` until [`Self::advance`] moves it; every clone moves.
    pub fn manual(start: Timestamp) -> Self {
        Self(Kind::Manual(Arc::new(AtomicI64::new(start.micros()))))
    }

    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::System => jiff::Timestamp::now().into(),
            Kind::Manual(micros) => Timestamp::from_micros(micros.load(Ordering::Relaxed)),
        }
    }

    /// Moves a manual clock on; the host's clock is not ours to move.
    pub fn advance(&self, by: std::time::Duration) {
        if let Kind::Manual(micros) = &self.0 {
            let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
            micros.fetch_add(by, Ordering::Relaxed);
        }
    }
}

/// Returns a fresh `UUIDv7` of the moment `now`. `rand_a` holds the region: 0, the only one so far.
pub(crate) fn new_uuid(now: Timestamp) -> Uuid {
    let mut bytes = [0_u8; 16];
    rand::fill(&mut bytes[8..]);
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    bytes[6] = 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_holds_its_moment_and_region_zero() {
        let id = new_uuid(Timestamp::from_seconds(1_700_000_000));

        assert_eq!(id.get_version_num(), 7);
        assert_eq!(id.get_timestamp().map(|time| time.to_unix().0), Some(1_700_000_000));
        assert_eq!(id.as_u128() >> 64 & 0xfff, 0);
    }
}
