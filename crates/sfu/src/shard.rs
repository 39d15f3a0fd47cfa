//! One worker's share: an engine and the rooms on it.
//!
//! Contract: after every `handle*`, drain [`Shard::poll_output`]; once per tick call
//! [`Shard::forward`], drain again, then [`Shard::flush`]. If a call panics, [`Shard::bury`]
//! forgets the room in which it happened, and the others go on.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Instant;

use model::media::{Command, Event, RoomName};

use crate::count::{Count, Counts};
use crate::engine::{Datagram, Egress, Engine, PeerId};
use crate::room::Room;

/// What a shard hands out.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    Event(RoomName, Event),
    /// How often something happened since it was last told.
    Count(Count, u64),
}

/// An engine and its rooms.
#[derive(Debug)]
pub struct Shard<E: Engine> {
    engine: E,
    rooms: BTreeMap<RoomName, Room<E>>,
    room_by_peer: HashMap<PeerId, RoomName>,
    at: Option<RoomName>,
    outputs: VecDeque<Output>,
    counts: Counts,
}

impl<E: Engine> Shard<E> {
    pub fn new(engine: E) -> Self {
        Self {
            engine,
            rooms: BTreeMap::new(),
            room_by_peer: HashMap::new(),
            at: None,
            outputs: VecDeque::new(),
            counts: Counts::default(),
        }
    }

    pub fn rooms(&self) -> usize {
        self.rooms.len()
    }

    pub fn peers(&self) -> usize {
        self.room_by_peer.len()
    }

    /// Whether [`Shard::forward`] has something to do.
    pub fn has_outgoing(&self) -> bool {
        self.rooms.values().any(Room::has_outgoing)
    }

    /// The room whose turn it is, or was when a call panicked.
    pub fn at(&self) -> Option<&RoomName> {
        self.at.as_ref()
    }

    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call [`Shard::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Instant> {
        let engine = self.engine.poll_timeout().map(|(at, _)| at);
        let rooms = self.rooms.values().filter_map(Room::poll_timeout);
        rooms.chain(engine).min()
    }

    pub fn handle_command(&mut self, name: &RoomName, command: Command, now: Instant) {
        if let Command::Join { .. } = command {
            self.rooms.entry(name.clone()).or_insert_with(|| Room::new(name.clone()));
        }
        let Some(room) = self.rooms.get_mut(name) else {
            return self.counts.add(Count::Misdirected);
        };
        self.at = Some(name.clone());
        room.handle(&mut self.engine, command, now);
        let peers = room.peers();
        if room.is_empty() {
            self.close(name);
        } else {
            self.keep_peers(name, &peers);
        }
        self.settle(now);
    }

    pub fn handle_datagram(&mut self, datagram: Datagram<'_>, now: Instant) {
        let Some(peer) = self.engine.owner(datagram) else {
            return self.counts.add(Count::Unknown);
        };
        self.at = self.room_by_peer.get(&peer).cloned();
        self.engine.receive(peer, datagram, now);
        self.settle(now);
    }

    /// Does what is due: transports first, then rooms.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some((at, peer)) = self.engine.poll_timeout()
            && at <= now
        {
            self.at = self.room_by_peer.get(&peer).cloned();
            self.engine.handle_timeout(peer, now);
        }
        self.settle(now);
        let due = |room: &&Room<E>| room.poll_timeout().is_some_and(|at| at <= now);
        let due: Vec<RoomName> =
            self.rooms.values().filter(due).map(|room| room.name().clone()).collect();
        for name in due {
            if let Some(room) = self.rooms.get_mut(&name) {
                self.at = Some(name);
                room.handle_timeout(&mut self.engine, now);
            }
        }
        self.settle(now);
    }

    /// Hands over what was collected in this tick.
    pub fn forward(&mut self, now: Instant) {
        for (name, room) in &mut self.rooms {
            if room.has_outgoing() {
                self.at = Some(name.clone());
                room.forward(&mut self.engine, now);
            }
        }
        self.settle(now);
        for (count, n) in self.counts.take() {
            self.outputs.push_back(Output::Count(count, n));
        }
    }

    /// Hands out the datagrams.
    pub fn flush(&mut self, out: &mut dyn Egress) {
        self.engine.flush(out);
    }

    /// Forgets the room that panicked, with its peers.
    pub fn bury(&mut self) {
        let Some(name) = self.at.take() else { return };
        if self.rooms.contains_key(&name) {
            self.outputs.push_back(Output::Event(name.clone(), Event::Died));
        }
        self.close(&name);
    }

    fn close(&mut self, name: &RoomName) {
        self.drain(name);
        self.rooms.remove(name);
        self.keep_peers(name, &[]);
    }

    fn keep_peers(&mut self, name: &RoomName, peers: &[PeerId]) {
        let engine = &mut self.engine;
        self.room_by_peer.retain(|peer, of| {
            let is_kept = of != name || peers.contains(peer);
            if !is_kept {
                engine.leave(*peer);
            }
            is_kept
        });
        for peer in peers {
            self.room_by_peer.entry(*peer).or_insert_with(|| name.clone());
        }
    }

    /// Takes events out of the engine to their rooms until there are none.
    fn settle(&mut self, now: Instant) {
        while let Some((peer, event)) = self.engine.poll_event() {
            let Some(name) = self.room_by_peer.get(&peer) else { continue };
            if self.at.as_ref() != Some(name)
                && let Some(before) = self.at.replace(name.clone())
            {
                self.drain(&before);
            }
            let Some(room) = self.at.as_ref().and_then(|name| self.rooms.get_mut(name)) else {
                continue;
            };
            room.handle_event(&mut self.engine, peer, event, now);
        }
        if let Some(name) = self.at.take() {
            self.drain(&name);
        }
    }

    fn drain(&mut self, name: &RoomName) {
        let Some(room) = self.rooms.get_mut(name) else { return };
        while let Some(event) = room.poll_output() {
            self.outputs.push_back(Output::Event(name.clone(), event));
        }
        for (count, n) in room.take_counts() {
            self.counts.add_many(count, n);
        }
    }
}
