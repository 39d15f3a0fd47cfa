// The server under test: the real program on a folder of its own, on SQLite or PostgreSQL.
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const program = process.env.E2E_PROGRAM;

/** How long the program may take to be up: a debug build with packs to load on a busy machine. */
const START_MS = 60_000;

/** Starts the program on a folder of its own; returns its address, the organiser's link, and how to stop it. */
export async function startServer({ engine = "sqlite", hasDemonstration = false, models = path.join(root, "models") } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "plenary-e2e-"));
  const database = engine === "postgres" ? startPostgres() : null;
  const config = path.join(folder, "plenary.toml");
  const complaints = [];
  const said = [];
  writeFileSync(config, configOf({ folder, database, models, listen: "127.0.0.1:0" }));
  let running = await launch({ config, hasDemonstration, complaints, said });
  const { address } = running;
  const minted = spawnSync(program, ["link", "--config", config], { encoding: "utf8", env: environment() });
  if (minted.status !== 0) throw new Error(`no link was minted: ${minted.stderr}`);
  const secret = minted.stdout.trim().split("#").at(-1);
  return {
    address,
    organiserLink: `${address}/o#${secret}`,
    complaints,
    said,
    /** Ends the program as a fault would: at once. */
    kill: async () => end(running.child, "SIGKILL"),
    /** Starts it again at the same address. */
    again: async () => {
      writeFileSync(config, configOf({ folder, database, models, listen: `127.0.0.1:${new URL(address).port}` }));
      running = await launch({ config, hasDemonstration, complaints, said: [] });
    },
    stop: async () => {
      await end(running.child, "SIGTERM");
      database?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configOf({ folder, database, models, listen }) {
  return [
    `data = "${folder}/data"`,
    'organisation = "River Cities Forum"',
    `log = "${process.env.E2E_LOG ?? "warn"}"`,
    "[http]",
    `listen = "${listen}"`,
    'internal_listen = "127.0.0.1:0"',
    "[store]",
    `url = "${database?.url ?? ""}"`,
    "[media]",
    "workers = 1",
    "port = 0",
    'advertise = ["127.0.0.2"]',
    "[speech]",
    `models = "${models}"`,
    "[report]",
    `fonts = "${root}/target/fonts"`,
    "[survey]",
    // Six people answer in the story; by default nothing is shown of fewer than ten.
    "cell_min = 3",
  ].join("\n");
}

/** The tests' environment without settings of the program: those come from the file alone. */
function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PLENARY_")));
}

/** Starts the program and waits until it says that it listens, and with a demonstration all its links. */
async function launch({ config, hasDemonstration, complaints, said }) {
  const child = spawn(program, ["serve", "--config", config, ...(hasDemonstration ? ["--demo"] : [])], { stdio: ["ignore", "pipe", "pipe"], env: environment() });
  child.stderr.on("data", (chunk) => {
    complaints.push(String(chunk));
    if (process.env.E2E_LOG !== undefined) process.stderr.write(chunk);
  });
  const address = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the server is not up after ${START_MS} ms: ${complaints.join("")}`)), START_MS);
    child.on("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`the server ended with ${code}: ${complaints.join("")}`));
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      said.push(line);
      const listening = said.map((one) => /^listening on (\S+)/u.exec(one)?.[1]).find((one) => one !== undefined);
      if (listening !== undefined && (!hasDemonstration || said.some((one) => one.trim().startsWith("delegate")))) {
        clearTimeout(timer);
        resolve(listening);
      }
    });
  });
  return { child, address };
}

async function end(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.on("exit", resolve));
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(timer);
}

/** Starts a PostgreSQL cluster of its own on a socket, or makes a database in the one that is given. */
function startPostgres() {
  const given = process.env.PLENARY_TEST_POSTGRES;
  if (given !== undefined && given !== "") {
    const name = `plenary_e2e_${process.pid}_${Date.now()}`;
    run("psql", [given, "-c", `CREATE DATABASE ${name}`]);
    const url = new URL(given);
    url.pathname = `/${name}`;
    return { url: url.href, stop: () => run("psql", [given, "-c", `DROP DATABASE ${name} WITH (FORCE)`]) };
  }
  const folder = mkdtempSync(path.join(tmpdir(), "plenary-pg-"));
  chmodSync(folder, 0o700);
  run("chown", ["postgres", folder]);
  const bin = newestPostgres();
  const as = (command) => run("su", ["postgres", "-s", "/bin/sh", "-c", command]);
  as(`${bin}/initdb -D ${folder}/data -A trust -U postgres --no-sync -E UTF8`);
  as(`${bin}/pg_ctl -D ${folder}/data -l ${folder}/log -w -o "-c listen_addresses='' -k ${folder} -c fsync=off" start`);
  chmodSync(folder, 0o755);
  const url = `postgres://postgres@localhost/postgres?host=${folder}`;
  return {
    url,
    stop: () => {
      as(`${bin}/pg_ctl -D ${folder}/data -m immediate stop`);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function newestPostgres() {
  for (const version of [18, 17, 16, 15]) if (existsSync(`/usr/lib/postgresql/${version}/bin/initdb`)) return `/usr/lib/postgresql/${version}/bin`;
  throw new Error("Install Debian's postgresql, or give a superuser's URL in PLENARY_TEST_POSTGRES.");
}

function run(command, parameters) {
  const done = spawnSync(command, parameters, { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`${command} ${parameters.join(" ")}: ${done.stderr}`);
  return done.stdout.trim();
}

/** Returns the text of a file of the repository. */
export function fileOf(name) {
  return readFileSync(path.join(root, name));
}
