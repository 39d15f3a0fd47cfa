//! The world Typst sees: one template, one document as data, some fonts; no files, no packages,
//! no clock.

use report::document::{self, Document};
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Dict, Duration, Value};
use typst::syntax::{DiagSpan, FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};

use crate::Fonts;

const TEMPLATE: &str = include_str!("template.typ");

pub(crate) struct Paper {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    main: Source,
}

impl Paper {
    pub(crate) fn new(document: &Document, fonts: &Fonts) -> Self {
        let json = Bytes::new(document::to_json(document).into_bytes());
        let mut inputs = Dict::new();
        inputs.insert("document".into(), Value::Bytes(json));
        let path = VirtualPath::new("report.typ").expect("a plain name");
        let id = FileId::new(RootedPath::new(VirtualRoot::Project, path));
        Self {
            library: LazyHash::new(Library::builder().with_inputs(inputs).build()),
            book: LazyHash::new(fonts.book()),
            fonts: fonts.0.clone(),
            main: Source::new(id, TEMPLATE.to_owned()),
        }
    }
}

impl Paper {
    /// Returns the template's line that a span is in, from 1.
    pub(crate) fn line(&self, span: impl Into<DiagSpan>) -> Option<usize> {
        let range = self.range(span)?;
        self.main.lines().byte_to_line(range.start).map(|line| line + 1)
    }
}

impl World for Paper {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
