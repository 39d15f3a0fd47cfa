//! Participants against a server made of `signal` and `sfu-net`, in this process, over loopback.

mod hear;
mod resume;
mod server;
mod text;
