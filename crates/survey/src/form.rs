//! The answers as an HTML form sends them: `q.<question>=<option>` once per choice,
//! `t.<question>=<text>`, and the page's own fields beside them.

use std::collections::BTreeMap;

use crate::answer::{Raw, RawAnswer};
use crate::format::{OPTIONS_MAX, QUESTIONS_MAX};

/// A hundred questions with all their options ticked and texts filled fit; the rim cuts off there.
pub const FORM_BYTES_MAX: usize = 128 << 10;
/// More fields than any questionnaire's page has.
const FIELDS_MAX: usize = QUESTIONS_MAX * 4;
/// Longest name of a field: a prefix and an id.
const NAME_BYTES_MAX: usize = 64;

/// A form, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    pub raw: Raw,
    /// The page's own fields (`id`, `seal` …); the first of each name counts.
    pub fields: BTreeMap<String, String>,
}

/// Why bytes are not a form of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    #[error("larger than {FORM_BYTES_MAX} bytes")]
    TooLarge,
    #[error("more fields than a questionnaire has")]
    TooManyFields,
    #[error("a field's name is too long")]
    Name,
    #[error("not UTF-8")]
    Text,
}

/// Takes `application/x-www-form-urlencoded` apart. Knows nothing of the questionnaire.
pub fn parse_form(body: &[u8]) -> Result<Form, FormError> {
    if body.len() > FORM_BYTES_MAX {
        return Err(FormError::TooLarge);
    }
    let mut form = Form::default();
    for (n, field) in body.split(|b| *b == b'&').filter(|field| !field.is_empty()).enumerate() {
        if n >= FIELDS_MAX {
            return Err(FormError::TooManyFields);
        }
        let at = field.iter().position(|b| *b == b'=').unwrap_or(field.len());
        let (name, value) = field.split_at(at);
        let name = decode(name)?;
        let value = decode(value.get(1..).unwrap_or_default())?;
        if name.len() > NAME_BYTES_MAX {
            return Err(FormError::Name);
        }
        put(&mut form, &name, value);
    }
    Ok(form)
}

fn put(form: &mut Form, name: &str, value: String) {
    if let Some(question) = name.strip_prefix("q.") {
        let answer = answer_of(form, question);
        if answer.chosen.len() <= OPTIONS_MAX {
            answer.chosen.push(value);
        }
    } else if let Some(question) = name.strip_prefix("t.") {
        let answer = answer_of(form, question);
        answer.text.get_or_insert(value);
    } else {
        form.fields.entry(name.to_owned()).or_insert(value);
    }
}

fn answer_of<'a>(form: &'a mut Form, question: &str) -> &'a mut RawAnswer {
    form.raw.by_question.entry(question.to_owned()).or_default()
}

/// `+` is a blank, `%41` a byte; a broken escape stands for itself, as browsers have it.
fn decode(bytes: &[u8]) -> Result<String, FormError> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = |i: usize| bytes.get(at + i).and_then(|b| char::from(*b).to_digit(16));
        match (*byte, hex(1), hex(2)) {
            (b'+', _, _) => out.push(b' '),
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(0));
                at += 2;
            }
            (byte, _, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8(out).map_err(|_| FormError::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_texts_and_fields_are_told_apart() {
        let form = parse_form(b"id=7&q.world=peace&q.world=jobs&t.world=a+b%C3%A9&x").unwrap();

        assert_eq!(form.fields.get("id").map(String::as_str), Some("7"));
        assert_eq!(form.fields.get("x").map(String::as_str), Some(""));
        let world = &form.raw.by_question["world"];
        assert_eq!(world.chosen, ["peace", "jobs"]);
        assert_eq!(world.text.as_deref(), Some("a bé"));
    }

    #[test]
    fn a_broken_escape_stands_for_itself() {
        let form = parse_form(b"t.a=100%+%4").unwrap();

        assert_eq!(form.raw.by_question["a"].text.as_deref(), Some("100% %4"));
    }

    #[test]
    fn ten_megabytes_are_refused() {
        assert_eq!(parse_form(&vec![b'a'; 10 << 20]), Err(FormError::TooLarge));
    }

    #[test]
    fn ten_thousand_fields_are_refused() {
        let body = "a=1&".repeat(10_000);

        assert_eq!(parse_form(body.as_bytes()), Err(FormError::TooManyFields));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert_eq!(parse_form(b"t.a=%FF%FE"), Err(FormError::Text));
    }
}
