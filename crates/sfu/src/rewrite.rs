//! One unbroken stream per slot, whatever is fed into it: sequence numbers, time and VP8's
//! counters go on where the source before stopped.

use std::time::{Duration, Instant};

use crate::engine::{Media, Patch};

/// Sequence numbers kept to tell a late packet from a repeated one.
const WINDOW: u64 = 256;

/// A switch never takes less time than this on the receiver's clock: two frames with one time
/// would be one frame.
const STEP_MIN: Duration = Duration::from_millis(10);

/// VP8's picture id has 15 bits.
const PICTURE_MASK: u16 = 0x7fff;

/// What a packet is called towards the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    pub seq: u64,
    pub time: u32,
    pub patch: Patch,
}

/// The state of one slot's outgoing stream.
#[derive(Clone, Debug, Default)]
pub struct Rewrite {
    last: Option<Last>,
    segment: Option<Segment>,
}

/// The furthest that went out.
#[derive(Clone, Copy, Debug)]
struct Last {
    seq: u64,
    time: u32,
    at: Instant,
    picture: u16,
    base_picture: u8,
}

/// One source's stretch of the stream: constant offsets.
#[derive(Clone, Debug)]
struct Segment {
    first_seq: u64,
    seq_out: u64,
    time_offset: u32,
    picture_offset: u16,
    base_picture_offset: u8,
    window: Window,
}

impl Rewrite {
    /// Begins a stretch with this packet: the first of a source, or of a source heard again.
    pub fn begin<P>(&mut self, media: &Media<P>, clock_hz: u32, now: Instant) {
        let picture = media.picture.unwrap_or_default();
        let base_picture = media.base_picture.unwrap_or_default();
        self.segment = Some(match self.last {
            None => Segment {
                first_seq: media.seq,
                seq_out: 1,
                time_offset: 0,
                picture_offset: 0,
                base_picture_offset: 0,
                window: Window::default(),
            },
            Some(last) => Segment {
                first_seq: media.seq,
                seq_out: last.seq + 1,
                time_offset: last
                    .time
                    .wrapping_add(ticks(now.saturating_duration_since(last.at), clock_hz))
                    .wrapping_sub(media.time),
                picture_offset: last.picture.wrapping_add(1).wrapping_sub(picture) & PICTURE_MASK,
                base_picture_offset: last.base_picture.wrapping_add(1).wrapping_sub(base_picture),
                window: Window::default(),
            },
        });
    }

    /// Returns the packet's outgoing name; `None` if it is from before the stretch or went out
    /// already.
    pub fn name<P>(&mut self, media: &Media<P>, now: Instant) -> Option<Name> {
        let segment = self.segment.as_mut()?;
        let step = media.seq.checked_sub(segment.first_seq)?;
        if !segment.window.take(step) {
            return None;
        }
        let seq = segment.seq_out + step;
        let time = media.time.wrapping_add(segment.time_offset);
        let picture = media
            .picture
            .map(|picture| picture.wrapping_add(segment.picture_offset) & PICTURE_MASK);
        let base_picture =
            media.base_picture.map(|base| base.wrapping_add(segment.base_picture_offset));
        if self.last.is_none_or(|last| seq > last.seq) {
            let before = self.last.map(|last| (last.picture, last.base_picture));
            let (last_picture, last_base_picture) = before.unwrap_or_default();
            self.last = Some(Last {
                seq,
                time,
                at: now,
                picture: picture.unwrap_or(last_picture),
                base_picture: base_picture.unwrap_or(last_base_picture),
            });
        }
        Some(Name { seq, time, patch: Patch { picture, base_picture } })
    }
}

fn ticks(elapsed: Duration, clock_hz: u32) -> u32 {
    let micros = elapsed.max(STEP_MIN).as_micros() * u128::from(clock_hz) / 1_000_000;
    // The receiver's clock rolls over too.
    u32::try_from(micros & u128::from(u32::MAX)).expect("masked to 32 bits")
}

/// Which of the last [`WINDOW`] numbers were seen.
#[derive(Clone, Debug, Default)]
struct Window {
    next: u64,
    seen: [u64; (WINDOW / 64) as usize],
}

impl Window {
    /// Returns whether this number is seen for the first time and is not too old.
    fn take(&mut self, number: u64) -> bool {
        if number + WINDOW < self.next {
            return false;
        }
        if number >= self.next {
            for skipped in self.next.max((number + 1).saturating_sub(WINDOW))..=number {
                self.clear(skipped);
            }
            self.next = number + 1;
        }
        let (word, bit) = Self::place(number);
        let is_new = self.seen[word] & bit == 0;
        self.seen[word] |= bit;
        is_new
    }

    fn clear(&mut self, number: u64) {
        let (word, bit) = Self::place(number);
        self.seen[word] &= !bit;
    }

    fn place(number: u64) -> (usize, u64) {
        let at = number % WINDOW;
        (usize::try_from(at / 64).expect("small"), 1 << (at % 64))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::engine::SourceId;

    #[expect(clippy::disallowed_methods, reason = "some instant to count from")]
    pub(crate) fn start() -> Instant {
        Instant::now()
    }

    fn media(seq: u64, time: u32, picture: u16) -> Media<()> {
        Media {
            source: SourceId(1),
            seq,
            time,
            is_key: false,
            level: None,
            picture: Some(picture),
            base_picture: Some(7),
            bytes: 0,
            packet: (),
        }
    }

    fn name(seq: u64, time: u32, picture: u16, base_picture: u8) -> Name {
        let patch = Patch { picture: Some(picture), base_picture: Some(base_picture) };
        Name { seq, time, patch }
    }

    #[test]
    fn a_switch_goes_on_where_the_source_before_stopped() {
        let now = start();
        let mut rewrite = Rewrite::default();
        rewrite.begin(&media(500, 9000, 30), 90_000, now);
        rewrite.name(&media(500, 9000, 30), now);
        rewrite.name(&media(501, 9000, 30), now);
        let later = now + Duration::from_millis(40);

        rewrite.begin(&media(70_000, 1, 0x7000), 90_000, later);

        assert_eq!(rewrite.name(&media(70_000, 1, 0x7000), later), Some(name(3, 12_600, 31, 8)));
        assert_eq!(rewrite.name(&media(70_002, 3001, 0x7001), later), Some(name(5, 15_600, 32, 8)));
    }

    #[test]
    fn a_packet_from_before_the_switch_is_dropped() {
        let now = start();
        let mut rewrite = Rewrite::default();
        rewrite.begin(&media(500, 0, 0), 90_000, now);

        assert_eq!(rewrite.name(&media(499, 0, 0), now), None);
    }

    #[test]
    fn a_late_packet_goes_out_once() {
        let now = start();
        let mut rewrite = Rewrite::default();
        rewrite.begin(&media(500, 0, 0), 90_000, now);
        rewrite.name(&media(502, 0, 0), now);

        let late = [501, 501, 502].map(|seq| rewrite.name(&media(seq, 0, 0), now).is_some());

        assert_eq!(late, [true, false, false]);
    }

    #[test]
    fn a_jump_over_the_window_forgets_what_was_before() {
        let now = start();
        let mut rewrite = Rewrite::default();
        rewrite.begin(&media(1, 0, 0), 90_000, now);

        let taken = [1, 10_000, 9_999, 9_000, 10_000 - WINDOW + 1]
            .map(|seq| rewrite.name(&media(seq, 0, 0), now).is_some());

        assert_eq!(taken, [true, true, true, false, true]);
    }
}
