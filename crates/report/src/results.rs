//! The published results of a record: each survey coarsened to groups that may be shown, weighted,
//! and asked by [`Query`]. All numbers of a report come out of [`Results::ask`].

pub(crate) mod path;

use stats::population;
use stats::{Filter, Group, OpenResults, OpenShare, Published, Sample, Variable};
use survey::{Kind, Layout, Provenance, Question};

use crate::query::{Measure, Moment, OfMeeting, PartOf, Query, Whole, WordedBy};
use crate::record::{Record, SurveyRecord};

/// A record with its surveys weighted.
#[derive(Clone, Debug)]
pub struct Results<'a> {
    pub record: &'a Record,
    pub surveys: Vec<SurveyResults<'a>>,
}

/// One survey, weighted.
#[derive(Clone, Debug)]
pub struct SurveyResults<'a> {
    pub survey: &'a SurveyRecord,
    pub open: OpenResults,
    pub layout: Layout,
}

impl<'a> Results<'a> {
    /// Coarsens and weights every survey of the record.
    pub fn of(record: &'a Record) -> Self {
        let surveys =
            record.surveys.iter().map(|survey| SurveyResults::of(survey, record.group_min));
        Self { record, surveys: surveys.collect() }
    }

    /// Answers a query. Nothing where it has no answer, or too few people to give one.
    pub fn ask(&self, query: &Query) -> Option<f64> {
        let record = self.record;
        match query {
            Query::Answers => {
                Some(real(self.surveys.iter().map(|survey| survey.open.sample().people()).sum()))
            }
            Query::Surveys => Some(count(record.surveys.len())),
            Query::Meetings => Some(count(record.meetings.len())),
            Query::Attendance => Some(real(record.meetings.iter().map(|m| m.people).sum())),
            Query::Languages => Some(count(record.languages.len())),
            Query::Edition => Some(f64::from(record.edition)),
            Query::GroupMin => Some(real(record.group_min)),
            Query::Moment(moment) => match moment {
                Moment::Read => Some(record.read_at),
                Moment::Opens => record.opens_at,
                Moment::Closes => record.closes_at,
            }
            .map(seconds),
            Query::Survey { survey, what } => self.surveys.get(*survey)?.whole(*what),
            Query::Question { survey, question, region, what } => {
                self.surveys.get(*survey)?.measure(*question, *region, what)
            }
            Query::Young { survey, question, choice } => {
                self.surveys.get(*survey)?.young(*question, *choice)
            }
            Query::Part { survey, variable, code, what } => {
                self.surveys.get(*survey)?.part(*variable, *code, *what)
            }
            Query::RegionsLed { survey, question, choice } => {
                Some(self.surveys.get(*survey)?.regions_led(*question, *choice))
            }
            Query::Meeting { meeting, what } => {
                let meeting = record.meetings.get(*meeting)?;
                Some(match what {
                    OfMeeting::People => real(meeting.people),
                    OfMeeting::Minutes => f64::from(meeting.minutes),
                    OfMeeting::StartsAt => seconds(meeting.starts_at),
                })
            }
        }
    }
}

impl<'a> SurveyResults<'a> {
    fn of(survey: &'a SurveyRecord, group_min: u64) -> Self {
        let layout = Layout::of(&survey.questionnaire);
        let mut sample = Sample::new(layout.size());
        for cell in &survey.cells {
            let stratum = cell.stratum;
            let group = Group { region: stratum.region, age: stratum.age, gender: stratum.gender };
            sample.add(group, cell.counts.iter().map(|n| u64::from(*n)));
        }
        Self { survey, open: OpenResults::of(&sample, group_min), layout }
    }

    /// Returns the question at a place.
    pub fn question(&self, at: usize) -> Option<&'a Question> {
        self.survey.questionnaire.questions().get(at)
    }

    /// Returns how many slots a question's choices have, with "something else".
    pub fn choices(&self, at: usize) -> usize {
        self.question(at)
            .map_or(0, |question| question.choices().len() + usize::from(has_other(question)))
    }

    /// Returns the share that chose any of `choices`, where it may be shown.
    pub fn share(&self, at: usize, choice: usize, region: u8) -> Option<OpenShare> {
        self.question(at)?;
        let filter = Filter { region: (region > 0).then_some(region), ..Filter::default() };
        let (answered, slot) = (self.layout.answered(at), self.layout.choice(at, choice));
        self.open.share(answered, slot, filter).value()
    }

    /// Returns the regions of which the question can be shown: not those with too few people, nor
    /// the one that could else be computed from the rest.
    pub fn regions(&self, at: usize) -> Vec<u8> {
        let codes: Vec<u8> = (1..=population::REGIONS).collect();
        let mut shares: Vec<Published<OpenShare>> = codes
            .iter()
            .map(|code| self.share(at, 0, *code).map_or(Published::TooFew, Published::Value))
            .collect();
        stats::suppress_complement(&mut shares, |share| share.base);
        let shown = codes.into_iter().zip(shares);
        shown.filter_map(|(code, share)| share.value().map(|_| code)).collect()
    }

    /// Returns a question's choices by weighted share, largest first; "something else" last.
    pub fn ranked(&self, at: usize, region: u8) -> Vec<(usize, OpenShare)> {
        let other = self.question(at).map_or(0, |question| question.choices().len());
        let mut all: Vec<(usize, OpenShare)> = (0..self.choices(at))
            .filter_map(|choice| Some((choice, self.share(at, choice, region)?)))
            .collect();
        all.sort_by(|(a, x), (b, y)| {
            (*a == other).cmp(&(*b == other)).then(y.weighted.total_cmp(&x.weighted)).then(a.cmp(b))
        });
        all
    }

    fn whole(&self, what: Whole) -> Option<f64> {
        let summary = self.open.summary();
        match what {
            Whole::Answers => Some(real(self.open.sample().people())),
            Whole::Weighted => summary.map(|summary| real(summary.people)),
            Whole::Effective => summary.map(|summary| summary.effective),
            Whole::DesignEffect => summary.map(|summary| summary.design_effect),
            Whole::WeightMin => summary.map(|summary| summary.weight_min),
            Whole::WeightMax => summary.map(|summary| summary.weight_max),
            Whole::Rounds => Some(f64::from(self.open.weighting().iterations)),
            Whole::Young => Some(real(self.open.young())),
            Whole::Questions => {
                let asked = self.survey.questionnaire.questions().iter();
                Some(count(asked.filter(|question| is_finding(question)).count()))
            }
            Whole::Version => Some(f64::from(self.survey.version)),
            Whole::Wordings(by) => Some(count(self.wordings(by))),
        }
    }

    fn wordings(&self, by: WordedBy) -> usize {
        let provenance = match by {
            WordedBy::Source => Provenance::Verified,
            WordedBy::Memory => Provenance::Memory,
            WordedBy::Ourselves => Provenance::Ours,
        };
        let questions = self.survey.questionnaire.questions().iter();
        let wordings = questions.flat_map(|question| {
            let choices = question.choices().iter().map(|choice| &choice.label);
            std::iter::once(&question.text).chain(&question.hint).chain(choices)
        });
        wordings.filter(|wording| wording.provenance() == provenance).count()
    }

    fn measure(&self, at: usize, region: u8, what: &Measure) -> Option<f64> {
        let sum = |choices: &[usize], of: fn(&OpenShare) -> f64| {
            let shares = choices.iter().map(|choice| self.share(at, *choice, region));
            shares.map(|share| share.as_ref().map(of)).sum::<Option<f64>>()
        };
        match what {
            Measure::Answered => self.answered(at),
            Measure::Base => self.share(at, 0, region).map(|share| real(share.base)),
            Measure::Effective => self.share(at, 0, region).map(|share| share.effective),
            Measure::Weighted(choices) => sum(choices, |share| share.weighted),
            Measure::Unweighted(choices) => sum(choices, |share| share.unweighted),
            Measure::Count(choices) => sum(choices, |share| real(share.count)),
        }
    }

    fn answered(&self, at: usize) -> Option<f64> {
        let question = self.question(at).filter(|question| question.is_answerable());
        question.map(|_| real(self.open.sample().total(self.layout.answered(at))))
    }

    fn young(&self, at: usize, choice: Option<usize>) -> Option<f64> {
        self.question(at)?;
        let answered = self.layout.answered(at);
        let slot = choice.map_or(answered, |choice| self.layout.choice(at, choice));
        let (chosen, base) = self.open.share_of_young(answered, slot).value()?;
        Some(if choice.is_some() { real(chosen) / real(base) } else { real(base) })
    }

    /// Everybody who has a weight; young people are counted apart.
    fn part(&self, variable: Variable, code: u8, what: PartOf) -> Option<f64> {
        let people = |takes: &dyn Fn(u8) -> bool| {
            let groups = self.open.sample().groups();
            let of = groups.filter(|(group, _)| {
                group.age != population::TOO_YOUNG && takes(group.code(variable))
            });
            of.map(|(_, counts)| counts[0]).sum::<u64>()
        };
        match what {
            PartOf::People => Some(real(people(&|of| of == code))),
            PartOf::Share => {
                let all = people(&|of| of != 0);
                (all > 0).then(|| real(people(&|of| of == code)) / real(all))
            }
            PartOf::Population => {
                let shares = population::shares(variable);
                shares.into_iter().find(|(of, _)| *of == code).map(|(_, share)| share)
            }
        }
    }

    fn regions_led(&self, at: usize, choice: Option<usize>) -> f64 {
        let regions = self.regions(at);
        let Some(choice) = choice else { return count(regions.len()) };
        let leads =
            |region: &&u8| self.ranked(at, **region).first().is_some_and(|(c, _)| *c == choice);
        count(regions.iter().filter(leads).count())
    }
}

/// Returns whether a question is one of the survey's own, with results to show.
pub fn is_finding(question: &Question) -> bool {
    question.role == survey::Role::Plain && question.choices_max() > 0
}

/// Returns whether "something else" can be written in.
pub fn has_other(question: &Question) -> bool {
    matches!(&question.kind, Kind::Choice { other_max: Some(_), .. })
}

#[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 people live")]
fn real(n: u64) -> f64 {
    n as f64
}

fn count(n: usize) -> f64 {
    real(u64::try_from(n).unwrap_or(u64::MAX))
}

#[expect(clippy::cast_precision_loss, reason = "seconds of this century")]
fn seconds(time: model::Timestamp) -> f64 {
    time.seconds() as f64
}
