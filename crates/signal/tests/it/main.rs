//! `signal` through its public functions: tokens, join requests, packets, the room.

mod caption;
mod join;
mod lobby;
mod packet;
mod property;
mod room;
mod token;
