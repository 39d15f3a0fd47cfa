// People in browsers: each with a language, a microphone and a camera of their own.
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { chromium } from "playwright-core";

import { fileOf } from "./server.mjs";

const FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required"];

/** Starts a Chromium. `sound` is a WAV that its microphone hears, `picture` a Y4M that its camera sees. */
export async function openBrowser({ sound, picture } = {}) {
  const more = [];
  if (sound !== undefined) more.push(`--use-file-for-fake-audio-capture=${sound}`);
  // Chromium shows the file's name as the camera's; from its own folder that is a name and not a path.
  if (picture !== undefined) {
    more.push(`--use-file-for-fake-video-capture=${path.basename(picture)}`);
    process.chdir(path.dirname(picture));
  }
  return chromium.launch({ executablePath: process.env.E2E_CHROMIUM ?? "/usr/bin/chromium", args: [...FLAGS, ...more] });
}

/** Opens a page for a person of this language; what the page complains of is kept in `page.complaints`. */
export async function personIn(browser, { language = "en", width = 1280, height = 800, scheme = "light", hasScript = true, base } = {}) {
  const context = await browser.newContext({ locale: language, viewport: { width, height }, colorScheme: scheme, javaScriptEnabled: hasScript, permissions: ["camera", "microphone"], reducedMotion: "reduce" });
  await context.addInitScript(keepPeers);
  const page = await context.newPage();
  page.complaints = [];
  page.foreign = [];
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") page.complaints.push(message.text());
  });
  page.on("request", (request) => {
    if (base !== undefined && !request.url().startsWith(base) && !/^(data|blob):/u.test(request.url()) && !request.url().startsWith(base.replace(/^http/u, "ws"))) page.foreign.push(request.url());
  });
  return page;
}

/** Waits until something is true, looking again and again; fails with what was last seen. */
export async function until(what, look, { withinMs = 20_000, everyMs = 200 } = {}) {
  const deadline = Date.now() + withinMs;
  let seen;
  do {
    seen = await look();
    if (seen !== false && seen !== undefined && seen !== null) return seen;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  } while (Date.now() < deadline);
  throw new Error(`${what}: not within ${withinMs} ms`);
}

/** Grounds, coats, skins and hair of the people drawn. */
const PEOPLE = [
  { ground: "#7A8B90", coat: "#6B2F3D", skin: "#8D5A3C", hair: "#5E3A22" },
  { ground: "#8A9466", coat: "#4A3B5C", skin: "#D9A066", hair: "#14191C" },
  { ground: "#6F6A87", coat: "#27365A", skin: "#F2C9A8", hair: "#3A2A20" },
];

/** Returns a low-resolution moving picture of somebody drawn who breathes, as a Y4M file. */
export function portrait(which = 0, [width, height] = [320, 180]) {
  const { ground, coat, skin, hair } = PEOPLE[which % PEOPLE.length];
  const file = path.join(mkdtempSync(path.join(tmpdir(), "plenary-y4m-")), "Camera.y4m");
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F15:1 Ip A1:1 C420jpeg\n`)];
  const isWithin = (x, y, cx, cy, rx, ry) => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1;
  for (let frame = 0; frame < 16; frame += 1) {
    const lift = 1.5 * Math.sin((frame * Math.PI) / 8);
    const colourAt = (px, py) => {
      const x = (px * 320) / width;
      const y = (py * 180) / height + lift;
      if (isWithin(x, y, 160, 72, 34, 36) && y < 66 && !isWithin(x, y, 160, 92, 29, 32)) return hair;
      if (isWithin(x, y, 160, 82, 29, 36)) return skin;
      if (x > 146 && x < 174 && y > 108 && y < 134) return skin;
      if (isWithin(x, y, 160, 190, 92, 64)) return coat;
      return ground;
    };
    const planes = [Buffer.alloc(width * height), Buffer.alloc((width * height) / 4), Buffer.alloc((width * height) / 4)];
    for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) planes[0][y * width + x] = yuvOf(colourAt(x, y))[0];
    for (let y = 0; y < height / 2; y += 1) {
      for (let x = 0; x < width / 2; x += 1) {
        const [, u, v] = yuvOf(colourAt(2 * x, 2 * y));
        planes[1][(y * width) / 2 + x] = u;
        planes[2][(y * width) / 2 + x] = v;
      }
    }
    parts.push(Buffer.from("FRAME\n"), ...planes);
  }
  writeFileSync(file, Buffer.concat(parts));
  return file;
}

const yuvByColour = new Map();

/** Returns a colour as full-range YUV (BT.601), which is what `C420jpeg` means. */
function yuvOf(colour) {
  let yuv = yuvByColour.get(colour);
  if (yuv === undefined) {
    const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
    yuv = [0.299 * r + 0.587 * g + 0.114 * b, 128 - 0.169 * r - 0.331 * g + 0.5 * b, 128 + 0.5 * r - 0.419 * g - 0.081 * b].map((part) => Math.max(0, Math.min(255, Math.round(part))));
    yuvByColour.set(colour, yuv);
  }
  return yuv;
}

/** Returns a WAV that Chromium plays as microphone: the clip as 48 kHz, 16 bit, mono, with a silence before and after. */
export function speech(clip, { beforeMs = 500, afterMs = 2500 } = {}) {
  const { rate, samples } = wavOf(fileOf(`models/clips/${clip}`));
  const out = 48_000;
  const length = Math.floor((samples.length * out) / rate);
  const quiet = [beforeMs, afterMs].map((ms) => Math.floor((ms * out) / 1000));
  const data = Buffer.alloc(2 * (quiet[0] + length + quiet[1]));
  for (let at = 0; at < length; at += 1) {
    const place = (at * rate) / out;
    const low = Math.floor(place);
    const sample = (samples[low] ?? 0) + ((samples[low + 1] ?? samples[low] ?? 0) - (samples[low] ?? 0)) * (place - low);
    data.writeInt16LE(Math.round(sample), 2 * (quiet[0] + at));
  }
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(out, 24);
  header.writeUInt32LE(2 * out, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(data.length, 40);
  const file = path.join(mkdtempSync(path.join(tmpdir(), "plenary-wav-")), clip);
  writeFileSync(file, Buffer.concat([header, data]));
  return file;
}

function wavOf(bytes) {
  let at = 12;
  let rate = 16_000;
  let channels = 1;
  while (at + 8 <= bytes.length) {
    const name = bytes.toString("latin1", at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    if (name === "fmt ") {
      channels = bytes.readUInt16LE(at + 10);
      rate = bytes.readUInt32LE(at + 12);
    }
    if (name === "data") {
      const count = Math.floor(Math.min(size, bytes.length - at - 8) / 2 / channels);
      return { rate, samples: Array.from({ length: count }, (_, sample) => bytes.readInt16LE(at + 8 + 2 * channels * sample)) };
    }
    at += 8 + size + (size % 2);
  }
  throw new Error("no data in this WAV");
}

/** Cuts the network of the namespace, or mends it: everything on `lo`, through which all of its traffic goes. */
export function cutNetwork(isCut) {
  const command = isCut ? ["qdisc", "replace", "dev", "lo", "root", "blackhole"] : ["qdisc", "replace", "dev", "lo", "root", "pfifo"];
  const done = spawnSync("tc", command, { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`tc: ${done.stderr}`);
}

/** Keeps the page's peer connections within reach of `mediaOf`. Runs in the page, before anything of ours. */
function keepPeers() {
  const peers = [];
  globalThis.plenaryPeers = peers;
  const Original = globalThis.RTCPeerConnection;
  if (Original === undefined) return;
  globalThis.RTCPeerConnection = class extends Original {
    constructor(...parameters) {
      super(...parameters);
      peers.push(this);
    }
  };
}

/** Returns what a page receives, as the browser measured it: one entry a track. */
export async function mediaOf(page) {
  return page.evaluate(async () => {
    const entries = [];
    for (const peer of globalThis.plenaryPeers) {
      if (peer.connectionState === "closed") continue;
      for (const entry of (await peer.getStats()).values()) {
        if (entry.type === "inbound-rtp") entries.push({ kind: entry.kind, mid: entry.mid, packets: entry.packetsReceived, frames: entry.framesDecoded ?? 0, width: entry.frameWidth ?? 0, energy: entry.totalAudioEnergy ?? 0, concealed: entry.concealedSamples ?? 0, samples: entry.totalSamplesReceived ?? 0 });
      }
    }
    return entries;
  });
}
