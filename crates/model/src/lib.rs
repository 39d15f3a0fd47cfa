//! The words: identifiers, time, the vocabulary between signalling and media, captions, cells.
//! Values only: no IO, no clock, no randomness, no rules of one feature.

pub mod caption;
pub mod cell;
pub mod id;
pub mod media;
mod time;

pub use time::Timestamp;
