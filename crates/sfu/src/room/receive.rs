//! What is received: subscriptions, their slots, and which layer each gets.

use std::time::Instant;

use model::id::{ParticipantId, TrackId};
use model::media::{Event, Kind, Wish};

use super::Room;
use super::member::Subscription;
use super::track::{Feed, Listener};
use crate::allocate::{Ask, allocate};
use crate::count::Count;
use crate::engine::{Engine, SlotId};

/// What probing aims at above what is wished for, in per cent: rates swing.
const PROBE_PERCENT: u64 = 150;

/// Steps of what is wished for: each rise starts a probe, and rates rise and fall all the time.
const WISH_STEP_BPS: u64 = 250_000;

impl<E: Engine> Room<E> {
    pub(super) fn subscribe(&mut self, participant: ParticipantId, id: TrackId, now: Instant) {
        let kind = self.tracks.get(&id).filter(|of| of.owner != participant).map(|of| of.kind);
        let (Some(kind), Some(member)) = (kind, self.members.get_mut(&participant)) else {
            return self.counts.add(Count::Misdirected);
        };
        let wish = Wish::default();
        member.subscriptions.entry(id).or_insert(Subscription { kind, wish, slot: None });
        self.ask_sections(participant, now);
    }

    pub(super) fn unsubscribe(
        &mut self,
        engine: &mut E,
        participant: ParticipantId,
        id: TrackId,
        now: Instant,
    ) {
        let Some(member) = self.members.get_mut(&participant) else { return };
        if member.subscriptions.remove(&id).is_none() {
            return;
        }
        self.take_listener(participant, id);
        self.ask_sections(participant, now);
        self.allocate(engine, participant, now);
    }

    pub(super) fn take_listener(&mut self, participant: ParticipantId, id: TrackId) {
        let Some(track) = self.tracks.get_mut(&id) else { return };
        let at = track.listeners.iter().position(|of| of.participant == participant);
        if let Some(at) = at {
            let listener = track.listeners.swap_remove(at);
            self.put_back(listener);
        }
    }

    /// Gives a slot back: its stream goes on with whatever it carries next.
    pub(super) fn put_back(&mut self, listener: Listener<E::Packet>) {
        let member = self.members.get_mut(&listener.participant);
        if let Some(slot) = member.and_then(|member| member.slots.get_mut(&listener.slot)) {
            slot.carries = None;
            slot.rewrite = listener.rewrite;
        }
        self.outbox.forget_slot(listener.peer, listener.slot);
    }

    /// The client took its m-line away: the subscription waits for another.
    pub(super) fn drop_slot(&mut self, participant: ParticipantId, slot: SlotId) {
        let Some(member) = self.members.get_mut(&participant) else { return };
        let using = member.subscriptions.iter_mut().find(|(_, of)| of.slot == Some(slot));
        let Some((id, subscription)) = using else { return };
        subscription.slot = None;
        let id = *id;
        self.take_listener(participant, id);
    }

    /// Gives waiting subscriptions their slots. Returns their tracks.
    pub(super) fn assign(
        &mut self,
        engine: &mut E,
        participant: ParticipantId,
        now: Instant,
    ) -> Vec<TrackId> {
        let Some(member) = self.members.get_mut(&participant) else { return Vec::new() };
        let peer = member.peer;
        let given = member.assign();
        for (id, slot) in &given {
            let rewrite = member.slots.get_mut(slot).map(|of| std::mem::take(&mut of.rewrite));
            if let Some(track) = self.tracks.get_mut(id) {
                let rewrite = rewrite.unwrap_or_default();
                track.listeners.push(Listener::new(participant, peer, *slot, rewrite));
            }
        }
        self.allocate(engine, participant, now);
        given.into_iter().map(|(id, _)| id).collect()
    }

    pub(super) fn ask_sections(&mut self, participant: ParticipantId, now: Instant) {
        let Some(member) = self.members.get_mut(&participant) else { return };
        if let Some((audio, video)) = member.ask(now) {
            self.events.push_back(Event::NeedSections { peer: participant, audio, video });
        }
    }

    pub(super) fn wish(
        &mut self,
        engine: &mut E,
        participant: ParticipantId,
        id: TrackId,
        wish: Wish,
        now: Instant,
    ) {
        let member = self.members.get_mut(&participant);
        let Some(subscription) = member.and_then(|of| of.subscriptions.get_mut(&id)) else {
            return self.counts.add(Count::Misdirected);
        };
        subscription.wish = wish;
        self.allocate(engine, participant, now);
    }

    /// Decides anew which layers somebody gets.
    pub(super) fn allocate(&mut self, engine: &mut E, participant: ParticipantId, now: Instant) {
        let Some(member) = self.members.get_mut(&participant) else { return };
        let (mut audio_bps, mut wished_bps) = (0, 0);
        let mut videos = Vec::new();
        let mut asks = Vec::new();
        let mut aims = Vec::new();
        for (id, subscription) in &member.subscriptions {
            let Some(track) = self.tracks.get(id) else { continue };
            let Some(listener) = track.listeners.iter().find(|of| of.participant == participant)
            else {
                continue;
            };
            if !subscription.wish.is_enabled {
                aims.push((*id, None));
            } else if subscription.kind == Kind::Audio {
                audio_bps += track.feeds.values().map(Feed::rate_bps).sum::<u64>();
                aims.push((*id, track.feeds.keys().next_back().copied()));
            } else {
                let supply = track.supply(now);
                let best = supply.iter().rfind(|(layer, _)| *layer <= subscription.wish.layer);
                wished_bps += best.map_or(0, |(_, rate_bps)| *rate_bps);
                let current = track.layer_of(listener);
                asks.push(Ask { wish: subscription.wish.layer, supply, current });
                videos.push(*id);
            }
        }
        let wished_bps =
            ((audio_bps + wished_bps) * PROBE_PERCENT / 100).next_multiple_of(WISH_STEP_BPS);
        if member.wished_bps != wished_bps {
            member.wished_bps = wished_bps;
            engine.wish(member.peer, wished_bps);
        }
        let layers = allocate(member.estimate_bps, audio_bps, &asks);
        aims.extend(videos.into_iter().zip(layers));
        for (id, layer) in aims {
            let Some(track) = self.tracks.get_mut(&id) else { continue };
            if let Some(source) = track.aim(participant, layer, now) {
                self.counts.add(Count::KeyFrameAsked);
                engine.ask_key_frame(source, now);
            }
        }
    }
}
