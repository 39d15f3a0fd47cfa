//! A LiveKit client's media half, on a real str0m: offers, slots, sending, receiving.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::id::{ParticipantId, TrackId};
use model::media::{Kind, Layer, Offer};
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::channel::{ChannelConfig, ChannelId, Reliability};
use str0m::config::DtlsCert;
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind, Mid, Rid, Simulcast, SimulcastLayer};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{ExtensionValues, RtpWrite};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};

use super::payload::{Form, Tag};
use super::wire::Packet;

/// An audio frame is this long here, a video frame twice: fewer packets, more seeds.
pub(crate) const FRAME: Duration = Duration::from_millis(100);

const RIDS: [(&str, Layer); 3] = [("q", Layer::Low), ("h", Layer::Medium), ("f", Layer::High)];

pub(crate) struct Client {
    pub(crate) id: ParticipantId,
    pub(crate) address: SocketAddr,
    pub(crate) is_up: bool,
    pub(crate) alarm: Instant,
    pub(crate) carries: BTreeMap<String, TrackId>,
    pub(crate) publications: Vec<Publication>,
    pub(crate) heard: VecDeque<Heard>,
    pub(crate) messages: Vec<Vec<u8>>,
    rtc: Rtc,
    start: Instant,
    pending: Option<(u32, SdpPendingOffer)>,
    last_offer: u32,
    slots: Vec<Mid>,
    want: Want,
    reliable: Option<ChannelId>,
    server: SocketAddr,
}

#[derive(Default)]
struct Want {
    audio: u32,
    video: u32,
    is_again: bool,
    is_restart: bool,
    publish: Vec<Publication>,
    unpublish: Vec<u32>,
}

/// One m-line on which the client sends.
pub(crate) struct Publication {
    pub(crate) number: u32,
    pub(crate) form: Form,
    pub(crate) streams: Vec<Stream>,
    pub(crate) next_at: Instant,
    /// Packets of a frame, per layer, where it is to weigh something.
    pub(crate) weight: Option<[u8; 3]>,
    mid: Option<Mid>,
}

/// One layer of it.
pub(crate) struct Stream {
    pub(crate) layer: Layer,
    pub(crate) is_on: bool,
    pub(crate) frame: u32,
    rid: Option<Rid>,
    seq: u64,
    is_key_due: bool,
}

/// What a client noticed.
#[derive(Debug)]
pub(crate) enum Heard {
    Media { mid: String, seq: u64, time: u32, payload: Arc<[u8]> },
    KeyFrameAsked { number: u32, layer: Layer },
    Message(Vec<u8>),
}

impl Publication {
    pub(crate) fn new(number: u32, form: Form, now: Instant) -> Self {
        let stream = |rid: Option<&str>, layer, at: u64| Stream {
            layer,
            is_on: true,
            frame: 0,
            rid: rid.map(Rid::from),
            // Anywhere, some of them just before they roll over.
            seq: (u64::from(number) * 7919 + at * 20_011 + 65_400) % 65_535,
            is_key_due: true,
        };
        let streams = match form.kind() {
            Kind::Audio => vec![stream(None, Layer::High, 0)],
            Kind::Video => {
                let layers = RIDS.iter().zip(1..);
                layers.map(|((rid, layer), at)| stream(Some(rid), *layer, at)).collect()
            }
        };
        Self { number, form, streams, next_at: now, weight: None, mid: None }
    }

    pub(crate) fn cid(&self) -> String {
        format!("cid-{}", self.number)
    }
}

impl Client {
    pub(crate) fn new(
        id: ParticipantId,
        address: SocketAddr,
        server: SocketAddr,
        certificate: DtlsCert,
        now: Instant,
    ) -> Self {
        let mut rtc = RtcConfig::new()
            .set_rtp_mode(true)
            .set_dtls_cert(certificate)
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .enable_h264(true)
            .build(now);
        rtc.add_local_candidate(Candidate::host(address, "udp").expect("an address"));
        Self {
            id,
            address,
            is_up: false,
            alarm: now,
            carries: BTreeMap::new(),
            publications: Vec::new(),
            heard: VecDeque::new(),
            messages: Vec::new(),
            rtc,
            start: now,
            pending: None,
            last_offer: 0,
            slots: Vec::new(),
            want: Want { audio: 3, video: 3, ..Want::default() },
            reliable: None,
            server,
        }
    }

    pub(crate) fn publish(&mut self, publication: Publication) {
        self.want.publish.push(publication);
    }

    /// Gives a publication its weight.
    pub(crate) fn weigh(&mut self, number: u32, weight: [u8; 3]) {
        let all = self.publications.iter_mut().chain(&mut self.want.publish);
        all.filter(|of| of.number == number).for_each(|of| of.weight = Some(weight));
    }

    pub(crate) fn unpublish(&mut self, number: u32) {
        self.want.unpublish.push(number);
    }

    pub(crate) fn add_sections(&mut self, audio: u32, video: u32) {
        self.want.audio += audio;
        self.want.video += video;
        self.want.is_again |= audio + video == 0;
    }

    pub(crate) fn restart(&mut self) {
        self.want.is_restart = true;
    }

    /// The next offer, if something is wanted and none is on its way.
    pub(crate) fn offer(&mut self, now: Instant) -> Option<Offer> {
        let is_first = self.last_offer == 0;
        let want = &self.want;
        let is_idle = want.audio + want.video == 0
            && !want.is_again
            && !want.is_restart
            && want.publish.is_empty()
            && want.unpublish.is_empty();
        if self.pending.is_some() || is_idle {
            return None;
        }
        let want = std::mem::take(&mut self.want);
        // str0m offers the negotiated direction: a slot that was answered `inactive` would stay.
        let is_idle = |mid: &&Mid| {
            self.rtc.media(**mid).is_some_and(|media| media.direction() == Direction::Inactive)
        };
        let idle: Vec<Mid> = self.slots.iter().filter(is_idle).copied().collect();
        let some = self.slots.first().copied();
        let mut api = self.rtc.sdp_api();
        if is_first {
            let lossy = Reliability::MaxRetransmits { retransmits: 0 };
            for (label, ordered, reliability) in
                [("_lossy", false, lossy), ("_reliable", true, Reliability::Reliable)]
            {
                let label = label.to_owned();
                let config = ChannelConfig { label, ordered, reliability, ..Default::default() };
                api.add_channel_with_config(config);
            }
        }
        for mid in &idle {
            api.set_direction(*mid, Direction::RecvOnly);
        }
        for (n, kind) in [(want.audio, MediaKind::Audio), (want.video, MediaKind::Video)] {
            for _ in 0..n {
                self.slots.push(api.add_media(kind, Direction::RecvOnly, None, None, None));
            }
        }
        for number in want.unpublish {
            if let Some(at) = self.publications.iter().position(|of| of.number == number) {
                let publication = self.publications.swap_remove(at);
                api.set_direction(publication.mid.expect("it was offered"), Direction::Inactive);
            }
        }
        for mut publication in want.publish {
            let cid = publication.cid();
            let (kind, simulcast) = match publication.form.kind() {
                Kind::Audio => (MediaKind::Audio, None),
                Kind::Video => (MediaKind::Video, Some(simulcast())),
            };
            let direction = Direction::SendOnly;
            let mid = api.add_media(kind, direction, Some(cid.clone()), Some(cid), simulcast);
            publication.mid = Some(mid);
            publication.next_at = now;
            self.publications.push(publication);
        }
        if want.is_restart {
            api.ice_restart(true);
        }
        if !api.has_changes()
            && let Some(mid) = some
        {
            // Without a change there would be no offer: there and back is one.
            api.set_direction(mid, Direction::Inactive);
            api.set_direction(mid, Direction::RecvOnly);
        }
        let (offer, pending) = api.apply()?;
        self.last_offer += 1;
        self.pending = Some((self.last_offer, pending));
        Some(Offer { id: self.last_offer, sdp: offer.to_sdp_string() })
    }

    pub(crate) fn answer(&mut self, id: u32, sdp: &str, tracks: Vec<(String, TrackId)>) {
        let (asked, pending) = self.pending.take().expect("an answer without an offer");
        assert_eq!(asked, id, "the answer's number");
        let answer = SdpAnswer::from_sdp_string(sdp).expect("str0m reads the answer");
        self.rtc.sdp_api().accept_answer(pending, answer).expect("str0m takes the answer");
        self.carries = tracks.into_iter().collect();
    }

    pub(crate) fn receive(&mut self, packet: &Packet, now: Instant, out: &mut Vec<Packet>) {
        let Ok(contents) = packet.bytes.as_slice().try_into() else { return };
        let receive =
            Receive { proto: Protocol::Udp, source: packet.from, destination: packet.to, contents };
        self.handle(Input::Receive(now, receive), out);
    }

    pub(crate) fn timeout(&mut self, now: Instant, out: &mut Vec<Packet>) {
        self.handle(Input::Timeout(now), out);
    }

    /// Sends what is due on all m-lines.
    pub(crate) fn send_media(&mut self, now: Instant, out: &mut Vec<Packet>) {
        let sent_ms = u32::try_from((now - self.start).as_millis()).expect("a short run");
        let mut has_sent = false;
        for publication in &mut self.publications {
            if publication.next_at > now {
                continue;
            }
            let step = if publication.form == Form::Opus { FRAME } else { FRAME * 2 };
            publication.next_at = now + step;
            let mid = publication.mid.expect("it was offered");
            let is_sending =
                self.rtc.media(mid).is_some_and(|media| media.direction().is_sending());
            if !self.is_up || !is_sending {
                continue;
            }
            has_sent = true;
            publication.send(&mut self.rtc, mid, sent_ms, now);
        }
        if has_sent {
            self.handle(Input::Timeout(now), out);
        }
    }

    pub(crate) fn next_media(&self) -> Option<Instant> {
        self.publications.iter().map(|of| of.next_at).min().filter(|_| self.is_up)
    }

    pub(crate) fn say(&mut self, message: &[u8], now: Instant, out: &mut Vec<Packet>) -> bool {
        let Some(mut channel) = self.reliable.and_then(|id| self.rtc.channel(id)) else {
            return false;
        };
        let is_sent = channel.write(true, message).expect("an open channel");
        self.handle(Input::Timeout(now), out);
        is_sent
    }

    /// When this client's clock began, which its tags count from.
    pub(crate) fn start(&self) -> Instant {
        self.start
    }

    fn handle(&mut self, input: Input<'_>, out: &mut Vec<Packet>) {
        self.rtc.handle_input(input).expect("str0m takes its input");
        loop {
            match self.rtc.poll_output().expect("str0m goes on") {
                Output::Timeout(at) => {
                    self.alarm = at;
                    return;
                }
                Output::Transmit(transmit) => {
                    assert_eq!(transmit.destination, self.server, "to the server only");
                    let bytes = transmit.contents.to_vec();
                    out.push(Packet { from: transmit.source, to: transmit.destination, bytes });
                }
                Output::Event(event) => self.event(event),
            }
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "str0m's events are open-ended")]
    fn event(&mut self, event: Event) {
        match event {
            Event::Connected => self.is_up = true,
            Event::RtpPacket(rtp) => {
                let ssrc = rtp.header.ssrc;
                let mut api = self.rtc.direct_api();
                let mid = api.stream_rx(&ssrc).expect("a known stream").mid().to_string();
                let (seq, time) = (*rtp.seq_no, rtp.header.timestamp);
                self.heard.push_back(Heard::Media { mid, seq, time, payload: rtp.payload });
            }
            Event::KeyframeRequest(request) => {
                let of_mid = |of: &&mut Publication| of.mid == Some(request.mid);
                let Some(publication) = self.publications.iter_mut().find(of_mid) else { return };
                let of_rid = |of: &&mut Stream| of.rid == request.rid;
                let Some(stream) = publication.streams.iter_mut().find(of_rid) else { return };
                stream.is_key_due = true;
                let (number, layer) = (publication.number, stream.layer);
                self.heard.push_back(Heard::KeyFrameAsked { number, layer });
            }
            Event::ChannelOpen(id, label) if label == "_reliable" => self.reliable = Some(id),
            Event::ChannelData(data) => self.heard.push_back(Heard::Message(data.data)),
            // A client hears of more than these scenes need.
            _ => {}
        }
    }
}

impl Publication {
    fn send(&mut self, rtc: &mut Rtc, mid: Mid, sent_ms: u32, now: Instant) {
        let codec = match self.form {
            Form::Opus => Codec::Opus,
            Form::Vp8 => Codec::Vp8,
            Form::H264 => Codec::H264,
        };
        let Some(media) = rtc.media(mid) else { return };
        let is_codec = |pt: &&str0m::media::Pt| {
            rtc.codec_config().find(|of| of.pt() == **pt).is_some_and(|of| of.spec().codec == codec)
        };
        let payload_type = *media.remote_pts().iter().find(is_codec).expect("negotiated");
        let ticks = if self.form == Form::Opus { 48 } else { 90 };
        for stream in self.streams.iter_mut().filter(|stream| stream.is_on) {
            let is_key = std::mem::take(&mut stream.is_key_due);
            let heavy = self.weight.map(|of| of[stream.layer as usize]);
            let of = match (self.form, is_key) {
                (Form::Opus, _) => 1,
                _ if heavy.is_some() => heavy.unwrap_or_default(),
                (_, true) => 3,
                (_, false) => 2,
            };
            for index in 0..of {
                let tag = Tag {
                    number: self.number,
                    layer: stream.layer,
                    frame: stream.frame,
                    index,
                    of,
                    is_key,
                    sent_ms,
                };
                let time = (sent_ms + 1000 * stream.layer as u32).wrapping_mul(ticks);
                let extensions = ExtensionValues {
                    audio_level: (self.form == Form::Opus).then_some(-20),
                    voice_activity: (self.form == Form::Opus).then_some(true),
                    ..ExtensionValues::default()
                };
                let rtp =
                    RtpWrite::new(payload_type, stream.seq.into(), time, now, tag.write(self.form))
                        .marker(index + 1 == of)
                        .nackable(self.form != Form::Opus)
                        .ext_vals(extensions);
                let mut api = rtc.direct_api();
                let stream_tx = api.stream_tx_by_mid(mid, stream.rid).expect("a sending stream");
                stream_tx.write_rtp(rtp);
                stream.seq += 1;
            }
            stream.frame += 1;
        }
    }
}

fn simulcast() -> Simulcast {
    let mut simulcast = Simulcast::new();
    for (rid, _) in RIDS {
        simulcast.add_send_layer(SimulcastLayer::new(rid));
    }
    simulcast
}
