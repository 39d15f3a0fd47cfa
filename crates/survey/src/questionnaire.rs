//! A questionnaire version in memory: what is asked, in which languages, in which order.

use language::Tag;

/// How long a question takes: thirty words are read in some eight seconds, and a tap takes two.
const SECONDS_A_QUESTION: usize = 10;

/// Where a wording comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// Seen in a source of 2020.
    Verified,
    /// From memory: to be checked before it is quoted as UN75's.
    Memory,
    /// Written for Plenary, or translated for it.
    Ours,
}

/// The same words in each language of a questionnaire, the original first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    pub(crate) texts: Vec<(Tag, String)>,
    pub(crate) provenance: Provenance,
}

impl Wording {
    /// Returns the words in `tag`, or the original ones where that language is missing.
    pub fn text(&self, tag: Tag) -> &str {
        let found = self.texts.iter().find(|(language, _)| *language == tag);
        found.or(self.texts.first()).map_or("", |(_, text)| text)
    }

    /// Returns where the original wording comes from. Translations are always Plenary's own.
    pub fn provenance(&self) -> Provenance {
        self.provenance
    }
}

/// One thing that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Unique in its question; also the value in forms.
    pub id: String,
    pub label: Wording,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words to read.
    Information,
    /// A box that has to be ticked before anything is taken.
    Consent,
    /// Options of which up to `max` may be chosen; one alone makes it a single choice.
    Choice {
        options: Vec<Choice>,
        max: u8,
        /// Shown to each person in another order, which is stored.
        is_shuffled: bool,
        /// "Something else", in one's own words of at most this many characters.
        other_max: Option<u16>,
    },
    /// Words on a rail from one end to the other, three or five of them.
    Scale { steps: Vec<Choice> },
    /// Free text of at most this many characters, counted as people count.
    Text { max: u16 },
}

/// What a question's answer means beyond itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// An opinion or a fact that is only reported.
    Plain,
    /// Asked about the person, reported as a group.
    About,
    /// The three that weighting needs; their options are those of [`crate::demographics`].
    Region,
    Age,
    Gender,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Unique in its questionnaire; also the name in forms.
    pub id: String,
    pub text: Wording,
    pub hint: Option<Wording>,
    pub kind: Kind,
    pub role: Role,
}

impl Question {
    /// Returns what can be chosen: options or steps; nothing for text and consent.
    pub fn choices(&self) -> &[Choice] {
        match &self.kind {
            Kind::Choice { options, .. } => options,
            Kind::Scale { steps } => steps,
            Kind::Information | Kind::Consent | Kind::Text { .. } => &[],
        }
    }

    /// Returns how many choices may be made at most; 0 where there is nothing to choose.
    pub fn choices_max(&self) -> usize {
        match &self.kind {
            Kind::Choice { max, .. } => usize::from(*max),
            Kind::Scale { .. } => 1,
            Kind::Information | Kind::Consent | Kind::Text { .. } => 0,
        }
    }

    /// Returns how many characters may be typed: the text itself, or "something else".
    pub fn text_max(&self) -> Option<u16> {
        match &self.kind {
            Kind::Text { max } => Some(*max),
            Kind::Choice { other_max, .. } => *other_max,
            Kind::Information | Kind::Consent | Kind::Scale { .. } => None,
        }
    }

    /// Returns whether an answer to it can be given at all.
    pub fn is_answerable(&self) -> bool {
        !matches!(self.kind, Kind::Information | Kind::Consent)
    }
}

/// One version of a questionnaire. Immutable: made by [`crate::format::parse`] alone, whose limits
/// hold for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Questionnaire {
    pub(crate) languages: Vec<Tag>,
    pub(crate) title: Wording,
    pub(crate) introduction: Option<Wording>,
    pub(crate) questions: Vec<Question>,
}

impl Questionnaire {
    /// Returns the languages in which every word is there, the original first.
    pub fn languages(&self) -> &[Tag] {
        &self.languages
    }

    pub fn title(&self) -> &Wording {
        &self.title
    }

    pub fn introduction(&self) -> Option<&Wording> {
        self.introduction.as_ref()
    }

    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// Returns how many minutes it takes to answer, at least one: the only place where that is said.
    pub fn minutes(&self) -> usize {
        let asked = self.questions.iter().filter(|question| question.is_answerable()).count();
        (asked * SECONDS_A_QUESTION).div_ceil(60).max(1)
    }

    /// Returns the question named `id` with its place.
    pub fn question(&self, id: &str) -> Option<(usize, &Question)> {
        self.questions.iter().enumerate().find(|(_, question)| question.id == id)
    }

    /// Returns the question with this role, for the three of which there is at most one.
    pub fn question_of(&self, role: Role) -> Option<(usize, &Question)> {
        self.questions.iter().enumerate().find(|(_, question)| question.role == role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template;

    #[test]
    fn un75_takes_the_two_minutes_that_reading_and_tapping_take() {
        let un75 = template::un75();
        let words = |wording: &Wording| wording.text(Tag::EN).split_whitespace().count();
        let (mut read, mut taps) = (0, 0);
        for question in un75.questions() {
            read += words(&question.text) + question.hint.as_ref().map_or(0, words);
            read += question.choices().iter().map(|choice| words(&choice.label)).sum::<usize>();
            taps += question.choices_max().max(1);
        }

        assert_eq!(un75.minutes(), 2);
        // Four words a second, two seconds a tap.
        let seconds = read / 4 + taps * 2;
        assert!((90..=150).contains(&seconds), "{read} words, {taps} taps: {seconds} s");
    }

    #[test]
    fn one_question_takes_a_minute() {
        let mut short = template::un75();
        short.questions.truncate(2);

        assert_eq!(short.minutes(), 1);
    }
}
