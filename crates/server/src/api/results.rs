//! A survey's live results as numbers. An open link has no margin of error, and so no field for it.

use model::Timestamp;
use model::id::SurveyId;
use report::results::SurveyResults;
use serde::Serialize;
use stats::{OpenShare, Variable, population};
use survey::{Question, demographics};
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResultsBody {
    #[schema(value_type = String)]
    survey: SurveyId,
    version: u32,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Answers that count, those of people too young to be weighted among them; 0 while there are
    /// fewer than `group_min`.
    answers: u64,
    /// `open_link`: whoever liked to answer did.
    invitation: &'static str,
    group_min: u64,
    population: &'static str,
    is_demonstration: bool,
    weighting: Option<WeightingBody>,
    part: Vec<PartBody>,
    questions: Vec<QuestionResultBody>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WeightingBody {
    people: u64,
    effective: f64,
    design_effect: f64,
    weight_min: f64,
    weight_max: f64,
    rounds: u32,
    is_converged: bool,
    error: f64,
    /// Too young to be weighted.
    young: u64,
}

/// Who took part: one group of one variable, of those aged 16 and over.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartBody {
    /// `region`, `age` or `gender`.
    variable: &'static str,
    /// `not_said`, or the id of the questionnaire's choice.
    group: &'static str,
    people: u64,
    /// Of the population aged 16 and over.
    population: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuestionResultBody {
    id: String,
    choices: Vec<ChoiceResultBody>,
    regions: Vec<RegionResultBody>,
}

/// A share with its three sizes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChoiceResultBody {
    id: String,
    base: u64,
    count: u64,
    unweighted: f64,
    weighted: f64,
    effective: f64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RegionResultBody {
    region: &'static str,
    /// Empty where too few people answered to be shown.
    choices: Vec<ChoiceResultBody>,
}

impl ResultsBody {
    pub(crate) fn of(
        survey: SurveyId,
        own: &SurveyResults<'_>,
        at: Timestamp,
        group_min: u64,
        is_demonstration: bool,
    ) -> Self {
        let questions = own.survey.questionnaire.questions().iter().enumerate();
        let counted = questions.filter(|(_, question)| question.choices_max() > 0);
        Self {
            survey,
            version: own.survey.version,
            at,
            answers: own.open.sample().people(),
            invitation: "open_link",
            group_min,
            population: population::ATTRIBUTION,
            is_demonstration,
            weighting: weighting(own),
            part: part(own),
            questions: counted.map(|(at, question)| of_question(own, at, question)).collect(),
        }
    }
}

fn weighting(own: &SurveyResults<'_>) -> Option<WeightingBody> {
    let summary = own.open.summary()?;
    let weighting = own.open.weighting();
    Some(WeightingBody {
        people: summary.people,
        effective: summary.effective,
        design_effect: summary.design_effect,
        weight_min: summary.weight_min,
        weight_max: summary.weight_max,
        rounds: weighting.iterations,
        is_converged: weighting.is_converged,
        error: weighting.error,
        young: own.open.young(),
    })
}

fn part(own: &SurveyResults<'_>) -> Vec<PartBody> {
    let mut bodies = Vec::new();
    let variables: [(&str, Variable, &[&'static str]); 3] = [
        ("region", Variable::Region, &demographics::REGIONS),
        ("age", Variable::Age, &demographics::AGES),
        ("gender", Variable::Gender, &demographics::GENDERS),
    ];
    for (name, variable, ids) in variables {
        let shares = population::shares(variable);
        for (code, group) in (0_u8..).zip(std::iter::once(&"not_said").chain(ids)) {
            let groups = own.open.sample().groups().filter(|(group, _)| {
                group.code(variable) == code && group.age != population::TOO_YOUNG
            });
            let people = groups.map(|(_, counts)| counts[0]).sum();
            let share = shares.iter().find(|(known, _)| *known == code).map(|(_, share)| *share);
            if people > 0 || share.is_some() {
                bodies.push(PartBody { variable: name, group, people, population: share });
            }
        }
    }
    bodies
}

fn of_question(own: &SurveyResults<'_>, at: usize, question: &Question) -> QuestionResultBody {
    let shown = own.regions(at);
    let regions = (1_u8..).zip(demographics::REGIONS).map(|(code, region)| RegionResultBody {
        region,
        choices: if shown.contains(&code) { choices(own, at, question, code) } else { Vec::new() },
    });
    QuestionResultBody {
        id: question.id.clone(),
        choices: choices(own, at, question, 0),
        regions: regions.collect(),
    }
}

fn choices(
    own: &SurveyResults<'_>,
    at: usize,
    question: &Question,
    region: u8,
) -> Vec<ChoiceResultBody> {
    let body = |(choice, share): (usize, OpenShare)| ChoiceResultBody {
        id: question.choices().get(choice).map_or("other", |choice| choice.id.as_str()).to_owned(),
        base: share.base,
        count: share.count,
        unweighted: share.unweighted,
        weighted: share.weighted,
        effective: share.effective,
    };
    let all =
        (0..own.choices(at)).filter_map(|choice| Some((choice, own.share(at, choice, region)?)));
    all.map(body).collect()
}
