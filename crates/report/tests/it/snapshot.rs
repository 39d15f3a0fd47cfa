//! The report in English and Arabic, word for word. `PLENARY_SNAPSHOT=write` writes them anew.

use std::path::Path;

use language::Tag;
use report::chapter::compose;
use report::{Results, page};

use crate::fixture;

#[test]
fn the_english_report_is_as_committed() {
    compare(Tag::EN, "report.en.html");
}

#[test]
fn the_arabic_report_is_as_committed() {
    compare(Tag::AR, "report.ar.html");
}

#[test]
fn the_page_has_no_style_attribute_no_script_and_no_other_host() {
    let record = fixture::record();

    let html = page::article(&compose(&Results::of(&record), Tag::EN)).into_string();

    for never in ["style=", "<script", "http://", "https://", "onclick"] {
        assert!(!html.contains(never), "{never}");
    }
}

fn compare(tag: Tag, file: &str) {
    let record = fixture::record();
    let html = page::article(&compose(&Results::of(&record), tag)).into_string();
    let html = html.replace("><", ">\n<");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(file);
    if std::env::var("PLENARY_SNAPSHOT").is_ok_and(|wish| wish == "write") {
        std::fs::write(&path, &html).expect("the snapshot can be written");
    }
    let committed = std::fs::read_to_string(&path).expect("the snapshot is committed");
    let differing = html.lines().zip(committed.lines()).find(|(a, b)| a != b);
    assert_eq!(differing, None, "{file} differs; PLENARY_SNAPSHOT=write writes it anew");
    assert_eq!(html.len(), committed.len(), "{file}");
}
