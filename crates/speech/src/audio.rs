//! Sample rates: what people send is 48 kHz, what the models hear is 16 kHz.

/// Samples per second that the models hear.
pub const RATE: u32 = 16_000;

/// Samples in one frame of voice activity: 32 ms.
pub const FRAME: usize = 512;

/// Taps of the low-pass in front of the decimation. With 96 at 48 kHz the stop band begins at
/// 8.5 kHz, 60 dB down, for 2 ms of delay.
const TAPS: u16 = 96;
const WINDOW: usize = TAPS as usize;

/// Turns 48 kHz into 16 kHz: a windowed-sinc low-pass, every third sample kept.
#[derive(Clone, Debug)]
pub struct Third {
    taps: Vec<f32>,
    /// The last `WINDOW - 1` samples and what has not been used yet.
    pending: Vec<f32>,
}

impl Default for Third {
    fn default() -> Self {
        Self { taps: low_pass(1.0 / 6.35), pending: vec![0.0; WINDOW - 1] }
    }
}

impl Third {
    /// Takes PCM at 48 kHz, appends PCM at 16 kHz in −1…1 to `out`.
    pub fn push(&mut self, pcm: &[i16], out: &mut Vec<f32>) {
        self.pending.extend(pcm.iter().map(|&sample| f32::from(sample) / 32_768.0));
        let mut start = 0;
        while start + WINDOW <= self.pending.len() {
            let window = &self.pending[start..start + WINDOW];
            out.push(window.iter().zip(&self.taps).map(|(sample, tap)| sample * tap).sum());
            start += 3;
        }
        self.pending.drain(..start);
    }
}

/// Returns a Blackman-windowed sinc with unit gain; `cutoff` in cycles per sample.
fn low_pass(cutoff: f32) -> Vec<f32> {
    use std::f32::consts::PI;
    let middle = (f32::from(TAPS) - 1.0) / 2.0;
    let taps: Vec<f32> = (0..TAPS)
        .map(|n| {
            let x = f32::from(n) - middle;
            let sinc = if x.abs() < 1e-6 {
                2.0 * cutoff
            } else {
                (2.0 * PI * cutoff * x).sin() / (PI * x)
            };
            let phase = 2.0 * PI * f32::from(n) / (f32::from(TAPS) - 1.0);
            sinc * (0.42 - 0.5 * phase.cos() + 0.08 * (2.0 * phase).cos())
        })
        .collect();
    let gain: f32 = taps.iter().sum();
    taps.into_iter().map(|tap| tap / gain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::cast_possible_truncation, reason = "a sine of half the range")]
    fn sine(hertz: f32, samples: u16) -> Vec<i16> {
        (0..samples)
            .map(|n| {
                let phase = 2.0 * std::f32::consts::PI * hertz * f32::from(n) / 48_000.0;
                (phase.sin() * 16_384.0) as i16
            })
            .collect()
    }

    fn level(pcm: &[f32]) -> f32 {
        let samples = u16::try_from(pcm.len()).map_or(f32::MAX, f32::from);
        (pcm.iter().map(|x| x * x).sum::<f32>() / samples).sqrt()
    }

    #[test]
    fn a_voice_passes_and_what_would_fold_back_does_not() {
        let (mut low, mut high) = (Vec::new(), Vec::new());

        Third::default().push(&sine(1_000.0, 24_000), &mut low);
        Third::default().push(&sine(12_000.0, 24_000), &mut high);

        assert!((level(&low[100..]) - 0.353).abs() < 0.01, "{}", level(&low[100..]));
        assert!(level(&high[100..]) < 0.001, "{}", level(&high[100..]));
    }

    #[test]
    fn pieces_of_any_size_give_the_same_as_the_whole() {
        let pcm = sine(440.0, 9_600);
        let (mut whole, mut parts) = (Vec::new(), Vec::new());
        let mut third = Third::default();

        Third::default().push(&pcm, &mut whole);
        for part in pcm.chunks(957) {
            third.push(part, &mut parts);
        }

        assert_eq!(whole, parts);
    }
}
