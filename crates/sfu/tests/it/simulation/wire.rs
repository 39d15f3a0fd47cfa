//! The network between clients and server: it delays, reorders and loses.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// What a wire is like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quality {
    /// Lost of each thousand.
    pub(crate) loss: u64,
    pub(crate) delay_ms: u64,
    pub(crate) jitter_ms: u64,
}

impl Quality {
    pub(crate) const PERFECT: Self = Self { loss: 0, delay_ms: 5, jitter_ms: 0 };
}

#[derive(Debug)]
pub(crate) struct Packet {
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    pub(crate) bytes: Vec<u8>,
}

/// A link that carries only so much.
#[derive(Debug)]
struct Narrow {
    rate_bps: u64,
    free_at: Instant,
}

/// What a home router keeps.
const QUEUE: Duration = Duration::from_millis(250);

impl Narrow {
    /// How long a packet waits for those before it and for itself.
    fn pass(&mut self, bytes: usize, now: Instant) -> Option<Duration> {
        let start = self.free_at.max(now);
        if start - now > QUEUE {
            return None;
        }
        let bits = u64::try_from(bytes).expect("small") * 8;
        self.free_at = start + Duration::from_micros(bits * 1_000_000 / self.rate_bps);
        Some(self.free_at - now)
    }
}

/// Packets on their way, by time of arrival.
#[derive(Debug)]
pub(crate) struct Wire {
    seed: u64,
    quality: Quality,
    under_way: BTreeMap<(Instant, u64), Packet>,
    sent: u64,
    sent_by_link: BTreeMap<(SocketAddr, SocketAddr), (u64, Instant)>,
    cut_until: BTreeMap<SocketAddr, Instant>,
    narrow: BTreeMap<SocketAddr, Narrow>,
    pub(crate) lost: u64,
    pub(crate) reordered: u64,
}

impl Wire {
    pub(crate) fn new(seed: u64, quality: Quality) -> Self {
        Self {
            seed,
            quality,
            under_way: BTreeMap::new(),
            sent: 0,
            sent_by_link: BTreeMap::new(),
            cut_until: BTreeMap::new(),
            narrow: BTreeMap::new(),
            lost: 0,
            reordered: 0,
        }
    }

    /// Lets no more than this through to an address; what waits longer than a home router would
    /// keep it is lost.
    pub(crate) fn narrow(&mut self, at: SocketAddr, rate_bps: u64, now: Instant) {
        self.narrow.insert(at, Narrow { rate_bps, free_at: now });
    }

    /// Loses everything to and from an address until then.
    pub(crate) fn cut(&mut self, at: SocketAddr, until: Instant) {
        self.cut_until.insert(at, until);
    }

    pub(crate) fn is_cut(&self, at: SocketAddr, now: Instant) -> bool {
        self.cut_until.get(&at).is_some_and(|until| *until > now)
    }

    pub(crate) fn send(&mut self, packet: Packet, now: Instant) {
        let Quality { loss, delay_ms, jitter_ms } = self.quality;
        let link = self.sent_by_link.entry((packet.from, packet.to)).or_insert((0, now));
        link.0 += 1;
        // A packet's fate hangs on its place in its link, so that one packet more elsewhere
        // changes nothing here.
        let fate =
            mix(self.seed ^ mix(hash(packet.from) ^ hash(packet.to).rotate_left(17)) ^ link.0);
        let ends = [packet.from, packet.to];
        if ends.iter().any(|end| self.cut_until.get(end).is_some_and(|until| *until > now))
            || fate % 1000 < loss
        {
            self.lost += 1;
            return;
        }
        let delay_ms = delay_ms + (fate >> 20) % (jitter_ms + 1);
        let mut at = now + Duration::from_millis(delay_ms);
        if let Some(narrow) = self.narrow.get_mut(&packet.to) {
            let Some(wait) = narrow.pass(packet.bytes.len(), now) else {
                self.lost += 1;
                return;
            };
            at += wait;
        }
        if at < link.1 {
            self.reordered += 1;
        }
        link.1 = link.1.max(at);
        self.sent += 1;
        self.under_way.insert((at, self.sent), packet);
    }

    pub(crate) fn next(&self) -> Option<Instant> {
        self.under_way.keys().next().map(|(at, _)| *at)
    }

    pub(crate) fn arrive(&mut self, now: Instant) -> Option<Packet> {
        self.next().filter(|at| *at <= now)?;
        self.under_way.pop_first().map(|(_, packet)| packet)
    }
}

fn hash(address: SocketAddr) -> u64 {
    let SocketAddr::V4(v4) = address else { return 0 };
    u64::from(u32::from(*v4.ip())) << 16 | u64::from(v4.port())
}

/// `SplitMix64`: every bit of the input moves every bit of the output.
pub(crate) fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
