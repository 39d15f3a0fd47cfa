import type { MessageKey, Shortcut } from "../../kit/index.ts";

export type Act = "mic" | "camera" | "captions" | "people" | "settings";

/** All shortcuts of the meeting: one table for the handler, the help and `aria-keyshortcuts`. */
export const SHORTCUTS: readonly (Shortcut<Act> & { what: MessageKey })[] = [
  { act: "mic", code: "KeyM", keys: "Alt+Shift+M", what: "meeting.microphone" },
  { act: "camera", code: "KeyV", keys: "Alt+Shift+V", what: "meeting.camera" },
  { act: "captions", code: "KeyC", keys: "Alt+Shift+C", what: "meeting.captions_act" },
  { act: "people", code: "KeyP", keys: "Alt+Shift+P", what: "meeting.people_act" },
  { act: "settings", code: "KeyL", keys: "Alt+Shift+L", what: "meeting.settings_act" },
];

/** Returns the keys of an act, as `aria-keyshortcuts` wants them. */
export function keysOf(act: Act): string {
  return SHORTCUTS.find((shortcut) => shortcut.act === act)?.keys ?? "";
}
