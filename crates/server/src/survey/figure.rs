//! The charts of the live results: who took part, then question after question. Each has its
//! finding as title, its base line and its table; all numbers come from `stats`.

use language::{Tag, Words, number};
use report::chart::{
    Bar, Base, Figure, Group, Invitation, Leaders, Part, Plot, Scale, Weighing, Who,
};
use report::results::{SurveyResults, has_other};
use stats::{OpenShare, Variable, population};
use survey::{Kind, Question, Role};

/// Returns every chart of a survey, in the order of the page.
pub(crate) fn all(own: &SurveyResults<'_>, language: Tag, is_demonstration: bool) -> Vec<Figure> {
    let maker = Maker { own, language, words: Words::of(language), is_demonstration };
    let mut figures = Vec::new();
    for variable in [Variable::Region, Variable::Age, Variable::Gender] {
        figures.extend(maker.part(variable));
    }
    let questions = own.survey.questionnaire.questions().iter().enumerate();
    for (at, question) in questions.filter(|(_, question)| {
        matches!(question.role, Role::Plain | Role::About) && question.choices_max() > 0
    }) {
        figures.extend(maker.question(at, question));
    }
    figures
}

/// Says how many people wrote something, for each question that asks for it.
pub(crate) fn written(own: &SurveyResults<'_>, language: Tag) -> Vec<String> {
    let words = Words::of(language);
    let questions = own.survey.questionnaire.questions().iter().enumerate();
    let texts = questions.filter(|(_, question)| matches!(question.kind, Kind::Text { .. }));
    let says = |(at, question): (usize, &Question)| {
        let n = own.open.sample().total(own.layout.answered(at));
        let wrote = words.text("results.wrote", &[("n", n.into())]);
        format!("{} {wrote}", question.text.text(language))
    };
    texts.map(says).collect()
}

/// Names the groups of the population from which nobody came.
pub(crate) fn absent(own: &SurveyResults<'_>, language: Tag) -> Option<String> {
    let absent = &own.open.weighting().absent;
    let names: Vec<String> = absent
        .iter()
        .filter_map(|(variable, code)| label(own, *variable, *code, language))
        .collect();
    (!names.is_empty()).then(|| names.join("; "))
}

/// Returns the questionnaire's own name for a code of the population.
fn label(own: &SurveyResults<'_>, variable: Variable, code: u8, language: Tag) -> Option<String> {
    let (role, ids): (Role, &[&str]) = match variable {
        Variable::Region => (Role::Region, &survey::demographics::REGIONS),
        Variable::Age => (Role::Age, &survey::demographics::AGES),
        Variable::Gender => (Role::Gender, &survey::demographics::GENDERS),
    };
    let id = ids.get(usize::from(code).checked_sub(1)?)?;
    let (_, question) = own.survey.questionnaire.question_of(role)?;
    let choice = question.choices().iter().find(|choice| choice.id == *id)?;
    Some(choice.label.text(language).to_owned())
}

struct Maker<'a> {
    own: &'a SurveyResults<'a>,
    language: Tag,
    words: Words,
    is_demonstration: bool,
}

impl Maker<'_> {
    /// Who took part, against the population.
    fn part(&self, variable: Variable) -> Option<Figure> {
        let mut people_by_code = std::collections::BTreeMap::new();
        for (group, counts) in self.own.open.sample().groups() {
            if group.age != population::TOO_YOUNG {
                *people_by_code.entry(group.code(variable)).or_insert(0_u64) += counts[0];
            }
        }
        let without = people_by_code.remove(&0).unwrap_or(0);
        let people: u64 = people_by_code.values().sum();
        if people == 0 {
            return None;
        }
        let mut codes: Vec<(u8, Option<f64>)> = population::shares(variable)
            .into_iter()
            .map(|(code, share)| (code, Some(share)))
            .collect();
        let listed: Vec<u8> = codes.iter().map(|(code, _)| *code).collect();
        codes.extend(
            people_by_code.keys().filter(|code| !listed.contains(code)).map(|c| (*c, None)),
        );
        let parts: Vec<Part> = codes
            .into_iter()
            .map(|(code, population)| {
                let n = people_by_code.get(&code).copied().unwrap_or(0);
                let name = label(self.own, variable, code, self.language).unwrap_or_default();
                Part { label: name, share: share(n, people), population, people: n }
            })
            .collect();
        Some(Figure {
            title: self.part_title(&parts),
            subtitle: self.words.text("results.part_sub", &[]),
            plot: Plot::Part(parts),
            base: self.base(
                people,
                match variable {
                    Variable::Region => Who::GaveRegion { without },
                    Variable::Age => Who::GaveAge { without },
                    Variable::Gender => Who::GaveGender { without },
                },
                Weighing::Unweighted,
            ),
        })
    }

    fn part_title(&self, parts: &[Part]) -> String {
        let ratio = |part: &Part| part.population.map(|population| part.share / population);
        let known = || parts.iter().filter(|part| part.population.is_some());
        let by_ratio =
            |a: &&Part, b: &&Part| ratio(a).unwrap_or(1.0).total_cmp(&ratio(b).unwrap_or(1.0));
        let name = |part: Option<&Part>| part.map(|part| part.label.clone()).unwrap_or_default();
        let (low, high) = (name(known().min_by(by_ratio)), name(known().max_by(by_ratio)));
        self.words.text("results.part_region_title", &[("low", low.into()), ("high", high.into())])
    }

    fn question(&self, at: usize, question: &Question) -> Vec<Figure> {
        let Some(base) = self.own.share(at, 0, 0) else { return Vec::new() };
        match &question.kind {
            Kind::Choice { max, .. } => {
                let ranked = self.ranked(at, question, *max, &base);
                let leading =
                    (question.role == Role::Plain).then(|| self.leading(at, question, &base));
                std::iter::once(ranked).chain(leading.flatten()).collect()
            }
            Kind::Scale { .. } => vec![self.scale(at, question, &base)],
            Kind::Text { .. } | Kind::Information | Kind::Consent => Vec::new(),
        }
    }

    fn ranked(&self, at: usize, question: &Question, max: u8, base: &OpenShare) -> Figure {
        let ranked = self.own.ranked(at, 0);
        let name = |place: usize| {
            ranked.get(place).map(|(choice, _)| self.choice(question, *choice)).unwrap_or_default()
        };
        let bars = ranked
            .iter()
            .map(|(choice, share)| Bar {
                label: self.choice(question, *choice),
                share: share.weighted,
                unweighted: share.unweighted,
                people: share.count,
                is_other: has_other(question) && *choice == question.choices().len(),
            })
            .collect();
        // Of several things each, the order says most; of one thing each, the share does.
        let title = match (max, ranked.first()) {
            (1, Some((first, share))) => self.share_title(question, *first, share.weighted),
            (_, _) => self.words.text(
                "results.ranked_title",
                &[("first", name(0).into()), ("second", name(1).into())],
            ),
        };
        Figure {
            title,
            subtitle: self.words.text(
                "results.ranked_sub",
                &[("question", question.text.text(self.language).into()), ("max", max.into())],
            ),
            plot: Plot::Ranked(bars),
            base: self.answered(base),
        }
    }

    /// First, second and third choice in each region.
    fn leading(&self, at: usize, question: &Question, base: &OpenShare) -> Option<Figure> {
        let shown = self.own.regions(at);
        let (first, _) = *self.own.ranked(at, 0).first()?;
        let mut led = 0_usize;
        let rows: Vec<Leaders> = (1..=population::REGIONS)
            .map(|code| {
                let is_shown = shown.contains(&code);
                let ranked = if is_shown { self.own.ranked(at, code) } else { Vec::new() };
                led += usize::from(ranked.first().is_some_and(|(choice, _)| *choice == first));
                let top = ranked.iter().take(3);
                Leaders {
                    label: label(self.own, Variable::Region, code, self.language)
                        .unwrap_or_default(),
                    options: top.map(|(choice, _)| self.choice(question, *choice)).collect(),
                    people: ranked.first().map(|(_, share)| share.base),
                }
            })
            .collect();
        (!shown.is_empty()).then(|| Figure {
            title: self.words.text(
                "results.region_title",
                &[("n", led.into()), ("first", self.choice(question, first).into())],
            ),
            subtitle: self.words.text(
                "results.region_sub",
                &[("question", question.text.text(self.language).into())],
            ),
            plot: Plot::Leading(rows),
            base: self.answered(base),
        })
    }

    /// Everybody, then each region. Three steps have two sides and a middle; more have one end.
    fn scale(&self, at: usize, question: &Question, base: &OpenShare) -> Figure {
        let steps = question.choices().len();
        let is_two_sided = steps == 3;
        let order: Vec<usize> =
            if is_two_sided { (0..steps).rev().collect() } else { (0..steps).collect() };
        let shown = self.own.regions(at);
        let group = |name: String, code: u8, is_shown: bool| {
            let shares: Option<Vec<OpenShare>> = is_shown
                .then(|| order.iter().map(|step| self.own.share(at, *step, code)).collect())
                .flatten();
            let people = shares.as_ref().and_then(|shares| shares.first()).map(|share| share.base);
            let shares = shares.map(|shares| shares.iter().map(|share| share.weighted).collect());
            Group { label: name, shares, people }
        };
        let mut groups = vec![group(self.words.text("results.all", &[]), 0, true)];
        groups.extend((1..=population::REGIONS).filter_map(|code| {
            let name = label(self.own, Variable::Region, code, self.language)?;
            Some(group(name, code, shown.contains(&code)))
        }));
        let scale = Scale {
            steps: order.iter().map(|step| self.choice(question, *step)).collect(),
            groups,
        };
        let most = (0..steps)
            .filter_map(|step| Some((step, self.own.share(at, step, 0)?.weighted)))
            .max_by(|(_, a), (_, b)| a.total_cmp(b));
        let (step, weighted) = most.unwrap_or((0, 0.0));
        Figure {
            title: self.share_title(question, step, weighted),
            subtitle: self.words.text(
                "results.scale_sub",
                &[("question", question.text.text(self.language).into())],
            ),
            plot: if is_two_sided { Plot::Diverging(scale) } else { Plot::Stacked(scale) },
            base: self.answered(base),
        }
    }

    fn share_title(&self, question: &Question, choice: usize, weighted: f64) -> String {
        self.words.text(
            "results.scale_title",
            &[
                ("share", number::percent(self.language, weighted, 0).into()),
                ("step", self.choice(question, choice).into()),
            ],
        )
    }

    fn choice(&self, question: &Question, at: usize) -> String {
        match question.choices().get(at) {
            Some(choice) => choice.label.text(self.language).to_owned(),
            None => self.words.text("survey.other", &[]),
        }
    }

    fn answered(&self, share: &OpenShare) -> Base {
        self.base(share.base, Who::AnsweredThis, Weighing::Raked { effective: share.effective })
    }

    fn base(&self, people: u64, who: Who, weighing: Weighing) -> Base {
        let source =
            self.words.text("results.source", &[("source", population::ATTRIBUTION.into())]);
        Base {
            people,
            who,
            weighing,
            invitation: Invitation::OpenLink,
            source: Some(source),
            is_demonstration: self.is_demonstration,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 people live")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
