//! Speech engines behind small traits, and the model packs they are made of: voice activity,
//! recognition, translation. Decides nothing: what is decided about captions is in `interpret`.
//!
//! ```text
//! folder of packs ─ verified ─▶ Library ─▶ engines ─▶ Pool (a worker thread per core)
//! PCM 16 kHz ─▶ Hearing (voice activity + interpret::Listener) ─▶ work for the Pool ─▶ captions
//! ```
//!
//! This crate never downloads. Without packs everything still starts; [`Library::missing`] says
//! what is not there.

mod audio;
mod engine;
mod error;
mod hearing;
mod library;
pub mod pack;
mod pool;

pub use audio::{FRAME, RATE, Third};
pub use engine::Voice;
pub use error::SpeechError;
pub use hearing::{Hearing, Work};
pub use library::{Library, Missing};
pub use pool::{Answer, Full, Job, Pool, Queue, Task};
