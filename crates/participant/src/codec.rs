//! Opus: 20 ms frames of 48 kHz mono.

use opusic_c::{Application, Bitrate, Channels, Decoder, Encoder, SampleRate};

/// Samples a second, in and out.
pub const SAMPLE_RATE: usize = 48_000;

/// Samples in a frame: 20 ms.
pub const FRAME_SAMPLES: usize = SAMPLE_RATE / 50;

/// The longest packet Opus allows: 120 ms.
const PACKET_SAMPLES_MAX: usize = SAMPLE_RATE * 120 / 1000;

/// What libopus says one frame can need.
const FRAME_BYTES_MAX: usize = 1_275;

/// Enough for speech in full band.
const BITRATE_BPS: u32 = 32_000;

/// What RFC 6464 calls silence, in dBov.
const SILENCE_DB: i8 = -127;

pub(crate) struct SpeechEncoder {
    encoder: Encoder,
    samples: Vec<u16>,
}

impl std::fmt::Debug for SpeechEncoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SpeechEncoder").finish_non_exhaustive()
    }
}

impl SpeechEncoder {
    pub(crate) fn new() -> Option<Self> {
        let mut encoder =
            Encoder::new(Channels::Mono, SampleRate::Hz48000, Application::Voip).ok()?;
        encoder.set_bitrate(Bitrate::Value(BITRATE_BPS)).ok()?;
        Some(Self { encoder, samples: Vec::with_capacity(FRAME_SAMPLES) })
    }

    /// Encodes [`FRAME_SAMPLES`] samples.
    pub(crate) fn encode(&mut self, frame: &[i16]) -> Option<Vec<u8>> {
        self.samples.clear();
        self.samples.extend(frame.iter().map(|sample| sample.cast_unsigned()));
        let mut packet = vec![0; FRAME_BYTES_MAX];
        let bytes = self.encoder.encode_to_slice(&self.samples, &mut packet).ok()?;
        packet.truncate(bytes);
        Some(packet)
    }
}

pub(crate) struct SpeechDecoder {
    decoder: Decoder,
    samples: Vec<u16>,
}

impl std::fmt::Debug for SpeechDecoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SpeechDecoder").finish_non_exhaustive()
    }
}

impl SpeechDecoder {
    pub(crate) fn new() -> Option<Self> {
        let decoder = Decoder::new(Channels::Mono, SampleRate::Hz48000).ok()?;
        Some(Self { decoder, samples: vec![0; PACKET_SAMPLES_MAX] })
    }

    /// Appends a packet's sound to `pcm`; nothing if the packet is not Opus.
    pub(crate) fn decode(&mut self, packet: &[u8], pcm: &mut Vec<i16>) -> usize {
        if packet.is_empty() {
            return 0;
        }
        let count = self.decoder.decode_to_slice(packet, &mut self.samples, false).unwrap_or(0);
        pcm.extend(self.samples[..count].iter().map(|sample| sample.cast_signed()));
        count
    }

    /// Appends what takes the place of a lost frame.
    pub(crate) fn conceal(&mut self, pcm: &mut Vec<i16>) {
        let lost = &mut self.samples[..FRAME_SAMPLES];
        let count = self.decoder.decode_to_slice(&[], lost, false).unwrap_or(0);
        pcm.extend(self.samples[..count].iter().map(|sample| sample.cast_signed()));
    }
}

/// Returns how loud a frame is in dBov: 0 is the loudest, -127 silence.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a level in -127..=0"
)]
pub(crate) fn level_db(frame: &[i16]) -> i8 {
    let energy: f32 = frame.iter().map(|sample| f32::from(*sample).powi(2)).sum::<f32>()
        / frame.len().max(1) as f32;
    if energy < 1.0 {
        return SILENCE_DB;
    }
    let db = 10.0 * (energy / f32::from(i16::MAX).powi(2)).log10();
    db.clamp(f32::from(SILENCE_DB), 0.0) as i8
}
