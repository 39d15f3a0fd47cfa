//! The data behind the numbers, and how to compute them again.

use super::{Writer, name, text};
use crate::document::{Block, Chapter};

/// Each file of the data pack, with the key of what it holds.
const FILES: [(&str, &str); 7] = [
    ("cells.csv", "report.data_cells"),
    ("codebook.csv", "report.data_codebook"),
    ("margins.csv", "report.data_margins"),
    ("results.csv", "report.data_results"),
    ("meetings.csv", "report.data_meetings"),
    ("record.csv", "report.data_record"),
    ("pack.json", "report.data_pack"),
];

pub(super) fn chapter(writer: &Writer<'_>) -> Chapter {
    let items = FILES.iter().map(|(file, key)| writer.say(key, &[("file", name(*file))])).collect();
    let blocks = vec![
        Block::Lead { prose: writer.say("report.data_lead", &[]) },
        Block::List { items },
        text(writer.say("report.data_recompute", &[])),
        text(writer.say("report.data_hash", &[("file", name("manifest.json"))])),
    ];
    writer.chapter("data", "report.data_kicker", writer.say("report.data_title", &[]), blocks)
}
