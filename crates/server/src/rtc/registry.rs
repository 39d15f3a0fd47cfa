//! The open rooms: finds or opens the task of each.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::media::RoomName;
use sfu_net::Media;
use signal::{ConnectionId, Keys};
use store::Store;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::directory::{Directory, Presence};
use super::metrics;
use super::recorder::Recorder;
use super::room::{self, Input};
use crate::Clock;

/// Rooms on one node: each costs a task and some kilobytes, and a token to open.
const ROOMS_MAX: usize = 10_000;

/// The open rooms, and the media workers that carry them.
#[derive(Clone)]
pub struct Rooms(Arc<Inner>);

pub(super) struct Inner {
    pub(super) media: Media,
    pub(super) clock: Clock,
    pub(super) keys: Keys,
    pub(super) recorder: Recorder,
    next_connection: AtomicU64,
    directory: watch::Sender<Arc<Directory>>,
    /// A mutex, as finding a room, opening it and handing somebody in must be one step; it is held
    /// for microseconds and never over an await.
    open_by_name: Mutex<BTreeMap<RoomName, Open>>,
}

struct Open {
    inputs: mpsc::Sender<Input>,
    task: JoinHandle<()>,
}

impl std::fmt::Debug for Rooms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rooms").field("open", &self.0.lock().len()).finish_non_exhaustive()
    }
}

impl Rooms {
    pub(crate) fn new(media: Media, store: &Store, keys: Keys, clock: Clock) -> Self {
        metrics::register();
        Self(Arc::new(Inner {
            media,
            keys,
            recorder: Recorder::start(store.clone(), clock.clone()),
            clock,
            next_connection: AtomicU64::new(1),
            directory: watch::Sender::new(Arc::default()),
            open_by_name: Mutex::new(BTreeMap::new()),
        }))
    }

    /// Returns the media workers' handle.
    pub fn media(&self) -> &Media {
        &self.0.media
    }

    /// Follows who is in which room.
    pub fn directory(&self) -> watch::Receiver<Arc<Directory>> {
        self.0.directory.subscribe()
    }

    /// Returns who is in a room at this moment.
    pub fn presence(&self, room: &RoomName) -> Arc<Presence> {
        self.0.directory.borrow().presence_by_room.get(room).cloned().unwrap_or_default()
    }

    /// Sends everybody out and ends the workers; the server is stopping.
    pub(crate) async fn stop(self) {
        let open = std::mem::take(&mut *self.0.lock());
        for room in open.values() {
            // A task that is gone has nobody to send out.
            let _gone = room.inputs.send(Input::Shut).await;
        }
        for room in open.into_values() {
            let _ended = room.task.await;
        }
        self.0.recorder.stop().await;
        let media = self.0.media.clone();
        let _ended = tokio::task::spawn_blocking(move || media.stop()).await;
    }

    pub(super) fn connection(&self) -> ConnectionId {
        ConnectionId(self.0.next_connection.fetch_add(1, Ordering::Relaxed))
    }

    /// Hands an input to a room, opening it if need be. `None`: there is no room for it now.
    pub(super) fn hand_in(&self, name: &RoomName, input: Input) -> Option<mpsc::Sender<Input>> {
        let mut open_by_name = self.0.lock();
        // A task that ended without leaving the registry died of a panic: its people come back.
        let died = open_by_name.get(name).is_some_and(|open| open.inputs.is_closed());
        if died {
            tracing::error!(room = name.0, "a room's task died; it is opened again");
            metrics::what("room_died");
            metrics::rooms(-1);
            open_by_name.remove(name);
        }
        if !open_by_name.contains_key(name) {
            if open_by_name.len() >= ROOMS_MAX {
                metrics::what("rooms_full");
                return None;
            }
            let (inputs, receiver) = room::channel();
            let task = tokio::spawn(room::run(self.clone(), name.clone(), receiver));
            open_by_name.insert(name.clone(), Open { inputs, task });
            metrics::rooms(1);
        }
        let inputs = open_by_name.get(name)?.inputs.clone();
        if inputs.try_send(input).is_err() {
            metrics::what("room_busy");
            return None;
        }
        Some(inputs)
    }

    /// Forgets a room, unless somebody has come in meanwhile. Returns whether it is forgotten.
    pub(super) fn forget(&self, name: &RoomName, inputs: &mpsc::Receiver<Input>) -> bool {
        let mut open_by_name = self.0.lock();
        if !inputs.is_empty() {
            return false;
        }
        if open_by_name.remove(name).is_some() {
            metrics::rooms(-1);
        }
        true
    }

    pub(super) fn tell_directory(&self, name: &RoomName, presence: Option<Presence>) {
        self.0.directory.send_modify(|directory| {
            let directory = Arc::make_mut(directory);
            match presence {
                Some(presence) => {
                    directory.presence_by_room.insert(name.clone(), Arc::new(presence));
                }
                None => {
                    directory.presence_by_room.remove(name);
                }
            }
        });
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.0
    }
}

impl Inner {
    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<RoomName, Open>> {
        self.open_by_name.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
