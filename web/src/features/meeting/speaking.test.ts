import { expect, test } from "vitest";

import { Speaking } from "./speaking.ts";

test("a cough does not light the ring", () => {
  const speaking = new Speaking();

  speaking.hear(["ana"], 0);

  expect(speaking.speakers(100)).toEqual([]);
});

test("speech lights the ring after 200 ms", () => {
  const speaking = new Speaking();

  speaking.hear(["ana"], 0);

  expect(speaking.speakers(200)).toEqual(["ana"]);
});

test("a breath does not put it out", () => {
  const speaking = new Speaking();
  speaking.hear(["ana"], 0);

  speaking.hear([], 3000);

  expect(speaking.speakers(3900)).toEqual(["ana"]);
});

test("a second of silence does", () => {
  const speaking = new Speaking();
  speaking.hear(["ana"], 0);

  speaking.hear([], 3000);

  expect(speaking.speakers(4000)).toEqual([]);
});

test("the large picture changes after two seconds of speech and not sooner", () => {
  const speaking = new Speaking();
  speaking.hear(["ana"], 0);
  const first = speaking.largeSpeaker(2000);
  speaking.hear(["ben"], 2500);

  expect([first, speaking.largeSpeaker(4000), speaking.largeSpeaker(4500)]).toEqual(["ana", "ana", "ben"]);
});
