//! The document: what a report says in one language, ready to be set as a page or on paper. It is
//! a format: the wire between this crate and `print` ([`to_json`], [`parse`]).

use language::Tag;
use serde::{Deserialize, Serialize};

use crate::chart::{Drawing, Table};

/// A document of six surveys with full records stays below 2 MB; a hostile one stops here.
pub const DOCUMENT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The format's number; `print` refuses another.
const FORMAT: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    pub format: u32,
    pub language: String,
    pub is_rtl: bool,
    /// Year, month and day of the edition, for the file's own date: the same document gives the
    /// same bytes.
    pub date: [u16; 3],
    pub organisation: String,
    pub title: String,
    /// Number of the edition, in words.
    pub edition: String,
    /// "Page", before the page's number.
    pub page_word: String,
    /// The mark of a demonstration, on each sheet.
    pub demonstration: Option<String>,
    pub cover: Cover,
    pub chapters: Vec<Chapter>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cover {
    pub kicker: String,
    pub title: Prose,
    pub lead: Prose,
    pub assembly: Option<Figure>,
    pub facts: Vec<Fact>,
    pub notice: Prose,
    /// Date and languages.
    pub colophon: Prose,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chapter {
    /// A fragment that links can name.
    pub id: String,
    pub kicker: String,
    pub title: Prose,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Block {
    Text {
        prose: Prose,
    },
    /// The chapter in a sentence or two, larger.
    Lead {
        prose: Prose,
    },
    Heading {
        prose: Prose,
    },
    List {
        items: Vec<Prose>,
    },
    Figure {
        figure: Figure,
    },
    Facts {
        facts: Vec<Fact>,
    },
    Table {
        table: Table,
    },
    /// What was said in a meeting.
    Record {
        lines: Vec<Line>,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    pub title: Prose,
    pub subtitle: String,
    pub drawing: Option<Drawing>,
    pub table: Option<Table>,
    /// The sentences of the base line; the first is the base.
    pub base: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    pub value: Prose,
    pub label: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Minutes and seconds into the meeting.
    pub time: String,
    pub language: String,
    pub is_rtl: bool,
    pub text: String,
    /// Who made the words: "machine", "from français by machine".
    pub note: String,
}

/// Running text: words, and holes that a query fills.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Prose(pub Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Piece {
    /// Words of ours: without a digit.
    Words {
        text: String,
    },
    /// Words of others: a title, a question, an option.
    Name {
        text: String,
    },
    Hole {
        hole: Hole,
    },
}

/// A number in prose: the query that gives it, its value, and how it is written here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hole {
    pub query: String,
    pub value: f64,
    pub text: String,
}

impl Prose {
    /// Returns prose that is somebody's own words.
    pub fn name(text: impl Into<String>) -> Self {
        Self(vec![Piece::Name { text: text.into() }])
    }

    /// Returns the text as it is read.
    pub fn text(&self) -> String {
        self.0.iter().map(Piece::text).collect()
    }
}

impl Piece {
    pub fn text(&self) -> &str {
        match self {
            Self::Words { text } | Self::Name { text } => text,
            Self::Hole { hole } => &hole.text,
        }
    }
}

impl Document {
    /// Returns the number of the format that this build writes and reads.
    pub const fn current_format() -> u32 {
        FORMAT
    }

    /// Returns every hole, in reading order.
    pub fn holes(&self) -> Vec<&Hole> {
        let mut holes = Vec::new();
        for prose in self.prose() {
            holes.extend(prose.0.iter().filter_map(|piece| match piece {
                Piece::Hole { hole } => Some(hole),
                Piece::Words { .. } | Piece::Name { .. } => None,
            }));
        }
        holes
    }

    /// Returns all running text, in reading order.
    pub fn prose(&self) -> Vec<&Prose> {
        let cover = &self.cover;
        let mut all = vec![&cover.title, &cover.lead];
        all.extend(cover.assembly.iter().map(|figure| &figure.title));
        all.extend(cover.facts.iter().map(|fact| &fact.value));
        all.extend([&cover.notice, &cover.colophon]);
        for chapter in &self.chapters {
            all.push(&chapter.title);
            for block in &chapter.blocks {
                match block {
                    Block::Text { prose } | Block::Lead { prose } | Block::Heading { prose } => {
                        all.push(prose);
                    }
                    Block::List { items } => all.extend(items),
                    Block::Figure { figure } => all.push(&figure.title),
                    Block::Facts { facts } => all.extend(facts.iter().map(|fact| &fact.value)),
                    Block::Table { .. } | Block::Record { .. } => {}
                }
            }
        }
        all
    }
}

/// Returns the document as `print` reads it.
pub fn to_json(document: &Document) -> String {
    serde_json::to_string(document).expect("strings, numbers and lists only")
}

/// The bytes are not a document that this build can set.
#[derive(Debug, thiserror::Error)]
pub enum NotADocument {
    #[error("larger than {DOCUMENT_BYTES_MAX} bytes")]
    TooLarge,
    #[error("not the JSON of a document")]
    Json(#[source] serde_json::Error),
    #[error("format {0}, where {FORMAT} was expected")]
    Format(u32),
    #[error("not a language: {0:?}")]
    Language(String),
    #[error("not a date: {0:?}")]
    Date([u16; 3]),
}

/// Reads a document.
pub fn parse(bytes: &[u8]) -> Result<Document, NotADocument> {
    if bytes.len() > DOCUMENT_BYTES_MAX {
        return Err(NotADocument::TooLarge);
    }
    let document: Document = serde_json::from_slice(bytes).map_err(NotADocument::Json)?;
    if document.format != FORMAT {
        return Err(NotADocument::Format(document.format));
    }
    if document.language.parse::<Tag>().is_err() {
        return Err(NotADocument::Language(document.language));
    }
    let [year, month, day] = document.date;
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return Err(NotADocument::Date(document.date));
    }
    Ok(document)
}
