//! How wrong a text is: words (WER) for speech, characters (chrF) for translations.

use std::collections::BTreeMap;

/// Errors and length of a transcript, in words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Errors {
    pub errors: usize,
    pub words: usize,
}

impl Errors {
    pub(crate) fn percent(self) -> f64 {
        100.0 * self.errors as f64 / self.words.max(1) as f64
    }
}

/// Counts the words to be substituted, inserted or removed; case and punctuation do not count.
pub(crate) fn word_errors(reference: &str, found: &str) -> Errors {
    let (reference, found) = (plain_words(reference), plain_words(found));
    let mut row: Vec<usize> = (0..=found.len()).collect();
    for (done, word) in reference.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = done + 1;
        for (column, other) in found.iter().enumerate() {
            let substituted = diagonal + usize::from(word != other);
            diagonal = row[column + 1];
            row[column + 1] = substituted.min(diagonal + 1).min(row[column] + 1);
        }
    }
    Errors { errors: row[found.len()], words: reference.len() }
}

fn plain_words(text: &str) -> Vec<String> {
    let plain: String = text
        .to_lowercase()
        .chars()
        .map(|letter| if letter.is_alphanumeric() { letter } else { ' ' })
        .collect();
    plain.split_whitespace().map(|w| if w == "mister" { "mr" } else { w }.to_owned()).collect()
}

/// Returns chrF of a whole corpus in percent, as sacreBLEU computes it by default: character
/// n-grams of 1 to 6 without spaces, recall weighing twice as much as precision.
pub(crate) fn chrf(pairs: &[(String, String)]) -> f64 {
    const ORDER: usize = 6;
    let (mut precision, mut recall, mut orders) = (0.0, 0.0, 0.0);
    for n in 1..=ORDER {
        let (mut matches, mut found_total, mut reference_total) = (0, 0, 0);
        for (reference, found) in pairs {
            let (reference, found) = (grams(reference, n), grams(found, n));
            found_total += found.values().sum::<usize>();
            reference_total += reference.values().sum::<usize>();
            for (gram, count) in &found {
                matches += count.min(reference.get(gram).unwrap_or(&0));
            }
        }
        if found_total > 0 && reference_total > 0 {
            precision += matches as f64 / found_total as f64;
            recall += matches as f64 / reference_total as f64;
            orders += 1.0;
        }
    }
    let (precision, recall) = (precision / orders, recall / orders);
    if precision + recall == 0.0 {
        return 0.0;
    }
    100.0 * 5.0 * precision * recall / (4.0 * precision + recall)
}

fn grams(text: &str, n: usize) -> BTreeMap<Vec<char>, usize> {
    let letters: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut counts = BTreeMap::new();
    for gram in letters.windows(n) {
        *counts.entry(gram.to_vec()).or_insert(0) += 1;
    }
    counts
}

#[test]
fn a_wrong_word_a_missing_one_and_one_too_many_are_three_errors() {
    let errors = word_errors("Ask not what your country can do.", "as not what a your country can");

    assert_eq!(errors, Errors { errors: 3, words: 7 });
}

#[test]
fn chrf_is_what_sacrebleu_says() {
    let pair = |a: &str, b: &str| vec![(a.to_owned(), b.to_owned())];

    assert!((chrf(&pair("the cat sat", "the cat sat")) - 100.0).abs() < 1e-9);
    assert!(chrf(&pair("abc", "xyz")).abs() < 1e-9);
    // n=1: 5 of 6 both ways; n=2: 3 of 5, n=3: 1 of 4 …: 5/6, 3/5, 2/4, 1/3, 0, 0.
    let half = (5.0 / 6.0 + 3.0 / 5.0 + 2.0 / 4.0 + 1.0 / 3.0) / 6.0 * 100.0;
    assert!((chrf(&pair("abcdef", "abcdxf")) - half).abs() < 2.0);
}
