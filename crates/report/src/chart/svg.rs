//! Paints a drawing as HTML with SVG: no style attributes, no scripts, mirrored where the reader's
//! language runs from right to left.

use language::{Direction, Tag, Words};
use maud::{Markup, html};

use super::assembly::{self, Dot};
use super::{Align, Drawing, Figure, Layout, Row, Segment, Table};

impl Figure {
    /// Returns the chart with its title, sub-title, base line and, folded, its table.
    pub fn html(&self, tag: Tag) -> Markup {
        let drawing = self.draw(tag);
        let table = table_html(&self.table(tag));
        html! {
            figure .chart {
                h3 { (self.title) }
                p .chart-sub { (self.subtitle) }
                @if let Some(drawing) = &drawing {
                    (plot(drawing, &self.title, tag))
                } @else {
                    div .chart-scroll { (table) }
                }
                (self.base_line(tag))
                @if drawing.is_some() {
                    details .chart-table {
                        summary { (Words::of(tag).text("chart.table", &[])) }
                        div .chart-scroll { (table) }
                    }
                }
            }
        }
    }

    /// Returns the chart's base line.
    pub fn base_line(&self, tag: Tag) -> Markup {
        let sentences = self.base.sentences(tag);
        html! {
            figcaption .chart-base {
                @for (i, sentence) in sentences.iter().enumerate() {
                    @if i == 0 { b { (sentence) } } @else { " " (sentence) }
                }
            }
        }
    }
}

/// Returns a drawing alone: for a page that sets its own title and base line.
pub fn plot(drawing: &Drawing, name: &str, tag: Tag) -> Markup {
    if drawing.layout == Layout::Assembly {
        return dots(&drawing.dots, name);
    }
    let kind = match drawing.layout {
        Layout::Ranked | Layout::Assembly => "ranked",
        Layout::Part => "part",
        Layout::Stacked => "stacked",
        Layout::Diverging => "diverging",
    };
    html! {
        div class={ "chart-plot chart-" (kind) } {
            @if !drawing.keys.is_empty() {
                div .chart-keys {
                    @for key in &drawing.keys {
                        span .chart-key {
                            svg .chart-swatch width="12" height="12" aria-hidden="true" {
                                rect class=(key.tone.class()) x="0.5" y="0.5" width="11" height="11" {}
                            }
                            (key.text)
                        }
                    }
                    @if let Some(head) = &drawing.value_head { span .chart-value-head { (head) } }
                }
            }
            ul .chart-rows {
                @for row in &drawing.rows { (bar(row, tag)) }
            }
        }
    }
}

/// Returns a table; its first column names the rows.
pub fn table_html(table: &Table) -> Markup {
    html! {
        table .chart-data {
            thead {
                tr {
                    @for column in &table.columns {
                        th scope="col" class=[number(column.align)] { (column.head) }
                    }
                }
            }
            tbody {
                @for row in &table.rows {
                    tr {
                        @for (i, (cell, column)) in row.iter().zip(&table.columns).enumerate() {
                            @if i == 0 {
                                th scope="row" { (cell.text) }
                            } @else {
                                td class=[number(column.align)] {
                                    @if cell.is_strong { b { (cell.text) } } @else { (cell.text) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn number(align: Align) -> Option<&'static str> {
    (align == Align::Number).then_some("num")
}

fn bar(row: &Row, tag: Tag) -> Markup {
    html! {
        li .chart-row {
            span .chart-label {
                (row.label)
                @if let Some(note) = &row.note { " " small { (note) } }
            }
            svg .chart-track width="100%" height="22" aria-hidden="true" {
                @for segment in &row.segments { (piece(segment, tag)) }
                @if let Some(mark) = row.mark {
                    @let x = percent(mirrored(mark, 0.0, tag));
                    line .chart-mark x1=(x) x2=(x) y1="0" y2="22" {}
                }
            }
            span .chart-value {
                @if !row.value.strong.is_empty() { b { (row.value.strong) } }
                @if !row.value.plain.is_empty() { " " span { (row.value.plain) } }
            }
        }
    }
}

fn piece(segment: &Segment, tag: Tag) -> Markup {
    let x = mirrored(segment.start, segment.length, tag);
    html! {
        rect class=(segment.tone.class()) x=(percent(x)) y="2" width=(percent(segment.length))
            height="18" rx="2" {}
        @if let Some(text) = &segment.text {
            text class={ "on-" (segment.tone.class()) } x=(percent(x + segment.length / 2.0))
                y="15.5" text-anchor="middle" { (text) }
        }
    }
}

/// Returns where a piece begins from the left, given where it begins for the reader.
fn mirrored(start: f64, length: f64, tag: Tag) -> f64 {
    match tag.direction() {
        Direction::LeftToRight => start,
        Direction::RightToLeft => 1.0 - start - length,
    }
}

fn percent(fraction: f64) -> String {
    format!("{:.2}%", fraction * 100.0)
}

/// West stays west in every language.
fn dots(dots: &[Dot], name: &str) -> Markup {
    html! {
        svg .chart-assembly role="img" aria-label=(name)
            viewBox={ "0 0 " (assembly::WIDTH) " " (assembly::HEIGHT) } {
            @for dot in dots {
                circle class=(seat(dot)) cx=(dot.x) cy=(dot.y) r=(dot.radius) {}
            }
        }
    }
}

fn seat(dot: &Dot) -> &'static str {
    match dot.region {
        Some(i) if i % 2 == 0 => "d-1",
        Some(_) => "do-3",
        None => "d-context",
    }
}
