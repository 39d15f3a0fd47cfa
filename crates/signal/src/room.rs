//! A room of LiveKit's protocol: who is present, what they publish, what each receives.
//!
//! Contract: after every input, drain [`Room::poll_output`] until `None`, then wait for whichever
//! comes first of a request, an event of media, and [`Room::poll_timeout`]. The room answers a
//! peer's nonsense with a [`Count`], never with an error.
//!
//! ```text
//!   WebSocket ── enter, request, closed ──▶ ┌──────┐ ── ToClient, Close ──▶ WebSocket
//!   sfu       ── media(Event) ────────────▶ │ Room │ ── ToMedia(Command) ─▶ sfu
//!   clock     ── handle_timeout ──────────▶ └──────┘ ── Caption, Came … ──▶ record, directory
//! ```

mod data;
mod enter;
mod media;
mod person;
mod request;
mod subscription;
mod track;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use model::Timestamp;
use model::caption::Caption;
use model::id::{ParticipantId, TrackId};
use model::media::{Command, RoomName};

use crate::counter::Count;
use crate::id::Ids;
use crate::protocol::leave_request::Action;
use crate::protocol::signal_response::Message;
use crate::protocol::{DisconnectReason, LeaveRequest, ParticipantUpdate, SignalResponse};
use crate::token::{Keys, TokenKind};

pub use enter::Entry;
pub use person::Present;

use data::Replay;
use person::{Farewell, Person};

/// One worker serves a room; this is what a core forwards with room to spare.
pub const PEOPLE_MAX: usize = 1_000;

/// How long somebody whose WebSocket is gone is kept, so that they can resume. LiveKit's clients
/// try for about a minute.
const DEPARTURE: Duration = Duration::from_mins(1);

/// How long somebody may take to connect their media, and to connect it again.
const MEDIA_LIMIT: Duration = Duration::from_mins(1);

/// How long an empty room is kept: reloading a page is not the end of a meeting.
const EMPTY_LIMIT: Duration = Duration::from_secs(20);

/// How often clients get a fresh token, so that a long meeting outlives a short one.
const REFRESH: Duration = Duration::from_mins(5);

/// How long a refreshed token is good for: twice the interval.
const REFRESHED_FOR: Duration = Duration::from_mins(10);

/// One WebSocket, numbered by whoever accepted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// What should happen now.
#[derive(Clone, Debug)]
pub enum Output {
    /// Send this to each of these connections.
    ToClient {
        to: Vec<ConnectionId>,
        response: Box<SignalResponse>,
    },
    /// Close the WebSocket, after what was sent on it before.
    Close {
        connection: ConnectionId,
    },
    ToMedia(Command),
    /// A caption of somebody who may make captions: partial, stable or final.
    Caption(Caption),
    /// Somebody's media is connected: they are present.
    Came(Present),
    /// Somebody who was present is not any more.
    Went(Present),
    /// Who is in the room, or what is known of them, has changed: read [`Room::present`] again.
    Roster,
    Count(Count),
    /// Nobody came for a while: the room has ended. Nothing follows.
    Ended,
}

/// See the module.
#[derive(Debug)]
pub struct Room {
    name: RoomName,
    sid: String,
    keys: Keys,
    opened_at: Timestamp,
    ids: Ids,
    person_by_id: BTreeMap<ParticipantId, Person>,
    id_by_identity: BTreeMap<String, ParticipantId>,
    id_by_connection: BTreeMap<ConnectionId, ParticipantId>,
    owner_by_track: BTreeMap<TrackId, ParticipantId>,
    replay: Replay,
    /// When an empty room ends; `None` while somebody is in it, and after the end.
    ends_at: Option<Timestamp>,
    out: VecDeque<Output>,
}

impl Room {
    /// Opens a room. Ids of participants and tracks are drawn from `seed`.
    pub fn new(name: RoomName, keys: Keys, seed: u64, now: Timestamp) -> Self {
        let mut ids = Ids::new(seed);
        let sid = format!("RM_{}", ids.uuid(now).simple());
        Self {
            name,
            sid,
            keys,
            opened_at: now,
            ids,
            person_by_id: BTreeMap::new(),
            id_by_identity: BTreeMap::new(),
            id_by_connection: BTreeMap::new(),
            owner_by_track: BTreeMap::new(),
            replay: Replay::default(),
            ends_at: Some(now + EMPTY_LIMIT),
            out: VecDeque::new(),
        }
    }

    pub fn name(&self) -> &RoomName {
        &self.name
    }

    /// Whether nobody is left, not even somebody who may resume.
    pub fn is_empty(&self) -> bool {
        self.person_by_id.is_empty()
    }

    /// Returns who is in the room, hidden ones too.
    pub fn present(&self) -> Vec<Present> {
        self.person_by_id.values().map(Person::present).collect()
    }

    pub fn poll_output(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// When to call [`Self::handle_timeout`], and what for.
    pub fn poll_timeout(&self) -> Option<(Timestamp, &'static str)> {
        let end = self.ends_at.map(|at| (at, "end"));
        self.person_by_id.values().flat_map(Person::deadlines).chain(end).min()
    }

    /// Removes whoever did not come back or never connected; refreshes tokens.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        if self.ends_at.is_some_and(|at| at <= now) {
            self.ends_at = None;
            self.command(Command::Close);
            self.out.push_back(Output::Ended);
        }
        let due: Vec<ParticipantId> = self
            .person_by_id
            .values()
            .filter(|person| person.deadlines().any(|(at, _)| at <= now))
            .map(|person| person.id)
            .collect();
        for id in due {
            self.handle_timeout_of(id, now);
        }
    }

    /// A WebSocket is gone. Its participant has [`DEPARTURE`] to resume.
    pub fn closed(&mut self, connection: ConnectionId, now: Timestamp) {
        let Some(id) = self.id_by_connection.remove(&connection) else { return };
        if let Some(person) = self.person_by_id.get_mut(&id) {
            person.connection = None;
            person.absent_until = Some(now + DEPARTURE);
        }
    }

    /// Closes somebody's WebSocket; they may resume.
    fn hang_up(&mut self, id: ParticipantId, now: Timestamp) {
        if let Some(connection) = self.person_by_id.get(&id).and_then(|person| person.connection) {
            self.out.push_back(Output::Close { connection });
            self.closed(connection, now);
        }
    }

    /// Sends somebody out, for good.
    pub fn remove(&mut self, identity: &str, now: Timestamp) {
        if let Some(&id) = self.id_by_identity.get(identity) {
            self.part(
                id,
                Farewell::told(DisconnectReason::ParticipantRemoved, Action::Disconnect),
                now,
            );
        }
    }

    /// Sends everybody out since the server stops. Clients try to come back for a minute: to this
    /// server, started again, or to another.
    pub fn shut(&mut self, now: Timestamp) {
        self.part_all(Farewell::told(DisconnectReason::ServerShutdown, Action::Reconnect), now);
    }

    fn handle_timeout_of(&mut self, id: ParticipantId, now: Timestamp) {
        let Some(person) = self.person_by_id.get_mut(&id) else { return };
        if person.absent_until.is_some_and(|at| at <= now) {
            self.count(Count::TimedOut);
            self.part(id, Farewell::silent(DisconnectReason::SignalClose), now);
            return;
        }
        if person.media_until.is_some_and(|at| at <= now) {
            self.count(Count::NeverConnected);
            self.part(
                id,
                Farewell::told(DisconnectReason::ConnectionTimeout, Action::Reconnect),
                now,
            );
            return;
        }
        if person.refresh_at <= now {
            person.refresh_at = now + REFRESH;
            let token = person.token(now + REFRESHED_FOR);
            let text = self.keys.mint(&token);
            self.tell(id, Message::RefreshToken(text));
        }
        self.withdraw_overdue(id, now);
    }

    /// Ends somebody's presence and tells whom it concerns.
    fn part(&mut self, id: ParticipantId, farewell: Farewell, now: Timestamp) {
        let Some(mut person) = self.person_by_id.remove(&id) else { return };
        if self.id_by_identity.get(&person.info.identity) == Some(&id) {
            self.id_by_identity.remove(&person.info.identity);
        }
        for track in person.tracks.keys() {
            self.owner_by_track.remove(track);
        }
        for other in self.person_by_id.values_mut() {
            for track in person.tracks.keys() {
                other.forget(*track);
            }
        }
        if let Some(connection) = person.connection {
            self.id_by_connection.remove(&connection);
            if let Some(action) = farewell.action {
                let leave = LeaveRequest {
                    can_reconnect: action != Action::Disconnect,
                    reason: farewell.reason.into(),
                    action: action.into(),
                    regions: None,
                };
                self.send(vec![connection], Message::Leave(leave));
            }
            self.out.push_back(Output::Close { connection });
        }
        self.out.push_back(Output::ToMedia(Command::Leave { peer: id }));
        if !person.is_hidden() {
            let gone = person.disconnected(farewell.reason);
            let update = Message::Update(ParticipantUpdate { participants: vec![gone] });
            self.send(self.connections_except(id), update);
        }
        if person.came {
            self.out.push_back(Output::Went(person.present()));
        }
        self.out.push_back(Output::Roster);
        if self.person_by_id.is_empty() {
            self.replay = Replay::default();
            self.ends_at = Some(now + EMPTY_LIMIT);
        }
    }

    fn part_all(&mut self, farewell: Farewell, now: Timestamp) {
        let everybody: Vec<ParticipantId> = self.person_by_id.keys().copied().collect();
        for id in everybody {
            self.part(id, farewell, now);
        }
    }

    /// Tells everybody what has changed about somebody.
    fn announce_change(&mut self, id: ParticipantId) {
        let Some(person) = self.person_by_id.get_mut(&id) else { return };
        person.info.version += 1;
        let update = Message::Update(ParticipantUpdate { participants: vec![person.wire()] });
        let to = if person.is_hidden() {
            person.connection.into_iter().collect()
        } else {
            self.connections()
        };
        self.send(to, update);
    }

    fn tell(&mut self, id: ParticipantId, message: Message) {
        let connection = self.person_by_id.get(&id).and_then(|person| person.connection);
        self.send(connection.into_iter().collect(), message);
    }

    fn send(&mut self, to: Vec<ConnectionId>, message: Message) {
        if !to.is_empty() {
            let response = Box::new(SignalResponse { message: Some(message) });
            self.out.push_back(Output::ToClient { to, response });
        }
    }

    fn command(&mut self, command: Command) {
        self.out.push_back(Output::ToMedia(command));
    }

    fn count(&mut self, count: Count) {
        self.out.push_back(Output::Count(count));
    }

    fn connections(&self) -> Vec<ConnectionId> {
        self.person_by_id.values().filter_map(|person| person.connection).collect()
    }

    fn connections_except(&self, id: ParticipantId) -> Vec<ConnectionId> {
        let others = self.person_by_id.values().filter(|person| person.id != id);
        others.filter_map(|person| person.connection).collect()
    }

    fn is_agent(&self, id: ParticipantId) -> bool {
        self.person_by_id.get(&id).is_some_and(|person| person.kind == TokenKind::Agent)
    }
}
