//! One subset of ICU `MessageFormat`: `{name}`, `{n, plural, =0 {…} one {…} other {…}}`,
//! `{who, select, a {…} other {…}}`, `#` inside a plural, and `''` / `'{…}'` to quote.
//!
//! The web has the same subset; `messages/vectors.json` holds both to it.
//! Source: ICU User Guide, "Formatting Messages"; plural rules: CLDR (UTS 35, part 3).

use std::collections::BTreeSet;

use icu_plurals::{PluralCategory, PluralRules, PluralRulesOptions};

use crate::Tag;
use crate::number;

/// Messages nest arguments in arguments; ours need two levels, and a stranger cannot write any.
const DEPTH_MAX: usize = 8;

/// A parsed message.
#[derive(Clone, Debug, PartialEq)]
pub struct Message(Vec<Part>);

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    Argument(String),
    /// `#`: the number of the plural around it.
    Number,
    Plural {
        name: String,
        exact: Vec<(i64, Message)>,
        by_category: Vec<(String, Message)>,
    },
    Select {
        name: String,
        by_value: Vec<(String, Message)>,
    },
}

/// What fills an argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    Number(f64),
}

macro_rules! value_from_number {
    ($($number:ty),*) => {$(
        impl From<$number> for Value {
            fn from(number: $number) -> Self {
                Self::Number(f64::from(number))
            }
        }
    )*};
}
value_from_number!(u8, u16, u32, i32, f64);

impl From<u64> for Value {
    #[expect(clippy::cast_precision_loss, reason = "counts of people stay far below 2^53")]
    fn from(number: u64) -> Self {
        Self::Number(number as f64)
    }
}

impl From<usize> for Value {
    #[expect(clippy::cast_precision_loss, reason = "counts of people stay far below 2^53")]
    fn from(number: usize) -> Self {
        Self::Number(number as f64)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

/// The text is not a message of our subset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {at}")]
pub struct MessageError {
    pub what: &'static str,
    pub at: usize,
}

impl Message {
    /// Parses a message.
    pub fn parse(text: &str) -> Result<Self, MessageError> {
        let mut parser = Parser { text, at: 0 };
        let message = parser.message(0, Inside::Text)?;
        if parser.at < text.len() {
            return Err(parser.error("a brace closes nothing"));
        }
        Ok(message)
    }

    /// Returns the names of all arguments: the same in every language of a message.
    pub fn arguments(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.collect_arguments(&mut names);
        names
    }

    fn collect_arguments<'a>(&'a self, names: &mut BTreeSet<&'a str>) {
        for part in &self.0 {
            match part {
                Part::Text(_) | Part::Number => {}
                Part::Argument(name) => {
                    names.insert(name);
                }
                Part::Plural { name, exact, by_category } => {
                    names.insert(name);
                    for (_, message) in exact {
                        message.collect_arguments(names);
                    }
                    for (_, message) in by_category {
                        message.collect_arguments(names);
                    }
                }
                Part::Select { name, by_value } => {
                    names.insert(name);
                    for (_, message) in by_value {
                        message.collect_arguments(names);
                    }
                }
            }
        }
    }

    /// Returns the message with its arguments filled in. An argument that is not given shows as
    /// `{name}`: loud, and never a panic.
    pub fn format(&self, tag: Tag, arguments: &[(&str, Value)]) -> String {
        let mut out = String::new();
        self.write(tag, arguments, None, &mut out);
        out
    }

    fn write(&self, tag: Tag, arguments: &[(&str, Value)], count: Option<f64>, out: &mut String) {
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Number => out.push_str(&shown(tag, count.unwrap_or_default())),
                Part::Argument(name) => match find(arguments, name) {
                    Some(Value::Text(text)) => out.push_str(text),
                    Some(Value::Number(number)) => out.push_str(&shown(tag, *number)),
                    None => {
                        out.push('{');
                        out.push_str(name);
                        out.push('}');
                    }
                },
                Part::Plural { name, exact, by_category } => {
                    let number = match find(arguments, name) {
                        Some(Value::Number(number)) => *number,
                        Some(Value::Text(_)) | None => 0.0,
                    };
                    choose(tag, number, exact, by_category).write(
                        tag,
                        arguments,
                        Some(number),
                        out,
                    );
                }
                Part::Select { name, by_value } => {
                    let wanted = match find(arguments, name) {
                        Some(Value::Text(text)) => text.as_str(),
                        Some(Value::Number(_)) | None => "other",
                    };
                    of_key(by_value, wanted).write(tag, arguments, count, out);
                }
            }
        }
    }
}

fn find<'a>(arguments: &'a [(&str, Value)], name: &str) -> Option<&'a Value> {
    arguments.iter().find(|(given, _)| *given == name).map(|(_, value)| value)
}

/// Whole numbers without decimals, others with at most two.
fn shown(tag: Tag, value: f64) -> String {
    if value.fract() == 0.0 {
        number::decimal(tag, value, 0)
    } else {
        number::decimal(tag, value, 2)
    }
}

fn choose<'a>(
    tag: Tag,
    number: f64,
    exact: &'a [(i64, Message)],
    by_category: &'a [(String, Message)],
) -> &'a Message {
    #[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "small whole numbers")]
    if let Some((_, message)) = exact.iter().find(|(wanted, _)| *wanted as f64 == number) {
        return message;
    }
    of_key(by_category, category(tag, number))
}

fn of_key<'a>(messages: &'a [(String, Message)], key: &str) -> &'a Message {
    messages
        .iter()
        .find(|(given, _)| given == key)
        .or_else(|| messages.iter().find(|(given, _)| given == "other"))
        .map(|(_, message)| message)
        .expect("the parser refuses a plural or select without `other`")
}

/// Returns the CLDR plural category of a cardinal number.
fn category(tag: Tag, number: f64) -> &'static str {
    let Ok(locale) = tag.as_str().parse::<icu_locale_core::Locale>() else { return "other" };
    let options = PluralRulesOptions::default();
    let Ok(rules) = PluralRules::try_new(locale.into(), options) else { return "other" };
    let found = if number.fract() == 0.0 && number.abs() < 1e15 {
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 10^15")]
        rules.category_for(number as i64)
    } else {
        let Ok(decimal) = format!("{number}").parse::<icu_decimal::input::Decimal>() else {
            return "other";
        };
        rules.category_for(&decimal)
    };
    match found {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Text,
    Plural,
    Select,
}

impl Parser<'_> {
    fn error(&self, what: &'static str) -> MessageError {
        MessageError { what, at: self.at }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn skip(&mut self, c: char) {
        self.at += c.len_utf8();
    }

    fn message(&mut self, depth: usize, inside: Inside) -> Result<Message, MessageError> {
        if depth > DEPTH_MAX {
            return Err(self.error("nested too deeply"));
        }
        let mut parts = Vec::new();
        let mut text = String::new();
        while let Some(c) = self.peek() {
            match c {
                '}' => break,
                '{' => {
                    flush(&mut text, &mut parts);
                    self.skip(c);
                    parts.push(self.argument(depth)?);
                }
                '#' if inside == Inside::Plural => {
                    flush(&mut text, &mut parts);
                    self.skip(c);
                    parts.push(Part::Number);
                }
                '\'' => self.quoted(&mut text),
                _ => {
                    self.skip(c);
                    text.push(c);
                }
            }
        }
        flush(&mut text, &mut parts);
        Ok(Message(parts))
    }

    /// `''` is an apostrophe; `'{` begins a quotation up to the next `'`; else it stands for itself.
    fn quoted(&mut self, text: &mut String) {
        self.skip('\'');
        match self.peek() {
            Some('\'') => {
                self.skip('\'');
                text.push('\'');
            }
            Some('{' | '}' | '#') => {
                while let Some(c) = self.peek() {
                    self.skip(c);
                    if c == '\'' {
                        return;
                    }
                    text.push(c);
                }
            }
            _ => text.push('\''),
        }
    }

    fn argument(&mut self, depth: usize) -> Result<Part, MessageError> {
        let name = self.word()?;
        if self.eat('}') {
            return Ok(Part::Argument(name));
        }
        self.expect(',')?;
        let kind = self.word()?;
        self.expect(',')?;
        let part = match kind.as_str() {
            "plural" => self.plural(name, depth)?,
            "select" => Part::Select { name, by_value: self.cases(depth, Inside::Select)? },
            _ => return Err(self.error("only plural and select are known")),
        };
        self.expect('}')?;
        Ok(part)
    }

    fn plural(&mut self, name: String, depth: usize) -> Result<Part, MessageError> {
        let mut exact = Vec::new();
        let mut by_category = Vec::new();
        for (key, message) in self.cases(depth, Inside::Plural)? {
            match key.strip_prefix('=') {
                Some(digits) => {
                    let number = digits.parse().map_err(|_| self.error("not a number after ="))?;
                    exact.push((number, message));
                }
                None => by_category.push((key, message)),
            }
        }
        Ok(Part::Plural { name, exact, by_category })
    }

    fn cases(
        &mut self,
        depth: usize,
        inside: Inside,
    ) -> Result<Vec<(String, Message)>, MessageError> {
        let mut cases: Vec<(String, Message)> = Vec::new();
        loop {
            self.space();
            if self.peek() == Some('}') {
                break;
            }
            let key = self.word()?;
            self.expect('{')?;
            let message = self.message(depth + 1, inside)?;
            self.expect('}')?;
            if cases.iter().any(|(given, _)| *given == key) {
                return Err(self.error("a case stands twice"));
            }
            cases.push((key, message));
        }
        if !cases.iter().any(|(key, _)| key == "other") {
            return Err(self.error("the case `other` is missing"));
        }
        Ok(cases)
    }

    fn word(&mut self) -> Result<String, MessageError> {
        self.space();
        let start = self.at;
        while let Some(c) = self.peek() {
            if !(c.is_alphanumeric() || matches!(c, '_' | '=' | '-' | '.')) {
                break;
            }
            self.skip(c);
        }
        if self.at == start {
            return Err(self.error("a name is missing"));
        }
        let word = self.text[start..self.at].to_owned();
        self.space();
        Ok(word)
    }

    fn space(&mut self) {
        while let Some(c) = self.peek().filter(|c| c.is_whitespace()) {
            self.skip(c);
        }
    }

    fn eat(&mut self, c: char) -> bool {
        let is_there = self.peek() == Some(c);
        if is_there {
            self.skip(c);
        }
        is_there
    }

    fn expect(&mut self, c: char) -> Result<(), MessageError> {
        self.space();
        if self.eat(c) { Ok(()) } else { Err(self.error("a brace or comma is missing")) }
    }
}

fn flush(text: &mut String, parts: &mut Vec<Part>) {
    if !text.is_empty() {
        parts.push(Part::Text(std::mem::take(text)));
    }
}

#[cfg(test)]
mod tests;
