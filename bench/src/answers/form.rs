//! Reads a survey's page as a browser does, and fills it in.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::Failure;

/// Most options of one question that we tick: the template's limit.
const TICKS_MAX: usize = 3;

/// The fields of a form, in the order of the page.
#[derive(Debug, Default)]
pub(super) struct Form {
    hidden: Vec<(String, String)>,
    choices: BTreeMap<String, (Control, Vec<String>)>,
    texts: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Control {
    One,
    Several,
}

impl Form {
    pub(super) fn of(page: &str) -> Result<Self, Failure> {
        let mut form = Self::default();
        let mut select = None;
        for tag in page.split('<').skip(1) {
            let (tag, _) = tag.split_once('>').unwrap_or((tag, ""));
            let name = attribute(tag, "name");
            let value = attribute(tag, "value");
            match tag.split([' ', '/']).next().unwrap_or_default() {
                "input" => form.input(tag, name, value),
                "textarea" => form.texts.extend(name),
                "select" => select = name,
                "option" => {
                    if let (Some(name), Some(value)) = (&select, value.filter(|v| !v.is_empty())) {
                        form.offer(name.clone(), Control::One, value);
                    }
                }
                _ => {}
            }
        }
        if form.hidden.is_empty() { Err("no form on the page".into()) } else { Ok(form) }
    }

    fn input(&mut self, tag: &str, name: Option<String>, value: Option<String>) {
        let (Some(name), kind) = (name, attribute(tag, "type").unwrap_or_default()) else { return };
        match (kind.as_str(), value) {
            ("hidden", value) => self.hidden.push((name, value.unwrap_or_default())),
            ("radio", Some(value)) => self.offer(name, Control::One, value),
            ("checkbox", Some(value)) => self.offer(name, Control::Several, value),
            _ => {}
        }
    }

    fn offer(&mut self, name: String, control: Control, value: String) {
        let (_, values) = self.choices.entry(name).or_insert_with(|| (control, Vec::new()));
        values.push(value);
    }

    /// Returns the body of a filled-in form; `seed` decides what is chosen.
    pub(super) fn filled(&self, seed: usize) -> String {
        let mut body = String::new();
        let mut put = |name: &str, value: &str| {
            if !body.is_empty() {
                body.push('&');
            }
            write!(body, "{}={}", encoded(name), encoded(value)).expect("a string");
        };
        for (name, value) in &self.hidden {
            put(name, value);
        }
        for (at, (name, (control, values))) in self.choices.iter().enumerate() {
            let first = (seed.wrapping_mul(31) + at * 7) % values.len();
            let ticks = if *control == Control::Several { TICKS_MAX.min(values.len()) } else { 1 };
            for tick in 0..ticks {
                put(name, &values[(first + tick) % values.len()]);
            }
        }
        for name in &self.texts {
            put(name, "Listen to the people who live beside the river.");
        }
        body
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(value.replace("&amp;", "&").replace("&quot;", "\""))
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("a string");
        }
        out
    })
}
