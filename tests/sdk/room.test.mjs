// Two of our participants, LiveKit's Node SDK and its Python SDK in one meeting of the real server,
// each let in by the meeting's link. Everybody plays a tone of their own, and must hear the tones
// of the three others, their text streams and their data. Python also shows a camera (VP8 with
// simulcast) and a screen (H.264), which Node must see.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { request } from "node:http";
import { connect, createServer } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { AccessToken } from "livekit-server-sdk";

import { startServer } from "./server.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const tone = process.env.SDK_TONE;

/** Each client: a name, its tone in Hz, and the program that plays it. */
const CLIENTS = [
  { name: "rust-a", hz: 440, command: [tone] },
  { name: "rust-b", hz: 600, command: [tone] },
  { name: "node", hz: 760, command: [process.execPath, path.join(here, "client.mjs")] },
  { name: "python", hz: 920, command: ["python3", path.join(here, "client.py")] },
];

/** How long it may take until everybody has heard everybody, on a loaded machine. */
const PATIENCE_MS = 60_000;

test("two participants, rtc-node and Python livekit hear, see and read each other", async (context) => {
  const server = await startServer(context);
  const code = server.meeting;
  const all = CLIENTS.map((client) => client.hz).join(",");

  const results = await Promise.all(
    CLIENTS.map(async (client) => {
      const entered = await enter(server.address, code, client.name);
      return play(context, client, [entered.url, entered.token, String(client.hz), all]);
    }),
  );

  const { pictures } = results[CLIENTS.findIndex((client) => client.name === "node")];
  console.log(`node saw ${JSON.stringify(pictures)}`);
  assert.ok(pictures["video/VP8 640x480"] >= 1, "the highest layer of the camera");
  assert.ok(pictures["video/H264 320x240"] >= 10, "the screen");
  for (const [index, result] of results.entries()) {
    const others = CLIENTS.filter((_, at) => at !== index);
    const me = CLIENTS[index].name;
    console.log(`${me} heard ${result.heard.join(", ")} Hz, read ${result.texts.join(", ")}, got ${result.data.join(", ")} after ${result.ms} ms`);
    assert.deepEqual(result.heard.toSorted((a, b) => a - b), others.map((other) => other.hz).toSorted((a, b) => a - b), `tones heard by ${me}`);
    assert.deepEqual(result.texts.toSorted(), others.map((other) => `text ${other.hz}`).toSorted(), `texts read by ${me}`);
    assert.deepEqual(result.data.toSorted(), others.map((other) => `data ${other.hz}`).toSorted(), `data got by ${me}`);
  }
});

test("both SDKs and our participant resume when their connections are cut", async (context) => {
  const server = await startServer(context);
  const proxy = await startProxy(context, server.address);
  const code = server.meeting;
  const clients = CLIENTS.slice(1);
  const all = clients.map((client) => client.hz).join(",");
  const players = await Promise.all(
    clients.map(async (client) => {
      const { token } = await enter(server.address, code, client.name);
      return start(context, client, [proxy.address, token, String(client.hz), all]);
    }),
  );
  const before = await Promise.all(players.map((player) => player.report()));

  const cut = proxy.cut();
  const results = await Promise.all(players.map((player) => player.reconnected()));

  assert.equal(cut, clients.length, "one socket each");
  for (const [index, result] of results.entries()) {
    console.log(`${clients[index].name} resumed ${result.reconnects} time(s) and heard ${result.heard.join(", ")} Hz again`);
    assert.equal(result.reconnects, 1);
    assert.equal(result.sid, before[index].sid, "the same presence");
    assert.equal(result.heard.length, clients.length - 1);
  }
});

for (const [signal, how] of [
  ["SIGTERM", "stops"],
  ["SIGKILL", "is killed"],
]) {
  test(`when the server ${how} and is started again, everybody is back and nobody clicks`, async (context) => {
    const server = await startServer(context);
    const clients = CLIENTS.slice(1);
    const all = clients.map((client) => client.hz).join(",");
    const players = await Promise.all(
      clients.map(async (client) => {
        const { url, token } = await enter(server.address, server.meeting, client.name);
        return start(context, client, [url, token, String(client.hz), all]);
      }),
    );
    const before = await Promise.all(players.map((player) => player.report()));

    await server.restart(signal);
    const restarted = Date.now();
    const results = await Promise.all(players.map((player) => player.reconnected()));

    for (const [index, result] of results.entries()) {
      console.log(`${clients[index].name} heard ${result.heard.join(", ")} Hz again, ${Date.now() - restarted} ms after the start`);
      assert.equal(result.heard.length, clients.length - 1);
      assert.notEqual(result.sid, before[index].sid, "another presence");
    }
  });
}

test("tokens that LiveKit's server SDK makes with our keys open a room that is no meeting", async (context) => {
  const server = await startServer(context);
  const { key, secret } = server.keys();
  const clients = [CLIENTS[0], CLIENTS[2]];
  const all = clients.map((client) => client.hz).join(",");

  const results = await Promise.all(
    clients.map(async (client) => {
      const token = new AccessToken(key, secret, { identity: client.name, ttl: "10m" });
      token.addGrant({ roomJoin: true, room: "somewhere" });
      const url = server.address.replace("http", "ws");
      return play(context, client, [url, await token.toJwt(), String(client.hz), all]);
    }),
  );

  assert.deepEqual(results.map((result) => result.heard), [[760], [440]]);
});

test("a token of nobody is refused, and its check says so to any page", async (context) => {
  const server = await startServer(context);

  const checked = await ask(server.address, "GET", "/rtc/v1/validate?access_token=nonsense", { origin: "https://elsewhere.example" });

  assert.equal(checked.status, 401);
  assert.equal(checked.headers["access-control-allow-origin"], "*");
});

async function enter(address, code, name) {
  const body = JSON.stringify({ name, speaks: "en", reads: "fr", consent: { record: true } });
  const entered = await ask(address, "POST", `/api/v1/meetings/${code}/enter`, { origin: address, "content-type": "application/json" }, body);
  assert.equal(entered.status, 200, entered.text);
  return JSON.parse(entered.text);
}

/** Starts a client; resolves with its report once it has heard everything. */
function play(context, client, parameters) {
  return start(context, client, parameters).report();
}

/** Starts a client that reports when it has heard everything, as often as it is asked to. */
function start(context, { name, command }, parameters) {
  const child = spawn(command[0], [...command.slice(1), ...parameters], { stdio: ["pipe", "pipe", "pipe"] });
  const complaints = [];
  const reports = [];
  let asked = 0;
  let wake = () => {};
  child.stderr.on("data", (chunk) => {
    complaints.push(String(chunk));
    if (process.env.SDK_LOG !== undefined) process.stderr.write(`${name}: ${chunk}`);
  });
  context.after(() => {
    child.stdin.end();
    setTimeout(() => child.kill("SIGKILL"), 5_000).unref();
  });
  child.on("exit", (code) => {
    complaints.push(`ended with ${code}\n`);
    wake();
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (!line.startsWith('{"heard"')) return complaints.push(`${line}\n`);
    reports.push(JSON.parse(line));
    wake();
  });

  /** The next report: the first comes unasked. */
  const report = () =>
    new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`${name}: ${why}\n${complaints.join("").slice(-4_000)}`));
      const timer = setTimeout(() => fail("did not hear everybody in time"), PATIENCE_MS);
      if (asked > 0) child.stdin.write("again\n");
      wake = () => {
        if (reports.length > asked) {
          clearTimeout(timer);
          resolve(reports[asked]);
          asked += 1;
        } else if (child.exitCode !== null) fail("ended");
      };
      wake();
    });

  /** Resolves with a report of after the client has reconnected. */
  const reconnected = async () => {
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline) if ((await report()).reconnects > 0) return report();
    throw new Error(`${name}: did not reconnect in time\n${complaints.join("").slice(-4_000)}`);
  };
  return { report, reconnected };
}

/** Passes TCP on to the server, until its connections are cut. */
async function startProxy(context, address) {
  const { hostname, port } = new URL(address);
  const open = new Set();
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname);
    open.add(client);
    client.on("error", () => {}).on("close", () => open.delete(client) && server.destroy());
    server.on("error", () => {}).on("close", () => client.destroy());
    client.pipe(server).pipe(client);
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  context.after(() => proxy.close());
  return {
    address: `ws://127.0.0.1:${proxy.address().port}`,
    cut: () => {
      const count = open.size;
      for (const client of open) client.resetAndDestroy();
      return count;
    },
  };
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
