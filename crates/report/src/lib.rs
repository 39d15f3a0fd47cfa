//! A dialogue's record made into one document: chapters, charts, tables, and the data behind each
//! number. HTML comes from here; `print` makes the same document into a PDF.

pub mod chart;
mod format;
