use language::Tag;
use model::Timestamp;
use model::caption::{Caption, CaptionAuthor, CaptionState};
use signal::packet::Text;
use signal::{TRANSCRIPTION_TOPIC, caption_attributes, caption_of};

#[test]
fn a_caption_is_read_back_from_its_stream() {
    assert_eq!(caption_of(&stream()), Some(caption()));
}

#[test]
fn a_caption_that_contradicts_itself_is_none() {
    for (name, value) in [
        ("plenary.stable", "1000"),
        ("plenary.stable", "2"),
        ("plenary.language", "no language at all"),
        ("plenary.state", "maybe"),
        ("plenary.author", "god"),
        ("plenary.revision", "-1"),
        ("plenary.start_us", "yesterday"),
        ("lk.segment_id", ""),
    ] {
        let mut stream = stream();
        stream.attributes.insert(name.to_owned(), value.to_owned());
        assert_eq!(caption_of(&stream), None, "{name} = {value}");
    }
}

#[test]
fn a_caption_that_lacks_an_attribute_is_none() {
    let names: Vec<String> = stream().attributes.into_keys().collect();
    let lacking = |name: &str| {
        let mut stream = stream();
        stream.attributes.remove(name);
        caption_of(&stream).is_none()
    };

    let needed: Vec<&String> = names.iter().filter(|name| lacking(name)).collect();

    assert_eq!(needed.len(), 10, "{needed:?}");
}

#[test]
fn ten_megabytes_and_what_deceives_are_no_caption() {
    let long = Text { text: "a".repeat(10_000_000), ..stream() };

    assert_eq!(caption_of(&long), None);
    for words in ["ab\0cdefgh", "abc\u{202e}defgh", "abc\ndefgh"] {
        assert_eq!(caption_of(&Text { text: words.to_owned(), ..stream() }), None, "{words:?}");
    }
}

fn stream() -> Text {
    let caption = caption();
    Text {
        id: "st-1".to_owned(),
        topic: TRANSCRIPTION_TOPIC.to_owned(),
        attributes: caption_attributes(&caption),
        text: caption.text,
    }
}

fn caption() -> Caption {
    Caption {
        segment: "s-1".to_owned(),
        language: Tag::EN,
        source_language: Tag::ES,
        revision: 3,
        state: CaptionState::Stable,
        author: CaptionAuthor::Interpreter,
        speaker: "guest-1".to_owned(),
        track: "TR_1".to_owned(),
        start: Timestamp::from_micros(10),
        end: Timestamp::from_micros(20),
        text: "déjà vu".to_owned(),
        stable: 3,
        untranslated: true,
    }
}
