//! The task of one open room: drives `signal::Room`, decides nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Bytes;
use model::Timestamp;
use model::media::{Event, RoomName};
use signal::protocol::SignalRequest;
use signal::room::Entry;
use signal::{ConnectionId, Output, Room, frame};
use tokio::sync::mpsc;

use super::directory::Presence;
use super::metrics;
use super::registry::Rooms;

/// Requests that wait for a room. It takes thousands a second; behind so many it is lost.
const INPUTS_MAX: usize = 4_096;

/// Events that wait for a room. Media cannot wait: beyond this they are dropped and counted.
const EVENTS_MAX: usize = 16_384;

/// How long a room that was closed waits before it may open again: media takes commands every few
/// milliseconds, and must have taken this one before it hears of the room anew.
const CLOSING: Duration = Duration::from_millis(500);

/// How long a room sleeps when it has no deadline.
const NAP_MAX: Duration = Duration::from_mins(1);

/// Frames for one WebSocket; its task writes them. Full means a reader that does not read.
pub(super) type Frames = mpsc::Sender<Bytes>;

#[derive(Debug)]
pub(super) enum Input {
    Enter { entry: Box<Entry>, frames: Frames },
    Request { connection: ConnectionId, request: Box<SignalRequest> },
    Closed { connection: ConnectionId },
    Shut,
}

pub(super) fn channel() -> (mpsc::Sender<Input>, mpsc::Receiver<Input>) {
    mpsc::channel(INPUTS_MAX)
}

/// Runs a room until it has ended.
pub(super) async fn run(rooms: Rooms, name: RoomName, inputs: mpsc::Receiver<Input>) {
    tracing::info!(room = name.0, "room opened");
    let (events, received) = mpsc::channel(EVENTS_MAX);
    let room = Room::new(
        name.clone(),
        rooms.inner().keys.clone(),
        rand::random(),
        rooms.inner().clock.now(),
    );
    let mut task =
        Task { rooms, name, room, inputs, events, received, frames_by_connection: BTreeMap::new() };
    task.open();
    task.serve().await;
    tracing::info!(room = task.name.0, "room closed");
}

struct Task {
    rooms: Rooms,
    name: RoomName,
    room: Room,
    inputs: mpsc::Receiver<Input>,
    events: mpsc::Sender<Event>,
    received: mpsc::Receiver<Event>,
    frames_by_connection: BTreeMap<ConnectionId, Frames>,
}

impl Task {
    /// Lets media speak to this task.
    fn open(&self) {
        let events = self.events.clone();
        let sink = move |event: Event| {
            if events.try_send(event).is_err() {
                metrics::what("event_dropped");
            }
        };
        self.rooms.inner().media.open(&self.name, Box::new(sink));
    }

    async fn serve(&mut self) {
        loop {
            let wake = self.nap();
            let is_shut = tokio::select! {
                Some(input) = self.inputs.recv() => self.handle_input(input),
                Some(event) = self.received.recv() => {
                    self.room.media(event, self.now());
                    false
                }
                () = tokio::time::sleep(wake) => false,
            };
            self.handle_timeout();
            let has_ended = self.drain();
            if is_shut {
                return;
            }
            if has_ended && self.end().await {
                return;
            }
        }
    }

    /// Returns whether the server is stopping.
    fn handle_input(&mut self, input: Input) -> bool {
        let now = self.now();
        match input {
            Input::Enter { entry, frames } => {
                self.frames_by_connection.insert(entry.connection, frames);
                self.room.enter(*entry, now);
            }
            Input::Request { connection, request } => self.room.request(connection, *request, now),
            Input::Closed { connection } => {
                self.frames_by_connection.remove(&connection);
                self.room.closed(connection, now);
            }
            Input::Shut => {
                self.room.shut(now);
                return true;
            }
        }
        false
    }

    /// Does what the room wants done. Returns whether it has ended.
    fn drain(&mut self) -> bool {
        let mut has_ended = false;
        let mut has_changed = false;
        while let Some(output) = self.room.poll_output() {
            match output {
                Output::ToClient { to, response } => {
                    self.send(&to, &Bytes::from(frame::write_response(&response)));
                }
                Output::Close { connection } => {
                    // Its task closes the socket when it has written what came before.
                    self.frames_by_connection.remove(&connection);
                }
                Output::ToMedia(command) => {
                    if self.rooms.inner().media.command(&self.name, command).is_err() {
                        tracing::error!(
                            room = self.name.0,
                            "media takes no commands; everybody joins again"
                        );
                        metrics::what("command_dropped");
                        self.room.media(Event::Died, self.now());
                    }
                }
                Output::Caption(caption) => {
                    self.rooms.inner().recorder.caption(&self.name, caption);
                }
                Output::Came(present) => self.rooms.inner().recorder.came(&self.name, &present),
                Output::Went(present) => self.rooms.inner().recorder.went(&self.name, &present),
                Output::Roster => has_changed = true,
                Output::Count(count) => metrics::count(count),
                Output::Ended => has_ended = true,
            }
        }
        if has_changed {
            let people = self.room.present();
            tracing::debug!(
                room = self.name.0,
                people = people.len(),
                "somebody came, went or changed"
            );
            self.rooms.tell_directory(&self.name, Some(Presence { people }));
        }
        has_ended
    }

    fn send(&mut self, to: &[ConnectionId], bytes: &Bytes) {
        for connection in to {
            let Some(frames) = self.frames_by_connection.get(connection) else { continue };
            if let Err(error) = frames.try_send(bytes.clone()) {
                // Dropping the sender closes the socket; its participant may resume.
                if matches!(error, mpsc::error::TrySendError::Full(_)) {
                    metrics::what("slow_reader");
                }
                self.frames_by_connection.remove(connection);
            }
        }
    }

    /// Leaves the registry. False if somebody came meanwhile: the room goes on, opened anew.
    async fn end(&mut self) -> bool {
        tokio::time::sleep(CLOSING).await;
        if self.rooms.forget(&self.name, &self.inputs) {
            self.rooms.tell_directory(&self.name, None);
            return true;
        }
        self.open();
        false
    }

    fn handle_timeout(&mut self) {
        let now = self.now();
        if self.room.poll_timeout().is_some_and(|(at, _)| at <= now) {
            self.room.handle_timeout(now);
        }
    }

    fn nap(&self) -> Duration {
        let now = self.now();
        self.room.poll_timeout().map_or(NAP_MAX, |(at, _)| at.since(now)).min(NAP_MAX)
    }

    fn now(&self) -> Timestamp {
        self.rooms.inner().clock.now()
    }
}
