//! The record of a dialogue: plain data, read at one moment, from which a report is made.

use language::Tag;
use model::Timestamp;
use model::cell::Cell;
use survey::Questionnaire;

/// What a report knows of a dialogue.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub organisation: String,
    pub title: Texts,
    pub description: Texts,
    /// The number of this edition, from 1.
    pub edition: u32,
    /// The moment at which the record was read.
    pub read_at: Timestamp,
    pub opens_at: Option<Timestamp>,
    pub closes_at: Option<Timestamp>,
    /// In these the report is made; the dialogue's own.
    pub languages: Vec<Tag>,
    pub is_demonstration: bool,
    /// The smallest group of which anything is published.
    pub group_min: u64,
    pub surveys: Vec<SurveyRecord>,
    pub meetings: Vec<MeetingRecord>,
}

/// One version of a survey with the counts of its answers.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyRecord {
    pub version: u32,
    pub questionnaire: Questionnaire,
    pub cells: Vec<Cell>,
}

/// A meeting that took place or is still to come.
#[derive(Clone, Debug, PartialEq)]
pub struct MeetingRecord {
    pub title: Texts,
    pub starts_at: Timestamp,
    pub minutes: u32,
    /// Attendance as a count.
    pub people: u64,
    /// What was said by those who agreed, where the organiser approved it; else empty.
    pub said: Vec<Said>,
}

/// A sentence of a meeting's record in one language, without its speaker.
#[derive(Clone, PartialEq)]
pub struct Said {
    /// The same in every language.
    pub segment: String,
    pub language: Tag,
    pub source_language: Tag,
    pub by: SaidBy,
    pub at: Timestamp,
    pub text: String,
    /// The text is the original: there was no translation.
    pub is_untranslated: bool,
}

/// Who made the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaidBy {
    Machine,
    Interpreter,
    Speaker,
}

impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Said").field("language", &self.language).finish_non_exhaustive()
    }
}

/// The same words in several languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts(pub Vec<(Tag, String)>);

impl Texts {
    /// Returns the words in a language, else in English, else in the first there is.
    pub fn text(&self, tag: Tag) -> &str {
        let of = |wanted: Tag| self.0.iter().find(|(language, _)| *language == wanted);
        of(tag).or_else(|| of(Tag::EN)).or(self.0.first()).map_or("", |(_, text)| text)
    }
}
