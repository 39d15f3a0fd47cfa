//! A questionnaire version as immutable JSON: the wire types, and the limits every one keeps.

use std::collections::{BTreeMap, BTreeSet};

use language::Tag;
use serde::{Deserialize, Serialize};

use crate::demographics;
use crate::questionnaire::{Choice, Kind, Provenance, Question, Questionnaire, Role, Wording};

/// The number every file begins with; another shape will have another.
const FORMAT: u32 = 1;
/// A form of a hundred questions with sixty-four languages fits; ten megabytes do not.
pub const BYTES_MAX: usize = 2 << 20;
/// More than anybody answers; keeps the page and the cells bounded.
pub const QUESTIONS_MAX: usize = 100;
/// More than anybody reads.
pub const OPTIONS_MAX: usize = 64;
/// One cell row stays under two kilobytes.
pub const SLOTS_MAX: usize = 512;
/// A wording that fills more than a screen is a document.
pub const WORDING_BYTES_MAX: usize = 4_000;
/// As many languages as UN75 had.
pub const LANGUAGES_MAX: usize = 64;
/// Longest free text, in characters as people count.
pub const TEXT_MAX: u16 = 2_000;
/// Ids are names in forms and keys in data files.
const ID_BYTES_MAX: usize = 40;
/// Steps of a scale: the page draws three to seven on one rail.
const STEPS: std::ops::RangeInclusive<usize> = 2..=7;

/// Why a text is no questionnaire.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    #[error("larger than {BYTES_MAX} bytes")]
    TooLarge,
    #[error("not the JSON of a questionnaire")]
    Json(#[source] serde_json::Error),
    #[error("format {0} is not known")]
    Format(u32),
    #[error("{place}: {what}")]
    Rule { place: String, what: &'static str },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireQuestionnaire {
    format: u32,
    languages: Vec<Tag>,
    title: WireWording,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    introduction: Option<WireWording>,
    questions: Vec<WireQuestion>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireWording {
    provenance: WireProvenance,
    text: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireProvenance {
    Verified,
    Memory,
    Ours,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireChoice {
    id: String,
    label: WireWording,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireQuestion {
    id: String,
    text: WireWording,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hint: Option<WireWording>,
    #[serde(default)]
    role: WireRole,
    answer: WireKind,
}

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireRole {
    #[default]
    Plain,
    About,
    Region,
    Age,
    Gender,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum WireKind {
    Information,
    Consent,
    Choice {
        options: Vec<WireChoice>,
        max: u8,
        #[serde(default)]
        shuffled: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        other_max: Option<u16>,
    },
    Scale {
        steps: Vec<WireChoice>,
    },
    Text {
        max: u16,
    },
}

/// Reads a questionnaire and holds it to every limit.
pub fn parse(json: &str) -> Result<Questionnaire, FormatError> {
    if json.len() > BYTES_MAX {
        return Err(FormatError::TooLarge);
    }
    let wire: WireQuestionnaire = serde_json::from_str(json).map_err(FormatError::Json)?;
    if wire.format != FORMAT {
        return Err(FormatError::Format(wire.format));
    }
    let languages = languages(&wire.languages)?;
    let reader = Reader { languages: &languages };
    let title = reader.wording("title", &wire.title)?;
    let introduction =
        wire.introduction.map(|words| reader.wording("introduction", &words)).transpose()?;
    let questions = reader.questions(wire.questions)?;
    let questionnaire = Questionnaire { languages, title, introduction, questions };
    whole(&questionnaire)?;
    Ok(questionnaire)
}

/// Writes a questionnaire so that [`parse`] reads the same one.
pub fn write(questionnaire: &Questionnaire) -> String {
    let wire = WireQuestionnaire {
        format: FORMAT,
        languages: questionnaire.languages.clone(),
        title: write_wording(&questionnaire.title),
        introduction: questionnaire.introduction.as_ref().map(write_wording),
        questions: questionnaire.questions.iter().map(write_question).collect(),
    };
    serde_json::to_string(&wire).expect("names and texts are always JSON")
}

fn languages(tags: &[Tag]) -> Result<Vec<Tag>, FormatError> {
    rule(!tags.is_empty(), "languages", "there is none")?;
    rule(tags.len() <= LANGUAGES_MAX, "languages", "there are too many")?;
    let unique: BTreeSet<&str> = tags.iter().map(Tag::as_str).collect();
    rule(unique.len() == tags.len(), "languages", "one is named twice")?;
    Ok(tags.to_vec())
}

fn whole(questionnaire: &Questionnaire) -> Result<(), FormatError> {
    let answerable = questionnaire.questions.iter().any(Question::is_answerable);
    rule(answerable, "questions", "none can be answered")?;
    for role in [Role::Region, Role::Age, Role::Gender] {
        let n = questionnaire.questions.iter().filter(|question| question.role == role).count();
        rule(n <= 1, "questions", "two have the same role")?;
    }
    rule(crate::Layout::of(questionnaire).size() <= SLOTS_MAX, "questions", "too much to count")
}

struct Reader<'a> {
    languages: &'a [Tag],
}

impl Reader<'_> {
    fn wording(&self, place: &str, wire: &WireWording) -> Result<Wording, FormatError> {
        rule(wire.text.len() == self.languages.len(), place, "not in exactly its languages")?;
        let mut texts = Vec::with_capacity(self.languages.len());
        for tag in self.languages {
            let text = wire.text.get(tag.as_str());
            let text = text.ok_or_else(|| broken(place, "a language is missing"))?;
            rule(!text.trim().is_empty(), place, "a wording is empty")?;
            rule(text.len() <= WORDING_BYTES_MAX, place, "a wording is too long")?;
            rule(!text.chars().any(is_refused), place, "a wording holds control characters")?;
            texts.push((*tag, text.clone()));
        }
        let provenance = match wire.provenance {
            WireProvenance::Verified => Provenance::Verified,
            WireProvenance::Memory => Provenance::Memory,
            WireProvenance::Ours => Provenance::Ours,
        };
        Ok(Wording { texts, provenance })
    }

    fn questions(&self, wire: Vec<WireQuestion>) -> Result<Vec<Question>, FormatError> {
        rule(wire.len() <= QUESTIONS_MAX, "questions", "there are too many")?;
        let mut seen = BTreeSet::new();
        let mut questions = Vec::with_capacity(wire.len());
        for question in wire {
            check_id("questions", &question.id)?;
            rule(seen.insert(question.id.clone()), &question.id, "two have the same id")?;
            questions.push(self.question(question)?);
        }
        Ok(questions)
    }

    fn question(&self, wire: WireQuestion) -> Result<Question, FormatError> {
        let place = wire.id.clone();
        let text = self.wording(&place, &wire.text)?;
        let hint = wire.hint.map(|hint| self.wording(&place, &hint)).transpose()?;
        let kind = self.kind(&place, wire.answer)?;
        let role = match wire.role {
            WireRole::Plain => Role::Plain,
            WireRole::About => Role::About,
            WireRole::Region => Role::Region,
            WireRole::Age => Role::Age,
            WireRole::Gender => Role::Gender,
        };
        let question = Question { id: wire.id, text, hint, kind, role };
        check_role(&question)?;
        Ok(question)
    }

    fn kind(&self, place: &str, wire: WireKind) -> Result<Kind, FormatError> {
        Ok(match wire {
            WireKind::Information => Kind::Information,
            WireKind::Consent => Kind::Consent,
            WireKind::Text { max } => {
                rule((1..=TEXT_MAX).contains(&max), place, "the length is out of range")?;
                Kind::Text { max }
            }
            WireKind::Scale { steps } => {
                rule(STEPS.contains(&steps.len()), place, "a scale has two to seven steps")?;
                Kind::Scale { steps: self.choices(place, steps)? }
            }
            WireKind::Choice { options, max, shuffled, other_max } => {
                rule((1..=OPTIONS_MAX).contains(&options.len()), place, "too many options")?;
                let all = options.len() + usize::from(other_max.is_some());
                rule((1..=all).contains(&usize::from(max)), place, "the limit is out of range")?;
                let other_fits = other_max.is_none_or(|max| (1..=TEXT_MAX).contains(&max));
                rule(other_fits, place, "the length is out of range")?;
                let options = self.choices(place, options)?;
                Kind::Choice { options, max, is_shuffled: shuffled, other_max }
            }
        })
    }

    fn choices(&self, place: &str, wire: Vec<WireChoice>) -> Result<Vec<Choice>, FormatError> {
        let mut seen = BTreeSet::new();
        let mut choices = Vec::with_capacity(wire.len());
        for choice in wire {
            check_id(place, &choice.id)?;
            rule(choice.id != crate::answer::OTHER, place, "an option has the id of the other")?;
            rule(seen.insert(choice.id.clone()), place, "two options have the same id")?;
            let label = self.wording(place, &choice.label)?;
            choices.push(Choice { id: choice.id, label });
        }
        Ok(choices)
    }
}

fn check_role(question: &Question) -> Result<(), FormatError> {
    let known: &[&str] = match question.role {
        Role::Plain | Role::About => return Ok(()),
        Role::Region => &demographics::REGIONS,
        Role::Age => &demographics::AGES,
        Role::Gender => &demographics::GENDERS,
    };
    let place = &question.id;
    rule(question.choices_max() == 1, place, "a person has one of these")?;
    rule(question.text_max().is_none(), place, "there is nothing else to choose")?;
    let all_known = question.choices().iter().all(|choice| known.contains(&choice.id.as_str()));
    rule(all_known, place, "an option has no place in the population's figures")
}

fn check_id(place: &str, id: &str) -> Result<(), FormatError> {
    let fits = (1..=ID_BYTES_MAX).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
    rule(fits, place, "an id is not made of a-z, 0-9, - and _")
}

/// Control characters, and those that turn the direction of what follows.
pub(crate) fn is_refused(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn rule(holds: bool, place: &str, what: &'static str) -> Result<(), FormatError> {
    if holds { Ok(()) } else { Err(broken(place, what)) }
}

fn broken(place: &str, what: &'static str) -> FormatError {
    FormatError::Rule { place: place.chars().take(ID_BYTES_MAX).collect(), what }
}

fn write_wording(wording: &Wording) -> WireWording {
    let provenance = match wording.provenance {
        Provenance::Verified => WireProvenance::Verified,
        Provenance::Memory => WireProvenance::Memory,
        Provenance::Ours => WireProvenance::Ours,
    };
    let texts = wording.texts.iter();
    let text = texts.map(|(tag, text)| (tag.as_str().to_owned(), text.clone())).collect();
    WireWording { provenance, text }
}

fn write_choices(choices: &[Choice]) -> Vec<WireChoice> {
    let write =
        |choice: &Choice| WireChoice { id: choice.id.clone(), label: write_wording(&choice.label) };
    choices.iter().map(write).collect()
}

fn write_question(question: &Question) -> WireQuestion {
    let role = match question.role {
        Role::Plain => WireRole::Plain,
        Role::About => WireRole::About,
        Role::Region => WireRole::Region,
        Role::Age => WireRole::Age,
        Role::Gender => WireRole::Gender,
    };
    let answer = match &question.kind {
        Kind::Information => WireKind::Information,
        Kind::Consent => WireKind::Consent,
        Kind::Choice { options, max, is_shuffled, other_max } => WireKind::Choice {
            options: write_choices(options),
            max: *max,
            shuffled: *is_shuffled,
            other_max: *other_max,
        },
        Kind::Scale { steps } => WireKind::Scale { steps: write_choices(steps) },
        Kind::Text { max } => WireKind::Text { max: *max },
    };
    WireQuestion {
        id: question.id.clone(),
        text: write_wording(&question.text),
        hint: question.hint.as_ref().map(write_wording),
        role,
        answer,
    }
}
