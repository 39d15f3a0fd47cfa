// Every page once through axe, the meeting by keyboard, and, with --shots, seven pages as pictures
// for the guide: at 390 and 1280 px, light, dark and Arabic.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { barriersOn } from "./axe.mjs";
import { mediaOf, openBrowser, personIn, portrait, speech, until } from "./browser.mjs";
import { startServer } from "./server.mjs";

const LOOKS = [
  { name: "light", language: "en", scheme: "light" },
  { name: "dark", language: "en", scheme: "dark" },
  { name: "ar", language: "ar", scheme: "light" },
];

const SIZES = [
  [390, 844],
  [1280, 800],
];

describe("the pages", { concurrency: false }, () => {
  const world = {};

  before(async () => {
    world.server = await startServer({ hasDemonstration: true });
    world.browser = await openBrowser({ picture: portrait(0, [640, 360]) });
    const link = (who) => world.server.said.map((line) => line.trim().split(/\s+/u)).find(([name]) => name === who)?.[1];
    Object.assign(world, { survey: link("citizen"), delegate: link("delegate") });
    const organiser = await personIn(world.browser);
    await organiser.goto(world.server.organiserLink);
    await organiser.getByRole("navigation").getByRole("link").nth(1).click();
    await organiser.getByRole("heading", { level: 1, name: "What future do we want?" }).waitFor();
    world.organiser = organiser;
    world.dialogue = `${world.server.address}/o${new URL(organiser.url()).search}`;
    world.slug = new URL(await organiser.getByRole("link", { name: "Public page" }).getAttribute("href"), world.server.address).pathname.split("/").at(-1);
    await organiser.getByRole("button", { name: "Publish the report" }).first().click();
    await organiser.getByText("Edition 1", { exact: true }).waitFor({ timeout: 120_000 });
    world.cookies = await organiser.context().cookies();
  });

  after(async () => {
    for (const browser of world.others ?? []) await browser.close();
    await world.browser?.close();
    await world.server?.stop();
  });

  test("axe finds nothing on the public page, the survey, the results and the report", async () => {
    const { address } = world.server;
    for (const language of ["en", "ar"]) {
      const page = await personIn(world.browser, { language });
      for (const place of [`${address}/${language}`, `${address}/${language}/d/${world.slug}`, world.survey, `${address}/${language}/d/${world.slug}/results`, `${address}/${language}/d/${world.slug}/report/1`, `${address}/${language}/nothing/here`]) {
        await page.goto(place);
        assert.deepEqual(await barriersOn(page), [], place);
      }
      await page.context().close();
    }
  });

  test("axe finds nothing on the organiser's pages, in either theme", async () => {
    for (const scheme of ["light", "dark"]) {
      const page = await organiserPage(world, { scheme });
      await page.goto(`${world.server.address}/o`);
      await page.getByRole("heading", { level: 1, name: "Dialogues" }).waitFor();
      assert.deepEqual(await barriersOn(page), [], "overview");
      await page.getByRole("main").getByRole("button", { name: "New dialogue" }).click();
      await page.getByLabel("The question, English").waitFor();
      await page.getByRole("button", { name: "Open the dialogue" }).click();
      await page.getByText("This is missing in this language.").waitFor();
      assert.deepEqual(await barriersOn(page), [], "new dialogue with its faults");
      await page.goto(world.dialogue);
      await page.getByText("Edition 1", { exact: true }).waitFor();
      assert.deepEqual(await barriersOn(page), [], "dialogue");
      for (const [open, close] of [["Share", "Back to the dialogue"], ["Plan a meeting", "Not now"], ["Remove the demonstration", "Keep it"]]) {
        await page.getByRole("button", { name: open, exact: true }).first().click();
        await page.getByRole("button", { name: close }).waitFor();
        assert.deepEqual(await barriersOn(page), [], open);
        await page.getByRole("button", { name: close }).click();
      }
      await page.context().close();
    }
  });

  test("a visitor without the link is told how to get one, in words", async () => {
    const page = await personIn(world.browser);
    await page.goto(`${world.server.address}/o#AAAAAAAAAAAAAAAAAAAAAA`);
    await page.getByRole("heading", { name: "This side opens with the organiser’s link." }).waitFor();
    await page.getByText("This link is no longer valid.").waitFor();
    assert.deepEqual(await barriersOn(page), []);
    await page.context().close();
  });

  test("axe finds nothing in the lobby and the meeting, which works by keyboard", async () => {
    const page = await personIn(world.browser, { scheme: "dark" });
    await page.goto(world.delegate);
    await page.getByRole("button", { name: "Join now" }).waitFor();
    assert.equal(new URL(page.url()).hash, "", "the secret stays in nobody's history");
    assert.deepEqual(await barriersOn(page), [], "lobby");
    await page.getByRole("button", { name: "Join now" }).click();
    await page.getByText("Write your name, so that others know who speaks.").waitFor();
    await page.getByLabel("Your name, as others will read it").fill("Ngozi Eze");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Leave the meeting" }).waitFor();
    assert.deepEqual(await barriersOn(page), [], "stage, joined with everything off");

    const mic = page.getByRole("button", { name: /^Microphone:/u });
    assert.equal(await mic.getAttribute("aria-pressed"), "false");
    await page.keyboard.press("Alt+Shift+KeyM");
    await until("the microphone is on", async () => (await mic.getAttribute("aria-pressed")) === "true");
    await page.keyboard.press("Alt+Shift+KeyM");
    await until("it is muted", async () => (await mic.getAttribute("aria-pressed")) === "false");
    await page.keyboard.press("Alt+Shift+KeyP");
    await page.getByRole("complementary").waitFor({ state: "hidden" });
    await page.keyboard.press("Alt+Shift+KeyL");
    await page.getByRole("dialog", { name: "Languages and devices" }).waitFor();
    assert.deepEqual(await barriersOn(page), [], "settings");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Leave the meeting" }).click();
    await page.getByRole("heading", { name: "You have left the meeting." }).waitFor();
    assert.deepEqual(await barriersOn(page), [], "after it");
    await page.context().close();
  });

  test("at 320 px, which is 400 % of a desktop, nothing is cut off sideways, in the longest language and in Arabic", async () => {
    const isCut = async (page) => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    for (const language of ["ru", "ar"]) {
      const page = await organiserPage(world, { language, width: 320, height: 640 });
      await page.goto(world.dialogue);
      await page.locator("[data-edition='1']").waitFor();
      assert.equal(await isCut(page), false, `organiser in ${language}`);
      await page.goto(`${world.server.address}/o?new`);
      await page.locator("form").waitFor();
      assert.equal(await isCut(page), false, `new dialogue in ${language}`);
      await page.goto(world.delegate);
      await page.locator("input[name=name]").fill("Елена Соколова-Преображенская");
      assert.equal(await isCut(page), false, `lobby in ${language}`);
      await page.locator("button[type=submit]").click();
      await page.locator(".control-bar").waitFor();
      assert.equal(await isCut(page), false, `meeting in ${language}`);
      const cut = await page.evaluate(() => [...document.querySelectorAll(".control-button, .top-bar button")].filter((button) => button.offsetParent !== null && (button.getBoundingClientRect().right > window.innerWidth + 1 || button.getBoundingClientRect().left < -1)).map((button) => button.textContent));
      assert.deepEqual(cut, [], `controls in ${language}`);
      await page.context().close();
    }
  });

  test("a shared screen takes the stage of everybody", async () => {
    const [ana, ben] = [await guest(world, world.browser, "Ana"), await guest(world, world.browser, "Ben")];
    await ana.getByRole("button", { name: "Share your screen" }).click();
    await ben.getByRole("figure", { name: "Screen of Ana" }).waitFor({ timeout: 30_000 });
    await until("it moves", async () => ben.evaluate(() => document.querySelector(".share video")?.currentTime > 0.2), { withinMs: 30_000 });
    assert.deepEqual(await barriersOn(ben), []);
    await ana.getByRole("button", { name: "Share your screen" }).click();
    await ben.getByRole("figure").waitFor({ state: "hidden" });
    await ana.context().close();
    await ben.context().close();
  });

  test("without model packs the meeting works and says what is missing", async () => {
    const server = await startServer({ hasDemonstration: true, models: mkdtempSync(path.join(tmpdir(), "plenary-no-models-")) });
    try {
      const page = await personIn(world.browser);
      await page.goto(server.said.find((line) => line.includes("delegate")).trim().split(/\s+/u)[1]);
      await page.getByText("No model that reads speech is installed: there are no captions.").waitFor();
      await page.getByLabel("Your name, as others will read it").fill("Ana");
      await page.getByRole("button", { name: "Join now" }).click();
      await page.getByRole("region", { name: "Captions" }).getByText("No model that reads speech is installed").waitFor();
      await page.context().close();
    } finally {
      await server.stop();
    }
  });

  test("who opens a second window is told so in the first", async () => {
    const first = await guest(world, world.browser, "Ana");
    const second = await first.context().newPage();
    await second.goto(first.url());
    await second.getByRole("button", { name: "Join now" }).click();
    await first.getByRole("heading", { name: "You have joined in another window." }).waitFor();
    await second.getByRole("button", { name: "Leave the meeting" }).waitFor();
    await first.context().close();
  });

  test("a server that was killed and started again is joined again by everybody, and nobody pressed anything", async () => {
    const people = [await guest(world, world.browser, "Ana"), await guest(world, world.browser, "Ben")];
    const frames = async (page) => (await mediaOf(page)).reduce((sum, entry) => sum + entry.frames, 0);
    await world.server.kill();
    for (const page of people) await page.getByText("You have had no connection for").waitFor();
    await world.server.again();
    const started = Date.now();
    for (const page of people) await page.getByText("You have had no connection for").waitFor({ state: "hidden", timeout: 60_000 });
    for (const page of people) {
      const before = await frames(page);
      await until("the other's picture moves", async () => (await frames(page)) > before + 5, { withinMs: 30_000 });
    }
    console.log(`# everybody saw the other again ${Date.now() - started} ms after the server was back`);
    for (const page of people) await page.context().close();
  });

  test("the lobby says what to do when the browser refuses the camera", async () => {
    const page = await personIn(world.browser);
    await page.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = async () => {
        throw new DOMException("refused by the test's browser", "NotAllowedError");
      };
    });
    await page.goto(world.delegate);
    await page.getByRole("button", { name: /^Camera:/u }).click();
    await page.getByText("Your browser does not let this page use it (Camera).").waitFor();
    await page.context().close();
  });

  if (process.env.E2E_SHOTS === "1") test("seven pages as pictures for the guide", () => takePictures(world));
});

/** Takes each page at two sizes, light, dark and Arabic. */
async function takePictures(world) {
  const folder = fileURLToPath(new URL("../../docs/guide/shots/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  const browsers = (world.others = [await openBrowser({ picture: portrait(1, [640, 360]), sound: speech("two_cities.wav") }), await openBrowser({ picture: portrait(2, [640, 360]) })]);
  const speaker = await guest(world, browsers[0], "Sofía Herrera");
  await speaker.getByRole("button", { name: /^Microphone:/u }).click();
  await guest(world, browsers[1], "Priya Nair");
  for (const look of LOOKS) {
    for (const [width, height] of SIZES) {
      const page = await organiserPage(world, { ...look, width, height });
      const shoot = async (name) => {
        await page.evaluate(() => document.fonts.ready);
        await page.screenshot({ path: `${folder}${name}-${width}-${look.name}.png` });
      };
      const { address } = world.server;
      await page.goto(world.survey);
      await shoot("survey");
      await page.goto(`${address}/${look.language}/d/${world.slug}`);
      await shoot("dialogue");
      await page.goto(`${address}/${look.language}/d/${world.slug}/results`);
      await shoot("results");
      await page.goto(`${address}/${look.language}/d/${world.slug}/report/1`);
      await shoot("report");
      await page.goto(world.dialogue);
      await page.locator("[data-edition='1']").waitFor();
      await shoot("organiser");
      await page.goto(world.delegate);
      await page.locator("input[name=name]").fill("Omar Haddad");
      await page.locator(".preview-controls button").last().click();
      await until("the preview moves", async () => page.evaluate(() => document.querySelector(".preview video")?.currentTime > 0.5));
      await shoot("lobby");
      if (look.language === "en") {
        await page.getByRole("button", { name: "I read captions in" }).click();
        await page.getByRole("option", { name: "Português" }).click();
      }
      await page.locator("button[type=submit]").click();
      await until("two pictures move", async () => page.evaluate(() => [...document.querySelectorAll(".stage video")].filter((video) => video.currentTime > 0.5).length >= 3), { withinMs: 40_000 });
      await page.locator(".caption").waitFor({ timeout: 60_000 });
      await page.locator(".tile.speaks").waitFor({ timeout: 60_000 });
      await shoot("meeting");
      await page.context().close();
    }
  }
}

/** Opens a page of the organiser, who is let in already. */
async function organiserPage(world, options) {
  const page = await personIn(world.browser, options);
  await page.context().addCookies(world.cookies);
  return page;
}

/** Somebody who sits in the meeting with a camera. */
async function guest(world, browser, name) {
  const page = await personIn(browser);
  await page.goto(world.delegate);
  await page.getByLabel("Your name, as others will read it").fill(name);
  await page.getByRole("button", { name: /^Camera:/u }).click();
  await page.getByRole("button", { name: /^Camera:/u, pressed: true }).waitFor();
  await page.getByRole("button", { name: "Join now" }).click();
  await page.getByRole("button", { name: "Leave the meeting" }).waitFor();
  return page;
}
