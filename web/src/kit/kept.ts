/** What a browser remembers between visits: settings only, never anything about a person's answers. */
export type KeptKey = "plenary.language" | "plenary.theme" | "plenary.name" | "plenary.speaks" | "plenary.reads" | "plenary.devices" | "plenary.captions";

/** Returns what was kept; null also where the browser forbids storage. */
export function kept(key: KeptKey): string | null {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keeps a setting. A browser that forbids storage forgets it at the end of the visit. */
export function keep(key: KeptKey, value: string): void {
  try {
    window.localStorage.setItem(key, value);
  } catch {
    return;
  }
}
