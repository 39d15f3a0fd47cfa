//! Any order of anything that clients and media can do.

use std::collections::BTreeMap;
use std::time::Duration;

use model::id::{ParticipantId, TrackId};
use model::media::{Command, DataChannel, Event, Kind, Layer};
use proptest::prelude::*;
use signal::ConnectionId;
use signal::packet::user;
use signal::protocol::signal_request::Message as Asked;
use signal::protocol::signal_response::Message;
use signal::protocol::simulate_scenario::Scenario;
use signal::protocol::{
    AddTrackRequest, DataPacket, JoinRequest, LeaveRequest, MuteTrackRequest, SimulateScenario,
    SyncState, UpdateParticipantMetadata, UpdateSubscription, UpdateTrackSettings,
};

use crate::lobby::{Guest, Lobby, offer, token};

const IDENTITIES: [&str; 4] = ["anna", "ben", "cleo", "dan"];

/// What happens next. Numbers choose among those who are there.
#[derive(Clone, Debug)]
enum Step {
    Enter { identity: usize, is_back: bool },
    Ask { who: usize, what: Request },
    Media { who: usize, track: usize, what: Told },
    Close { who: usize },
    Pass { seconds: u64 },
}

#[derive(Clone, Debug)]
enum Request {
    Offer(u32),
    Candidate(String),
    AddTrack(u8, i32),
    Mute(usize, bool),
    Subscribe(usize, bool),
    Settings(usize, u32, u32, bool),
    Attributes(String, String),
    Sync(bool),
    Simulate(usize),
    Leave,
}

#[derive(Clone, Debug)]
enum Told {
    Up,
    Down,
    Published(bool),
    Ended,
    Subscribed,
    Refused,
    Bytes(Vec<u8>),
    Words(u32),
    Died,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_messages_breaks_a_room(steps in prop::collection::vec(step(), 1..120)) {
        let mut world = World::new();
        for step in steps {
            world.step(step);
            world.check();
        }
        world.lobby.pass(Duration::from_secs(200));
        for guest in world.guests.clone() {
            world.lobby.close(guest);
        }
        world.lobby.pass(Duration::from_secs(200));
        world.check();
        prop_assert!(world.lobby.has_ended, "a room without people ends");
        prop_assert_eq!(world.lobby.room.poll_timeout(), None);
    }
}

struct World {
    lobby: Lobby,
    guests: Vec<Guest>,
    tracks: Vec<TrackId>,
    versions: BTreeMap<(ConnectionId, String), u32>,
    present: BTreeMap<ParticipantId, bool>,
    announced: BTreeMap<TrackId, ParticipantId>,
}

impl World {
    fn new() -> Self {
        Self {
            lobby: Lobby::new(),
            guests: Vec::new(),
            tracks: Vec::new(),
            versions: BTreeMap::new(),
            present: BTreeMap::new(),
            announced: BTreeMap::new(),
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Enter { identity, is_back } => {
                self.enter(IDENTITIES[identity % IDENTITIES.len()], is_back);
            }
            Step::Ask { who, what } => {
                if let Some(guest) = pick(&self.guests, who) {
                    let asked = self.request(what);
                    self.lobby.ask(guest, asked);
                }
            }
            Step::Media { who, track, what } => {
                if let Some(guest) = pick(&self.guests, who) {
                    let track = pick(&self.tracks, track)
                        .unwrap_or_else(|| TrackId::from_uuid(uuid::Uuid::nil()));
                    self.told(guest, track, what);
                }
            }
            Step::Close { who } => {
                if let Some(guest) = pick(&self.guests, who) {
                    self.lobby.close(guest);
                }
            }
            Step::Pass { seconds } => self.lobby.pass(Duration::from_secs(seconds)),
        }
    }

    fn enter(&mut self, identity: &str, is_back: bool) {
        let request = JoinRequest {
            reconnect: is_back,
            publisher_offer: Some(offer(1)),
            ..Default::default()
        };
        let connection = self.lobby.enter(token(identity), request);
        let first = &self.lobby.told[&connection][0];
        assert!(
            matches!(first, Message::Join(_) | Message::Reconnect(_) | Message::Leave(_)),
            "{first:?}"
        );
        let id = self.lobby.room.present().into_iter().find(|present| present.identity == identity);
        if let Some(present) = id {
            self.guests.push(Guest { connection, id: present.participant });
        }
    }

    fn request(&self, what: Request) -> Asked {
        let sid = |track: usize| {
            pick(&self.tracks, track).map_or("TR_none".to_owned(), |track| track.to_string())
        };
        match what {
            Request::Offer(id) => Asked::Offer(offer(id)),
            Request::Candidate(json) => Asked::Trickle(signal::protocol::TrickleRequest {
                candidate_init: json,
                ..Default::default()
            }),
            Request::AddTrack(cid, kind) => Asked::AddTrack(AddTrackRequest {
                cid: cid.to_string(),
                r#type: kind,
                ..Default::default()
            }),
            Request::Mute(track, muted) => Asked::Mute(MuteTrackRequest { sid: sid(track), muted }),
            Request::Subscribe(track, subscribe) => Asked::Subscription(UpdateSubscription {
                track_sids: vec![sid(track)],
                subscribe,
                ..Default::default()
            }),
            Request::Settings(track, width, height, disabled) => {
                Asked::TrackSetting(UpdateTrackSettings {
                    track_sids: vec![sid(track)],
                    width,
                    height,
                    disabled,
                    ..Default::default()
                })
            }
            Request::Attributes(key, value) => Asked::UpdateMetadata(UpdateParticipantMetadata {
                attributes: [(key, value)].into(),
                ..Default::default()
            }),
            Request::Sync(subscribe) => Asked::SyncState(SyncState {
                subscription: Some(UpdateSubscription {
                    track_sids: self.tracks.iter().map(ToString::to_string).collect(),
                    subscribe,
                    ..Default::default()
                }),
                ..Default::default()
            }),
            Request::Simulate(which) => {
                let all = [
                    Scenario::Migration(true),
                    Scenario::ServerLeave(true),
                    Scenario::LeaveRequestFullReconnect(true),
                    Scenario::DisconnectSignalOnResume(true),
                    Scenario::SpeakerUpdate(1),
                ];
                Asked::Simulate(SimulateScenario { scenario: pick(&all, which) })
            }
            Request::Leave => Asked::Leave(LeaveRequest::default()),
        }
    }

    fn told(&mut self, guest: Guest, track: TrackId, what: Told) {
        let peer = guest.id;
        let event = match what {
            Told::Up => Event::Up { peer },
            Told::Down => Event::Down { peer },
            Told::Published(is_video) => {
                let mime = if is_video { "video/VP8" } else { "audio/opus" }.to_owned();
                Event::Published { peer, track, mime, layers: vec![Layer::Low] }
            }
            Told::Ended => Event::Ended { track },
            Told::Subscribed => Event::Subscribed { peer, track },
            Told::Refused => Event::OfferRefused { peer, id: 1, why: String::new() },
            Told::Bytes(message) => {
                Event::Message { peer, channel: DataChannel::Reliable, message }
            }
            Told::Words(sequence) => {
                let value = Some(user("t", vec![1]));
                let packet = DataPacket { sequence, value, ..Default::default() };
                return self.lobby.send(guest, DataChannel::Reliable, &packet);
            }
            Told::Died => Event::Died,
        };
        self.lobby.media(event);
    }

    /// What must hold after every step.
    fn check(&mut self) {
        self.check_commands();
        for (connection, told) in &mut self.lobby.told {
            for message in told.drain(..) {
                let infos = match message {
                    Message::Update(update) => update.participants,
                    Message::Join(join) => {
                        join.participant.into_iter().chain(join.other_participants).collect()
                    }
                    _ => continue,
                };
                for info in infos {
                    let last = self.versions.entry((*connection, info.sid.clone())).or_default();
                    assert!(info.version >= *last, "the version of {} went back", info.sid);
                    *last = info.version;
                }
            }
        }
    }

    /// Media is told only of those who are there and of what they announced.
    fn check_commands(&mut self) {
        for command in std::mem::take(&mut self.lobby.commands) {
            match command {
                Command::Join { peer, .. } => {
                    assert!(self.present.insert(peer, true).is_none(), "joined twice");
                }
                Command::Leave { peer } => {
                    assert!(self.present.remove(&peer).is_some(), "left without being there");
                    self.announced.retain(|_, owner| *owner != peer);
                }
                Command::Announce { peer, announcement } => {
                    assert!(self.present.contains_key(&peer));
                    assert!(matches!(announcement.kind, Kind::Audio | Kind::Video));
                    self.announced.insert(announcement.track, peer);
                    self.tracks.push(announcement.track);
                }
                Command::Subscribe { peer, track } => {
                    assert!(self.present.contains_key(&peer));
                    assert_ne!(
                        self.announced.get(&track),
                        Some(&peer),
                        "nobody receives themselves"
                    );
                    assert!(self.announced.contains_key(&track));
                }
                Command::Offer { peer, .. }
                | Command::Candidate { peer, .. }
                | Command::Wish { peer, .. }
                | Command::Unsubscribe { peer, .. } => assert!(self.present.contains_key(&peer)),
                Command::Send { to, .. } => {
                    assert!(
                        to.iter().all(|peer| self.present.contains_key(peer)),
                        "sent to who has left"
                    );
                }
                Command::Withdraw { .. } | Command::Mute { .. } => {}
                Command::Close => assert!(self.present.is_empty(), "closed with people in it"),
            }
        }
    }
}

fn pick<T: Copy>(among: &[T], at: usize) -> Option<T> {
    if among.is_empty() { None } else { Some(among[at % among.len()]) }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (any::<usize>(), any::<bool>()).prop_map(|(identity, is_back)| Step::Enter { identity, is_back }),
        8 => (any::<usize>(), request()).prop_map(|(who, what)| Step::Ask { who, what }),
        8 => (any::<usize>(), any::<usize>(), told()).prop_map(|(who, track, what)| Step::Media { who, track, what }),
        1 => any::<usize>().prop_map(|who| Step::Close { who }),
        1 => (0_u64..90).prop_map(|seconds| Step::Pass { seconds }),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        any::<u32>().prop_map(Request::Offer),
        ".{0,40}".prop_map(Request::Candidate),
        (any::<u8>(), -1..4_i32).prop_map(|(cid, kind)| Request::AddTrack(cid, kind)),
        (any::<usize>(), any::<bool>()).prop_map(|(track, muted)| Request::Mute(track, muted)),
        (any::<usize>(), any::<bool>())
            .prop_map(|(track, wanted)| Request::Subscribe(track, wanted)),
        (any::<usize>(), any::<u32>(), any::<u32>(), any::<bool>())
            .prop_map(|(track, width, height, off)| Request::Settings(track, width, height, off)),
        (".{0,8}", ".{0,8}").prop_map(|(key, value)| Request::Attributes(key, value)),
        any::<bool>().prop_map(Request::Sync),
        any::<usize>().prop_map(Request::Simulate),
        Just(Request::Leave),
    ]
}

fn told() -> impl Strategy<Value = Told> {
    prop_oneof![
        3 => Just(Told::Up),
        1 => Just(Told::Down),
        4 => any::<bool>().prop_map(Told::Published),
        1 => Just(Told::Ended),
        1 => Just(Told::Subscribed),
        1 => Just(Told::Refused),
        2 => prop::collection::vec(any::<u8>(), 0..60).prop_map(Told::Bytes),
        2 => (0_u32..20).prop_map(Told::Words),
        1 => Just(Told::Died),
    ]
}
