// The whole job as one story: an organiser asks, citizens answer, three people of two languages
// meet, and the report comes out. Told once on each database.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { cutNetwork, mediaOf, openBrowser, personIn, portrait, speech, until } from "./browser.mjs";
import { startServer } from "./server.mjs";

const SIX = [
  ["ar", "أي نهر نريد؟"],
  ["zh", "我们想要怎样的河流？"],
  ["en", "What should our river be?"],
  ["fr", "Que doit être notre fleuve ?"],
  ["ru", "Какой должна быть наша река?"],
  ["es", "¿Cómo debe ser nuestro río?"],
];

const AUTONYMS = { ar: "العربية", zh: "中文", en: "English", fr: "Français", ru: "Русский", es: "Español" };

/** What six citizens answer: two without JavaScript. */
const ANSWERS = [
  { language: "en", hasScript: false, recovery: ["water", "healthcare", "climate"], cooperation: "much-more" },
  { language: "fr", hasScript: false, recovery: ["water"], cooperation: "more" },
  { language: "es", hasScript: true, recovery: ["water", "climate"], cooperation: "more" },
  { language: "ar", hasScript: true, recovery: ["healthcare"], cooperation: "no-change" },
  { language: "ru", hasScript: true, recovery: ["climate", "water"], cooperation: "much-more" },
  { language: "zh", hasScript: true, recovery: ["water", "economy"], cooperation: "much-more" },
];

/** What an old edition says of a newer one. */
const NEWER = /<p class="report-newer">[\s\S]*?<\/p>/u;

/** Real speech, of which one is drawn: words of it, and words of any fair translation. */
const CLIPS = [
  { file: "jfk.wav", english: /country|americans|ask/iu, portuguese: /país|american|pode|pergunt/iu },
  { file: "beckett.wav", english: /fail|tried|better|matter/iu, portuguese: /falh|tent|fracass|melhor|import/iu },
  { file: "austen_0880.wav", english: /young man|disposed/iu, portuguese: /jovem|homem|rapaz/iu },
  { file: "austen_0930.wav", english: /amiable|himself/iu, portuguese: /amável|feito|próprio|ele/iu },
  { file: "two_cities.wav", english: /times|wisdom|age|epoch|season/iu, portuguese: /tempo|era|idade|sabedoria|época|estação/iu },
];

/** Told within three seconds; the page is looked at ten times a second. */
const TOLD_MS = 3000;

/** Tells the story on a database. */
export function story(engine) {
  describe(`the whole job on ${engine}`, { concurrency: false }, () => {
    const world = { people: [], broken: null };
    // A story cannot go on after a part that failed: its later parts say so at once.
    const part = (name, tell) =>
      test(name, async () => {
        if (world.broken !== null) throw new Error(`not told, because this failed before: ${world.broken}`);
        world.broken = name;
        try {
          await tell(world);
        } catch (error) {
          await keepPictures(engine, world);
          throw error;
        }
        world.broken = null;
      });

    before(async () => {
      world.server = await startServer({ engine });
      world.clip = CLIPS.find((clip) => clip.file === process.env.E2E_CLIP) ?? CLIPS[Math.floor(Math.random() * CLIPS.length)];
      console.log(`# Ana speaks ${world.clip.file}; E2E_CLIP=${world.clip.file} tells this story again`);
      world.speaker = await openBrowser({ sound: speech(world.clip.file) });
      world.browser = await openBrowser({ picture: portrait() });
    });

    after(async () => {
      cutNetwork(false);
      await world.speaker?.close();
      await world.browser?.close();
      await world.server?.stop();
    });

    part("the organiser opens a dialogue in six languages and adds a survey and a meeting", organise);
    part("six citizens answer by link, two of them without JavaScript, and are counted live", answer);
    part("three people of two languages enter by link, see and hear each other", meet);
    part("speech in one browser becomes captions in another language in another browser", caption);
    part("a cut network is told within three seconds and the way back needs nobody", reconnect);
    part("what was said stands in the record, which the organiser approves", record);
    part("the organiser publishes a page and a PDF in six languages, with the data", publish);
    part("a changed answer changes the next edition and leaves the old one alone", publishAgain);
    part("no page asked another host or broke a rule of its policy", () => {
      for (const page of world.people) assert.deepEqual([page.foreign, page.complaints.filter(isOurs)], [[], []]);
    });
  });
}

/** Keeps what everybody saw when a part failed, and what the server complained of. */
async function keepPictures(engine, world) {
  const folder = new URL(`../test-results/${engine}/`, import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const [at, page] of world.people.entries()) {
    if (!page.isClosed()) await page.screenshot({ path: fileURLToPath(new URL(`${at}.png`, folder)), timeout: 5000 }).catch(() => undefined);
    if (page.complaints.length > 0) console.log(`# page ${at} complained: ${page.complaints.join(" | ").slice(0, 1500)}`);
  }
  console.log(`# the server said: ${world.server.complaints.join("").slice(-3000)}`);
}

async function person(world, browser, options) {
  const page = await personIn(browser, { base: world.server.address, ...options });
  world.people.push(page);
  return page;
}

async function organise(world) {
  const page = await person(world, world.browser, { language: "en" });
  world.organiser = page;
  await page.goto(world.server.organiserLink);
  await page.getByRole("heading", { name: "No dialogue is open here yet." }).waitFor();
  assert.equal(new URL(page.url()).hash, "", "the secret stays in nobody's history");

  await page.getByRole("button", { name: "Write the question" }).click();
  for (const [tag, title] of SIX) {
    const choice = page.getByRole("checkbox", { name: AUTONYMS[tag] });
    if (!(await choice.isChecked())) await page.getByRole("group", { name: "In which languages" }).getByText(AUTONYMS[tag], { exact: true }).click();
    await page.getByLabel(`The question, ${AUTONYMS[tag]}`).fill(title);
  }
  await page.getByRole("button", { name: "Open the dialogue" }).click();
  await page.getByRole("heading", { level: 1, name: "What should our river be?" }).waitFor();

  await page.getByRole("button", { name: "Add the UN75 survey" }).first().click();
  await page.getByRole("button", { name: "Share the survey" }).click();
  world.survey = await page.getByRole("textbox", { name: "Link" }).inputValue();
  await page.getByRole("button", { name: "Back to the dialogue" }).click();

  await page.getByRole("button", { name: "Plan a meeting" }).first().click();
  for (const [tag, title] of SIX) await page.getByLabel(`Name of the meeting, ${AUTONYMS[tag]}`).fill(title);
  const soon = new Date(Date.now() - 60_000);
  await page.getByLabel("Day").fill([soon.getFullYear(), String(soon.getMonth() + 1).padStart(2, "0"), String(soon.getDate()).padStart(2, "0")].join("-"));
  await page.getByLabel("Time, yours").fill(`${String(soon.getHours()).padStart(2, "0")}:${String(soon.getMinutes()).padStart(2, "0")}`);
  await page.getByText("Keep what is said as text").click();
  await page.getByRole("button", { name: "Plan the meeting" }).click();
  const meeting = page.getByRole("region", { name: "Meetings" }).getByRole("link", { name: "What should our river be?" });
  await meeting.waitFor();
  world.meeting = new URL(await meeting.getAttribute("href"), world.server.address).href;
  world.slug = "what-should-our-river-be";
}

async function answer(world) {
  world.receipts = [];
  for (const one of ANSWERS) world.receipts.push(await sendAnswer(world, one));

  await until("six answers are counted", async () => (await world.organiser.locator("[data-figure=responses]").textContent()) === "6");
  const results = await person(world, world.browser, { language: "en" });
  await until("the live page counts six", async () => {
    await results.goto(`${world.server.address}/en/d/${world.slug}/results`);
    return /\b6 answers\b/u.test(await results.locator("body").innerText());
  });
  assert.match(await results.locator("body").innerText(), /Base: 6 people/u);
  assert.ok((await results.locator("svg").count()) > 0, "the live page draws bars");
}

async function sendAnswer(world, { language, hasScript, recovery, cooperation }) {
  const page = await person(world, world.browser, { language, hasScript, width: 390, height: 844 });
  await page.goto(world.survey);
  assert.match(page.url(), new RegExp(`/${language}/s/`, "u"), "the language is negotiated");
  const choose = async (name, value) => page.locator("label.choice", { has: page.locator(`input[name="${name}"][value="${value}"]`) }).click();
  const forward = async () => {
    if (hasScript) await page.locator("[data-next]").click();
  };
  await choose("q.consent", "yes");
  await forward();
  for (const option of recovery) await choose("q.recovery", option);
  await forward();
  await choose("q.cooperation", cooperation);
  if (hasScript) while (await page.locator("[data-next]").isVisible()) await forward();
  await page.locator("[data-send]").click();
  const receipt = await page.locator("#receipt").textContent();
  assert.match(receipt, /^\w{4}\W?\w{4}\W?\w{4}\W?\w{4}$/u);
  await page.close();
  return receipt.trim();
}

async function enter(page, { address, name, speaks, reads, mic, camera }) {
  await page.goto(address);
  await page.getByLabel("Your name, as others will read it").fill(name);
  await pick(page, "I speak", speaks);
  await pick(page, "I read captions in", reads);
  if (mic) await page.getByRole("button", { name: /^Microphone:/u }).click();
  if (camera) await page.getByRole("button", { name: /^Camera:/u }).click();
  await page.getByText("What I say may be kept in the record.").click();
  if (mic) await page.getByRole("button", { name: /^Microphone:/u, pressed: true }).waitFor();
  if (camera) await page.getByRole("button", { name: /^Camera:/u, pressed: true }).waitFor();
  const pressed = Date.now();
  await page.getByRole("button", { name: "Join now" }).click();
  await page.getByRole("button", { name: "Leave the meeting" }).waitFor({ timeout: 30_000 });
  console.log(`# ${name} stood in the room ${Date.now() - pressed} ms after “Join now”`);
}

async function pick(page, label, option) {
  const button = page.getByRole("button", { name: label });
  if ((await button.innerText()).includes(option)) return;
  await button.click();
  await page.getByRole("option", { name: option }).click();
}

async function meet(world) {
  const [ana, bento, carla] = [await person(world, world.speaker, {}), await person(world, world.browser, {}), await person(world, world.browser, {})];
  Object.assign(world, { ana, bento, carla });
  await enter(bento, { address: world.meeting, name: "Bento", speaks: "Português", reads: "Português", mic: true, camera: true });
  await enter(carla, { address: world.meeting, name: "Carla", speaks: "English", reads: "English" });
  await enter(ana, { address: world.meeting, name: "Ana", speaks: "English", reads: "English", mic: true });

  for (const [page, others] of [[ana, ["Bento", "Carla"]], [bento, ["Ana", "Carla"]], [carla, ["Ana", "Bento"]]]) {
    for (const other of others) await page.getByRole("complementary").getByText(other, { exact: true }).waitFor();
  }
  await until("Carla sees Bento move", async () => grows(carla, (entry) => (entry.kind === "video" ? entry.frames : 0)), { withinMs: 40_000 });
  await until("Ana sees Bento move", async () => grows(ana, (entry) => (entry.kind === "video" ? entry.frames : 0)), { withinMs: 40_000 });
  await until("Carla hears", async () => grows(carla, (entry) => entry.energy), { withinMs: 40_000 });
  await until("Bento hears Ana", async () => grows(bento, (entry) => entry.energy), { withinMs: 40_000 });
  await until("Ana hears Bento", async () => grows(ana, (entry) => entry.energy), { withinMs: 40_000 });
  const video = (await mediaOf(carla)).filter((entry) => entry.kind === "video" && entry.frames > 0);
  assert.ok(video.every((entry) => entry.width <= 320), `the picture is small: ${JSON.stringify(video)}`);
}

/** Returns whether a sum over what a page receives grows within a second. */
async function grows(page, of) {
  const sum = async () => (await mediaOf(page)).reduce((total, entry) => total + of(entry), 0);
  const first = await sum();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return (await sum()) > first;
}

async function caption(world) {
  const band = (page) => page.getByRole("region", { name: "Captions" }).innerText();
  const started = Date.now();
  const portuguese = await until("a caption in Portuguese", async () => {
    const text = await band(world.bento);
    return text.startsWith("Ana") && world.clip.portuguese.test(text) && text;
  }, { withinMs: 90_000 });
  assert.match(portuguese, /machine/u, "a machine's words say so");
  assert.match(portuguese, /English/u);
  assert.match(portuguese, /Português/u);
  await until("the original in English", async () => world.clip.english.test(await band(world.carla)), { withinMs: 60_000 });
  console.log(`# a Portuguese caption stood ${Date.now() - started} ms after it was looked for: ${portuguese.replaceAll("\n", " ")}`);
}

async function reconnect(world) {
  const isTold = async (page) => page.getByText("You have had no connection for").isVisible();
  assert.equal(await isTold(world.carla), false);
  const cut = Date.now();
  cutNetwork(true);
  const told = {};
  try {
    await until("all three are told", async () => {
      for (const name of ["ana", "bento", "carla"]) if (told[name] === undefined && (await isTold(world[name]))) told[name] = Date.now() - cut;
      return Object.keys(told).length === 3;
    }, { withinMs: 10_000, everyMs: 100 });
    await new Promise((resolve) => setTimeout(resolve, 3000));
  } finally {
    cutNetwork(false);
  }
  const mended = Date.now();
  for (const name of ["ana", "bento", "carla"]) await until(`${name} is back`, async () => !(await isTold(world[name])), { withinMs: 45_000, everyMs: 100 });
  console.log(`# told after ${JSON.stringify(told)} ms, back after ${Date.now() - mended} ms`);
  for (const ms of Object.values(told)) assert.ok(ms <= TOLD_MS, `told after ${ms} ms`);
  await until("Carla sees Bento again", async () => grows(world.carla, (entry) => (entry.kind === "video" ? entry.frames : 0)), { withinMs: 30_000 });
  await until("Bento hears Ana again", async () => grows(world.bento, (entry) => entry.energy), { withinMs: 30_000 });
}

async function record(world) {
  for (const page of [world.ana, world.bento, world.carla]) {
    await page.getByRole("button", { name: "Leave the meeting" }).click();
    await page.getByRole("heading", { name: "You have left the meeting." }).waitFor();
  }
  const page = world.organiser;
  const read = page.getByRole("region", { name: "Meetings" }).getByRole("button", { name: "Read the record" });
  await read.waitFor({ timeout: 30_000 });
  await read.click();
  const sheet = page.getByRole("dialog");
  await until("what Ana said is in the record", async () => world.clip.english.test(await sheet.innerText()), { withinMs: 30_000 });
  assert.doesNotMatch(await sheet.innerText(), /Ana|Bento|Carla/u, "the record names nobody");
  await sheet.getByRole("button", { name: "Approve the record" }).click();
  await sheet.waitFor({ state: "hidden" });
}

async function publish(world) {
  const page = world.organiser;
  const report = page.getByRole("region", { name: "Report" });
  const started = Date.now();
  await report.getByRole("button", { name: "Publish the report" }).click();
  await report.getByRole("progressbar").waitFor();
  await report.getByText("Edition 1", { exact: true }).waitFor({ timeout: 120_000 });
  console.log(`# edition 1 in six languages after ${Date.now() - started} ms`);
  assert.equal(await report.getByRole("link", { name: /^PDF/u }).count(), 6);
  world.first = await editionOf(world, 1);
  for (const { pdf } of Object.values(world.first.byLanguage)) assert.equal(pdf.subarray(0, 5).toString("latin1"), "%PDF-");
}

async function publishAgain(world) {
  await withdraw(world, world.receipts[3]);
  await sendAnswer(world, { ...ANSWERS[3], recovery: ["human-rights", "conflict"], cooperation: "much-less" });
  const page = world.organiser;
  const report = page.getByRole("region", { name: "Report" });
  await report.getByRole("button", { name: "Publish the report" }).click();
  await report.getByText("Edition 2", { exact: true }).waitFor({ timeout: 120_000 });
  const second = await editionOf(world, 2);
  const again = await editionOf(world, 1);
  for (const [tag] of SIX) {
    assert.notEqual(second.byLanguage[tag].pageHash, world.first.byLanguage[tag].pageHash, `${tag}: the page changed`);
    assert.notEqual(hashOf(second.byLanguage[tag].pdf), hashOf(world.first.byLanguage[tag].pdf), `${tag}: the PDF changed`);
    assert.match(again.byLanguage[tag].text, NEWER, `${tag}: the old page names the newer one`);
    assert.equal(again.byLanguage[tag].pageHash, world.first.byLanguage[tag].pageHash, `${tag}: the old page did not`);
    assert.equal(hashOf(again.byLanguage[tag].pdf), hashOf(world.first.byLanguage[tag].pdf), `${tag}: nor did the old PDF`);
  }
  assert.notEqual(second.hash, world.first.hash);
}

async function withdraw(world, receipt) {
  const page = await person(world, world.browser, { language: "en", hasScript: false });
  const code = new URL(world.survey).pathname.split("/").at(-1);
  await page.goto(`${world.server.address}/en/s/${code}/receipt`);
  await page.getByLabel("The receipt").fill(receipt);
  await page.getByRole("button", { name: "Look it up" }).click();
  await page.getByRole("button", { name: "Withdraw the answer" }).click();
  await page.getByRole("heading", { name: "The answer is withdrawn." }).waitFor();
}

/** Returns an edition as its readers get it: page and PDF in each language, and the hash of its data. */
async function editionOf(world, number) {
  const byLanguage = {};
  for (const [tag] of SIX) {
    const address = `${world.server.address}/${tag}/d/${world.slug}/report/${number}`;
    const page = await fetch(address);
    assert.equal(page.status, 200, address);
    const pdf = await fetch(`${address}/pdf`);
    assert.equal(pdf.status, 200, `${address}/pdf`);
    const text = await page.text();
    byLanguage[tag] = { text, pageHash: hashOf(mainOf(text)), pdf: Buffer.from(await pdf.arrayBuffer()) };
  }
  const hash = await world.organiser.evaluate(async (n) => {
    const id = new URLSearchParams(window.location.search).get("dialogue");
    const editions = await (await fetch(`/api/v1/dialogues/${id}/editions`)).json();
    return editions.find((edition) => edition.number === n)?.hash;
  }, number);
  return { byLanguage, hash };
}

/** The part of a page that is the report: beside it stand the other editions, newer ones too. */
function mainOf(html) {
  const main = /<main[\s\S]*<\/main>/u.exec(html)?.[0] ?? html;
  return main.replace(/<aside class="report-beside">[\s\S]*?<\/aside>/u, "");
}

function hashOf(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

/** What the browser says when we cut its network is not the page's fault. */
function isOurs(complaint) {
  return !/ERR_|Failed to load resource|WebSocket|websocket|net::|reconnect|could not|NegotiationError|signal|ConnectionError|timed? ?out/iu.test(complaint);
}
