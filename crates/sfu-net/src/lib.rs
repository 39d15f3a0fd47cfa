//! The shell around `sfu`: UDP sockets, worker threads, timers, batched egress. It decides nothing.
//!
//! A room lives on one worker (chosen by its name's hash) with one socket; a room that panics is
//! forgotten and its events say [`Event::Died`]; the other rooms of the worker go on.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroUsize;

use model::media::{Command, Event, RoomName};

/// Where media listens and how many threads carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaConfig {
    /// Threads, one socket each. A room lives on one of them.
    pub workers: NonZeroUsize,
    /// The first UDP port; worker `i` takes `port + i`. 0: any free port for each.
    pub port: u16,
    pub listen: IpAddr,
    /// Addresses told to clients. Empty: every local address that is not loopback.
    pub advertise: Vec<IpAddr>,
}

impl Default for MediaConfig {
    fn default() -> Self {
        Self {
            workers: NonZeroUsize::MIN,
            port: 7882,
            listen: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            advertise: Vec::new(),
        }
    }
}

/// Media cannot start.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    #[error("UDP port {port} cannot be opened")]
    Bind {
        port: u16,
        #[source]
        source: std::io::Error,
    },
    #[error("no address to tell clients: name one in the configuration")]
    NoAddress,
    #[error("a media thread cannot start")]
    Thread(#[source] std::io::Error),
}

/// The worker's queue is full; the command was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the media worker's queue is full")]
pub struct Full;

/// A handle to the running workers.
#[derive(Clone, Debug)]
pub struct Media {
    ports: Vec<u16>,
}

impl Media {
    /// Opens the sockets and starts the workers.
    pub fn start(config: MediaConfig) -> Result<Self, MediaError> {
        Ok(Self { ports: vec![config.port; config.workers.get()] })
    }

    /// Sends a room's events to `events`, from the worker's thread: it must not block. Replaces
    /// the room's earlier sink.
    pub fn open(&self, _room: &RoomName, _events: Box<dyn Fn(Event) + Send>) -> Result<(), Full> {
        Ok(())
    }

    /// Hands a command to the room's worker, in order.
    pub fn command(&self, _room: &RoomName, _command: Command) -> Result<(), Full> {
        Ok(())
    }

    /// Returns the UDP port of each worker.
    pub fn ports(&self) -> Vec<u16> {
        self.ports.clone()
    }

    /// Ends the workers and waits for them.
    pub fn stop(self) {}
}
