//! Clauses into sentences: whether words make a whole, and how two parts are joined.

use language::Tag;

use crate::agreement::{is_ideograph, words};

/// A recogniser puts a full stop behind whatever it is given. Fewer words than this are taken for
/// a part: "Ask not." is not what was said.
const WORDS_MIN: usize = 4;

/// The same for scripts without spaces, in characters.
const IDEOGRAPHS_MIN: usize = 6;

/// What ends a sentence.
const ENDS: [char; 10] = ['.', '!', '?', '…', '。', '！', '？', '؟', '۔', '।'];

/// Returns whether the words can stand alone.
pub(crate) fn is_complete(text: &str) -> bool {
    let text = text.trim_end_matches(['"', '”', '»', ')', ' ']);
    if !text.ends_with(ENDS) {
        return false;
    }
    let count = words(text).len();
    let is_spaceless = text.chars().any(is_ideograph);
    count >= if is_spaceless { IDEOGRAPHS_MIN } else { WORDS_MIN }
}

/// Returns the part of an unfinished sentence that stays when more is joined to it.
pub(crate) fn stem(text: &str) -> &str {
    text.trim_end().trim_end_matches(ENDS).trim_end()
}

/// A sentence's first part and what follows it, as one text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Joined {
    pub text: String,
    /// Where the second part begins.
    pub tail: usize,
}

/// Joins the words that follow to the beginning of their sentence.
pub(crate) fn join(head: &str, tail: &str, language: Tag) -> Joined {
    if head.is_empty() || tail.is_empty() {
        let start = if tail.is_empty() { head.len() } else { 0 };
        return Joined { text: format!("{head}{tail}"), tail: start };
    }
    let mut text = if is_complete(head) { head.trim_end() } else { stem(head) }.to_owned();
    let continues = text.len() < head.trim_end().len();
    if !tail.starts_with(is_ideograph) {
        text.push(' ');
    }
    let start = text.len();
    text.push_str(tail);
    if continues && starts_like_a_sentence(tail) && language.primary().as_str() != "de" {
        text[start..=start].make_ascii_lowercase();
    }
    Joined { text, tail: start }
}

/// Returns whether the capital is there only because the recogniser saw a beginning: not in "I",
/// "UN" or "I'm". German keeps its capitals, since they may be a noun's.
fn starts_like_a_sentence(text: &str) -> bool {
    let mut letters = text.chars();
    let first = letters.next().is_some_and(|letter| letter.is_ascii_uppercase());
    first && letters.next().is_some_and(|letter| letter.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_words_with_a_full_stop_are_no_sentence() {
        let whole = [
            "He was not an ill-disposed young man.",
            "Is that so, do you think?\"",
            "我们必须现在行动。",
        ];
        let parts = ["Ask not.", "And so, my fellow", "我们。", ""];

        assert_eq!(whole.map(is_complete), [true; 3]);
        assert_eq!(parts.map(is_complete), [false; 4]);
    }

    #[test]
    fn parts_are_joined_as_if_they_had_been_said_in_one_breath() {
        let joined = join("Ask not.", "What your country can do.", Tag::EN);

        assert_eq!(joined.text, "Ask not what your country can do.");
        assert_eq!(&joined.text[joined.tail..], "what your country can do.");
    }

    #[test]
    fn names_in_capitals_and_the_speaker_keep_their_capital() {
        assert_eq!(join("And so.", "I'm here.", Tag::EN).text, "And so I'm here.");
        assert_eq!(join("And so.", "UN troops.", Tag::EN).text, "And so UN troops.");
    }

    #[test]
    fn nothing_is_joined_to_nothing() {
        assert_eq!(join("", "One.", Tag::EN).text, "One.");
        assert_eq!(join("One.", "", Tag::EN).text, "One.");
    }
}
