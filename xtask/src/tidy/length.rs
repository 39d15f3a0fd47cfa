//! Lengths: a file ends at 1,000 lines, a function at 70. The longest of each are printed.

use std::path::PathBuf;

use crate::{files, root};

/// Where a file ends. At 500 one asks what the second noun is.
const FILE_LINES_MAX: usize = 1_000;

/// Where a function ends, without exceptions.
const FUNCTION_LINES_MAX: usize = 70;

/// How many of the longest are printed.
const PRINTED: usize = 3;

struct Length {
    lines: usize,
    what: String,
}

fn sources() -> Vec<(PathBuf, String, String)> {
    files()
        .into_iter()
        .filter(|path| {
            path.extension()
                .is_some_and(|e| ["rs", "ts", "tsx", "mjs", "css", "sh"].iter().any(|x| e == *x))
        })
        .map(|path| {
            let shown = path.strip_prefix(root()).expect("inside").display().to_string();
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            (path, shown, text)
        })
        .filter(|(_, shown, _)| !shown.ends_with(".d.ts") && !shown.contains("generated"))
        .collect()
}

fn file_lengths() -> Vec<Length> {
    sources()
        .into_iter()
        .map(|(_, shown, text)| Length { lines: text.lines().count(), what: shown })
        .collect()
}

fn function_lengths() -> Vec<Length> {
    sources()
        .into_iter()
        .filter(|(path, ..)| path.extension().is_some_and(|extension| extension == "rs"))
        .flat_map(|(_, shown, text)| functions(&shown, &text))
        .collect()
}

/// Finds functions by the shape that rustfmt gives them: `fn` begins a line, and the brace that
/// closes the body stands alone at the same depth.
fn functions(file: &str, text: &str) -> Vec<Length> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let indent = line.len() - line.trim_start().len();
        let close = format!("{}}}", " ".repeat(indent));
        if line.trim_end().ends_with(['}', ';']) {
            continue;
        }
        let Some(open) = lines[start..].iter().position(|line| line.trim_end().ends_with('{'))
        else {
            continue;
        };
        let body = start + open + 1;
        let Some(end) = lines[body..].iter().position(|line| *line == close) else { continue };
        found.push(Length { lines: end, what: format!("{file}:{} {name}", start + 1) });
    }
    found
}

fn function_name(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    for word in ["pub(crate) ", "pub(super) ", "pub ", "const ", "async ", "unsafe "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let rest = rest.strip_prefix("fn ")?;
    rest.split(['(', '<']).next()
}

pub(super) fn of_files() -> Vec<String> {
    file_lengths()
        .into_iter()
        .filter(|length| length.lines > FILE_LINES_MAX)
        .map(|length| format!("{} has {} lines", length.what, length.lines))
        .collect()
}

pub(super) fn of_functions() -> Vec<String> {
    function_lengths()
        .into_iter()
        .filter(|length| length.lines > FUNCTION_LINES_MAX)
        .map(|length| format!("{} has {} lines", length.what, length.lines))
        .collect()
}

/// Prints the longest files and functions.
pub(super) fn print_longest() {
    for (name, mut lengths) in [("files", file_lengths()), ("functions", function_lengths())] {
        lengths.sort_by_key(|length| std::cmp::Reverse(length.lines));
        println!("tidy: longest {name}:");
        for length in lengths.iter().take(PRINTED) {
            println!("  {:>5} {}", length.lines, length.what);
        }
    }
}
