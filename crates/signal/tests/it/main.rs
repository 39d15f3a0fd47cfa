//! `signal` through its public functions: tokens, join requests, packets, the room.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test names the one variant it waits for")]

mod caption;
mod join;
mod lobby;
mod packet;
mod property;
mod room;
mod token;
