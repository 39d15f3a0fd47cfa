//! Which crate may use which: the picture of `ARCHITECTURE.md`, as a table.

use std::process::Command;

use serde_json::Value;

use crate::{files, root};

/// Every crate of ours with those of ours it may use. Arrows point down only.
const MAY_USE: &[(&str, &[&str])] = &[
    ("language", &[]),
    ("model", &["language"]),
    ("interpret", &["language", "model"]),
    ("sfu", &["model"]),
    ("signal", &["language", "model"]),
    ("stats", &["model"]),
    ("survey", &["language", "model"]),
    ("report", &["language", "model", "stats", "survey"]),
    ("sfu-net", &["model", "sfu"]),
    ("participant", &["language", "model", "signal"]),
    ("speech", &["interpret", "language", "model"]),
    ("print", &["language", "model", "report"]),
    ("store", &["language", "model"]),
    (
        "server",
        &[
            "interpret",
            "language",
            "model",
            "participant",
            "report",
            "sfu",
            "sfu-net",
            "signal",
            "speech",
            "stats",
            "store",
            "survey",
        ],
    ),
    ("plenary", &["language", "model", "print", "report", "server", "speech"]),
    ("xtask", &["language"]),
];

/// Crates that exist for tests and measurements and may use what they test.
const FREE: &[&str] = &["bench", "fuzz", "testkit"];

/// Third-party crates, and the only crates of ours that may name them.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("axum", &["server"]),
    ("fxtranslate", &["speech"]),
    ("livekit-protocol", &["signal"]),
    ("opusic-c", &["participant"]),
    ("ort", &["speech"]),
    ("prost", &["signal"]),
    ("sqlx", &["store"]),
    ("str0m", &["participant", "sfu"]),
    ("typst", &["print"]),
    ("typst-layout", &["print"]),
    ("typst-pdf", &["print"]),
    ("whisper-rs", &["speech"]),
];

/// Crates that decide: no clock, no chance, no IO, no async.
const PURE: &[&str] =
    &["interpret", "language", "model", "report", "sfu", "signal", "stats", "survey"];

/// What a pure crate never says outside its tests.
const NEVER_IN_PURE: &[&str] = &[
    "Instant::now",
    "SystemTime",
    "Timestamp::now",
    "OsRng",
    "new_v4",
    "now_v7",
    "rand::",
    "std::env::",
    "std::fs",
    "std::net::TcpStream",
    "std::net::UdpSocket",
    "std::process",
    "std::thread",
    "tokio",
];

fn metadata() -> Vec<Value> {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo describes the workspace");
    let all: Value = serde_json::from_slice(&out.stdout).expect("cargo writes JSON");
    all["packages"].as_array().expect("a list of packages").clone()
}

/// The names of a package's dependencies that end up in the program.
fn dependencies(package: &Value) -> Vec<&str> {
    package["dependencies"]
        .as_array()
        .expect("a list of dependencies")
        .iter()
        .filter(|dependency| dependency["kind"].is_null())
        .filter_map(|dependency| dependency["name"].as_str())
        .collect()
}

pub(super) fn between_crates() -> Vec<String> {
    let packages = metadata();
    let ours: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let mut findings = Vec::new();
    for package in &packages {
        let name = package["name"].as_str().expect("a name");
        if FREE.contains(&name) {
            continue;
        }
        let Some((_, allowed)) = MAY_USE.iter().find(|(crate_, _)| *crate_ == name) else {
            findings.push(format!("{name} is not in the table of xtask/src/tidy/edges.rs"));
            continue;
        };
        for used in dependencies(package) {
            if ours.contains(&used) && !allowed.contains(&used) {
                findings.push(format!("{name} may not use {used}"));
            }
        }
    }
    findings
}

pub(super) fn to_third_parties() -> Vec<String> {
    let mut findings = Vec::new();
    for package in metadata() {
        let name = package["name"].as_str().expect("a name");
        for used in dependencies(&package) {
            let rule = ONLY_IN.iter().find(|(third, _)| *third == used);
            if let Some((third, allowed)) = rule
                && !allowed.contains(&name)
                && !FREE.contains(&name)
            {
                findings.push(format!("{name} may not name {third}"));
            }
        }
    }
    for path in files() {
        let shown = path.strip_prefix(root()).expect("inside").display().to_string();
        let is_engine = shown.starts_with("crates/sfu/src/engine/str0m");
        if shown.starts_with("crates/sfu/src/") && !is_engine && is_rust(&shown) {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            if code_lines(&text)
                .any(|(_, line)| line.contains("::str0m") || line.contains("str0m::"))
            {
                findings.push(format!("{shown} names str0m: only engine/str0m.rs may"));
            }
        }
    }
    findings
}

fn is_rust(path: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

/// The lines of code, with their numbers: no comments, and nothing after `#[cfg(test)]`.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.contains("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

pub(super) fn in_pure_crates() -> Vec<String> {
    let mut findings = Vec::new();
    for path in files() {
        let shown = path.strip_prefix(root()).expect("inside").display().to_string();
        let is_pure = PURE.iter().any(|name| shown.starts_with(&format!("crates/{name}/src/")));
        let is_test = shown.ends_with("tests.rs") || shown.contains("/tests/");
        // The adapter to str0m asks it for randomness that str0m draws by itself.
        if !is_pure || is_test || !is_rust(&shown) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        for (number, line) in code_lines(&text) {
            for word in NEVER_IN_PURE.iter().filter(|word| line.contains(**word)) {
                findings.push(format!("{shown}:{}: `{word}` in a pure crate", number + 1));
            }
        }
    }
    findings
}

/// A crate's clippy.toml replaces the root's: the thresholds must be repeated, and equal.
pub(super) fn in_clippy_files() -> Vec<String> {
    let shared = std::fs::read_to_string(root().join("clippy.toml")).expect("the root has one");
    let mut findings = Vec::new();
    for name in PURE {
        let path = root().join("crates").join(name).join("clippy.toml");
        let Ok(own) = std::fs::read_to_string(&path) else {
            findings.push(format!("crates/{name}/clippy.toml is missing"));
            continue;
        };
        for line in shared.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if !own.contains(line) {
                findings.push(format!("crates/{name}/clippy.toml lacks `{line}`"));
            }
        }
    }
    findings
}
