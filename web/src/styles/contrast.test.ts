import { readFileSync } from "node:fs";
import path from "node:path";

import { expect, test } from "vitest";

const css = readFileSync(path.resolve(import.meta.dirname, "../../../crates/server/assets/tokens.css"), "utf8");
const light = tokensOf(/:root, \[data-theme="light"\] \{([\s\S]*?)\n\}/u);
const dark = tokensOf(/\n\[data-theme="dark"\] \{([\s\S]*?)\n\}/u);

/** Text needs 4.5, what is pressed or read as a shape needs 3 (WCAG 2.2, 1.4.3 and 1.4.11). */
const PAIRS: [string, string, number][] = [
  ["ink", "surface", 4.5],
  ["ink", "surface-sunken", 4.5],
  ["ink", "surface-tint", 4.5],
  ["ink-2", "surface", 4.5],
  ["ink-2", "surface-sunken", 4.5],
  ["ink-3", "surface", 4.5],
  ["ink-3", "surface-sunken", 4.5],
  ["accent", "surface", 4.5],
  ["accent", "surface-tint", 4.5],
  ["on-accent", "accent", 4.5],
  ["danger", "surface", 4.5],
  ["danger", "danger-tint", 4.5],
  ["on-danger", "danger", 4.5],
  ["warn", "warn-tint", 4.5],
  ["ok", "ok-tint", 4.5],
  ["on-live", "live", 4.5],
  ["on-plate", "plate", 4.5],
  ["control", "surface", 3],
  ["control", "surface-tint", 3],
  ["focus", "surface", 3],
  ["speaking", "stage", 3],
];

test.each(PAIRS)("%s on %s is at least %f to one in the light", (ink, ground, least) => {
  expect(ratio(light, ink, ground)).toBeGreaterThanOrEqual(least);
});

test.each(PAIRS)("%s on %s is at least %f to one in the dark", (ink, ground, least) => {
  expect(ratio(dark, ink, ground)).toBeGreaterThanOrEqual(least);
});

function tokensOf(block: RegExp): Map<string, string> {
  const text = block.exec(css)?.[1] ?? "";
  return new Map([...text.matchAll(/--([a-z0-9-]+): (#[0-9A-F]{6})/giu)].map((match) => [match[1] ?? "", match[2] ?? ""]));
}

function ratio(tokens: Map<string, string>, ink: string, ground: string): number {
  const [a, b] = [luminance(tokens.get(ink)), luminance(tokens.get(ground))].sort((one, other) => other - one);
  return ((a ?? 0) + 0.05) / ((b ?? 1) + 0.05);
}

function luminance(hex: string | undefined): number {
  if (hex === undefined) throw new Error("no such token");
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}
