//! Bergamot (Marian) models on `fxtranslate`: 8-bit weights mapped from the file, one sentence in
//! 5 to 20 ms.

use std::fmt;
use std::time::Instant;

use fxtranslate::engine::Engine;

use super::Translator;
use crate::{SpeechError, pack::Pack};

/// The weights of one pair. They stay on the thread that opened them: the engine is not `Send`.
pub(crate) struct Bergamot(Engine);

impl Bergamot {
    pub(crate) fn open(pack: &Pack) -> Result<Self, SpeechError> {
        let model = pack.file("model.intgemm.alphas.bin")?;
        let vocabulary = pack.file("vocab.spm")?;
        let engine = Engine::load_mmapped(model, &vocabulary, &vocabulary)
            .map_err(|why| SpeechError::Start { pack: pack.id.clone(), why })?;
        Ok(Self(engine))
    }
}

impl Translator for Bergamot {
    fn translate(&mut self, text: &str, deadline: Instant) -> Result<String, SpeechError> {
        if Instant::now() > deadline {
            return Err(SpeechError::Late);
        }
        Ok(self.0.translate_long(text).trim().to_owned())
    }
}

impl fmt::Debug for Bergamot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bergamot")
    }
}
