//! Somebody in a room: what is known of them, and what they may do.

use std::collections::{BTreeMap, BTreeSet};

use model::Timestamp;
use model::id::{ParticipantId, TrackId};
use model::media::RoomName;

use super::ConnectionId;
use super::data::{Flow, Streams};
use super::track::Track;
use crate::protocol::leave_request::Action;
use crate::protocol::participant_info::{Kind, State};
use crate::protocol::{
    ConnectionQuality, DisconnectReason, ParticipantInfo, ParticipantPermission,
};
use crate::token::{Grants, Token, TokenKind};

/// Who somebody is, for the record and the directory.
#[derive(Clone, PartialEq, Eq)]
pub struct Present {
    pub participant: ParticipantId,
    pub identity: String,
    pub name: String,
    pub kind: TokenKind,
    pub is_hidden: bool,
    /// Their media is connected.
    pub is_up: bool,
    pub attributes: BTreeMap<String, String>,
    pub joined_at: Timestamp,
}

/// Names are nobody's business in a log.
impl std::fmt::Debug for Present {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Present")
            .field("participant", &self.participant)
            .field("kind", &self.kind)
            .field("is_up", &self.is_up)
            .finish_non_exhaustive()
    }
}

/// How somebody goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Farewell {
    pub(super) reason: DisconnectReason,
    /// What they are told to do; `None` if there is nobody to tell.
    pub(super) action: Option<Action>,
}

impl Farewell {
    pub(super) const fn told(reason: DisconnectReason, action: Action) -> Self {
        Self { reason, action: Some(action) }
    }

    pub(super) const fn silent(reason: DisconnectReason) -> Self {
        Self { reason, action: None }
    }
}

#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is independent of the others")]
pub(super) struct Person {
    pub(super) id: ParticipantId,
    room: RoomName,
    pub(super) kind: TokenKind,
    pub(super) grants: Grants,
    /// What others are told, but for the tracks.
    pub(super) info: ParticipantInfo,
    pub(super) joined_at: Timestamp,
    pub(super) connection: Option<ConnectionId>,
    pub(super) is_up: bool,
    /// Was present at least once.
    pub(super) came: bool,
    pub(super) is_subscribed_by_default: bool,
    pub(super) tracks: BTreeMap<TrackId, Track>,
    pub(super) subscriptions: BTreeSet<TrackId>,
    /// Tracks this person asked not to get.
    pub(super) declined: BTreeSet<TrackId>,
    /// Of the last reliable packet that was passed on.
    pub(super) last_sequence: u32,
    pub(super) streams: Streams,
    pub(super) flow: Flow,
    pub(super) quality: ConnectionQuality,
    /// The next resume ends at once: a scenario that clients are tested with.
    pub(super) cuts_next_resume: bool,
    pub(super) absent_until: Option<Timestamp>,
    pub(super) media_until: Option<Timestamp>,
    pub(super) refresh_at: Timestamp,
}

impl Person {
    pub(super) fn new(
        id: ParticipantId,
        token: Token,
        connection: ConnectionId,
        now: Timestamp,
    ) -> Self {
        let info = ParticipantInfo {
            sid: id.to_string(),
            identity: token.identity,
            name: token.name,
            metadata: token.metadata,
            attributes: token.attributes.into_iter().collect(),
            state: State::Joined.into(),
            joined_at: now.seconds(),
            joined_at_ms: now.millis(),
            version: 1,
            permission: Some(permission(token.grants)),
            kind: wire_kind(token.kind).into(),
            ..Default::default()
        };
        Self {
            id,
            room: token.room,
            kind: token.kind,
            grants: token.grants,
            info,
            joined_at: now,
            connection: Some(connection),
            is_up: false,
            came: false,
            is_subscribed_by_default: true,
            tracks: BTreeMap::new(),
            subscriptions: BTreeSet::new(),
            declined: BTreeSet::new(),
            last_sequence: 0,
            streams: Streams::default(),
            flow: Flow::default(),
            quality: ConnectionQuality::Excellent,
            cuts_next_resume: false,
            absent_until: None,
            media_until: Some(now + super::MEDIA_LIMIT),
            refresh_at: now + super::REFRESH,
        }
    }

    pub(super) fn is_hidden(&self) -> bool {
        self.grants.hidden
    }

    /// What others are told, with the tracks whose media has arrived.
    pub(super) fn wire(&self) -> ParticipantInfo {
        let tracks: Vec<_> = self
            .tracks
            .values()
            .filter(|track| track.is_live)
            .map(|track| track.info.clone())
            .collect();
        ParticipantInfo { is_publisher: !tracks.is_empty(), tracks, ..self.info.clone() }
    }

    pub(super) fn disconnected(&mut self, reason: DisconnectReason) -> ParticipantInfo {
        self.info.version += 1;
        self.info.state = State::Disconnected.into();
        self.info.disconnect_reason = reason.into();
        self.info.clone()
    }

    pub(super) fn present(&self) -> Present {
        Present {
            participant: self.id,
            identity: self.info.identity.clone(),
            name: self.info.name.clone(),
            kind: self.kind,
            is_hidden: self.is_hidden(),
            is_up: self.is_up,
            attributes: self.info.attributes.clone().into_iter().collect(),
            joined_at: self.joined_at,
        }
    }

    /// A token that says what this one is now, good until `expires`.
    pub(super) fn token(&self, expires: Timestamp) -> Token {
        Token {
            room: self.room.clone(),
            identity: self.info.identity.clone(),
            name: self.info.name.clone(),
            metadata: self.info.metadata.clone(),
            attributes: self.info.attributes.clone().into_iter().collect(),
            kind: self.kind,
            grants: self.grants,
            expires,
        }
    }

    pub(super) fn deadlines(&self) -> impl Iterator<Item = (Timestamp, &'static str)> {
        let track = self.tracks.values().filter_map(|track| track.media_until).min();
        [
            self.absent_until.map(|at| (at, "departure")),
            self.media_until.map(|at| (at, "media")),
            self.connection.map(|_| (self.refresh_at, "token")),
            track.map(|at| (at, "track")),
        ]
        .into_iter()
        .flatten()
    }

    pub(super) fn wants(&self, track: TrackId) -> bool {
        self.grants.can_subscribe
            && self.is_subscribed_by_default
            && !self.declined.contains(&track)
    }

    pub(super) fn forget(&mut self, track: TrackId) {
        self.subscriptions.remove(&track);
        self.declined.remove(&track);
    }
}

fn permission(grants: Grants) -> ParticipantPermission {
    ParticipantPermission {
        can_subscribe: grants.can_subscribe,
        can_publish: grants.can_publish,
        can_publish_data: grants.can_publish_data,
        hidden: grants.hidden,
        can_update_metadata: grants.can_update_own_metadata,
        ..Default::default()
    }
}

fn wire_kind(kind: TokenKind) -> Kind {
    match kind {
        TokenKind::Standard => Kind::Standard,
        TokenKind::Ingress => Kind::Ingress,
        TokenKind::Egress => Kind::Egress,
        TokenKind::Sip => Kind::Sip,
        TokenKind::Agent => Kind::Agent,
    }
}
