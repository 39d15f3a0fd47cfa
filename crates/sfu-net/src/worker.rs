//! One thread: its socket, its rooms. It moves datagrams and commands, and decides nothing.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::TryRecvError;
use std::time::{Duration, Instant};

use model::media::{Command, Event, RoomName};
use sfu::engine::{Datagram, Engine};
use sfu::shard::{Output, Shard};

use crate::egress::{Egress, Out};
use crate::metrics::Metrics;
use crate::socket::{BATCH, Batch, Socket};
use crate::{Inbox, Sink};

/// What is forwarded is collected so long: several packets to one receiver are one system call.
const TICK: Duration = Duration::from_millis(2);

/// A worker looks around at least so often, to see that nobody holds its handle any more.
const NAP_MAX: Duration = Duration::from_secs(1);

/// Batches read before timers and commands have their turn.
const BATCHES_MAX: usize = 8;

/// Commands taken before packets have their turn.
const COMMANDS_PER_TURN: usize = 64;

pub(crate) struct Worker<E: Engine> {
    shard: Shard<E>,
    socket: Socket,
    inbox: Inbox,
    sinks: HashMap<RoomName, Sink>,
    metrics: Metrics,
    egress: Egress,
    local: Vec<SocketAddr>,
    forwarded_at: Instant,
    told: (usize, usize),
}

impl<E: Engine> Worker<E> {
    pub(crate) fn new(
        shard: Shard<E>,
        socket: Socket,
        inbox: Inbox,
        metrics: Metrics,
        local: Vec<SocketAddr>,
        here: Vec<IpAddr>,
    ) -> Self {
        let egress = Egress::new(here, metrics.clone());
        Self {
            shard,
            socket,
            inbox,
            sinks: HashMap::new(),
            metrics,
            egress,
            local,
            forwarded_at: Instant::now(),
            told: (0, 0),
        }
    }

    /// Runs until it is told to stop, or nobody is left to talk to it.
    pub(crate) fn run(mut self) {
        let mut batch = Batch::new();
        while self.turn(&mut batch) {}
        self.gauge(0, 0);
    }

    /// Does what there is, then waits for more. Returns whether to go on.
    fn turn(&mut self, batch: &mut Batch) -> bool {
        if !self.commands() || self.socket.is_stopped() {
            return false;
        }
        self.datagrams(batch);
        let now = Instant::now();
        if self.shard.poll_timeout().is_some_and(|at| at <= now) {
            self.guard(|shard| shard.handle_timeout(now));
        }
        if now.duration_since(self.forwarded_at) >= TICK {
            self.forwarded_at = now;
            self.guard(|shard| shard.forward(now));
        }
        self.shard.flush(&mut Out { egress: &mut self.egress, socket: &self.socket });
        self.egress.flush(&self.socket);
        self.tell();
        self.wait();
        true
    }

    /// Takes commands. Returns false when all handles are gone.
    fn commands(&mut self) -> bool {
        let mut commands = Vec::new();
        for _ in 0..COMMANDS_PER_TURN {
            match self.inbox.commands.try_recv() {
                Ok(command) => commands.push(command),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
        while let Ok((room, sink)) = self.inbox.sinks.try_recv() {
            self.sinks.insert(room, sink);
        }
        for (room, command) in commands {
            let is_end = command == Command::Close;
            let now = Instant::now();
            self.guard(|shard| shard.handle_command(&room, command, now));
            self.tell();
            if is_end {
                self.sinks.remove(&room);
            }
        }
        true
    }

    fn datagrams(&mut self, batch: &mut Batch) {
        for _ in 0..BATCHES_MAX {
            let n = self.socket.receive(batch);
            let now = Instant::now();
            for at in 0..n {
                let Some((from, to, bytes)) = batch.datagram(at) else { continue };
                self.metrics.datagrams_in.inc();
                self.metrics.bytes_in.inc_by(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                // Behind a translated address the one asked is not among those told.
                let to = match to {
                    Some(ip) if self.local.iter().any(|local| local.ip() == ip) => {
                        SocketAddr::new(ip, self.local[0].port())
                    }
                    _ => self.local[0],
                };
                guard(&mut self.shard, &self.metrics, |shard| {
                    shard.handle_datagram(Datagram { from, to, bytes }, now);
                });
            }
            if n < BATCH {
                return;
            }
        }
    }

    fn guard(&mut self, act: impl FnOnce(&mut Shard<E>)) {
        guard(&mut self.shard, &self.metrics, act);
    }

    /// Hands events to their rooms' sinks, and counts to the metrics.
    fn tell(&mut self) {
        while let Some(output) = self.shard.poll_output() {
            match output {
                Output::Count(count, n) => self.metrics.count(count, n),
                Output::Event(room, event) => {
                    let is_end = event == Event::Died;
                    if let Some(sink) = self.sinks.get(&room) {
                        sink(event);
                    }
                    if is_end {
                        self.sinks.remove(&room);
                    }
                }
            }
        }
        let (rooms, peers) = (self.shard.rooms(), self.shard.peers());
        if self.told != (rooms, peers) {
            self.gauge(rooms, peers);
        }
    }

    /// Several workers share the gauges: each tells its difference.
    fn gauge(&mut self, rooms: usize, peers: usize) {
        let difference = |now: usize, before: usize| {
            i64::try_from(now).unwrap_or(i64::MAX) - i64::try_from(before).unwrap_or(i64::MAX)
        };
        self.metrics.rooms.inc_by(difference(rooms, self.told.0));
        self.metrics.peers.inc_by(difference(peers, self.told.1));
        self.told = (rooms, peers);
    }

    fn wait(&self) {
        let now = Instant::now();
        let timeout = self.shard.poll_timeout().unwrap_or(now + NAP_MAX);
        if self.shard.has_outgoing() {
            // Packets that come meanwhile leave in the same runs.
            let rest = TICK.saturating_sub(now.duration_since(self.forwarded_at));
            std::thread::sleep(rest.min(timeout.saturating_duration_since(now)));
        } else {
            self.socket.wait(timeout.saturating_duration_since(now).min(NAP_MAX));
        }
    }
}

/// A panic ends the room in which it happened, and no other.
fn guard<E: Engine>(shard: &mut Shard<E>, metrics: &Metrics, act: impl FnOnce(&mut Shard<E>)) {
    // What is left half changed is of that room, and is thrown away.
    if catch_unwind(AssertUnwindSafe(|| act(shard))).is_err() {
        tracing::error!(room = shard.at().map(|room| room.0.as_str()), "a room died of a panic");
        metrics.rooms_died.inc();
        shard.bury();
    }
}
