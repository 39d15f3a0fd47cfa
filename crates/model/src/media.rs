//! The vocabulary between signalling (`signal`) and forwarding (`sfu`): who is in a room, what is
//! published, who receives what. Neither crate knows the other; both speak these words.
//!
//! ```text
//!   LiveKit message → signal::Room → Command → sfu (a worker thread) → Event → signal::Room → LiveKit message
//! ```
//!
//! SDP passes as text; slots (m-lines) are named by their `mid`.

use crate::id::{MeetingId, ParticipantId, TrackId};

/// A room's name. A meeting's is its id; a name that is no meeting gives a room without record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomName(pub String);

impl RoomName {
    /// Returns the meeting this is the room of, if it is one.
    pub fn meeting(&self) -> Option<MeetingId> {
        self.0.parse().ok()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Audio,
    Video,
}

/// One simulcast layer, low to high. A track without simulcast has `High` alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    Low,
    Medium,
    High,
}

/// The two data channels of LiveKit's protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataChannel {
    /// `_reliable`: ordered, retransmitted.
    Reliable,
    /// `_lossy`: unordered, never retransmitted.
    Lossy,
}

/// What a subscriber would like to receive of a video track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// False: nothing at all for now (the tile is out of sight); the slot is kept.
    pub is_enabled: bool,
    /// The highest layer of use at the size shown.
    pub layer: Layer,
}

impl Default for Wish {
    fn default() -> Self {
        Self { is_enabled: true, layer: Layer::High }
    }
}

/// What a publisher said of a track before its media arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    pub track: TrackId,
    /// The client's own name for the track: the `msid` track id of its m-line. If no m-line has
    /// it, the first unclaimed sending m-line of the right kind is taken.
    pub cid: String,
    pub kind: Kind,
    /// Size of the highest layer; 0 where unknown. With simulcast each lower layer halves it.
    pub width: u32,
    pub height: u32,
    pub is_muted: bool,
}

/// What signalling asks of a room's media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Somebody enters. `offer` is the first SDP offer where the join request carried one.
    Join {
        peer: ParticipantId,
        offer: Option<Offer>,
    },
    /// An offer of the client: more m-lines, another direction, an ICE restart.
    Offer {
        peer: ParticipantId,
        offer: Offer,
    },
    /// A trickled candidate, as JSON (`candidateInit`). Nonsense is dropped and counted.
    Candidate {
        peer: ParticipantId,
        json: String,
    },
    Announce {
        peer: ParticipantId,
        announcement: Announcement,
    },
    Withdraw {
        track: TrackId,
    },
    Mute {
        track: TrackId,
        is_muted: bool,
    },
    Subscribe {
        peer: ParticipantId,
        track: TrackId,
    },
    Unsubscribe {
        peer: ParticipantId,
        track: TrackId,
    },
    Wish {
        peer: ParticipantId,
        track: TrackId,
        wish: Wish,
    },
    /// Sends one message on a data channel to each of `to`.
    Send {
        to: Vec<ParticipantId>,
        channel: DataChannel,
        message: Vec<u8>,
    },
    Leave {
        peer: ParticipantId,
    },
    /// The room has no participant left: forget everything.
    Close,
}

/// An SDP offer with the number that its answer echoes.
#[derive(Clone, PartialEq, Eq)]
pub struct Offer {
    pub id: u32,
    pub sdp: String,
}

/// An offer holds addresses: only its size is shown.
impl std::fmt::Debug for Offer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Offer({}, {} bytes)", self.id, self.sdp.len())
    }
}

/// What media tells signalling.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The answer to the offer of the same id. `tracks` is the whole truth of what each sending
    /// m-line carries; every m-line that carries none is `inactive` in the SDP.
    Answer { peer: ParticipantId, id: u32, sdp: String, tracks: Vec<(String, TrackId)> },
    /// An offer that could not be understood. The client may try again; nothing changed.
    OfferRefused { peer: ParticipantId, id: u32, why: String },
    /// Subscriptions wait for m-lines: the client adds this many receiving ones and offers.
    /// 0 and 0 means "offer again". Not repeated for the same need.
    NeedSections { peer: ParticipantId, audio: u32, video: u32 },
    /// ICE and DTLS are up.
    Up { peer: ParticipantId },
    /// The transport is gone (consent expired, closed). Not sent after `Command::Leave`.
    Down { peer: ParticipantId },
    /// The announced track's m-line was found and, for video, which layers it sends.
    Published { peer: ParticipantId, track: TrackId, mime: String, layers: Vec<Layer> },
    /// The publisher's m-line of this track stopped.
    Ended { track: TrackId },
    /// The subscriber's answer now names the track.
    Subscribed { peer: ParticipantId, track: TrackId },
    /// Who speaks: only what changed. Level is 0 (silence) to 1 (loudest).
    Speakers { changed: Vec<Speaker> },
    /// A data channel message of a participant.
    Message { peer: ParticipantId, channel: DataChannel, message: Vec<u8> },
    /// Both data channels of this participant are open.
    ChannelsOpen { peer: ParticipantId },
    /// The subscriber's estimated downlink, at most once a second, for connection quality.
    Quality { peer: ParticipantId, loss: f32, rtt_ms: u32 },
    /// The room's media died (a bug of ours, caught): everybody must join again.
    Died,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speaker {
    pub peer: ParticipantId,
    pub level: f32,
    pub is_active: bool,
}
