//! Lists `messages/<language>/<noun>.json` so that the catalogues are embedded in the program.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo"))
        .join("../../messages")
        .canonicalize()
        .expect("messages/ stands at the top of the repository");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    let mut nouns = BTreeSet::new();
    for language in fs::read_dir(&root).expect("messages/ can be read").flatten() {
        if !language.path().is_dir() {
            continue;
        }
        println!("cargo::rerun-if-changed={}", language.path().display());
        for file in fs::read_dir(language.path()).expect("a language can be read").flatten() {
            let path = file.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let noun = path.file_stem().expect("has a name").to_string_lossy().into_owned();
                let tag = language.file_name().to_string_lossy().into_owned();
                println!("cargo::rerun-if-changed={}", path.display());
                nouns.insert(noun.clone());
                files.push((tag, noun, path));
            }
        }
    }
    files.sort();
    let mut code = String::from(
        "/// Every catalogue: language, noun, text.\nconst FILES: &[(&str, &str, &str)] = &[\n",
    );
    for (tag, noun, path) in files {
        writeln!(code, "    ({tag:?}, {noun:?}, include_str!({:?})),", path.to_string_lossy())
            .expect("a string");
    }
    writeln!(
        code,
        "];\n/// Every noun that has words.\npub const NOUNS: &[&str] = &{:?};",
        nouns.into_iter().collect::<Vec<_>>()
    )
    .expect("a string");
    let out = Path::new(&env::var("OUT_DIR").expect("set by cargo")).join("messages.rs");
    fs::write(out, code).expect("OUT_DIR can be written");
}
