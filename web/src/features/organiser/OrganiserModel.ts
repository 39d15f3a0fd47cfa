import { asProblem, call, type Dialogue, type DialogueSummary, type Exchange, type Me, type NewDialogue, type Problem } from "../../api/index.ts";
import { Cell } from "../../kit/index.ts";
import { DialogueModel } from "./DialogueModel.ts";

export type Phase = { name: "loading" } | { name: "locked"; problem: Problem | null } | { name: "failed"; problem: Problem } | { name: "open"; organisation: Exchange["organisation"] };

/** Where the organiser is. */
export type Place = { name: "overview" } | { name: "new" } | { name: "dialogue"; model: DialogueModel };

/** The organiser's side: who one is, which dialogues there are, and where one looks. */
export class OrganiserModel {
  readonly phase = new Cell<Phase>({ name: "loading" });
  readonly dialogues = new Cell<readonly DialogueSummary[]>([]);
  readonly place = new Cell<Place>({ name: "overview" });

  /** Exchanges the link's secret for a cookie, takes it out of the address, and shows what is there. */
  open = async (): Promise<void> => {
    const secret = window.location.hash.slice(1);
    if (secret !== "") window.history.replaceState(null, "", window.location.pathname + window.location.search);
    try {
      if (secret !== "") await call<Exchange>("POST", "/links/exchange", { secret });
      const me = await call<Me>("GET", "/me");
      if (me.organiser === undefined || me.organiser === null) {
        this.phase.set({ name: "locked", problem: null });
        return;
      }
      await this.refresh();
      this.phase.set({ name: "open", organisation: me.organiser.organisation });
      this.follow();
    } catch (error) {
      const problem = asProblem(error);
      this.phase.set([401, 403, 404, 410, 422].includes(problem.status) ? { name: "locked", problem } : { name: "failed", problem });
    }
  };

  /** Follows the browser's back and forward. */
  listen = (): (() => void) => {
    const follow = (): void => this.follow();
    window.addEventListener("popstate", follow);
    return () => window.removeEventListener("popstate", follow);
  };

  refresh = async (): Promise<void> => {
    this.dialogues.set(await call<DialogueSummary[]>("GET", "/dialogues"));
  };

  /** Goes to a place, as a link would. */
  go = (search: string): void => {
    window.history.pushState(null, "", `/o${search}`);
    this.follow();
    window.scrollTo(0, 0);
    void this.refresh().catch(() => undefined);
  };

  create = async (dialogue: NewDialogue): Promise<Problem | null> => {
    try {
      const made = await call<Dialogue>("POST", "/dialogues", dialogue);
      await this.refresh();
      this.go(placeOf(made.id));
      return null;
    } catch (error) {
      return asProblem(error);
    }
  };

  /** Removes everything of the demonstration. */
  removeDemonstration = async (): Promise<Problem | null> => {
    try {
      await call<undefined>("DELETE", "/demonstration");
      // The organisation had the demonstration's name; now it has its own.
      const me = await call<Me>("GET", "/me");
      if (me.organiser !== undefined && me.organiser !== null) this.phase.set({ name: "open", organisation: me.organiser.organisation });
      await this.refresh();
      this.go("");
      return null;
    } catch (error) {
      return asProblem(error);
    }
  };

  private follow(): void {
    const asked = new URLSearchParams(window.location.search);
    const id = asked.get("dialogue");
    const place = this.place.get();
    if (place.name === "dialogue") place.model.close();
    if (id !== null) this.place.set({ name: "dialogue", model: new DialogueModel(id) });
    else this.place.set({ name: asked.has("new") ? "new" : "overview" });
  }
}

/** Returns the address of a dialogue within the organiser's side. */
export function placeOf(id: string): string {
  return `?dialogue=${encodeURIComponent(id)}`;
}
