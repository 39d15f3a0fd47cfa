//! The meetings: when, how many people, and what was said where consent and approval allow.

use language::{Tag, date};
use model::Timestamp;

use super::{Writer, name, text};
use crate::chart::{Align, Cell, Column, Table};
use crate::document::{Block, Chapter, Line, Prose};
use crate::format;
use crate::query::Query;
use crate::record::{MeetingRecord, Said, SaidBy};

/// A transcript of three hours stays below; what is longer stands in the data, and the chapter
/// says so.
const LINES_MAX: usize = 400;

pub(super) fn chapter(writer: &Writer<'_>) -> Chapter {
    let meetings = &writer.results.record.meetings;
    let mut blocks = Vec::new();
    blocks.push(Block::Lead { prose: lead(writer).unwrap_or_default() });
    if !meetings.is_empty() {
        blocks.push(Block::Table { table: table(writer, meetings) });
        blocks.push(text(writer.say("report.attendance_note", &[])));
    }
    for meeting in meetings {
        blocks.extend(record(writer, meeting));
    }
    writer.chapter(
        "meetings",
        "report.meetings_kicker",
        writer.say("report.meetings_title", &[]),
        blocks,
    )
}

fn lead(writer: &Writer<'_>) -> Option<Prose> {
    let meetings = writer.whole(&Query::Meetings)?;
    let attendance = writer.whole(&Query::Attendance)?;
    Some(writer.say("report.meetings_lead", &[("meetings", meetings), ("attendance", attendance)]))
}

fn table(writer: &Writer<'_>, meetings: &[MeetingRecord]) -> Table {
    let column = |key: &str, align| Column { head: writer.text(key), align };
    let row = |meeting: &MeetingRecord| {
        vec![
            Cell::plain(date::long(writer.tag, meeting.starts_at.to_jiff())),
            Cell::plain(meeting.title.text(writer.tag)),
            Cell::plain(format::whole(writer.tag, u64::from(meeting.minutes))),
            Cell::plain(format::whole(writer.tag, meeting.people)),
        ]
    };
    Table {
        columns: vec![
            column("report.column_date", Align::Text),
            column("report.column_meeting", Align::Text),
            column("report.column_minutes", Align::Number),
            column("report.column_people", Align::Number),
        ],
        rows: meetings.iter().map(row).collect(),
    }
}

fn record(writer: &Writer<'_>, meeting: &MeetingRecord) -> Vec<Block> {
    let lines = lines(writer, meeting);
    if lines.is_empty() {
        return Vec::new();
    }
    let title = name(meeting.title.text(writer.tag));
    let mut blocks = vec![
        Block::Heading { prose: writer.say("report.record_title", &[("title", title)]) },
        text(writer.say("report.record_note", &[])),
    ];
    let is_cut = lines.len() > LINES_MAX;
    blocks.push(Block::Record { lines: lines.into_iter().take(LINES_MAX).collect() });
    if is_cut {
        blocks.push(text(writer.say("report.record_cut", &[])));
    }
    blocks
}

/// Each segment once: in the reader's language where there is a translation, else as spoken.
fn lines(writer: &Writer<'_>, meeting: &MeetingRecord) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut segments: Vec<&str> = Vec::new();
    for said in &meeting.said {
        if !segments.contains(&said.segment.as_str()) {
            segments.push(&said.segment);
        }
    }
    for segment in segments {
        let of = |wanted: &dyn Fn(&Said) -> bool| {
            meeting.said.iter().find(|said| said.segment == segment && wanted(said))
        };
        let mine = of(&|said| said.language == writer.tag && !said.is_untranslated);
        let spoken = of(&|said| said.language == said.source_language);
        if let Some(said) = mine.or(spoken).or_else(|| of(&|_| true)) {
            lines.push(line(writer, meeting, said));
        }
    }
    lines
}

fn line(writer: &Writer<'_>, meeting: &MeetingRecord, said: &Said) -> Line {
    let language = if said.is_untranslated { said.source_language } else { said.language };
    Line {
        time: since(meeting.starts_at, said.at),
        language: language.as_str().to_owned(),
        is_rtl: language.direction() == language::Direction::RightToLeft,
        text: said.text.clone(),
        note: note(writer, said, language),
    }
}

fn note(writer: &Writer<'_>, said: &Said, shown: Tag) -> String {
    let by = match said.by {
        SaidBy::Machine => "machine",
        SaidBy::Interpreter => "interpreter",
        SaidBy::Speaker => "speaker",
    };
    if shown == said.source_language {
        let arguments = [("language", shown.autonym().into()), ("by", by.into())];
        writer.words.text("report.said_in", &arguments)
    } else {
        let arguments = [("language", said.source_language.autonym().into()), ("by", by.into())];
        writer.words.text("report.said_from", &arguments)
    }
}

fn since(start: Timestamp, at: Timestamp) -> String {
    let seconds = at.since(start).as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
