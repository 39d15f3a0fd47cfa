//! What is published: finding the m-line of a track, its feeds, muting, taking it away.

use std::time::Instant;

use model::id::{ParticipantId, TrackId};
use model::media::{Announcement, Event, Kind};

use super::Room;
use super::track::{Feed, Place, Track};
use crate::count::Count;
use crate::engine::{Engine, SourceId};

/// Tracks of one participant: microphone, camera, screen with sound, and language channels.
const TRACKS_MAX: usize = 32;

impl<E: Engine> Room<E> {
    pub(super) fn announce(
        &mut self,
        engine: &mut E,
        participant: ParticipantId,
        announcement: Announcement,
        now: Instant,
    ) {
        let id = announcement.track;
        let is_known = self.tracks.contains_key(&id);
        let Some(member) = self.members.get_mut(&participant) else {
            return self.counts.add(Count::Misdirected);
        };
        let of_member = member.announcements.len()
            + member.sending.iter().filter(|sending| sending.track.is_some()).count();
        if of_member >= TRACKS_MAX {
            return self.counts.add(Count::Misdirected);
        }
        member.announcements.retain(|earlier| earlier.track != id);
        let (kind, is_muted) = (announcement.kind, announcement.is_muted);
        member.announcements.push(announcement);
        if !is_known {
            self.tracks.insert(id, Track::new(participant, kind, is_muted));
        }
        self.claim(engine, participant, now);
    }

    /// Finds the m-lines of what was announced. A track that has a feed gets another: its
    /// listeners stay.
    pub(super) fn claim(&mut self, engine: &mut E, participant: ParticipantId, now: Instant) {
        let Some(member) = self.members.get_mut(&participant) else { return };
        let mut claimed = Vec::new();
        for announcement in member.announcements.clone() {
            let Some(sending) = member.claim(&announcement) else { continue };
            claimed.push((announcement, sending.mime.clone(), sending.layers.clone()));
            let mid = sending.mid.clone();
            member.announcements.retain(|other| other.track != claimed[claimed.len() - 1].0.track);
            for other in &mut member.sending {
                if other.mid != mid && other.track == Some(claimed[claimed.len() - 1].0.track) {
                    other.track = None;
                }
            }
        }
        for (Announcement { track, is_muted, .. }, mime, layers) in claimed {
            self.replace_feed(engine, participant, track, is_muted, now);
            self.events.push_back(Event::Published { peer: participant, track, mime, layers });
        }
    }

    pub(super) fn replace_feed(
        &mut self,
        engine: &mut E,
        participant: ParticipantId,
        id: TrackId,
        is_muted: bool,
        now: Instant,
    ) {
        let Some(track) = self.tracks.get_mut(&id) else { return };
        for feed in std::mem::take(&mut track.feeds).into_values() {
            self.place_by_source.remove(&feed.source);
        }
        let former = std::mem::replace(&mut track.owner, participant);
        track.is_muted = is_muted;
        if former != participant
            && let Some(member) = self.members.get_mut(&former)
        {
            member
                .sending
                .iter_mut()
                .filter(|of| of.track == Some(id))
                .for_each(|of| of.track = None);
        }
        let Some(member) = self.members.get(&participant) else { return };
        let sending = member.sending.iter().find(|sending| sending.track == Some(id));
        let sources = sending.map(|sending| sending.sources.clone()).unwrap_or_default();
        for (layer, source) in sources {
            self.feed(engine, Place { track: id, layer }, source, now);
        }
    }

    pub(super) fn feed(&mut self, engine: &mut E, place: Place, source: SourceId, now: Instant) {
        let Some(track) = self.tracks.get_mut(&place.track) else { return };
        if let Some(before) = track.feeds.insert(place.layer, Feed::new(source, now)) {
            self.place_by_source.remove(&before.source);
        }
        self.place_by_source.insert(source, place);
        self.aim_listeners(engine, place.track, now);
    }

    pub(super) fn gone(
        &mut self,
        engine: &mut E,
        participant: ParticipantId,
        source: SourceId,
        now: Instant,
    ) {
        if let Some(member) = self.members.get_mut(&participant) {
            for sending in &mut member.sending {
                sending.sources.retain(|(_, of)| *of != source);
            }
        }
        let Some(place) = self.place_by_source.remove(&source) else { return };
        if let Some(track) = self.tracks.get_mut(&place.track)
            && track.feeds.get(&place.layer).is_some_and(|feed| feed.source == source)
        {
            track.feeds.remove(&place.layer);
            self.aim_listeners(engine, place.track, now);
        }
    }

    pub(super) fn aim_listeners(&mut self, engine: &mut E, track: TrackId, now: Instant) {
        let Some(track) = self.tracks.get(&track) else { return };
        let listeners: Vec<_> = track.listeners.iter().map(|of| of.participant).collect();
        for participant in listeners {
            self.allocate(engine, participant, now);
        }
    }

    /// Takes a track away. Its listeners' slots are free for another.
    pub(super) fn withdraw(&mut self, engine: &mut E, id: TrackId, now: Instant) {
        let Some(track) = self.tracks.remove(&id) else { return };
        for feed in track.feeds.values() {
            self.place_by_source.remove(&feed.source);
        }
        if let Some(owner) = self.members.get_mut(&track.owner) {
            owner.announcements.retain(|announcement| announcement.track != id);
            owner
                .sending
                .iter_mut()
                .filter(|of| of.track == Some(id))
                .for_each(|of| of.track = None);
        }
        let mut touched = Vec::new();
        for listener in track.listeners {
            touched.push(listener.participant);
            self.put_back(listener);
        }
        for member in self.members.values_mut() {
            member.subscriptions.remove(&id);
        }
        if track.kind == Kind::Audio && !self.has_audio(track.owner) {
            self.silence(track.owner);
        }
        for participant in touched {
            self.ask_sections(participant, now);
            self.allocate(engine, participant, now);
        }
    }

    /// The publisher's m-line stopped. Where the track is announced anew it waits for its feed.
    pub(super) fn ended(&mut self, engine: &mut E, id: TrackId, now: Instant) {
        let Some(track) = self.tracks.get_mut(&id) else { return };
        let owner = self.members.get(&track.owner);
        if owner.is_some_and(|member| member.announcements.iter().any(|of| of.track == id)) {
            for feed in std::mem::take(&mut track.feeds).into_values() {
                self.place_by_source.remove(&feed.source);
            }
            return;
        }
        self.withdraw(engine, id, now);
        self.events.push_back(Event::Ended { track: id });
    }

    pub(super) fn mute(&mut self, engine: &mut E, id: TrackId, is_muted: bool, now: Instant) {
        let Some(track) = self.tracks.get_mut(&id) else {
            return self.counts.add(Count::Misdirected);
        };
        track.is_muted = is_muted;
        track.interrupt();
        let (owner, kind) = (track.owner, track.kind);
        for member in self.members.values_mut() {
            let announced = member.announcements.iter_mut().filter(|of| of.track == id);
            announced.for_each(|of| of.is_muted = is_muted);
        }
        if is_muted && kind == Kind::Audio && !self.has_audio(owner) {
            self.silence(owner);
        }
        if !is_muted {
            self.aim_listeners(engine, id, now);
        }
    }

    pub(super) fn has_audio(&self, owner: ParticipantId) -> bool {
        let mut tracks = self.tracks.values();
        tracks.any(|track| track.owner == owner && track.kind == Kind::Audio && !track.is_muted)
    }

    pub(super) fn silence(&mut self, participant: ParticipantId) {
        if let Some(speaker) = self.speakers.silence(participant) {
            self.events.push_back(Event::Speakers { changed: vec![speaker] });
        }
    }
}
