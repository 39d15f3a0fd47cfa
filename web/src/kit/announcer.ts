import { Cell } from "./cell.ts";

/** How long an announcement is held back, so that a screen reader hears one sentence and not ten. */
const MERGE_MS = 600;

export type Urgency = "polite" | "assertive";

/** Says in full sentences what changes by itself, once, to whoever cannot see it. */
export class Announcer {
  readonly polite = new Cell("");
  readonly assertive = new Cell("");
  private waiting: string[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Says a sentence: politely it waits for others and is joined with them, assertively it is said at once. */
  announce = (sentence: string, urgency: Urgency): void => {
    if (urgency === "assertive") {
      this.assertive.set(sentence);
      return;
    }
    if (!this.waiting.includes(sentence)) this.waiting.push(sentence);
    this.timer ??= setTimeout(() => this.flush(), MERGE_MS);
  };

  private flush(): void {
    this.timer = undefined;
    this.polite.set(this.waiting.join(" "));
    this.waiting = [];
  }
}
