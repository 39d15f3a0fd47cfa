//! Where speech is cut into utterances: at pauses, and after six seconds without one.
//!
//! ```text
//!            2 frames ≥ START        0.6 s < STOP, after 4 s 0.2 s
//!  Silent ─────────────────▶ Speaking ───────────────────────────▶ Silent
//!                             ▲    │ 6 s: cut at the quietest place
//!                             └────┘
//! ```

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

/// How long a frame is.
pub const FRAME: Duration = Duration::from_millis(32);

/// Silero's own threshold for speech.
const START: f32 = 0.5;

/// Lower than START, so that a soft syllable does not end an utterance.
const STOP: f32 = 0.35;

/// One loud frame is a knock; two are a syllable.
const START_FRAMES: u64 = 2;

/// 0.6 s: shorter pauses lie inside sentences, and cutting there doubles the errors (measured:
/// 5 % of words at 0.25 s, 2.7 % at 0.6 s).
const PAUSE_FRAMES: u64 = 19;

/// 6 s of unbroken speech, so that a translation cannot fall behind.
const LENGTH_FRAMES: u64 = 187;

/// After 4 s a breath of 0.2 s is pause enough.
const LONG_FRAMES: u64 = 125;
const BREATH_FRAMES: u64 = 6;

/// An utterance that is cut for its length is cut at the quietest place of its last 2 s, to spare
/// the words.
const SEARCH_FRAMES: usize = 62;

/// What is compared is 0.2 s long: the closure of a "p" is quiet too, but shorter.
const QUIET_FRAMES: usize = 6;

/// 0.25 s before the first frame that is speech: consonants begin softly.
const PRE_ROLL_FRAMES: u64 = 8;

/// 0.2 s after the last frame that is speech.
const POST_ROLL_FRAMES: u64 = 6;

/// An utterance with fewer frames of speech, 0.25 s, is a breath or a knock; recognisers make words
/// of it.
const VOICE_FRAMES_MIN: u64 = 8;

/// What was heard in one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
    /// How likely it is speech, 0…1.
    pub voice: f32,
    /// Its power, in any unit: words are spared by cutting where it is low.
    pub power: f32,
}

/// Why an utterance ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    Pause,
    /// It went on; the next utterance begins where this one ends.
    Length,
}

/// What a frame changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// An utterance began: with `first` for the engine, with `onset` for the ear.
    Opened { first: u64, onset: u64 },
    /// The utterance is these frames, of which speech reached up to `voice_end`. After
    /// [`Cut::Length`] the next begins at once with its end.
    Closed { frames: Range<u64>, voice_end: u64, cut: Cut },
    /// It was a breath or a knock.
    Dropped,
}

/// Follows the voice on one track. Frames are counted from 0.
#[derive(Debug, Default)]
pub struct Segmenter {
    next: u64,
    /// Frames of speech in a row, while silent.
    loud: u64,
    /// Where the last utterance ended: the next one's pre-roll does not reach behind it.
    floor: u64,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    first: u64,
    /// Where speech began, without the pre-roll.
    onset: u64,
    /// The last frame that was speech.
    last_voice: u64,
    /// How many frames were speech.
    voiced: u64,
    /// Power of the last frames, in which the quietest place is looked for.
    recent: VecDeque<f32>,
}

impl Segmenter {
    /// Takes the next frame.
    pub fn hear(&mut self, heard: Heard) -> Option<Turn> {
        let frame = self.next;
        self.next += 1;
        let Some(open) = &mut self.open else { return self.hear_silence(frame, heard) };
        if heard.voice >= STOP {
            open.last_voice = frame;
        }
        open.voiced += u64::from(heard.voice >= START);
        if open.recent.len() == SEARCH_FRAMES {
            open.recent.pop_front();
        }
        open.recent.push_back(heard.power);
        let is_long = frame - open.onset >= LONG_FRAMES;
        if frame - open.last_voice >= if is_long { BREATH_FRAMES } else { PAUSE_FRAMES } {
            return self.pause();
        }
        if frame - open.onset >= LENGTH_FRAMES {
            return self.cut_length(frame);
        }
        None
    }

    /// Ends the utterance, if one is open: the sound stopped coming.
    pub fn pause(&mut self) -> Option<Turn> {
        let open = self.open.take()?;
        self.loud = 0;
        let end = (open.last_voice + 1 + POST_ROLL_FRAMES).min(self.next);
        self.floor = end;
        if open.voiced < VOICE_FRAMES_MIN {
            return Some(Turn::Dropped);
        }
        Some(Turn::Closed {
            frames: open.first..end,
            voice_end: open.last_voice + 1,
            cut: Cut::Pause,
        })
    }

    /// Returns how many frames were heard.
    pub const fn heard(&self) -> u64 {
        self.next
    }

    /// Returns the frames of the open utterance so far.
    pub fn open(&self) -> Option<Range<u64>> {
        self.open.as_ref().map(|open| open.first..self.next)
    }

    fn hear_silence(&mut self, frame: u64, heard: Heard) -> Option<Turn> {
        self.loud = if heard.voice >= START { self.loud + 1 } else { 0 };
        if self.loud < START_FRAMES {
            return None;
        }
        let onset = frame + 1 - self.loud;
        let first = onset.saturating_sub(PRE_ROLL_FRAMES).max(self.floor);
        let recent = VecDeque::new();
        self.open = Some(Open { first, onset, last_voice: frame, voiced: self.loud, recent });
        Some(Turn::Opened { first, onset })
    }

    fn cut_length(&mut self, frame: u64) -> Option<Turn> {
        let open = self.open.take()?;
        let end = frame + 1 - frames_since_quietest(&open.recent);
        self.floor = end;
        let (voiced, recent) = (frame + 1 - end, VecDeque::new());
        self.open = Some(Open { first: end, onset: end, last_voice: frame, voiced, recent });
        Some(Turn::Closed { frames: open.first..end, voice_end: end, cut: Cut::Length })
    }
}

/// Returns how many frames ago it was quietest, the latest of equals.
fn frames_since_quietest(power: &VecDeque<f32>) -> u64 {
    let loudness: Vec<f32> = power.iter().map(|power| (power + f32::MIN_POSITIVE).ln()).collect();
    let sums = loudness.windows(QUIET_FRAMES).map(|window| window.iter().sum::<f32>());
    let quietest = sums.enumerate().min_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
    let since = quietest.map_or(0, |(index, _)| loudness.len() - index - QUIET_FRAMES / 2);
    u64::try_from(since).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hear(segmenter: &mut Segmenter, voice: f32, frames: u64) -> Vec<Turn> {
        (0..frames).filter_map(|_| segmenter.hear(Heard { voice, power: voice })).collect()
    }

    #[test]
    fn a_knock_is_no_speech() {
        let mut segmenter = Segmenter::default();
        hear(&mut segmenter, 0.0, 20);

        assert_eq!(hear(&mut segmenter, 0.9, 1), []);
        assert_eq!(hear(&mut segmenter, 0.0, 40), []);
    }

    #[test]
    fn a_cough_is_dropped() {
        let mut segmenter = Segmenter::default();
        hear(&mut segmenter, 0.9, 5);

        assert_eq!(hear(&mut segmenter, 0.0, 40), [Turn::Dropped]);
    }

    #[test]
    fn speech_is_cut_at_a_pause_of_0_6_s_with_a_little_air_around_it() {
        let mut segmenter = Segmenter::default();
        hear(&mut segmenter, 0.0, 20);

        let opened = hear(&mut segmenter, 0.9, 30);
        let closed = hear(&mut segmenter, 0.0, 19);

        assert_eq!(opened, [Turn::Opened { first: 12, onset: 20 }]);
        assert_eq!(closed, [Turn::Closed { frames: 12..56, voice_end: 50, cut: Cut::Pause }]);
    }

    #[test]
    fn a_shorter_pause_does_not_cut() {
        let mut segmenter = Segmenter::default();
        hear(&mut segmenter, 0.9, 30);

        assert_eq!(hear(&mut segmenter, 0.0, 18), []);
        assert_eq!(hear(&mut segmenter, 0.9, 30), []);
    }

    #[test]
    fn after_four_seconds_a_breath_cuts() {
        let mut segmenter = Segmenter::default();
        hear(&mut segmenter, 0.9, 130);

        let closed = hear(&mut segmenter, 0.0, 6);

        assert_eq!(closed, [Turn::Closed { frames: 0..136, voice_end: 130, cut: Cut::Pause }]);
    }

    #[test]
    fn six_seconds_without_a_pause_are_cut_at_the_quietest_place() {
        let mut segmenter = Segmenter::default();
        hear(&mut segmenter, 0.9, 170);
        hear(&mut segmenter, 0.4, 6);

        let closed = hear(&mut segmenter, 0.9, 12);

        assert_eq!(closed, [Turn::Closed { frames: 0..173, voice_end: 173, cut: Cut::Length }]);
        assert_eq!(segmenter.open(), Some(173..188));
    }

    proptest! {
        #[test]
        fn utterances_never_overlap_and_never_last_longer_than_they_may(
            runs in prop::collection::vec((0.0_f32..1.0, 1_u64..120), 1..60)
        ) {
            let mut segmenter = Segmenter::default();
            let mut end = 0;

            for turn in runs.iter().flat_map(|&(p, n)| hear(&mut segmenter, p, n)) {
                if let Turn::Closed { frames, .. } = turn {
                    prop_assert!(frames.start >= end, "{frames:?} begins before {end}");
                    prop_assert!(frames.start < frames.end);
                    let longest = LENGTH_FRAMES + PRE_ROLL_FRAMES + 1;
                    prop_assert!(frames.end - frames.start <= longest);
                    end = frames.end;
                }
            }
        }
    }
}
