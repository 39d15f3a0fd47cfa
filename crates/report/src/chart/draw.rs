//! Lays a figure out: fractions of a track, measured from the reader's own start, with every
//! number already written in the reader's language. Painters only place it.

use language::{Tag, Words};
use serde::{Deserialize, Serialize};

use super::assembly::{self, Dot};
use super::{Bar, Figure, Part, Plot, Scale};
use crate::format;

/// From this many people on a group's base is not called small.
const SMALL_BASE: u64 = 1_000;

/// A segment narrower than this has no room for its number.
const LABELLED_SHARE: f64 = 0.05;

/// The longest bar leaves this much of its track free, so that it does not touch its number.
const LONGEST_BAR: f64 = 0.935;

/// A chart ready to be painted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawing {
    pub layout: Layout,
    /// The names of a scale's steps, in the order in which they are drawn.
    pub keys: Vec<Key>,
    /// The name of the number at the end of each row, where it is not the drawn one.
    pub value_head: Option<String>,
    pub rows: Vec<Row>,
    pub dots: Vec<Dot>,
}

/// How the rows are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    Ranked,
    Part,
    Stacked,
    Diverging,
    Assembly,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    pub text: String,
    pub tone: Tone,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub label: String,
    /// "Small base", "too few to show".
    pub note: Option<String>,
    pub segments: Vec<Segment>,
    /// An upright line: the population, or where two sides meet.
    pub mark: Option<f64>,
    pub value: Value,
}

/// A piece of a bar: from `start`, `length` long, as fractions of the track.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    pub start: f64,
    pub length: f64,
    pub tone: Tone,
    pub text: Option<String>,
}

/// The number at the end of a row: what counts, and what it is compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    pub strong: String,
    pub plain: String,
}

/// A colour by its role; the class of the same name paints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    One,
    Context,
    Diverging1,
    Diverging2,
    Diverging3,
    Diverging4,
    Ordinal1,
    Ordinal2,
    Ordinal3,
    Ordinal4,
    Ordinal5,
}

impl Tone {
    /// Returns the class that paints it.
    pub const fn class(self) -> &'static str {
        match self {
            Self::One => "d-1",
            Self::Context => "d-context",
            Self::Diverging1 => "dv-1",
            Self::Diverging2 => "dv-2",
            Self::Diverging3 => "dv-3",
            Self::Diverging4 => "dv-4",
            Self::Ordinal1 => "do-1",
            Self::Ordinal2 => "do-2",
            Self::Ordinal3 => "do-3",
            Self::Ordinal4 => "do-4",
            Self::Ordinal5 => "do-5",
        }
    }
}

impl Figure {
    /// Returns the drawing, or none where the plot is itself a table.
    pub fn draw(&self, tag: Tag) -> Option<Drawing> {
        match &self.plot {
            Plot::Ranked(bars) => Some(ranked(bars, tag)),
            Plot::Part(parts) => Some(part(parts, tag)),
            Plot::Stacked(scale) => Some(stacked(scale, tag)),
            Plot::Diverging(scale) => Some(diverging(scale, tag)),
            Plot::Assembly(assembly) => {
                Some(Drawing { dots: assembly::dots(assembly), ..empty(Layout::Assembly) })
            }
            Plot::Leading(_) | Plot::Grid(_) => None,
        }
    }
}

/// Returns the bars in the order in which they are shown.
pub(super) fn in_order(bars: &[Bar]) -> Vec<&Bar> {
    let mut bars: Vec<&Bar> = bars.iter().collect();
    bars.sort_by(|a, b| a.is_other.cmp(&b.is_other).then(b.share.total_cmp(&a.share)));
    bars
}

fn ranked(bars: &[Bar], tag: Tag) -> Drawing {
    let scale = scale_to(bars.iter().map(|bar| bar.share));
    let rows = in_order(bars)
        .into_iter()
        .enumerate()
        .map(|(i, bar)| Row {
            label: bar.label.clone(),
            note: None,
            segments: vec![Segment {
                start: 0.0,
                length: bar.share * scale,
                tone: Tone::One,
                text: None,
            }],
            mark: None,
            value: Value {
                strong: if i == 0 {
                    format::per_cent_signed(tag, bar.share, 0)
                } else {
                    format::per_cent(tag, bar.share, 0)
                },
                plain: String::new(),
            },
        })
        .collect();
    Drawing { rows, ..empty(Layout::Ranked) }
}

fn part(parts: &[Part], tag: Tag) -> Drawing {
    let all = parts.iter().flat_map(|part| [Some(part.share), part.population]).flatten();
    let scale = scale_to(all);
    let rows = parts
        .iter()
        .map(|part| Row {
            label: part.label.clone(),
            note: None,
            segments: vec![Segment {
                start: 0.0,
                length: part.share * scale,
                tone: Tone::One,
                text: None,
            }],
            mark: part.population.map(|share| share * scale),
            value: Value {
                strong: format::per_cent(tag, part.share, 1),
                plain: part
                    .population
                    .map(|share| format!("/ {}", format::per_cent(tag, share, 1)))
                    .unwrap_or_default(),
            },
        })
        .collect();
    Drawing { rows, ..empty(Layout::Part) }
}

fn stacked(scale: &Scale, tag: Tag) -> Drawing {
    let tones = ordinal(scale.steps.len());
    let keys = scale
        .steps
        .iter()
        .zip(&tones)
        .map(|(text, tone)| Key { text: text.clone(), tone: *tone })
        .collect();
    let rows = scale
        .groups
        .iter()
        .map(|group| {
            let shares = group.shares.as_deref().unwrap_or_default();
            Row {
                label: group.label.clone(),
                note: note(group.people.filter(|_| group.shares.is_some()), tag),
                segments: run(shares.iter().copied().zip(tones.iter().copied()), 0.0, 1.0, tag),
                mark: None,
                value: Value {
                    strong: String::new(),
                    plain: group.people.map(|n| format::whole(tag, n)).unwrap_or_default(),
                },
            }
        })
        .collect();
    let value_head = Some(Words::of(tag).text("chart.base_column", &[]));
    Drawing { keys, value_head, rows, ..empty(Layout::Stacked) }
}

/// Both sides begin at one line; the middle stands apart, as a number: between them it would
/// shift both.
fn diverging(scale: &Scale, tag: Tag) -> Drawing {
    let middle = scale.steps.len() / 2;
    let tones = sides(scale.steps.len());
    let reach = |side: fn(&[f64], usize) -> f64| {
        let shown = scale.groups.iter().filter_map(|group| group.shares.as_deref());
        shown.map(|shares| side(shares, middle)).fold(0.0, f64::max)
    };
    let low = reach(|shares, middle| shares.iter().take(middle).sum());
    let high = reach(|shares, middle| shares.iter().skip(middle + 1).sum());
    let all = if low + high > 0.0 { low + high } else { 1.0 };
    let centre = low / all;
    let rows = scale
        .groups
        .iter()
        .map(|group| {
            let shares = group.shares.as_deref().unwrap_or_default();
            let below: f64 = shares.iter().take(middle).sum();
            let toned = shares.iter().copied().zip(&tones);
            let toned = toned.filter_map(|(share, tone)| Some((share, (*tone)?)));
            Row {
                label: group.label.clone(),
                note: note(group.people.filter(|_| group.shares.is_some()), tag),
                segments: run(toned, centre - below / all, 1.0 / all, tag),
                mark: Some(centre),
                value: Value {
                    strong: String::new(),
                    plain: shares
                        .get(middle)
                        .map(|share| format::per_cent(tag, *share, 0))
                        .unwrap_or_default(),
                },
            }
        })
        .collect();
    let keys = scale
        .steps
        .iter()
        .zip(&tones)
        .filter_map(|(text, tone)| Some(Key { text: text.clone(), tone: (*tone)? }))
        .collect();
    Drawing { keys, rows, value_head: scale.steps.get(middle).cloned(), ..empty(Layout::Diverging) }
}

/// Sets pieces end to end from `start`; each says its share where there is room.
fn run(
    pieces: impl Iterator<Item = (f64, Tone)>,
    start: f64,
    scale: f64,
    tag: Tag,
) -> Vec<Segment> {
    let mut at = start;
    pieces
        .map(|(share, tone)| {
            let segment = Segment {
                start: at,
                length: share * scale,
                tone,
                text: (share >= LABELLED_SHARE).then(|| format::per_cent(tag, share, 0)),
            };
            at += segment.length;
            segment
        })
        .collect()
}

fn note(people: Option<u64>, tag: Tag) -> Option<String> {
    let key = match people {
        None => "chart.too_few",
        Some(0..SMALL_BASE) => "chart.small_base",
        Some(_) => return None,
    };
    Some(Words::of(tag).text(key, &[]))
}

/// Returns the factor that makes the longest of these as long as a bar may be.
fn scale_to(shares: impl Iterator<Item = f64>) -> f64 {
    let longest = shares.fold(0.0, f64::max);
    if longest > 0.0 { LONGEST_BAR / longest } else { 0.0 }
}

/// Returns the tones of an ordinal scale, strongest first.
fn ordinal(steps: usize) -> Vec<Tone> {
    const TONES: [Tone; 5] =
        [Tone::Ordinal5, Tone::Ordinal4, Tone::Ordinal3, Tone::Ordinal2, Tone::Ordinal1];
    let last = steps.saturating_sub(1).max(1);
    (0..steps).map(|i| TONES[(i * 4 / last).min(4)]).collect()
}

/// Returns the tones of a scale with two sides, lowest first; the middle has none.
fn sides(steps: usize) -> Vec<Option<Tone>> {
    match steps {
        3 => vec![Some(Tone::Diverging1), None, Some(Tone::Diverging4)],
        5 => vec![
            Some(Tone::Diverging1),
            Some(Tone::Diverging2),
            None,
            Some(Tone::Diverging3),
            Some(Tone::Diverging4),
        ],
        other => vec![None; other],
    }
}

fn empty(layout: Layout) -> Drawing {
    Drawing { layout, keys: Vec::new(), value_head: None, rows: Vec::new(), dots: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Base, Group, Invitation, Weighing, Who};

    fn figure(plot: Plot) -> Figure {
        Figure {
            title: "Water comes first".to_owned(),
            subtitle: "Weighted share, per cent".to_owned(),
            plot,
            base: Base {
                people: 1_980,
                who: Who::AnsweredThis,
                weighing: Weighing::Raked { effective: 1_347.4 },
                invitation: Invitation::OpenLink,
                source: None,
                is_demonstration: true,
            },
        }
    }

    fn bar(label: &str, share: f64, is_other: bool) -> Bar {
        Bar { label: label.to_owned(), share, unweighted: share, people: 10, is_other }
    }

    #[test]
    fn bars_are_ranked_and_something_else_comes_last() {
        let bars = vec![bar("Else", 0.4, true), bar("Jobs", 0.2, false), bar("Water", 0.58, false)];

        let drawing = figure(Plot::Ranked(bars)).draw(Tag::EN).expect("bars are drawn");

        let shown: Vec<(&str, &str)> = drawing
            .rows
            .iter()
            .map(|row| (row.label.as_str(), row.value.strong.as_str()))
            .collect();
        assert_eq!(shown, [("Water", "58%"), ("Jobs", "20"), ("Else", "40")]);
    }

    #[test]
    fn both_sides_of_a_diverging_chart_begin_at_one_line() {
        let group = |label: &str, shares: [f64; 3]| Group {
            label: label.to_owned(),
            shares: Some(shares.to_vec()),
            people: Some(2_000),
        };
        let scale = Scale {
            steps: vec!["worse".to_owned(), "same".to_owned(), "better".to_owned()],
            groups: vec![group("East", [0.3, 0.2, 0.5]), group("West", [0.1, 0.2, 0.7])],
        };

        let drawing = figure(Plot::Diverging(scale)).draw(Tag::EN).expect("sides are drawn");

        let ends: Vec<f64> =
            drawing.rows.iter().map(|row| row.segments[0].start + row.segments[0].length).collect();
        assert!((ends[0] - 0.3).abs() < 1e-9, "{ends:?}");
        assert!((ends[1] - 0.3).abs() < 1e-9, "{ends:?}");
        assert_eq!(drawing.rows[0].value.plain, "20");
    }

    #[test]
    fn an_arabic_bar_begins_at_the_right() {
        let html = figure(Plot::Ranked(vec![bar("ماء", 0.5, false)])).html(Tag::AR).into_string();

        assert!(html.contains(r#"x="6.50%" y="2" width="93.50%""#), "{html}");
    }

    #[test]
    fn the_base_line_keeps_its_order_and_names_no_margin() {
        let sentences = figure(Plot::Ranked(Vec::new())).base.sentences(Tag::EN);

        assert_eq!(
            sentences,
            [
                "Base: 1,980 people who answered this question.",
                "Weighted by region, age and gender; effective size 1,347.",
                "Open link: no margin of error.",
                "Demonstration data.",
            ]
        );
    }

    #[test]
    fn a_chart_has_no_style_attribute_and_no_script() {
        let html = figure(Plot::Ranked(vec![bar("<script>", 0.5, false)])).html(Tag::EN);

        let html = html.into_string();
        assert!(!html.contains("style="), "{html}");
        assert!(!html.contains("<script"), "{html}");
    }
}
