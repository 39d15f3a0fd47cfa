//! Writes attendance and final captions to the store, in order, beside the rooms: a slow disk
//! must not make a meeting wait.

use std::sync::{Mutex, PoisonError};

use language::Tag;
use model::caption::{Caption, CaptionState};
use model::id::{GuestId, MeetingId};
use model::media::RoomName;
use signal::room::Present;
use store::{Store, StoreError, WriteTx, attendance, caption};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::directory::{READ, RECORD, is_human, tag};
use super::metrics;
use crate::Clock;

/// Notes that wait for the disk: minutes of captions in every room. Beyond this they are lost,
/// counted and said.
const NOTES_MAX: usize = 8_192;

/// Notes of one transaction.
const NOTES_PER_COMMIT: usize = 64;

#[derive(Debug)]
enum Note {
    Came { meeting: MeetingId, guest: GuestId, reads: Tag, consents: bool },
    Went { meeting: MeetingId, guest: GuestId },
    Caption { meeting: MeetingId, caption: Box<Caption> },
}

/// The way to the task that writes.
#[derive(Debug)]
pub(super) struct Recorder {
    /// Taken when the server stops. A mutex, as many rooms send; held for a moment.
    notes: Mutex<Option<mpsc::Sender<Note>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Recorder {
    pub(super) fn start(store: Store, clock: Clock) -> Self {
        let (notes, waiting) = mpsc::channel(NOTES_MAX);
        let task = tokio::spawn(run(store, clock, waiting));
        Self { notes: Mutex::new(Some(notes)), task: Mutex::new(Some(task)) }
    }

    /// Somebody is present. Only people in meetings are noted.
    pub(super) fn came(&self, room: &RoomName, present: &Present) {
        let (Some(meeting), Some(guest)) = (room.meeting(), guest(present)) else { return };
        let reads = tag(present, READ).unwrap_or(Tag::EN);
        let consents = present.attributes.get(RECORD).is_some_and(|value| value == "true");
        self.note(Note::Came { meeting, guest, reads, consents });
    }

    pub(super) fn went(&self, room: &RoomName, present: &Present) {
        let (Some(meeting), Some(guest)) = (room.meeting(), guest(present)) else { return };
        self.note(Note::Went { meeting, guest });
    }

    pub(super) fn caption(&self, room: &RoomName, caption: Caption) {
        let Some(meeting) = room.meeting() else { return };
        if caption.state == CaptionState::Final {
            self.note(Note::Caption { meeting, caption: Box::new(caption) });
        }
    }

    /// Writes what waits and ends.
    pub(super) async fn stop(&self) {
        drop(self.notes.lock().unwrap_or_else(PoisonError::into_inner).take());
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            let _ended = task.await;
        }
    }

    fn note(&self, note: Note) {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(notes) = notes.as_ref() else { return };
        if notes.try_send(note).is_err() {
            metrics::what("note_dropped");
            tracing::warn!(
                "the store does not keep up: a caption or an attendance is not recorded"
            );
        }
    }
}

fn guest(present: &Present) -> Option<GuestId> {
    if is_human(present) { present.identity.parse().ok() } else { None }
}

async fn run(store: Store, clock: Clock, mut waiting: mpsc::Receiver<Note>) {
    let mut notes = Vec::with_capacity(NOTES_PER_COMMIT);
    while waiting.recv_many(&mut notes, NOTES_PER_COMMIT).await > 0 {
        if let Err(error) = write(&store, &clock, &notes).await {
            metrics::what("note_dropped");
            let source = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(%error, source, notes = notes.len(), "notes of a meeting are not recorded");
        }
        notes.clear();
    }
}

async fn write(store: &Store, clock: &Clock, notes: &[Note]) -> Result<(), StoreError> {
    let mut tx = store.write(clock.now()).await?;
    for note in notes {
        write_one(&mut tx, note).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn write_one(tx: &mut WriteTx, note: &Note) -> Result<(), StoreError> {
    let (Note::Came { meeting, .. } | Note::Went { meeting, .. } | Note::Caption { meeting, .. }) =
        note;
    if store::meeting::find(tx, *meeting).await?.is_none() {
        // A token may name a meeting that was deleted: nothing to note.
        return Ok(());
    }
    match note {
        Note::Came { guest, reads, consents, .. } => {
            attendance::enter(tx, *meeting, *guest, *reads, *consents).await?;
        }
        Note::Went { guest, .. } => {
            attendance::leave(tx, *meeting, *guest).await?;
        }
        Note::Caption { caption, .. } => {
            caption::record(tx, *meeting, caption).await?;
        }
    }
    Ok(())
}
