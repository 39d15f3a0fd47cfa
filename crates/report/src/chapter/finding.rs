//! One chapter for each question: a sentence, a chart, what differs between regions.

use stats::{OpenShare, Variable};
use survey::Kind;

use super::{Format, Writer, name, text};
use crate::chart::{Bar, Group, Leaders, Plot, Scale};
use crate::document::{Block, Chapter, Prose};
use crate::prose::Fill;
use crate::query::{Measure, Query};
use crate::results::{SurveyResults, is_finding};

/// A question's place: its survey and its number there.
#[derive(Clone, Copy)]
struct Place {
    survey: usize,
    question: usize,
}

impl Place {
    fn ask(self, region: u8, what: Measure) -> Query {
        Query::Question { survey: self.survey, question: self.question, region, what }
    }
}

/// Returns the findings of all surveys, one chapter a question.
pub(super) fn all(writer: &Writer<'_>) -> Vec<Chapter> {
    let mut chapters = Vec::new();
    for (survey, results) in writer.results.surveys.iter().enumerate() {
        let questions = results.survey.questionnaire.questions().iter().enumerate();
        let found = questions.filter(|(_, question)| is_finding(question));
        for (question, _) in found {
            let number = chapters.len() + 1;
            chapters.extend(finding(writer, results, Place { survey, question }, number));
        }
    }
    chapters
}

/// Returns the chapter of key findings: the titles of all the others.
pub(super) fn key(writer: &Writer<'_>, findings: &[Chapter]) -> Option<Chapter> {
    if findings.is_empty() {
        return None;
    }
    let items = findings.iter().map(|chapter| chapter.title.clone()).collect();
    let lead = Block::Lead { prose: writer.say("report.key_lead", &[]) };
    let blocks = vec![lead, Block::List { items }];
    Some(writer.chapter("key", "report.key_kicker", writer.say("report.key_title", &[]), blocks))
}

fn finding(
    writer: &Writer<'_>,
    results: &SurveyResults<'_>,
    place: Place,
    number: usize,
) -> Option<Chapter> {
    let question = results.question(place.question)?;
    let (title, lead, mut blocks) = match &question.kind {
        Kind::Choice { .. } => choice(writer, results, place)?,
        Kind::Scale { steps } if steps.len() == 3 => outlook(writer, results, place)?,
        Kind::Scale { .. } => scale(writer, results, place)?,
        Kind::Information | Kind::Consent | Kind::Text { .. } => return None,
    };
    blocks.insert(0, Block::Lead { prose: lead });
    blocks.extend(young(writer, results, place).map(text));
    let id = format!("finding-{}", writer.results.question_id(place.survey, place.question));
    let kicker = writer.words.text("report.finding_kicker", &[("n", number.into())]);
    Some(Chapter { id, kicker, title, blocks })
}

type Found = (Prose, Prose, Vec<Block>);

fn share(writer: &Writer<'_>, place: Place, region: u8, choices: &[usize]) -> Option<Fill> {
    let query = place.ask(region, Measure::Weighted(choices.to_vec()));
    writer.hole(&query, Format::PerCent)
}

fn choice(writer: &Writer<'_>, results: &SurveyResults<'_>, place: Place) -> Option<Found> {
    let ranked = results.ranked(place.question, 0);
    let [(first, base), (second, _), ..] = ranked.as_slice() else { return None };
    let label = |choice: usize| name(writer.choice(place.survey, place.question, choice));
    let first_share = share(writer, place, 0, &[*first])?;
    let title = writer.say(
        "report.choice_title",
        &[("first", label(*first)), ("share", first_share.clone()), ("second", label(*second))],
    );
    let lead = writer.say(
        "report.choice_lead",
        &[
            ("question", name(writer.question(place.survey, place.question))),
            ("share", first_share),
            ("first", label(*first)),
            ("share_second", share(writer, place, 0, &[*second])?),
            ("second", label(*second)),
        ],
    );
    let other = results.question(place.question)?.choices().len();
    let bars = ranked
        .iter()
        .map(|(choice, share)| Bar {
            label: writer.choice(place.survey, place.question, *choice),
            share: share.weighted,
            unweighted: share.unweighted,
            people: share.count,
            is_other: *choice == other,
        })
        .collect();
    let subtitle = subtitle(writer, results, place, "report.subtitle_choice");
    let figure = writer.weighted(base, subtitle, Plot::Ranked(bars));
    // The chart and the regions' choices are one sheet; the whole table follows.
    let name = Prose::name(writer.question(place.survey, place.question));
    let (chart, table) = writer.figure_and_table(name, &figure);
    let mut blocks = vec![chart, leaders(writer, results, place, base)];
    blocks.extend(led(writer, results, place, *first).map(text));
    blocks.push(Block::Table { table });
    Some((title, lead, blocks))
}

/// In how many regions the first option is the first there, too.
fn led(
    writer: &Writer<'_>,
    results: &SurveyResults<'_>,
    place: Place,
    first: usize,
) -> Option<Prose> {
    if results.regions(place.question).is_empty() {
        return None;
    }
    let query =
        |choice| Query::RegionsLed { survey: place.survey, question: place.question, choice };
    let led = writer.whole(&query(Some(first)))?;
    let shown = writer.whole(&query(None))?;
    let option = name(writer.choice(place.survey, place.question, first));
    Some(writer.say("report.regions_led", &[("option", option), ("led", led), ("shown", shown)]))
}

fn leaders(
    writer: &Writer<'_>,
    results: &SurveyResults<'_>,
    place: Place,
    base: &OpenShare,
) -> Block {
    let shown = results.regions(place.question);
    let rows = (1..=stats::population::REGIONS)
        .map(|code| {
            let is_shown = shown.contains(&code);
            let ranked = if is_shown { results.ranked(place.question, code) } else { Vec::new() };
            let label = |(choice, _): &(usize, OpenShare)| {
                writer.choice(place.survey, place.question, *choice)
            };
            Leaders {
                label: writer.code(place.survey, Variable::Region, code),
                options: ranked.iter().take(3).map(label).collect(),
                people: is_shown.then(|| ranked.first().map_or(0, |(_, share)| share.base)),
            }
        })
        .collect();
    let figure = writer.weighted(base, String::new(), Plot::Leading(rows));
    writer.figure(writer.say("report.leaders_title", &[]), &figure)
}

/// A scale of steps, strongest first: the sum of the first two is the finding.
fn scale(writer: &Writer<'_>, results: &SurveyResults<'_>, place: Place) -> Option<Found> {
    let steps = results.choices(place.question);
    let base = results.share(place.question, 0, 0)?;
    let label = |step: usize| name(writer.choice(place.survey, place.question, step));
    let title = writer.say(
        "report.scale_title",
        &[("share", share(writer, place, 0, &[0, 1])?), ("first", label(0)), ("second", label(1))],
    );
    let last = steps.checked_sub(1)?;
    let lead = writer.say(
        "report.scale_lead",
        &[
            ("question", name(writer.question(place.survey, place.question))),
            ("share", share(writer, place, 0, &[0])?),
            ("first", label(0)),
            ("share_last", share(writer, place, 0, &[last])?),
            ("last", label(last)),
        ],
    );
    let order: Vec<usize> = (0..steps).collect();
    let plot = Plot::Stacked(by_region(writer, results, place, &order));
    let subtitle = subtitle(writer, results, place, "report.subtitle_scale");
    let figure = writer.weighted(&base, subtitle, plot);
    let mut blocks =
        vec![writer.figure(Prose::name(writer.question(place.survey, place.question)), &figure)];
    blocks.extend(extremes(writer, results, place, &[0, 1]).map(text));
    Some((title, lead, blocks))
}

/// Better, the same, worse: best first in the questionnaire, lowest first in the chart.
fn outlook(writer: &Writer<'_>, results: &SurveyResults<'_>, place: Place) -> Option<Found> {
    let base = results.share(place.question, 0, 0)?;
    let label = |step: usize| name(writer.choice(place.survey, place.question, step));
    let title = writer.say(
        "report.outlook_title",
        &[
            ("share", share(writer, place, 0, &[0])?),
            ("high", label(0)),
            ("share_low", share(writer, place, 0, &[2])?),
            ("low", label(2)),
        ],
    );
    let lead = writer.say(
        "report.outlook_lead",
        &[
            ("question", name(writer.question(place.survey, place.question))),
            ("share", share(writer, place, 0, &[1])?),
            ("middle", label(1)),
        ],
    );
    let plot = Plot::Diverging(by_region(writer, results, place, &[2, 1, 0]));
    let subtitle = subtitle(writer, results, place, "report.subtitle_scale");
    let figure = writer.weighted(&base, subtitle, plot);
    let mut blocks =
        vec![writer.figure(Prose::name(writer.question(place.survey, place.question)), &figure)];
    blocks.extend(extremes(writer, results, place, &[0]).map(text));
    Some((title, lead, blocks))
}

fn by_region(
    writer: &Writer<'_>,
    results: &SurveyResults<'_>,
    place: Place,
    order: &[usize],
) -> Scale {
    let shown = results.regions(place.question);
    let group = |code: u8, label: String| {
        let shares: Option<Vec<OpenShare>> =
            order.iter().map(|step| results.share(place.question, *step, code)).collect();
        let shares = shares.filter(|_| code == 0 || shown.contains(&code));
        Group {
            label,
            people: shares.as_ref().and_then(|shares| shares.first()).map(|share| share.base),
            shares: shares.map(|shares| shares.iter().map(|share| share.weighted).collect()),
        }
    };
    let mut groups = vec![group(0, writer.text("report.all"))];
    groups.extend(
        (1..=stats::population::REGIONS)
            .map(|code| group(code, writer.code(place.survey, Variable::Region, code))),
    );
    let steps =
        order.iter().map(|step| writer.choice(place.survey, place.question, *step)).collect();
    Scale { steps, groups }
}

/// Where the share is largest and where it is smallest.
fn extremes(
    writer: &Writer<'_>,
    results: &SurveyResults<'_>,
    place: Place,
    choices: &[usize],
) -> Option<Prose> {
    let of = |code: u8| {
        let what = Measure::Weighted(choices.to_vec());
        Some((code, writer.results.ask(&place.ask(code, what))?))
    };
    let mut all: Vec<(u8, f64)> =
        results.regions(place.question).into_iter().filter_map(of).collect();
    all.sort_by(|(a, x), (b, y)| y.total_cmp(x).then(a.cmp(b)));
    let ((high, _), (low, _)) = (*all.first()?, *all.last()?);
    if high == low {
        return None;
    }
    let region = |code| name(writer.code(place.survey, Variable::Region, code));
    Some(writer.say(
        "report.extremes",
        &[
            ("high", region(high)),
            ("share_high", share(writer, place, high, choices)?),
            ("low", region(low)),
            ("share_low", share(writer, place, low, choices)?),
        ],
    ))
}

/// What those too young to be weighted chose most.
fn young(writer: &Writer<'_>, results: &SurveyResults<'_>, place: Place) -> Option<Prose> {
    let ask = |choice| Query::Young { survey: place.survey, question: place.question, choice };
    let mut best: Option<(usize, f64)> = None;
    for choice in 0..results.question(place.question)?.choices().len() {
        let share = writer.results.ask(&ask(Some(choice)))?;
        if best.is_none_or(|(_, most)| share > most) {
            best = Some((choice, share));
        }
    }
    let (choice, _) = best?;
    Some(writer.say(
        "report.young",
        &[
            ("base", writer.whole(&ask(None))?),
            ("share", writer.hole(&ask(Some(choice)), Format::PerCent)?),
            ("option", name(writer.choice(place.survey, place.question, choice))),
        ],
    ))
}

fn subtitle(writer: &Writer<'_>, results: &SurveyResults<'_>, place: Place, key: &str) -> String {
    let hint = results.question(place.question).and_then(|question| question.hint.as_ref());
    let unit = writer.text(key);
    hint.map_or_else(|| unit.clone(), |hint| format!("{} {unit}", hint.text(writer.tag)))
}
