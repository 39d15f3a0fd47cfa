//! Words: catalogues that are complete, and files that keep to what belongs in them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{files, root};

/// The languages that are always complete.
const LANGUAGES: [&str; 6] = ["ar", "zh", "en", "fr", "ru", "es"];

/// Files that may name registries, since their tools write them.
const LOCK_FILES: [&str; 2] = ["Cargo.lock", "package-lock.json"];

/// What does not belong into any file: hosts of registries, paths of a machine. Written in two
/// parts, so that this list does not find itself.
const FOREIGN: [(&str, &str); 7] = [
    ("crates", ".io"),
    ("npmjs", ".org"),
    ("npmjs", ".com"),
    ("pypi", ".org"),
    ("deb.debian", ".org"),
    ("proxy.golang", ".org"),
    ("/work", "/main"),
];

/// Lints and tests that somebody switched off.
const SILENCED: [(&str, &str); 5] = [
    ("#[al", "low("),
    ("#[ig", "nore"),
    ("clippy::too_many", "_lines"),
    ("eslint-", "disable"),
    ("@ts-", "ignore"),
];

fn texts() -> Vec<(String, String)> {
    files()
        .into_iter()
        .filter_map(|path| {
            let shown = path.strip_prefix(root()).expect("inside").display().to_string();
            Some((shown, std::fs::read_to_string(path).ok()?))
        })
        .collect()
}

pub(super) fn in_files() -> Vec<String> {
    let mut findings = Vec::new();
    for (shown, text) in texts() {
        if LOCK_FILES.iter().any(|name| shown.ends_with(name)) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            for (first, second) in FOREIGN {
                if line.contains(&format!("{first}{second}")) {
                    findings.push(format!("{shown}:{}: names {first}{second}", number + 1));
                }
            }
            let is_todo = line.contains(concat!("TO", "DO")) || line.contains(concat!("FIX", "ME"));
            if is_todo && !line.contains('#') {
                findings
                    .push(format!("{shown}:{}: work left without an issue's number", number + 1));
            }
        }
    }
    findings.extend(too_long_architecture());
    findings
}

fn too_long_architecture() -> Option<String> {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).ok()?;
    let lines = text.lines().count();
    (lines > 250).then(|| format!("ARCHITECTURE.md has {lines} lines, 250 is its end"))
}

pub(super) fn silenced() -> Vec<String> {
    let mut findings = Vec::new();
    for (shown, text) in texts() {
        let is_prose = std::path::Path::new(&shown).extension().is_some_and(|e| e == "md");
        if shown.starts_with("xtask/") || is_prose || shown == "Cargo.toml" {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            for (first, second) in SILENCED {
                if line.contains(&format!("{first}{second}")) {
                    findings.push(format!("{shown}:{}: {first}{second}", number + 1));
                }
            }
        }
    }
    findings
}

/// Every noun in every language, every key in every language, the same arguments in each.
pub(super) fn in_catalogues() -> Vec<String> {
    let mut findings = Vec::new();
    let english = catalogue("en", &mut findings);
    for language in LANGUAGES.into_iter().filter(|language| *language != "en") {
        let own = catalogue(language, &mut findings);
        for key in own.keys().filter(|key| !english.contains_key(*key)) {
            findings.push(format!("messages/{language}: {key} is not in English"));
        }
        for (key, message) in &english {
            match own.get(key) {
                None => findings.push(format!("messages/{language}: {key} is missing")),
                Some(other) if arguments(other) != arguments(message) => {
                    findings.push(format!("messages/{language}: {key} has other arguments"));
                }
                Some(_) => {}
            }
        }
    }
    findings
}

fn catalogue(language: &str, findings: &mut Vec<String>) -> BTreeMap<String, String> {
    let folder = root().join("messages").join(language);
    let mut all = BTreeMap::new();
    for file in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = file.path();
        let noun = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let Ok(Value::Object(messages)) = serde_json::from_str(&text) else {
            findings.push(format!("messages/{language}/{noun}.json is not an object"));
            continue;
        };
        for (key, message) in messages {
            if let Value::String(message) = message {
                all.insert(format!("{noun}.{key}"), message);
            } else {
                findings.push(format!("messages/{language}/{noun}.json: {key} is no text"));
            }
        }
    }
    all
}

/// The names that stand right after a brace: good enough here, `language` parses them properly.
fn arguments(message: &str) -> BTreeSet<&str> {
    message
        .split('{')
        .skip(1)
        .filter_map(|rest| {
            let name = rest.split(['}', ',']).next()?.trim();
            let is_name =
                !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            let follows = rest.trim_start().strip_prefix(name)?.trim_start();
            (is_name && follows.starts_with(['}', ','])).then_some(name)
        })
        .collect::<BTreeSet<_>>()
}
