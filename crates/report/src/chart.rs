//! Charts: one module that lays out every chart of the live results, the report and its PDF.
//!
//! ```text
//!   Figure (plain numbers) → Drawing (fractions of a track, tones, finished text) → SVG in HTML
//!                                                                               ↘ Typst (`print`)
//! ```
//!
//! A figure cannot be made without its base line, and no type here has a place for a margin of
//! error: the invitations there are, are open links. Labels and numbers are text beside the
//! drawing, so that they wrap, can be selected and are read aloud; what is drawn is SVG without
//! style attributes, as the content security policy wants. [`CSS`] has its colours.

mod assembly;
mod base;
mod draw;
mod svg;
mod table;

pub use assembly::Dot;
pub use base::{Base, Invitation, Weighing, Who};
pub use draw::{Drawing, Key, Layout, Row, Segment, Tone, Value};
pub use svg::{plot, table_html};
pub use table::{Align, Cell, Column, Table};

/// The style sheet of every chart: tokens by name, logical properties, nothing inline.
pub const CSS: &str = include_str!("chart/chart.css");

/// A chart with the four things that belong to it: the finding in words, what was asked and of
/// what the per cent are, the plot, and the base line.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    pub title: String,
    pub subtitle: String,
    pub plot: Plot,
    pub base: Base,
}

/// What is drawn. Shares are fractions of 1; `None` is *too few to show*.
#[derive(Clone, Debug, PartialEq)]
pub enum Plot {
    /// Answers by how many chose them. Sorted here; *something else* comes last.
    Ranked(Vec<Bar>),
    /// Who took part: share of the answers against share of the population.
    Part(Vec<Part>),
    /// A scale of steps, strongest first, for each group.
    Stacked(Scale),
    /// A scale with two sides and a middle, lowest first (3 or 5 steps), for each group.
    Diverging(Scale),
    /// First, second and third choice of each group.
    Leading(Vec<Leaders>),
    /// The share of each option in each group.
    Grid(Grid),
    /// The assembly: each dot stands for a number of answers, one wedge a region, west to east.
    Assembly(Assembly),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    pub label: String,
    /// Weighted.
    pub share: f64,
    pub unweighted: f64,
    /// How many people chose it, as counted.
    pub people: u64,
    /// "Something else": stands last whatever its share.
    pub is_other: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub label: String,
    pub share: f64,
    pub population: Option<f64>,
    pub people: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    pub steps: Vec<String>,
    pub groups: Vec<Group>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub label: String,
    /// One per step of the scale, weighted; `None` where the group is too small to show.
    pub shares: Option<Vec<f64>>,
    /// The base; not shown either where the group is too small.
    pub people: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Leaders {
    pub label: String,
    /// At most three; none where the group is too small to show.
    pub options: Vec<String>,
    pub people: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    pub options: Vec<String>,
    pub groups: Vec<Group>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Assembly {
    /// How many answers one dot stands for.
    pub answers_per_dot: u64,
    /// From west to east: a region's name and its answers.
    pub regions: Vec<(String, u64)>,
    /// Answers without a region.
    pub unplaced: u64,
}

impl Assembly {
    /// Returns the assembly of these answers with a round number of answers for each dot, so that
    /// there are at most about five hundred dots.
    pub fn new(regions: Vec<(String, u64)>, unplaced: u64) -> Self {
        let all = regions.iter().map(|(_, n)| n).sum::<u64>().saturating_add(unplaced);
        Self { answers_per_dot: assembly::answers_per_dot(all), regions, unplaced }
    }
}
