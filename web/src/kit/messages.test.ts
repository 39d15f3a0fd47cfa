import { expect, test } from "vitest";

import vectors from "../../../messages/vectors.json";
import { argumentsOf, format } from "./messages.ts";

const cases: { language: string; message: string; args: Record<string, string | number>; text: string }[] = vectors.map((vector) => ({ ...vector, args: Object.fromEntries(Object.entries(vector.args)) }));

test.each(cases)("$language: $text, as in Rust", ({ language, message, args, text }) => {
  expect(format(language, message, args)).toBe(text);
});

test.each([
  [0, "٠ لا"],
  [1, "واحد"],
  [2, "اثنان"],
  [5, "5 قليل"],
  [11, "11 كثير"],
  [100, "100 آخر"],
])("arabic has a form for %i", (n, text) => {
  const message = "{n, plural, zero {٠ لا} one {واحد} two {اثنان} few {# قليل} many {# كثير} other {# آخر}}";

  expect(format("ar", message, { n })).toBe(text);
});

test("an argument that is missing shows itself", () => {
  expect(format("en", "Hello {name}")).toBe("Hello {name}");
});

test("arguments are found in every form", () => {
  expect(argumentsOf("{n, plural, one {{name} alone} other {# with {place}}}")).toEqual(new Set(["n", "name", "place"]));
});

test("a brace too many is refused", () => {
  expect(() => format("en", "a } b")).toThrow("a brace too many");
});

test("a plural without other is refused", () => {
  expect(() => format("en", "{n, plural, one {x}}")).toThrow("no form for other");
});
