import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { OrganiserModel } from "./OrganiserModel.ts";

/** What the network answers, by method and path. */
let answers: Record<string, { status: number; body: unknown }>;
let asked: string[];

beforeEach(() => {
  asked = [];
  answers = {
    "POST /api/v1/links/exchange": { status: 200, body: {} },
    "GET /api/v1/me": { status: 200, body: { organiser: { capability: "organiser", organisation: { id: "OR_1", name: "River Cities Forum" } } } },
    "GET /api/v1/dialogues": { status: 200, body: [] },
  };
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    const call = `${init.method ?? "GET"} ${path}`;
    asked.push(call);
    const answer = answers[call] ?? { status: 404, body: { code: "not_found" } };
    return Promise.resolve(new Response(answer.status === 204 ? null : JSON.stringify(answer.body), { status: answer.status }));
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  window.history.replaceState(null, "", "/o");
});

test("the link's secret is exchanged once and leaves the address", async () => {
  window.history.replaceState(null, "", "/o#secret");
  const model = new OrganiserModel();

  await model.open();

  expect([window.location.hash, model.phase.get(), asked[0]]).toEqual(["", { name: "open", organisation: { id: "OR_1", name: "River Cities Forum" } }, "POST /api/v1/links/exchange"]);
});

test("without a link nothing is shown but how to get one", async () => {
  answers["GET /api/v1/me"] = { status: 200, body: { organiser: null } };
  const model = new OrganiserModel();

  await model.open();

  expect(model.phase.get()).toEqual({ name: "locked", problem: null });
});

test("a link that ran out says so", async () => {
  window.history.replaceState(null, "", "/o#old");
  answers["POST /api/v1/links/exchange"] = { status: 404, body: { code: "link_invalid" } };
  const model = new OrganiserModel();

  await model.open();

  expect(model.phase.get()).toMatchObject({ name: "locked", problem: { code: "link_invalid" } });
});

test("a server that does not answer is no reason to lock", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("network")));
  const model = new OrganiserModel();

  await model.open();

  expect(model.phase.get()).toMatchObject({ name: "failed", problem: { code: "unreachable" } });
});

test("an address that is taken is told and nothing else changes", async () => {
  answers["POST /api/v1/dialogues"] = { status: 409, body: { code: "conflict", reference: "4F7K" } };
  const model = new OrganiserModel();
  await model.open();

  const problem = await model.create({ slug: "river", title: { en: "River" }, languages: ["en"] });

  expect([problem?.code, problem?.reference, model.place.get()]).toEqual(["conflict", "4F7K", { name: "overview" }]);
});

test("after the demonstration the organisation has its own name", async () => {
  vi.stubGlobal("scrollTo", () => undefined);
  const model = new OrganiserModel();
  await model.open();
  answers["DELETE /api/v1/demonstration"] = { status: 204, body: null };
  answers["GET /api/v1/me"] = { status: 200, body: { organiser: { capability: "organiser", organisation: { id: "OR_1", name: "Plenary" } } } };

  await model.removeDemonstration();

  expect(model.phase.get()).toEqual({ name: "open", organisation: { id: "OR_1", name: "Plenary" } });
});
