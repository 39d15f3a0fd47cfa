import { asProblem, call, type Dialogue, type Edition, type MeetingRecord, type NewMeeting, type Problem, type Survey, type Meeting } from "../../api/index.ts";
import { Cell } from "../../kit/index.ts";
import { needsOf, type Need } from "./needs.ts";

/** How often counts are asked for; a chart or number updates at most every five seconds. */
const EVERY_MS = 5000;

/** How often a report that is being made is asked for. */
const REPORT_EVERY_MS = 1000;

export type DialoguePhase = { name: "loading" } | { name: "failed"; problem: Problem } | { name: "shown"; dialogue: Dialogue; needs: readonly Need[] };

/** What is under way, so that its button says so. */
export type Act = "survey" | "meeting" | "publish" | "open" | "close" | "record";

/** One dialogue of the organiser, kept current while it is looked at. */
export class DialogueModel {
  readonly phase = new Cell<DialoguePhase>({ name: "loading" });
  readonly underWay = new Cell<Act | null>(null);
  readonly problem = new Cell<Problem | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isClosed = false;

  constructor(readonly id: string) {
    void this.look();
  }

  /** Stops asking. */
  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  addSurvey = async (): Promise<boolean> => this.act("survey", async () => call<Survey>("POST", `/dialogues/${this.id}/surveys`, { template: "un75" }));

  addMeeting = async (meeting: NewMeeting): Promise<boolean> => this.act("meeting", async () => call<Meeting>("POST", `/dialogues/${this.id}/meetings`, meeting));

  publish = async (): Promise<boolean> => this.act("publish", async () => call<Edition>("POST", `/dialogues/${this.id}/editions`, {}));

  setOpen = async (state: "open" | "closed"): Promise<boolean> => this.act(state === "open" ? "open" : "close", async () => call<Dialogue>("PATCH", `/dialogues/${this.id}`, { state }));

  setSurveyOpen = async (survey: string, state: "open" | "close"): Promise<boolean> => this.act(state, async () => call<unknown>("POST", `/surveys/${survey}/${state}`));

  /** Fetches what was said in a meeting, to be read before it is approved. */
  record = async (meeting: string): Promise<MeetingRecord> => call<MeetingRecord>("GET", `/meetings/${meeting}/record`);

  approve = async (meeting: string, isApproved: boolean): Promise<boolean> => this.act("record", async () => call<unknown>("POST", `/meetings/${meeting}/record/approve`, { approved: isApproved }));

  /** Looks at once. */
  look = async (): Promise<void> => {
    clearTimeout(this.timer);
    try {
      const dialogue = await call<Dialogue>("GET", `/dialogues/${this.id}`);
      if (this.isClosed) return;
      this.phase.set({ name: "shown", dialogue, needs: needsOf(dialogue, Date.now()) });
    } catch (error) {
      if (this.phase.get().name !== "shown" && !this.isClosed) this.phase.set({ name: "failed", problem: asProblem(error) });
    }
    if (!this.isClosed) this.timer = setTimeout(() => void this.look(), this.isReporting() ? REPORT_EVERY_MS : EVERY_MS);
  };

  private async act(act: Act, call: () => Promise<unknown>): Promise<boolean> {
    if (this.underWay.get() !== null) return false;
    this.underWay.set(act);
    this.problem.set(null);
    try {
      await call();
      await this.look();
      return true;
    } catch (error) {
      this.problem.set(asProblem(error));
      return false;
    } finally {
      this.underWay.set(null);
    }
  }

  private isReporting(): boolean {
    const phase = this.phase.get();
    return phase.name === "shown" && phase.dialogue.editions.some(isInProgress);
  }
}

/** Returns whether an edition is still being made. */
export function isInProgress(edition: Edition): boolean {
  return edition.state === "waiting" || edition.state === "rendering";
}
