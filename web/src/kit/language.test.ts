import { expect, test } from "vitest";

import { readingOf } from "./language.ts";

test("a dialogue is read in one's own language, else in English, else in its first", () => {
  expect(readingOf(["en", "ar"], "ar")).toBe("ar");
  expect(readingOf(["fr", "en"], "ar")).toBe("en");
  expect(readingOf(["fr", "es"], "ar")).toBe("fr");
});
