//! What WebRTC delivers: states, sound, packets, messages.

use std::sync::Arc;
use std::time::Instant;

use str0m::media::Mid;
use str0m::rtp::{RtpPacket, Ssrc};
use str0m::{Event as RtcEvent, IceConnectionState, Output};

use super::Core;
use super::publication::RIDS;
use crate::codec::{FRAME_SAMPLES, SAMPLE_RATE, SpeechDecoder};
use crate::event::Event;
use crate::options::Receive;
use crate::reorder::{Arrived, Next, Reorder};

/// Lost frames that are concealed; what is longer is a gap.
const CONCEALED_MAX: u64 = 3;

/// The longest silence that is filled in: enough to end a sentence.
const SILENCE_SAMPLES_MAX: usize = SAMPLE_RATE;

/// How one sound track is heard.
#[derive(Debug)]
pub(super) struct Hearing {
    ssrc: Ssrc,
    reorder: Reorder,
    decoder: Option<SpeechDecoder>,
    /// The sender's clock at which the next frame is due.
    due: Option<u32>,
}

impl Hearing {
    fn new(ssrc: Ssrc) -> Self {
        Self { ssrc, reorder: Reorder::default(), decoder: SpeechDecoder::new(), due: None }
    }

    /// Returns the sound of what is ready.
    fn sound(&mut self, ready: Vec<Next>) -> Vec<i16> {
        let mut pcm = Vec::new();
        let Some(decoder) = &mut self.decoder else { return pcm };
        for next in ready {
            match next {
                Next::Lost(count) => {
                    for _ in 0..count.min(CONCEALED_MAX) {
                        decoder.conceal(&mut pcm);
                        self.due = self.due.map(|due| due.wrapping_add(frame_time()));
                    }
                }
                Next::Packet(packet) => {
                    let silence = silence(self.due, packet.time);
                    pcm.resize(pcm.len() + silence, 0);
                    let samples = decoder.decode(&packet.payload, &mut pcm);
                    let samples = u32::try_from(samples).unwrap_or(0);
                    self.due = Some(packet.time.wrapping_add(samples));
                }
            }
        }
        pcm
    }
}

impl Core {
    pub(super) fn drain(&mut self, now: Instant) {
        self.is_touched = false;
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.rtc_wakes_at = at;
                    return;
                }
                Ok(Output::Transmit(transmit)) => {
                    self.datagrams.push_back((transmit.destination, transmit.contents.to_vec()));
                }
                Ok(Output::Event(event)) => self.handle_rtc(event, now),
                Err(error) => {
                    tracing::debug!(%error, "the transport failed");
                    self.rtc.disconnect();
                    self.media_down_since.get_or_insert(now);
                    self.rtc_wakes_at = now + super::MEDIA_LIMIT;
                    return;
                }
            }
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a foreign enum that grows; the rest is of no use here"
    )]
    fn handle_rtc(&mut self, event: RtcEvent, now: Instant) {
        match event {
            RtcEvent::Connected => self.media_up(),
            RtcEvent::IceConnectionStateChange(IceConnectionState::Disconnected)
                if self.is_media_up =>
            {
                self.media_down_since = Some(now);
                self.restart_ice(now);
            }
            RtcEvent::IceConnectionStateChange(
                IceConnectionState::Connected | IceConnectionState::Completed,
            ) => self.media_down_since = None,
            RtcEvent::ChannelOpen(id, label) => {
                self.channels.open(id, &label);
                self.flush_data();
            }
            RtcEvent::ChannelData(data) => self.handle_data(&data.data),
            RtcEvent::ChannelBufferedAmountLow(_) => self.flush_data(),
            RtcEvent::RtpPacket(packet) => self.handle_packet(&packet, now),
            RtcEvent::KeyframeRequest(request) => {
                let layer = request
                    .rid
                    .and_then(|rid| RIDS.iter().position(|known| *rid == **known))
                    .unwrap_or(0);
                let wanted = self
                    .publication_by_cid
                    .iter()
                    .find(|(_, known)| known.mid == Some(request.mid));
                if let Some((cid, _)) = wanted {
                    self.events.push_back(Event::KeyFrameWanted { cid: Arc::clone(cid), layer });
                }
            }
            _ => {}
        }
    }

    fn media_up(&mut self) {
        self.is_media_up = true;
        self.media_down_since = None;
    }

    /// When sound that waits for a late packet is due.
    pub(super) fn sound_due(&self) -> Option<Instant> {
        self.hearing_by_mid.values().filter_map(|hearing| hearing.reorder.poll_timeout()).min()
    }

    /// Gives up packets that are too late, and hands out what waited for them.
    pub(super) fn flush_sound(&mut self, now: Instant) {
        let due: Vec<Mid> = self
            .hearing_by_mid
            .iter()
            .filter(|(_, hearing)| hearing.reorder.poll_timeout().is_some_and(|at| at <= now))
            .map(|(mid, _)| *mid)
            .collect();
        for mid in due {
            let Some(hearing) = self.hearing_by_mid.get_mut(&mid) else { continue };
            let ready = hearing.reorder.handle_timeout(now);
            let pcm = hearing.sound(ready);
            if let Some(track) = self.track_by_mid.get(&mid).cloned() {
                self.tell_sound(track, pcm);
            }
        }
    }

    fn handle_packet(&mut self, packet: &RtpPacket, now: Instant) {
        self.counters.received(packet.payload.len());
        if self.options.receive == Receive::Count {
            return;
        }
        let ssrc = packet.header.ssrc;
        let Some(mid) = self.rtc.direct_api().stream_rx(&ssrc).map(|stream| stream.mid()) else {
            return;
        };
        // Media may come before the answer that names its track.
        let Some(track) = self.track_by_mid.get(&mid).cloned() else { return };
        let is_audio = self.rtc.media(mid).is_some_and(|media| media.kind().is_audio());
        if is_audio && self.options.receive == Receive::Pcm {
            let pcm = self.hear(mid, ssrc, packet, now);
            self.tell_sound(track, pcm);
            return;
        }
        self.events.push_back(Event::Packet {
            identity: self.owner_of(&track),
            track,
            sequence: *packet.seq_no,
            time: packet.header.timestamp,
            marker: packet.header.marker,
            payload: Arc::clone(&packet.payload),
        });
    }

    fn hear(&mut self, mid: Mid, ssrc: Ssrc, packet: &RtpPacket, now: Instant) -> Vec<i16> {
        let hearing = self.hearing_by_mid.entry(mid).or_insert_with(|| Hearing::new(ssrc));
        if hearing.ssrc != ssrc {
            *hearing = Hearing::new(ssrc);
        }
        let payload = Arc::clone(&packet.payload);
        let arrived = Arrived { time: packet.header.timestamp, payload };
        let ready = hearing.reorder.push(*packet.seq_no, arrived, now);
        hearing.sound(ready)
    }

    fn tell_sound(&mut self, track: Arc<str>, pcm: Vec<i16>) {
        if !pcm.is_empty() {
            let identity = self.owner_of(&track);
            self.events.push_back(Event::Pcm { track, identity, pcm });
        }
    }

    /// Returns the identity of a track's publisher; empty until it is known.
    pub(super) fn owner_of(&self, track: &str) -> Arc<str> {
        self.snapshot.borrow().roster.publisher_of(track).cloned().unwrap_or_default()
    }
}

/// How many samples of silence lie between when a frame was due and when it was spoken.
fn silence(due: Option<u32>, time: u32) -> usize {
    let Some(due) = due else { return 0 };
    let ahead = time.wrapping_sub(due).cast_signed();
    usize::try_from(ahead).unwrap_or(0).min(SILENCE_SAMPLES_MAX)
}

fn frame_time() -> u32 {
    u32::try_from(FRAME_SAMPLES).unwrap_or(0)
}
