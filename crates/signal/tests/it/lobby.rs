//! A room with people in it, for the other modules: what each connection was sent, in order.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::Timestamp;
use model::id::{ParticipantId, TrackId};
use model::media::{Command, DataChannel, Event, Layer, RoomName};
use signal::packet;
use signal::protocol::data_packet::Value;
use signal::protocol::signal_request::Message as Asked;
use signal::protocol::signal_response::Message;
use signal::protocol::{
    AddTrackRequest, DataPacket, JoinRequest, SessionDescription, SignalRequest,
};
use signal::room::{Entry, Present};
use signal::token::{Grants, TokenKind};
use signal::{ConnectionId, Count, Keys, Output, Room, Token};

pub(crate) const START: Timestamp = Timestamp::from_seconds(1_800_000_000);

pub(crate) struct Lobby {
    pub(crate) room: Room,
    pub(crate) now: Timestamp,
    pub(crate) told: BTreeMap<ConnectionId, Vec<Message>>,
    pub(crate) closed: BTreeSet<ConnectionId>,
    pub(crate) commands: Vec<Command>,
    pub(crate) counts: Vec<Count>,
    pub(crate) came: Vec<Present>,
    pub(crate) went: Vec<Present>,
    pub(crate) captions: Vec<model::caption::Caption>,
    pub(crate) has_ended: bool,
    next: u64,
}

/// Somebody who has joined.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guest {
    pub(crate) connection: ConnectionId,
    pub(crate) id: ParticipantId,
}

impl Lobby {
    pub(crate) fn new() -> Self {
        Self {
            room: Room::new(RoomName("r".to_owned()), keys(), 1, START),
            now: START,
            told: BTreeMap::new(),
            closed: BTreeSet::new(),
            commands: Vec::new(),
            counts: Vec::new(),
            came: Vec::new(),
            went: Vec::new(),
            captions: Vec::new(),
            has_ended: false,
            next: 0,
        }
    }

    /// Lets somebody in whose media is connected.
    pub(crate) fn join(&mut self, identity: &str) -> Guest {
        self.join_with(token(identity), JoinRequest::default())
    }

    pub(crate) fn join_with(&mut self, token: Token, request: JoinRequest) -> Guest {
        let connection = self.enter(token, request);
        let Some(Message::Join(join)) = self.told[&connection].first() else {
            panic!("a join response comes first");
        };
        let sid = &join.participant.as_ref().expect("always").sid;
        let id = sid.parse().expect("our own id");
        self.media(Event::Up { peer: id });
        Guest { connection, id }
    }

    /// Knocks, whatever comes of it.
    pub(crate) fn enter(&mut self, token: Token, request: JoinRequest) -> ConnectionId {
        self.next += 1;
        let connection = ConnectionId(self.next);
        self.room.enter(Entry { connection, token, request }, self.now);
        self.drain();
        connection
    }

    pub(crate) fn ask(&mut self, guest: Guest, asked: Asked) {
        self.room.request(guest.connection, SignalRequest { message: Some(asked) }, self.now);
        self.drain();
    }

    pub(crate) fn media(&mut self, event: Event) {
        self.room.media(event, self.now);
        self.drain();
    }

    pub(crate) fn close(&mut self, guest: Guest) {
        self.room.closed(guest.connection, self.now);
        self.drain();
    }

    /// Lets time pass, with every deadline on its way.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some((at, _)) = self.room.poll_timeout().filter(|(at, _)| *at <= end) {
            self.now = at.max(self.now);
            self.room.handle_timeout(self.now);
            self.drain();
        }
        self.now = end;
    }

    /// Publishes a track whose media arrives at once.
    pub(crate) fn publish(&mut self, guest: Guest, cid: &str) -> TrackId {
        self.ask(
            guest,
            Asked::AddTrack(AddTrackRequest { cid: cid.to_owned(), ..Default::default() }),
        );
        let track = self.track_of(guest, cid);
        let mime = "audio/opus".to_owned();
        self.media(Event::Published { peer: guest.id, track, mime, layers: vec![Layer::High] });
        track
    }

    pub(crate) fn track_of(&self, guest: Guest, cid: &str) -> TrackId {
        let published =
            self.told[&guest.connection].iter().rev().find_map(|message| match message {
                Message::TrackPublished(published) if published.cid == cid => {
                    published.track.as_ref()
                }
                _ => None,
            });
        published.expect("the track was published").sid.parse().expect("our own id")
    }

    pub(crate) fn say(&mut self, guest: Guest, channel: DataChannel, sequence: u32, value: Value) {
        self.send(
            guest,
            channel,
            &DataPacket { sequence, value: Some(value), ..Default::default() },
        );
    }

    pub(crate) fn send(&mut self, guest: Guest, channel: DataChannel, packet: &DataPacket) {
        let message = packet::write(packet);
        self.media(Event::Message { peer: guest.id, channel, message });
    }

    /// Returns what was sent on data channels since the last call.
    pub(crate) fn take_sent(&mut self) -> Vec<(Vec<ParticipantId>, DataPacket)> {
        let commands = std::mem::take(&mut self.commands);
        let sent = commands.into_iter().filter_map(|command| match command {
            Command::Send { to, message, .. } => {
                Some((to, packet::read(&message).expect("a packet")))
            }
            _ => None,
        });
        sent.collect()
    }

    /// Returns what somebody was told since the last call.
    pub(crate) fn take_told(&mut self, guest: Guest) -> Vec<Message> {
        self.told.insert(guest.connection, Vec::new()).unwrap_or_default()
    }

    pub(crate) fn drain(&mut self) {
        while let Some(output) = self.room.poll_output() {
            match output {
                Output::ToClient { to, response } => {
                    for connection in to {
                        assert!(
                            !self.closed.contains(&connection),
                            "nothing is sent after the end"
                        );
                        let message = response.message.clone().expect("never empty");
                        self.told.entry(connection).or_default().push(message);
                    }
                }
                Output::Close { connection } => {
                    self.closed.insert(connection);
                }
                Output::ToMedia(command) => self.commands.push(command),
                Output::Caption(caption) => self.captions.push(caption),
                Output::Came(present) => self.came.push(present),
                Output::Went(present) => self.went.push(present),
                Output::Count(count) => self.counts.push(count),
                Output::Roster => {}
                Output::Ended => self.has_ended = true,
            }
        }
    }
}

pub(crate) fn keys() -> Keys {
    Keys { key: "key".to_owned(), secret: "a secret that is long enough".to_owned() }
}

pub(crate) fn token(identity: &str) -> Token {
    Token {
        room: RoomName("r".to_owned()),
        identity: identity.to_owned(),
        name: identity.to_uppercase(),
        metadata: String::new(),
        attributes: BTreeMap::new(),
        kind: TokenKind::Standard,
        grants: Grants::taking_part(),
        expires: START + Duration::from_hours(1),
    }
}

pub(crate) fn agent(identity: &str) -> Token {
    Token { kind: TokenKind::Agent, ..token(identity) }
}

pub(crate) fn offer(id: u32) -> SessionDescription {
    SessionDescription {
        r#type: "offer".to_owned(),
        sdp: "v=0".to_owned(),
        id,
        ..Default::default()
    }
}
