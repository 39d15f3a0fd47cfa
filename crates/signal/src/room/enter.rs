//! Coming in: a first join, a second one with the same identity, a resume.

use model::Timestamp;
use model::id::ParticipantId;
use model::media::{Command, Offer};

use super::person::{Farewell, Person};
use super::{ConnectionId, Output, PEOPLE_MAX, Room};
use crate::counter::Count;
use crate::limit::is_within_attribute_limits;
use crate::protocol::leave_request::Action;
use crate::protocol::signal_response::Message;
use crate::protocol::{
    self, Codec, DisconnectReason, JoinRequest, JoinResponse, LeaveRequest, ParticipantUpdate,
    ReconnectResponse, RoomUpdate, ServerInfo, SyncState,
};
use crate::token::Token;

/// What LiveKit's clients take this server for. They parse it as semver; some panic if it is not.
const SERVER_VERSION: &str = "1.13.0";

/// The version of the protocol that is spoken here.
const PROTOCOL: i32 = 16;

/// Seconds between a client's pings, and until it takes the connection for dead.
const PING_INTERVAL: i32 = 5;
const PING_TIMEOUT: i32 = 15;

/// How many tracks a join request may announce at once.
const FIRST_TRACKS_MAX: usize = 8;

/// Marks frames that a server makes itself; ours makes none, but clients expect the field.
const SIF_TRAILER: &[u8] = b"plenary-sif";

/// Somebody at the door, with a verified token.
#[derive(Debug)]
pub struct Entry {
    pub connection: ConnectionId,
    pub token: Token,
    pub request: JoinRequest,
}

impl Room {
    /// Lets somebody in, or back in.
    pub fn enter(&mut self, entry: Entry, now: Timestamp) {
        if entry.request.reconnect {
            self.resume(entry, now);
        } else {
            self.join(entry, now);
        }
    }

    fn join(&mut self, entry: Entry, now: Timestamp) {
        let Entry { connection, token, request } = entry;
        if let Some(&former) = self.id_by_identity.get(&token.identity) {
            self.count(Count::DuplicateIdentity);
            self.part(
                former,
                Farewell::told(DisconnectReason::DuplicateIdentity, Action::Disconnect),
                now,
            );
        }
        if self.person_by_id.len() >= PEOPLE_MAX {
            self.count(Count::RoomFull);
            self.turn_away(connection, DisconnectReason::JoinFailure, Action::Disconnect);
            return;
        }
        let id = self.ids.participant(now);
        let mut person = Person::new(id, token, connection, now);
        person.is_subscribed_by_default =
            request.connection_settings.as_ref().is_none_or(|settings| settings.auto_subscribe);
        person.info.client_protocol =
            request.client_info.as_ref().map_or(0, |client| client.client_protocol);
        add_own_attributes(&mut person, &request);
        let identity = person.info.identity.clone();
        self.person_by_id.insert(id, person);
        self.id_by_identity.insert(identity, id);
        self.id_by_connection.insert(connection, id);
        self.ends_at = None;
        self.welcome(id);
        self.out.push_back(Output::Roster);
        self.start_media(id, request, now);
    }

    /// The first message must be the join response.
    fn welcome(&mut self, id: ParticipantId) {
        let Some(person) = self.person_by_id.get(&id) else { return };
        let others =
            self.person_by_id.values().filter(|other| other.id != id && !other.is_hidden());
        let response = JoinResponse {
            room: Some(self.wire()),
            participant: Some(person.wire()),
            other_participants: others.map(Person::wire).collect(),
            server_version: SERVER_VERSION.to_owned(),
            server_info: Some(server_info()),
            subscriber_primary: false,
            ping_interval: PING_INTERVAL,
            ping_timeout: PING_TIMEOUT,
            sif_trailer: SIF_TRAILER.to_vec(),
            enabled_publish_codecs: publish_codecs(),
            ..Default::default()
        };
        let is_hidden = person.is_hidden();
        let update = Message::Update(ParticipantUpdate { participants: vec![person.wire()] });
        self.tell(id, Message::Join(response));
        if !is_hidden {
            self.send(self.connections_except(id), update);
        }
    }

    /// Subscribes before the first offer is answered, so that the answer carries what is there.
    fn start_media(&mut self, id: ParticipantId, request: JoinRequest, now: Timestamp) {
        self.command(Command::Join { peer: id, offer: None });
        for track in request.add_track_requests.into_iter().take(FIRST_TRACKS_MAX) {
            self.add_track(id, track, now);
        }
        let live: Vec<_> = self
            .person_by_id
            .values()
            .filter(|other| other.id != id)
            .flat_map(|other| {
                other.tracks.iter().filter(|(_, track)| track.is_live).map(|(track, _)| *track)
            })
            .collect();
        for track in live {
            if self.person_by_id.get(&id).is_some_and(|person| person.wants(track)) {
                self.subscribe(id, track);
            }
        }
        if let Some(offer) = request.publisher_offer {
            self.command(Command::Offer {
                peer: id,
                offer: Offer { id: offer.id, sdp: offer.sdp },
            });
        }
    }

    fn resume(&mut self, entry: Entry, now: Timestamp) {
        let Entry { connection, token, request } = entry;
        let known = self.id_by_identity.get(&token.identity).copied();
        let Some(person) = known.and_then(|id| self.person_by_id.get_mut(&id)) else {
            self.count(Count::ResumeRefused);
            self.turn_away(connection, DisconnectReason::StateMismatch, Action::Reconnect);
            return;
        };
        if !request.participant_sid.is_empty() && request.participant_sid != person.info.sid {
            self.count(Count::ResumeRefused);
            self.turn_away(connection, DisconnectReason::StateMismatch, Action::Reconnect);
            return;
        }
        let id = person.id;
        let former = person.connection.replace(connection);
        person.absent_until = None;
        person.refresh_at = now;
        if !person.is_up {
            person.media_until = Some(now + super::MEDIA_LIMIT);
        }
        let last_message_seq = person.last_sequence;
        let is_cut = std::mem::take(&mut person.cuts_next_resume);
        self.id_by_connection.insert(connection, id);
        if let Some(former) = former {
            self.id_by_connection.remove(&former);
            self.out.push_back(Output::Close { connection: former });
        }
        self.count(Count::Resumed);
        self.tell_resumed(id, last_message_seq);
        if is_cut {
            self.hang_up(id, now);
            return;
        }
        if let Some(state) = request.sync_state {
            self.sync(id, state, now);
        }
    }

    fn tell_resumed(&mut self, id: ParticipantId, last_message_seq: u32) {
        let response = ReconnectResponse {
            server_info: Some(server_info()),
            last_message_seq,
            ..Default::default()
        };
        self.tell(id, Message::Reconnect(response));
        let everybody =
            self.person_by_id.values().filter(|other| other.id == id || !other.is_hidden());
        let participants = everybody.map(Person::wire).collect();
        self.tell(id, Message::Update(ParticipantUpdate { participants }));
        let room = Some(self.wire());
        self.tell(id, Message::RoomUpdate(RoomUpdate { room }));
    }

    /// What a client believes after a resume. A track it believes to publish and that is unknown
    /// here cannot be mended: it joins again.
    pub(super) fn sync(&mut self, id: ParticipantId, state: SyncState, now: Timestamp) {
        let Some(person) = self.person_by_id.get(&id) else { return };
        let is_known = |sid: &str| person.tracks.values().any(|track| track.info.sid == sid);
        let published = state.publish_tracks.iter().filter_map(|track| track.track.as_ref());
        if published.map(|track| track.sid.as_str()).any(|sid| !is_known(sid)) {
            self.count(Count::ResumeRefused);
            self.part(id, Farewell::told(DisconnectReason::StateMismatch, Action::Reconnect), now);
            return;
        }
        if let Some(subscription) = state.subscription {
            self.update_subscription(id, subscription);
        }
        self.replay_to(id, &state.datachannel_receive_states);
    }

    fn turn_away(&mut self, connection: ConnectionId, reason: DisconnectReason, action: Action) {
        let can_reconnect = action != Action::Disconnect;
        let leave = LeaveRequest {
            can_reconnect,
            reason: reason.into(),
            action: action.into(),
            regions: None,
        };
        self.send(vec![connection], Message::Leave(leave));
        self.out.push_back(Output::Close { connection });
    }

    fn wire(&self) -> protocol::Room {
        let visible = self.person_by_id.values().filter(|person| !person.is_hidden());
        let publishers =
            visible.clone().filter(|person| person.tracks.values().any(|track| track.is_live));
        protocol::Room {
            sid: self.sid.clone(),
            name: self.name.0.clone(),
            creation_time: self.opened_at.seconds(),
            creation_time_ms: self.opened_at.millis(),
            num_participants: u32::try_from(visible.count()).unwrap_or(u32::MAX),
            num_publishers: u32::try_from(publishers.count()).unwrap_or(u32::MAX),
            max_participants: u32::try_from(PEOPLE_MAX).unwrap_or(u32::MAX),
            ..Default::default()
        }
    }
}

/// Attributes that the client brings itself, where it may change its own.
fn add_own_attributes(person: &mut Person, request: &JoinRequest) {
    if !person.grants.can_update_own_metadata {
        return;
    }
    let mut attributes = person.info.attributes.clone();
    attributes.extend(request.participant_attributes.clone());
    let metadata = if request.metadata.is_empty() {
        person.info.metadata.clone()
    } else {
        request.metadata.clone()
    };
    if is_within_attribute_limits(
        &person.info.name,
        &metadata,
        &attributes.clone().into_iter().collect(),
    ) {
        person.info.attributes = attributes;
        person.info.metadata = metadata;
    }
}

fn server_info() -> ServerInfo {
    ServerInfo {
        version: SERVER_VERSION.to_owned(),
        protocol: PROTOCOL,
        node_id: "ND_plenary".to_owned(),
        ..Default::default()
    }
}

fn publish_codecs() -> Vec<Codec> {
    ["audio/opus", "video/VP8", "video/H264", "video/rtx"]
        .map(|mime| Codec { mime: mime.to_owned(), fmtp_line: String::new() })
        .into()
}
