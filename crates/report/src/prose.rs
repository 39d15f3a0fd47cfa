//! Sentences with holes: a message of the catalogue whose arguments are numbers bound to queries,
//! or names. The number also chooses the plural form.

use language::{Value, Words};

use crate::document::{Hole, Piece, Prose};

/// Argument `i` travels through the message as `MARK i MARK`: private-use characters that no text
/// of a catalogue has.
const MARK: char = '\u{E000}';
const DIGIT_0: u32 = 0xE010;

/// What fills an argument of a sentence.
#[derive(Clone, Debug)]
pub(crate) enum Fill {
    /// A number: `{name}` shows it, and a plural on `{name_n}` counts by it.
    Hole(Hole),
    /// Somebody's own words.
    Name(String),
    /// Several names, each by itself: one in Arabic must not turn its neighbours round.
    Names(Vec<String>),
}

/// Returns the sentence with its holes filled.
pub(crate) fn sentence(words: &Words, key: &str, fills: &[(&str, Fill)]) -> Prose {
    let counts: Vec<String> = fills.iter().map(|(name, _)| format!("{name}_n")).collect();
    let mut arguments: Vec<(&str, Value)> = Vec::new();
    for (i, (name, fill)) in fills.iter().enumerate() {
        let mark = u32::try_from(i).ok().and_then(|i| char::from_u32(DIGIT_0 + i));
        let mark: String = [Some(MARK), mark, Some(MARK)].into_iter().flatten().collect();
        arguments.push((*name, Value::Text(mark)));
        if let (Fill::Hole(hole), Some(count)) = (fill, counts.get(i)) {
            arguments.push((count.as_str(), Value::Number(hole.value)));
        }
    }
    let text = words.text(key, &arguments);
    Prose(pieces(&text, fills))
}

fn pieces(text: &str, fills: &[(&str, Fill)]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (i, part) in text.split(MARK).enumerate() {
        // Between two marks stands a number; all else is words.
        if i % 2 == 0 {
            if !part.is_empty() {
                pieces.push(Piece::Words { text: part.to_owned() });
            }
            continue;
        }
        let place = part.chars().next().map(|c| u32::from(c).wrapping_sub(DIGIT_0));
        let fill = place.and_then(|i| fills.get(usize::try_from(i).ok()?));
        let Some((_, fill)) = fill else { continue };
        match fill {
            Fill::Hole(hole) => pieces.push(Piece::Hole { hole: hole.clone() }),
            Fill::Name(text) => pieces.push(name(text)),
            Fill::Names(names) => {
                for (i, text) in names.iter().enumerate() {
                    if i > 0 {
                        pieces.push(Piece::Words { text: " · ".to_owned() });
                    }
                    pieces.push(name(text));
                }
            }
        }
    }
    pieces
}

fn name(text: &str) -> Piece {
    Piece::Name { text: text.replace(MARK, "") }
}
