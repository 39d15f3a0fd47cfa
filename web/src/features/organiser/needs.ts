import type { Dialogue, Meeting } from "../../api/index.ts";

const DAY_MS = 86_400_000;

/** From how many days before its end on a dialogue says that it closes. */
const CLOSES_SOON_DAYS = 7;

/** What waits for the organiser, the most pressing first. */
export type Need =
  | { name: "open" }
  | { name: "survey" }
  | { name: "record"; meeting: Meeting }
  | { name: "share" }
  | { name: "meeting" }
  | { name: "publish"; responses: number }
  | { name: "retry"; number: number }
  | { name: "words"; languages: string[] }
  | { name: "closes"; at: string; days: number };

/** Returns what a dialogue needs of its organiser. */
export function needsOf(dialogue: Dialogue, nowMs: number): Need[] {
  const needs: Need[] = [];
  const { responses } = dialogue.counts;
  const last = dialogue.editions.reduce<Dialogue["editions"][number] | undefined>((newest, edition) => (newest === undefined || edition.number > newest.number ? edition : newest), undefined);
  if (last?.state === "failed") needs.push({ name: "retry", number: last.number });
  if (dialogue.surveys.length === 0) needs.push({ name: "survey" });
  if (dialogue.state === "draft" && dialogue.surveys.length > 0) needs.push({ name: "open" });
  for (const meeting of dialogue.meetings) {
    if (meeting.is_recorded && !meeting.is_record_approved && endOf(meeting) < nowMs && meeting.people > 0) needs.push({ name: "record", meeting });
  }
  if (dialogue.state === "open" && dialogue.surveys.length > 0 && responses === 0) needs.push({ name: "share" });
  const days = dialogue.closes_at === undefined || dialogue.closes_at === null ? null : (Date.parse(dialogue.closes_at) - nowMs) / DAY_MS;
  if (dialogue.closes_at !== undefined && dialogue.closes_at !== null && days !== null && days >= 0 && days <= CLOSES_SOON_DAYS && dialogue.state === "open") needs.push({ name: "closes", at: dialogue.closes_at, days: Math.ceil(days) });
  const missing = dialogue.languages.filter((language) => (dialogue.title[language] ?? "") === "");
  if (missing.length > 0) needs.push({ name: "words", languages: missing });
  if (!dialogue.meetings.some((meeting) => endOf(meeting) >= nowMs)) needs.push({ name: "meeting" });
  if (responses > 0 && last === undefined) needs.push({ name: "publish", responses });
  return needs;
}

/** Returns when a meeting ends, in ms. */
export function endOf(meeting: Meeting): number {
  return Date.parse(meeting.starts_at) + meeting.minutes * 60_000;
}
