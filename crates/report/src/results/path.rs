//! How a query is written: the name of a number in the page and in the data pack.

use stats::Variable;

use super::Results;
use crate::query::{Measure, Moment, OfMeeting, PartOf, Query, Whole, WordedBy};

impl Results<'_> {
    /// Returns the query as text: `survey/1/question/world/choice/health/weighted`.
    pub fn path(&self, query: &Query) -> String {
        match query {
            Query::Answers => "answers".to_owned(),
            Query::Surveys => "surveys".to_owned(),
            Query::Meetings => "meetings".to_owned(),
            Query::Attendance => "attendance".to_owned(),
            Query::Languages => "languages".to_owned(),
            Query::Edition => "edition".to_owned(),
            Query::GroupMin => "group-min".to_owned(),
            Query::Moment(Moment::Read) => "moment/read".to_owned(),
            Query::Moment(Moment::Opens) => "moment/opens".to_owned(),
            Query::Moment(Moment::Closes) => "moment/closes".to_owned(),
            Query::Survey { survey, what } => format!("survey/{}/{}", survey + 1, whole(*what)),
            Query::Question { survey, question, region, what } => {
                self.question_path(*survey, *question, *region, what)
            }
            Query::Young { survey, question, choice } => {
                let question_id = self.question_id(*survey, *question);
                let choice = choice.map_or_else(
                    || "base".to_owned(),
                    |choice| format!("choice/{}", self.choice_id(*survey, *question, choice)),
                );
                format!("survey/{}/young/{question_id}/{choice}", survey + 1)
            }
            Query::Part { survey, variable, code, what } => {
                let what = match what {
                    PartOf::People => "people",
                    PartOf::Share => "share",
                    PartOf::Population => "population",
                };
                format!("survey/{}/{}/{code}/{what}", survey + 1, variable_name(*variable))
            }
            Query::RegionsLed { survey, question, choice } => {
                let question_id = self.question_id(*survey, *question);
                let choice = choice.map_or_else(
                    || "shown".to_owned(),
                    |choice| format!("led/{}", self.choice_id(*survey, *question, choice)),
                );
                format!("survey/{}/regions/{question_id}/{choice}", survey + 1)
            }
            Query::Meeting { meeting, what } => {
                let what = match what {
                    OfMeeting::People => "people",
                    OfMeeting::Minutes => "minutes",
                    OfMeeting::StartsAt => "starts-at",
                };
                format!("meeting/{}/{what}", meeting + 1)
            }
        }
    }

    fn question_path(&self, survey: usize, question: usize, region: u8, what: &Measure) -> String {
        let ids = |choices: &[usize]| {
            let ids = choices.iter().map(|choice| self.choice_id(survey, question, *choice));
            ids.collect::<Vec<_>>().join("+")
        };
        let what = match what {
            Measure::Base => "base".to_owned(),
            Measure::Answered => "answered".to_owned(),
            Measure::Effective => "effective".to_owned(),
            Measure::Weighted(choices) => format!("choice/{}/weighted", ids(choices)),
            Measure::Unweighted(choices) => format!("choice/{}/unweighted", ids(choices)),
            Measure::Count(choices) => format!("choice/{}/count", ids(choices)),
        };
        let place = if region == 0 { String::new() } else { format!("region/{region}/") };
        format!(
            "survey/{}/question/{}/{place}{what}",
            survey + 1,
            self.question_id(survey, question)
        )
    }

    pub(crate) fn question_id(&self, survey: usize, question: usize) -> &str {
        let question = self.surveys.get(survey).and_then(|survey| survey.question(question));
        question.map_or("", |question| &question.id)
    }

    /// Returns a choice's id; the place after the last is "something else".
    pub fn choice_id(&self, survey: usize, question: usize, choice: usize) -> &str {
        let question = self.surveys.get(survey).and_then(|survey| survey.question(question));
        let choice = question.and_then(|question| question.choices().get(choice));
        choice.map_or("other", |choice| &choice.id)
    }
}

/// Returns a variable's name in the data pack.
pub(crate) fn variable_name(variable: Variable) -> &'static str {
    match variable {
        Variable::Region => "region",
        Variable::Age => "age",
        Variable::Gender => "gender",
    }
}

fn whole(what: Whole) -> &'static str {
    match what {
        Whole::Answers => "answers",
        Whole::Weighted => "weighted",
        Whole::Effective => "effective",
        Whole::DesignEffect => "design-effect",
        Whole::WeightMin => "weight-min",
        Whole::WeightMax => "weight-max",
        Whole::Rounds => "rounds",
        Whole::Young => "young",
        Whole::Questions => "questions",
        Whole::Version => "version",
        Whole::Wordings(WordedBy::Source) => "wordings/source",
        Whole::Wordings(WordedBy::Memory) => "wordings/memory",
        Whole::Wordings(WordedBy::Ourselves) => "wordings/ourselves",
    }
}
