//! Questionnaires that come with the product. Their words, each with where it comes from, are data:
//! `template/<name>.json` in the format of [`crate::format`].

use crate::format;
use crate::questionnaire::Questionnaire;

/// The JSON of the UN75 survey as it was asked from 22 April 2020 on, in six languages.
pub const UN75: &str = include_str!("template/un75.json");

/// Returns the UN75 survey.
pub fn un75() -> Questionnaire {
    format::parse(UN75).expect("a template keeps the limits; a test reads it")
}

/// Returns the JSON of the template with this name.
pub fn named(name: &str) -> Option<&'static str> {
    match name {
        "un75" => Some(UN75),
        _ => None,
    }
}
