import { expect, test } from "vitest";

import { barsOf } from "./LevelModel.ts";

test("silence lights no bar", () => {
  expect(barsOf(new Float32Array(256))).toBe(0);
});

test("a voice at speaking level lights most", () => {
  expect(barsOf(new Float32Array(256).fill(0.1))).toBe(12);
});

test("the loudest sound lights all", () => {
  expect(barsOf(new Float32Array(256).fill(0.9))).toBe(14);
});
