use proptest::prelude::*;

use super::*;

fn format(tag: Tag, message: &str, arguments: &[(&str, Value)]) -> String {
    Message::parse(message).expect("well formed").format(tag, arguments)
}

#[test]
fn an_argument_is_filled_in() {
    assert_eq!(format(Tag::EN, "Hello, {name}", &[("name", "Ana".into())]), "Hello, Ana");
}

#[test]
fn a_missing_argument_is_shown_by_name() {
    assert_eq!(format(Tag::EN, "Hello, {name}", &[]), "Hello, {name}");
}

#[test]
fn an_apostrophe_stands_for_itself_and_quotes_braces() {
    assert_eq!(format(Tag::FR, "l'avis, ''x'', '{n}'", &[]), "l'avis, 'x', {n}");
}

const AR: &str = "{n, plural, zero {zero} one {one} two {two} few {few} many {many} other {other}}";
const RU: &str = "{n, plural, one {one} few {few} many {many} other {other}}";

#[test]
fn arabic_has_six_plural_forms() {
    let forms = [0, 1, 2, 5, 11, 100].map(|n| format(Tag::AR, AR, &[("n", n.into())]));

    assert_eq!(forms, ["zero", "one", "two", "few", "many", "other"]);
}

#[test]
fn russian_has_three_plural_forms_for_whole_numbers() {
    let forms = [0, 1, 2, 5, 11, 100].map(|n| format(Tag::RU, RU, &[("n", n.into())]));

    assert_eq!(forms, ["many", "one", "few", "many", "many", "many"]);
}

#[test]
fn a_fraction_has_a_form_of_its_own_in_russian() {
    assert_eq!(format(Tag::RU, RU, &[("n", 1.5.into())]), "other");
}

#[test]
fn an_exact_case_comes_before_a_category() {
    let message = "{n, plural, =0 {nobody} one {# person} other {# people}}";

    assert_eq!(format(Tag::EN, message, &[("n", 0.into())]), "nobody");
    assert_eq!(format(Tag::EN, message, &[("n", 1.into())]), "1 person");
    assert_eq!(format(Tag::EN, message, &[("n", 2_000.into())]), "2,000 people");
}

#[test]
fn select_takes_the_value_or_other() {
    let message = "{who, select, machine {by machine} other {by a person}}";

    assert_eq!(format(Tag::EN, message, &[("who", "machine".into())]), "by machine");
    assert_eq!(format(Tag::EN, message, &[("who", "x".into())]), "by a person");
}

#[test]
fn a_message_knows_its_arguments() {
    let message = Message::parse("{a} {n, plural, one {{b}} other {#}}").expect("well formed");

    assert_eq!(message.arguments().into_iter().collect::<Vec<_>>(), ["a", "b", "n"]);
}

#[test]
fn what_is_not_a_message_is_refused() {
    for text in [
        "{",
        "}",
        "{n",
        "{n, plural}",
        "{n, plural, one {x}}",
        "{n, date, other {x}}",
        "{n, select, a {x} a {y} other {z}}",
    ] {
        assert!(Message::parse(text).is_err(), "{text}");
    }
}

#[test]
fn the_vectors_shared_with_the_web_hold() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../../messages/vectors.json")).expect("JSON");
    for vector in vectors.as_array().expect("a list") {
        let tag = vector["language"].as_str().expect("a tag").parse().expect("a tag");
        let arguments: Vec<(&str, Value)> = vector["args"]
            .as_object()
            .expect("arguments")
            .iter()
            .map(|(name, value)| {
                let value = value
                    .as_f64()
                    .map_or_else(|| Value::from(value.as_str().unwrap_or("")), Value::Number);
                (name.as_str(), value)
            })
            .collect();

        let text = format(tag, vector["message"].as_str().expect("a message"), &arguments);

        assert_eq!(text, vector["text"].as_str().expect("a text"), "{vector}");
    }
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused_without_a_panic(text in "[{}',#a-z =plurselcto]{0,60}") {
        if let Ok(message) = Message::parse(&text) {
            message.format(Tag::AR, &[("a", 3.into())]);
        }
    }
}
