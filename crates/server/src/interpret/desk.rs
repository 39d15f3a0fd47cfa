//! One room's interpreter: joins as a participant, by token over the WebSocket, as anybody does.
//! When its connection is cut, captions stop, and it comes back by itself.

use std::sync::Arc;
use std::time::Duration;

use language::{Tag, Words};
use model::caption::Caption;
use model::media::RoomName;
use participant::{Driver, Event, Events, Options, Participant};
use signal::token::{Grants, Token, TokenKind};
use speech::Pool;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tracing::{debug, error, info};

use super::ear::{Ear, Scene};
use super::metrics;
use crate::App;
use crate::rtc::Directory;

/// How long a room may be empty before its interpreter leaves: somebody may have reloaded a page.
pub(super) const EMPTY_FOR: Duration = Duration::from_secs(10);

/// How long the token is good; a connection that lasts longer comes back with another one.
const TOKEN_LIFE: Duration = Duration::from_hours(6);

/// The interpreter's LiveKit identity, the same in every room.
const IDENTITY: &str = "plenary-interpreter";

/// Between attempts to come back: soon at first, then rarely.
const RETRY_FIRST: Duration = Duration::from_millis(500);
const RETRY_MAX: Duration = Duration::from_secs(10);

/// Captions on their way to the room: several for each language, many times a second.
const CAPTIONS_MAX: usize = 256;

/// How long leaving may take before the connection is simply dropped.
const LEAVE_LIMIT: Duration = Duration::from_secs(2);

pub(super) struct Desk {
    app: App,
    room: RoomName,
    driver: Driver,
    pool: Arc<Pool>,
    directory: watch::Receiver<Arc<Directory>>,
}

/// Why the interpreter is not in the room any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Nobody is there, or the server is stopping.
    Done,
    /// The room sent it away, or coming back was refused.
    Lost,
}

impl Desk {
    pub(super) fn new(app: &App, room: &RoomName, driver: &Driver, pool: &Arc<Pool>) -> Self {
        Self {
            app: app.clone(),
            room: room.clone(),
            driver: driver.clone(),
            pool: Arc::clone(pool),
            directory: app.rooms.directory(),
        }
    }

    /// Interprets until nobody is there any more.
    pub(super) async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        let (sender, mut captions) = mpsc::channel(CAPTIONS_MAX);
        let library = self.app.interpreters.library();
        let ear = match Ear::start(library, &self.pool, &self.app.clock, sender) {
            Ok(ear) => ear,
            Err(why) => return error!(%why, "an ear does not start"),
        };
        metrics::desk(1);
        let mut retry = RETRY_FIRST;
        loop {
            match self.driver.join(self.options()).await {
                Ok((participant, events)) => {
                    retry = RETRY_FIRST;
                    info!(room = %self.room.0, "an interpreter is in the room");
                    let end = self.attend(&participant, events, &ear, &mut captions, &mut stopping);
                    let end = end.await;
                    // One that does not come to an end is dropped with its last handle.
                    drop(timeout(LEAVE_LIMIT, participant.leave()).await);
                    if end == End::Done {
                        break;
                    }
                }
                Err(why) => debug!(%why, "an interpreter cannot come in"),
            }
            if self.wait(retry, &mut captions, &mut stopping).await == End::Done {
                break;
            }
            retry = (retry * 2).min(RETRY_MAX);
        }
        metrics::desk(-1);
    }

    /// Passes sound to the ear and captions to the room.
    async fn attend(
        &mut self,
        participant: &Participant,
        mut events: Events,
        ear: &Ear,
        captions: &mut mpsc::Receiver<Caption>,
        stopping: &mut watch::Receiver<bool>,
    ) -> End {
        let mut scene = self.scene();
        ear.see(scene.clone());
        let mut empty_since = None;
        loop {
            let close =
                sleep_until(empty_since.map_or_else(far, |since: Instant| since + EMPTY_FOR));
            tokio::select! {
                event = events.recv() => match event {
                    Some(Event::Pcm { track, identity, pcm }) => ear.hear(track, identity, pcm),
                    Some(Event::Left(_)) | None => return End::Lost,
                    Some(_) => {}
                },
                Some(caption) = captions.recv() => {
                    if participant.send_caption(&caption).await.is_err() {
                        return End::Lost;
                    }
                }
                changed = self.directory.changed() => {
                    if changed.is_err() {
                        return End::Done;
                    }
                    let fresh = self.scene();
                    if fresh != scene {
                        scene = fresh;
                        ear.see(scene.clone());
                    }
                    empty_since = if self.is_empty() {
                        Some(empty_since.unwrap_or_else(Instant::now))
                    } else {
                        None
                    };
                }
                () = close, if empty_since.is_some() => return End::Done,
                _ = stopping.changed() => return End::Done,
            }
        }
    }

    /// Waits before the next attempt. Captions of what was heard before are of no use any more.
    async fn wait(
        &self,
        time: Duration,
        captions: &mut mpsc::Receiver<Caption>,
        stopping: &mut watch::Receiver<bool>,
    ) -> End {
        let until = Instant::now() + time;
        loop {
            tokio::select! {
                () = sleep_until(until) => break,
                Some(_) = captions.recv() => {}
                _ = stopping.changed() => return End::Done,
            }
        }
        if self.is_empty() { End::Done } else { End::Lost }
    }

    fn options(&self) -> Options {
        let keys = self.app.secrets.rtc();
        let name = Words::of(Tag::EN).text("interpret.name", &[]);
        let grants = Grants { can_publish: false, ..Grants::taking_part() };
        let token = keys.mint(&Token {
            room: self.room.clone(),
            identity: IDENTITY.to_owned(),
            name,
            metadata: String::new(),
            attributes: [].into(),
            kind: TokenKind::Agent,
            grants,
            expires: self.app.clock.now() + TOKEN_LIFE,
        });
        let url = self.app.config.internal_url().replacen("http", "ws", 1);
        Options { video_slots: 0, ..Options::new(url, token) }
    }

    /// Returns what is spoken and what is wanted in the room at this moment.
    fn scene(&self) -> Scene {
        let directory = self.directory.borrow();
        let Some(presence) = directory.presence_by_room.get(&self.room) else {
            return Scene::default();
        };
        let spoken = presence.humans().filter_map(|present| {
            Some((present.identity.clone(), presence.spoken_by(&present.identity)?))
        });
        Scene { spoken: spoken.collect(), wanted: presence.wanted() }
    }

    fn is_empty(&self) -> bool {
        let directory = self.directory.borrow();
        let presence = directory.presence_by_room.get(&self.room);
        presence.is_none_or(|presence| presence.humans().next().is_none())
    }
}

/// A moment that does not come.
fn far() -> Instant {
    Instant::now() + Duration::from_hours(24)
}
