//! Plants known bugs and shows that the simulation finds each: a test that cannot fail is none.
//!
//! Each patch of `tests/planted/` is applied to a copy of the repository, never to the work tree.
//! The copy has a target folder of its own: in a shared one cargo would take what was built of the
//! copy for what is built of the repository.

use std::path::Path;
use std::process::Command;

use crate::{files, root};

/// Runs every planted bug. Returns whether each was found.
pub(crate) fn run() -> bool {
    let mut patches: Vec<_> = std::fs::read_dir(root().join("tests/planted"))
        .expect("tests/planted holds the patches")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "patch"))
        .collect();
    patches.sort();
    let mut found = 0;
    for patch in &patches {
        let name = patch.file_stem().unwrap_or_default().to_string_lossy();
        match find(patch) {
            Ok(Some(line)) => {
                println!("planted: {name}: found: {line}");
                found += 1;
            }
            Ok(None) => println!("planted: {name}: NOT FOUND"),
            Err(why) => println!("planted: {name}: {why}"),
        }
    }
    println!("planted: {found} of {} bugs found", patches.len());
    found == patches.len() && found > 0
}

/// Returns the line in which the simulation says how to replay the seed that found the bug.
fn find(patch: &Path) -> Result<Option<String>, String> {
    let copy = root().join("target/planted");
    let _ = std::fs::remove_dir_all(&copy);
    for file in files() {
        let to = copy.join(file.strip_prefix(root()).expect("inside"));
        std::fs::create_dir_all(to.parent().expect("has a folder")).map_err(|e| e.to_string())?;
        std::fs::copy(&file, &to).map_err(|error| error.to_string())?;
    }
    let applied = Command::new("git")
        .args(["apply", "--directory", "target/planted"])
        .arg(patch)
        .current_dir(root())
        .status()
        .map_err(|error| error.to_string())?;
    if !applied.success() {
        return Err("the patch does not apply: mend it with the code it is for".to_owned());
    }
    let out = Command::new(env!("CARGO"))
        .args(["test", "--offline", "-p", "sfu", "--test", "it", "--", "simulation"])
        .env("CARGO_TARGET_DIR", root().join("target/planted-target"))
        .current_dir(&copy)
        .output()
        .map_err(|error| error.to_string())?;
    let text = [out.stdout, out.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    if text.contains("error: could not compile") {
        return Err("the planted bug does not compile".to_owned());
    }
    let seed = text.lines().find(|line| line.contains("PLENARY_SEED="));
    Ok((!out.status.success()).then(|| seed.unwrap_or("no seed was printed").trim().to_owned()))
}
