//! A participant without a screen: joins a room by URL and token over the WebSocket, as a person
//! does; hears, speaks, sends and reads text. Interpreters, tests and load generators use it.
//!
//! ```text
//!   Participant (handle) ── commands ──▶ task ──▶ Core: signalling + WebRTC, no IO
//!   Events (receiver)    ◀── events ─── task ◀── UDP socket, WebSocket, clock
//! ```
//!
//! One thread carries all participants of a [`Driver`]. A participant whose connection is cut
//! resumes by itself; where that is not possible it joins again and publishes its tracks again.

mod codec;
mod core;
mod driver;
mod event;
mod handle;
mod options;
mod reorder;
mod roster;
mod socket;
mod task;

pub use codec::{FRAME_SAMPLES, SAMPLE_RATE};
pub use driver::Driver;
pub use event::{Event, Events, LeaveReason, SpeakerLevel};
pub use handle::{AudioTrack, Participant, Stats, VideoTrack};
pub use options::{
    ClosedError, JoinError, Options, PublishError, Receive, StartError, VideoOptions,
};
pub use roster::{Peer, PeerTrack, Roster};
pub use signal::packet::Text;
pub use tokio_rustls::rustls::ClientConfig as TlsConfig;
