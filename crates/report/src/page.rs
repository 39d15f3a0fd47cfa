//! The document as a web page: the part between the page's frame. `print` sets the same texts in
//! the same order; a test compares them.

use language::{Direction, Tag};
use maud::{Markup, html};

use crate::chart::{plot, table_html};
use crate::document::{Block, Chapter, Cover, Document, Fact, Figure, Line, Piece, Prose};

/// The style sheet of a report's page.
pub const CSS: &str = include_str!("page/report.css");

/// Returns the report as one `article`.
pub fn article(document: &Document) -> Markup {
    let tag = document.language.parse().unwrap_or(Tag::EN);
    html! {
        article .report lang=(document.language) dir=(direction(document.is_rtl)) {
            (cover(&document.cover, tag))
            @for chapter in &document.chapters { (section(chapter, tag)) }
        }
    }
}

/// Returns the list of chapters, each a link.
pub fn contents(document: &Document) -> Markup {
    html! {
        nav .report-contents aria-label=(document.title) {
            ol {
                @for chapter in &document.chapters {
                    li { a href={ "#" (chapter.id) } { (chapter.title.text()) } }
                }
            }
        }
    }
}

fn direction(is_rtl: bool) -> &'static str {
    if is_rtl { Direction::RightToLeft.as_str() } else { Direction::LeftToRight.as_str() }
}

fn cover(cover: &Cover, tag: Tag) -> Markup {
    html! {
        header .report-cover {
            p .report-kicker { (cover.kicker) }
            h1 { (prose(&cover.title)) }
            p .report-lead { (prose(&cover.lead)) }
            @if let Some(assembly) = &cover.assembly { (figure(assembly, tag)) }
            (facts(&cover.facts))
            p .report-notice { (prose(&cover.notice)) }
            p .report-colophon { (prose(&cover.colophon)) }
        }
    }
}

fn section(chapter: &Chapter, tag: Tag) -> Markup {
    html! {
        section .report-chapter id=(chapter.id) {
            p .report-kicker { (chapter.kicker) }
            h2 { (prose(&chapter.title)) }
            @for block in &chapter.blocks { (one(block, tag)) }
        }
    }
}

fn one(block: &Block, tag: Tag) -> Markup {
    html! {
        @match block {
            Block::Text { prose: text } => p { (prose(text)) },
            Block::Lead { prose: text } => p .report-lead { (prose(text)) },
            Block::Heading { prose: text } => h3 .report-heading { (prose(text)) },
            Block::List { items } => ul .report-list {
                @for item in items { li { (prose(item)) } }
            },
            Block::Figure { figure: drawn } => (figure(drawn, tag)),
            Block::Facts { facts: shown } => (facts(shown)),
            Block::Table { table } => div .chart-scroll { (table_html(table)) },
            Block::Record { lines } => ol .report-record {
                @for line in lines { (said(line)) }
            },
        }
    }
}

fn figure(figure: &Figure, tag: Tag) -> Markup {
    let name = figure.title.text();
    html! {
        figure .chart .report-figure {
            @if !name.is_empty() { h3 { (prose(&figure.title)) } }
            @if !figure.subtitle.is_empty() { p .chart-sub { (figure.subtitle) } }
            @if let Some(drawing) = &figure.drawing {
                (plot(drawing, if name.is_empty() { &figure.subtitle } else { &name }, tag))
            }
            @else if let Some(table) = &figure.table {
                div .chart-scroll { (table_html(table)) }
            }
            figcaption .chart-base {
                @for (i, sentence) in figure.base.iter().enumerate() {
                    @if i == 0 { b { (sentence) } } @else { " " (sentence) }
                }
            }
            @if let (Some(_), Some(table)) = (&figure.drawing, &figure.table) {
                div .chart-scroll .report-figure-table { (table_html(table)) }
            }
        }
    }
}

fn facts(facts: &[Fact]) -> Markup {
    html! {
        @if !facts.is_empty() {
            dl .report-facts {
                @for fact in facts {
                    div { dd { (prose(&fact.value)) } dt { (fact.label) } }
                }
            }
        }
    }
}

fn said(line: &Line) -> Markup {
    html! {
        li {
            span .report-time dir="ltr" { (line.time) }
            " "
            span .report-said lang=(line.language) dir=(direction(line.is_rtl)) { (line.text) }
            " "
            span .report-note { (line.note) }
        }
    }
}

/// Each number says which query gives it.
fn prose(prose: &Prose) -> Markup {
    html! {
        @for piece in &prose.0 {
            @match piece {
                Piece::Words { text } => (text),
                Piece::Name { text } => bdi { (text) },
                Piece::Hole { hole } => data value=(hole.value) data-query=(hole.query) { (hole.text) },
            }
        }
    }
}
