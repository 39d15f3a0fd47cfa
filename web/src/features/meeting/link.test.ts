import { expect, test } from "vitest";

import { LinkWatch } from "./link.ts";

test("a quiet room with a server that answers is connected", () => {
  const watch = new LinkWatch(0);

  watch.handleAnswer(true, 2000);

  expect(watch.state).toEqual({ name: "up" });
});

test("silence raises a question, and no answer means no connection since the last sign of life", () => {
  const watch = new LinkWatch(0);
  watch.handleMedia(1000);

  const isAsked = watch.isSuspect(2000);
  watch.handleAnswer(false, 2900);

  expect([isAsked, watch.state]).toEqual([true, { name: "down", sinceMs: 1000 }]);
});

test("a server that answered is not asked again at once", () => {
  const watch = new LinkWatch(0);
  watch.handleAnswer(true, 2000);

  expect([watch.isSuspect(2300), watch.isSuspect(2800)]).toEqual([false, true]);
});

test("media that flows again ends it", () => {
  const watch = new LinkWatch(0);
  watch.handleAnswer(false, 2000);

  watch.handleMedia(9000);

  expect(watch.state).toEqual({ name: "up" });
});

test("media alone does not end it while the room is being joined again", () => {
  const watch = new LinkWatch(0);
  watch.handleRoom(false, 2000);

  watch.handleMedia(3000);

  expect(watch.state.name).toBe("down");
});

test("joined again is connected again", () => {
  const watch = new LinkWatch(0);
  watch.handleRoom(false, 2000);

  watch.handleRoom(true, 4000);

  expect(watch.state).toEqual({ name: "up" });
});

test("a media path that is dead for long is a cut although the server answers", () => {
  const watch = new LinkWatch(0);

  watch.handleAnswer(true, 7100);

  expect(watch.state).toEqual({ name: "down", sinceMs: 0 });
});
