//! The shell around `sfu`: UDP sockets, worker threads, timers, batched egress. It decides nothing.
//!
//! A room lives on one worker (chosen by its name's hash) with one socket; a room that panics is
//! forgotten and its events say [`Event::Died`]; the other rooms of the worker go on.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use model::media::{Command, Event, RoomName};
use prometheus_client::registry::Registry;
use sfu::engine::Engine;
use sfu::engine::str0m::{EngineError, Str0m};
use sfu::shard::Shard;

use self::metrics::Metrics;
use self::socket::{Socket, Waker};
use self::worker::Worker;

mod egress;
mod metrics;
mod socket;
mod worker;

/// Commands that wait for one worker. It takes them every few milliseconds; behind so many it
/// is lost, and the caller should hear of it.
const COMMANDS_MAX: usize = 4096;

/// Receives a room's events, on the worker's thread: it must not block.
pub type Sink = Box<dyn Fn(Event) + Send>;

/// Where media listens and how many threads carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaConfig {
    /// Threads, one socket each. A room lives on one of them.
    pub workers: NonZeroUsize,
    /// The first UDP port; worker `i` takes `port + i`. 0: any free port for each.
    pub port: u16,
    pub listen: IpAddr,
    /// Addresses told to clients. Empty: the one listened on, or every address of this host that
    /// is not on a loopback interface.
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
    #[error("the addresses of this host cannot be read")]
    Addresses(#[source] std::io::Error),
    #[error("no address to tell clients: name one in the configuration")]
    NoAddress,
    #[error("the media engine cannot start")]
    Engine(#[source] EngineError),
    #[error("a media thread cannot start")]
    Thread(#[source] std::io::Error),
}

/// The worker's queue is full; the command was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the media worker's queue is full")]
pub struct Full;

/// A handle to the running workers. They end with [`Media::stop`], or with the last handle.
#[derive(Clone)]
pub struct Media {
    inner: Arc<Inner>,
}

struct Inner {
    workers: Vec<Line>,
    ports: Vec<u16>,
    advertised: Vec<IpAddr>,
    metrics: Metrics,
    // A mutex, as any clone of the handle may be the one that stops; it is locked once.
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// The way to one worker.
struct Line {
    commands: SyncSender<(RoomName, Command)>,
    /// Without a bound, as one comes per opened room; and read after the commands, so that a
    /// room's sink is there before its first command runs.
    sinks: Sender<(RoomName, Sink)>,
    waker: Waker,
}

/// A worker's end of the line.
struct Inbox {
    commands: Receiver<(RoomName, Command)>,
    sinks: Receiver<(RoomName, Sink)>,
}

impl std::fmt::Debug for Media {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Media").field("ports", &self.inner.ports).finish_non_exhaustive()
    }
}

impl Media {
    /// Opens the sockets and starts the workers.
    #[expect(clippy::needless_pass_by_value, reason = "it is the caller's to give")]
    pub fn start(config: MediaConfig) -> Result<Self, MediaError> {
        Self::start_with(&config, Str0m::new)
    }

    fn start_with<E: Engine + Send + 'static>(
        config: &MediaConfig,
        engine: impl Fn(&[SocketAddr]) -> Result<E, EngineError>,
    ) -> Result<Self, MediaError> {
        let here = socket::local_addresses().map_err(MediaError::Addresses)?;
        let advertised = advertised(config, &here)?;
        let metrics = Metrics::default();
        let mut inner = Inner {
            workers: Vec::new(),
            ports: Vec::new(),
            advertised: advertised.clone(),
            metrics: metrics.clone(),
            threads: Mutex::new(Vec::new()),
        };
        let here: Vec<IpAddr> = here.into_iter().map(|address| address.ip).collect();
        for index in 0..config.workers.get() {
            let port = port_of(config.port, index);
            let bind = |source| MediaError::Bind { port, source };
            let socket = Socket::open(SocketAddr::new(config.listen, port)).map_err(bind)?;
            let port = socket.port().map_err(bind)?;
            let local: Vec<SocketAddr> =
                advertised.iter().map(|ip| SocketAddr::new(*ip, port)).collect();
            let shard = Shard::new(engine(&local).map_err(MediaError::Engine)?);
            let (commands, for_commands) = sync_channel(COMMANDS_MAX);
            let (sinks, for_sinks) = channel();
            let waker = socket.waker();
            let inbox = Inbox { commands: for_commands, sinks: for_sinks };
            let worker = Worker::new(shard, socket, inbox, metrics.clone(), local, here.clone());
            let thread = std::thread::Builder::new()
                .name(format!("sfu-{index}"))
                .spawn(move || worker.run())
                .map_err(MediaError::Thread)?;
            inner.ports.push(port);
            inner.workers.push(Line { commands, sinks, waker });
            inner.threads.get_mut().unwrap_or_else(PoisonError::into_inner).push(thread);
        }
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Sends a room's events to `events`. Replaces the room's earlier sink; after
    /// [`Command::Close`] or [`Event::Died`] the room has none.
    pub fn open(&self, room: &RoomName, events: Sink) {
        let line = self.line(room);
        // A worker that is gone has no rooms: nobody would call the sink.
        let _ = line.sinks.send((room.clone(), events));
        line.waker.wake();
    }

    /// Hands a command to the room's worker, in order. Never blocks.
    pub fn command(&self, room: &RoomName, command: Command) -> Result<(), Full> {
        let line = self.line(room);
        line.commands.try_send((room.clone(), command)).map_err(|_| Full)?;
        line.waker.wake();
        Ok(())
    }

    /// Returns the UDP port of each worker.
    pub fn ports(&self) -> Vec<u16> {
        self.inner.ports.clone()
    }

    /// Returns the addresses that clients are told.
    pub fn advertised(&self) -> &[IpAddr] {
        &self.inner.advertised
    }

    /// Adds the metrics of all workers to a registry.
    pub fn register(&self, registry: &mut Registry) {
        self.inner.metrics.register(registry);
    }

    /// Ends the workers and waits for them. Other handles have nobody to talk to any more.
    pub fn stop(self) {
        for line in &self.inner.workers {
            line.waker.stop();
        }
        let threads =
            std::mem::take(&mut *self.inner.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // A worker that panicked outside of any room has said so already.
            let _ = thread.join();
        }
    }

    fn line(&self, room: &RoomName) -> &Line {
        let mut hasher = DefaultHasher::new();
        room.hash(&mut hasher);
        let workers = &self.inner.workers;
        let at = hasher.finish() % u64::try_from(workers.len()).expect("few workers");
        &workers[usize::try_from(at).expect("less than the number of workers")]
    }
}

fn port_of(first: u16, index: usize) -> u16 {
    if first == 0 { 0 } else { first.saturating_add(u16::try_from(index).unwrap_or(u16::MAX)) }
}

/// What clients are told: what is configured, else what is listened on, else what there is.
fn advertised(
    config: &MediaConfig,
    here: &[socket::LocalAddress],
) -> Result<Vec<IpAddr>, MediaError> {
    if !config.advertise.is_empty() {
        return Ok(config.advertise.clone());
    }
    if !config.listen.is_unspecified() {
        return Ok(vec![config.listen]);
    }
    let fits = |of: &&socket::LocalAddress| of.ip.is_ipv4() == config.listen.is_ipv4();
    let outside: Vec<IpAddr> =
        here.iter().filter(fits).filter(|of| !of.is_loopback).map(|of| of.ip).collect();
    // A host without a network still has meetings with itself.
    let inside = || here.iter().filter(fits).map(|of| of.ip).collect();
    let told: Vec<IpAddr> = if outside.is_empty() { inside() } else { outside };
    if told.is_empty() { Err(MediaError::NoAddress) } else { Ok(told) }
}

#[cfg(test)]
mod tests;
