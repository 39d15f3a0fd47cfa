/** Sound shorter than this is a cough. */
const ON_MS = 200;

/** A pause shorter than this is a breath. */
const OFF_MS = 1000;

/** Whoever speaks this long gets the large picture. */
const LARGE_MS = 2000;

interface Voice {
  sinceMs: number;
  lastMs: number;
  isLoud: boolean;
}

/** Decides who wears the ring and who is large, from who is loud at the moment, without flicker. */
export class Speaking {
  private readonly voiceByIdentity = new Map<string, Voice>();
  private large: string | null = null;

  /** Takes in who is loud at this moment. */
  hear(loud: readonly string[], nowMs: number): void {
    for (const [identity, voice] of this.voiceByIdentity) {
      if (voice.isLoud) voice.lastMs = nowMs;
      voice.isLoud = loud.includes(identity);
    }
    for (const identity of loud) {
      const voice = this.voiceByIdentity.get(identity);
      if (voice === undefined || nowMs - voice.lastMs > OFF_MS) this.voiceByIdentity.set(identity, { sinceMs: nowMs, lastMs: nowMs, isLoud: true });
    }
  }

  /** Returns who speaks: on after 200 ms, off after a second. */
  speakers(nowMs: number): string[] {
    return [...this.voiceByIdentity].filter(([, voice]) => nowMs - voice.sinceMs >= ON_MS && (voice.isLoud || nowMs - voice.lastMs < OFF_MS)).map(([identity]) => identity);
  }

  /** Returns who is large: whoever spoke for 2 s last. */
  largeSpeaker(nowMs: number): string | null {
    for (const [identity, voice] of this.voiceByIdentity) {
      if (voice.isLoud && nowMs - voice.sinceMs >= LARGE_MS && identity !== this.large) this.large = identity;
    }
    return this.large;
  }

  /** Returns when each was heard last. */
  spokeAt(nowMs: number): Map<string, number> {
    return new Map([...this.voiceByIdentity].map(([identity, voice]) => [identity, voice.isLoud ? nowMs : voice.lastMs]));
  }

  /** Forgets whoever left. */
  forget(identity: string): void {
    this.voiceByIdentity.delete(identity);
    if (this.large === identity) this.large = null;
  }
}
