import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

import { expect, test } from "vitest";

import { UN } from "./language.ts";
import { argumentsOf } from "./messages.ts";

const NOUNS = ["app", "meeting", "organiser"] as const;
const root = path.resolve(import.meta.dirname, "../../..");

test.each(UN.flatMap((tag) => NOUNS.map((noun) => [tag, noun] as const)))("%s has every word of %s, with the same arguments", (tag, noun) => {
  const english = catalogue("en", noun);
  const other = catalogue(tag, noun);

  const faults = Object.keys(english).filter((key) => other[key] === undefined || [...argumentsOf(other[key])].sort().join() !== [...argumentsOf(english[key] ?? "")].sort().join());

  expect([faults, Object.keys(other).filter((key) => english[key] === undefined)]).toEqual([[], []]);
});

test.each(NOUNS)("no word of %s is unused", (noun) => {
  const source = sourcesIn(path.join(root, "web/src")).join("\n");

  const unused = Object.keys(catalogue("en", noun)).filter((key) => !source.includes(`"${noun}.${key}"`));

  expect(unused).toEqual([]);
});

test.each(["ar", "ru"] as const)("every plural of %s has the forms its numbers need", (tag) => {
  const needed = [...new Set([0, 1, 2, 5, 11, 100].map((n) => new Intl.PluralRules(tag).select(n)))];
  const faults = NOUNS.flatMap((noun) =>
    Object.entries(catalogue(tag, noun))
      .filter(([, message]) => message.includes(", plural,"))
      .filter(([, message]) => needed.some((form) => !new RegExp(`[\\s}]${form} \\{`, "u").test(message)))
      .map(([key]) => `${noun}.${key}`),
  );

  expect(faults).toEqual([]);
});

function catalogue(tag: string, noun: string): Record<string, string> {
  const text = readFileSync(path.join(root, "messages", tag, `${noun}.json`), "utf8");
  return JSON.parse(text) as Record<string, string>;
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const place = path.join(folder, name);
    if (statSync(place).isDirectory()) return sourcesIn(place);
    return /\.tsx?$/u.test(name) && !name.includes(".test.") ? [readFileSync(place, "utf8")] : [];
  });
}
