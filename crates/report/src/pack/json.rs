//! The whole pack as one JSON document.

use std::collections::BTreeMap;

use serde::Serialize;

use super::File;
use crate::results::Results;

#[derive(Serialize)]
struct Pack<'a> {
    format: u32,
    organisation: &'a str,
    title: BTreeMap<&'a str, &'a str>,
    edition: u32,
    read_at: String,
    is_demonstration: bool,
    group_min: u64,
    surveys: Vec<Survey<'a>>,
    /// Every number of the report, by its query.
    numbers: &'a BTreeMap<String, f64>,
    /// The tables, by their names: rows of texts, the head first.
    tables: BTreeMap<&'a str, &'a str>,
}

#[derive(Serialize)]
struct Survey<'a> {
    version: u32,
    columns: Vec<String>,
    groups: Vec<Group>,
    title: &'a str,
}

#[derive(Serialize)]
struct Group {
    region: u8,
    age: u8,
    gender: u8,
    weight: Option<f64>,
    counts: Vec<u64>,
}

pub(super) fn pack(
    results: &Results<'_>,
    numbers: &BTreeMap<String, f64>,
    files: &[File],
) -> Vec<u8> {
    let record = results.record;
    let texts = record.title.0.iter();
    let pack = Pack {
        format: 1,
        organisation: &record.organisation,
        title: texts.map(|(tag, text)| (tag.as_str(), text.as_str())).collect(),
        edition: record.edition,
        read_at: record.read_at.to_string(),
        is_demonstration: record.is_demonstration,
        group_min: record.group_min,
        surveys: results.surveys.iter().map(survey).collect(),
        numbers,
        tables: files
            .iter()
            .map(|file| (file.name, std::str::from_utf8(&file.bytes).unwrap_or_default()))
            .collect(),
    };
    serde_json::to_vec(&pack).expect("texts and finite numbers only")
}

fn survey<'a>(results: &crate::results::SurveyResults<'a>) -> Survey<'a> {
    let columns = super::columns(results);
    let groups = results.open.sample().groups();
    Survey {
        version: results.survey.version,
        title: results.survey.questionnaire.title().text(language::Tag::EN),
        groups: groups
            .map(|(group, counts)| Group {
                region: group.region,
                age: group.age,
                gender: group.gender,
                weight: results.open.weighting().weight(group),
                counts: columns
                    .iter()
                    .map(|(slot, _)| counts.get(*slot).copied().unwrap_or(0))
                    .collect(),
            })
            .collect(),
        columns: columns.into_iter().map(|(_, name)| name).collect(),
    }
}
