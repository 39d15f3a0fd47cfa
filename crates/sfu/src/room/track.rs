//! One published track: what feeds it, and who listens.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use model::id::{ParticipantId, TrackId};
use model::media::{Kind, Layer};

use crate::engine::{Forward, Media, PeerId, SlotId, SourceId};
use crate::keyframe::Throttle;
use crate::rewrite::Rewrite;

/// A layer from which nothing came for so long is not there: the publisher switched it off.
const LAYER_ALIVE: Duration = Duration::from_millis(1500);

/// A layer's rate is measured over so long.
const RATE_WINDOW: Duration = Duration::from_secs(1);

/// Packets of a key frame that overtook its first one: kept until that one comes.
const EARLY_MAX: usize = 16;

#[derive(Debug)]
pub(crate) struct Track<P> {
    pub(crate) owner: ParticipantId,
    pub(crate) kind: Kind,
    pub(crate) is_muted: bool,
    pub(crate) feeds: BTreeMap<Layer, Feed>,
    pub(crate) listeners: Vec<Listener<P>>,
}

/// One source of a track. Another may take its place: the listeners stay.
#[derive(Debug)]
pub(crate) struct Feed {
    pub(crate) source: SourceId,
    heard_at: Instant,
    last_time: Option<u32>,
    /// What is sent while muted is not heard later, not even where it is sent again.
    unheard_upto: Option<u64>,
    throttle: Throttle,
    bytes: usize,
    counted_since: Instant,
    rate_bps: u64,
}

/// Somebody who receives the track, on one slot.
#[derive(Debug)]
pub(crate) struct Listener<P> {
    pub(crate) participant: ParticipantId,
    pub(crate) peer: PeerId,
    pub(crate) slot: SlotId,
    pub(crate) rewrite: Rewrite,
    /// What is forwarded.
    current: Option<SourceId>,
    /// What is to be forwarded, from its next key frame on.
    target: Option<SourceId>,
    early: Vec<Media<P>>,
}

/// What became of one packet at one listener.
#[derive(Debug)]
pub(crate) enum Taken<P> {
    Forward(Forward<P>),
    /// It waits for a key frame of this source.
    Waits,
    Late,
    Passed,
}

impl<P: Clone> Track<P> {
    pub(crate) fn new(owner: ParticipantId, kind: Kind, is_muted: bool) -> Self {
        Self { owner, kind, is_muted, feeds: BTreeMap::new(), listeners: Vec::new() }
    }

    /// Ticks of this kind's media clock per second.
    pub(crate) fn clock_hz(&self) -> u32 {
        match self.kind {
            Kind::Audio => 48_000,
            Kind::Video => 90_000,
        }
    }

    /// The layers that arrive, lowest first, with their rates.
    pub(crate) fn supply(&self, now: Instant) -> Vec<(Layer, u64)> {
        let alive = self.feeds.iter().filter(|(_, feed)| feed.is_alive(now));
        alive.map(|(layer, feed)| (*layer, feed.rate_bps)).collect()
    }

    /// The layer that a listener gets at present.
    pub(crate) fn layer_of(&self, listener: &Listener<P>) -> Option<Layer> {
        let current = listener.current?;
        self.feeds.iter().find(|(_, feed)| feed.source == current).map(|(layer, _)| *layer)
    }

    pub(crate) fn listener(&mut self, participant: ParticipantId) -> Option<&mut Listener<P>> {
        self.listeners.iter_mut().find(|listener| listener.participant == participant)
    }

    /// Sends a listener to a layer, or to none. Returns the source if a key frame is needed.
    pub(crate) fn aim(
        &mut self,
        participant: ParticipantId,
        layer: Option<Layer>,
        now: Instant,
    ) -> Option<SourceId> {
        let target = layer.and_then(|layer| Some(self.feeds.get(&layer)?.source));
        let is_video = self.kind == Kind::Video;
        let listener = self.listener(participant)?;
        listener.aim(target);
        let source = listener.target.filter(|_| is_video && listener.target != listener.current)?;
        self.ask(source, now)
    }

    /// Returns the source if it is time to ask it for a key frame.
    pub(crate) fn ask(&mut self, source: SourceId, now: Instant) -> Option<SourceId> {
        let feed = self.feeds.values_mut().find(|feed| feed.source == source)?;
        feed.throttle.ask(now).then_some(source)
    }

    /// Ends what is forwarded: the next packet that goes out begins a stretch.
    pub(crate) fn interrupt(&mut self) {
        for listener in &mut self.listeners {
            listener.current = None;
            listener.early.clear();
        }
    }
}

impl Feed {
    pub(crate) fn new(source: SourceId, now: Instant) -> Self {
        Self {
            source,
            heard_at: now,
            last_time: None,
            unheard_upto: None,
            throttle: Throttle::default(),
            bytes: 0,
            counted_since: now,
            rate_bps: 0,
        }
    }

    pub(crate) fn hear(&mut self, bytes: usize, now: Instant) {
        self.heard_at = now;
        self.bytes += bytes;
        let elapsed = now.saturating_duration_since(self.counted_since);
        if elapsed >= RATE_WINDOW {
            let bits = u128::try_from(self.bytes).unwrap_or(u128::MAX).saturating_mul(8_000);
            self.rate_bps = u64::try_from(bits / elapsed.as_millis().max(1)).unwrap_or(u64::MAX);
            self.bytes = 0;
            self.counted_since = now;
        }
    }

    /// Takes note of a packet that came while muted.
    pub(crate) fn pass_over(&mut self, seq: u64) {
        self.unheard_upto = self.unheard_upto.max(Some(seq));
    }

    /// Whether a packet is from before the last one that came while muted.
    pub(crate) fn is_passed_over(&self, seq: u64) -> bool {
        self.unheard_upto.is_some_and(|upto| seq <= upto)
    }

    /// How long a packet of sound is: as far as its time is from the one before.
    pub(crate) fn length(&mut self, time: u32, clock_hz: u32) -> Duration {
        let ticks = self.last_time.map_or(0, |last| time.wrapping_sub(last));
        let is_later = ticks.cast_signed() > 0;
        if is_later || self.last_time.is_none() {
            self.last_time = Some(time);
        }
        let seconds = f64::from(ticks) / f64::from(clock_hz);
        if is_later { Duration::from_secs_f64(seconds) } else { Duration::ZERO }
    }

    pub(crate) fn is_alive(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.heard_at) < LAYER_ALIVE
    }

    pub(crate) fn rate_bps(&self) -> u64 {
        self.rate_bps
    }
}

impl<P: Clone> Listener<P> {
    pub(crate) fn new(
        participant: ParticipantId,
        peer: PeerId,
        slot: SlotId,
        rewrite: Rewrite,
    ) -> Self {
        Self { participant, peer, slot, rewrite, current: None, target: None, early: Vec::new() }
    }

    pub(crate) fn current(&self) -> Option<SourceId> {
        self.current
    }

    /// Takes one packet of the track.
    pub(crate) fn take(&mut self, media: &Media<P>, clock_hz: u32, now: Instant) -> Taken<P> {
        if self.current != Some(media.source) {
            if self.target != Some(media.source) {
                return Taken::Passed;
            }
            if !media.is_key {
                self.keep_early(media);
                return Taken::Waits;
            }
            self.rewrite.begin(media, clock_hz, now);
            self.current = Some(media.source);
        }
        match self.rewrite.name(media, now) {
            None => Taken::Late,
            Some(name) => Taken::Forward(Forward {
                slot: self.slot,
                seq: name.seq,
                time: name.time,
                patch: name.patch,
                packet: media.packet.clone(),
            }),
        }
    }

    /// Packets that came before the key frame they belong to; to be taken after it.
    pub(crate) fn take_early(&mut self) -> Vec<Media<P>> {
        std::mem::take(&mut self.early)
    }

    fn aim(&mut self, target: Option<SourceId>) {
        if self.target == target {
            return;
        }
        self.target = target;
        self.early.clear();
        if target.is_none() {
            self.current = None;
        }
    }

    fn keep_early(&mut self, media: &Media<P>) {
        if self.early.len() >= EARLY_MAX {
            self.early.remove(0);
        }
        self.early.push(media.clone());
    }
}

/// Where a source belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) track: TrackId,
    pub(crate) layer: Layer,
}
