//! Interpretation's rules: where speech is cut, which words have settled, which clauses make a
//! sentence, along which route it is translated. Pure: no clock, no engine, no IO.
//!
//! ```text
//! frames' voice probability ─▶ Segmenter ─▶ Decode ─(engine)─▶ Agreement ─▶ Sentence ─▶ captions
//!                                                                  └─▶ Translate ─(engine)─▶ captions
//! ```
//!
//! One [`Listener`] per track that is heard. It takes what happened and `now`; what should happen
//! comes out of [`Listener::poll`].

mod agreement;
mod listener;
mod route;
mod segment;
mod sentence;
mod target;

pub use agreement::Agreement;
pub use listener::{Decode, Listener, Output, Source, Translate, Utterance};
pub use route::{Graph, Plan, Route};
pub use segment::{Cut, FRAME, Heard, Segmenter, Turn};
