//! Parsers of `speech`.

use std::path::Path;

/// A model pack's manifest.
pub(crate) fn fuzz_pack(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(pack) = speech::pack::parse(text, Path::new("packs/one")) {
        assert!(pack.files.iter().all(|file| pack.file(&file.path).is_ok()));
        assert!(pack.files.iter().all(|file| !file.path.contains("..")));
    }
}
