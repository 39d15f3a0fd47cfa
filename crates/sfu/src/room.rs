//! A room's media: who is there, what is published, who receives what.
//!
//! Contract: after every `handle*`, drain [`Room::poll_output`]; at the end of a tick, call
//! [`Room::forward`]. The room owns no transport: each call is lent the worker's engine.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};

use model::id::{ParticipantId, TrackId};
use model::media::{Command, Event, Kind, Offer, RoomName};

use crate::count::{Count, Counts};
use crate::engine::{self, Engine, Label, Media, PeerId, SlotId, SourceId};
use crate::room::member::{Member, Transport};
use crate::room::outbox::Outbox;
use crate::room::track::{Place, Taken, Track};
use crate::speaker::Speakers;

mod member;
mod outbox;
mod publish;
mod receive;
mod talk;
mod track;

/// How often a room looks at what time brings: speakers, layers that ended, estimates.
pub const TICK: Duration = Duration::from_millis(200);

/// A transport that is not up by then will not be: LiveKit waits as long.
const JOIN_MAX: Duration = Duration::from_mins(1);

/// How long a transport that went silent may come back. str0m waits 15 s before it says so.
const SILENT_MAX: Duration = Duration::from_secs(15);

/// A candidate line has some 200 bytes.
const CANDIDATE_BYTES_MAX: usize = 2048;

/// A room on one worker.
#[derive(Debug)]
pub struct Room<E: Engine> {
    name: RoomName,
    members: BTreeMap<ParticipantId, Member>,
    participant_by_peer: HashMap<PeerId, ParticipantId>,
    tracks: BTreeMap<TrackId, Track<E::Packet>>,
    place_by_source: HashMap<SourceId, Place>,
    outbox: Outbox<E::Packet>,
    speakers: Speakers,
    events: VecDeque<Event>,
    counts: Counts,
    ticked_at: Option<Instant>,
}

impl<E: Engine> Room<E> {
    pub fn new(name: RoomName) -> Self {
        Self {
            name,
            members: BTreeMap::new(),
            participant_by_peer: HashMap::new(),
            tracks: BTreeMap::new(),
            place_by_source: HashMap::new(),
            outbox: Outbox::default(),
            speakers: Speakers::default(),
            events: VecDeque::new(),
            counts: Counts::default(),
            ticked_at: None,
        }
    }

    pub fn name(&self) -> &RoomName {
        &self.name
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The transports of everybody here.
    pub fn peers(&self) -> Vec<PeerId> {
        self.members.values().map(|member| member.peer).collect()
    }

    /// Whether [`Room::forward`] has something to do.
    pub fn has_outgoing(&self) -> bool {
        !self.outbox.is_empty()
    }

    pub fn poll_output(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub fn take_counts(&mut self) -> impl Iterator<Item = (Count, u64)> + use<E> {
        self.counts.take()
    }

    /// When to call [`Room::handle_timeout`]. An empty room needs nothing.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.ticked_at.filter(|_| !self.is_empty()).map(|at| at + TICK)
    }

    pub fn handle(&mut self, engine: &mut E, command: Command, now: Instant) {
        match command {
            Command::Join { peer, offer } => self.join(engine, peer, offer, now),
            Command::Offer { peer, offer } => self.offer(engine, peer, &offer, now),
            Command::Candidate { peer, json } => self.candidate(peer, &json),
            Command::Announce { peer, announcement } => {
                self.announce(engine, peer, announcement, now);
            }
            Command::Withdraw { track } => self.withdraw(engine, track, now),
            Command::Mute { track, is_muted } => self.mute(engine, track, is_muted, now),
            Command::Subscribe { peer, track } => self.subscribe(peer, track, now),
            Command::Unsubscribe { peer, track } => self.unsubscribe(engine, peer, track, now),
            Command::Wish { peer, track, wish } => self.wish(engine, peer, track, wish, now),
            Command::Send { to, channel, message } => {
                self.send(engine, &to, channel, &message, now);
            }
            Command::Leave { peer } => self.leave(engine, peer, now),
            Command::Close => {
                let everybody: Vec<_> = self.members.keys().copied().collect();
                for peer in everybody {
                    self.leave(engine, peer, now);
                }
            }
        }
    }

    /// Takes what the engine tells of a peer of this room.
    pub fn handle_event(
        &mut self,
        engine: &mut E,
        peer: PeerId,
        event: engine::Event<E::Packet>,
        now: Instant,
    ) {
        let Some(participant) = self.participant_by_peer.get(&peer).copied() else { return };
        match event {
            engine::Event::Media(media) => self.media(engine, &media, now),
            engine::Event::Source { source, mid, layer } => {
                if let Some(member) = self.members.get_mut(&participant)
                    && let Some(sending) = member.sending.iter_mut().find(|of| of.mid == mid)
                {
                    sending.sources.retain(|(of, _)| *of != layer);
                    sending.sources.push((layer, source));
                    if let Some(track) = sending.track {
                        self.feed(engine, Place { track, layer }, source, now);
                    }
                }
            }
            engine::Event::Gone(source) => self.gone(engine, participant, source, now),
            engine::Event::Up => self.up(participant),
            engine::Event::Silent => {
                if let Some(member) = self.members.get_mut(&participant)
                    && member.transport == Transport::Up
                {
                    member.transport = Transport::Silent { since: now };
                }
            }
            engine::Event::Closed => self.down(engine, participant),
            engine::Event::KeyFrameWanted(slot) => {
                self.key_frame_wanted(engine, participant, slot, now);
            }
            engine::Event::Estimate { rate_bps } => {
                if let Some(member) = self.members.get_mut(&participant) {
                    member.estimate_bps = Some(rate_bps);
                }
            }
            engine::Event::ChannelOpen(channel) => {
                self.channel_open(engine, participant, channel, now);
            }
            engine::Event::Message(channel, message) => {
                self.events.push_back(Event::Message { peer: participant, channel, message });
            }
            engine::Event::Quality { loss, rtt_ms } => {
                self.events.push_back(Event::Quality { peer: participant, loss, rtt_ms });
            }
            engine::Event::Stray => self.counts.add(Count::Stray),
        }
    }

    /// Looks at what time brought.
    pub fn handle_timeout(&mut self, engine: &mut E, now: Instant) {
        if self.poll_timeout().is_none_or(|at| at > now) {
            return;
        }
        self.ticked_at = Some(now);
        let changed = self.speakers.look(now);
        if !changed.is_empty() {
            self.events.push_back(Event::Speakers { changed });
        }
        let everybody: Vec<ParticipantId> = self.members.keys().copied().collect();
        for participant in everybody {
            if self.is_overdue(participant, now) {
                self.down(engine, participant);
            } else {
                self.ask_sections(participant, now);
                self.send_backlog(engine, participant, now);
                self.allocate(engine, participant, now);
            }
        }
    }

    /// Hands over what was collected: once per subscriber and tick.
    pub fn forward(&mut self, engine: &mut E, now: Instant) {
        self.outbox.empty(|peer, packets| engine.forward(peer, packets, now));
    }

    fn join(
        &mut self,
        engine: &mut E,
        participant: ParticipantId,
        offer: Option<Offer>,
        now: Instant,
    ) {
        self.leave(engine, participant, now);
        let peer = engine.join(now);
        self.members.insert(participant, Member::new(peer, now));
        self.participant_by_peer.insert(peer, participant);
        self.ticked_at.get_or_insert(now);
        if let Some(offer) = offer {
            self.offer(engine, participant, &offer, now);
        }
    }

    fn offer(&mut self, engine: &mut E, participant: ParticipantId, offer: &Offer, now: Instant) {
        let Some(member) = self.members.get_mut(&participant) else {
            return self.counts.add(Count::Misdirected);
        };
        let peer = member.peer;
        let sections = match engine.offer(peer, &offer.sdp, now) {
            Ok(sections) => sections,
            Err(refused) => {
                self.counts.add(Count::BadOffer);
                let why = refused.to_string();
                self.events.push_back(Event::OfferRefused { peer: participant, id: offer.id, why });
                return;
            }
        };
        let (ended, gone) = member.take_sections(&sections);
        for track in ended {
            self.ended(engine, track, now);
        }
        for slot in gone {
            self.drop_slot(participant, slot);
        }
        self.claim(engine, participant, now);
        let given = self.assign(engine, participant, now);
        let Some(member) = self.members.get(&participant) else { return };
        let carried: Vec<(SlotId, String, TrackId)> = member
            .slots
            .iter()
            .filter_map(|(id, slot)| Some((*id, slot.mid.clone(), slot.carries?)))
            .collect();
        let labels: Vec<Label> = carried
            .iter()
            .filter_map(|(slot, _, track)| {
                let stream = format!("{}|{track}", self.tracks.get(track)?.owner);
                Some(Label { slot: *slot, stream, track: track.to_string() })
            })
            .collect();
        let sdp = engine.answer(peer, &labels);
        let tracks = carried.into_iter().map(|(_, mid, track)| (mid, track)).collect();
        self.events.push_back(Event::Answer { peer: participant, id: offer.id, sdp, tracks });
        for track in given {
            self.events.push_back(Event::Subscribed { peer: participant, track });
        }
        self.ask_sections(participant, now);
    }

    /// An ICE-lite end learns addresses from checks: a candidate is looked at, and not needed.
    fn candidate(&mut self, participant: ParticipantId, json: &str) {
        if !self.members.contains_key(&participant) {
            self.counts.add(Count::Misdirected);
        } else if json.len() > CANDIDATE_BYTES_MAX || !json.contains("\"candidate\"") {
            self.counts.add(Count::BadCandidate);
        }
    }

    fn media(&mut self, engine: &mut E, media: &Media<E::Packet>, now: Instant) {
        self.counts.add(Count::PacketIn);
        let place = self.place_by_source.get(&media.source).copied();
        let Some((place, track)) = place.and_then(|of| Some((of, self.tracks.get_mut(&of.track)?)))
        else {
            return self.counts.add(Count::Unclaimed);
        };
        let is_new_life = track.feeds.get(&place.layer).is_some_and(|feed| !feed.is_alive(now));
        let clock_hz = track.clock_hz();
        let Some(feed) = track.feeds.get_mut(&place.layer) else { return };
        feed.hear(media.bytes, now);
        let length = feed.length(media.time, clock_hz);
        if track.is_muted {
            feed.pass_over(media.seq);
            return self.counts.add(Count::Muted);
        }
        if feed.is_passed_over(media.seq) {
            return self.counts.add(Count::Muted);
        }
        if let (Kind::Audio, Some(level_db)) = (track.kind, media.level) {
            self.speakers.hear(track.owner, level_db, length);
        }
        let mut is_key_wanted = false;
        for listener in &mut track.listeners {
            let before = listener.current();
            match listener.take(media, clock_hz, now) {
                Taken::Forward(forward) => {
                    self.outbox.put(listener.peer, forward);
                    self.counts.add(Count::PacketOut);
                }
                Taken::Waits => is_key_wanted = true,
                Taken::Late => self.counts.add(Count::Late),
                Taken::Passed => {}
            }
            if before == listener.current() {
                continue;
            }
            self.counts.add(Count::Switched);
            for early in listener.take_early() {
                if let Taken::Forward(forward) = listener.take(&early, clock_hz, now) {
                    self.outbox.put(listener.peer, forward);
                    self.counts.add(Count::PacketOut);
                }
            }
        }
        if is_key_wanted && let Some(source) = track.ask(media.source, now) {
            self.counts.add(Count::KeyFrameAsked);
            engine.ask_key_frame(source, now);
        }
        if is_new_life {
            self.aim_listeners(engine, place.track, now);
        }
    }

    fn key_frame_wanted(
        &mut self,
        engine: &mut E,
        participant: ParticipantId,
        slot: SlotId,
        now: Instant,
    ) {
        let carried = self.members.get(&participant).and_then(|of| of.slots.get(&slot)?.carries);
        let Some(track) = carried.and_then(|id| self.tracks.get_mut(&id)) else { return };
        let Some(source) = track.listener(participant).and_then(|of| of.current()) else { return };
        if let Some(source) = track.ask(source, now) {
            self.counts.add(Count::KeyFrameAsked);
            engine.ask_key_frame(source, now);
        }
    }

    fn up(&mut self, participant: ParticipantId) {
        let Some(member) = self.members.get_mut(&participant) else { return };
        let is_first = matches!(member.transport, Transport::Joining { .. });
        if member.transport != Transport::Down {
            member.transport = Transport::Up;
        }
        if is_first {
            self.events.push_back(Event::Up { peer: participant });
        }
    }

    fn is_overdue(&self, participant: ParticipantId, now: Instant) -> bool {
        match self.members.get(&participant).map(|member| member.transport) {
            Some(Transport::Joining { since }) => now.saturating_duration_since(since) >= JOIN_MAX,
            Some(Transport::Silent { since }) => now.saturating_duration_since(since) >= SILENT_MAX,
            Some(Transport::Up | Transport::Down) | None => false,
        }
    }

    /// The transport is gone. Who was there stays in the room until signalling says otherwise.
    fn down(&mut self, engine: &mut E, participant: ParticipantId) {
        let Some(member) = self.members.get_mut(&participant) else { return };
        if member.transport == Transport::Down {
            return;
        }
        member.transport = Transport::Down;
        engine.leave(member.peer);
        self.outbox.forget(member.peer);
        self.events.push_back(Event::Down { peer: participant });
    }

    fn leave(&mut self, engine: &mut E, participant: ParticipantId, now: Instant) {
        let Some(member) = self.members.remove(&participant) else { return };
        engine.leave(member.peer);
        self.participant_by_peer.remove(&member.peer);
        for id in member.subscriptions.keys() {
            self.take_listener(participant, *id);
        }
        let mut own: Vec<TrackId> = Vec::new();
        own.extend(self.tracks.iter().filter(|(_, of)| of.owner == participant).map(|(id, _)| *id));
        for id in own {
            self.withdraw(engine, id, now);
        }
        self.outbox.forget(member.peer);
        self.silence(participant);
        if self.is_empty() {
            self.ticked_at = None;
        }
    }
}
