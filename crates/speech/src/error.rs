//! What can go wrong with packs and engines.

use std::path::PathBuf;

/// A pack or an engine does not do what was asked of it.
#[derive(Debug, thiserror::Error)]
pub enum SpeechError {
    /// The folder or a file in it cannot be read or written.
    #[error("cannot access {path}")]
    Access {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// The manifest says something that is no pack.
    #[error("{path} is no pack: {why}")]
    Manifest { path: PathBuf, why: String },
    /// A file is not the one that its manifest describes.
    #[error("pack {pack}: {file} has a wrong {what} (expected {expected}, found {found})")]
    Checksum { pack: String, file: String, what: &'static str, expected: String, found: String },
    /// An engine cannot be started from its pack.
    #[error("pack {pack} does not start: {why}")]
    Start { pack: String, why: String },
    /// A running engine failed.
    #[error("engine {engine} failed: {why}")]
    Engine { engine: &'static str, why: String },
    /// The answer would have come after the deadline.
    #[error("too late to be of use")]
    Late,
    /// No pack for this work is present.
    #[error("no pack for this is present")]
    NoPack,
}
