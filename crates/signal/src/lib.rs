//! LiveKit's protocol, as a server and a headless client must speak it: access tokens, join
//! requests, frames, data packets, and the room as a state machine.
//!
//! No IO, no clock, no randomness: `now` and a seed are arguments. This is the one crate that
//! knows the messages; it re-exports them as [`protocol`].

mod caption;
mod counter;
pub mod frame;
mod id;
pub mod join;
mod limit;
pub mod packet;
pub mod room;
pub mod token;

pub use caption::{TRANSCRIPTION_TOPIC, caption_attributes, caption_of};
pub use counter::Count;
pub use livekit_protocol as protocol;
pub use room::{ConnectionId, Output, Room};
pub use token::{Keys, Token};
