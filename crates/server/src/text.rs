//! What people write into a field that others will read: length, and characters that deceive.

use crate::http::Problem;

/// Returns `text` without white space at its ends, if it has at most `max` characters, all of them
/// visible. `what` names the field for people with a terminal.
pub(crate) fn line(text: &str, max: usize, what: &str) -> Result<String, Problem> {
    let text = text.trim();
    let is_good = text.chars().take(max + 1).count() <= max && !text.chars().any(is_deceiving);
    if text.is_empty() || !is_good {
        return Err(Problem::invalid(format!("{what} must have 1 to {max} visible characters")));
    }
    Ok(text.to_owned())
}

/// Like [`line`], but may be empty and have line breaks.
pub(crate) fn paragraphs(text: &str, max: usize, what: &str) -> Result<String, Problem> {
    let text = text.trim();
    let is_deceived = text.chars().any(|letter| letter != '\n' && is_deceiving(letter));
    if text.chars().take(max + 1).count() > max || is_deceived {
        return Err(Problem::invalid(format!("{what} must have at most {max} visible characters")));
    }
    Ok(text.to_owned())
}

/// Control characters, NUL among them, and those that turn the direction of what follows.
fn is_deceiving(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(letter, '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_be_in_any_script() {
        assert_eq!(line(" نجوى حداد ", 80, "name").expect("visible"), "نجوى حداد");
    }

    #[test]
    fn characters_that_deceive_are_refused() {
        for text in ["a\0b", "a\u{202e}b", "a\u{2066}b", "a\nb", "", "   "] {
            assert!(line(text, 80, "name").is_err(), "{text:?}");
        }
        assert!(paragraphs("a\nb", 80, "text").is_ok());
    }

    #[test]
    fn a_long_text_is_refused_by_characters() {
        assert!(line(&"é".repeat(80), 80, "name").is_ok());
        assert!(line(&"é".repeat(81), 80, "name").is_err());
    }
}
