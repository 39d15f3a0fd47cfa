//! The engines: one ear, and recognisers and translators behind two small traits. Each call blocks its thread for as long as it computes,
//! so they run on the [`Pool`](crate::Pool), never in an async task.

use std::fmt;
use std::time::Instant;

use language::Tag;

use crate::SpeechError;

pub(crate) mod apertium;
pub(crate) mod bergamot;
pub(crate) mod moonshine;
pub(crate) mod onnx;
pub(crate) mod silero;
pub(crate) mod whisper;

pub use silero::Voice;

/// Turns speech into text. Stays on the worker's thread that started it.
pub(crate) trait Recogniser: fmt::Debug {
    /// Returns what is said in `pcm` (16 kHz, at most half a minute), or [`SpeechError::Late`].
    fn recognise(
        &mut self,
        pcm: &[f32],
        language: Tag,
        deadline: Instant,
    ) -> Result<String, SpeechError>;
}

/// Turns text of one language into text of another. Stays on the worker's thread that started it.
pub(crate) trait Translator: fmt::Debug {
    /// Returns the translation, or [`SpeechError::Late`].
    fn translate(&mut self, text: &str, deadline: Instant) -> Result<String, SpeechError>;
}
