import type { NewDialogue, NewMeeting } from "../../api/index.ts";

/** The longest address of a dialogue; the server has the same limit. */
const SLUG_MAX = 60;

/** A dialogue while it is being written. */
export interface DialogueDraft {
  languages: readonly string[];
  title: Readonly<Record<string, string>>;
  description: Readonly<Record<string, string>>;
  slug: string;
  /** `2026-11-30`, or nothing. */
  closes: string;
}

export type DraftFault = "languages" | "title" | "slug" | "closes";

/** Returns what is still missing or wrong. */
export function faultsOf(draft: DialogueDraft, today: string): DraftFault[] {
  const faults: DraftFault[] = [];
  if (draft.languages.length === 0) faults.push("languages");
  if (draft.languages.some((language) => (draft.title[language] ?? "").trim() === "")) faults.push("title");
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/u.test(draft.slug)) faults.push("slug");
  if (draft.closes !== "" && draft.closes < today) faults.push("closes");
  return faults;
}

/** Returns what the server is asked to make. */
export function dialogueOf(draft: DialogueDraft): NewDialogue {
  const chosen = (texts: Readonly<Record<string, string>>): Record<string, string> => Object.fromEntries(draft.languages.map((language) => [language, (texts[language] ?? "").trim()] as const).filter(([, text]) => text !== ""));
  return { slug: draft.slug, title: chosen(draft.title), description: chosen(draft.description), languages: [...draft.languages], opens_at: null, closes_at: draft.closes === "" ? null : `${draft.closes}T23:59:00Z` };
}

/** Returns an address made of a title: small letters, figures and hyphens. */
export function slugOf(title: string): string {
  const plain = title.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const slug = plain.replace(/[^a-z0-9]+/gu, "-").replace(/^-+|-+$/gu, "");
  return slug.slice(0, SLUG_MAX).replace(/-+$/u, "");
}

/** A meeting while it is being planned; date and time are the organiser's own. */
export interface MeetingDraft {
  title: Readonly<Record<string, string>>;
  date: string;
  time: string;
  minutes: string;
  isRecorded: boolean;
}

export type MeetingFault = "title" | "when" | "minutes";

/** Returns what is still missing or wrong with a meeting. */
export function meetingFaultsOf(draft: MeetingDraft, languages: readonly string[]): MeetingFault[] {
  const faults: MeetingFault[] = [];
  if (languages.some((language) => (draft.title[language] ?? "").trim() === "")) faults.push("title");
  if (Number.isNaN(Date.parse(`${draft.date}T${draft.time}`))) faults.push("when");
  const minutes = Number(draft.minutes);
  if (!Number.isInteger(minutes) || minutes < 5 || minutes > 1440) faults.push("minutes");
  return faults;
}

/** Returns what the server is asked to plan. */
export function meetingOf(draft: MeetingDraft, languages: readonly string[]): NewMeeting {
  const title = Object.fromEntries(languages.map((language) => [language, (draft.title[language] ?? "").trim()]));
  return { title, starts_at: new Date(`${draft.date}T${draft.time}`).toISOString(), minutes: Number(draft.minutes), is_recorded: draft.isRecorded };
}
