import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Announcer } from "./announcer.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("what happens at once is said in one breath and once", () => {
  const announcer = new Announcer();

  announcer.announce("Ana came in.", "polite");
  announcer.announce("Ben came in.", "polite");
  announcer.announce("Ana came in.", "polite");
  vi.advanceTimersByTime(600);

  expect(announcer.polite.get()).toBe("Ana came in. Ben came in.");
});

test("what is urgent is said at once", () => {
  const announcer = new Announcer();

  announcer.announce("You have no connection.", "assertive");

  expect(announcer.assertive.get()).toBe("You have no connection.");
});
