//! The cover: what was asked, how many answered, and what may not be concluded.

use language::Value;
use stats::Variable;

use super::{Format, Writer, name};
use crate::chart::{Assembly, Base, Figure, Invitation, Plot, Weighing, Who};
use crate::document::{Cover, Figure as Shown, Prose};
use crate::prose::Fill;
use crate::query::{Moment, Query, Whole};

/// The regions from west to east, by their codes.
const WEST_TO_EAST: [u8; 8] = [6, 4, 3, 8, 5, 1, 2, 7];

pub(super) fn cover(writer: &Writer<'_>) -> Cover {
    let record = writer.results.record;
    let title = record.title.text(writer.tag);
    // After a question no colon is set.
    let is_question = title.ends_with(['?', '؟', '？', '!', '！', '.', '…']);
    let key = if is_question { "report.cover_title_asked" } else { "report.cover_title" };
    let answers = writer.whole(&Query::Answers);
    let title = answers.map_or_else(
        || Prose::name(title),
        |answers| writer.say(key, &[("title", name(title)), ("answers", answers)]),
    );
    let facts = [
        writer.fact(&Query::Answers, Format::Whole, "report.fact_answers"),
        effective(writer),
        writer.fact(&Query::Meetings, Format::Whole, "report.fact_meetings"),
        writer.fact(&Query::Languages, Format::Whole, "report.fact_languages"),
    ];
    Cover {
        kicker: writer.text("report.cover_kicker"),
        title,
        lead: lead(writer).unwrap_or_default(),
        assembly: assembly(writer),
        facts: facts.into_iter().flatten().collect(),
        notice: writer.say("report.cover_notice", &[]),
        colophon: colophon(writer),
    }
}

fn effective(writer: &Writer<'_>) -> Option<crate::document::Fact> {
    let query = Query::Survey { survey: 0, what: Whole::Effective };
    writer.fact(&query, Format::Whole, "report.fact_effective")
}

fn lead(writer: &Writer<'_>) -> Option<Prose> {
    let questions = writer.whole(&Query::Survey { survey: 0, what: Whole::Questions })?;
    let languages = writer.whole(&Query::Languages)?;
    let meetings = writer.whole(&Query::Meetings)?;
    let read = writer.day(Moment::Read)?;
    Some(writer.say(
        "report.cover_lead",
        &[
            ("questions", questions),
            ("languages", languages),
            ("meetings", meetings),
            ("read", read),
        ],
    ))
}

fn assembly(writer: &Writer<'_>) -> Option<Shown> {
    let survey = writer.survey(0)?;
    let people = |code: u8| {
        let groups = survey.open.sample().groups();
        groups.filter(|(group, _)| group.region == code).map(|(_, counts)| counts[0]).sum::<u64>()
    };
    let regions = WEST_TO_EAST
        .iter()
        .map(|code| (writer.code(0, Variable::Region, *code), people(*code)))
        .collect();
    let assembly = Assembly::new(regions, people(0));
    let per_dot = [("n", Value::from(assembly.answers_per_dot))];
    let subtitle = writer.words.text("chart.per_dot", &per_dot);
    let figure = Figure {
        title: String::new(),
        subtitle,
        plot: Plot::Assembly(assembly),
        base: Base {
            people: survey.open.sample().people(),
            who: Who::Answered,
            weighing: Weighing::Unweighted,
            invitation: Invitation::OpenLink,
            source: None,
            is_demonstration: writer.is_demonstration(),
        },
    };
    Some(writer.shown(Prose::default(), &figure, None))
}

fn colophon(writer: &Writer<'_>) -> Prose {
    let record = writer.results.record;
    let others: Vec<String> = record
        .languages
        .iter()
        .filter(|tag| **tag != writer.tag)
        .map(|tag| tag.autonym().to_owned())
        .collect();
    let (Some(read), Some(edition)) = (writer.day(Moment::Read), writer.whole(&Query::Edition))
    else {
        return Prose::default();
    };
    writer.say(
        "report.colophon",
        &[("read", read), ("edition", edition), ("languages", Fill::Names(others))],
    )
}
