//! The manifest of an edition: every file with its hash. The edition's own hash is the
//! manifest's, so that it names everything that was published.

use aws_lc_rs::digest::{SHA256, digest};
use serde::Serialize;

#[derive(Serialize)]
struct Manifest<'a> {
    format: u32,
    files: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    bytes: u64,
    sha256: &'a str,
}

/// Returns the SHA-256 of some bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write;

    let mut hex = String::with_capacity(64);
    for byte in digest(&SHA256, bytes).as_ref() {
        write!(hex, "{byte:02x}").expect("writing into a text cannot fail");
    }
    hex
}

/// Returns the manifest of these files (name, size, hash), sorted by name.
pub fn write(files: &[(String, u64, String)]) -> Vec<u8> {
    let mut entries: Vec<Entry<'_>> =
        files.iter().map(|(name, bytes, sha256)| Entry { name, bytes: *bytes, sha256 }).collect();
    entries.sort_by_key(|entry| entry.name);
    serde_json::to_vec_pretty(&Manifest { format: 1, files: entries }).expect("texts and numbers")
}
