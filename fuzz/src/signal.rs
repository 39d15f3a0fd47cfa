//! LiveKit's protocol, as strangers send it: tokens, join requests, frames, data packets.

use std::collections::BTreeMap;
use std::time::Duration;

use model::Timestamp;
use model::id::ParticipantId;
use model::media::{DataChannel, Event, RoomName};
use signal::protocol::JoinRequest;
use signal::room::Entry;
use signal::token::{Grants, TokenKind};
use signal::{ConnectionId, Keys, Output, Room, Token, frame, join};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

pub(crate) fn fuzz_token(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let _read = keys().verify(text, None, NOW);
    }
}

pub(crate) fn fuzz_join(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(request) = join::read_wrapped(text)
    {
        let mut room = room();
        room.enter(Entry { connection: ConnectionId(9), token: token("zoe"), request }, NOW);
        drain(&mut room);
    }
}

/// A frame of somebody who is in the room; text frames hold the JSON form.
pub(crate) fn fuzz_frame(data: &[u8]) {
    let text = std::str::from_utf8(data).ok().and_then(|text| frame::read_request_text(text).ok());
    let mut room = room();
    for request in frame::read_request(data).into_iter().chain(text) {
        room.request(ConnectionId(1), request, NOW);
        drain(&mut room);
    }
    room.handle_timeout(NOW + Duration::from_secs(90));
    drain(&mut room);
}

/// A message on a data channel of somebody who is in the room.
pub(crate) fn fuzz_packet(data: &[u8]) {
    let mut room = room();
    let peers: Vec<ParticipantId> =
        room.present().into_iter().map(|present| present.participant).collect();
    for peer in peers {
        let message = data.to_vec();
        room.media(Event::Message { peer, channel: DataChannel::Reliable, message }, NOW);
        drain(&mut room);
    }
}

/// A room with a person and an agent in it.
fn room() -> Room {
    let mut room = Room::new(RoomName("r".to_owned()), keys(), 1, NOW);
    let agent = Token { kind: TokenKind::Agent, ..token("robot") };
    for (number, token) in [(1, token("anna")), (2, agent)] {
        let connection = ConnectionId(number);
        room.enter(Entry { connection, token, request: JoinRequest::default() }, NOW);
    }
    drain(&mut room);
    room
}

fn drain(room: &mut Room) {
    while let Some(output) = room.poll_output() {
        if let Output::ToClient { response, .. } = output {
            let _bytes = frame::write_response(&response);
        }
    }
}

fn keys() -> Keys {
    Keys { key: "key".to_owned(), secret: "a secret that is long enough".to_owned() }
}

fn token(identity: &str) -> Token {
    Token {
        room: RoomName("r".to_owned()),
        identity: identity.to_owned(),
        name: String::new(),
        metadata: String::new(),
        attributes: BTreeMap::new(),
        kind: TokenKind::Standard,
        grants: Grants::taking_part(),
        expires: NOW + Duration::from_mins(10),
    }
}
