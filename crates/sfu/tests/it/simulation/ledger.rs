//! The reference: what may and what must be seen, told in plain sentences where it is not.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use model::id::{ParticipantId, TrackId};
use model::media::{Kind, Layer};

use super::payload::{Form, Tag};

/// How far packets of one source may overtake each other.
const REORDER_MAX: u64 = 256;

/// A jump forward beyond this is another numbering.
const JUMP_MAX: u64 = 1000;

/// Packets sent before an unmute may arrive after it; those that a cut held up are sent again when
/// it ends, up to 2.5 s later.
const UNMUTE_GRACE: Duration = Duration::from_secs(4);

/// The room's throttle is 500 ms; requests travel at different speeds.
const ASK_INTERVAL_MIN: Duration = Duration::from_millis(400);

/// How long a slot's former track may still be on its way: what a cut held up is sent again.
const SLOT_GRACE: Duration = Duration::from_secs(4);

#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) violations: Vec<String>,
    pub(crate) tally: BTreeMap<&'static str, u64>,
    publications: BTreeMap<u32, Known>,
    mutes: BTreeMap<TrackId, Vec<(Instant, Option<Instant>)>>,
    outgoing: BTreeMap<(SocketAddr, u32), BTreeSet<u64>>,
    received: BTreeSet<(ParticipantId, u32, Layer, u32, u8)>,
    by_slot: BTreeMap<(ParticipantId, String), BTreeMap<u64, (Tag, u32)>>,
    carried: BTreeMap<(ParticipantId, String), Carried>,
    asked_at: BTreeMap<(u32, Layer), Instant>,
    last_heard: BTreeMap<(ParticipantId, TrackId), Instant>,
}

/// What a slot carries, and what it carried until when.
type Carried = (TrackId, Option<(TrackId, Instant)>);

#[derive(Debug)]
struct Known {
    track: TrackId,
    form: Form,
    start: Instant,
    frames: BTreeMap<Layer, u32>,
}

impl Ledger {
    pub(crate) fn count(&mut self, what: &'static str) {
        *self.tally.entry(what).or_default() += 1;
    }

    pub(crate) fn violation(&mut self, what: String) {
        // One bug makes thousands: the first few tell.
        if self.violations.len() < 8 {
            self.violations.push(what);
        }
    }

    /// `start` is when the clock of the publication's client began.
    pub(crate) fn published(&mut self, number: u32, track: TrackId, form: Form, start: Instant) {
        self.publications.insert(number, Known { track, form, start, frames: BTreeMap::new() });
    }

    pub(crate) fn sent(&mut self, number: u32, layer: Layer, frames: u32) {
        if let Some(known) = self.publications.get_mut(&number) {
            known.frames.insert(layer, frames);
        }
    }

    pub(crate) fn muted(&mut self, track: TrackId, is_muted: bool, now: Instant) {
        let mutes = self.mutes.entry(track).or_default();
        match (is_muted, mutes.last_mut()) {
            (true, Some((_, None))) => {}
            (true, _) => mutes.push((now, None)),
            (false, Some((_, end @ None))) => *end = Some(now),
            (false, _) => {}
        }
    }

    pub(crate) fn is_muted(&self, track: TrackId) -> bool {
        self.mutes.get(&track).and_then(|of| of.last()).is_some_and(|(_, end)| end.is_none())
    }

    pub(crate) fn carries(
        &mut self,
        client: ParticipantId,
        tracks: &[(String, TrackId)],
        now: Instant,
    ) {
        for (mid, track) in tracks {
            match self.carried.get_mut(&(client, mid.clone())) {
                None => {
                    self.carried.insert((client, mid.clone()), (*track, None));
                }
                Some((current, former)) if current != track => {
                    *former = Some((*current, now));
                    *current = *track;
                    self.count("slots re-used");
                }
                Some(_) => {}
            }
        }
    }

    /// A datagram leaves the server. RTP headers are in the clear.
    pub(crate) fn leaves(&mut self, to: SocketAddr, bytes: &[u8], is_present: bool) {
        if !is_present {
            self.violation(format!("{to} left and is sent {} bytes", bytes.len()));
        }
        let is_rtp = bytes.len() >= 12 && bytes[0] >> 6 == 2 && !(192..224).contains(&bytes[1]);
        if !is_rtp {
            return;
        }
        let ssrc = u32::from_be_bytes(bytes[8..12].try_into().expect("four bytes"));
        if ssrc == 0 {
            // str0m's probes before there is media.
            return;
        }
        let short = u64::from(u16::from_be_bytes([bytes[2], bytes[3]]));
        let seen = self.outgoing.entry((to, ssrc)).or_default();
        let Some(last) = seen.last().copied() else {
            seen.insert(0x1_0000 + short);
            return;
        };
        let near = last & !0xffff | short;
        let seq = [near.saturating_sub(0x1_0000), near, near + 0x1_0000]
            .into_iter()
            .min_by_key(|seq| seq.abs_diff(last))
            .expect("three of them");
        let is_new = seen.insert(seq);
        let problem = match seq {
            _ if !is_new => Some("is used twice"),
            _ if seq + REORDER_MAX < last => Some("goes back"),
            _ if seq > last + JUMP_MAX => Some("jumps"),
            _ => None,
        };
        if let Some(problem) = problem {
            self.violation(format!("to {to} stream {ssrc}: number {seq} after {last} {problem}"));
        }
    }

    /// A client received a packet.
    pub(crate) fn received(
        &mut self,
        client: ParticipantId,
        mid: &str,
        (seq, time): (u64, u32),
        payload: &[u8],
        now: Instant,
    ) {
        let Some(tag) = Tag::read(payload) else {
            return self.violation(format!("{client} received what nobody sent: {payload:?}"));
        };
        let Some(known) = self.publications.get(&tag.number) else {
            return self.violation(format!("{client} received of nobody: {tag:?}"));
        };
        let (track, form) = (known.track, known.form);
        let sent_at = known.start + Duration::from_millis(u64::from(tag.sent_ms));
        if known.frames.get(&tag.layer).is_none_or(|frames| tag.frame >= *frames) {
            self.violation(format!("{client} received what was not sent: {tag:?}"));
        }
        if !self.received.insert((client, tag.number, tag.layer, tag.frame, tag.index)) {
            self.violation(format!("{client} received twice: {tag:?}"));
        }
        let is_muted = self.mutes.get(&track).is_some_and(|mutes| {
            mutes.iter().any(|(from, end)| {
                sent_at > *from && end.is_none_or(|end| sent_at + UNMUTE_GRACE < end)
            })
        });
        if is_muted {
            self.violation(format!("{client} received of a muted track: {tag:?}"));
        }
        match self.carried.get(&(client, mid.to_owned())) {
            Some((current, _)) if *current == track => {}
            Some((_, Some((former, until)))) if *former == track && now < *until + SLOT_GRACE => {}
            other => self.violation(format!("{client} {mid} carries {other:?}, not {track}")),
        }
        self.by_slot.entry((client, mid.to_owned())).or_default().insert(seq, (tag, time));
        self.last_heard.insert((client, track), now);
        self.count(match form.kind() {
            Kind::Audio => "audio received",
            Kind::Video => "video received",
        });
    }

    pub(crate) fn key_frame_asked(&mut self, number: u32, layer: Layer, now: Instant) {
        self.count("key frames asked");
        if let Some(before) = self.asked_at.insert((number, layer), now)
            && now - before < ASK_INTERVAL_MIN
        {
            let ms = (now - before).as_millis();
            self.violation(format!("key frame of {number} {layer:?} asked after {ms} ms"));
        }
    }

    pub(crate) fn last_layer(&self, client: ParticipantId, track: TrackId) -> Option<Layer> {
        let slots = self.by_slot.iter().filter(|((id, _), _)| *id == client);
        let last = slots.filter_map(|(_, packets)| packets.last_key_value());
        let is_of = |tag: &Tag| self.publications[&tag.number].track == track;
        last.map(|(_, (tag, _))| tag).find(|tag| is_of(tag)).map(|tag| tag.layer)
    }

    pub(crate) fn received_of(&self, client: ParticipantId, track: TrackId) -> usize {
        let is_of =
            |number: &u32| self.publications.get(number).is_some_and(|of| of.track == track);
        let received = self.received.iter();
        received.filter(|(id, number, ..)| *id == client && is_of(number)).count()
    }

    /// What must be heard has been for `since`: then something was heard within the bound.
    pub(crate) fn expect_heard(
        &mut self,
        client: ParticipantId,
        track: TrackId,
        (since, bound): (Instant, Duration),
        now: Instant,
    ) {
        let last = self.last_heard.get(&(client, track)).copied().unwrap_or(since).max(since);
        if now - last > bound {
            let ms = (now - last).as_millis();
            self.violation(format!("{client} has not heard {track} for {ms} ms"));
        }
    }

    /// Looks at each slot's stream as the receiver put it in order.
    pub(crate) fn check_streams(&mut self) {
        let mut found = Vec::new();
        for ((client, mid), packets) in &self.by_slot {
            let mut before: Option<(u64, Tag, u32)> = None;
            for (seq, (tag, time)) in packets {
                let form = self.publications[&tag.number].form;
                // Streams begin at number 1; what was lost before the first one cannot be told.
                let is_next = before.map_or(0, |(last, ..)| last) + 1 == *seq;
                let follows = before.is_some_and(|(_, last, _)| last.is_followed_by(tag));
                if is_next && !follows && !tag.begins(form) {
                    let last = before.map(|(_, last, _)| last);
                    found.push(format!("{client} {mid} {seq}: {tag:?} cannot follow {last:?}"));
                }
                if let Some((_, last, last_time)) = before
                    && last.frame != tag.frame
                    && time.wrapping_sub(last_time).cast_signed() <= 0
                {
                    found.push(format!("{client} {mid} {seq}: time {last_time} then {time}"));
                }
                before = Some((*seq, *tag, *time));
            }
        }
        for what in found {
            self.violation(what);
        }
    }
}
