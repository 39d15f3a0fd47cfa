//! What a participant experiences.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::roster::Peer;
use signal::packet::Text;

/// What has happened, in order. Media is dropped and counted when nobody reads; the rest waits.
pub type Events = mpsc::Receiver<Event>;

/// Why a participant is not in the room any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveReason {
    /// [`crate::Participant::leave`] was called, or every handle dropped.
    Asked,
    /// The server ended it: removed, room closed, the same identity elsewhere, server stopping.
    SentAway,
    /// Coming back was refused: the token has expired.
    Refused,
}

/// Who speaks how loudly; 0 (silence) to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct SpeakerLevel {
    pub sid: Arc<str>,
    pub level: f32,
    pub is_active: bool,
}

#[derive(Clone, Debug)]
pub enum Event {
    /// The signalling connection is gone; media may go on. Coming back by itself.
    Resuming,
    /// Back, with the same id.
    Resumed,
    /// Back as a new participant, with the same tracks published again.
    Rejoined,
    /// The end. Nothing follows.
    Left(LeaveReason),
    Joined(Arc<Peer>),
    Updated(Arc<Peer>),
    Gone(Arc<Peer>),
    Speakers(Vec<SpeakerLevel>),
    /// The track's media will arrive from here on.
    Subscribed {
        track: Arc<str>,
        identity: Arc<str>,
    },
    Unsubscribed {
        track: Arc<str>,
    },
    /// Sound, 48 kHz mono, continuous: what was lost is concealed, and gaps in the sender's
    /// clock (silence that was not sent) are filled with zeros up to one second. Nothing at all
    /// arrives while a track is muted.
    Pcm {
        track: Arc<str>,
        identity: Arc<str>,
        pcm: Vec<i16>,
    },
    /// One RTP packet's payload. `time` is the sender's clock: 48 kHz for sound, 90 kHz for video.
    Packet {
        track: Arc<str>,
        identity: Arc<str>,
        sequence: u64,
        time: u32,
        marker: bool,
        payload: Arc<[u8]>,
    },
    Data {
        from: Arc<str>,
        topic: String,
        payload: Vec<u8>,
    },
    /// A whole text stream.
    Text {
        from: Arc<str>,
        text: Text,
    },
    /// Somebody needs a key frame of the track published as `cid`.
    KeyFrameWanted {
        cid: Arc<str>,
        layer: usize,
    },
}
