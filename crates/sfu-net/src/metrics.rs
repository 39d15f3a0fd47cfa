//! What the workers count.

use std::fmt::Write as _;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::{EncodeLabelSet, LabelSetEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use sfu::count::Count;

/// Shared by all workers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metrics {
    events: Family<Which, Counter>,
    pub(crate) datagrams_in: Counter,
    pub(crate) datagrams_out: Counter,
    pub(crate) bytes_in: Counter,
    pub(crate) bytes_out: Counter,
    /// System messages; datagrams out per message is the gain of segmentation.
    pub(crate) messages_out: Counter,
    pub(crate) runs_out: Counter,
    pub(crate) send_drops: Counter,
    pub(crate) rooms_died: Counter,
    pub(crate) rooms: Gauge,
    pub(crate) peers: Gauge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Which(Count);

impl EncodeLabelSet for Which {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), std::fmt::Error> {
        let mut label = encoder.encode_label();
        let mut key = label.encode_label_key()?;
        key.write_str("what")?;
        let mut value = key.encode_label_value()?;
        value.write_str(word(self.0))?;
        value.finish()
    }
}

impl Metrics {
    pub(crate) fn count(&self, count: Count, n: u64) {
        self.events.get_or_create(&Which(count)).inc_by(n);
    }

    pub(crate) fn register(&self, registry: &mut Registry) {
        let registry = registry.sub_registry_with_prefix("sfu");
        registry.register("events", "What happened to packets and requests", self.events.clone());
        let counters: [(&str, &str, &Counter<u64, AtomicU64>); 8] = [
            ("datagrams_in", "UDP datagrams received", &self.datagrams_in),
            ("datagrams_out", "UDP datagrams sent", &self.datagrams_out),
            ("bytes_in", "Bytes received", &self.bytes_in),
            ("bytes_out", "Bytes sent", &self.bytes_out),
            ("messages_out", "Messages handed to the kernel", &self.messages_out),
            ("runs_out", "Messages that the kernel cut into several datagrams", &self.runs_out),
            ("send_drops", "Datagrams that the kernel did not take", &self.send_drops),
            ("rooms_died", "Rooms that were lost to a panic", &self.rooms_died),
        ];
        for (name, help, counter) in counters {
            registry.register(name, help, counter.clone());
        }
        registry.register("rooms", "Rooms with somebody in them", self.rooms.clone());
        registry.register("peers", "Transports", self.peers.clone());
    }
}

fn word(count: Count) -> &'static str {
    match count {
        Count::PacketIn => "packet_in",
        Count::PacketOut => "packet_out",
        Count::Muted => "muted",
        Count::Unclaimed => "unclaimed",
        Count::Late => "late",
        Count::Stray => "stray",
        Count::Unknown => "unknown",
        Count::BadCandidate => "bad_candidate",
        Count::BadOffer => "bad_offer",
        Count::Misdirected => "misdirected",
        Count::MessageDropped => "message_dropped",
        Count::KeyFrameAsked => "key_frame_asked",
        Count::Switched => "switched",
    }
}
