//! The table under each chart: the accessible form, with what weighing changed.

use language::{Tag, Words};
use serde::{Deserialize, Serialize};

use super::{Bar, Figure, Grid, Group, Leaders, Part, Plot, Scale, draw};
use crate::format;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub columns: Vec<Column>,
    /// One cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub head: String,
    pub align: Align,
}

/// Text begins at the start; numbers end at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    Text,
    Number,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    pub text: String,
    pub is_strong: bool,
}

impl Cell {
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_strong: false }
    }

    pub fn strong(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_strong: true }
    }
}

impl Figure {
    /// Returns the figure's numbers as a table.
    pub fn table(&self, tag: Tag) -> Table {
        let maker = Maker { words: Words::of(tag), tag };
        match &self.plot {
            Plot::Ranked(bars) => maker.ranked(bars),
            Plot::Part(parts) => maker.part(parts),
            Plot::Stacked(scale) | Plot::Diverging(scale) => maker.scale(scale),
            Plot::Leading(rows) => maker.leading(rows),
            Plot::Grid(grid) => maker.grid(grid),
            Plot::Assembly(assembly) => {
                let unplaced = maker.text("chart.no_region");
                let mut rows: Vec<(String, u64)> = assembly.regions.clone();
                if assembly.unplaced > 0 {
                    rows.push((unplaced, assembly.unplaced));
                }
                maker.counts(&rows)
            }
        }
    }
}

struct Maker {
    words: Words,
    tag: Tag,
}

impl Maker {
    fn text(&self, key: &str) -> String {
        self.words.text(key, &[])
    }

    fn column(&self, key: &str, align: Align) -> Column {
        Column { head: self.text(key), align }
    }

    fn ranked(&self, bars: &[Bar]) -> Table {
        let columns = vec![
            self.column("chart.answer", Align::Text),
            self.column("chart.weighted", Align::Number),
            self.column("chart.unweighted_share", Align::Number),
            self.column("chart.change", Align::Number),
            self.column("chart.people", Align::Number),
        ];
        let rows = draw::in_order(bars)
            .into_iter()
            .map(|bar| {
                vec![
                    Cell::plain(&bar.label),
                    Cell::strong(format::per_cent(self.tag, bar.share, 1)),
                    Cell::plain(format::per_cent(self.tag, bar.unweighted, 1)),
                    Cell::plain(format::points(self.tag, bar.share - bar.unweighted)),
                    Cell::plain(format::whole(self.tag, bar.people)),
                ]
            })
            .collect();
        Table { columns, rows }
    }

    fn part(&self, parts: &[Part]) -> Table {
        let columns = vec![
            self.column("chart.group", Align::Text),
            self.column("chart.answers_share", Align::Number),
            self.column("chart.population_share", Align::Number),
            self.column("chart.people", Align::Number),
        ];
        let rows = parts
            .iter()
            .map(|part| {
                let population = part.population;
                vec![
                    Cell::plain(&part.label),
                    Cell::strong(format::per_cent(self.tag, part.share, 1)),
                    Cell::plain(population.map_or_else(
                        || "\u{2013}".to_owned(),
                        |share| format::per_cent(self.tag, share, 1),
                    )),
                    Cell::plain(format::whole(self.tag, part.people)),
                ]
            })
            .collect();
        Table { columns, rows }
    }

    fn scale(&self, scale: &Scale) -> Table {
        self.shares(&scale.steps, &scale.groups)
    }

    fn grid(&self, grid: &Grid) -> Table {
        self.shares(&grid.options, &grid.groups)
    }

    fn shares(&self, heads: &[String], groups: &[Group]) -> Table {
        let mut columns = vec![self.column("chart.group", Align::Text)];
        let number = |head: &String| Column { head: head.clone(), align: Align::Number };
        columns.extend(heads.iter().map(number));
        columns.push(self.column("chart.base_column", Align::Number));
        let rows = groups
            .iter()
            .map(|group| {
                let mut row = vec![Cell::plain(&group.label)];
                match &group.shares {
                    Some(shares) => row.extend(
                        shares.iter().map(|x| Cell::plain(format::per_cent(self.tag, *x, 1))),
                    ),
                    None => row.extend(heads.iter().enumerate().map(|(i, _)| {
                        Cell::plain(if i == 0 { self.text("chart.too_few") } else { String::new() })
                    })),
                }
                row.push(Cell::plain(self.people(group.people)));
                row
            })
            .collect();
        Table { columns, rows }
    }

    fn leading(&self, groups: &[Leaders]) -> Table {
        let columns = vec![
            self.column("chart.region", Align::Text),
            self.column("chart.first", Align::Text),
            self.column("chart.second", Align::Text),
            self.column("chart.third", Align::Text),
            self.column("chart.base_column", Align::Number),
        ];
        let rows = groups
            .iter()
            .map(|group| {
                let mut row = vec![Cell::plain(&group.label)];
                let is_hidden = group.options.is_empty();
                for i in 0..3 {
                    let shown = group.options.get(i).cloned().unwrap_or_default();
                    let hidden = i == 0 && is_hidden;
                    row.push(Cell::plain(if hidden { self.text("chart.too_few") } else { shown }));
                }
                row.push(Cell::plain(self.people(group.people)));
                row
            })
            .collect();
        Table { columns, rows }
    }

    fn people(&self, people: Option<u64>) -> String {
        people.map_or_else(|| "\u{2013}".to_owned(), |n| format::whole(self.tag, n))
    }

    fn counts(&self, rows: &[(String, u64)]) -> Table {
        let columns = vec![
            self.column("chart.region", Align::Text),
            self.column("chart.people", Align::Number),
        ];
        let rows = rows
            .iter()
            .map(|(label, n)| vec![Cell::plain(label), Cell::plain(format::whole(self.tag, *n))])
            .collect();
        Table { columns, rows }
    }
}
