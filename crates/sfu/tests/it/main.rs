//! The core under real WebRTC clients, in virtual time.

mod bad_input;
mod meeting;
mod simulation;
