//! The machine interpreter: a participant in each room that has people in it. It hears every
//! microphone and sends captions in the languages that are wanted.
//!
//! ```text
//! directory ─▶ run: one desk per room with people
//!   desk (task)   participant: sound in, captions out; comes back when its connection is cut
//!   ear (thread)  speech::Hearing per track: voice activity and the rules of `interpret`
//!   pool          speech::Pool: recognition and translation, a worker per core, for all rooms
//! ```
//!
//! Without packs nothing is started; the lobby says what is missing.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::thread;

use axum::Router;
use language::Tag;
use model::media::RoomName;
use participant::Driver;
use speech::{Library, Missing, Pool};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::{error, info};

use crate::App;

mod desk;
mod ear;
mod metrics;

pub(crate) fn routes() -> Router<App> {
    Router::new()
}

/// The packs of this server and the workers that run them.
#[derive(Clone, Debug)]
pub struct Interpreters(Arc<Engines>);

#[derive(Debug)]
struct Engines {
    library: Arc<Library>,
    /// Started with the first desk: a server without meetings needs no workers.
    pool: OnceLock<Arc<Pool>>,
}

impl Interpreters {
    /// Reads the packs in the folder `models`.
    pub(crate) fn open(models: &Path) -> Self {
        let library = Arc::new(Library::open(models));
        Self(Arc::new(Engines { library, pool: OnceLock::new() }))
    }

    /// Returns which captions can be made: spoken language, then the language read.
    pub(crate) fn pairs(&self) -> Vec<(Tag, Tag)> {
        self.0.library.captions()
    }

    /// Returns what is missing before every caption can be made, as keys of the catalogue
    /// `interpret`, each once. Which packs are refused stands in the log and in `plenary models`.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let mut keys: Vec<&'static str> = self.0.library.missing().iter().map(key_of).collect();
        keys.dedup();
        keys
    }

    fn library(&self) -> &Arc<Library> {
        &self.0.library
    }

    fn pool(&self) -> std::io::Result<Arc<Pool>> {
        if let Some(pool) = self.0.pool.get() {
            return Ok(Arc::clone(pool));
        }
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let pool = Arc::new(Pool::start(&self.0.library, workers)?);
        Ok(Arc::clone(self.0.pool.get_or_init(|| pool)))
    }
}

fn key_of(missing: &Missing) -> &'static str {
    match missing {
        Missing::Runtime => "missing_runtime",
        Missing::VoiceActivity => "missing_voice_activity",
        Missing::Recognition => "missing_recognition",
        Missing::Translation => "missing_translation",
        Missing::Refused(_) => "missing_refused",
    }
}

/// Keeps an interpreter in each room with people, until the server stops.
pub(crate) async fn run(app: App, mut stopped: watch::Receiver<bool>) {
    metrics::register();
    if app.interpreters.library().hears().is_empty() {
        info!("no packs for captions: meetings go on without");
        return;
    }
    let (driver, pool) = match (Driver::start(), app.interpreters.pool()) {
        (Ok(driver), Ok(pool)) => (driver, pool),
        (Err(why), _) => return error!(%why, "the interpreters' thread does not start"),
        (_, Err(why)) => return error!(%why, "the speech workers do not start"),
    };
    let mut directory = app.rooms.directory();
    let mut desks: BTreeMap<RoomName, JoinHandle<()>> = BTreeMap::new();
    let (stop, stopping) = watch::channel(false);
    loop {
        desks.retain(|_, desk| !desk.is_finished());
        let now = Arc::clone(&directory.borrow_and_update());
        for (room, presence) in &now.presence_by_room {
            if presence.humans().next().is_some() && !desks.contains_key(room) {
                let desk = desk::Desk::new(&app, room, &driver, &pool);
                desks.insert(room.clone(), tokio::spawn(desk.run(stopping.clone())));
            }
        }
        tokio::select! {
            changed = directory.changed() => if changed.is_err() { break },
            _ = stopped.changed() => break,
            // A desk that closed just when somebody came back is opened again.
            () = tokio::time::sleep(desk::EMPTY_FOR), if !desks.is_empty() => {}
        }
    }
    stop.send_replace(true);
    for desk in desks.into_values() {
        if desk.await.is_err() {
            error!("an interpreter ended in a panic");
        }
    }
}
