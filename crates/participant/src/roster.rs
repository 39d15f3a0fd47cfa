//! Who else is in the room, as the server tells it.

use std::collections::BTreeMap;
use std::sync::Arc;

use signal::protocol::participant_info::{Kind, State};
use signal::protocol::{ParticipantInfo, TrackType};

/// Everybody else, by sid.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    pub peer_by_sid: BTreeMap<Arc<str>, Arc<Peer>>,
    identity_by_track: BTreeMap<Arc<str>, Arc<str>>,
}

impl Roster {
    /// Returns the identity of whoever publishes `track`.
    pub fn publisher_of(&self, track: &str) -> Option<&Arc<str>> {
        self.identity_by_track.get(track)
    }

    pub fn by_identity(&self, identity: &str) -> Option<&Arc<Peer>> {
        self.peer_by_sid.values().find(|peer| &*peer.identity == identity)
    }
}

/// Somebody else in the room.
#[derive(Clone, PartialEq, Eq)]
pub struct Peer {
    pub sid: Arc<str>,
    pub identity: Arc<str>,
    pub name: String,
    pub is_agent: bool,
    pub attributes: BTreeMap<String, String>,
    pub tracks: Vec<PeerTrack>,
    pub(crate) version: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerTrack {
    pub sid: Arc<str>,
    pub name: String,
    pub is_video: bool,
    pub is_muted: bool,
    /// LiveKit's number: 1 camera, 2 microphone, 3 screen, 4 its sound.
    pub source: i32,
}

/// Names are nobody's business in a log.
impl std::fmt::Debug for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peer")
            .field("sid", &self.sid)
            .field("tracks", &self.tracks.len())
            .finish_non_exhaustive()
    }
}

/// What an update says of a peer.
pub(crate) enum Change {
    Joined(Arc<Peer>),
    Updated(Arc<Peer>),
    Gone(Arc<Peer>),
}

impl Roster {
    /// Takes what the server says of somebody else; older news than what is known is ignored.
    pub(crate) fn update(&mut self, info: ParticipantInfo) -> Option<Change> {
        let is_gone = info.state == i32::from(State::Disconnected);
        let peer = Arc::new(Peer::from(info));
        if is_gone {
            let gone = self.peer_by_sid.remove(&peer.sid)?;
            self.forget_tracks(&gone);
            return Some(Change::Gone(gone));
        }
        let former = self.peer_by_sid.get(&peer.sid);
        if former.is_some_and(|former| former.version > peer.version) {
            return None;
        }
        let former = self.peer_by_sid.insert(Arc::clone(&peer.sid), Arc::clone(&peer));
        if let Some(former) = &former {
            self.forget_tracks(former);
        }
        for track in &peer.tracks {
            self.identity_by_track.insert(Arc::clone(&track.sid), Arc::clone(&peer.identity));
        }
        Some(if former.is_none() { Change::Joined(peer) } else { Change::Updated(peer) })
    }

    fn forget_tracks(&mut self, peer: &Peer) {
        for track in &peer.tracks {
            self.identity_by_track.remove(&track.sid);
        }
    }
}

impl From<ParticipantInfo> for Peer {
    fn from(info: ParticipantInfo) -> Self {
        let track = |track: signal::protocol::TrackInfo| PeerTrack {
            sid: track.sid.into(),
            name: track.name,
            is_video: track.r#type == i32::from(TrackType::Video),
            is_muted: track.muted,
            source: track.source,
        };
        Self {
            sid: info.sid.into(),
            identity: info.identity.into(),
            name: info.name,
            is_agent: info.kind == i32::from(Kind::Agent),
            attributes: info.attributes.into_iter().collect(),
            tracks: info.tracks.into_iter().map(track).collect(),
            version: info.version,
        }
    }
}
