//! A packet on its way through: shared by all who receive it.

use std::sync::Arc;
use std::time::Instant;

use ::str0m::format::{Codec, CodecSpec, detect_h264_nalu};
use ::str0m::rtp::{ExtensionValues, RtpPacket, Vp8Descriptor, Vp8Patch};

use crate::engine::{Media, Patch, SourceId};

/// H.264's sequence parameter set: each key frame of a browser's encoder begins with one.
const SPS: u8 = 7;

/// One packet as it came, and what is needed to send it on.
#[derive(Clone, Debug)]
pub struct Packet(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    payload: Arc<[u8]>,
    spec: CodecSpec,
    marker: bool,
    at: Instant,
    extensions: ExtensionValues,
    vp8: Option<Vp8Descriptor>,
}

impl Packet {
    /// Wraps what str0m received; `spec` is the codec of its payload type.
    pub(super) fn media(source: SourceId, spec: CodecSpec, rtp: RtpPacket) -> Media<Self> {
        let is_vp8 = spec.codec == Codec::Vp8;
        let vp8 = is_vp8.then(|| Vp8Descriptor::parse(&rtp.payload).ok()).flatten();
        let is_key = if is_vp8 {
            vp8.is_some_and(|vp8| vp8.starts_keyframe(&rtp.payload))
        } else {
            spec.codec != Codec::H264 || detect_h264_nalu(&rtp.payload, SPS)
        };
        let level = rtp.header.ext_vals.audio_level;
        // The rest belongs to the publisher's own transport.
        let extensions = ExtensionValues {
            audio_level: level,
            voice_activity: rtp.header.ext_vals.voice_activity,
            video_orientation: rtp.header.ext_vals.video_orientation,
            ..ExtensionValues::default()
        };
        Media {
            source,
            seq: *rtp.seq_no,
            time: rtp.header.timestamp,
            is_key,
            level: level.map(i8::unsigned_abs),
            picture: vp8.and_then(|vp8| vp8.picture_id()),
            base_picture: vp8.and_then(|vp8| vp8.tl0_pic_idx()),
            bytes: rtp.payload.len(),
            packet: Self(Arc::new(Inner {
                payload: rtp.payload,
                spec,
                marker: rtp.header.marker,
                at: rtp.timestamp,
                extensions,
                vp8,
            })),
        }
    }

    pub(super) fn payload(&self) -> Arc<[u8]> {
        Arc::clone(&self.0.payload)
    }

    pub(super) fn spec(&self) -> CodecSpec {
        self.0.spec
    }

    pub(super) fn is_marked(&self) -> bool {
        self.0.marker
    }

    pub(super) fn arrived_at(&self) -> Instant {
        self.0.at
    }

    pub(super) fn extensions(&self) -> ExtensionValues {
        self.0.extensions.clone()
    }

    /// The bytes to change in the descriptor, where it has such fields of sufficient width.
    pub(super) fn vp8_patch(&self, patch: Patch) -> Option<Vp8Patch> {
        let mut builder = self.0.vp8?.patch();
        if let Some(picture) = patch.picture {
            builder = builder.picture_id(picture);
        }
        if let Some(base_picture) = patch.base_picture {
            builder = builder.tl0_pic_idx(base_picture);
        }
        builder.build().ok()
    }
}
