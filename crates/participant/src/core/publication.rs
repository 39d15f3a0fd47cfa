//! What the participant publishes: announced, given an m-line, written, ended.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use signal::protocol::request_response::Request as Refused;
use signal::protocol::signal_request::Message as Request;
use signal::protocol::{
    AddTrackRequest, MuteTrackRequest, RequestResponse, TrackInfo, TrackPublishedResponse,
    TrackSource, TrackType, VideoLayer, VideoQuality,
};
use str0m::format::Codec;
use str0m::media::{MediaKind, Mid, Pt, Rid};
use str0m::rtp::{ExtensionValues, RtpWrite};
use tokio::sync::oneshot;

use super::Core;
use crate::options::{PublishError, VideoOptions};

/// Names of simulcast layers, low to high, as LiveKit's clients use them.
pub(super) const RIDS: [&str; 3] = ["q", "h", "f"];

/// Louder than this counts as a voice.
const VOICE_DB: i8 = -50;

/// What the application wants to publish.
#[derive(Debug)]
pub(crate) struct NewTrack {
    pub(crate) cid: Arc<str>,
    pub(crate) name: String,
    /// `None`: sound.
    pub(crate) video: Option<VideoOptions>,
    pub(crate) done: oneshot::Sender<Result<Arc<str>, PublishError>>,
}

/// One packet to send.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) cid: Arc<str>,
    pub(crate) layer: usize,
    pub(crate) time: u32,
    pub(crate) level_db: Option<i8>,
    pub(crate) marker: bool,
    pub(crate) payload: Arc<[u8]>,
}

#[derive(Debug)]
pub(super) struct Publication {
    cid: Arc<str>,
    name: String,
    video: Option<VideoOptions>,
    is_muted: bool,
    done: Option<oneshot::Sender<Result<Arc<str>, PublishError>>>,
    /// What the server said of it; `None` until it was announced.
    pub(super) published: Option<TrackPublishedResponse>,
    pub(super) mid: Option<Mid>,
    pt: Option<Pt>,
    sequence_by_layer: BTreeMap<usize, u64>,
}

impl Publication {
    pub(super) fn reset(&mut self) {
        self.published = None;
        self.mid = None;
        self.pt = None;
    }

    pub(super) fn kind(&self) -> MediaKind {
        if self.video.is_some() { MediaKind::Video } else { MediaKind::Audio }
    }

    pub(super) fn layers(&self) -> usize {
        self.video.as_ref().map_or(1, |video| video.layers.clamp(1, RIDS.len()))
    }

    fn request(&self) -> AddTrackRequest {
        let mut request = AddTrackRequest {
            cid: self.cid.to_string(),
            name: self.name.clone(),
            muted: self.is_muted,
            disable_red: true,
            ..Default::default()
        };
        if let Some(video) = &self.video {
            request.r#type = TrackType::Video.into();
            request.source = TrackSource::Camera.into();
            request.width = video.width;
            request.height = video.height;
            request.layers = layers_of(video, self.layers());
        } else {
            request.r#type = TrackType::Audio.into();
            request.source = TrackSource::Microphone.into();
        }
        request
    }
}

impl Core {
    pub(crate) fn publish(&mut self, track: NewTrack) {
        let publication = Publication {
            cid: Arc::clone(&track.cid),
            name: track.name,
            video: track.video,
            is_muted: false,
            done: Some(track.done),
            published: None,
            mid: None,
            pt: None,
            sequence_by_layer: BTreeMap::new(),
        };
        self.ask(Request::AddTrack(publication.request()));
        self.publication_by_cid.insert(track.cid, publication);
    }

    pub(crate) fn unpublish(&mut self, cid: &str, now: Instant) {
        if let Some(mid) =
            self.publication_by_cid.remove(cid).and_then(|publication| publication.mid)
        {
            self.negotiation.want.unpublish.push(mid);
            self.negotiate(now);
        }
    }

    pub(crate) fn mute(&mut self, cid: &str, muted: bool) {
        let Some(publication) = self.publication_by_cid.get_mut(cid) else { return };
        publication.is_muted = muted;
        let sid = publication.published.as_ref().and_then(|published| published.track.as_ref());
        if let Some(sid) = sid.map(|track| track.sid.clone()) {
            self.ask(Request::Mute(MuteTrackRequest { sid, muted }));
        }
    }

    /// Sends one packet, if the track has an m-line and media is connected.
    pub(crate) fn write(&mut self, written: Written, now: Instant) {
        let Some(publication) = self.publication_by_cid.get_mut(&written.cid) else { return };
        let Some(mid) = publication.mid.filter(|_| self.is_media_up && !publication.is_muted)
        else {
            return;
        };
        let kind = publication.kind();
        if publication.pt.is_none() {
            publication.pt = payload_type(&self.rtc, mid, kind);
        }
        let Some(pt) = publication.pt else { return };
        let rid = (publication.layers() > 1)
            .then(|| RIDS.get(written.layer).copied().map(Rid::from))
            .flatten();
        let sequence = publication.sequence_by_layer.entry(written.layer).or_insert(1);
        let mut api = self.rtc.direct_api();
        let Some(stream) = api.stream_tx_by_mid(mid, rid) else { return };
        let extensions = ExtensionValues {
            audio_level: written.level_db,
            voice_activity: written.level_db.map(|level| level > VOICE_DB),
            ..Default::default()
        };
        let packet = RtpWrite::new(pt, (*sequence).into(), written.time, now, written.payload);
        stream.write_rtp(
            packet.ext_vals(extensions).marker(written.marker).nackable(kind == MediaKind::Video),
        );
        *sequence += 1;
        self.is_touched = true;
        self.counters.sent();
    }

    /// Tells the server of everything that is published and that it does not know yet.
    pub(super) fn announce_all(&mut self) {
        let unknown =
            self.publication_by_cid.values().filter(|publication| publication.published.is_none());
        let requests: Vec<_> = unknown.map(Publication::request).collect();
        for request in requests {
            self.ask(Request::AddTrack(request));
        }
    }

    pub(super) fn track_published(&mut self, published: TrackPublishedResponse, now: Instant) {
        let Some(publication) = self.publication_by_cid.get_mut(published.cid.as_str()) else {
            return;
        };
        let sid: Arc<str> = published.track.as_ref().map_or("", |track| track.sid.as_str()).into();
        publication.published = Some(published);
        if let Some(done) = publication.done.take() {
            // Whoever published has lost interest.
            let _gone = done.send(Ok(sid));
        }
        if publication.mid.is_none() {
            let cid = Arc::clone(&publication.cid);
            self.negotiation.want.publish.push(cid);
            self.negotiate(now);
        }
    }

    pub(super) fn request_refused(&mut self, response: RequestResponse) {
        let Some(Refused::AddTrack(request)) = response.request else { return };
        let Some(publication) = self.publication_by_cid.remove(request.cid.as_str()) else {
            return;
        };
        if let Some(done) = publication.done {
            let _gone = done.send(Err(PublishError::Refused));
        }
    }

    /// The server gave a track up whose media it never found.
    pub(super) fn track_unpublished(&mut self, sid: &str) {
        self.publication_by_cid.retain(|_, publication| publication.sid() != Some(sid));
    }

    /// What the server lists of our own tracks: mute states of who muted us count too.
    pub(super) fn own_tracks(&mut self, tracks: &[TrackInfo]) {
        for track in tracks {
            for publication in self.publication_by_cid.values_mut() {
                if publication.sid() == Some(track.sid.as_str()) {
                    publication.is_muted = track.muted;
                }
            }
        }
    }
}

impl Publication {
    fn sid(&self) -> Option<&str> {
        self.published.as_ref()?.track.as_ref().map(|track| track.sid.as_str())
    }
}

fn layers_of(video: &VideoOptions, count: usize) -> Vec<VideoLayer> {
    let qualities = [VideoQuality::Low, VideoQuality::Medium, VideoQuality::High];
    (0..count)
        .map(|layer| {
            let shift = count - 1 - layer;
            VideoLayer {
                quality: qualities[qualities.len() - 1 - shift].into(),
                width: video.width >> shift,
                height: video.height >> shift,
                ..Default::default()
            }
        })
        .collect()
}

fn payload_type(rtc: &str0m::Rtc, mid: Mid, kind: MediaKind) -> Option<Pt> {
    let codec = if kind == MediaKind::Video { Codec::Vp8 } else { Codec::Opus };
    let is_ours = |pt: &Pt| {
        rtc.codec_config()
            .find(|params| params.pt() == *pt)
            .is_some_and(|params| params.spec().codec == codec)
    };
    rtc.media(mid)?.remote_pts().iter().copied().find(is_ours)
}
