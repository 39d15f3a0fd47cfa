//! One transport end: an `Rtc` and what we remember beside it.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ::str0m::bwe::{Bitrate, BweKind};
use ::str0m::change::SdpOffer;
use ::str0m::channel::ChannelId;
use ::str0m::config::{CryptoProvider, DtlsCert};
use ::str0m::format::{Codec, CodecSpec};
use ::str0m::media::{KeyframeRequestKind, Mid, Pt};
use ::str0m::net::{Protocol, Receive};
use ::str0m::rtp::{RtpPacket, RtpWrite, Ssrc};
use ::str0m::stats::PeerStats;
use ::str0m::{Candidate, Event as RtcEvent, IceConnectionState, Input, Output, Rtc, RtcConfig};
use model::media::{DataChannel, Kind, Layer};

use super::packet::Packet;
use super::{Outgoing, Shared, sdp, stun};
use crate::engine::{
    Datagram, Event, Forward, Label, PeerId, Refused, Role, Section, Sent, SlotId, SourceId,
};

/// What we assume of a link that has said nothing yet: one good video and some sound.
const START: Bitrate = Bitrate::mbps(2);

/// Resends reach back so far; str0m's own cache of 2,000 packets would be half a megabyte a slot.
const RESEND_PACKETS: usize = 300;
const RESEND_AGE: Duration = Duration::from_secs(1);
const RESEND_SHARE: f32 = 0.15;

/// How often loss and round trip are taken for [`Event::Quality`].
const QUALITY_EVERY: Duration = Duration::from_secs(2);

/// A peer sends a microphone, a camera and a screen in three layers each; twice, for restarts.
const SOURCES_MAX: usize = 32;

/// User names that are still understood: the last one, and the one before an ICE restart.
const USERS_MAX: usize = 2;

/// Turns of one drain after which a peer waits for the next tick: its timer is stuck in the past.
const TURNS_MAX: usize = 4096;

pub(super) struct Peer {
    rtc: Rtc,
    alarm: Instant,
    answer: String,
    sections: Vec<Section>,
    slots: HashMap<SlotId, Slot>,
    source_by_ssrc: HashMap<Ssrc, SourceId>,
    place_by_source: HashMap<SourceId, Place>,
    reliable: Option<ChannelId>,
    lossy: Option<ChannelId>,
    is_closed: bool,
    pub(super) addresses: VecDeque<SocketAddr>,
    pub(super) users: VecDeque<String>,
}

struct Slot {
    mid: Mid,
    kind: Kind,
    payload_by_codec: Vec<(CodecSpec, Option<Pt>)>,
}

struct Place {
    ssrc: Ssrc,
    mid: Mid,
    layer: Layer,
}

impl Peer {
    pub(super) fn new(
        crypto: Arc<CryptoProvider>,
        certificate: DtlsCert,
        candidates: &[Candidate],
        now: Instant,
    ) -> Self {
        let mut rtc = RtcConfig::new()
            .set_crypto_provider(crypto)
            .set_dtls_cert(certificate)
            .set_rtp_mode(true)
            .set_ice_lite(true)
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .enable_h264(true)
            .enable_bwe(Some(START))
            .set_stats_interval(Some(QUALITY_EVERY))
            .build(now);
        for candidate in candidates {
            rtc.add_local_candidate(candidate.clone());
        }
        Self {
            rtc,
            alarm: now,
            answer: String::new(),
            sections: Vec::new(),
            slots: HashMap::new(),
            source_by_ssrc: HashMap::new(),
            place_by_source: HashMap::new(),
            reliable: None,
            lossy: None,
            is_closed: false,
            addresses: VecDeque::new(),
            users: VecDeque::new(),
        }
    }

    /// When the peer wants to be called.
    pub(super) fn alarm(&self) -> Instant {
        self.alarm
    }

    /// True until an offer was accepted.
    pub(super) fn is_fresh(&self) -> bool {
        self.answer.is_empty()
    }

    /// Takes a datagram. Returns whether it was one for this peer: a user name alone proves
    /// nothing, a message sealed with the password does.
    pub(super) fn receive(&mut self, datagram: Datagram<'_>, now: Instant) -> bool {
        let Ok(contents) = datagram.bytes.try_into() else { return false };
        let receive = Receive {
            proto: Protocol::Udp,
            source: datagram.from,
            destination: datagram.to,
            contents,
        };
        let input = Input::Receive(now, receive);
        if stun::is_stun(datagram.bytes) && !self.rtc.accepts(&input) {
            return false;
        }
        self.handle(input);
        true
    }

    pub(super) fn handle(&mut self, input: Input<'_>) {
        if self.rtc.handle_input(input).is_err() {
            self.rtc.disconnect();
        }
    }

    pub(super) fn accept(&mut self, offer: SdpOffer, sections: &[Section]) -> Result<(), Refused> {
        let answer = self
            .rtc
            .sdp_api()
            .accept_offer(offer)
            .map_err(|error| Refused(error.to_string()))?
            .to_sdp_string();
        self.answer = answer;
        self.sections = sections.to_vec();
        for section in sections {
            if let Role::Receives(slot) = section.role {
                self.open(slot, Mid::from(section.mid.as_str()), section.kind);
            }
        }
        Ok(())
    }

    pub(super) fn answer(&self, carried: &[Label]) -> String {
        sdp::reword(&self.answer, &self.sections, carried)
    }

    /// Takes up the current ICE user name. Returns the one that is to be forgotten for it.
    pub(super) fn learn_user(&mut self) -> Option<String> {
        let user = self.rtc.direct_api().local_ice_credentials().ufrag;
        if self.users.contains(&user) {
            return None;
        }
        self.users.push_back(user);
        if self.users.len() > USERS_MAX { self.users.pop_front() } else { None }
    }

    pub(super) fn write(&mut self, forward: &Forward<Packet>) {
        let Some(slot) = self.slots.get_mut(&forward.slot) else { return };
        let packet = &forward.packet;
        let Some(payload_type) = slot.payload_type(&self.rtc, packet.spec()) else { return };
        let mut rtp = RtpWrite::new(
            payload_type,
            forward.seq.into(),
            forward.time,
            packet.arrived_at(),
            packet.payload(),
        )
        .marker(packet.is_marked())
        .nackable(slot.kind == Kind::Video)
        .ext_vals(packet.extensions());
        if let Some(patch) = packet.vp8_patch(forward.patch) {
            rtp = rtp.vp8_patch(patch);
        }
        let mut direct = self.rtc.direct_api();
        if let Some(stream) = direct.stream_tx_by_mid(slot.mid, None) {
            stream.write_rtp(rtp);
        }
    }

    pub(super) fn ask_key_frame(&mut self, source: SourceId, how: KeyframeRequestKind) {
        let Some(place) = self.place_by_source.get(&source) else { return };
        if let Some(stream) = self.rtc.direct_api().stream_rx(&place.ssrc) {
            stream.request_keyframe(how);
        }
    }

    pub(super) fn wish(&mut self, rate_bps: u64) {
        self.rtc.bwe().set_bitrate(Bitrate::ZERO, Bitrate::from(rate_bps));
    }

    pub(super) fn send(&mut self, channel: DataChannel, message: &[u8]) -> Sent {
        let id = match channel {
            DataChannel::Reliable => self.reliable,
            DataChannel::Lossy => self.lossy,
        };
        let Some(mut channel) = id.and_then(|id| self.rtc.channel(id)) else {
            return Sent::NotYet;
        };
        match channel.write(true, message) {
            Ok(true) => Sent::Yes,
            Ok(false) => Sent::NotYet,
            Err(_) => Sent::Never,
        }
    }

    /// Takes out everything there is. In RTP mode str0m holds one received packet only: this must
    /// follow each datagram.
    pub(super) fn drain(&mut self, id: PeerId, now: Instant, shared: &mut Shared) {
        for _ in 0..TURNS_MAX {
            match self.rtc.poll_output() {
                // The pacer hands out one packet per timeout.
                Ok(Output::Timeout(at)) if at <= now => self.handle(Input::Timeout(now)),
                Ok(Output::Timeout(at)) => {
                    self.alarm = at;
                    break;
                }
                Ok(Output::Transmit(transmit)) => shared.outgoing.push(Outgoing {
                    from: transmit.source,
                    to: transmit.destination,
                    contents: transmit.contents,
                }),
                Ok(Output::Event(event)) => self.event(id, event, shared),
                Err(_) => self.rtc.disconnect(),
            }
            // A stuck timer comes back with the next tick, not at once.
            self.alarm = now + Duration::from_millis(1);
        }
        if !self.rtc.is_alive() && !self.is_closed {
            self.is_closed = true;
            shared.events.push_back((id, Event::Closed));
        }
    }

    fn open(&mut self, slot: SlotId, mid: Mid, kind: Kind) {
        let payload_by_codec = Vec::new();
        if self.slots.insert(slot, Slot { mid, kind, payload_by_codec }).is_some() {
            return;
        }
        let mut direct = self.rtc.direct_api();
        if let Some(stream) = direct.stream_tx_by_mid(mid, None) {
            stream.set_rtx_cache(RESEND_PACKETS, RESEND_AGE, Some(RESEND_SHARE));
            // A frame leaves in one burst, which is one system call; the estimate still follows
            // what the receiver tells of it.
            stream.set_unpaced(true);
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "str0m's events are open-ended")]
    fn event(&mut self, id: PeerId, event: RtcEvent, shared: &mut Shared) {
        let told = match event {
            RtcEvent::RtpPacket(rtp) => self.rtp(id, rtp, shared),
            RtcEvent::Connected
            | RtcEvent::IceConnectionStateChange(
                IceConnectionState::Connected | IceConnectionState::Completed,
            ) if self.rtc.is_connected() => Event::Up,
            RtcEvent::IceConnectionStateChange(IceConnectionState::Disconnected) => Event::Silent,
            RtcEvent::KeyframeRequest(request) => match self.slot_of(request.mid) {
                Some(slot) => Event::KeyFrameWanted(slot),
                None => Event::Stray,
            },
            RtcEvent::EgressBitrateEstimate(BweKind::Twcc { estimate, .. }) => {
                Event::Estimate { rate_bps: estimate.as_u64() }
            }
            RtcEvent::ChannelOpen(channel, label) => {
                let Some(which) = self.channel_open(channel, &label) else { return };
                Event::ChannelOpen(which)
            }
            RtcEvent::ChannelData(data) if Some(data.id) == self.reliable => {
                Event::Message(DataChannel::Reliable, data.data)
            }
            RtcEvent::ChannelData(data) if Some(data.id) == self.lossy => {
                Event::Message(DataChannel::Lossy, data.data)
            }
            RtcEvent::PeerStats(stats) => match quality(&stats) {
                Some(quality) => quality,
                None => return,
            },
            RtcEvent::Closed => {
                self.is_closed = true;
                Event::Closed
            }
            // What str0m adds later is nothing that we wait for.
            _ => return,
        };
        shared.events.push_back((id, told));
    }

    fn rtp(&mut self, id: PeerId, rtp: RtpPacket, shared: &mut Shared) -> Event<Packet> {
        let ssrc = rtp.header.ssrc;
        let spec = self.rtc.codec_config().find(|params| params.pt() == rtp.header.payload_type);
        let Some(spec) = spec.map(::str0m::format::PayloadParams::spec) else {
            return Event::Stray;
        };
        if let Some(source) = self.source_by_ssrc.get(&ssrc) {
            return Event::Media(Packet::media(*source, spec, rtp));
        }
        let Some((mid, rid)) =
            self.rtc.direct_api().stream_rx(&ssrc).map(|stream| (stream.mid(), stream.rid()))
        else {
            return Event::Stray;
        };
        let layer = match rid {
            None => Some(Layer::High),
            Some(rid) => sdp::layer(&rid),
        };
        let Some(layer) = layer else { return Event::Stray };
        self.replace(id, mid, layer, shared);
        if self.source_by_ssrc.len() >= SOURCES_MAX {
            return Event::Stray;
        }
        shared.last_source += 1;
        let source = SourceId(shared.last_source);
        self.source_by_ssrc.insert(ssrc, source);
        self.place_by_source.insert(source, Place { ssrc, mid, layer });
        let mid = mid.to_string();
        shared.events.push_back((id, Event::Source { source, mid, layer }));
        Event::Media(Packet::media(source, spec, rtp))
    }

    /// A new SSRC at the same place: the client's encoder began anew.
    fn replace(&mut self, id: PeerId, mid: Mid, layer: Layer, shared: &mut Shared) {
        let mut replaced: Vec<SourceId> = Vec::new();
        self.place_by_source.retain(|source, place| {
            let is_same = place.mid == mid && place.layer == layer;
            if is_same {
                replaced.push(*source);
            }
            !is_same
        });
        replaced.sort_unstable();
        for source in replaced {
            self.source_by_ssrc.retain(|_, known| *known != source);
            shared.events.push_back((id, Event::Gone(source)));
        }
    }

    fn slot_of(&self, mid: Mid) -> Option<SlotId> {
        self.sections.iter().find_map(|section| match section.role {
            Role::Receives(slot) if section.mid == *mid => Some(slot),
            Role::Receives(_) | Role::Sends { .. } | Role::Idle => None,
        })
    }

    fn channel_open(&mut self, id: ChannelId, label: &str) -> Option<DataChannel> {
        match label {
            "_reliable" => {
                self.reliable = Some(id);
                Some(DataChannel::Reliable)
            }
            "_lossy" => {
                self.lossy = Some(id);
                Some(DataChannel::Lossy)
            }
            _ => None,
        }
    }
}

impl Slot {
    /// The payload type under which this peer receives such a stream, if it can.
    fn payload_type(&mut self, rtc: &Rtc, spec: CodecSpec) -> Option<Pt> {
        if let Some((_, known)) = self.payload_by_codec.iter().find(|(of, _)| *of == spec) {
            return *known;
        }
        let media = rtc.media(self.mid)?;
        let offered = || {
            let params = media.remote_pts().iter();
            params.filter_map(|pt| rtc.codec_config().find(|params| params.pt() == *pt))
        };
        let same = offered().find(|params| params.spec() == spec);
        let found = same.or_else(|| {
            offered().find(|params| {
                let theirs = params.spec();
                theirs.codec == spec.codec
                    && (spec.codec != Codec::H264
                        || theirs.format.packetization_mode == spec.format.packetization_mode)
            })
        });
        let payload_type = found.map(::str0m::format::PayloadParams::pt);
        self.payload_by_codec.push((spec, payload_type));
        payload_type
    }
}

fn quality(stats: &PeerStats) -> Option<Event<Packet>> {
    let loss = stats.egress_loss_fraction?;
    let rtt = stats.rtt.unwrap_or_default();
    Some(Event::Quality { loss, rtt_ms: u32::try_from(rtt.as_millis()).unwrap_or(u32::MAX) })
}
