//! The data pack: what is needed to compute every published number again, without a row of
//! anybody. Counts by group of at least ten, their weights, the margins, the code book, every
//! number of the report with its query.

mod csv;
mod json;

use std::collections::BTreeMap;

use language::Words;
use stats::{Variable, population};
use survey::demographics;

use crate::document::Document;
use crate::record::SaidBy;
use crate::results::path::variable_name;
use crate::results::{Results, SurveyResults, has_other};
use csv::Csv;

pub use csv::safe as csv_safe;

/// A file of the data pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub name: &'static str,
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

const CSV: &str = "text/csv; charset=utf-8; header=present";

/// Returns the files of the pack. `document` is the report in any language: its numbers are the
/// same in all.
pub fn files(results: &Results<'_>, document: &Document) -> Vec<File> {
    let csv = |name, csv: Csv| File { name, media_type: CSV, bytes: csv.into_bytes() };
    let mut files = vec![
        csv("cells.csv", cells(results)),
        csv("codebook.csv", codebook(results)),
        csv("margins.csv", margins(results)),
        csv("results.csv", shares(results)),
        csv("meetings.csv", meetings(results)),
        csv("record.csv", record(results)),
    ];
    let numbers: BTreeMap<String, f64> =
        document.holes().into_iter().map(|hole| (hole.query.clone(), hole.value)).collect();
    files.push(File {
        name: "pack.json",
        media_type: "application/json",
        bytes: json::pack(results, &numbers, &files),
    });
    files
}

/// The name of a slot's column: `people`, `world`, `world.environment`.
pub(crate) fn columns(survey: &SurveyResults<'_>) -> Vec<(usize, String)> {
    let mut columns = vec![(0, "people".to_owned())];
    for (at, question) in survey.survey.questionnaire.questions().iter().enumerate() {
        if !question.is_answerable() {
            continue;
        }
        columns.push((survey.layout.answered(at), question.id.clone()));
        for choice in 0..survey.choices(at) {
            let id = question.choices().get(choice).map_or("other", |choice| choice.id.as_str());
            columns.push((survey.layout.choice(at, choice), format!("{}.{id}", question.id)));
        }
    }
    columns
}

/// Returns an empty table, marked where the record is invented.
fn table(results: &Results<'_>, head: &[&str]) -> Csv {
    Csv::new(head, results.record.is_demonstration)
}

/// One row a survey, group and column: long, so that surveys with other questions fit beside.
fn cells(results: &Results<'_>) -> Csv {
    let mut csv = table(
        results,
        &["survey", "version", "region", "age", "gender", "weight", "column", "people"],
    );
    for (at, survey) in results.surveys.iter().enumerate() {
        let columns = columns(survey);
        for (group, counts) in survey.open.sample().groups() {
            let weight = survey.open.weighting().weight(group);
            for (slot, column) in &columns {
                csv.row(&[
                    &(at + 1).to_string(),
                    &survey.survey.version.to_string(),
                    code_id(Variable::Region, group.region),
                    code_id(Variable::Age, group.age),
                    code_id(Variable::Gender, group.gender),
                    &weight.map(|weight| weight.to_string()).unwrap_or_default(),
                    column,
                    &counts.get(*slot).copied().unwrap_or(0).to_string(),
                ]);
            }
        }
    }
    csv
}

fn codebook(results: &Results<'_>) -> Csv {
    let mut csv =
        table(results, &["survey", "version", "column", "provenance", "language", "wording"]);
    for (at, survey) in results.surveys.iter().enumerate() {
        let numbers = [(at + 1).to_string(), survey.survey.version.to_string()];
        let questionnaire = &survey.survey.questionnaire;
        for question in questionnaire.questions().iter().filter(|question| question.is_answerable())
        {
            let choices = question.choices().iter();
            let choices =
                choices.map(|choice| (format!("{}.{}", question.id, choice.id), &choice.label));
            let wordings = std::iter::once((question.id.clone(), &question.text)).chain(choices);
            for (column, wording) in wordings {
                let provenance = match wording.provenance() {
                    survey::Provenance::Verified => "source",
                    survey::Provenance::Memory => "memory",
                    survey::Provenance::Ours => "ours",
                };
                for tag in questionnaire.languages() {
                    csv.row(&[
                        &numbers[0],
                        &numbers[1],
                        &column,
                        provenance,
                        tag.as_str(),
                        wording.text(*tag),
                    ]);
                }
            }
            if has_other(question) {
                for tag in questionnaire.languages() {
                    let wording = Words::of(*tag).text("report.other", &[]);
                    let column = format!("{}.other", question.id);
                    csv.row(&[&numbers[0], &numbers[1], &column, "ours", tag.as_str(), &wording]);
                }
            }
        }
    }
    for tag in &results.record.languages {
        let wording = format!("true: {}", Words::of(*tag).text("report.demonstration", &[]));
        csv.row(&["", "", csv::MARK, "ours", tag.as_str(), &wording]);
    }
    csv
}

fn margins(results: &Results<'_>) -> Csv {
    let mut csv = table(results, &["variable", "code", "share", "source"]);
    for variable in [Variable::Region, Variable::Age, Variable::Gender] {
        for (code, share) in population::shares(variable) {
            csv.row(&[
                variable_name(variable),
                code_id(variable, code),
                &share.to_string(),
                population::ATTRIBUTION,
            ]);
        }
    }
    csv
}

fn shares(results: &Results<'_>) -> Csv {
    let mut csv = table(
        results,
        &[
            "survey",
            "version",
            "question",
            "choice",
            "region",
            "base",
            "people",
            "unweighted",
            "weighted",
            "effective",
        ],
    );
    for (at, survey) in results.surveys.iter().enumerate() {
        for (question, asked) in survey.survey.questionnaire.questions().iter().enumerate() {
            for region in std::iter::once(0).chain(survey.regions(question)) {
                for choice in 0..survey.choices(question) {
                    let Some(share) = survey.share(question, choice, region) else { continue };
                    csv.row(&[
                        &(at + 1).to_string(),
                        &survey.survey.version.to_string(),
                        &asked.id,
                        results.choice_id(at, question, choice),
                        code_id(Variable::Region, region),
                        &share.base.to_string(),
                        &share.count.to_string(),
                        &share.unweighted.to_string(),
                        &share.weighted.to_string(),
                        &share.effective.to_string(),
                    ]);
                }
            }
        }
    }
    csv
}

fn meetings(results: &Results<'_>) -> Csv {
    let record = results.record;
    let mut csv =
        table(results, &["meeting", "language", "title", "starts_at", "minutes", "people"]);
    for (at, meeting) in record.meetings.iter().enumerate() {
        for (tag, title) in &meeting.title.0 {
            csv.row(&[
                &(at + 1).to_string(),
                tag.as_str(),
                title,
                &meeting.starts_at.to_string(),
                &meeting.minutes.to_string(),
                &meeting.people.to_string(),
            ]);
        }
    }
    csv
}

fn record(results: &Results<'_>) -> Csv {
    let mut csv = table(results, &["meeting", "seconds", "language", "spoken", "by", "words"]);
    for (at, meeting) in results.record.meetings.iter().enumerate() {
        for said in &meeting.said {
            let by = match said.by {
                SaidBy::Machine => "machine",
                SaidBy::Interpreter => "interpreter",
                SaidBy::Speaker => "speaker",
            };
            csv.row(&[
                &(at + 1).to_string(),
                &said.at.since(meeting.starts_at).as_secs().to_string(),
                said.language.as_str(),
                said.source_language.as_str(),
                by,
                &said.text,
            ]);
        }
    }
    csv
}

/// Returns the id of a code, empty where it was not said.
fn code_id(variable: Variable, code: u8) -> &'static str {
    let list: &[&str] = match variable {
        Variable::Region => &demographics::REGIONS,
        Variable::Age => &demographics::AGES,
        Variable::Gender => &demographics::GENDERS,
    };
    usize::from(code).checked_sub(1).and_then(|at| list.get(at).copied()).unwrap_or("")
}
