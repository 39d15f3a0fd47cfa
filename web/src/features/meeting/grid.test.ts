import { expect, test } from "vitest";

import { largestGrid, shown } from "./grid.ts";

test.each([
  [1, 960, 580, { columns: 1, tile: 944 }],
  [2, 960, 580, { columns: 1, tile: 494 }],
  [4, 960, 580, { columns: 2, tile: 468 }],
  [9, 960, 580, { columns: 3, tile: 309 }],
  [3, 390, 592, { columns: 1, tile: 331 }],
])("%i tiles in %i × %i are as large as they can be", (count, width, height, grid) => {
  expect(largestGrid(count, width, height, 16 / 9)).toEqual(grid);
});

test("those who came first keep their places while others speak", () => {
  const spoke = new Map([["b", 5000]]);

  expect(shown(["a", "b", "c"], 3, spoke, ["a", "b", "c"])).toEqual(["a", "b", "c"]);
});

test("somebody unseen who speaks takes the place of the most silent", () => {
  const spoke = new Map([["a", 1000], ["c", 3000], ["d", 5000]]);

  expect(shown(["a", "b", "c", "d"], 3, spoke, ["a", "b", "c"])).toEqual(["a", "d", "c"]);
});

test("a place that becomes free goes to the next who came", () => {
  expect(shown(["a", "c", "d"], 3, new Map(), ["a", "b", "c"])).toEqual(["a", "c", "d"]);
});
