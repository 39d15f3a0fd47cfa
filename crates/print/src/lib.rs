//! The document model as PDF. Runs as `plenary print`, a process of its own: a document comes in
//! as JSON, a PDF goes out, under limits of memory and time.
//!
//! Texts enter Typst as data: no word of a document is ever evaluated, no file but the fonts is
//! read, no package is loaded. The same document and fonts give the same bytes.

mod fonts;
mod limit;
mod world;

use std::io::{Read, Write};
use std::path::Path;

use report::document::{self, DOCUMENT_BYTES_MAX, Document};
use typst::foundations::Smart;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

pub use fonts::{FONT_FILES, Fonts};
pub use limit::limit;

#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    #[error("the document could not be read")]
    Read(#[source] std::io::Error),
    #[error("the PDF could not be written")]
    Write(#[source] std::io::Error),
    #[error("the input is not a document")]
    Document(#[from] document::NotADocument),
    #[error("the font {file} is missing in {folder}: run `make fonts`, or name another folder")]
    FontMissing { file: String, folder: String },
    #[error("the font {file} in {folder} is damaged")]
    FontDamaged { file: String, folder: String },
    #[error("the limits of the process could not be set")]
    Limit(#[source] std::io::Error),
    #[error("the document could not be set: {0}")]
    Typst(String),
}

/// Reads a document, sets it and writes the PDF.
pub fn run(input: impl Read, mut output: impl Write, fonts: &Path) -> Result<(), PrintError> {
    let mut bytes = Vec::new();
    let most = u64::try_from(DOCUMENT_BYTES_MAX + 1).unwrap_or(u64::MAX);
    input.take(most).read_to_end(&mut bytes).map_err(PrintError::Read)?;
    let document = document::parse(&bytes)?;
    let pdf = pdf(&document, &Fonts::load(fonts)?)?;
    output.write_all(&pdf).and_then(|()| output.flush()).map_err(PrintError::Write)?;
    Ok(())
}

/// Sets a document as PDF/UA.
pub fn pdf(document: &Document, fonts: &Fonts) -> Result<Vec<u8>, PrintError> {
    let world = world::Paper::new(document, fonts);
    let paged =
        typst::compile::<PagedDocument>(&world).output.map_err(|errors| told(&world, &errors))?;
    let standards = PdfStandards::new(&[PdfStandard::Ua_1])
        .map_err(|error| PrintError::Typst(error.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(format!("{} {}", document.title, document.edition)),
        creator: Smart::Custom(Some("Plenary".to_owned())),
        standards,
        ..PdfOptions::default()
    };
    let pdf = typst_pdf::pdf(&paged, &options).map_err(|errors| told(&world, &errors))?;
    Ok(pdf)
}

/// What Typst says of our own template, with the line; never a text of the document.
fn told(world: &world::Paper, errors: &[typst::diag::SourceDiagnostic]) -> PrintError {
    let told = errors.iter().map(|error| match world.line(error.span) {
        Some(line) => format!("{} (line {line})", error.message),
        None => error.message.to_string(),
    });
    PrintError::Typst(told.collect::<Vec<_>>().join("; "))
}
