//! One validation for every door, and the answers it lets through.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::format::is_refused;
use crate::questionnaire::{Kind, Question, Questionnaire};

/// The value that stands for "something else" in forms.
pub const OTHER: &str = "other";
/// Bytes of one character at most, on average: joined emoji and stacked marks are long, a megabyte
/// of marks on one letter is an attack. Checked before characters are counted.
const BYTES_PER_CHARACTER: usize = 32;
/// Problems told at once. More help nobody.
const PROBLEMS_MAX: usize = 50;

/// What somebody sent, before anything is known about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raw {
    pub by_question: BTreeMap<String, RawAnswer>,
}

#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawAnswer {
    /// Ids of options, [`OTHER`] among them; for consent any value.
    pub chosen: Vec<String>,
    pub text: Option<String>,
}

/// Answers are nobody's business in a log.
impl std::fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawAnswer({} chosen)", self.chosen.len())
    }
}

/// One question's answer.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// Places of the chosen options in the questionnaire (not as shown), ascending, and the text
    /// of "something else" where that was chosen (it may be empty).
    Choice {
        chosen: Vec<u8>,
        other: Option<String>,
    },
    /// The place of the step.
    Step(u8),
    Text(String),
}

/// Answers are nobody's business in a log.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Choice { .. } => "Choice(…)",
            Self::Step(_) => "Step(…)",
            Self::Text(_) => "Text(…)",
        })
    }
}

/// One person's answers to one version, each of them good. Questions passed over are absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    /// By the question's place, ascending.
    by_question: BTreeMap<usize, Answer>,
}

/// What is wrong, and at which question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The question's id; none where it concerns the whole.
    pub question: Option<String>,
    pub kind: ProblemKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The box that has to be ticked is not.
    NoConsent,
    /// No question is answered at all.
    Empty,
    TooMany {
        max: usize,
        chosen: usize,
    },
    /// A choice that this version does not have.
    UnknownOption,
    /// A question that this version does not have.
    UnknownQuestion,
    TooLong {
        max: u16,
    },
    /// NUL, another control character, or one that turns the direction of writing.
    ControlCharacter,
}

/// Stored answers that do not fit their questionnaire: another version's, or damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stored answers do not fit this version of the questionnaire")]
pub struct BadAnswers;

/// Returns the answers if every one is good, or everything that is wrong with them.
pub fn validate(questionnaire: &Questionnaire, raw: &Raw) -> Result<Answers, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut by_question = BTreeMap::new();
    let nothing = RawAnswer::default();
    for (at, question) in questionnaire.questions().iter().enumerate() {
        let given = raw.by_question.get(&question.id).unwrap_or(&nothing);
        match answer(question, given) {
            Ok(Some(answer)) => drop(by_question.insert(at, answer)),
            Ok(None) => {}
            Err(kind) => problems.push(Problem { question: Some(question.id.clone()), kind }),
        }
    }
    let foreign = raw.by_question.keys().filter(|id| questionnaire.question(id).is_none());
    problems
        .extend(foreign.map(|_| Problem { question: None, kind: ProblemKind::UnknownQuestion }));
    if problems.is_empty() && by_question.is_empty() {
        problems.push(Problem { question: None, kind: ProblemKind::Empty });
    }
    problems.truncate(PROBLEMS_MAX);
    if problems.is_empty() { Ok(Answers { by_question }) } else { Err(problems) }
}

fn answer(question: &Question, raw: &RawAnswer) -> Result<Option<Answer>, ProblemKind> {
    match &question.kind {
        Kind::Information => {
            if *raw == RawAnswer::default() {
                Ok(None)
            } else {
                Err(ProblemKind::UnknownOption)
            }
        }
        Kind::Consent => {
            if raw.chosen.is_empty() {
                Err(ProblemKind::NoConsent)
            } else {
                Ok(None)
            }
        }
        Kind::Scale { .. } => {
            let chosen = places(question, &raw.chosen)?;
            Ok(chosen.first().map(|step| Answer::Step(*step)))
        }
        Kind::Choice { other_max, .. } => choice(question, raw, *other_max),
        Kind::Text { max } => {
            if !raw.chosen.is_empty() {
                return Err(ProblemKind::UnknownOption);
            }
            Ok(text(raw.text.as_deref(), *max)?.map(Answer::Text))
        }
    }
}

fn choice(
    question: &Question,
    raw: &RawAnswer,
    other_max: Option<u16>,
) -> Result<Option<Answer>, ProblemKind> {
    let is_ticked = other_max.is_some() && raw.chosen.iter().any(|id| id == OTHER);
    let typed = match other_max {
        Some(max) => text(raw.text.as_deref(), max)?,
        None if raw.text.as_deref().is_some_and(|text| !text.is_empty()) => {
            return Err(ProblemKind::UnknownOption);
        }
        None => None,
    };
    // Who types but forgets the tick has chosen: without a script nothing ticks the box.
    let other = if is_ticked { Some(typed.unwrap_or_default()) } else { typed };
    let listed: Vec<String> = match other_max {
        Some(_) => raw.chosen.iter().filter(|id| *id != OTHER).cloned().collect(),
        None => raw.chosen.clone(),
    };
    let chosen = places(question, &listed)?;
    let n = chosen.len() + usize::from(other.is_some());
    let max = question.choices_max();
    if n > max {
        return Err(ProblemKind::TooMany { max, chosen: n });
    }
    if n == 0 { Ok(None) } else { Ok(Some(Answer::Choice { chosen, other })) }
}

/// Returns the places of the chosen ids, ascending, each once.
fn places(question: &Question, ids: &[String]) -> Result<Vec<u8>, ProblemKind> {
    let max = question.choices_max();
    let mut places = Vec::with_capacity(max.min(ids.len()));
    for id in ids.iter().filter(|id| !id.is_empty()) {
        let place = question.choices().iter().position(|choice| choice.id == *id);
        let place = place.and_then(|at| u8::try_from(at).ok()).ok_or(ProblemKind::UnknownOption)?;
        if !places.contains(&place) {
            places.push(place);
        }
    }
    if places.len() > max {
        return Err(ProblemKind::TooMany { max, chosen: places.len() });
    }
    places.sort_unstable();
    Ok(places)
}

/// Returns what was typed as it is kept: one line, no blank ends, no marks of direction.
fn text(raw: Option<&str>, max: u16) -> Result<Option<String>, ProblemKind> {
    let raw = raw.unwrap_or_default().trim();
    if raw.len() > usize::from(max) * BYTES_PER_CHARACTER {
        return Err(ProblemKind::TooLong { max });
    }
    let mut text = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            // A line's end in a form is both; the second becomes the blank. The others are invisible
            // marks without reach: keyboards write them, nobody misses them.
            '\r' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}' => {}
            '\n' | '\t' | '\u{2028}' | '\u{2029}' => text.push(' '),
            c if is_refused(c) => return Err(ProblemKind::ControlCharacter),
            c => text.push(c),
        }
    }
    if text.graphemes(true).count() > usize::from(max) {
        return Err(ProblemKind::TooLong { max });
    }
    let text = text.trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

impl Answers {
    /// Returns the answers by the place of their question.
    pub fn by_question(&self) -> &BTreeMap<usize, Answer> {
        &self.by_question
    }

    /// Returns the closed answers as compact JSON: a list of places per question, one number for
    /// a step, −1 for "something else", `true` for a text that is kept apart.
    pub fn coded(&self, questionnaire: &Questionnaire) -> String {
        let mut map = Map::new();
        for (at, answer) in &self.by_question {
            let value = match answer {
                Answer::Choice { chosen, other } => {
                    let mut list: Vec<Value> = chosen.iter().map(|place| (*place).into()).collect();
                    if other.is_some() {
                        list.push((-1).into());
                    }
                    Value::Array(list)
                }
                Answer::Step(step) => (*step).into(),
                Answer::Text(_) => Value::Bool(true),
            };
            map.insert(questionnaire.questions()[*at].id.clone(), value);
        }
        Value::Object(map).to_string()
    }

    /// Returns what was typed as JSON, to be sealed; nothing where nothing was typed.
    pub fn texts(&self, questionnaire: &Questionnaire) -> Option<String> {
        let mut map = Map::new();
        for (at, answer) in &self.by_question {
            let text = match answer {
                Answer::Text(text) | Answer::Choice { other: Some(text), .. } => text,
                Answer::Choice { other: None, .. } | Answer::Step(_) => continue,
            };
            if !text.is_empty() {
                map.insert(questionnaire.questions()[*at].id.clone(), text.clone().into());
            }
        }
        if map.is_empty() { None } else { Some(Value::Object(map).to_string()) }
    }

    /// Reads what [`Answers::coded`] and, where the seal could be opened, [`Answers::texts`] wrote.
    /// Without the texts, what was typed is empty.
    pub fn read(
        questionnaire: &Questionnaire,
        coded: &str,
        texts: Option<&str>,
    ) -> Result<Self, BadAnswers> {
        let coded: Map<String, Value> = serde_json::from_str(coded).map_err(|_| BadAnswers)?;
        let texts: BTreeMap<String, String> =
            serde_json::from_str(texts.unwrap_or("{}")).map_err(|_| BadAnswers)?;
        let mut by_question = BTreeMap::new();
        for (id, value) in coded {
            let (at, question) = questionnaire.question(&id).ok_or(BadAnswers)?;
            let text = texts.get(&id).cloned().unwrap_or_default();
            by_question.insert(at, read_answer(question, &value, text)?);
        }
        Ok(Self { by_question })
    }
}

fn read_answer(question: &Question, value: &Value, text: String) -> Result<Answer, BadAnswers> {
    let n = question.choices().len();
    let place = |value: &Value| {
        let place = value.as_u64().and_then(|place| u8::try_from(place).ok());
        place.filter(|place| usize::from(*place) < n).ok_or(BadAnswers)
    };
    match (&question.kind, value) {
        (Kind::Scale { .. }, value) => Ok(Answer::Step(place(value)?)),
        (Kind::Text { .. }, Value::Bool(true)) => Ok(Answer::Text(text)),
        (Kind::Choice { other_max, max, .. }, Value::Array(list)) => {
            let mut chosen = Vec::with_capacity(list.len().min(n));
            let mut other = None;
            for value in list {
                if other_max.is_some() && value.as_i64() == Some(-1) {
                    other = Some(text.clone());
                } else {
                    chosen.push(place(value)?);
                }
            }
            let total = chosen.len() + usize::from(other.is_some());
            let is_ascending = chosen.is_sorted_by(|a, b| a < b);
            let fits = is_ascending && (1..=usize::from(*max)).contains(&total);
            if fits { Ok(Answer::Choice { chosen, other }) } else { Err(BadAnswers) }
        }
        (Kind::Choice { .. } | Kind::Text { .. } | Kind::Information | Kind::Consent, _) => {
            Err(BadAnswers)
        }
    }
}

#[cfg(test)]
mod tests;
