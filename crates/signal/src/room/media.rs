//! What media tells: answers, transports that come and go, speakers, messages.

use model::Timestamp;
use model::id::{ParticipantId, TrackId};
use model::media::{Event, Speaker};

use super::person::Farewell;
use super::{MEDIA_LIMIT, Output, Room};
use crate::counter::Count;
use crate::protocol::leave_request::Action;
use crate::protocol::participant_info::State;
use crate::protocol::signal_response::Message;
use crate::protocol::{
    ConnectionQuality, ConnectionQualityInfo, ConnectionQualityUpdate, DisconnectReason,
    MediaSectionsRequirement, SessionDescription, SpeakerInfo, SpeakersChanged,
};

/// Above this share of lost packets sound is disturbed; above three times this it is broken.
const LOSS_GOOD_MAX: f32 = 0.02;
const LOSS_POOR_MIN: f32 = 0.06;

/// Round trips at which people begin to talk over each other, and at which they cannot talk.
const RTT_EXCELLENT_MAX_MS: u32 = 250;
const RTT_POOR_MIN_MS: u32 = 600;

impl Room {
    /// Takes one event of this room's media.
    pub fn media(&mut self, event: Event, now: Timestamp) {
        match event {
            Event::Answer { peer, id, sdp, tracks } => self.answer(peer, id, sdp, tracks),
            Event::OfferRefused { peer, .. } => self.offer_refused(peer, now),
            Event::NeedSections { peer, audio, video } => {
                let need = MediaSectionsRequirement { num_audios: audio, num_videos: video };
                self.tell(peer, Message::MediaSectionsRequirement(need));
            }
            Event::Up { peer } => self.up(peer),
            Event::Down { peer } => self.down(peer, now),
            Event::Published { track, mime, layers, .. } => {
                self.track_published(track, mime, &layers);
            }
            Event::Ended { track } => self.track_ended(track),
            Event::Subscribed { track, .. } => self.track_subscribed(track),
            Event::Speakers { changed } => self.speakers(&changed),
            Event::Message { peer, channel, message } => self.message(peer, channel, &message, now),
            Event::ChannelsOpen { .. } => {}
            Event::Quality { peer, loss, rtt_ms } => self.quality(peer, rate(loss, rtt_ms)),
            Event::Died => {
                self.part_all(
                    Farewell::told(DisconnectReason::MediaFailure, Action::Reconnect),
                    now,
                );
            }
        }
    }

    fn answer(
        &mut self,
        peer: ParticipantId,
        id: u32,
        sdp: String,
        tracks: Vec<(String, TrackId)>,
    ) {
        let answer = SessionDescription {
            r#type: "answer".to_owned(),
            sdp,
            id,
            mid_to_track_id: tracks
                .into_iter()
                .map(|(mid, track)| (mid, track.to_string()))
                .collect(),
        };
        self.tell(peer, Message::Answer(answer));
    }

    /// Somebody whose transport is gone cannot restart it; anybody else may offer again.
    fn offer_refused(&mut self, peer: ParticipantId, now: Timestamp) {
        self.count(Count::RefusedOffer);
        if self.person_by_id.get(&peer).is_some_and(|person| person.came && !person.is_up) {
            self.part(
                peer,
                Farewell::told(DisconnectReason::StateMismatch, Action::Reconnect),
                now,
            );
        }
    }

    fn up(&mut self, peer: ParticipantId) {
        let Some(person) = self.person_by_id.get_mut(&peer) else {
            return self.count(Count::Stray);
        };
        person.media_until = None;
        if std::mem::replace(&mut person.is_up, true) {
            return;
        }
        if !std::mem::replace(&mut person.came, true) {
            person.info.state = State::Active.into();
            let present = person.present();
            self.out.push_back(Output::Came(present));
            self.announce_change(peer);
        }
        self.out.push_back(Output::Roster);
        self.quality(peer, ConnectionQuality::Excellent);
    }

    fn down(&mut self, peer: ParticipantId, now: Timestamp) {
        let Some(person) = self.person_by_id.get_mut(&peer) else {
            return self.count(Count::Stray);
        };
        person.is_up = false;
        person.media_until = Some(now + MEDIA_LIMIT);
        self.out.push_back(Output::Roster);
        self.quality(peer, ConnectionQuality::Lost);
    }

    /// Tells everybody how well somebody is connected, if that has changed.
    fn quality(&mut self, peer: ParticipantId, quality: ConnectionQuality) {
        let Some(person) = self.person_by_id.get_mut(&peer) else { return };
        if std::mem::replace(&mut person.quality, quality) == quality {
            return;
        }
        let info = ConnectionQualityInfo {
            participant_sid: peer.to_string(),
            quality: quality.into(),
            score: score(quality),
        };
        let to = if person.is_hidden() {
            person.connection.into_iter().collect()
        } else {
            self.connections()
        };
        self.send(to, Message::ConnectionQuality(ConnectionQualityUpdate { updates: vec![info] }));
    }

    fn speakers(&mut self, changed: &[Speaker]) {
        let speakers = changed
            .iter()
            .filter(|speaker| self.person_by_id.contains_key(&speaker.peer))
            .map(|speaker| SpeakerInfo {
                sid: speaker.peer.to_string(),
                level: speaker.level,
                active: speaker.is_active,
            })
            .collect::<Vec<_>>();
        if !speakers.is_empty() {
            self.send(self.connections(), Message::SpeakersChanged(SpeakersChanged { speakers }));
        }
    }
}

fn rate(loss: f32, rtt_ms: u32) -> ConnectionQuality {
    if loss >= LOSS_POOR_MIN || rtt_ms >= RTT_POOR_MIN_MS {
        ConnectionQuality::Poor
    } else if loss > LOSS_GOOD_MAX || rtt_ms > RTT_EXCELLENT_MAX_MS {
        ConnectionQuality::Good
    } else {
        ConnectionQuality::Excellent
    }
}

/// The scale of LiveKit's score: 1 to 5, as listeners rate speech.
fn score(quality: ConnectionQuality) -> f32 {
    match quality {
        ConnectionQuality::Excellent => 4.5,
        ConnectionQuality::Good => 3.5,
        ConnectionQuality::Poor => 2.0,
        ConnectionQuality::Lost => 0.0,
    }
}
