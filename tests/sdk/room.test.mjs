// Two of our participants, LiveKit's Node SDK and its Python SDK in one meeting of the real server,
// each let in by the meeting's link. Everybody plays a tone of their own, and must hear the tones
// of the three others, their text streams and their data. Python also shows a camera with simulcast,
// which Node must see.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { request } from "node:http";
import path from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { startServer, root } from "../../web/e2e/server.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const tone = path.join(root, "target/debug/examples/tone");
const python = path.join(root, "target/sdk-venv/bin/python");

/** Each client: a name, its tone in Hz, and the program that plays it. */
const CLIENTS = [
  { name: "rust-a", hz: 440, command: [tone] },
  { name: "rust-b", hz: 600, command: [tone] },
  { name: "node", hz: 760, command: [process.execPath, path.join(here, "client.mjs")] },
  { name: "python", hz: 920, command: [python, path.join(here, "client.py")] },
];

/** How long it may take until everybody has heard everybody, on a loaded machine. */
const PATIENCE_MS = 60_000;

test("two participants, rtc-node and Python livekit hear, see and read each other", async (context) => {
  const server = await startServer({ hasDemonstration: true, models: "/nonexistent" });
  context.after(() => server.stop());
  const code = await meetingOf(server);
  const all = CLIENTS.map((client) => client.hz).join(",");

  const results = await Promise.all(
    CLIENTS.map(async (client) => {
      const entered = await enter(server.address, code, client.name);
      return play(context, client, [entered.url, entered.token, String(client.hz), all]);
    }),
  );

  const { pictures } = results[CLIENTS.findIndex((client) => client.name === "node")];
  console.log(`node saw ${JSON.stringify(pictures)}`);
  assert.ok(Object.keys(pictures).includes("640x480"), "the highest layer");
  for (const [index, result] of results.entries()) {
    const others = CLIENTS.filter((_, at) => at !== index);
    const me = CLIENTS[index].name;
    console.log(`${me} heard ${result.heard.join(", ")} Hz, read ${result.texts.join(", ")}, got ${result.data.join(", ")} after ${result.ms} ms`);
    assert.deepEqual(result.heard.toSorted((a, b) => a - b), others.map((other) => other.hz).toSorted((a, b) => a - b), `tones heard by ${me}`);
    assert.deepEqual(result.texts.toSorted(), others.map((other) => `text ${other.hz}`).toSorted(), `texts read by ${me}`);
    assert.deepEqual(result.data.toSorted(), others.map((other) => `data ${other.hz}`).toSorted(), `data got by ${me}`);
  }
});

test("a token of nobody is refused, and its check says so to any page", async (context) => {
  const server = await startServer({ hasDemonstration: true, models: "/nonexistent" });
  context.after(() => server.stop());

  const checked = await ask(server.address, "GET", "/rtc/v1/validate?access_token=nonsense", { origin: "https://elsewhere.example" });

  assert.equal(checked.status, 401);
  assert.equal(checked.headers["access-control-allow-origin"], "*");
});

/** Returns the code of the demonstration's meeting that is still to come, from the printed link. */
async function meetingOf(server) {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const match = server.said.join("\n").match(/\/m\/([0-9A-Za-z]+)/u);
    if (match !== null) return match[1];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no meeting in: ${server.said.join("\n")}`);
}

async function enter(address, code, name) {
  const body = JSON.stringify({ name, speaks: "en", reads: "fr", consent: { record: true } });
  const entered = await ask(address, "POST", `/api/v1/meetings/${code}/enter`, { origin: address, "content-type": "application/json" }, body);
  assert.equal(entered.status, 200, entered.text);
  return JSON.parse(entered.text);
}

/** Starts a client; resolves with its report once it has heard everything. */
function play(context, { name, command }, parameters) {
  const child = spawn(command[0], [...command.slice(1), ...parameters], { stdio: ["pipe", "pipe", "pipe"] });
  const complaints = [];
  child.stderr.on("data", (chunk) => {
    complaints.push(String(chunk));
    if (process.env.SDK_LOG !== undefined) process.stderr.write(`${name}: ${chunk}`);
  });
  context.after(() => {
    child.stdin.end();
    setTimeout(() => child.kill("SIGKILL"), 5_000).unref();
  });
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${name}: ${why}\n${complaints.join("").slice(-4_000)}`));
    const timer = setTimeout(() => fail("did not hear everybody in time"), PATIENCE_MS);
    child.on("exit", (code) => fail(`ended with ${code}`));
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (!line.startsWith('{"heard"')) return complaints.push(`${line}\n`);
      clearTimeout(timer);
      resolve(JSON.parse(line));
    });
  });
}

function ask(address, method, target, headers = {}, body = "") {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(target, address), { method, headers: { ...headers, "content-length": Buffer.byteLength(body) } }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() }));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}
