import { expect, test } from "vitest";

import { pick, wishFrom } from "./devices.ts";

const builtIn = { id: "1", name: "Built in" };
const headset = { id: "2", name: "Headset" };

test("the device chosen is used while it is there", () => {
  expect(pick([builtIn, headset], headset)).toEqual(headset);
});

test("a device that was unplugged gives way to the first, and comes back when it is plugged in", () => {
  const without = pick([builtIn], headset);
  const again = pick([builtIn, { id: "9", name: "Headset" }], headset);

  expect([without, again]).toEqual([builtIn, { id: "9", name: "Headset" }]);
});

test("without devices there is none", () => {
  expect(pick([], headset)).toBeNull();
});

test("nonsense in the browser's storage is no wish", () => {
  expect([wishFrom("[", "audioinput"), wishFrom('{"audioinput": 5}', "audioinput"), wishFrom(null, "audioinput")]).toEqual([null, null, null]);
});

test("a wish is read back as it was kept", () => {
  expect(wishFrom('{"audioinput":{"id":"2","name":"Headset"}}', "audioinput")).toEqual(headset);
});
