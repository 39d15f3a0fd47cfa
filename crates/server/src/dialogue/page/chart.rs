//! The sign of the product: the assembly drawn from data. Each dot stands for a number of answers.

use language::{Words, number};
use maud::{Markup, html};
use report::chart::{Assembly, Base, Figure, Invitation, Plot, Weighing, Who, plot};
use survey::Role;
use survey::demographics::REGIONS;

use super::Shown;
use crate::survey::Counted;

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
    let (placed, unplaced) =
        folded(WEST_TO_EAST.map(people_of), people_of(0), counted.record().group_min);
    let people = placed.iter().sum::<u64>() + unplaced;
    if people < counted.record().group_min.max(1) {
        return too_few(shown, words);
    }
    let names = WEST_TO_EAST.into_iter().map(|code| name_of(code).unwrap_or_default());
    let regions: Vec<(String, u64)> = names.zip(placed).collect();
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

/// Says why there is nothing to see: nobody answered, or so few that they could be recognised.
pub(super) fn too_few(shown: &Shown, words: &Words) -> Markup {
    let counted = shown.counted.as_deref();
    let record = counted.map(Counted::record);
    let answers = counted.map_or(0, Counted::answers);
    html! {
        @if let Some(record) = record.filter(|_| answers > 0) {
            p.mute { (words.text("results.few_text", &[("k", record.group_min.into())])) }
        } @else {
            p.mute { (words.text("dialogue.no_answers", &[])) }
        }
    }
}

/// Moves regions of fewer than `least` people to those of no region. One such group alone would
/// follow from the total, so the next smallest region goes with it.
fn folded<const N: usize>(mut regions: [u64; N], unplaced: u64, least: u64) -> ([u64; N], u64) {
    let mut others = unplaced;
    let mut has_folded = false;
    while let Some(smallest) = regions.iter_mut().filter(|people| **people > 0).min() {
        if *smallest >= least && (!has_folded || others >= least) {
            break;
        }
        others += *smallest;
        *smallest = 0;
        has_folded = true;
    }
    (regions, others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_of_few_people_are_not_told_apart() {
        assert_eq!(folded([40, 12, 0, 30], 2, 10), ([40, 12, 0, 30], 2));
        assert_eq!(folded([40, 12, 0, 3], 9, 10), ([40, 12, 0, 0], 12));
        assert_eq!(folded([40, 12, 0, 3], 0, 10), ([40, 0, 0, 0], 15));
        assert_eq!(folded([3, 0, 0, 0], 0, 10), ([0, 0, 0, 0], 3));
    }
}
