//! Tracks that somebody publishes: announced, found by media, muted, ended.

use std::time::Duration;

use model::Timestamp;
use model::id::{ParticipantId, TrackId};
use model::media::{Announcement, Command, Kind, Layer};

use super::Room;
use crate::counter::Count;
use crate::limit::NAME_BYTES_MAX;
use crate::protocol::request_response::{Reason, Request};
use crate::protocol::signal_response::Message;
use crate::protocol::{
    AddTrackRequest, MuteTrackRequest, RequestResponse, SimulcastCodecInfo, SubscribedCodec,
    SubscribedQuality, SubscribedQualityUpdate, TrackInfo, TrackPublishedResponse, TrackType,
    TrackUnpublishedResponse, UpdateLocalAudioTrack, UpdateLocalVideoTrack, VideoLayer,
    VideoQuality,
};

/// Camera, microphone, screen, its sound, and as many languages as a busy booth serves.
const TRACKS_MAX: usize = 16;

/// Three simulcast layers; more are not sent by anybody.
const LAYERS_MAX: usize = 3;

/// How long an announced track may take until its media is found. A client that gave up
/// publishing says nothing.
const ANNOUNCED_FOR: Duration = Duration::from_secs(30);

/// How many audio features there are to set.
const FEATURES_MAX: usize = 16;

/// A pixel size beyond any camera's.
const SIDE_MAX: u32 = 16_384;

#[derive(Debug)]
pub(super) struct Track {
    pub(super) info: TrackInfo,
    cid: String,
    kind: Kind,
    /// Media has found its m-line: others are told of it.
    pub(super) is_live: bool,
    /// Its publisher was told that somebody receives it.
    pub(super) is_heard: bool,
    /// When an announced track is given up.
    pub(super) media_until: Option<Timestamp>,
}

impl Track {
    /// Returns the lowest layer that fills `width` × `height`.
    pub(super) fn layer_for(&self, width: u32, height: u32) -> Layer {
        let layers =
            self.info.codecs.first().map(|codec| codec.layers.as_slice()).unwrap_or_default();
        let enough = layers.iter().filter(|layer| layer.width >= width && layer.height >= height);
        let smallest = enough
            .min_by_key(|layer| layer.width)
            .and_then(|layer| VideoQuality::try_from(layer.quality).ok());
        smallest.map_or(Layer::High, layer_of)
    }
}

impl Room {
    pub(super) fn add_track(
        &mut self,
        id: ParticipantId,
        request: AddTrackRequest,
        now: Timestamp,
    ) {
        let Some(person) = self.person_by_id.get(&id) else { return };
        if let Some(known) = person.tracks.values().find(|track| track.cid == request.cid) {
            let track = Some(known.info.clone());
            self.tell(
                id,
                Message::TrackPublished(TrackPublishedResponse { cid: request.cid, track }),
            );
            return;
        }
        let kind = match TrackType::try_from(request.r#type) {
            Ok(TrackType::Audio) => Kind::Audio,
            Ok(TrackType::Video) => Kind::Video,
            Ok(TrackType::Data) | Err(_) => {
                return self.refuse_track(id, request, Reason::UnsupportedType);
            }
        };
        if !person.grants.can_publish {
            return self.refuse_track(id, request, Reason::NotAllowed);
        }
        let is_too_long = request.cid.len() > NAME_BYTES_MAX || request.name.len() > NAME_BYTES_MAX;
        if person.tracks.len() >= TRACKS_MAX || is_too_long || request.cid.is_empty() {
            return self.refuse_track(id, request, Reason::LimitExceeded);
        }
        let track_id = self.ids.track(now);
        let announcement = Announcement {
            track: track_id,
            cid: request.cid.clone(),
            kind,
            width: request.width.min(SIDE_MAX),
            height: request.height.min(SIDE_MAX),
            is_muted: request.muted,
        };
        let info = describe(track_id, kind, request);
        let cid = announcement.cid.clone();
        let published = TrackPublishedResponse { cid: cid.clone(), track: Some(info.clone()) };
        let media_until = Some(now + ANNOUNCED_FOR);
        let track = Track { info, cid, kind, is_live: false, is_heard: false, media_until };
        if let Some(person) = self.person_by_id.get_mut(&id) {
            person.tracks.insert(track_id, track);
        }
        self.owner_by_track.insert(track_id, id);
        self.command(Command::Announce { peer: id, announcement });
        self.tell(id, Message::TrackPublished(published));
    }

    /// Media has found the track: others are told, and those who want it are subscribed.
    pub(super) fn track_published(&mut self, track_id: TrackId, mime: String, layers: &[Layer]) {
        let Some(&owner) = self.owner_by_track.get(&track_id) else {
            return self.count(Count::Stray);
        };
        let Some(track) =
            self.person_by_id.get_mut(&owner).and_then(|person| person.tracks.get_mut(&track_id))
        else {
            return;
        };
        track.media_until = None;
        let is_first = !std::mem::replace(&mut track.is_live, true);
        keep_layers(&mut track.info, &mime, layers);
        let codec = mime.rsplit('/').next().unwrap_or_default().to_lowercase();
        track.info.mime_type = mime;
        let kind = track.kind;
        self.announce_change(owner);
        if kind == Kind::Video {
            self.tell(owner, Message::SubscribedQualityUpdate(all_on(track_id, codec)));
        }
        if is_first {
            let wanting: Vec<ParticipantId> = self
                .person_by_id
                .values()
                .filter(|person| person.id != owner && person.wants(track_id))
                .map(|person| person.id)
                .collect();
            for id in wanting {
                self.subscribe(id, track_id);
            }
        }
    }

    /// The publisher stopped sending it.
    pub(super) fn track_ended(&mut self, track_id: TrackId) {
        let Some(owner) = self.owner_by_track.remove(&track_id) else {
            return self.count(Count::Stray);
        };
        let Some(person) = self.person_by_id.get_mut(&owner) else { return };
        let Some(track) = person.tracks.remove(&track_id) else { return };
        for other in self.person_by_id.values_mut() {
            other.forget(track_id);
        }
        let gone = TrackUnpublishedResponse { track_sid: track_id.to_string() };
        self.tell(owner, Message::TrackUnpublished(gone));
        if track.is_live {
            self.announce_change(owner);
        }
    }

    pub(super) fn mute(&mut self, id: ParticipantId, request: &MuteTrackRequest) {
        let Some((track_id, info)) = self.own_track(id, &request.sid) else {
            return self.count(Count::UnknownTrack);
        };
        if info.muted == request.muted {
            return;
        }
        info.muted = request.muted;
        self.command(Command::Mute { track: track_id, is_muted: request.muted });
        self.announce_change(id);
    }

    pub(super) fn update_audio_track(
        &mut self,
        id: ParticipantId,
        mut request: UpdateLocalAudioTrack,
    ) {
        let Some((_, info)) = self.own_track(id, &request.track_sid) else {
            return self.count(Count::UnknownTrack);
        };
        request.features.truncate(FEATURES_MAX);
        info.audio_features = request.features;
        self.announce_change(id);
    }

    pub(super) fn update_video_track(
        &mut self,
        id: ParticipantId,
        request: &UpdateLocalVideoTrack,
    ) {
        let Some((_, info)) = self.own_track(id, &request.track_sid) else {
            return self.count(Count::UnknownTrack);
        };
        info.width = request.width.min(SIDE_MAX);
        info.height = request.height.min(SIDE_MAX);
        self.announce_change(id);
    }

    pub(super) fn withdraw_overdue(&mut self, id: ParticipantId, now: Timestamp) {
        let Some(person) = self.person_by_id.get(&id) else { return };
        let overdue =
            person.tracks.iter().filter(|(_, track)| track.media_until.is_some_and(|at| at <= now));
        let overdue: Vec<TrackId> = overdue.map(|(track, _)| *track).collect();
        for track in overdue {
            self.command(Command::Withdraw { track });
            self.track_ended(track);
        }
    }

    fn own_track(&mut self, id: ParticipantId, sid: &str) -> Option<(TrackId, &mut TrackInfo)> {
        let track_id: TrackId = sid.parse().ok()?;
        let track = self.person_by_id.get_mut(&id)?.tracks.get_mut(&track_id)?;
        Some((track_id, &mut track.info))
    }

    fn refuse_track(&mut self, id: ParticipantId, request: AddTrackRequest, reason: Reason) {
        self.count(Count::RefusedRequest);
        let response = RequestResponse {
            reason: reason.into(),
            request: Some(Request::AddTrack(request)),
            ..Default::default()
        };
        self.tell(id, Message::RequestResponse(response));
    }
}

pub(super) fn layer_of(quality: VideoQuality) -> Layer {
    match quality {
        VideoQuality::Low => Layer::Low,
        VideoQuality::Medium => Layer::Medium,
        VideoQuality::High | VideoQuality::Off => Layer::High,
    }
}

#[expect(deprecated, reason = "clients of today read the old fields too")]
fn describe(id: TrackId, kind: Kind, request: AddTrackRequest) -> TrackInfo {
    let mime = match kind {
        Kind::Audio => "audio/opus",
        Kind::Video => "video/VP8",
    };
    let mut layers = request.layers;
    layers.sort_by_key(|layer| layer.quality);
    layers.truncate(LAYERS_MAX);
    for (index, layer) in layers.iter_mut().enumerate() {
        ["q", "h", "f"][index].clone_into(&mut layer.rid);
        layer.spatial_layer = i32::try_from(index).unwrap_or(0);
    }
    let stream = if request.stream.len() > NAME_BYTES_MAX { String::new() } else { request.stream };
    let codec = SimulcastCodecInfo {
        mime_type: mime.to_owned(),
        cid: request.cid,
        layers: layers.clone(),
        ..Default::default()
    };
    TrackInfo {
        sid: id.to_string(),
        r#type: request.r#type,
        name: request.name,
        muted: request.muted,
        width: request.width.min(SIDE_MAX),
        height: request.height.min(SIDE_MAX),
        simulcast: layers.len() > 1,
        source: request.source,
        layers,
        mime_type: mime.to_owned(),
        codecs: vec![codec],
        disable_red: true,
        encryption: request.encryption,
        stream,
        audio_features: request.audio_features.into_iter().take(FEATURES_MAX).collect(),
        ..Default::default()
    }
}

/// What is really sent: the codec, and the layers where media knows them.
#[expect(deprecated, reason = "clients of today read the old fields too")]
fn keep_layers(info: &mut TrackInfo, mime: &str, layers: &[Layer]) {
    let is_sent = |layer: &VideoLayer| {
        let quality = VideoQuality::try_from(layer.quality).unwrap_or(VideoQuality::High);
        layers.is_empty() || layers.contains(&layer_of(quality))
    };
    if info.layers.iter().any(is_sent) {
        info.layers.retain(is_sent);
    }
    info.simulcast = info.layers.len() > 1;
    for codec in &mut info.codecs {
        mime.clone_into(&mut codec.mime_type);
        codec.layers.clone_from(&info.layers);
    }
}

#[expect(deprecated, reason = "clients of today read the old fields too")]
fn all_on(track: TrackId, codec: String) -> SubscribedQualityUpdate {
    let on = |quality: VideoQuality| SubscribedQuality { quality: quality.into(), enabled: true };
    let qualities: Vec<_> =
        [VideoQuality::Low, VideoQuality::Medium, VideoQuality::High].map(on).into();
    SubscribedQualityUpdate {
        track_sid: track.to_string(),
        subscribed_qualities: qualities.clone(),
        subscribed_codecs: vec![SubscribedCodec { codec, qualities }],
    }
}
