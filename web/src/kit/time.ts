import { localeOf } from "./language.ts";

/** Returns `Thursday 26 November` in the reader's own time and language. */
export function longDate(tag: string, at: Date): string {
  return new Intl.DateTimeFormat(localeOf(tag), { weekday: "long", day: "numeric", month: "long" }).format(at);
}

/** Returns `26 Nov 2026`. */
export function shortDate(tag: string, at: Date): string {
  return new Intl.DateTimeFormat(localeOf(tag), { day: "numeric", month: "short", year: "numeric" }).format(at);
}

/** Returns `26 Nov, 15:00`. */
export function shortTime(tag: string, at: Date): string {
  return new Intl.DateTimeFormat(localeOf(tag), { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

/** Returns `15:24`, with seconds where asked. */
export function clock(at: Date, seconds: "with seconds" | "without seconds" = "without seconds"): string {
  const parts = [at.getHours(), at.getMinutes(), ...(seconds === "with seconds" ? [at.getSeconds()] : [])];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

/** Returns how long something has lasted, as `0:12`. */
export function lasted(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Returns a number in its language's own form. */
export function integer(tag: string, number: number): string {
  return new Intl.NumberFormat(localeOf(tag), { maximumFractionDigits: 0 }).format(number);
}

/** Returns names as a sentence's list: `Ana, Ben and Carla`. */
export function listed(tag: string, names: readonly string[]): string {
  return new Intl.ListFormat(localeOf(tag), { type: "conjunction" }).format(names);
}
