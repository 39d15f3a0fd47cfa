// Runs the SDK tests in a network namespace of their own: libwebrtc passes over `lo`, so media has
// an address 127.0.0.x on a veth pair. Root is needed for that.
//
//   node tests/sdk/run.mjs
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../..");
/** Where the Python SDK is put: beside the build, not into the system. */
const packages = path.join(root, "target/sdk-python");

/** What the tests need, each with what to do where it is missing. */
const NEEDS = [
  [process.getuid?.() === 0, "Run this as root: a network namespace needs it."],
  [hasProgram("ip") && hasProgram("unshare"), "Install Debian's iproute2 and util-linux."],
  [hasProgram("python3") && hasPip(), "Install Debian's python3 and python3-pip."],
  [existsSync(path.join(root, "target/debug/plenary")), "Build the server first: cargo build -p plenary."],
  [existsSync(path.join(root, "target/debug/examples/tone")), "Build our participant first: cargo build -p participant --example tone."],
];

const missing = NEEDS.filter(([isThere]) => !isThere).map(([, what]) => what);
if (missing.length > 0) {
  console.error(missing.join("\n"));
  process.exit(1);
}

if (!existsSync(path.join(here, "node_modules/@livekit/rtc-node"))) run("npm", ["ci", "--no-audit", "--no-fund"], here);
if (!existsSync(path.join(packages, "livekit"))) run("python3", ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore", "--target", packages, "--no-deps", "-r", path.join(here, "requirements.txt")], root);

// Copies: a build that runs meanwhile must not change what is tested.
const folder = mkdtempSync(path.join(tmpdir(), "plenary-sdk-"));
const programs = { E2E_PROGRAM: "target/debug/plenary", SDK_TONE: "target/debug/examples/tone" };
for (const [name, file] of Object.entries(programs)) {
  programs[name] = path.join(folder, path.basename(file));
  copyFileSync(path.join(root, file), programs[name]);
}

const setUp = ["ip link set lo up", "ip link add plenary0 type veth peer name plenary1", "ip addr add 127.0.0.2/32 dev plenary0", "ip link set plenary0 up", "ip link set plenary1 up"].join(" && ");
const tests = spawn("unshare", ["--net", "sh", "-c", `${setUp} && exec "$0" "$@"`, process.execPath, "--test", "--test-concurrency=1", "--test-timeout=180000", "--test-reporter=spec", path.join(here, "room.test.mjs")], { stdio: "inherit", env: { ...process.env, ...programs, PYTHONPATH: packages } });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => tests.kill(signal));
tests.on("exit", (code) => {
  rmSync(folder, { recursive: true, force: true });
  process.exit(code ?? 1);
});

function run(command, parameters, cwd) {
  const done = spawnSync(command, parameters, { cwd, stdio: "inherit" });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

function hasPip() {
  return spawnSync("python3", ["-m", "pip", "--version"]).status === 0;
}

function hasProgram(name) {
  return spawnSync("sh", ["-c", `command -v ${name}`]).status === 0;
}
