//! The media core: who receives which packet. Pure: no clock, no randomness, no IO.
//!
//! [`shard::Shard`] is the whole of one worker: an [`engine::Engine`] and the rooms on it.

pub mod allocate;
pub mod count;
pub mod engine;
pub mod keyframe;
pub mod rewrite;
pub mod room;
pub mod shard;
pub mod speaker;
