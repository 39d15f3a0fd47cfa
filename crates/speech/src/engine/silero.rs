//! Silero VAD: 2 MB, 0.1 ms for each frame of 32 ms.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use ort::session::Session;
use ort::value::TensorRef;

use super::onnx;
use crate::{FRAME, RATE, SpeechError, pack::Pack};

/// Samples of the frame before that the model wants to see again.
const CONTEXT: usize = 64;

/// Numbers in the model's memory.
const MEMORY: usize = 2 * 128;

/// The model, shared by all tracks: it keeps no state between calls, and a call takes 0.1 ms, so
/// that a mutex is cheaper than 300 copies.
#[derive(Clone)]
pub(crate) struct Model(Arc<Mutex<Session>>);

/// Tells speech from everything else on one track: its memory beside the shared model.
pub struct Voice {
    model: Model,
    memory: Vec<f32>,
    context: [f32; CONTEXT],
}

impl Model {
    pub(crate) fn open(pack: &Pack, runtime: &Path) -> Result<Self, SpeechError> {
        let session = onnx::open(&pack.id, runtime, &pack.file("silero_vad.onnx")?)?;
        Ok(Self(Arc::new(Mutex::new(session))))
    }

    pub(crate) fn listen(&self) -> Voice {
        Voice { model: self.clone(), memory: vec![0.0; MEMORY], context: [0.0; CONTEXT] }
    }
}

impl Voice {
    /// Returns how likely it is that this frame ([`FRAME`] samples) is speech, 0…1.
    pub fn probability(&mut self, frame: &[f32]) -> Result<f32, SpeechError> {
        if frame.len() != FRAME {
            return Err(failed(&"a frame has 512 samples"));
        }
        let mut input = [0.0; CONTEXT + FRAME];
        input[..CONTEXT].copy_from_slice(&self.context);
        input[CONTEXT..].copy_from_slice(frame);
        self.context.copy_from_slice(&frame[FRAME - CONTEXT..]);
        let rate = [i64::from(RATE)];

        let mut session = self.model.0.lock().unwrap_or_else(PoisonError::into_inner);
        let outputs = session
            .run(ort::inputs![
                "input" => tensor(([1, CONTEXT + FRAME], &input[..]))?,
                "state" => tensor(([2, 1, MEMORY / 2], &self.memory[..]))?,
                "sr" => TensorRef::from_array_view(([1], &rate[..])).map_err(|e| failed(&e))?,
            ])
            .map_err(|e| failed(&e))?;
        let probability = outputs["output"].try_extract_tensor::<f32>().map_err(|e| failed(&e))?.1;
        let memory = outputs["stateN"].try_extract_tensor::<f32>().map_err(|e| failed(&e))?.1;
        if memory.len() != MEMORY {
            return Err(failed(&"its memory has an unknown shape"));
        }
        self.memory.copy_from_slice(memory);
        probability.first().copied().ok_or_else(|| failed(&"it gave no answer"))
    }
}

fn tensor<const N: usize>(data: ([usize; N], &[f32])) -> Result<TensorRef<'_, f32>, SpeechError> {
    TensorRef::from_array_view(data).map_err(|e| failed(&e))
}

fn failed(why: &dyn fmt::Display) -> SpeechError {
    SpeechError::Engine { engine: "silero", why: why.to_string() }
}

impl fmt::Debug for Voice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Voice")
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("silero::Model")
    }
}
