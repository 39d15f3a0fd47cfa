//! Licences of everything that is linked in: none that would bind what people build with us.

use std::process::Command;

use serde_json::Value;

use crate::root;

/// What may be linked. MPL-2.0 binds its own files only.
const ACCEPTED: [&str; 16] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "OpenSSL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

pub(super) fn of_dependencies() -> Vec<String> {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--offline", "--locked"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root())
        .output()
        .expect("cargo describes the dependencies");
    let Ok(all) = serde_json::from_slice::<Value>(&out.stdout) else {
        return vec![format!("cargo metadata: {}", String::from_utf8_lossy(&out.stderr))];
    };
    all["packages"]
        .as_array()
        .expect("a list of packages")
        .iter()
        .filter_map(|package| {
            let name = package["name"].as_str()?;
            let licence = package["license"].as_str().unwrap_or("none stated");
            (!is_accepted(licence)).then(|| format!("{name}: {licence}"))
        })
        .collect()
}

/// Evaluates an SPDX expression of the forms that occur: `A OR B`, `A AND B`, `A/B`, parentheses
/// around an alternative.
fn is_accepted(expression: &str) -> bool {
    split_outside(expression, " AND ").iter().all(|all_of| {
        let all_of = all_of.trim().trim_start_matches('(').trim_end_matches(')');
        all_of.split(" OR ").flat_map(|one| one.split('/')).any(|one| {
            let one = one.trim().trim_matches(['(', ')']);
            one.split(" AND ").all(|part| ACCEPTED.contains(&part.trim()))
        })
    })
}

fn split_outside<'a>(expression: &'a str, separator: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    for (at, c) in expression.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 && expression[at..].starts_with(separator) => {
                parts.push(&expression[start..at]);
                start = at + separator.len();
            }
            _ => {}
        }
    }
    parts.push(&expression[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_accepted_alternative_is_enough() {
        assert!(is_accepted("GPL-3.0 OR MIT"));
        assert!(is_accepted("MIT/Apache-2.0"));
        assert!(is_accepted("(MIT OR Apache-2.0) AND Unicode-3.0"));
    }

    #[test]
    fn every_required_licence_must_be_accepted() {
        assert!(!is_accepted("MIT AND GPL-3.0"));
        assert!(!is_accepted("AGPL-3.0-only"));
        assert!(!is_accepted("none stated"));
    }
}
