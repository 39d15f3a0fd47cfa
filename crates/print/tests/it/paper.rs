//! Text, fonts, safety and sameness of the PDF.

use std::path::PathBuf;
use std::sync::OnceLock;

use print::{Fonts, PrintError};
use report::chapter::compose;
use report::document::Document;
use report::{Results, page};

use language::{Tag, UN};

use crate::fixture;
use crate::poppler::Sheet;

#[test]
fn the_pdf_says_what_the_page_says_in_every_language() {
    for tag in [Tag::EN, Tag::FR, Tag::ES, Tag::RU, Tag::ZH] {
        let document = document(tag);

        let sheet = Sheet::new(tag.as_str(), printed(tag));

        let (paper, page) = (without_space(&sheet.text()), without_space(&page_text(&document)));
        assert_eq!(first_difference(&paper, &page), None, "{}", tag.as_str());
    }
}

/// Poppler turns Arabic ligatures round, so words cannot be compared; numbers can.
#[test]
fn the_arabic_pdf_has_the_numbers_of_the_page_in_the_same_order() {
    let document = document(Tag::AR);

    let sheet = Sheet::new("ar", printed(Tag::AR));

    let (paper, page) = (numbers(&sheet.text()), numbers(&page_text(&document)));
    assert!(page.len() > 300, "{}", page.len());
    assert_eq!(paper, page);
}

#[test]
fn plex_is_embedded_and_no_other_latin_or_arabic_face() {
    for (tag, wanted) in [
        (Tag::EN, &["IBMPlexSans", "IBMPlexSans-SmBld"][..]),
        (Tag::RU, &["IBMPlexSans", "IBMPlexSans-SmBld"][..]),
        (Tag::AR, &["IBMPlexSansArabic", "IBMPlexSansArabic-SmBld"][..]),
        (Tag::ZH, &["DroidSansFallback", "IBMPlexSans"][..]),
    ] {
        let sheet = Sheet::new(&format!("fonts-{}", tag.as_str()), printed(tag));

        let fonts = sheet.fonts();

        for name in wanted {
            assert!(fonts.contains(name), "{name} in {}:\n{fonts}", tag.as_str());
        }
        let foreign = fonts
            .lines()
            .skip(2)
            .filter(|line| !line.contains("IBMPlexSans") && !line.contains("DroidSansFallback"));
        assert_eq!(foreign.collect::<Vec<_>>(), Vec::<&str>::new());
        assert!(fonts.lines().skip(2).all(|line| line.contains(" yes yes yes ")), "{fonts}");
    }
}

#[test]
fn a_title_that_looks_like_a_program_is_only_a_title() {
    let mut record = fixture::record();
    record.title =
        fixture::texts("#read(\"/etc/passwd\") $x$ *b* #panic()", "#read(\"/etc/passwd\")");
    record.organisation = "#include \"/etc/passwd\"".to_owned();
    let results = Results::of(&record);

    let sheet = Sheet::new("injection", &pdf(&compose(&results, Tag::EN)));

    let text = sheet.whole_text();
    assert!(text.contains("#read(\"/etc/passwd\") $x$ *b* #panic()"), "{text}");
    assert!(!text.contains("root:"), "{text}");
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let document = document(Tag::EN);

    assert!(pdf(&document) == printed(Tag::EN), "two prints of one document differ");
}

#[test]
fn another_answer_gives_another_pdf() {
    let mut record = fixture::record();
    let before = printed(Tag::EN);
    let cell =
        record.surveys[0].cells.iter_mut().find(|cell| cell.counts[2] > 0).expect("a choice");
    cell.counts[2] -= 1;
    cell.counts[3] += 1;

    let after = pdf(&compose(&Results::of(&record), Tag::EN));

    assert!(before != after, "the PDF is the same");
}

#[test]
fn the_pdf_is_accessible_titled_and_dated_by_its_edition() {
    let sheet = Sheet::new("information", printed(Tag::EN));

    let information = sheet.information();

    assert!(information.contains("Title:           The world in 2045 Edition 1"), "{information}");
    assert!(information.contains("Tagged:          yes"), "{information}");
    assert!(information.contains("Nov 25"), "{information}");
    assert!(information.contains("A4"), "{information}");
}

#[test]
fn a_demonstration_says_so_on_every_sheet() {
    let sheet = Sheet::new("demonstration", printed(Tag::EN));

    let mark = "Demonstration: the people and every figure are invented";
    let sheets: usize = sheet
        .information()
        .lines()
        .find_map(|line| line.strip_prefix("Pages:")?.trim().parse().ok())
        .expect("a number of pages");
    assert_eq!(sheet.whole_text().matches(mark).count(), sheets);
}

#[test]
fn a_missing_font_is_named() {
    let nowhere = Fonts::load(&PathBuf::from("/nonexistent"));

    assert!(
        matches!(nowhere, Err(PrintError::FontMissing { file, .. }) if file == "IBMPlexSans-Regular.ttf")
    );
}

#[test]
fn what_is_no_document_is_refused() {
    let mut out = Vec::new();

    let refused = print::run(&b"{\"format\":1}"[..], &mut out, &folder());

    assert!(matches!(refused, Err(PrintError::Document(_))));
    assert!(out.is_empty());
}

/// `PLENARY_KEEP_PDF=DIR` keeps the six reports to be looked at.
#[test]
fn a_report_has_a_cover_and_a_chapter_for_each_finding() {
    for tag in UN {
        let document = document(tag);
        let pdf = printed(tag);
        if let Ok(keep) = std::env::var("PLENARY_KEEP_PDF") {
            let path = PathBuf::from(keep).join(format!("{}.pdf", tag.as_str()));
            std::fs::write(path, pdf).expect("the folder is writable");
        }
        let findings =
            document.chapters.iter().filter(|chapter| chapter.id.starts_with("finding-"));
        assert_eq!(findings.count(), 6);
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/fonts")
}

fn document(tag: Tag) -> Document {
    let record = fixture::record();
    compose(&Results::of(&record), tag)
}

/// Returns the PDF of the fixture in one of the six languages, set once for all tests.
fn printed(tag: Tag) -> &'static [u8] {
    static PRINTED: [OnceLock<Vec<u8>>; 6] = [const { OnceLock::new() }; 6];
    let at = UN.iter().position(|known| *known == tag).expect("one of the six");
    PRINTED[at].get_or_init(|| pdf(&document(tag)))
}

fn pdf(document: &Document) -> Vec<u8> {
    let fonts = Fonts::load(&folder()).expect("cargo xtask fonts has run");
    print::pdf(document, &fonts).expect("it prints")
}

/// The page's text: tags away, entities back.
fn page_text(document: &Document) -> String {
    let html = page::article(document).into_string();
    let mut text = String::new();
    let mut is_tag = false;
    for c in html.chars() {
        match c {
            '<' => is_tag = true,
            '>' => {
                is_tag = false;
                text.push(' ');
            }
            _ if !is_tag => text.push(c),
            _ => {}
        }
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Blanks of every kind, and the marks of direction, which poppler leaves out. List bullets are
/// drawn on paper and styled on the page.
fn without_space(text: &str) -> String {
    let is_left_out = |c: char| {
        c.is_whitespace()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '•')
    };
    text.chars().filter(|c| !is_left_out(*c)).collect()
}

fn first_difference(a: &str, b: &str) -> Option<(String, String)> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let at = (0..a.len().max(b.len())).find(|i| a.get(*i) != b.get(*i))?;
    let around = |text: &[char]| text.iter().skip(at.saturating_sub(40)).take(80).collect();
    Some((around(&a), around(&b)))
}

fn numbers(text: &str) -> Vec<String> {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.');
    text.split(|c| !is_part(c))
        .map(|number| number.trim_matches([',', '.']).to_owned())
        .filter(|number| !number.is_empty())
        .collect()
}
