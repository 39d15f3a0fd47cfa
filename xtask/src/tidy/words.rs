//! Words: catalogues that are complete, and files that keep to what belongs in them.

use language::{Tag, UN, catalogue_of};

use crate::{files, root};

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

/// Every key in every language, with the same arguments in each.
pub(super) fn in_catalogues() -> Vec<String> {
    let english = catalogue_of(Tag::EN);
    let mut findings = Vec::new();
    for tag in UN {
        let own = catalogue_of(tag);
        for key in own.keys().filter(|key| !english.contains_key(*key)) {
            findings.push(format!("messages/{tag}: {key} is not in English"));
        }
        for (key, message) in english {
            match own.get(key) {
                None => findings.push(format!("messages/{tag}: {key} is missing")),
                Some(other) if other.arguments() != message.arguments() => {
                    findings.push(format!("messages/{tag}: {key} has other arguments"));
                }
                Some(_) => {}
            }
        }
    }
    findings
}
