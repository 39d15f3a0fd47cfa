//! What the Makefile calls: checks, the order in which they run, planted bugs. Shells out.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for a terminal")]

mod ci;
mod fonts;
mod planted;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <command>

  fonts     unpacks the fonts of printed reports into target/fonts
  ci        every check, cheapest verdict first: what the machine runs
  tidy      crate edges, file and function lengths, words, licences
  planted   plants each bug of tests/planted and shows the seed that finds it";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let is_well = match arguments.next().as_deref() {
        Some("ci") => ci::run(),
        Some("fonts") => fonts::run(),
        Some("tidy") => tidy::run(),
        Some("planted") => planted::run(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Returns the top of the repository.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("xtask stands in the repository").to_owned()
}

/// Returns the files that are in the repository, or would be: not those that git ignores.
fn files() -> Vec<PathBuf> {
    let out = std::process::Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the files");
    String::from_utf8_lossy(&out.stdout)
        .lines()
        .map(|line| root().join(line))
        .filter(|path| path.is_file())
        .collect()
}
