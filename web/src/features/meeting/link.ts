/** Silence of the media path after which we ask the server whether anybody is there. */
const SUSPECT_MS = 800;

/** How often we ask while there is no connection. */
const RETRY_MS = 500;

/** Silence of the media path after which it counts as cut although the server answers: UDP alone is gone. */
const MEDIA_CUT_MS = 7000;

export type Link = { name: "up" } | { name: "down"; sinceMs: number };

/**
 * Decides whether we are connected. LiveKit's own ping notices a cut after 15 s; a reader must be
 * told within 3.
 *
 * ```text
 *   up ── silent for 0.8 s ──► asks ── no answer ──► down ── media flows and the room is joined ──► up
 * ```
 */
export class LinkWatch {
  private heardMs: number;
  private answeredMs: number;
  private link: Link = { name: "up" };
  private isJoined = true;

  constructor(nowMs: number) {
    this.heardMs = nowMs;
    this.answeredMs = nowMs;
  }

  get state(): Link {
    return this.link;
  }

  /** Something arrived on the media path. */
  handleMedia(nowMs: number): void {
    this.heardMs = nowMs;
    this.settle();
  }

  /** The room is joined, or joining again. */
  handleRoom(isJoined: boolean, nowMs: number): void {
    this.isJoined = isJoined;
    if (isJoined) {
      this.heardMs = nowMs;
      this.settle();
    } else this.cut(nowMs);
  }

  /** The server was asked: it answered or it did not. */
  handleAnswer(isThere: boolean, nowMs: number): void {
    this.answeredMs = nowMs;
    if (!isThere) this.cut(nowMs);
    else if (nowMs - this.heardMs > MEDIA_CUT_MS) this.cut(nowMs);
  }

  /** Returns whether the server should be asked. */
  isSuspect(nowMs: number): boolean {
    const silence = nowMs - Math.max(this.heardMs, this.answeredMs);
    return silence >= (this.link.name === "down" ? RETRY_MS : SUSPECT_MS);
  }

  private cut(nowMs: number): void {
    if (this.link.name === "up") this.link = { name: "down", sinceMs: Math.min(nowMs, this.heardMs) };
  }

  private settle(): void {
    if (this.isJoined) this.link = { name: "up" };
  }
}
