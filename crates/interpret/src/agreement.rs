//! Which words have settled: those on which the readings of a growing sound agree. Settled words
//! never change again.
//!
//! Two readings in a row that agree (local agreement) make words likely: good enough to begin a
//! translation. To settle, words must be older than [`HINDSIGHT_FRAMES`] and every reading since
//! must have said the same.

use std::collections::VecDeque;

/// 2 s: where an utterance is cut for its length, the cut lies no further back, so that no settled
/// word can land behind it.
const HINDSIGHT_FRAMES: u64 = 63;

/// The last word of a reading is often half a word: it has not been heard to its end.
const HELD_BACK: usize = 1;

/// A growing utterance, read again and again.
#[derive(Clone, Debug, Default)]
pub struct Agreement {
    /// Settled words and after them the rest of the last reading.
    text: String,
    /// Bytes of `text` that are settled; always the end of a word.
    stable: usize,
    /// Bytes of `text` on which the last two readings agree.
    likely: usize,
    /// The readings of the last two seconds, and the one before: up to which frame, and what.
    readings: VecDeque<(u64, String)>,
}

impl Agreement {
    /// Returns what should be shown.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns how many bytes of the text are settled.
    pub const fn stable(&self) -> usize {
        self.stable
    }

    /// Returns how many bytes of the text are likely to stay.
    pub const fn likely(&self) -> usize {
        self.likely
    }

    /// Takes another reading of the sound so far, which reaches up to frame `end`.
    pub fn revise(&mut self, reading: &str, end: u64) {
        let reading = reading.trim();
        self.readings.push_back((end, reading.to_owned()));
        while self.readings.get(1).is_some_and(|(at, _)| at + HINDSIGHT_FRAMES <= end) {
            self.readings.pop_front();
        }
        let shown = format!("{}{}", &self.text[..self.stable], self.rest_of(reading));
        let likely = agreed(&self.text, &shown);
        self.text = shown;
        if let Some(settled) = self.settled(end)
            && settled.len() > self.stable
            && self.text.starts_with(&settled)
        {
            self.stable = settled.len();
        }
        self.likely = likely.max(self.stable);
    }

    /// Returns the words that have been the same for long enough.
    fn settled(&self, end: u64) -> Option<String> {
        let (at, oldest) = self.readings.front()?;
        if at + HINDSIGHT_FRAMES > end {
            return None;
        }
        let agreements = self.readings.iter().map(|(_, reading)| agreed(oldest, reading));
        Some(oldest[..agreements.min()?].to_owned())
    }

    /// Takes the last reading, of the whole sound: everything settles.
    pub fn settle(&mut self, reading: &str) {
        let fresh = self.rest_of(reading);
        self.text.truncate(self.stable);
        self.text.push_str(&fresh);
        self.stable = self.text.len();
        self.likely = self.stable;
        self.readings.clear();
    }

    /// Returns the part of a reading that comes after the settled words, with its leading space.
    fn rest_of(&self, reading: &str) -> String {
        let reading = reading.trim();
        let settled = words(&self.text[..self.stable]);
        let fresh = words(reading);
        let start = matching_prefix(&settled, &fresh);
        let rest: String = fresh[start..].concat();
        if self.stable == 0 { rest.trim_start().to_owned() } else { rest }
    }
}

/// Returns how many bytes at the start of `old` are words that `new` begins with too, but for the
/// last word of either.
fn agreed(old: &str, new: &str) -> usize {
    let (old, new) = (words(old), words(new));
    let limit = old.len().min(new.len()).saturating_sub(HELD_BACK);
    let same = old.iter().zip(&new).take(limit).take_while(|(a, b)| a == b);
    same.map(|(word, _)| word.len()).sum()
}

/// Splits a text into words, each with the white space before it. A character of a script without
/// spaces is a word.
pub(crate) fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut is_inside = false;
    for (at, letter) in text.char_indices() {
        let is_space = letter.is_whitespace();
        let is_alone = is_ideograph(letter);
        if is_inside && (is_space || is_alone) {
            words.push(&text[start..at]);
            start = at;
            is_inside = false;
        }
        if is_alone {
            let end = at + letter.len_utf8();
            words.push(&text[start..end]);
            start = end;
        } else if !is_space {
            is_inside = true;
        }
    }
    if is_inside {
        words.push(&text[start..]);
    }
    words
}

/// Returns whether a letter belongs to Chinese or Japanese, which put no spaces between words.
pub(crate) fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}')
}

/// Returns how many words of `fresh` say what `settled` says: the prefix that differs least. Where
/// several do, the longest one that ends in the same word, so that nothing is said twice.
fn matching_prefix(settled: &[&str], fresh: &[&str]) -> usize {
    let mut row: Vec<usize> = (0..=fresh.len()).collect();
    for (done, word) in settled.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = done + 1;
        for (column, other) in fresh.iter().enumerate() {
            let substituted = diagonal + usize::from(!is_same(word, other));
            diagonal = row[column + 1];
            row[column + 1] = substituted.min(diagonal + 1).min(row[column] + 1);
        }
    }
    let ends_alike = |count: usize| match (settled.last(), count.checked_sub(1)) {
        (Some(last), Some(index)) => is_same(last, fresh[index]),
        _ => false,
    };
    (0..=fresh.len()).min_by_key(|&count| (row[count], !ends_alike(count))).unwrap_or(0)
}

/// Compares words as a listener does: without case and punctuation.
fn is_same(a: &str, b: &str) -> bool {
    let bare = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    bare(a) == bare(b)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(readings: &[&str]) -> Agreement {
        let mut agreement = Agreement::default();
        for (reading, end) in readings.iter().zip((12..).step_by(12)) {
            agreement.revise(reading, end);
        }
        agreement
    }

    fn settled(agreement: &Agreement) -> &str {
        &agreement.text()[..agreement.stable()]
    }

    #[test]
    fn words_are_likely_when_two_readings_agree_but_never_the_last_one() {
        let agreement = read(&["and so my", "and so my fell"]);

        assert_eq!(&agreement.text()[..agreement.likely()], "and so");
        assert_eq!(settled(&agreement), "");
    }

    #[test]
    fn words_settle_when_every_reading_of_two_seconds_agrees() {
        let words = "ask not what your country can do for";
        let readings: Vec<String> =
            (2..=8).map(|n| words.split(' ').take(n).collect::<Vec<_>>().join(" ")).collect();
        let readings: Vec<&str> = readings.iter().map(String::as_str).collect();

        assert_eq!(settled(&read(&readings[..6])), "");
        assert_eq!(settled(&read(&readings)), "ask");
    }

    #[test]
    fn a_word_that_was_misheard_at_first_does_not_settle() {
        let right = "unless to be rather cold";
        let agreement = read(&["I'd less to", right, right, right, right, right, right]);

        assert_eq!(settled(&agreement), "");
    }

    #[test]
    fn settled_words_stay_even_if_the_last_reading_says_otherwise() {
        let mut agreement = read(&["we had everything before us"; 7]);

        agreement.settle("We have everything before us.");

        assert_eq!(agreement.text(), "we had everything before us.");
        assert_eq!(agreement.stable(), agreement.text().len());
    }

    #[test]
    fn a_reading_that_lost_a_settled_word_does_not_say_the_rest_twice() {
        let mut agreement = read(&["it was the best of times"; 7]);

        agreement.settle("was the best of times");

        assert_eq!(agreement.text(), "it was the best of times");
    }

    #[test]
    fn chinese_settles_by_the_character() {
        let agreement = read(&["我们必须现在行"; 7]);

        assert_eq!(settled(&agreement), "我们必须现在");
    }

    proptest! {
        #[test]
        fn what_has_settled_never_changes(
            readings in prop::collection::vec("[ab]{1,2}( [ab]{1,2}){0,8}", 1..12)
        ) {
            let mut agreement = Agreement::default();
            let mut settled = String::new();

            for (reading, end) in readings.iter().zip((20..).step_by(20)) {
                agreement.revise(reading, end);
                prop_assert!(agreement.likely() >= agreement.stable());
                prop_assert!(agreement.text().starts_with(&settled));
                prop_assert!(agreement.stable() >= settled.len());
                settled = agreement.text()[..agreement.stable()].to_owned();
            }
            agreement.settle(&readings[0]);

            prop_assert!(agreement.text().starts_with(&settled));
        }

        #[test]
        fn splitting_loses_nothing_but_trailing_space(text in "\\PC{0,40}") {
            let text = text.trim_end();

            prop_assert_eq!(words(text).concat(), text);
        }
    }
}
