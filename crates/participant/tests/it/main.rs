//! Participants against a server made of `signal` and `sfu-net`, in this process, over loopback.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test names the one variant it waits for")]

mod crowd;
mod hear;
mod resume;
mod server;
mod text;
mod tls;
