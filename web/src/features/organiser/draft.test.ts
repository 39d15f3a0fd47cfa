import { expect, test } from "vitest";

import { dialogueOf, faultsOf, meetingFaultsOf, slugOf, type DialogueDraft } from "./draft.ts";

test.each([
  ["What should your river be in 2040?", "what-should-your-river-be-in-2040"],
  ["Où va l’école ?", "ou-va-l-ecole"],
  ["水", ""],
])("the address of “%s” is “%s”", (title, slug) => {
  expect(slugOf(title)).toBe(slug);
});

test("a draft without a title in a chosen language is not ready", () => {
  expect(faultsOf({ ...draft, languages: ["en", "fr"] }, "2026-11-25")).toEqual(["title"]);
});

test("a draft that closes in the past is not ready", () => {
  expect(faultsOf({ ...draft, closes: "2026-11-24" }, "2026-11-25")).toEqual(["closes"]);
});

test("a draft that is complete has no fault", () => {
  expect(faultsOf(draft, "2026-11-25")).toEqual([]);
});

test("words of a language that was taken back are not sent", () => {
  expect(dialogueOf({ ...draft, title: { en: " River ", fr: "Fleuve" } })).toEqual({ slug: "river", title: { en: "River" }, description: {}, languages: ["en"], opens_at: null, closes_at: null });
});

test("a meeting needs a title, a time and a length", () => {
  expect(meetingFaultsOf({ title: {}, date: "", time: "12:00", minutes: "0", isRecorded: false }, ["en"])).toEqual(["title", "when", "minutes"]);
});

const draft: DialogueDraft = { languages: ["en"], title: { en: "River" }, description: {}, slug: "river", closes: "" };
