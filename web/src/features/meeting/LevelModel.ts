import type { LocalAudioTrack } from "livekit-client";

import { Cell } from "../../kit/index.ts";

/** Bars of the meter. */
export const BARS = 14;

/** How often the meter is read, in ms: often enough to move with the voice. */
const EVERY_MS = 80;

/** A voice below this level, in dB of full scale, lights no bar; at the top all are lit. */
const QUIET_DB = -60;
const LOUD_DB = -12;

/** How loud the microphone is, in bars; hears only while somebody looks. */
export class LevelModel {
  readonly bars = new Cell(0);
  readonly isHeard = new Cell(false);

  /** Listens to a track; returns what ends it. */
  follow = (track: LocalAudioTrack): (() => void) => {
    const context = new AudioContext();
    const source = context.createMediaStreamSource(new MediaStream([track.mediaStreamTrack]));
    const analyser = context.createAnalyser();
    analyser.fftSize = 1024;
    source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      this.bars.set(barsOf(samples));
      if (this.bars.get() >= 3) this.isHeard.set(true);
    }, EVERY_MS);
    return () => {
      clearInterval(timer);
      source.disconnect();
      void context.close();
      this.bars.set(0);
      this.isHeard.set(false);
    };
  };
}

/** Returns how many bars a stretch of sound lights. */
export function barsOf(samples: Float32Array): number {
  const square = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(samples.length, 1);
  const db = 10 * Math.log10(Math.max(square, 1e-12));
  const share = (db - QUIET_DB) / (LOUD_DB - QUIET_DB);
  return Math.round(Math.min(1, Math.max(0, share)) * BARS);
}
