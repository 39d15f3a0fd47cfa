//! Who receives which track, and at what size.

use model::id::{ParticipantId, TrackId};
use model::media::{Command, Layer, Wish};

use super::Room;
use super::track::layer_of;
use crate::counter::Count;
use crate::protocol::signal_response::Message;
use crate::protocol::{
    SubscriptionError, SubscriptionResponse, TrackSubscribed, UpdateSubscription,
    UpdateTrackSettings, VideoQuality,
};

/// How many tracks one request may name: more than a room can show.
const SIDS_MAX: usize = 2_048;

impl Room {
    pub(super) fn subscribe(&mut self, id: ParticipantId, track: TrackId) {
        let Some(person) = self.person_by_id.get_mut(&id) else { return };
        if person.subscriptions.insert(track) {
            self.command(Command::Subscribe { peer: id, track });
        }
    }

    pub(super) fn update_subscription(&mut self, id: ParticipantId, request: UpdateSubscription) {
        let named = request.participant_tracks.into_iter().flat_map(|tracks| tracks.track_sids);
        for sid in request.track_sids.into_iter().chain(named).take(SIDS_MAX) {
            let track = sid.parse().ok().filter(|track| self.is_live_for(id, *track));
            let Some(track) = track else {
                self.refuse_subscription(id, sid);
                continue;
            };
            let Some(person) = self.person_by_id.get_mut(&id) else { return };
            if !request.subscribe {
                person.declined.insert(track);
                if person.subscriptions.remove(&track) {
                    self.command(Command::Unsubscribe { peer: id, track });
                }
            } else if person.grants.can_subscribe {
                person.declined.remove(&track);
                self.subscribe(id, track);
            } else {
                self.refuse_subscription(id, sid);
            }
        }
    }

    pub(super) fn update_track_settings(
        &mut self,
        id: ParticipantId,
        request: &UpdateTrackSettings,
    ) {
        for sid in request.track_sids.iter().take(SIDS_MAX) {
            let Some((track, layer)) = self.layer_wanted(id, sid, request) else {
                self.count(Count::UnknownTrack);
                continue;
            };
            let wish = Wish { is_enabled: !request.disabled, layer };
            self.command(Command::Wish { peer: id, track, wish });
        }
    }

    /// Somebody receives the track. Its publisher is told of the first.
    pub(super) fn track_subscribed(&mut self, track_id: TrackId) {
        let Some(&owner) = self.owner_by_track.get(&track_id) else {
            return self.count(Count::Stray);
        };
        let person = self.person_by_id.get_mut(&owner);
        let Some(track) = person.and_then(|person| person.tracks.get_mut(&track_id)) else {
            return;
        };
        if !std::mem::replace(&mut track.is_heard, true) {
            let track_sid = track_id.to_string();
            self.tell(owner, Message::TrackSubscribed(TrackSubscribed { track_sid }));
        }
    }

    fn layer_wanted(
        &self,
        id: ParticipantId,
        sid: &str,
        request: &UpdateTrackSettings,
    ) -> Option<(TrackId, Layer)> {
        let track_id: TrackId = sid.parse().ok()?;
        if !self.person_by_id.get(&id)?.subscriptions.contains(&track_id) {
            return None;
        }
        let owner = self.owner_by_track.get(&track_id)?;
        let track = self.person_by_id.get(owner)?.tracks.get(&track_id)?;
        let layer = if request.width > 0 && request.height > 0 {
            track.layer_for(request.width, request.height)
        } else {
            layer_of(VideoQuality::try_from(request.quality).unwrap_or(VideoQuality::High))
        };
        Some((track_id, layer))
    }

    fn is_live_for(&self, id: ParticipantId, track: TrackId) -> bool {
        let Some(owner) = self.owner_by_track.get(&track).filter(|owner| **owner != id) else {
            return false;
        };
        let owner = self.person_by_id.get(owner);
        owner.is_some_and(|owner| owner.tracks.get(&track).is_some_and(|track| track.is_live))
    }

    fn refuse_subscription(&mut self, id: ParticipantId, track_sid: String) {
        self.count(Count::UnknownTrack);
        let response =
            SubscriptionResponse { track_sid, err: SubscriptionError::SeTrackNotfound.into() };
        self.tell(id, Message::SubscriptionResponse(response));
    }
}
