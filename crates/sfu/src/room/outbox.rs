//! What is collected for each receiver until the tick ends.

use std::collections::BTreeMap;

use crate::engine::{Forward, PeerId, SlotId};

#[derive(Debug)]
pub(crate) struct Outbox<P> {
    packets_by_peer: BTreeMap<PeerId, Vec<Forward<P>>>,
    has_packets: bool,
}

impl<P> Default for Outbox<P> {
    fn default() -> Self {
        Self { packets_by_peer: BTreeMap::new(), has_packets: false }
    }
}

impl<P> Outbox<P> {
    pub(crate) fn put(&mut self, peer: PeerId, packet: Forward<P>) {
        self.packets_by_peer.entry(peer).or_default().push(packet);
        self.has_packets = true;
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.has_packets
    }

    /// Hands everything over, a receiver at a time; the space is kept for the next tick.
    pub(crate) fn empty(&mut self, mut send: impl FnMut(PeerId, &[Forward<P>])) {
        if !std::mem::take(&mut self.has_packets) {
            return;
        }
        for (peer, packets) in &mut self.packets_by_peer {
            if !packets.is_empty() {
                send(*peer, packets);
                packets.clear();
            }
        }
    }

    pub(crate) fn forget(&mut self, peer: PeerId) {
        self.packets_by_peer.remove(&peer);
    }

    pub(crate) fn forget_slot(&mut self, peer: PeerId, slot: SlotId) {
        if let Some(packets) = self.packets_by_peer.get_mut(&peer) {
            packets.retain(|packet| packet.slot != slot);
        }
    }
}
