//! One participant's side of a room: its transport, its m-lines, what it would like to receive.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use model::id::TrackId;
use model::media::{Announcement, Kind, Layer, Wish};

use crate::engine::{PeerId, Role, Section, SlotId, SourceId};
use crate::rewrite::Rewrite;

/// str0m's cost per packet grows with each m-line; a room's loudest 48 are all that anybody can
/// tell apart.
pub(crate) const AUDIO_SLOTS_MAX: u32 = 48;

/// A grid of five by five.
pub(crate) const VIDEO_SLOTS_MAX: u32 = 25;

/// A client that has not added the m-lines by then is asked once more.
pub(crate) const ASK_AGAIN: Duration = Duration::from_secs(5);

/// Messages kept for a channel that is slow or not open yet: LiveKit keeps as much for a resume.
pub(crate) const BACKLOG_BYTES_MAX: usize = 1 << 20;
pub(crate) const BACKLOG_MESSAGES_MAX: usize = 1024;

/// Somebody in the room.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) peer: PeerId,
    pub(crate) transport: Transport,
    pub(crate) sending: Vec<Sending>,
    pub(crate) announcements: Vec<Announcement>,
    pub(crate) slots: BTreeMap<SlotId, Slot>,
    pub(crate) subscriptions: BTreeMap<TrackId, Subscription>,
    pub(crate) asked: Asked,
    pub(crate) has_offered: bool,
    pub(crate) open_channels: OpenChannels,
    pub(crate) backlog: Backlog,
    pub(crate) estimate_bps: Option<u64>,
    pub(crate) wished_bps: u64,
}

/// ```text
///   Joining ──up──▶ Up ⇄ Silent ──too long──▶ Down
///      └──────────────too long───────────────▶
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Joining { since: Instant },
    Up,
    Silent { since: Instant },
    Down,
}

/// An m-line on which the client sends.
#[derive(Debug)]
pub(crate) struct Sending {
    pub(crate) mid: String,
    pub(crate) kind: Kind,
    pub(crate) cid: String,
    pub(crate) mime: String,
    pub(crate) layers: Vec<Layer>,
    pub(crate) track: Option<TrackId>,
    /// Heard so far; attached to the track as soon as it claims the m-line.
    pub(crate) sources: Vec<(Layer, SourceId)>,
}

/// An m-line on which the client receives. While it carries a track, its stream's state is with
/// the track's listener.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) mid: String,
    pub(crate) kind: Kind,
    pub(crate) carries: Option<TrackId>,
    pub(crate) rewrite: Rewrite,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Subscription {
    pub(crate) kind: Kind,
    pub(crate) wish: Wish,
    pub(crate) slot: Option<SlotId>,
}

/// What the client was asked for and has not offered yet.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) audio: u32,
    pub(crate) video: u32,
    pub(crate) is_again: bool,
    pub(crate) at: Option<Instant>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OpenChannels {
    pub(crate) reliable: bool,
    pub(crate) lossy: bool,
}

/// Reliable messages that wait for their channel.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    messages: VecDeque<Vec<u8>>,
    bytes: usize,
}

impl Member {
    pub(crate) fn new(peer: PeerId, now: Instant) -> Self {
        Self {
            peer,
            transport: Transport::Joining { since: now },
            sending: Vec::new(),
            announcements: Vec::new(),
            slots: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            asked: Asked::default(),
            has_offered: false,
            open_channels: OpenChannels::default(),
            backlog: Backlog::default(),
            estimate_bps: None,
            wished_bps: 0,
        }
    }

    /// Takes up the m-lines of an offer. Returns the tracks whose m-line stopped, and the slots
    /// that are gone.
    pub(crate) fn take_sections(&mut self, sections: &[Section]) -> (Vec<TrackId>, Vec<SlotId>) {
        let mut before = std::mem::take(&mut self.sending);
        let mut slots_before = std::mem::take(&mut self.slots);
        let (mut audio, mut video) = (0_u32, 0_u32);
        for Section { mid, kind, role } in sections {
            match role {
                Role::Sends { cid, mime, layers } => {
                    let known = before.iter().position(|sending| {
                        sending.mid == *mid && (sending.cid == *cid || sending.track.is_some())
                    });
                    let mut sending = match known {
                        Some(at) => before.swap_remove(at),
                        None => Sending::new(mid, *kind),
                    };
                    sending.cid.clone_from(cid);
                    sending.mime.clone_from(mime);
                    sending.layers.clone_from(layers);
                    self.sending.push(sending);
                }
                Role::Receives(id) => {
                    let slot = slots_before.remove(id).unwrap_or_else(|| {
                        *match kind {
                            Kind::Audio => &mut audio,
                            Kind::Video => &mut video,
                        } += 1;
                        Slot::new(mid, *kind)
                    });
                    self.slots.insert(*id, slot);
                }
                Role::Idle => {}
            }
        }
        self.has_offered = true;
        self.asked.audio = self.asked.audio.saturating_sub(audio);
        self.asked.video = self.asked.video.saturating_sub(video);
        self.asked.is_again = false;
        let ended = before.into_iter().filter_map(|sending| sending.track).collect();
        (ended, slots_before.into_keys().collect())
    }

    /// Finds the m-line of an announced track: by its name, else the first unclaimed one of its
    /// kind that is nobody else's by name.
    pub(crate) fn claim(&mut self, announcement: &Announcement) -> Option<&mut Sending> {
        let is_free =
            |sending: &Sending| sending.track.is_none() && sending.kind == announcement.kind;
        let by_name = self
            .sending
            .iter()
            .position(|sending| is_free(sending) && sending.cid == announcement.cid);
        let at = by_name.or_else(|| {
            self.sending.iter().position(|sending| {
                is_free(sending) && !self.announcements.iter().any(|other| other.cid == sending.cid)
            })
        })?;
        let sending = self.sending.get_mut(at)?;
        sending.track = Some(announcement.track);
        Some(sending)
    }

    /// Gives waiting subscriptions the slots that are free. Returns what was given.
    pub(crate) fn assign(&mut self) -> Vec<(TrackId, SlotId)> {
        let mut given = Vec::new();
        for (track, subscription) in &mut self.subscriptions {
            if subscription.slot.is_some() {
                continue;
            }
            let free = self
                .slots
                .iter_mut()
                .find(|(_, slot)| slot.carries.is_none() && slot.kind == subscription.kind);
            let Some((id, slot)) = free else { continue };
            slot.carries = Some(*track);
            subscription.slot = Some(*id);
            given.push((*track, *id));
        }
        given
    }

    /// Returns the m-lines to ask for (audio, video), if something waits that was not asked for.
    pub(crate) fn ask(&mut self, now: Instant) -> Option<(u32, u32)> {
        if !self.has_offered {
            // The first offer brings slots unasked.
            return None;
        }
        let waiting = |kind| {
            let waits = |of: &&Subscription| of.slot.is_none() && of.kind == kind;
            count(self.subscriptions.values().filter(waits))
        };
        let slots = |kind, is_free: bool| {
            let fits = |of: &&Slot| of.kind == kind && (!is_free || of.carries.is_none());
            count(self.slots.values().filter(fits))
        };
        let lacking = |kind, max: u32| {
            let more = waiting(kind).saturating_sub(slots(kind, true));
            more.min(max.saturating_sub(slots(kind, false)))
        };
        let is_served = |kind| waiting(kind) == 0 || slots(kind, true) == 0;
        let has_room = !(is_served(Kind::Audio) && is_served(Kind::Video));
        let audio = lacking(Kind::Audio, AUDIO_SLOTS_MAX);
        let video = lacking(Kind::Video, VIDEO_SLOTS_MAX);
        if audio + video == 0 && !has_room {
            self.asked = Asked::default();
            return None;
        }
        if self.asked.at.is_some_and(|at| now.saturating_duration_since(at) >= ASK_AGAIN) {
            self.asked = Asked::default();
        }
        let more = (audio.saturating_sub(self.asked.audio), video.saturating_sub(self.asked.video));
        let is_asked = self.asked.is_again || self.asked.audio + self.asked.video > 0;
        if more == (0, 0) && is_asked {
            return None;
        }
        self.asked = Asked {
            audio: self.asked.audio + more.0,
            video: self.asked.video + more.1,
            is_again: true,
            at: Some(now),
        };
        Some(more)
    }
}

impl Sending {
    fn new(mid: &str, kind: Kind) -> Self {
        Self {
            mid: mid.to_owned(),
            kind,
            cid: String::new(),
            mime: String::new(),
            layers: Vec::new(),
            track: None,
            sources: Vec::new(),
        }
    }
}

impl Slot {
    fn new(mid: &str, kind: Kind) -> Self {
        Self { mid: mid.to_owned(), kind, carries: None, rewrite: Rewrite::default() }
    }
}

impl Backlog {
    /// Keeps a message; returns whether there was room.
    pub(crate) fn push(&mut self, message: Vec<u8>) -> bool {
        let has_room = self.messages.len() < BACKLOG_MESSAGES_MAX
            && self.bytes + message.len() <= BACKLOG_BYTES_MAX;
        if has_room {
            self.bytes += message.len();
            self.messages.push_back(message);
        }
        has_room
    }

    pub(crate) fn front(&self) -> Option<&[u8]> {
        self.messages.front().map(Vec::as_slice)
    }

    pub(crate) fn pop(&mut self) {
        if let Some(message) = self.messages.pop_front() {
            self.bytes -= message.len();
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }
}

fn count(items: impl Iterator) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewrite::tests::start;

    fn track(n: u32) -> TrackId {
        format!("TR_{n:032}").parse().expect("an id")
    }

    fn receiving(slots: u16) -> Vec<Section> {
        (0..slots)
            .map(|n| Section {
                mid: n.to_string(),
                kind: Kind::Audio,
                role: Role::Receives(SlotId(n)),
            })
            .collect()
    }

    fn subscribe(member: &mut Member, n: u32) {
        let subscription = Subscription { kind: Kind::Audio, wish: Wish::default(), slot: None };
        member.subscriptions.insert(track(n), subscription);
    }

    #[test]
    fn sections_are_asked_for_once_and_more_when_more_is_needed() {
        let mut member = Member::new(PeerId(1), start());
        member.take_sections(&receiving(1));
        (1..=3).for_each(|n| subscribe(&mut member, n));
        member.assign();

        assert_eq!(member.ask(start()), Some((2, 0)));
        assert_eq!(member.ask(start()), None);
        subscribe(&mut member, 4);
        assert_eq!(member.ask(start()), Some((1, 0)));
        member.take_sections(&receiving(3));
        member.assign();
        assert_eq!(member.ask(start()), None, "one is still on its way");
        member.take_sections(&receiving(4));
        assert_eq!(member.assign().len(), 1);
        assert_eq!(member.ask(start()), None);
    }

    #[test]
    fn a_free_slot_is_used_by_offering_again() {
        let mut member = Member::new(PeerId(1), start());
        member.take_sections(&receiving(3));
        subscribe(&mut member, 1);

        assert_eq!(member.ask(start()), Some((0, 0)));
        assert_eq!(member.ask(start()), None);
        assert_eq!(member.ask(start() + ASK_AGAIN), Some((0, 0)));
    }

    #[test]
    fn slots_are_not_asked_for_without_end() {
        let mut member = Member::new(PeerId(1), start());
        member.take_sections(&[]);
        (0..100).for_each(|n| subscribe(&mut member, n));

        assert_eq!(member.ask(start()), Some((AUDIO_SLOTS_MAX, 0)));
    }

    #[test]
    fn a_backlog_has_an_end() {
        let mut backlog = Backlog::default();

        let kept = (0..3).map(|_| backlog.push(vec![0; BACKLOG_BYTES_MAX / 2])).collect::<Vec<_>>();

        assert_eq!(kept, [true, true, false]);
    }
}
