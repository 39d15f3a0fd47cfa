//! Ids of participants and tracks, drawn from a seed.

use model::Timestamp;
use model::id::{ParticipantId, TrackId};
use uuid::Uuid;

/// Makes UUIDv7s from `now` and a seed: the same inputs give the same ids. They are not secrets.
#[derive(Debug)]
pub(crate) struct Ids {
    state: u64,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    pub(crate) fn participant(&mut self, now: Timestamp) -> ParticipantId {
        ParticipantId::from_uuid(self.uuid(now))
    }

    pub(crate) fn track(&mut self, now: Timestamp) -> TrackId {
        TrackId::from_uuid(self.uuid(now))
    }

    pub(crate) fn uuid(&mut self, now: Timestamp) -> Uuid {
        let mut random = [0; 10];
        random[..8].copy_from_slice(&self.draw().to_be_bytes());
        random[8..].copy_from_slice(&self.draw().to_be_bytes()[..2]);
        let millis = u64::try_from(now.millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// `SplitMix64`: every state is visited once, so ids of one room never repeat.
    fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
