//! Whisper (ggml) on whisper.cpp: 99 languages, several times the cost of Moonshine.

use std::fmt;
use std::time::Instant;

use language::Tag;
use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState,
};

use super::Recogniser;
use crate::{RATE, SpeechError, pack::Pack};

/// What the model sees of the sound, in positions of 20 ms: at most half a minute.
const POSITIONS_MAX: usize = 1_500;

/// Speech has fewer than seven word-pieces a second. What says more has begun to loop.
const TOKENS_PER_SECOND: usize = 8;

/// Shorter sounds are padded: the model invents words for them.
const SAMPLES_MIN: usize = 16_000;

/// A smaller part of the window makes the model say short sounds over and over.
const POSITIONS_MIN: usize = 384;

pub(crate) struct Whisper {
    state: WhisperState,
}

impl Whisper {
    pub(crate) fn open(pack: &Pack) -> Result<Self, SpeechError> {
        let start = |why: &dyn fmt::Display| SpeechError::Start {
            pack: pack.id.clone(),
            why: why.to_string(),
        };
        whisper_rs::install_logging_hooks();
        let file = pack.files.first().ok_or_else(|| start(&"it has no file"))?;
        let path = pack.file(&file.path)?;
        let context = WhisperContext::new_with_params(&path, WhisperContextParameters::default())
            .map_err(|e| start(&e))?;
        let state = context.create_state().map_err(|e| start(&e))?;
        Ok(Self { state })
    }
}

impl Recogniser for Whisper {
    fn recognise(
        &mut self,
        pcm: &[f32],
        language: Tag,
        deadline: Instant,
    ) -> Result<String, SpeechError> {
        let mut pcm = pcm[..pcm.len().min(30 * RATE as usize)].to_vec();
        pcm.resize(pcm.len().max(SAMPLES_MIN), 0.0);
        let tenths = pcm.len() * 10 / RATE as usize;
        // The part of the window that holds sound, rounded up: half the cost, no more errors.
        let positions = ((tenths * 5 + 128).div_ceil(64) * 64).clamp(POSITIONS_MIN, POSITIONS_MAX);

        let spoken = language.primary();
        let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        params.set_language(Some(spoken.as_str()));
        params.set_n_threads(1);
        params.set_no_context(true);
        params.set_no_timestamps(true);
        params.set_single_segment(true);
        params.set_suppress_nst(true);
        // One try: another temperature costs as much again, and a partial reading comes soon anyway.
        params.set_temperature_inc(0.0);
        params.set_max_tokens(bounded(tenths * TOKENS_PER_SECOND / 10 + 8));
        params.set_audio_ctx(bounded(positions));
        params.set_print_progress(false);
        params.set_print_realtime(false);
        params.set_print_special(false);
        params.set_print_timestamps(false);
        if Instant::now() > deadline {
            return Err(SpeechError::Late);
        }
        self.state
            .full(params, &pcm)
            .map_err(|e| SpeechError::Engine { engine: "whisper", why: e.to_string() })?;
        let text: String = self.state.as_iter().map(|segment| segment.to_string()).collect();
        Ok(text.trim().to_owned())
    }
}

fn bounded(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

impl fmt::Debug for Whisper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Whisper")
    }
}
