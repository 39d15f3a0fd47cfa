//! Moonshine: an encoder over raw samples and a decoder with a cache, run token by token.
//!
//! The decoder keeps keys and values of both attentions as tensors that go out of one step and
//! into the next; the encoder's are made in the first step and kept.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::time::Instant;

use language::Tag;
use ort::session::{Session, SessionInputValue};
use ort::value::{DynValue, Tensor};

use super::{Recogniser, onnx};
use crate::{RATE, SpeechError, pack::Pack};

/// The model's first convolutions need about 0.1 s; shorter sounds are padded with silence.
const SAMPLES_MIN: usize = 8_000;

/// Half a minute. The model was made for utterances, and its cost grows with the square.
const SAMPLES_MAX: usize = 30 * RATE as usize;

/// The base model has eight layers; more than this is no cache of a small model.
const LAYERS_MAX: usize = 64;

/// Of the numbers in the manifest, some of which are multiplied. The base model's are below 400.
const PARAM_MAX: u32 = 4_096;

pub(crate) struct Moonshine {
    encoder: Session,
    decoder: Session,
    /// Names of the decoder's inputs, in its order.
    inputs: Vec<String>,
    layers: usize,
    heads: usize,
    head_size: usize,
    begin: i64,
    end: i64,
    tokens_per_minute: usize,
    pieces: Vec<Vec<u8>>,
}

impl Moonshine {
    pub(crate) fn open(pack: &Pack, runtime: &Path) -> Result<Self, SpeechError> {
        let encoder = onnx::open(&pack.id, runtime, &pack.file("encoder_model.ort")?)?;
        let decoder = onnx::open(&pack.id, runtime, &pack.file("decoder_model_merged.ort")?)?;
        let inputs: Vec<String> = decoder.inputs().iter().map(|i| i.name().to_owned()).collect();
        let layers = inputs.iter().filter(|name| name.ends_with("decoder.key")).count();
        let path = pack.file("tokenizer.bin")?;
        let tokenizer =
            std::fs::read(&path).map_err(|source| SpeechError::Access { path, source })?;
        let start = |why: &str| SpeechError::Start { pack: pack.id.clone(), why: why.to_owned() };
        let pieces = read_pieces(&tokenizer).ok_or_else(|| start("its tokenizer is cut short"))?;
        if layers == 0 || layers > LAYERS_MAX {
            return Err(start("its decoder has no cache that we know"));
        }
        Ok(Self {
            encoder,
            decoder,
            inputs,
            layers,
            heads: whole(pack, "heads")?,
            head_size: whole(pack, "head_size")?,
            begin: i64::try_from(whole(pack, "bos")?).unwrap_or(1),
            end: i64::try_from(whole(pack, "eos")?).unwrap_or(2),
            tokens_per_minute: whole(pack, "tokens_per_minute")?,
            pieces,
        })
    }

    /// Returns the encoder's view of the samples.
    fn encode(&mut self, pcm: &[f32]) -> Result<DynValue, SpeechError> {
        let samples = pcm.len();
        let mut inputs: Vec<(Cow<'_, str>, SessionInputValue<'_>)> =
            vec![("input_values".into(), tensor(&[1, samples], pcm.to_vec())?.into())];
        if self.encoder.inputs().len() > 1 {
            inputs.push(("attention_mask".into(), ones(samples)?.into()));
        }
        let name = self.encoder.outputs()[0].name().to_owned();
        let mut outputs = self.encoder.run(inputs).map_err(|e| failed(&e))?;
        outputs.remove(&name).ok_or_else(|| failed(&"the encoder gave no answer"))
    }

    /// Returns an empty cache: for each layer keys and values of both attentions.
    fn empty_cache(&self) -> Result<Vec<(String, DynValue)>, SpeechError> {
        let shape = [1, self.heads, 1, self.head_size];
        let mut cache = Vec::with_capacity(self.layers * 4);
        for layer in 0..self.layers {
            for kind in ["decoder.key", "decoder.value", "encoder.key", "encoder.value"] {
                let zeros = vec![0.0; self.heads * self.head_size];
                cache.push((format!("{layer}.{kind}"), tensor(&shape, zeros)?));
            }
        }
        Ok(cache)
    }

    /// Runs one step and returns the likeliest next token.
    fn step(&mut self, state: &mut State) -> Result<i64, SpeechError> {
        let token = Tensor::from_array(([1usize, 1], vec![state.token])).map_err(|e| failed(&e))?;
        let branch =
            Tensor::from_array(([1usize], vec![!state.is_first])).map_err(|e| failed(&e))?;
        let mut inputs: Vec<(Cow<'_, str>, SessionInputValue<'_>)> =
            Vec::with_capacity(self.inputs.len());
        for name in &self.inputs {
            let value = match name.as_str() {
                "input_ids" => (&token).into(),
                "encoder_hidden_states" => (&state.encoded).into(),
                "encoder_attention_mask" => (&state.mask).into(),
                "use_cache_branch" => (&branch).into(),
                past => {
                    let key = past.strip_prefix("past_key_values.").unwrap_or(past);
                    let found = state.cache.iter().find(|(name, _)| name == key);
                    (&found.ok_or_else(|| failed(&"the decoder wants an unknown input"))?.1).into()
                }
            };
            inputs.push((name.as_str().into(), value));
        }
        let mut outputs = self.decoder.run(inputs).map_err(|e| failed(&e))?;
        let logits = outputs["logits"].try_extract_tensor::<f32>().map_err(|e| failed(&e))?.1;
        let last = &logits[logits.len().saturating_sub(self.pieces.len())..];
        let best = last.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(i, _)| i);
        for (name, value) in &mut state.cache {
            // The encoder's part is made once, in the first step.
            if state.is_first || !name.contains("encoder") {
                let fresh = outputs.remove(format!("present.{name}"));
                *value = fresh.ok_or_else(|| failed(&"the decoder dropped its cache"))?;
            }
        }
        state.is_first = false;
        Ok(i64::try_from(best).unwrap_or(self.end))
    }

    fn spell(&self, tokens: &[i64]) -> String {
        let bytes: Vec<u8> = tokens
            .iter()
            .filter_map(|&token| self.pieces.get(usize::try_from(token).ok()?))
            .flatten()
            .copied()
            .collect();
        String::from_utf8_lossy(&bytes).replace('\u{2581}', " ").trim().to_owned()
    }
}

/// What goes from one step of the decoder to the next.
struct State {
    encoded: DynValue,
    mask: DynValue,
    cache: Vec<(String, DynValue)>,
    token: i64,
    is_first: bool,
}

impl Recogniser for Moonshine {
    fn recognise(
        &mut self,
        pcm: &[f32],
        _language: Tag,
        deadline: Instant,
    ) -> Result<String, SpeechError> {
        let mut pcm = pcm[..pcm.len().min(SAMPLES_MAX)].to_vec();
        pcm.resize(pcm.len().max(SAMPLES_MIN), 0.0);
        let tokens_max = (pcm.len() * self.tokens_per_minute).div_ceil(60 * RATE as usize).max(8);

        let mut state = State {
            encoded: self.encode(&pcm)?,
            mask: ones(pcm.len())?,
            cache: self.empty_cache()?,
            token: self.begin,
            is_first: true,
        };
        let mut tokens = Vec::with_capacity(tokens_max);
        while tokens.len() < tokens_max {
            if Instant::now() > deadline {
                return Err(SpeechError::Late);
            }
            state.token = self.step(&mut state)?;
            if state.token == self.end {
                break;
            }
            tokens.push(state.token);
        }
        Ok(self.spell(&tokens))
    }
}

fn ones(samples: usize) -> Result<DynValue, SpeechError> {
    let mask = Tensor::from_array(([1usize, samples], vec![1_i64; samples]));
    mask.map(Tensor::into_dyn).map_err(|e| failed(&e))
}

fn tensor(shape: &[usize], data: Vec<f32>) -> Result<DynValue, SpeechError> {
    let tensor = Tensor::from_array((shape.to_vec(), data));
    tensor.map(Tensor::into_dyn).map_err(|e| failed(&e))
}

/// Reads the word-pieces: each a length (one byte, or two from 128 on) and that many bytes.
fn read_pieces(file: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut pieces = Vec::new();
    let mut rest = file;
    while let Some((&first, tail)) = rest.split_first() {
        let mut length = usize::from(first);
        rest = tail;
        if length >= 128 {
            let (&second, tail) = rest.split_first()?;
            length = usize::from(second) * 128 + length - 128;
            rest = tail;
        }
        let (piece, tail) = rest.split_at_checked(length)?;
        pieces.push(piece.to_vec());
        rest = tail;
    }
    Some(pieces)
}

fn whole(pack: &Pack, name: &str) -> Result<usize, SpeechError> {
    let value = pack.param(name)?;
    if value > PARAM_MAX {
        let why = format!("its parameter {name} is too large");
        return Err(SpeechError::Start { pack: pack.id.clone(), why });
    }
    Ok(value as usize)
}

fn failed(why: &dyn fmt::Display) -> SpeechError {
    SpeechError::Engine { engine: "moonshine", why: why.to_string() }
}

impl fmt::Debug for Moonshine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Moonshine").field("layers", &self.layers).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::read_pieces;

    #[test]
    fn pieces_have_a_length_of_one_byte_or_two() {
        let mut file = vec![2, b'a', b'b', 129, 1];
        file.extend([b'c'; 129]);

        let pieces = read_pieces(&file).expect("it is whole");

        assert_eq!(pieces, [b"ab".to_vec(), vec![b'c'; 129]]);
    }

    #[test]
    fn a_tokenizer_that_is_cut_short_is_refused() {
        assert_eq!(read_pieces(&[3, b'a']), None);
        assert_eq!(read_pieces(&[200]), None);
    }
}
