// Runs the stories in a network namespace of their own: libwebrtc passes over `lo`, so the server's
// and the browsers' addresses are 127.0.0.x on a veth pair. Root is needed for that.
//
//   node e2e/run.mjs [--shots] [story.test.mjs …]
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../..");

/** What the stories need, each with what to do where it is missing. */
const NEEDS = [
  [process.getuid?.() === 0, "Run this as root: a network namespace needs it (sudo npm run e2e)."],
  [hasProgram("ip") && hasProgram("unshare"), "Install Debian's iproute2 and util-linux."],
  [existsSync(process.env.E2E_CHROMIUM ?? "/usr/bin/chromium"), "Install Debian's chromium, or name one in E2E_CHROMIUM."],
  [existsSync(path.join(root, "target/debug/plenary")), "Build the server first: cargo build -p plenary."],
  [existsSync(path.join(root, "web/dist/index.html")), "Build the web app first: npm run build."],
];

const missing = NEEDS.filter(([isThere]) => !isThere).map(([, what]) => what);
if (missing.length > 0) {
  console.error(missing.join("\n"));
  process.exit(1);
}

const named = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const stories = (named.length > 0 ? named : readdirSync(here).filter((file) => file.endsWith(".test.mjs")).sort()).map((file) => path.join(here, path.basename(file)));
// A copy: the program starts itself again to print, and a build meanwhile would take it away.
const folder = mkdtempSync(path.join(tmpdir(), "plenary-program-"));
const program = process.env.E2E_PROGRAM ?? path.join(folder, "plenary");
if (process.env.E2E_PROGRAM === undefined) copyFileSync(path.join(root, "target/debug/plenary"), program);
const setUp = ["ip link set lo up", "ip link add plenary0 type veth peer name plenary1", "ip addr add 127.0.0.2/32 dev plenary0", "ip link set plenary0 up", "ip link set plenary1 up"].join(" && ");
const tests = spawn("unshare", ["--net", "sh", "-c", `${setUp} && exec "$0" "$@"`, process.execPath, "--test", "--test-concurrency=1", "--test-timeout=600000", "--test-reporter=spec", ...stories], {
  stdio: "inherit",
  env: { ...process.env, E2E_PROGRAM: program, E2E_SHOTS: process.argv.includes("--shots") ? "1" : "" },
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => tests.kill(signal));
tests.on("exit", (code) => {
  rmSync(folder, { recursive: true, force: true });
  process.exit(code ?? 1);
});

function hasProgram(name) {
  return spawnSync("sh", ["-c", `command -v ${name}`]).status === 0;
}
