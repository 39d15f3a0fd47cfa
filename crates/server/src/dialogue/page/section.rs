//! The sections of a dialogue's public page below its head.

use std::time::Duration;

use language::{Words, date};
use maud::{Markup, html};
use model::Timestamp;
use report::Results;
use report::chart::Plot;
use store::meeting::Meeting;

use super::Shown;
use crate::survey::figures;

/// Meetings shown of those that were; the report has them all.
const PAST_MAX: usize = 12;

/// Bars of the first finding: what comes first; the results have them all.
const BARS_MAX: usize = 5;

fn end_of(meeting: &Meeting) -> Timestamp {
    meeting.starts_at + Duration::from_secs(u64::from(meeting.minutes) * 60)
}

pub(super) fn next_meeting(shown: &Shown, words: &Words) -> Markup {
    let next = shown.meetings.iter().map(|(meeting, _)| meeting);
    let next = next.filter(|meeting| end_of(meeting) > shown.now).min_by_key(|m| m.starts_at);
    html! {
        section.rule {
            h2 { (words.text("dialogue.next_meeting", &[])) }
            @if let Some(meeting) = next {
                div.next {
                    div {
                        h3 { (meeting.title.of(shown.language)) }
                        p.small.mute { time datetime=(meeting.starts_at) {
                            (words.text("dialogue.when", &[
                                ("date", date::long(words.tag(), meeting.starts_at.to_jiff()).into()),
                                ("start", date::time(meeting.starts_at.to_jiff()).into()),
                                ("end", date::time(end_of(meeting).to_jiff()).into()),
                            ]))
                        } }
                        p.small { (words.text("dialogue.spoken", &[])) }
                    }
                    a.button href={ "/m/" (meeting.code) } { (words.text("dialogue.join", &[])) }
                }
            } @else {
                p.mute { (words.text("dialogue.no_meeting", &[])) }
            }
        }
    }
}

/// The first finding: what most people chose.
pub(super) fn finding(shown: &Shown, words: &Words) -> Markup {
    let tag = shown.language;
    let results = shown.counted.as_deref().map(|counted| Results::of(counted.record()));
    let own = results.as_ref().and_then(|results| results.surveys.first());
    let figure = own.and_then(|own| {
        let all = figures(own, tag, shown.dialogue.is_demonstration);
        all.into_iter().find_map(|mut figure| match &mut figure.plot {
            Plot::Ranked(bars) => {
                bars.truncate(BARS_MAX);
                Some(figure)
            }
            Plot::Part(_)
            | Plot::Stacked(_)
            | Plot::Diverging(_)
            | Plot::Leading(_)
            | Plot::Grid(_)
            | Plot::Assembly(_) => None,
        })
    });
    html! {
        section.rule.finding {
            @if let Some(figure) = figure {
                (figure.html(tag))
                p { a href={ "/" (tag) "/d/" (shown.dialogue.slug) "/results" } {
                    (words.text("dialogue.all_results", &[]))
                } }
            } @else {
                h2 { (words.text("dialogue.all_results", &[])) }
                (super::chart::too_few(shown, words))
            }
        }
    }
}

pub(super) fn past_meetings(shown: &Shown, words: &Words) -> Markup {
    let past = shown.meetings.iter().rev().filter(|(meeting, _)| end_of(meeting) <= shown.now);
    let past: Vec<&(Meeting, u64)> = past.take(PAST_MAX).collect();
    html! {
        section.rule {
            h2 { (words.text("dialogue.past_meetings", &[])) }
            @if past.is_empty() {
                p.mute { (words.text("dialogue.no_past", &[])) }
            } @else {
                table.past {
                    thead { tr {
                        th scope="col" { (words.text("dialogue.date", &[])) }
                        th scope="col" { (words.text("dialogue.meeting", &[])) }
                        th.number scope="col" { (words.text("dialogue.took_part", &[])) }
                    } }
                    tbody { @for (meeting, people) in past { tr {
                        td { (date::long(words.tag(), meeting.starts_at.to_jiff())) }
                        th scope="row" { (meeting.title.of(shown.language)) }
                        td.number { (words.text("dialogue.people", &[("n", (*people).into())])) }
                    } } }
                }
            }
        }
    }
}

pub(super) fn editions(shown: &Shown, words: &Words) -> Markup {
    html! {
        @if !shown.editions.is_empty() {
            section.rule {
                h2 { (words.text("dialogue.report", &[])) }
                ul { @for edition in &shown.editions { li.thin {
                    a href={ "/" (shown.language) "/d/" (shown.dialogue.slug) "/report/" (edition.number) } {
                        @match edition.published_at {
                            Some(at) => (words.text("dialogue.edition_of", &[
                                ("n", edition.number.into()),
                                ("date", date::long(words.tag(), at.to_jiff()).into()),
                            ])),
                            None => (words.text("dialogue.edition", &[("n", edition.number.into())])),
                        }
                    }
                } } }
            }
        }
    }
}

/// What happens with an answer: asked, counted, discussed, answered.
pub(super) fn path(shown: &Shown, words: &Words) -> Markup {
    let answers = shown.counted.as_deref().and_then(|counted| counted.record().surveys.first());
    let answers: u64 = answers.map_or(0, |survey| {
        survey.cells.iter().filter_map(|cell| cell.counts.first()).map(|n| u64::from(*n)).sum()
    });
    let past = shown.meetings.iter().filter(|(meeting, _)| end_of(meeting) <= shown.now).count();
    let asked = words.text(
        "dialogue.asked_text",
        &[("answers", answers.into()), ("meetings", shown.meetings.len().into())],
    );
    let steps = [
        ("asked", asked, answers > 0),
        ("counted", words.text("dialogue.counted_text", &[]), answers > 0),
        ("discussed", words.text("dialogue.discussed_text", &[]), past > 0),
        ("answered", words.text("dialogue.answered_text", &[]), !shown.editions.is_empty()),
    ];
    let current = steps.iter().rposition(|(_, _, is_reached)| *is_reached).unwrap_or(0);
    html! {
        section.rule {
            h2 { (words.text("dialogue.path", &[])) }
            ol.path { @for (at, (key, text, is_reached)) in steps.iter().enumerate() {
                li.reached[*is_reached] {
                    h3 {
                        (words.text(&format!("dialogue.{key}"), &[]))
                        @if at == current { " " span.chip { (words.text("dialogue.now", &[])) } }
                    }
                    p.small.mute { (text) }
                }
            } }
        }
    }
}
