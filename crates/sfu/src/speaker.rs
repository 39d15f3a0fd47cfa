//! Who speaks: loud for a good part of a window, smoothed so that nobody flickers.
//!
//! The measure is LiveKit's: level 0 to 1, active from −35 dBov for 40 % of 400 ms on.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use model::id::ParticipantId;
use model::media::Speaker;

/// One look at the levels.
pub const WINDOW: Duration = Duration::from_millis(400);

/// From this level on it is a voice, in dB below the loudest.
const VOICE_DB: u8 = 35;

/// The longest that one packet of Opus can be; what seems longer is a pause before it.
const FRAME_MAX: Duration = Duration::from_millis(120);

/// The share of a window that has to be voice.
const SHARE_MIN: f32 = 0.4;

/// How much of a new window counts against what was before: two windows make an average.
const SMOOTH: f32 = 2.0 / 3.0;

/// How long somebody stays active at least. A pause for breath is shorter.
const HOLD: Duration = Duration::from_millis(800);

/// Levels are told in steps of an eighth: less is not seen and would be told all the time.
const STEPS: f32 = 8.0;

/// Follows the levels of everybody in a room.
#[derive(Debug, Default)]
pub struct Speakers {
    voice_by_participant: BTreeMap<ParticipantId, Voice>,
    looked_at: Option<Instant>,
}

#[derive(Debug, Default)]
struct Voice {
    voiced: Duration,
    loudest_db: Option<u8>,
    smooth: f32,
    active_since: Option<Instant>,
    told: f32,
}

impl Speakers {
    /// Takes one packet's level, in dB below the loudest, and its length.
    pub fn hear(&mut self, who: ParticipantId, level_db: u8, length: Duration) {
        let voice = self.voice_by_participant.entry(who).or_default();
        if level_db <= VOICE_DB {
            voice.voiced += length.min(FRAME_MAX);
            voice.loudest_db = Some(voice.loudest_db.map_or(level_db, |db| db.min(level_db)));
        }
    }

    /// Takes somebody out who left or was muted. Returns what changed.
    pub fn silence(&mut self, who: ParticipantId) -> Option<Speaker> {
        let voice = self.voice_by_participant.remove(&who)?;
        voice.active_since.map(|_| Speaker { peer: who, level: 0.0, is_active: false })
    }

    /// Looks at the levels once per window. Returns what changed, the loudest first.
    pub fn look(&mut self, now: Instant) -> Vec<Speaker> {
        let elapsed = match self.looked_at {
            Some(at) => now.saturating_duration_since(at),
            None => WINDOW,
        };
        if elapsed < WINDOW {
            return Vec::new();
        }
        self.looked_at = Some(now);
        let mut changed: Vec<Speaker> = self
            .voice_by_participant
            .iter_mut()
            .filter_map(|(who, voice)| {
                let (level, is_active) = voice.look(elapsed, now)?;
                Some(Speaker { peer: *who, level, is_active })
            })
            .collect();
        changed.sort_by(|a, b| b.level.total_cmp(&a.level));
        changed
    }
}

impl Voice {
    /// Returns level and activity, if either changed.
    fn look(&mut self, elapsed: Duration, now: Instant) -> Option<(f32, bool)> {
        let share = self.voiced.as_secs_f32() / elapsed.as_secs_f32();
        let level = match self.loudest_db {
            Some(db) if share >= SHARE_MIN => linear(db) * share.min(1.0),
            _ => 0.0,
        };
        (self.voiced, self.loudest_db) = (Duration::ZERO, None);
        self.smooth += (level - self.smooth) * SMOOTH;
        let is_held =
            self.active_since.is_some_and(|since| now.saturating_duration_since(since) < HOLD);
        let is_active = is_held || self.smooth >= linear(VOICE_DB) * SHARE_MIN;
        let shown = if is_active { (self.smooth * STEPS).ceil() / STEPS } else { 0.0 };
        let was_active = self.active_since.is_some();
        self.active_since = is_active.then(|| self.active_since.unwrap_or(now));
        if was_active == is_active && (shown - self.told).abs() < f32::EPSILON {
            return None;
        }
        self.told = shown;
        Some((shown, is_active))
    }
}

fn linear(db: u8) -> f32 {
    10_f32.powf(f32::from(db) / -20.0)
}

#[cfg(test)]
mod tests {
    use model::id::ParticipantId;

    use super::*;
    use crate::rewrite::tests::start;

    const QUIET: u8 = 90;
    const LOUD: u8 = 10;

    fn anna() -> ParticipantId {
        "PA_00000000000000000000000000000001".parse().expect("an id")
    }

    /// One window of frames at this level; returns whether Anna turned active or inactive.
    fn window(speakers: &mut Speakers, frames: u32, level_db: u8, now: Instant) -> Option<bool> {
        for _ in 0..frames {
            speakers.hear(anna(), level_db, Duration::from_millis(20));
        }
        speakers.look(now).first().map(|speaker| speaker.is_active)
    }

    #[test]
    fn who_speaks_becomes_active_and_is_told_once() {
        let mut speakers = Speakers::default();

        assert_eq!(window(&mut speakers, 20, QUIET, start()), None);
        assert_eq!(window(&mut speakers, 20, LOUD, start() + WINDOW), Some(true));
        window(&mut speakers, 20, LOUD, start() + WINDOW * 2);
        window(&mut speakers, 20, LOUD, start() + WINDOW * 3);
        assert_eq!(window(&mut speakers, 20, LOUD, start() + WINDOW * 4), None);
    }

    #[test]
    fn a_cough_does_not_make_a_speaker() {
        let mut speakers = Speakers::default();

        assert_eq!(window(&mut speakers, 5, LOUD, start()), None);
    }

    #[test]
    fn a_pause_for_breath_ends_nothing_and_silence_does() {
        let now = start();
        let mut speakers = Speakers::default();
        window(&mut speakers, 20, LOUD, now);

        let told: Vec<bool> =
            (1..9).filter_map(|n| window(&mut speakers, 20, QUIET, now + WINDOW * n)).collect();

        assert_eq!(told.first(), Some(&true), "the level fell, still active");
        assert_eq!(told.last(), Some(&false), "then it ended");
    }

    #[test]
    fn who_is_muted_is_silent_at_once() {
        let mut speakers = Speakers::default();
        window(&mut speakers, 20, LOUD, start());

        let told = speakers.silence(anna());

        assert_eq!(told, Some(Speaker { peer: anna(), level: 0.0, is_active: false }));
    }
}
