//! What people do, drawn from the seed.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

/// One thing that somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Join,
    Leave,
    Mute,
    Unmute,
    Wish,
    Unsubscribe,
    Subscribe,
    Publish,
    Unpublish,
    Republish,
    SwitchLayer,
    Say,
    CutOff,
    Restart,
}

const DEEDS: [(Deed, u32); 13] = [
    (Deed::Leave, 4),
    (Deed::Mute, 14),
    (Deed::Unmute, 14),
    (Deed::Wish, 18),
    (Deed::Unsubscribe, 10),
    (Deed::Subscribe, 10),
    (Deed::Publish, 5),
    (Deed::Unpublish, 5),
    (Deed::Republish, 5),
    (Deed::SwitchLayer, 8),
    (Deed::Say, 10),
    (Deed::CutOff, 3),
    (Deed::Restart, 3),
];

pub(crate) struct Plan {
    rng: StdRng,
}

impl Plan {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rng: StdRng::seed_from_u64(seed) }
    }

    pub(crate) fn deed(&mut self) -> Deed {
        let sum = DEEDS.iter().map(|(_, weight)| weight).sum();
        let mut at = self.rng.random_range(0..sum);
        for (deed, weight) in DEEDS {
            if at < weight {
                return deed;
            }
            at -= weight;
        }
        Deed::Join
    }

    pub(crate) fn pause(&mut self) -> Duration {
        Duration::from_millis(self.rng.random_range(100..600))
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.rng.random_range(0..n.max(1))
    }

    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        self.rng.random_range(low..=high)
    }
}
