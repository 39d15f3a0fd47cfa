import { expect, test } from "vitest";

import type { Dialogue, Meeting } from "../../api/index.ts";
import { needsOf } from "./needs.ts";

const NOW = Date.parse("2026-11-25T12:00:00Z");

test("a new dialogue needs a survey and a meeting", () => {
  expect(namesOf(dialogue({ state: "draft" }))).toEqual(["survey", "meeting"]);
});

test("a dialogue with a survey needs to be opened", () => {
  expect(namesOf(dialogue({ state: "draft", surveys: [survey] }))).toEqual(["open", "meeting"]);
});

test("an open dialogue without answers needs its link shared", () => {
  expect(namesOf(dialogue({ surveys: [survey], meetings: [upcoming] }))).toEqual(["share"]);
});

test("a past meeting whose record nobody approved comes first", () => {
  const past = { ...upcoming, starts_at: "2026-11-20T12:00:00Z", people: 3, is_recorded: true };

  expect(namesOf(dialogue({ surveys: [survey], meetings: [past, upcoming], counts: { responses: 5, meetings: 2, editions: 0 } }))).toEqual(["record", "publish"]);
});

test("answers without a report need one", () => {
  expect(namesOf(dialogue({ surveys: [survey], meetings: [upcoming], counts: { responses: 5, meetings: 1, editions: 0 } }))).toEqual(["publish"]);
});

test("a report that failed is the first thing", () => {
  const failed = { id: "ED_1", number: 1, state: "failed", progress: { done: 2, of: 6 }, languages: ["en"], url: "" };

  expect(namesOf(dialogue({ surveys: [survey], meetings: [upcoming], editions: [failed], counts: { responses: 5, meetings: 1, editions: 1 } }))).toEqual(["retry"]);
});

test("a dialogue says a week before that it closes", () => {
  expect(namesOf(dialogue({ surveys: [survey], meetings: [upcoming], closes_at: "2026-11-30T23:59:00Z", counts: { responses: 5, meetings: 1, editions: 0 } }))).toEqual(["closes", "publish"]);
});

test("a language without a title is named", () => {
  expect(needsOf(dialogue({ surveys: [survey], meetings: [upcoming], languages: ["en", "ru"], counts: { responses: 0, meetings: 1, editions: 0 } }), NOW)).toContainEqual({ name: "words", languages: ["ru"] });
});

const survey = { id: "SV_1", code: "a", url: "/s/a", version: 1, state: "open", responses: 0 };

const upcoming: Meeting = { id: "MT_1", code: "m", url: "/m/m", title: { en: "A meeting" }, starts_at: "2026-11-26T12:00:00Z", minutes: 60, is_recorded: false, is_record_approved: false, people: 0, present: 0 };

function dialogue(given: Partial<Dialogue>): Dialogue {
  return { id: "DG_1", slug: "river", title: { en: "River" }, description: {}, languages: ["en"], state: "open", is_demonstration: false, url: "/en/d/river", counts: { responses: 0, meetings: 0, editions: 0 }, surveys: [], meetings: [], editions: [], ...given };
}

function namesOf(given: Dialogue): string[] {
  return needsOf(given, NOW).map((need) => need.name);
}
