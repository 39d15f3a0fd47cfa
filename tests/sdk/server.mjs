// The server under test: the real program on a folder of its own, without packs.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

const program = process.env.E2E_PROGRAM;

/** How long the program may take to be up, on a loaded machine. */
const START_MS = 60_000;

/** Starts the program with the demonstration; it ends with the test. */
export async function startServer(context) {
  const folder = mkdtempSync(path.join(tmpdir(), "plenary-sdk-"));
  const config = path.join(folder, "plenary.toml");
  writeConfig(config, folder, "127.0.0.1:0");
  let running = await launch(config);
  const { address } = running;
  context.after(async () => {
    await end(running.child, "SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    address,
    /** The code of the demonstration's meeting. */
    meeting: running.meeting,
    /** The key and the secret that LiveKit's server SDKs sign with. */
    keys: () => {
      const printed = spawnSync(program, ["keys", "--config", config], { encoding: "utf8" }).stdout;
      const [, key, secret] = /^key (\S+)\nsecret (\S+)/u.exec(printed);
      return { key, secret };
    },
    /** Ends the program with `signal` and starts it again at the same address. */
    restart: async (signal) => {
      await end(running.child, signal);
      writeConfig(config, folder, `127.0.0.1:${new URL(address).port}`);
      running = await launch(config);
    },
  };
}

function writeConfig(config, folder, listen) {
  const lines = [`data = "${folder}/data"`, 'log = "warn"', "[http]", `listen = "${listen}"`, 'internal_listen = "127.0.0.1:0"'];
  lines.push("[media]", "workers = 1", "port = 0", 'advertise = ["127.0.0.2"]', "[speech]", `models = "${folder}/models"`);
  writeFileSync(config, lines.join("\n"));
}

function launch(config) {
  const child = spawn(program, ["serve", "--config", config, "--demo"], { stdio: ["ignore", "pipe", "pipe"] });
  const said = [];
  child.stderr.on("data", (chunk) => said.push(String(chunk)));
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error(`the server is not up: ${said.join("")}`));
    const timer = setTimeout(fail, START_MS);
    child.on("exit", fail);
    createInterface({ input: child.stdout }).on("line", (line) => {
      said.push(`${line}\n`);
      const address = /^listening on (\S+)/mu.exec(said.join(""))?.[1];
      const meeting = /\/m\/([0-9A-Za-z]+)/u.exec(said.join(""))?.[1];
      if (address === undefined || meeting === undefined) return;
      clearTimeout(timer);
      child.off("exit", fail);
      resolve({ child, address, meeting });
    });
  });
}

async function end(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.on("exit", resolve));
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(timer);
}
