import { asProblem, call, type Entered, type Lobby, type Problem } from "../../api/index.ts";
import { Cell, keep, kept } from "../../kit/index.ts";
import { camera, microphone } from "./InputModel.ts";
import { LevelModel } from "./LevelModel.ts";
import { OutputModel } from "./OutputModel.ts";
import { StageModel, type Ending, type Entry, type Happening } from "./StageModel.ts";

/** How often the lobby asks who is inside. */
const LOBBY_EVERY_MS = 5000;

/** The longest name: it has to fit on a plate. The server has the same limit. */
export const NAME_MAX = 80;

export type Phase =
  | { name: "loading" }
  | { name: "failed"; problem: Problem }
  | { name: "lobby"; lobby: Lobby; entering: Entering }
  | { name: "stage"; lobby: Lobby; stage: StageModel }
  | { name: "left"; lobby: Lobby; ending: Ending };

export type Entering = { name: "not yet" } | { name: "nameless" } | { name: "under way" } | { name: "failed"; problem: Problem };

/** A visit to a meeting: the lobby, the stage, and the way out. */
export class MeetingModel {
  readonly phase = new Cell<Phase>({ name: "loading" });
  readonly name = new Cell(kept("plenary.name") ?? "");
  readonly speaks: Cell<string>;
  readonly reads: Cell<string>;
  readonly mayRecord = new Cell(false);
  readonly mic = microphone();
  readonly camera = camera();
  readonly output = new OutputModel();
  readonly level = new LevelModel();
  private readonly followers = new Set<(happening: Happening) => void>();

  constructor(
    readonly code: string,
    language: string,
  ) {
    this.speaks = new Cell(kept("plenary.speaks") ?? language);
    this.reads = new Cell(kept("plenary.reads") ?? language);
  }

  /** Opens the lobby and keeps it current; returns what ends it. */
  open = (): (() => void) => {
    const look = (): void => void this.look();
    void this.exchange().then(look);
    const timer = setInterval(look, LOBBY_EVERY_MS);
    const replugged = (): void => void Promise.all([this.mic.list(), this.camera.list(), this.output.list()]);
    void this.output.list();
    const listOutputs = this.mic.state.subscribe(() => void this.output.list());
    // Browsers hide the devices from pages that are not secure.
    const plugs = "mediaDevices" in navigator ? navigator.mediaDevices : null;
    plugs?.addEventListener("devicechange", replugged);
    return () => {
      clearInterval(timer);
      listOutputs();
      plugs?.removeEventListener("devicechange", replugged);
    };
  };

  /** Tells what happens in the room; returns what ends it. */
  follow = (follower: (happening: Happening) => void): (() => void) => {
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  };

  /** Goes in, with whatever is on; everything off is fine. */
  join = async (): Promise<void> => {
    const phase = this.phase.get();
    if (phase.name !== "lobby" || phase.entering.name === "under way") return;
    if (this.name.get().trim() === "") {
      this.phase.set({ ...phase, entering: { name: "nameless" } });
      return;
    }
    this.phase.set({ ...phase, entering: { name: "under way" } });
    this.remember();
    const stage = new StageModel(this.enter, { mic: this.mic, camera: this.camera, output: this.output }, (happening) => this.happen(happening), { speaks: this.speaks.get(), reads: this.reads.get() });
    try {
      await stage.join();
      this.phase.set({ name: "stage", lobby: phase.lobby, stage });
    } catch (error) {
      this.phase.set({ ...phase, entering: { name: "failed", problem: asProblem(error) } });
    }
  };

  /** Goes back to the lobby. */
  again = (): void => {
    this.phase.set({ name: "loading" });
    void this.look();
  };

  private enter = async (): Promise<Entry> => call<Entered>("POST", `/meetings/${encodeURIComponent(this.code)}/enter`, { name: this.name.get().trim(), speaks: this.speaks.get(), reads: this.reads.get(), consent: { record: this.mayRecord.get() } });

  /** Exchanges a delegate's secret for a cookie; a link that ran out still shows the lobby. */
  private async exchange(): Promise<void> {
    const secret = window.location.hash.slice(1);
    if (secret === "") return;
    window.history.replaceState(null, "", window.location.pathname + window.location.search);
    await call<unknown>("POST", "/links/exchange", { secret }).catch(() => undefined);
  }

  private async look(): Promise<void> {
    const before = this.phase.get();
    if (before.name === "stage" || before.name === "left" || (before.name === "lobby" && before.entering.name === "under way")) return;
    try {
      const lobby = await call<Lobby>("GET", `/meetings/${encodeURIComponent(this.code)}/lobby`);
      const now = this.phase.get();
      if (now.name === "lobby") this.phase.set({ ...now, lobby });
      else if (now.name === "loading" || now.name === "failed") this.phase.set({ name: "lobby", lobby, entering: { name: "not yet" } });
    } catch (error) {
      if (this.phase.get().name !== "lobby") this.phase.set({ name: "failed", problem: asProblem(error) });
    }
  }

  private happen(happening: Happening): void {
    const phase = this.phase.get();
    if (happening.name === "ended" && phase.name === "stage") this.phase.set({ name: "left", lobby: phase.lobby, ending: happening.ending });
    for (const follower of this.followers) follower(happening);
  }

  private remember(): void {
    keep("plenary.name", this.name.get().trim());
    keep("plenary.speaks", this.speaks.get());
    keep("plenary.reads", this.reads.get());
  }
}

/** Pairs of a spoken and a read language. */
export type Pairs = readonly (readonly string[])[];

/** Who provides a language to read, given what can be translated into what. */
export type Provider = "machine" | "nobody";

/** Returns who provides captions in a language, from any that can be heard. */
export function providerOf(language: string, available: Pairs): Provider {
  return available.some(([, to]) => to === language) ? "machine" : "nobody";
}

/** Returns the languages that others can read when one speaks this one. */
export function readersOf(language: string, available: Pairs): string[] {
  return [...new Set(available.filter(([from, to]) => from === language && to !== language).flatMap(([, to]) => to ?? []))].sort();
}

/** Returns the languages to choose from: the interface's, the meeting's, and all that can be heard or read. */
export function choosable(base: readonly string[], lobby: Lobby): string[] {
  return [...new Set([...base, ...lobby.languages, ...lobby.captions.available.flat()])];
}
