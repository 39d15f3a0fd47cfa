//! One track that is heard: sound goes in, work for the [`Pool`](crate::Pool) and captions come
//! out. Joins the ear ([`Voice`]) to the rules ([`Listener`]) and keeps the sound that the
//! rules may still ask for.

use std::time::Duration;

use interpret::{Decode, Heard, Listener, Output, Plan, Source, Translate, Utterance};
use language::Tag;
use model::Timestamp;
use model::caption::Caption;

use crate::{FRAME, RATE, SpeechError, Voice};

/// The sound that is kept: an utterance of 6 s with its pre-roll, and the pause behind it.
const KEPT_FRAMES: usize = 312;

/// What a track wants done. Every request wants an answer, also where it failed or was refused.
#[derive(Clone, Debug)]
pub enum Work {
    /// The answer goes to [`Hearing::handle_reading`].
    Read {
        utterance: Utterance,
        is_last: bool,
        within: Duration,
        pcm: Vec<f32>,
        language: Tag,
    },
    /// The answer goes to [`Hearing::handle_translation`].
    Translate(Translate),
    Caption(Caption),
}

/// Hears one track.
#[derive(Debug)]
pub struct Hearing {
    voice: Voice,
    listener: Listener,
    /// Sound of the last frames, and after them what does not fill a frame yet.
    kept: Vec<f32>,
    /// The number of the first frame in `kept`.
    first: u64,
    /// Frames in `kept` that were listened to.
    heard: usize,
}

impl Hearing {
    pub fn new(voice: Voice, source: Source) -> Self {
        Self { voice, listener: Listener::new(source), kept: Vec::new(), first: 0, heard: 0 }
    }

    /// Returns who is heard.
    pub const fn source(&self) -> &Source {
        self.listener.source()
    }

    /// Returns how many utterances were given up because the workers did not keep up.
    pub const fn given_up(&self) -> u64 {
        self.listener.given_up()
    }

    /// Takes the languages that are wanted from here on.
    pub fn want(&mut self, plan: Plan) {
        self.listener.want(plan);
    }

    /// Takes sound at 16 kHz that ends `now`.
    pub fn hear(&mut self, pcm: &[f32], now: Timestamp) -> Result<(), SpeechError> {
        self.kept.extend_from_slice(pcm);
        while self.kept.len() >= (self.heard + 1) * FRAME {
            let start = self.heard * FRAME;
            let frame = &self.kept[start..start + FRAME];
            let voice = self.voice.probability(frame)?;
            let power = frame.iter().map(|sample| sample * sample).sum();
            self.heard += 1;
            let rest = u64::try_from(self.kept.len() - self.heard * FRAME).unwrap_or(0);
            let ago = Duration::from_micros(rest * 1_000_000 / u64::from(RATE));
            self.listener.handle_frame(Heard { voice, power }, now - ago);
        }
        Ok(())
    }

    /// Takes what was read, or that nothing was.
    pub fn handle_reading(
        &mut self,
        utterance: Utterance,
        is_last: bool,
        reading: Option<&str>,
        now: Timestamp,
    ) {
        self.listener.handle_reading(utterance, is_last, reading, now);
    }

    /// Takes a translation, or that there is none.
    pub fn handle_translation(&mut self, id: u64, text: Option<&str>, now: Timestamp) {
        self.listener.handle_translation(id, text, now);
    }

    /// Notices that time has passed.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.listener.handle_timeout(now);
    }

    /// Returns when [`Hearing::handle_timeout`] wants to be called.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.listener.poll_timeout()
    }

    /// Returns the next thing to be done.
    pub fn poll(&mut self) -> Option<Work> {
        let output = self.listener.poll();
        let work = output.map(|output| match output {
            Output::Decode(decode) => self.read(&decode),
            Output::Translate(translate) => Work::Translate(translate),
            Output::Caption(caption) => Work::Caption(caption),
        });
        if work.is_none() {
            self.forget();
        }
        work
    }

    fn read(&self, decode: &Decode) -> Work {
        let place = |frame: u64| {
            let index = usize::try_from(frame.saturating_sub(self.first)).unwrap_or(usize::MAX);
            index.min(self.heard) * FRAME
        };
        Work::Read {
            utterance: decode.utterance,
            is_last: decode.is_last,
            within: decode.within,
            pcm: self.kept[place(decode.frames.start)..place(decode.frames.end)].to_vec(),
            language: self.source().language,
        }
    }

    /// Lets go of sound that no utterance can reach back to. Twice as much is let come together,
    /// so that moving the rest is rare.
    fn forget(&mut self) {
        if self.heard > 2 * KEPT_FRAMES {
            let gone = self.heard - KEPT_FRAMES;
            self.kept.drain(..gone * FRAME);
            self.first += u64::try_from(gone).unwrap_or(0);
            self.heard -= gone;
        }
    }
}
