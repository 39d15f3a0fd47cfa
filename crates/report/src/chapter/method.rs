//! How it was made, and what it cannot say.

use stats::{Variable, population};

use super::{Format, Writer, name, text};
use crate::document::{Block, Chapter, Prose};
use crate::prose::Fill;
use crate::query::{Query, Whole, WordedBy};
use crate::results::SurveyResults;

pub(super) fn chapter(writer: &Writer<'_>) -> Chapter {
    let mut blocks = vec![
        Block::Lead { prose: writer.say("report.method_lead", &[]) },
        text(writer.say("report.method_weighing", &[])),
        text(writer.say("report.source", &[("source", name(population::ATTRIBUTION))])),
    ];
    let several = writer.results.surveys.len() > 1;
    for (at, results) in writer.results.surveys.iter().enumerate() {
        if several {
            let title = results.survey.questionnaire.title().text(writer.tag);
            blocks.push(Block::Heading { prose: Prose::name(title) });
        }
        blocks.extend(of_survey(writer, at, results));
    }
    let group_min = writer.whole(&Query::GroupMin);
    blocks.extend(group_min.map(|k| text(writer.say("report.method_groups", &[("group_min", k)]))));
    blocks.push(Block::Heading { prose: writer.say("report.limits_title", &[]) });
    let limits =
        ["report.limit_chosen", "report.limit_twice", "report.limit_reach", "report.limit_machine"];
    blocks.push(Block::List { items: limits.iter().map(|key| writer.say(key, &[])).collect() });
    if writer.is_demonstration() {
        blocks.push(text(writer.say("report.method_demonstration", &[])));
    }
    writer.chapter("method", "report.method_kicker", writer.say("report.method_title", &[]), blocks)
}

fn of_survey(writer: &Writer<'_>, survey: usize, results: &SurveyResults<'_>) -> Vec<Block> {
    let fact = |what, format, label| writer.fact(&Query::Survey { survey, what }, format, label);
    let facts = [
        fact(Whole::Weighted, Format::Whole, "report.fact_weighted"),
        fact(Whole::Effective, Format::Whole, "report.fact_effective"),
        fact(Whole::DesignEffect, Format::Decimal, "report.fact_design"),
        fact(Whole::WeightMax, Format::Decimal, "report.fact_weight_max"),
    ];
    let mut blocks = vec![Block::Facts { facts: facts.into_iter().flatten().collect() }];
    let ask = |what| writer.whole(&Query::Survey { survey, what });
    if let Some(rounds) = ask(Whole::Rounds).filter(|_| results.open.summary().is_some()) {
        let is_converged = results.open.weighting().is_converged;
        let key =
            if is_converged { "report.method_converged" } else { "report.method_unconverged" };
        blocks.push(text(writer.say(key, &[("rounds", rounds)])));
    }
    blocks.extend(absent(writer, survey, results).map(text));
    blocks.push(text(writer.say("report.method_unknown", &[])));
    blocks.extend(
        ask(Whole::Young).map(|n| text(writer.say("report.method_young", &[("young", n)]))),
    );
    blocks.extend(wordings(writer, survey).map(text));
    blocks
}

fn absent(writer: &Writer<'_>, survey: usize, results: &SurveyResults<'_>) -> Option<Prose> {
    let absent = &results.open.weighting().absent;
    if absent.is_empty() {
        return None;
    }
    let label = |(variable, code): &(Variable, u8)| writer.code(survey, *variable, *code);
    let labels: Vec<String> = absent.iter().map(label).collect();
    Some(writer.say("report.method_absent", &[("groups", Fill::Names(labels))]))
}

fn wordings(writer: &Writer<'_>, survey: usize) -> Option<Prose> {
    let ask = |what| writer.whole(&Query::Survey { survey, what });
    Some(writer.say(
        "report.method_wordings",
        &[
            ("version", ask(Whole::Version)?),
            ("source", ask(Whole::Wordings(WordedBy::Source))?),
            ("memory", ask(Whole::Wordings(WordedBy::Memory))?),
            ("ours", ask(Whole::Wordings(WordedBy::Ourselves))?),
        ],
    ))
}
