//! The speech engines with their real packs, on real speech. `make models` gets both.

#![expect(clippy::cast_precision_loss, reason = "counts of words and samples")]

mod listen;
mod metric;
mod packs;
mod pool;
mod translate;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use speech::Library;

/// Where the packs are: `PLENARY_SPEECH__MODELS` as for the server, or `models` in the repository.
fn models() -> PathBuf {
    let folder = std::env::var_os("PLENARY_SPEECH__MODELS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models")),
        PathBuf::from,
    );
    assert!(
        folder.join("clips").is_dir(),
        "no model packs in {}: run make models",
        folder.display()
    );
    folder
}

fn library() -> Arc<Library> {
    static LIBRARY: OnceLock<Arc<Library>> = OnceLock::new();
    Arc::clone(LIBRARY.get_or_init(|| Arc::new(Library::open(&models()))))
}
