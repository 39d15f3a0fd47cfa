//! The engine on str0m: RTP mode, ICE-lite, one certificate for all peers.
//!
//! This file and those under `str0m/` are the only ones that name str0m.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use ::str0m::change::SdpOffer;
use ::str0m::config::{CryptoProvider, DtlsCert};
use ::str0m::media::KeyframeRequestKind;
use ::str0m::net::DatagramSend;
use ::str0m::{Candidate, Input};
use model::media::DataChannel;

use self::packet::Packet;
use self::peer::Peer;
use super::{
    Datagram, Egress, Engine, Event, Forward, Label, PeerId, Refused, Section, Sent, SourceId,
};

mod packet;
mod peer;
pub mod sdp;
pub mod stun;

/// Addresses from which one peer is known. A phone changes between two networks; more is a trick.
const ADDRESSES_MAX: usize = 8;

/// The engine cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    #[error("no certificate can be made")]
    Certificate,
    #[error("{0} is no address for media")]
    Address(SocketAddr),
}

/// All peers of one worker.
pub struct Str0m {
    crypto: Arc<CryptoProvider>,
    certificate: DtlsCert,
    candidates: Vec<Candidate>,
    peers: HashMap<PeerId, Peer>,
    peer_by_address: HashMap<SocketAddr, PeerId>,
    peer_by_user: HashMap<String, PeerId>,
    sources: HashMap<SourceId, PeerId>,
    due: BTreeSet<(Instant, PeerId)>,
    shared: Shared,
    last_peer: u32,
}

/// What the peers write to.
#[derive(Default)]
struct Shared {
    events: VecDeque<(PeerId, Event<Packet>)>,
    outgoing: Vec<Outgoing>,
    last_source: u32,
}

struct Outgoing {
    from: SocketAddr,
    to: SocketAddr,
    contents: DatagramSend,
}

impl std::fmt::Debug for Str0m {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Str0m").field("peers", &self.peers.len()).finish_non_exhaustive()
    }
}

impl Str0m {
    /// `local` are the addresses that clients are told, the most useful first.
    pub fn new(local: &[SocketAddr]) -> Result<Self, EngineError> {
        let crypto = Arc::new(::str0m::crypto::from_feature_flags());
        let certificate =
            crypto.dtls_provider.generate_certificate().ok_or(EngineError::Certificate)?;
        let candidates = local
            .iter()
            .map(|at| Candidate::host(*at, "udp").map_err(|_| EngineError::Address(*at)))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            crypto,
            certificate,
            candidates,
            peers: HashMap::new(),
            peer_by_address: HashMap::new(),
            peer_by_user: HashMap::new(),
            sources: HashMap::new(),
            due: BTreeSet::new(),
            shared: Shared::default(),
            last_peer: 0,
        })
    }

    fn new_peer(&self, now: Instant) -> Peer {
        Peer::new(Arc::clone(&self.crypto), self.certificate.clone(), &self.candidates, now)
    }

    /// Runs `act` on a peer, then takes everything out of it and sets its alarm.
    ///
    /// str0m trusts some of what it is told, and panics where it is told nonsense: such a peer is
    /// closed, and nobody else notices.
    fn with<T>(&mut self, id: PeerId, now: Instant, act: impl FnOnce(&mut Peer) -> T) -> Option<T> {
        let peer = self.peers.get_mut(&id)?;
        let alarm = peer.alarm();
        let sources_before = self.shared.last_source;
        let shared = &mut self.shared;
        let result = catch_unwind(AssertUnwindSafe(|| {
            let result = act(peer);
            peer.drain(id, now, shared);
            result
        }));
        let Ok(result) = result else {
            tracing::warn!("a peer is closed: its transport panicked");
            self.due.remove(&(alarm, id));
            self.leave(id);
            self.shared.events.push_back((id, Event::Closed));
            return None;
        };
        let next = peer.alarm();
        for source in sources_before..self.shared.last_source {
            self.sources.insert(SourceId(source + 1), id);
        }
        if alarm != next {
            self.due.remove(&(alarm, id));
            self.due.insert((next, id));
        }
        Some(result)
    }

    fn learn_address(&mut self, id: PeerId, from: SocketAddr) {
        if self.peer_by_address.get(&from) == Some(&id) {
            return;
        }
        let Some(peer) = self.peers.get_mut(&id) else { return };
        self.peer_by_address.insert(from, id);
        peer.addresses.push_back(from);
        if peer.addresses.len() > ADDRESSES_MAX
            && let Some(oldest) = peer.addresses.pop_front()
            && self.peer_by_address.get(&oldest) == Some(&id)
        {
            self.peer_by_address.remove(&oldest);
        }
    }

    fn learn_user(&mut self, id: PeerId) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        if let Some(forgotten) = peer.learn_user() {
            self.peer_by_user.remove(&forgotten);
        }
        if let Some(user) = peer.users.back() {
            self.peer_by_user.insert(user.clone(), id);
        }
    }
}

impl Engine for Str0m {
    type Packet = Packet;

    fn join(&mut self, now: Instant) -> PeerId {
        self.last_peer += 1;
        let id = PeerId(self.last_peer);
        let peer = self.new_peer(now);
        self.due.insert((peer.alarm(), id));
        self.peers.insert(id, peer);
        id
    }

    fn offer(&mut self, id: PeerId, sdp: &str, now: Instant) -> Result<Vec<Section>, Refused> {
        let sections = sdp::sections(sdp)?;
        let offer = SdpOffer::from_sdp_string(&sdp::without_candidates(sdp))
            .map_err(|error| Refused(error.to_string()))?;
        let result = self
            .with(id, now, |peer| peer.accept(offer, &sections))
            .ok_or_else(|| Refused("the transport is gone".to_owned()))?;
        if result.is_err() && self.peers.get(&id).is_some_and(Peer::is_fresh) {
            // What a first offer left half done is thrown away with its transport.
            let fresh = self.new_peer(now);
            if let Some(spoilt) = self.peers.insert(id, fresh) {
                self.due.remove(&(spoilt.alarm(), id));
            }
            self.shared.events.retain(|(of, _)| *of != id);
            self.with(id, now, |_| ());
        }
        self.learn_user(id);
        result.map(|()| sections)
    }

    fn answer(&mut self, id: PeerId, carried: &[Label]) -> String {
        self.peers.get(&id).map(|peer| peer.answer(carried)).unwrap_or_default()
    }

    fn leave(&mut self, id: PeerId) {
        let Some(peer) = self.peers.remove(&id) else { return };
        self.due.remove(&(peer.alarm(), id));
        for user in &peer.users {
            self.peer_by_user.remove(user);
        }
        for address in &peer.addresses {
            if self.peer_by_address.get(address) == Some(&id) {
                self.peer_by_address.remove(address);
            }
        }
        self.sources.retain(|_, owner| *owner != id);
        self.shared.outgoing.retain(|out| !peer.addresses.contains(&out.to));
        self.shared.events.retain(|(of, _)| *of != id);
    }

    fn owner(&self, datagram: Datagram<'_>) -> Option<PeerId> {
        if stun::is_stun(datagram.bytes) {
            let user = stun::user(datagram.bytes)?;
            return self.peer_by_user.get(user).copied();
        }
        self.peer_by_address.get(&datagram.from).copied()
    }

    fn receive(&mut self, id: PeerId, datagram: Datagram<'_>, now: Instant) {
        match self.with(id, now, |peer| peer.receive(datagram, now)) {
            Some(true) => self.learn_address(id, datagram.from),
            Some(false) => self.shared.events.push_back((id, Event::Stray)),
            None => {}
        }
    }

    fn poll_timeout(&self) -> Option<(Instant, PeerId)> {
        self.due.first().copied()
    }

    fn handle_timeout(&mut self, id: PeerId, now: Instant) {
        self.with(id, now, |peer| peer.handle(Input::Timeout(now)));
    }

    fn poll_event(&mut self) -> Option<(PeerId, Event<Packet>)> {
        self.shared.events.pop_front()
    }

    fn forward(&mut self, id: PeerId, packets: &[Forward<Packet>], now: Instant) {
        self.with(id, now, |peer| {
            for forward in packets {
                peer.write(forward);
            }
            peer.handle(Input::Timeout(now));
        });
    }

    fn ask_key_frame(&mut self, source: SourceId, now: Instant) {
        let Some(id) = self.sources.get(&source).copied() else { return };
        self.with(id, now, |peer| {
            peer.ask_key_frame(source, KeyframeRequestKind::Pli);
            peer.handle(Input::Timeout(now));
        });
    }

    fn wish(&mut self, id: PeerId, rate_bps: u64) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.wish(rate_bps);
        }
    }

    fn send(&mut self, id: PeerId, channel: DataChannel, message: &[u8], now: Instant) -> Sent {
        self.with(id, now, |peer| {
            let sent = peer.send(channel, message);
            peer.handle(Input::Timeout(now));
            sent
        })
        .unwrap_or(Sent::Never)
    }

    fn flush(&mut self, out: &mut dyn Egress) {
        for Outgoing { from, to, contents } in self.shared.outgoing.drain(..) {
            out.room(contents.len())[..contents.len()].copy_from_slice(&contents);
            out.commit(from, to, contents.len(), contents.len());
        }
    }
}
