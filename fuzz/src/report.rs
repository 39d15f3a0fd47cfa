//! What `report` takes from outside: the document that `plenary print` reads, cells of CSV.

use report::{document, pack, page};

/// A document is refused, or can be set as a page and written again.
pub(crate) fn fuzz_document(data: &[u8]) {
    let Ok(read) = document::parse(data) else { return };
    let html = page::article(&read).into_string();
    assert!(!html.contains("<script"));
    page::contents(&read);
    let again =
        document::parse(document::to_json(&read).as_bytes()).expect("what we write we read");
    assert_eq!(again.chapters.len(), read.chapters.len());
}

/// No cell is a formula afterwards, and a safe one stays as it is.
pub(crate) fn fuzz_cell(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let safe = pack::csv_safe(text);
    let is_number = safe.parse::<f64>().is_ok();
    assert!(is_number || !safe.starts_with(['=', '+', '-', '@', '\t', '\r']));
    assert_eq!(pack::csv_safe(&safe), safe);
}
