//! Who was asked, and who took part. It stands before any result.

use stats::{Variable, population};
use survey::{Kind, Role};

use super::{Format, Writer, name, text};
use crate::chart::{Bar, Base, Figure, Invitation, Part, Plot, Weighing, Who};
use crate::document::{Block, Chapter, Prose};
use crate::query::{Measure, Moment, PartOf, Query, Whole};
use crate::results::SurveyResults;

/// Returns one chapter a survey.
pub(super) fn chapters(writer: &Writer<'_>) -> Vec<Chapter> {
    let surveys = writer.results.surveys.iter().enumerate();
    surveys.map(|(at, results)| chapter(writer, at, results)).collect()
}

fn chapter(writer: &Writer<'_>, survey: usize, results: &SurveyResults<'_>) -> Chapter {
    let mut blocks = Vec::new();
    let description = writer.results.record.description.text(writer.tag);
    if !description.is_empty() {
        blocks.push(Block::Lead { prose: Prose::name(description) });
    }
    blocks.extend(asked(writer, survey).map(text));
    blocks.extend(period(writer).map(text));
    if results.open.summary().is_none() {
        blocks.push(text(writer.say("report.too_few", &[])));
    }
    for variable in [Variable::Region, Variable::Age, Variable::Gender] {
        blocks.extend(part(writer, survey, results, variable));
    }
    let questions = results.survey.questionnaire.questions().iter().enumerate();
    for (at, question) in questions {
        if question.role == Role::About {
            blocks.extend(about(writer, survey, results, at));
        }
        if matches!(question.kind, Kind::Text { .. }) {
            blocks.extend(written(writer, survey, results, at).map(text));
        }
    }
    let id = if survey == 0 {
        "introduction".to_owned()
    } else {
        format!("introduction-{}", survey + 1)
    };
    writer.chapter(
        id,
        "report.introduction_kicker",
        writer.say("report.introduction_title", &[]),
        blocks,
    )
}

fn asked(writer: &Writer<'_>, survey: usize) -> Option<Prose> {
    let ask = |what| writer.whole(&Query::Survey { survey, what });
    Some(writer.say(
        "report.asked",
        &[("questions", ask(Whole::Questions)?), ("answers", ask(Whole::Answers)?)],
    ))
}

fn period(writer: &Writer<'_>) -> Option<Prose> {
    let opens = writer.day(Moment::Opens)?;
    Some(match writer.day(Moment::Closes) {
        Some(closes) => writer.say("report.period", &[("opens", opens), ("closes", closes)]),
        None => writer.say("report.period_open", &[("opens", opens)]),
    })
}

/// The group whose share of the answers is furthest from its share of the population names the
/// finding.
fn part(
    writer: &Writer<'_>,
    survey: usize,
    results: &SurveyResults<'_>,
    variable: Variable,
) -> Option<Block> {
    let ask = |code, what| Query::Part { survey, variable, code, what };
    let codes = codes(variable);
    let mut parts = Vec::new();
    let mut furthest: Option<(u8, f64)> = None;
    for code in codes {
        let share = writer.results.ask(&ask(code, PartOf::Share))?;
        let population = writer.results.ask(&ask(code, PartOf::Population));
        let distance = population.map_or(0.0, |population| (share - population).abs());
        if population.is_some() && furthest.is_none_or(|(_, most)| distance > most) {
            furthest = Some((code, distance));
        }
        parts.push(Part {
            label: writer.code(survey, variable, code),
            share,
            population,
            people: people(results, variable, code),
        });
    }
    let (code, _) = furthest?;
    let title = writer.say(
        "report.part_title",
        &[
            ("group", name(writer.code(survey, variable, code))),
            ("share", writer.hole(&ask(code, PartOf::Share), Format::PerCentTenths)?),
            ("population", writer.hole(&ask(code, PartOf::Population), Format::PerCentTenths)?),
        ],
    );
    let without = people(results, variable, 0);
    let said: u64 = parts.iter().map(|part| part.people).sum();
    if variable == Variable::Region {
        parts.sort_by(|a, b| b.population.unwrap_or(0.0).total_cmp(&a.population.unwrap_or(0.0)));
    }
    let figure = Figure {
        title: String::new(),
        subtitle: writer.text("report.subtitle_part"),
        plot: Plot::Part(parts),
        base: Base {
            people: said,
            who: match variable {
                Variable::Region => Who::GaveRegion { without },
                Variable::Age => Who::GaveAge { without },
                Variable::Gender => Who::GaveGender { without },
            },
            weighing: Weighing::Unweighted,
            invitation: Invitation::OpenLink,
            source: Some(
                writer.say("report.source", &[("source", name(population::ATTRIBUTION))]).text(),
            ),
            is_demonstration: writer.is_demonstration(),
        },
    };
    Some(writer.figure(title, &figure))
}

fn codes(variable: Variable) -> std::ops::RangeInclusive<u8> {
    match variable {
        Variable::Region => 1..=population::REGIONS,
        Variable::Age => 2..=6,
        Variable::Gender => 1..=3,
    }
}

fn people(results: &SurveyResults<'_>, variable: Variable, code: u8) -> u64 {
    let groups = results.open.sample().groups();
    let of = groups
        .filter(|(group, _)| group.age != population::TOO_YOUNG && group.code(variable) == code);
    of.map(|(_, counts)| counts[0]).sum()
}

/// What people said about themselves beyond that, weighted like everything else.
fn about(
    writer: &Writer<'_>,
    survey: usize,
    results: &SurveyResults<'_>,
    at: usize,
) -> Option<Block> {
    let ranked = results.ranked(at, 0);
    let (_, base) = ranked.first()?;
    let bars = ranked
        .iter()
        .map(|(choice, share)| Bar {
            label: writer.choice(survey, at, *choice),
            share: share.weighted,
            unweighted: share.unweighted,
            people: share.count,
            is_other: *choice
                == results.question(at).map_or(0, |question| question.choices().len()),
        })
        .collect();
    let subtitle = writer.text("report.subtitle_choice");
    let figure = writer.weighted(base, subtitle, Plot::Ranked(bars));
    Some(writer.figure(Prose::name(writer.question(survey, at)), &figure))
}

/// How many wrote something; what they wrote is not published.
fn written(
    writer: &Writer<'_>,
    survey: usize,
    results: &SurveyResults<'_>,
    at: usize,
) -> Option<Prose> {
    results.question(at)?;
    let query = Query::Question { survey, question: at, region: 0, what: Measure::Answered };
    let people = writer.whole(&query)?;
    let question = name(writer.question(survey, at));
    Some(writer.say("report.written", &[("people", people), ("question", question)]))
}
