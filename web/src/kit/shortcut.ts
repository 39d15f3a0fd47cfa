/** What a key press with its modifiers does. Every shortcut has a modifier, so that typing never acts. */
export interface Shortcut<Act extends string> {
  act: Act;
  /** As `KeyboardEvent.code`: the place on the keyboard, the same in every alphabet. */
  code: string;
  /** As people read it, and as `aria-keyshortcuts` wants it. */
  keys: string;
}

/** Returns the shortcut that a key press is, if it is one: Alt and Shift with a letter. */
export function shortcutOf<Act extends string>(table: readonly Shortcut<Act>[], event: KeyboardEvent): Act | null {
  if (!event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey) return null;
  return table.find((entry) => entry.code === event.code)?.act ?? null;
}
