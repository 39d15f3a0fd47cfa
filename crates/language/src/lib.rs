//! Languages: tags, direction, names; message catalogues; numbers and dates in each one's form.
//! Values only. The words themselves stand in `messages/<language>/<noun>.json`.

mod catalogue;
pub mod date;
mod message;
pub mod number;
mod tag;

pub use catalogue::{NOUNS, Words, catalogue_of};
pub use message::{Message, MessageError, Value};
pub use tag::{Direction, NotATag, Tag, UN, negotiate};
