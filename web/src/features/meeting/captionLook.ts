import { Cell, keep, kept } from "../../kit/index.ts";

export const SIZES = ["small", "usual", "large"] as const;

export type CaptionSize = (typeof SIZES)[number];

/** How a reader wants captions: how large, and whether a screen reader reads each settled one aloud. */
export interface CaptionLook {
  size: CaptionSize;
  isAloud: boolean;
}

/** The reader's choice; kept in this browser. */
export const captionLook = new Cell<CaptionLook>(read(kept("plenary.captions")));

/** Chooses, shows and keeps. */
export function chooseCaptionLook(change: Partial<CaptionLook>): void {
  const next = { ...captionLook.get(), ...change };
  captionLook.set(next);
  keep("plenary.captions", `${next.size} ${next.isAloud ? "aloud" : "silent"}`);
}

function read(text: string | null): CaptionLook {
  const [size, sound] = (text ?? "").split(" ");
  return { size: SIZES.find((one) => one === size) ?? "usual", isAloud: sound === "aloud" };
}
