import { expect, test } from "vitest";

import { providerOf, readersOf } from "./MeetingModel.ts";

const available = [
  ["en", "en"],
  ["en", "pt"],
  ["pt", "en"],
] as const;

test("a language with a pack is provided by a machine", () => {
  expect(providerOf("pt", available)).toBe("machine");
});

test("a language without a pack is provided by nobody", () => {
  expect(providerOf("ru", available)).toBe("nobody");
});

test("who speaks a language learns which others can read", () => {
  expect(readersOf("en", available)).toEqual(["pt"]);
});
