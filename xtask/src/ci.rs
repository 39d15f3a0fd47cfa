//! Every check, cheapest verdict first. Stops at the first that fails; ends with a summary.

use std::process::Command;
use std::time::Instant;

use crate::root;

struct Step {
    name: &'static str,
    folder: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
}

const fn step(
    name: &'static str,
    folder: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
) -> Step {
    Step { name, folder, program, arguments }
}

/// What runs, in this order. The web app comes before the Rust build, which embeds it.
const STEPS: &[Step] = &[
    step("format", ".", "cargo", &["fmt", "--all", "--check"]),
    step("web: build", ".", "bash", &["scripts/web.sh"]),
    step("web: types and lints", "web", "npm", &["run", "check"]),
    step("web: tests", "web", "npm", &["test"]),
    step(
        "clippy",
        ".",
        "cargo",
        &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"],
    ),
    // All of the workspace, as the tests are built: the dependencies' features stay the same.
    step("build", ".", "cargo", &["build", "--workspace", "--bins", "--examples"]),
    step("fonts", ".", "cargo", &["xtask", "fonts"]),
    step(
        "models",
        ".",
        "bash",
        &["-c", "PLENARY=$PWD/target/debug/plenary exec bash scripts/models.sh"],
    ),
    step("tests", ".", "cargo", &["test", "--workspace"]),
    step("planted bugs", ".", "cargo", &["xtask", "planted"]),
    step("LiveKit's SDKs", ".", "node", &["tests/sdk/run.mjs"]),
    step("stories in Chromium", "web", "npm", &["run", "e2e"]),
];

/// Runs the steps. Returns whether all passed.
pub(crate) fn run() -> bool {
    let mut passed = Vec::new();
    let mut failed = None;
    for step in STEPS {
        println!("\n== {} ==", step.name);
        let start = Instant::now();
        let done = Command::new(step.program)
            .args(step.arguments)
            .current_dir(root().join(step.folder))
            .status();
        let seconds = start.elapsed().as_secs();
        match done {
            Ok(status) if status.success() => passed.push((step.name, seconds)),
            Ok(status) => failed = Some((step.name, status.to_string())),
            Err(error) => failed = Some((step.name, error.to_string())),
        }
        if failed.is_some() {
            break;
        }
    }
    println!("\n== summary ==");
    for (name, seconds) in &passed {
        println!("{seconds:>5} s  {name}");
    }
    if let Some((name, why)) = &failed {
        println!("FAILED   {name}: {why}");
    }
    println!("{} passed, {} failed", passed.len(), usize::from(failed.is_some()));
    failed.is_none()
}
