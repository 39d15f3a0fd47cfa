//! The sign of the product: the assembly drawn from data. Each dot stands for a number of answers.

use language::{Words, number};
use maud::{Markup, html};
use report::chart::{Assembly, Base, Figure, Invitation, Plot, Weighing, Who, plot};
use survey::Role;
use survey::demographics::REGIONS;

use super::Shown;

/// Regions as they lie, by their code.
const WEST_TO_EAST: [u8; 8] = [4, 6, 3, 8, 5, 1, 2, 7];

pub(super) fn assembly(shown: &Shown, words: &Words) -> Markup {
    let Some(counted) = shown.counted.as_deref() else { return html! {} };
    let Some(survey) = counted.record().surveys.first() else { return html! {} };
    let tag = shown.language;
    let people_of = |code: u8| -> u64 {
        let cells = survey.cells.iter().filter(|cell| cell.stratum.region == code);
        cells.filter_map(|cell| cell.counts.first()).map(|count| u64::from(*count)).sum()
    };
    let name_of = |code: u8| {
        let id = REGIONS.get(usize::from(code).saturating_sub(1));
        let (_, question) = survey.questionnaire.question_of(Role::Region)?;
        let choice = question.choices().iter().find(|choice| Some(&choice.id.as_str()) == id)?;
        Some(choice.label.text(tag).to_owned())
    };
    let regions: Vec<(String, u64)> = WEST_TO_EAST
        .into_iter()
        .map(|code| (name_of(code).unwrap_or_default(), people_of(code)))
        .collect();
    let unplaced = people_of(0);
    let people = regions.iter().map(|(_, people)| people).sum::<u64>() + unplaced;
    if people == 0 {
        return html! { p.mute { (words.text("dialogue.no_answers", &[])) } };
    }
    let drawn = Assembly::new(regions.clone(), unplaced);
    let per_dot = [("n", drawn.answers_per_dot.into())];
    let figure = Figure {
        title: words.text("dialogue.who", &[]),
        subtitle: words.text("chart.per_dot", &per_dot),
        plot: Plot::Assembly(drawn),
        base: Base {
            people,
            who: Who::Answered,
            weighing: Weighing::Unweighted,
            invitation: Invitation::OpenLink,
            source: None,
            is_demonstration: shown.dialogue.is_demonstration,
        },
    };
    let whole = |n: u64| number::integer(tag, i64::try_from(n).unwrap_or(i64::MAX));
    html! {
        figure.chart.assembly {
            h2.hidden { (figure.title) }
            div.dots {
                @if let Some(drawing) = figure.draw(tag) { (plot(&drawing, &figure.title, tag)) }
                p { b { (whole(people)) } span { (words.text("dialogue.so_far", &[])) } }
            }
            p.tiny.mute { (figure.subtitle) }
            ul.regions { @for (name, people) in &regions { @if *people > 0 {
                li { (name) " " b { (whole(*people)) } }
            } } }
            (figure.base_line(tag))
        }
    }
}
