//! The base line: who was asked, how many, how weighed, and what may not be concluded.

use language::{Tag, Words};

/// What stands under every chart. There is no field for a margin of error.
#[derive(Clone, Debug, PartialEq)]
pub struct Base {
    /// How many people, as counted.
    pub people: u64,
    pub who: Who,
    pub weighing: Weighing,
    pub invitation: Invitation,
    /// Where figures that are not ours come from, in the reader's language: one sentence.
    pub source: Option<String>,
    pub is_demonstration: bool,
}

/// Who the base counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everybody who answered the survey.
    Answered,
    /// Everybody who answered this question.
    AnsweredThis,
    /// Everybody who gave a region; so many did not.
    GaveRegion { without: u64 },
    /// Everybody who gave an age group; so many did not.
    GaveAge { without: u64 },
    /// Everybody who gave a gender; so many did not.
    GaveGender { without: u64 },
}

/// How the shares were weighed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Weighing {
    Unweighted,
    /// To the population by region, age and gender.
    Raked {
        effective: f64,
    },
}

/// How people were invited. A sample drawn by chance would be a second kind, with a margin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invitation {
    OpenLink,
}

impl Base {
    /// Returns the sentences of the base line in their fixed order; the first is the base itself.
    pub fn sentences(&self, tag: Tag) -> Vec<String> {
        let words = Words::of(tag);
        let mut sentences = vec![self.who(&words)];
        if let Who::GaveRegion { without } | Who::GaveAge { without } | Who::GaveGender { without } =
            self.who
            && without > 0
        {
            sentences.push(words.text("chart.base_without", &[("n", without.into())]));
        }
        sentences.push(match self.weighing {
            Weighing::Unweighted => words.text("chart.unweighted", &[]),
            Weighing::Raked { effective } => {
                words.text("chart.weighted_by", &[("effective", effective.round().into())])
            }
        });
        sentences.push(match self.invitation {
            Invitation::OpenLink => words.text("chart.open_link", &[]),
        });
        sentences.extend(self.source.clone());
        if self.is_demonstration {
            sentences.push(words.text("chart.demonstration", &[]));
        }
        sentences
    }

    fn who(&self, words: &Words) -> String {
        let key = match self.who {
            Who::Answered => "chart.base_answered",
            Who::AnsweredThis => "chart.base_question",
            Who::GaveRegion { .. } => "chart.base_region",
            Who::GaveAge { .. } => "chart.base_age",
            Who::GaveGender { .. } => "chart.base_gender",
        };
        words.text(key, &[("n", self.people.into())])
    }
}
