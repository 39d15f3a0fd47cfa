//! Numbers in prose come from queries, and from nowhere else.

use language::{Tag, UN};
use report::Results;
use report::chapter::compose;
use report::document::{self, Piece};

use crate::fixture;

#[test]
fn no_word_of_ours_holds_a_digit_in_any_language() {
    let record = fixture::record();
    let results = Results::of(&record);

    let loose: Vec<String> = UN
        .into_iter()
        .flat_map(|tag| {
            let document = compose(&results, tag);
            let prose: Vec<Piece> =
                document.prose().into_iter().flat_map(|p| p.0.clone()).collect();
            prose
        })
        .filter_map(|piece| match piece {
            Piece::Words { text } => Some(text),
            Piece::Name { .. } | Piece::Hole { .. } => None,
        })
        .filter(|text| text.chars().any(char::is_numeric) || text.contains(['{', '}']))
        .collect();

    assert_eq!(loose, Vec::<String>::new());
}

#[test]
fn every_language_has_the_same_holes_with_the_same_values() {
    let record = fixture::record();
    let results = Results::of(&record);
    let of = |tag| {
        let document = compose(&results, tag);
        let mut holes: Vec<(String, String)> = document
            .holes()
            .iter()
            .map(|hole| (hole.query.clone(), hole.value.to_string()))
            .collect();
        holes.sort();
        holes
    };

    let english = of(Tag::EN);

    assert!(english.len() > 60, "{}", english.len());
    for tag in [Tag::AR, Tag::ZH, Tag::FR, Tag::RU, Tag::ES] {
        assert_eq!(of(tag), english, "{}", tag.as_str());
    }
}

#[test]
fn one_more_answer_changes_the_document() {
    let record = fixture::record();
    let mut changed = record.clone();
    let cell =
        changed.surveys[0].cells.iter_mut().find(|cell| cell.counts[2] > 0).expect("a choice");
    cell.counts[2] -= 1;
    cell.counts[3] += 1;

    let before = compose(&Results::of(&record), Tag::EN);
    let after = compose(&Results::of(&changed), Tag::EN);

    assert_ne!(document::to_json(&before), document::to_json(&after));
}

#[test]
fn a_dialogue_without_answers_still_has_a_report() {
    let mut record = fixture::record();
    record.surveys[0].cells.clear();
    record.meetings.clear();

    let document = compose(&Results::of(&record), Tag::EN);

    let text = report::page::article(&document).into_string();
    assert!(text.contains("Too few people have answered to show a result."), "{text}");
    assert!(!document.chapters.iter().any(|chapter| chapter.id.starts_with("finding")));
}

#[test]
fn a_document_is_read_back_from_its_json() {
    let record = fixture::record();
    let document = compose(&Results::of(&record), Tag::AR);

    let json = document::to_json(&document);
    let read = document::parse(json.as_bytes()).expect("our own format");

    let words = |document: &document::Document| -> Vec<String> {
        document.prose().iter().map(|prose| prose.text()).collect()
    };
    assert_eq!(words(&read), words(&document));
    assert_eq!(read.chapters.len(), document.chapters.len());
    assert_eq!(read.cover.assembly, document.cover.assembly);
}

#[test]
fn a_document_of_another_format_or_size_is_refused() {
    let record = fixture::record();
    let mut document = compose(&Results::of(&record), Tag::EN);
    document.format = 2;
    let json = document::to_json(&document);
    let large = vec![b' '; document::DOCUMENT_BYTES_MAX + 1];

    assert!(matches!(document::parse(json.as_bytes()), Err(document::NotADocument::Format(2))));
    assert!(matches!(document::parse(&large), Err(document::NotADocument::TooLarge)));
    assert!(matches!(document::parse(b"{"), Err(document::NotADocument::Json(_))));
}
