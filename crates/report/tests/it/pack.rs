//! The data pack is enough to compute every published share again, and holds no small group.

use std::collections::BTreeMap;

use language::Tag;
use report::chapter::compose;
use report::{Results, pack};

use crate::fixture;

#[test]
fn every_share_is_computed_again_from_the_cells_alone() {
    let (cells, document) = published();

    let mut checked = 0;
    for hole in document.holes() {
        let path: Vec<&str> = hole.query.split('/').collect();
        let ["survey", "1", "question", question, .., "choice", choices, "weighted"] =
            path.as_slice()
        else {
            continue;
        };
        let region = match path.as_slice() {
            [_, _, _, _, "region", code, ..] => Some(code.parse::<usize>().expect("a code")),
            _ => None,
        };
        let region = region.map(|code| survey::demographics::REGIONS[code - 1]);
        let sum = |column: &str| weighted_sum(&cells, column, region);
        let chosen: f64 = choices.split('+').map(|id| sum(&format!("{question}.{id}"))).sum();
        let share = chosen / sum(question);
        assert!((share - hole.value).abs() < 1e-9, "{}: {share} {}", hole.query, hole.value);
        checked += 1;
    }
    assert!(checked >= 20, "{checked}");
}

#[test]
fn the_effective_size_is_computed_again_from_the_cells_alone() {
    let (cells, document) = published();
    let people: Vec<&Row> = cells.iter().filter(|row| row.column == "people").collect();
    let sum: f64 = people.iter().filter_map(|row| Some(row.weight? * row.people)).sum();
    let squares: f64 = people.iter().filter_map(|row| Some(row.weight?.powi(2) * row.people)).sum();

    let published = document.holes().into_iter().find(|hole| hole.query == "survey/1/effective");

    let published = published.expect("it is on the cover").value;
    assert!((sum * sum / squares - published).abs() < 1e-6, "{published}");
}

#[test]
fn the_weights_reproduce_the_margins_of_the_pack() {
    let record = fixture::record();
    let results = Results::of(&record);
    let document = compose(&results, Tag::EN);
    let files = pack::files(&results, &document);
    let cells = rows(&text(&files, "cells.csv"));
    let margins = table(&text(&files, "margins.csv"));

    let regions: BTreeMap<&str, f64> = margins
        .iter()
        .filter(|row| row[0] == "region")
        .map(|row| (row[1].as_str(), row[2].parse().expect("a share")))
        .collect();
    let weighted = |region: &str| weighted_sum(&cells, "people", Some(region));
    let all: f64 = regions.keys().map(|region| weighted(region)).sum();
    for (region, share) in regions {
        assert!((weighted(region) / all - share).abs() < 1e-6, "{region}");
    }
}

#[test]
fn no_published_group_is_smaller_than_ten() {
    let (cells, _) = published();

    let smallest = cells.iter().filter(|row| row.column == "people").map(|row| row.people);

    assert!(smallest.fold(f64::INFINITY, f64::min) >= 10.0);
}

#[test]
fn words_that_look_like_a_formula_are_text_in_the_pack() {
    let mut record = fixture::record();
    record.meetings[0].said[0].text = "=1+1".to_owned();
    let results = Results::of(&record);

    let files = pack::files(&results, &compose(&results, Tag::EN));

    assert!(text(&files, "record.csv").contains(",\"'=1+1\",true\r\n"));
}

#[test]
fn every_row_of_the_pack_says_whether_it_is_of_a_demonstration() {
    for (is_demonstration, mark) in [(true, "true"), (false, "false")] {
        let record = report::Record { is_demonstration, ..fixture::record() };
        let results = Results::of(&record);

        let files = pack::files(&results, &compose(&results, Tag::EN));

        let tables: Vec<&str> =
            files.iter().map(|file| file.name).filter(|name| *name != "pack.json").collect();
        assert_eq!(tables.len(), 6);
        for name in tables {
            let csv = text(&files, name);
            let head = csv.lines().next().expect("a head");
            assert!(head.ends_with(",demonstration"), "{name}: {head}");
            let rows = table(&csv);
            assert!(!rows.is_empty(), "{name}");
            assert!(rows.iter().all(|row| row.last().is_some_and(|cell| cell == mark)), "{name}");
        }
    }
}

#[test]
fn every_column_of_the_cells_is_in_the_codebook() {
    let (cells, _) = published();
    let record = fixture::record();
    let results = Results::of(&record);
    let files = pack::files(&results, &compose(&results, Tag::EN));
    let known: Vec<String> =
        table(&text(&files, "codebook.csv")).into_iter().map(|row| row[2].clone()).collect();

    let unknown: Vec<&str> = cells
        .iter()
        .map(|row| row.column.as_str())
        .filter(|column| *column != "people" && !known.iter().any(|known| known == column))
        .collect();

    assert_eq!(unknown, Vec::<&str>::new());
}

struct Row {
    region: String,
    weight: Option<f64>,
    column: String,
    people: f64,
}

fn published() -> (Vec<Row>, report::document::Document) {
    let record = fixture::record();
    let results = Results::of(&record);
    let document = compose(&results, Tag::EN);
    let files = pack::files(&results, &document);
    (rows(&text(&files, "cells.csv")), document)
}

fn weighted_sum(cells: &[Row], column: &str, region: Option<&str>) -> f64 {
    let of =
        cells.iter().filter(|row| row.column == column && region.is_none_or(|r| row.region == r));
    of.filter_map(|row| Some(row.weight? * row.people)).sum()
}

fn text(files: &[pack::File], name: &str) -> String {
    let file = files.iter().find(|file| file.name == name).expect("a file of the pack");
    String::from_utf8(file.bytes.clone()).expect("text")
}

fn rows(csv: &str) -> Vec<Row> {
    let cells = table(csv).into_iter();
    cells
        .map(|cells| Row {
            region: cells[2].clone(),
            weight: cells[5].parse().ok(),
            column: cells[6].clone(),
            people: cells[7].parse().expect("a count"),
        })
        .collect()
}

/// A reader of its own: quoted cells, doubled quotes.
fn table(csv: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut is_quoted = false;
    for c in csv.trim_start_matches('\u{FEFF}').chars() {
        let row = rows.last_mut().expect("never empty");
        match c {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(String::new()),
            '\r' if !is_quoted => {}
            '\n' if !is_quoted => rows.push(vec![String::new()]),
            _ => row.last_mut().expect("never empty").push(c),
        }
    }
    rows.retain(|row| row.len() > 1);
    rows.remove(0);
    rows
}
