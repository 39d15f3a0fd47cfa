//! WebRTC as the rest of this crate sees it: one engine per worker, peers by number, packets
//! opaque.
//!
//! Contract: the core sets sequence number, time and layer of whatever is forwarded; NACK, RTX,
//! RTCP, transport sequence numbers and encryption stay below. After every call that takes
//! `now`, drain [`Engine::poll_event`]; what should be sent leaves by [`Engine::flush`]. No
//! method reads a clock or a socket.

use std::net::SocketAddr;
use std::time::Instant;

use model::media::{DataChannel, Kind, Layer};

pub mod str0m;

/// One transport end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u32);

/// One stream that a peer sends: a track, or one simulcast layer of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// One m-line on which a peer receives; unique within its peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotId(pub u16);

/// A datagram with both its addresses: a host has several, and an answer leaves by the one asked.
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'a> {
    pub from: SocketAddr,
    pub to: SocketAddr,
    pub bytes: &'a [u8],
}

/// One m-line of an offer that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    pub mid: String,
    pub kind: Kind,
    pub role: Role,
}

/// What the client does on an m-line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// It can receive: a slot.
    Receives(SlotId),
    /// It sends. `cid` is its own name for the track (`msid`); empty where it gave none.
    Sends {
        cid: String,
        mime: String,
        layers: Vec<Layer>,
    },
    Idle,
}

/// What a slot carries, as it is named in the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub slot: SlotId,
    pub stream: String,
    pub track: String,
}

/// One packet of a source, as it came.
#[derive(Clone, Debug)]
pub struct Media<P> {
    pub source: SourceId,
    /// Extended: does not roll over.
    pub seq: u64,
    pub time: u32,
    /// It begins a key frame. True for each packet of audio.
    pub is_key: bool,
    /// Audio level in dB below the loudest, where told.
    pub level: Option<u8>,
    /// VP8's picture id and index of the base temporal layer, where present.
    pub picture: Option<u16>,
    pub base_picture: Option<u8>,
    pub bytes: usize,
    pub packet: P,
}

/// New values for a codec's own counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    pub picture: Option<u16>,
    pub base_picture: Option<u8>,
}

/// One packet for one slot. A sequence number is used once per slot.
#[derive(Clone, Debug)]
pub struct Forward<P> {
    pub slot: SlotId,
    pub seq: u64,
    pub time: u32,
    pub patch: Patch,
    pub packet: P,
}

/// What an engine tells the room of one peer.
#[derive(Clone, Debug)]
pub enum Event<P> {
    /// ICE and DTLS are up, for the first time or again.
    Up,
    /// The peer has been silent too long. It may come back.
    Silent,
    /// The peer closed its end.
    Closed,
    /// A stream is heard for the first time.
    Source {
        source: SourceId,
        mid: String,
        layer: Layer,
    },
    /// A stream is replaced by another on the same m-line.
    Gone(SourceId),
    Media(Media<P>),
    KeyFrameWanted(SlotId),
    /// Estimated capacity towards the peer.
    Estimate {
        rate_bps: u64,
    },
    ChannelOpen(DataChannel),
    Message(DataChannel, Vec<u8>),
    Quality {
        loss: f32,
        rtt_ms: u32,
    },
    /// A packet came that has no place.
    Stray,
}

/// An offer that could not be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// Whether a message was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    Yes,
    /// The channel's buffer is full, or the channel is not open yet: try again.
    NotYet,
    /// Such a message can never be sent.
    Never,
}

/// Where datagrams leave. Neighbours of one size to one address become one system call.
pub trait Egress {
    /// Room for one run of `n` bytes.
    fn room(&mut self, n: usize) -> &mut [u8];
    /// The first `n` bytes of the last room are datagrams of `segment` bytes each.
    fn commit(&mut self, from: SocketAddr, to: SocketAddr, segment: usize, n: usize);
}

/// A WebRTC stack that answers offers.
pub trait Engine {
    type Packet: Clone + std::fmt::Debug + Send;

    /// Makes a transport that waits for its first offer.
    fn join(&mut self, now: Instant) -> PeerId;
    /// Applies an offer: the first, a further one, an ICE restart. Nothing changed if refused.
    fn offer(&mut self, peer: PeerId, sdp: &str, now: Instant) -> Result<Vec<Section>, Refused>;
    /// The answer to the last offer. Receiving m-lines without a label are `inactive`.
    fn answer(&mut self, peer: PeerId, carried: &[Label]) -> String;
    /// Forgets a peer: nothing is sent to it any more, not even a farewell.
    fn leave(&mut self, peer: PeerId);
    /// Whose datagram this is.
    fn owner(&self, datagram: Datagram<'_>) -> Option<PeerId>;
    fn receive(&mut self, peer: PeerId, datagram: Datagram<'_>, now: Instant);
    /// The next peer with something to do, and when.
    fn poll_timeout(&self) -> Option<(Instant, PeerId)>;
    fn handle_timeout(&mut self, peer: PeerId, now: Instant);
    fn poll_event(&mut self) -> Option<(PeerId, Event<Self::Packet>)>;
    /// Sends packets to one peer: once per subscriber and tick.
    fn forward(&mut self, peer: PeerId, packets: &[Forward<Self::Packet>], now: Instant);
    fn ask_key_frame(&mut self, source: SourceId, now: Instant);
    /// What the room would like to send to the peer: drives probing.
    fn wish(&mut self, peer: PeerId, rate_bps: u64);
    fn send(&mut self, peer: PeerId, channel: DataChannel, message: &[u8], now: Instant) -> Sent;
    fn flush(&mut self, out: &mut dyn Egress);
}
