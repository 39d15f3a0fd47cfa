//! A dialogue's record made into one document: chapters, charts, tables, and the data behind each
//! number. HTML comes from here; `print` makes the same document into a PDF.
//!
//! ```text
//!   Record (plain data) → Results (published cells, weights) → Document, one per language → page
//!                                    ↓                                                  ↘ print
//!                                data pack
//! ```

pub mod chapter;
pub mod chart;
pub mod document;
mod format;
pub mod manifest;
pub mod pack;
pub mod page;
mod prose;
pub mod query;
pub mod record;
pub mod results;

pub use record::Record;
pub use results::Results;
