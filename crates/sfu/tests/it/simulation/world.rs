//! A shard, its clients, the wire between them, and a clock that moves to the next thing that
//! happens.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use model::id::{ParticipantId, TrackId};
use model::media::{Announcement, Command, DataChannel, Event, Kind, Layer, Offer, RoomName, Wish};
use sfu::count::Count;
use sfu::engine::str0m::Str0m;
use sfu::engine::{Datagram, Egress};
use sfu::shard::{Output, Shard};

use super::client::{Client, Heard, Publication};
use super::ledger::Ledger;
use super::payload::Form;
use super::plan::{Deed, Plan};
use super::wire::{Packet, Quality, Wire};

/// Signalling is a WebSocket: slow, and nothing is lost.
const SIGNALLING: Duration = Duration::from_millis(20);

/// People present at least, and at most.
const PRESENT: std::ops::Range<usize> = 4..6;

/// How soon somebody who is subscribed to must be heard: a lost packet or two, no more.
const AUDIO_BOUND: Duration = Duration::from_millis(1500);

/// A picture may have to wait for a key frame whose request was lost, twice.
const VIDEO_BOUND: Duration = Duration::from_secs(4);

/// A subscription needs a slot, which needs an offer or two.
const SUBSCRIBE_BOUND: Duration = Duration::from_secs(3);

/// How often the reference is compared.
const CHECK: Duration = Duration::from_millis(250);

pub(crate) struct World {
    pub(crate) now: Instant,
    pub(crate) shard: Shard<Str0m>,
    pub(crate) clients: BTreeMap<ParticipantId, Client>,
    pub(crate) ledger: Ledger,
    pub(crate) wire: Wire,
    pub(crate) room: RoomName,
    pub(crate) server: SocketAddr,
    start: Instant,
    plan: Plan,
    signals: BTreeMap<(Instant, u64), (ParticipantId, Event)>,
    signalled: u64,
    subscriptions: BTreeMap<(ParticipantId, TrackId), Subscription>,
    tracks: BTreeMap<TrackId, Published>,
    said: BTreeMap<ParticipantId, Vec<Vec<u8>>>,
    last_participant: u32,
    last_track: u32,
    last_publication: u32,
    certificate: str0m::config::DtlsCert,
    decisions: Vec<String>,
    pub(crate) refused: Vec<String>,
    pub(crate) counts: BTreeMap<Count, u64>,
}

struct Subscription {
    wish: Wish,
    since: Instant,
    heard_since: Option<Instant>,
}

struct Published {
    owner: ParticipantId,
    number: u32,
    form: Form,
}

/// What a run came to.
pub(crate) struct Report {
    pub(crate) violations: Vec<String>,
    pub(crate) tally: BTreeMap<&'static str, u64>,
    /// What the room told signalling, without what str0m draws by itself.
    pub(crate) decisions: Vec<String>,
}

#[derive(Default)]
struct Leaving {
    room: Vec<u8>,
    packets: Vec<Packet>,
}

impl Egress for Leaving {
    fn room(&mut self, n: usize) -> &mut [u8] {
        self.room.resize(n, 0);
        &mut self.room
    }

    fn commit(&mut self, from: SocketAddr, to: SocketAddr, segment: usize, n: usize) {
        for bytes in self.room[..n].chunks(segment) {
            self.packets.push(Packet { from, to, bytes: bytes.to_vec() });
        }
    }
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut plan = Plan::new(seed);
        let quality = Quality {
            loss: plan.between(0, 30),
            delay_ms: plan.between(5, 50),
            jitter_ms: plan.between(0, 30),
        };
        Self::with(seed, plan, quality)
    }

    /// A world in which nothing happens by itself, on a perfect wire.
    pub(crate) fn quiet() -> Self {
        Self::with(0, Plan::new(0), Quality::PERFECT)
    }

    #[expect(clippy::disallowed_methods, reason = "some instant to count from")]
    fn with(seed: u64, plan: Plan, quality: Quality) -> Self {
        let start = Instant::now();
        let server = SocketAddr::from(([192, 0, 2, 1], 7882));
        let crypto = str0m::crypto::from_feature_flags();
        Self {
            now: start,
            shard: Shard::new(Str0m::new(&[server]).expect("an engine")),
            clients: BTreeMap::new(),
            ledger: Ledger::default(),
            wire: Wire::new(seed, quality),
            room: RoomName("simulated".to_owned()),
            server,
            start,
            plan,
            signals: BTreeMap::new(),
            signalled: 0,
            subscriptions: BTreeMap::new(),
            tracks: BTreeMap::new(),
            said: BTreeMap::new(),
            last_participant: 0,
            last_track: 0,
            last_publication: 0,
            certificate: crypto.dtls_provider.generate_certificate().expect("a certificate"),
            decisions: Vec::new(),
            refused: Vec::new(),
            counts: BTreeMap::new(),
        }
    }

    /// Lets people do things for so long.
    pub(crate) fn run(&mut self, length: Duration) {
        let end = self.now + length;
        let mut next_deed = self.now;
        let mut next_check = self.now;
        for _ in 0..PRESENT.start {
            self.join_with_video();
            self.step_until(self.now + Duration::from_millis(100));
        }
        while self.now < end && self.ledger.violations.is_empty() {
            if self.now >= next_deed {
                let deed = self.plan.deed();
                self.act(deed);
                next_deed = self.now + self.plan.pause();
            }
            if self.now >= next_check {
                self.check();
                next_check = self.now + CHECK;
            }
            self.step(next_deed.min(next_check));
        }
        for why in std::mem::take(&mut self.refused) {
            self.ledger.violation(format!("a good offer was refused: {why}"));
        }
    }

    pub(crate) fn finish(mut self) -> Report {
        self.ledger.check_streams();
        let everybody: Vec<ParticipantId> = self.clients.keys().copied().collect();
        for id in everybody {
            self.leave(id);
        }
        self.step_until(self.now + Duration::from_secs(1));
        if self.shard.rooms() + self.shard.peers() > 0 || self.shard.poll_timeout().is_some() {
            self.ledger.violation("an empty shard is not empty".to_owned());
        }
        self.ledger.tally.insert("datagrams lost", self.wire.lost);
        self.ledger.tally.insert("datagrams reordered", self.wire.reordered);
        let Ledger { violations, tally, .. } = self.ledger;
        Report { violations, tally, decisions: self.decisions }
    }

    pub(crate) fn step_until(&mut self, end: Instant) {
        while self.now < end {
            self.step(end);
        }
    }

    /// Moves to the next thing that happens, at latest `limit`, and lets it happen.
    fn step(&mut self, limit: Instant) {
        let next = [self.wire.next(), self.shard.poll_timeout()]
            .into_iter()
            .chain([self.signals.keys().next().map(|(at, _)| *at)])
            .chain(self.clients.values().map(|client| Some(client.alarm)))
            .chain(self.clients.values().map(Client::next_media))
            .flatten()
            .min()
            .unwrap_or(limit)
            .min(limit);
        // Whole milliseconds: what is due within one happens together.
        let elapsed = next.max(self.now).duration_since(self.start).as_nanos().div_ceil(1_000_000);
        self.now = self.start + Duration::from_millis(u64::try_from(elapsed).expect("short"));
        self.signals();
        let mut out = Vec::new();
        while let Some(packet) = self.wire.arrive(self.now) {
            self.arrive(&packet, &mut out);
        }
        let now = self.now;
        for client in self.clients.values_mut() {
            if client.alarm <= now {
                client.timeout(now, &mut out);
            }
            client.send_media(now, &mut out);
            for of in &client.publications {
                for stream in &of.streams {
                    self.ledger.sent(of.number, stream.layer, stream.frame);
                }
            }
        }
        for packet in out {
            self.wire.send(packet, now);
        }
        if self.shard.poll_timeout().is_some_and(|at| at <= now) {
            self.shard.handle_timeout(now);
        }
        self.shard.forward(now);
        self.outputs();
        self.listen();
    }

    fn arrive(&mut self, packet: &Packet, out: &mut Vec<Packet>) {
        if packet.to == self.server {
            let Packet { from, to, bytes } = packet;
            self.shard.handle_datagram(Datagram { from: *from, to: *to, bytes }, self.now);
            return self.outputs();
        }
        let client = self.clients.values_mut().find(|client| client.address == packet.to);
        if let Some(client) = client {
            client.receive(packet, self.now, out);
        }
    }

    /// Takes what the server hands out.
    pub(crate) fn outputs(&mut self) {
        let mut leaving = Leaving::default();
        self.shard.flush(&mut leaving);
        for packet in leaving.packets {
            let is_present = self.clients.values().any(|of| of.address == packet.to);
            self.ledger.leaves(packet.to, &packet.bytes, is_present);
            self.wire.send(packet, self.now);
        }
        while let Some(output) = self.shard.poll_output() {
            match output {
                Output::Count(count, n) => self.counted(count, n),
                Output::Event(_, event) => self.told(event),
            }
        }
    }

    fn counted(&mut self, count: Count, n: u64) {
        *self.counts.entry(count).or_default() += n;
        let what = match count {
            Count::Switched => "switched",
            Count::Muted => "muted packets dropped",
            Count::PacketIn => "packets in",
            Count::PacketOut => "packets forwarded",
            Count::Late => "late packets dropped",
            Count::Unclaimed
            | Count::Stray
            | Count::Unknown
            | Count::BadCandidate
            | Count::BadOffer
            | Count::Misdirected
            | Count::MessageDropped
            | Count::KeyFrameAsked => return,
        };
        *self.ledger.tally.entry(what).or_default() += n;
    }

    fn told(&mut self, event: Event) {
        let to = match &event {
            Event::Answer { peer, .. } | Event::NeedSections { peer, .. } => Some(*peer),
            Event::OfferRefused { why, .. } => {
                self.refused.push(why.clone());
                None
            }
            Event::Published { peer, track, layers, .. } => {
                self.decide(format!("published {track} {layers:?}"));
                let owner = *peer;
                let others: Vec<_> =
                    self.clients.keys().filter(|id| **id != owner).copied().collect();
                for other in others {
                    self.subscribe(other, *track);
                }
                None
            }
            Event::Ended { track } => {
                self.decide(format!("ended {track}"));
                self.forget(*track);
                None
            }
            Event::Subscribed { peer, track } => {
                self.decide(format!("subscribed {peer} {track}"));
                None
            }
            Event::Message { peer, message, .. } => {
                self.relay(*peer, message);
                None
            }
            Event::Down { peer } => {
                let id = *peer;
                self.decide(format!("down {id}"));
                self.leave(id);
                self.command(Command::Leave { peer: id });
                None
            }
            Event::Died => {
                self.ledger.violation("the room died".to_owned());
                None
            }
            Event::Speakers { changed } => {
                self.ledger.count("speakers changed");
                self.decide(format!("{changed:?}"));
                None
            }
            Event::Up { .. } | Event::ChannelsOpen { .. } | Event::Quality { .. } => None,
        };
        if let Some(to) = to {
            self.signalled += 1;
            self.signals.insert((self.now + SIGNALLING, self.signalled), (to, event));
        }
    }

    fn decide(&mut self, what: String) {
        self.decisions.push(what);
    }

    /// Signalling that arrives at clients.
    fn signals(&mut self) {
        while let Some(((at, _), _)) = self.signals.first_key_value()
            && *at <= self.now
        {
            let (_, (to, event)) = self.signals.pop_first().expect("looked at");
            let Some(client) = self.clients.get_mut(&to) else { continue };
            if let Event::Answer { id, sdp, tracks, .. } = event {
                self.ledger.carries(to, &tracks, self.now);
                client.answer(id, &sdp, tracks);
                client.alarm = self.now;
            } else if let Event::NeedSections { audio, video, .. } = event {
                self.ledger.count("sections asked");
                client.add_sections(audio, video);
            }
            self.offer(to);
        }
    }

    /// What clients noticed.
    fn listen(&mut self) {
        for (id, client) in &mut self.clients {
            while let Some(heard) = client.heard.pop_front() {
                match heard {
                    Heard::Media { mid, seq, time, payload } => {
                        self.ledger.received(*id, &mid, (seq, time), &payload, self.now);
                    }
                    Heard::KeyFrameAsked { number, layer } => {
                        self.ledger.key_frame_asked(number, layer, self.now);
                    }
                    Heard::Message(message) => client.messages.push(message),
                }
            }
        }
        let mut wrong = Vec::new();
        for (id, client) in &self.clients {
            let expected = self.said.get(id).map(Vec::as_slice).unwrap_or_default();
            if !expected.starts_with(&client.messages) {
                wrong.push(format!("{id}: messages out of order, lost or invented"));
            }
        }
        for what in wrong {
            self.ledger.violation(what);
        }
    }

    pub(crate) fn command(&mut self, command: Command) {
        let room = self.room.clone();
        self.shard.handle_command(&room, command, self.now);
        self.outputs();
    }

    pub(crate) fn offer(&mut self, id: ParticipantId) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        if let Some(offer) = client.offer(self.now) {
            client.alarm = self.now;
            self.command(Command::Offer { peer: id, offer });
        }
    }

    /// A client that is not in the room yet, and its first offer.
    pub(crate) fn stranger(&mut self) -> (Client, Offer) {
        self.last_participant += 1;
        let n = self.last_participant;
        let host = u8::try_from(n % 200 + 10).expect("a byte");
        let address = SocketAddr::from(([192, 0, 2, host], 4000 + u16::try_from(n).expect("few")));
        let certificate = self.certificate.clone();
        let mut client = Client::new(participant(n), address, self.server, certificate, self.now);
        let offer = client.offer(self.now).expect("the first offer");
        (client, offer)
    }

    pub(crate) fn join(&mut self) -> ParticipantId {
        let (client, offer) = self.stranger();
        let id = client.id;
        self.clients.insert(id, client);
        self.command(Command::Join { peer: id, offer: Some(offer) });
        let tracks: Vec<TrackId> = self.tracks.keys().copied().collect();
        for track in tracks {
            self.subscribe(id, track);
        }
        self.publish(id, Form::Opus);
        self.ledger.count("joined");
        id
    }

    /// Whose transport was given up.
    pub(crate) fn downs(&self) -> Vec<ParticipantId> {
        let decisions = self.decisions.iter();
        decisions.filter_map(|what| what.strip_prefix("down ")?.parse().ok()).collect()
    }

    /// The layer of the last packet of a track that somebody received.
    pub(crate) fn last_layer(&self, id: ParticipantId, track: TrackId) -> Option<Layer> {
        self.ledger.last_layer(id, track)
    }

    /// How many packets of a track somebody received.
    pub(crate) fn received(&self, id: ParticipantId, track: TrackId) -> usize {
        self.ledger.received_of(id, track)
    }

    /// A client that sends a picture, too, if it is its turn.
    fn join_with_video(&mut self) {
        let id = self.join();
        let video = if self.last_participant.is_multiple_of(3) { Form::H264 } else { Form::Vp8 };
        if self.last_participant % 2 == 1 {
            self.publish(id, video);
        }
    }

    pub(crate) fn leave(&mut self, id: ParticipantId) {
        if self.clients.remove(&id).is_none() {
            return;
        }
        self.subscriptions.retain(|(of, _), _| *of != id);
        self.said.remove(&id);
        let own: Vec<TrackId> =
            self.tracks.iter().filter(|(_, of)| of.owner == id).map(|(track, _)| *track).collect();
        for track in own {
            self.forget(track);
        }
        self.ledger.count("left");
        self.command(Command::Leave { peer: id });
    }

    fn forget(&mut self, track: TrackId) {
        self.tracks.remove(&track);
        self.subscriptions.retain(|(_, of), _| *of != track);
    }

    pub(crate) fn subscribe(&mut self, id: ParticipantId, track: TrackId) {
        let subscription =
            Subscription { wish: Wish::default(), since: self.now, heard_since: None };
        self.subscriptions.entry((id, track)).or_insert(subscription);
        self.command(Command::Subscribe { peer: id, track });
    }

    pub(crate) fn publish(&mut self, id: ParticipantId, form: Form) -> TrackId {
        self.last_track += 1;
        let track = track(self.last_track);
        self.publish_as(id, track, form);
        track
    }

    /// A picture that weighs something: packets of 1,000 bytes per frame, by layer, 5 frames/s.
    pub(crate) fn publish_heavy(&mut self, id: ParticipantId, weight: [u8; 3]) -> TrackId {
        let track = self.publish(id, Form::Vp8);
        let client = self.clients.get_mut(&id).expect("present");
        client.weigh(self.last_publication, weight);
        track
    }

    fn publish_as(&mut self, id: ParticipantId, track: TrackId, form: Form) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        self.last_publication += 1;
        let number = self.last_publication;
        let publication = Publication::new(number, form, self.now);
        self.ledger.published(number, track, form, client.start());
        let announcement = Announcement {
            track,
            cid: publication.cid(),
            kind: form.kind(),
            width: 1280,
            height: 720,
            is_muted: self.ledger.is_muted(track),
        };
        client.publish(publication);
        self.tracks.insert(track, Published { owner: id, number, form });
        self.command(Command::Announce { peer: id, announcement });
        self.offer(id);
    }

    fn act(&mut self, deed: Deed) {
        let present: Vec<ParticipantId> = self.clients.keys().copied().collect();
        if present.len() < PRESENT.start || (deed == Deed::Join && present.len() < PRESENT.end) {
            self.join_with_video();
            return;
        }
        let who = present[self.plan.below(present.len())];
        let tracks: Vec<TrackId> = self.tracks.keys().copied().collect();
        let Some(track) = tracks.get(self.plan.below(tracks.len())).copied() else { return };
        let seen: Vec<_> = self.subscriptions.keys().copied().collect();
        let of = seen.get(self.plan.below(seen.len())).copied();
        match deed {
            Deed::Join | Deed::Leave if present.len() > PRESENT.start => self.leave(who),
            Deed::Join | Deed::Leave => self.join_with_video(),
            Deed::Mute | Deed::Unmute => {
                let is_muted = deed == Deed::Mute;
                self.ledger.muted(track, is_muted, self.now);
                self.command(Command::Mute { track, is_muted });
            }
            Deed::Wish => {
                let layer = [Layer::Low, Layer::Medium, Layer::High][self.plan.below(3)];
                let wish = Wish { is_enabled: self.plan.below(5) > 0, layer };
                if let Some((peer, track)) = of {
                    self.wish(peer, track, wish);
                }
            }
            Deed::Unsubscribe => {
                if let Some((peer, track)) = of {
                    self.subscriptions.remove(&(peer, track));
                    self.command(Command::Unsubscribe { peer, track });
                }
            }
            Deed::Subscribe => {
                if self.tracks[&track].owner != who {
                    self.subscribe(who, track);
                }
            }
            Deed::Publish => {
                if tracks.len() < 9 {
                    self.publish(who, Form::Vp8);
                }
            }
            Deed::Unpublish => self.unpublish(track),
            Deed::Republish => self.republish(track),
            Deed::SwitchLayer => self.switch_layer(track),
            Deed::Say => self.say(who),
            Deed::CutOff => {
                self.ledger.count("cut off");
                let until = self.now + Duration::from_millis(self.plan.between(200, 2500));
                self.wire.cut(self.clients[&who].address, until);
            }
            Deed::Restart => {
                self.ledger.count("restarted");
                self.clients.get_mut(&who).expect("present").restart();
                self.offer(who);
            }
        }
    }

    fn wish(&mut self, peer: ParticipantId, track: TrackId, wish: Wish) {
        if let Some(subscription) = self.subscriptions.get_mut(&(peer, track)) {
            subscription.wish = wish;
            self.command(Command::Wish { peer, track, wish });
        }
    }

    fn unpublish(&mut self, track: TrackId) {
        let Published { owner, number, .. } = self.tracks[&track];
        let Some(client) = self.clients.get_mut(&owner) else { return };
        if client.publications.iter().any(|of| of.number == number) {
            client.unpublish(number);
            self.ledger.count("unpublished");
            self.forget(track);
            self.command(Command::Withdraw { track });
            self.offer(owner);
        }
    }

    /// The same track from another m-line: the listeners stay.
    fn republish(&mut self, track: TrackId) {
        let Published { owner, number, form } = self.tracks[&track];
        let Some(client) = self.clients.get_mut(&owner) else { return };
        if client.publications.iter().any(|of| of.number == number) {
            client.unpublish(number);
            self.ledger.count("feeds replaced");
            for ((_, of), subscription) in &mut self.subscriptions {
                if *of == track {
                    subscription.heard_since = None;
                }
            }
            self.publish_as(owner, track, form);
        }
    }

    fn switch_layer(&mut self, track: TrackId) {
        let Published { owner, number, .. } = self.tracks[&track];
        let Some(client) = self.clients.get_mut(&owner) else { return };
        let publication = client.publications.iter_mut().find(|of| of.number == number);
        // The lowest layer stays: there is always something to see.
        let streams = publication.map(|of| &mut of.streams[1..]).unwrap_or_default();
        if !streams.is_empty() {
            let at = self.plan.below(streams.len());
            streams[at].is_on = !streams[at].is_on;
            self.ledger.count("layers switched by the publisher");
        }
    }

    fn say(&mut self, who: ParticipantId) {
        let message = format!("{who} at {:?}", self.now.duration_since(self.start)).into_bytes();
        let mut out = Vec::new();
        let client = self.clients.get_mut(&who).expect("present");
        if client.say(&message, self.now, &mut out) {
            self.ledger.count("messages said");
        }
        for packet in out {
            self.wire.send(packet, self.now);
        }
    }

    /// Signalling's part: a message goes to everybody else.
    fn relay(&mut self, from: ParticipantId, message: &[u8]) {
        let to: Vec<ParticipantId> =
            self.clients.keys().filter(|id| **id != from).copied().collect();
        for id in &to {
            self.said.entry(*id).or_default().push(message.to_vec());
            self.ledger.count("messages relayed");
        }
        let (channel, message) = (DataChannel::Reliable, message.to_vec());
        self.command(Command::Send { to, channel, message });
    }

    /// Compares with the reference: who is subscribed and not muted is heard.
    fn check(&mut self) {
        let now = self.now;
        let mut cut = BTreeSet::new();
        for (id, client) in &self.clients {
            if !client.is_up || self.wire.is_cut(client.address, now) {
                cut.insert(*id);
            }
        }
        for ((id, track), subscription) in &mut self.subscriptions {
            let Some(published) = self.tracks.get(track) else { continue };
            let Some(owner) = self.clients.get(&published.owner) else { continue };
            let client = &self.clients[id];
            let is_carried = client.carries.values().any(|of| of == track);
            let is_sent = owner.publications.iter().any(|of| of.number == published.number);
            if !is_carried && is_sent && now - subscription.since > SUBSCRIBE_BOUND {
                let ms = (now - subscription.since).as_millis();
                self.ledger.violation(format!("{id} has no slot for {track} after {ms} ms"));
            }
            let is_due = is_carried
                && is_sent
                && subscription.wish.is_enabled
                && !self.ledger.is_muted(*track)
                && !cut.contains(id)
                && !cut.contains(&published.owner);
            if !is_due {
                subscription.heard_since = None;
                continue;
            }
            let since = *subscription.heard_since.get_or_insert(now);
            let bound = match published.form.kind() {
                Kind::Audio => AUDIO_BOUND,
                Kind::Video => VIDEO_BOUND,
            };
            self.ledger.expect_heard(*id, *track, (since, bound), now);
        }
    }
}

fn participant(n: u32) -> ParticipantId {
    format!("PA_{n:032x}").parse().expect("an id")
}

fn track(n: u32) -> TrackId {
    format!("TR_{n:032x}").parse().expect("an id")
}
