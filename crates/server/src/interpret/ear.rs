//! One room's ear: a thread that owns what is heard on every track. It waits for sound and for the
//! workers' answers and blocks nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use interpret::{Source, Utterance};
use language::Tag;
use model::Timestamp;
use model::caption::{Caption, CaptionState};
use speech::{Answer, Hearing, Job, Library, Pool, Queue, RATE, SpeechError, Task, Third, Work};
use tokio::sync::mpsc as async_mpsc;
use tracing::{debug, warn};

use super::metrics;
use crate::Clock;

/// Sound that may wait, in pieces of 20 ms or so: ten seconds of one voice. What comes faster than
/// it is heard is dropped and counted.
const SOUND_MAX: usize = 500;

/// Answers of the workers that are still owed: their queues hold 288 jobs of all rooms together.
/// What would be owed beyond is refused, as by a full queue.
const ANSWERS_MAX: usize = 512;

/// Whatever may wait for the thread: sound, answers, and one call to wake up. It is never full.
const INPUTS_MAX: usize = SOUND_MAX + ANSWERS_MAX + 1;

/// Tracks of one room that are listened to at once: more people do not speak.
const TRACKS_MAX: usize = 64;

/// A track that was silent this long is forgotten; its next sound makes a fresh one.
const FORGET: Duration = Duration::from_secs(30);

/// How long the thread sleeps when nothing is due.
const IDLE: Duration = Duration::from_secs(5);

/// Who is in the room: what they speak, and what is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scene {
    /// By LiveKit identity.
    pub(super) spoken: BTreeMap<String, Tag>,
    pub(super) wanted: BTreeSet<Tag>,
}

enum Input {
    Sound {
        track: Arc<str>,
        speaker: Arc<str>,
        pcm: Vec<i16>,
    },
    Answer {
        hearing: u64,
        asked: Asked,
        answer: Answer,
    },
    /// There is something else to look at.
    Wake,
}

/// What the handle leaves for the thread beside the queue.
#[derive(Debug, Default)]
struct Shared {
    sound_waiting: AtomicUsize,
    /// The newest scene that was not seen yet: an older one is of no use. A mutex, because it is
    /// looked at a few times a second.
    scene: Mutex<Option<Scene>>,
    /// A call to wake up waits already.
    is_called: AtomicBool,
    is_closed: AtomicBool,
}

/// What a worker was asked for.
#[derive(Clone, Copy)]
enum Asked {
    Reading { utterance: Utterance, is_last: bool },
    Translation(u64),
}

/// The way to the thread. Dropping it ends the thread.
#[derive(Debug)]
pub(super) struct Ear {
    inputs: mpsc::SyncSender<Input>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Ear {
    /// Starts to listen. Captions go to `captions`; where nobody takes them, they are dropped.
    pub(super) fn start(
        library: &Arc<Library>,
        pool: &Arc<Pool>,
        clock: &Clock,
        captions: async_mpsc::Sender<Caption>,
    ) -> std::io::Result<Self> {
        let (inputs, receiver) = mpsc::sync_channel(INPUTS_MAX);
        let shared = Arc::new(Shared::default());
        let listening = Listening {
            library: Arc::clone(library),
            pool: Arc::clone(pool),
            clock: clock.clone(),
            captions,
            answers: inputs.clone(),
            owed: 0,
            refused: Vec::new(),
            shared: Arc::clone(&shared),
            scene: Scene::default(),
            tracks: BTreeMap::new(),
            warm: BTreeSet::new(),
            count: 0,
        };
        let thread =
            thread::Builder::new().name("ear".into()).spawn(move || listening.run(&receiver))?;
        Ok(Self { inputs, shared, thread: Some(thread) })
    }

    pub(super) fn see(&self, scene: Scene) {
        *self.shared.scene.lock().unwrap_or_else(PoisonError::into_inner) = Some(scene);
        self.wake();
    }

    /// Takes 48 kHz mono sound of a track.
    pub(super) fn hear(&self, track: Arc<str>, speaker: Arc<str>, pcm: Vec<i16>) {
        let waiting = &self.shared.sound_waiting;
        if waiting.load(Ordering::Relaxed) >= SOUND_MAX {
            metrics::sound_dropped();
            return;
        }
        waiting.fetch_add(1, Ordering::Relaxed);
        // The thread ends only when this handle is dropped, or in a panic, which is logged.
        if self.inputs.try_send(Input::Sound { track, speaker, pcm }).is_err() {
            waiting.fetch_sub(1, Ordering::Relaxed);
            metrics::sound_dropped();
        }
    }

    fn wake(&self) {
        if !self.shared.is_called.swap(true, Ordering::AcqRel) {
            drop(self.inputs.try_send(Input::Wake));
        }
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.shared.is_closed.store(true, Ordering::Release);
        self.wake();
        // It is not joined: the last thing it does may take as long as one call of an engine, and
        // this is dropped in an async task.
        drop(self.thread.take());
    }
}

/// One track that is heard.
struct Track {
    /// Answers name the hearing they are for: one that was replaced gets none of them.
    number: u64,
    hearing: Hearing,
    third: Third,
    heard_at: Timestamp,
    given_up: u64,
}

struct Listening {
    library: Arc<Library>,
    pool: Arc<Pool>,
    clock: Clock,
    captions: async_mpsc::Sender<Caption>,
    answers: mpsc::SyncSender<Input>,
    /// Answers that the workers still owe, or that wait in the queue.
    owed: usize,
    /// What the workers did not take: it is answered before anything else.
    refused: Vec<(u64, Asked)>,
    shared: Arc<Shared>,
    scene: Scene,
    tracks: BTreeMap<Arc<str>, Track>,
    /// Spoken and wanted languages whose engines were started.
    warm: BTreeSet<(Tag, Tag)>,
    count: u64,
}

impl Listening {
    fn run(mut self, inputs: &mpsc::Receiver<Input>) {
        loop {
            match inputs.recv_timeout(self.pause()) {
                Ok(input) => self.handle(input),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if self.shared.is_closed.load(Ordering::Acquire) {
                return;
            }
            let scene = self.shared.scene.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(scene) = scene {
                self.handle_scene(scene);
            }
            for (hearing, asked) in std::mem::take(&mut self.refused) {
                self.handle_answer(hearing, asked, Err(SpeechError::Late));
            }
            self.work();
        }
    }

    /// Returns how long nothing is due.
    fn pause(&self) -> Duration {
        if !self.refused.is_empty() {
            return Duration::ZERO;
        }
        let due = self.tracks.values().filter_map(|track| track.hearing.poll_timeout()).min();
        due.map_or(IDLE, |due| due.since(self.clock.now())).min(IDLE)
    }

    fn handle(&mut self, input: Input) {
        let now = self.clock.now();
        match input {
            Input::Sound { track, speaker, pcm } => {
                self.shared.sound_waiting.fetch_sub(1, Ordering::Relaxed);
                self.handle_sound(&track, &speaker, &pcm, now);
            }
            Input::Answer { hearing, asked, answer } => {
                self.owed = self.owed.saturating_sub(1);
                self.handle_answer(hearing, asked, answer);
            }
            Input::Wake => {
                self.shared.is_called.swap(false, Ordering::AcqRel);
            }
        }
    }

    fn handle_answer(&mut self, hearing: u64, asked: Asked, answer: Answer) {
        let now = self.clock.now();
        let text = text_of(answer);
        let track = self.tracks.values_mut().find(|track| track.number == hearing);
        let Some(Track { hearing, .. }) = track else { return };
        match asked {
            Asked::Reading { utterance, is_last } => {
                hearing.handle_reading(utterance, is_last, text.as_deref(), now);
            }
            Asked::Translation(id) => hearing.handle_translation(id, text.as_deref(), now),
        }
    }

    fn handle_scene(&mut self, scene: Scene) {
        self.scene = scene;
        let (library, scene) = (&self.library, &self.scene);
        // Who says that they speak another language is heard afresh.
        self.tracks.retain(|_, track| {
            let source = track.hearing.source();
            scene.spoken.get(&source.speaker).is_none_or(|tag| *tag == source.language)
        });
        for track in self.tracks.values_mut() {
            let spoken = track.hearing.source().language;
            track.hearing.want(library.graph().plan(spoken, &scene.wanted));
        }
        self.warm_up();
    }

    /// Starts the engines for what may be spoken and is wanted, before anybody speaks.
    fn warm_up(&mut self) {
        let hears = self.library.hears();
        let spoken: BTreeSet<Tag> = self.scene.spoken.values().map(|tag| tag.primary()).collect();
        for language in spoken.into_iter().filter(|tag| hears.contains(tag)) {
            if self.warm.insert((language, language)) {
                self.pool.warm(&Task::Read { pcm: vec![0.0; RATE as usize], language });
            }
            for (to, route) in self.library.graph().plan(language, &self.scene.wanted) {
                if let Some(route) = route
                    && self.warm.insert((language, to))
                {
                    self.pool.warm(&Task::Translate { text: "1".into(), legs: route.legs });
                }
            }
        }
    }

    fn handle_sound(&mut self, track: &Arc<str>, speaker: &str, pcm: &[i16], now: Timestamp) {
        if !self.tracks.contains_key(track) && !self.open(track, speaker, now) {
            return;
        }
        let Some(open) = self.tracks.get_mut(track) else { return };
        open.heard_at = now;
        let mut sound = Vec::with_capacity(pcm.len() / 3 + 1);
        open.third.push(pcm, &mut sound);
        if let Err(error) = open.hearing.hear(&sound, now) {
            warn!(%error, "a track is not heard any more");
            self.tracks.remove(track);
        }
    }

    /// Begins to listen to a track, if we know its speaker's language and can read it.
    fn open(&mut self, track: &Arc<str>, speaker: &str, now: Timestamp) -> bool {
        let Some(&language) = self.scene.spoken.get(speaker) else { return false };
        let is_readable =
            self.library.hears().iter().any(|tag| tag.primary() == language.primary());
        if !is_readable || self.tracks.len() >= TRACKS_MAX {
            return false;
        }
        let voice = match self.library.voice() {
            Ok(voice) => voice,
            Err(error) => {
                warn!(%error, "voice activity does not start");
                return false;
            }
        };
        self.count += 1;
        let number = self.count;
        let source = Source {
            speaker: speaker.to_owned(),
            track: track.to_string(),
            language: language.primary(),
            // The moment makes it unique in the meeting, also after this server started again.
            prefix: format!("{:x}-{number}", now.micros()),
        };
        let mut hearing = Hearing::new(voice, source);
        hearing.want(self.library.graph().plan(language, &self.scene.wanted));
        debug!(track = &**track, language = %language, "a track is heard");
        let third = Third::default();
        let open = Track { number, hearing, third, heard_at: now, given_up: 0 };
        self.tracks.insert(Arc::clone(track), open);
        true
    }

    /// Does what every track wants done.
    fn work(&mut self) {
        let now = self.clock.now();
        self.tracks.retain(|_, track| now.since(track.heard_at) < FORGET);
        for track in self.tracks.values_mut() {
            track.hearing.handle_timeout(now);
            let given_up = track.hearing.given_up();
            metrics::given_up(given_up - track.given_up);
            track.given_up = given_up;
            while let Some(work) = track.hearing.poll() {
                match work {
                    Work::Caption(caption) => send(&self.captions, caption, now),
                    Work::Read { .. } | Work::Translate(_) => {
                        let pool = Some(&*self.pool).filter(|_| self.owed < ANSWERS_MAX);
                        match submit(pool, &self.answers, track.number, work) {
                            Ok(()) => self.owed += 1,
                            Err(asked) => self.refused.push((track.number, asked)),
                        }
                    }
                }
            }
        }
    }
}

/// Sends a caption on its way. A final one waits for its place, others make room for newer ones.
fn send(captions: &async_mpsc::Sender<Caption>, caption: Caption, now: Timestamp) {
    metrics::caption();
    let is_final = caption.state == CaptionState::Final;
    if is_final {
        metrics::finished(now.since(caption.end));
        if caption.untranslated {
            metrics::untranslated();
        }
    } else if caption.revision == 1 && caption.language == caption.source_language {
        metrics::first_words(now.since(caption.start));
    }
    // Nobody takes it any more: the room is empty.
    if is_final {
        drop(captions.blocking_send(caption));
    } else {
        drop(captions.try_send(caption));
    }
}

/// Gives work to the pool. What is refused comes back: every request wants an answer.
fn submit(
    pool: Option<&Pool>,
    answers: &mpsc::SyncSender<Input>,
    hearing: u64,
    work: Work,
) -> Result<(), Asked> {
    let (task, asked, is_last, within) = match work {
        Work::Caption(_) => return Ok(()),
        Work::Read { utterance, is_last, within, pcm, language } => {
            (Task::Read { pcm, language }, Asked::Reading { utterance, is_last }, is_last, within)
        }
        Work::Translate(wish) => {
            let task = Task::Translate { text: wish.text, legs: wish.legs };
            (task, Asked::Translation(wish.id), wish.is_last, wish.within)
        }
    };
    let queue = if is_last { Queue::Lasting } else { Queue::Passing };
    let to = answers.clone();
    // The ear may have been closed meanwhile: then nobody wants the answer. A worker never waits:
    // there is room for every answer that is owed.
    let answer =
        Box::new(move |answer| drop(to.try_send(Input::Answer { hearing, asked, answer })));
    let job = Job { task, queue, deadline: Instant::now() + within, answer };
    pool.ok_or(asked)?.submit(job).map_err(|_| asked)
}

fn text_of(answer: Answer) -> Option<String> {
    match answer {
        Ok(text) => Some(text),
        Err(error) => {
            debug!(%error, "no answer from an engine");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_faster_than_it_is_heard_stays_bounded_and_answers_have_room() {
        let (inputs, waiting) = mpsc::sync_channel(INPUTS_MAX);
        let ear = Ear { inputs: inputs.clone(), shared: Arc::default(), thread: None };
        let last = Scene { wanted: [Tag::FR].into(), ..Scene::default() };

        for _ in 0..10 * INPUTS_MAX {
            ear.hear("track".into(), "ana".into(), Vec::new());
            ear.see(Scene::default());
        }
        ear.see(last.clone());
        for id in 0..ANSWERS_MAX as u64 {
            let asked = Asked::Translation(id);
            let answer = Input::Answer { hearing: 1, asked, answer: Err(SpeechError::Late) };
            assert!(inputs.try_send(answer).is_ok(), "answer {id} has no room");
        }

        let all: Vec<Input> = waiting.try_iter().collect();
        let count = |is_wanted: fn(&Input) -> bool| all.iter().filter(|i| is_wanted(i)).count();
        assert_eq!(count(|input| matches!(input, Input::Sound { .. })), SOUND_MAX);
        assert_eq!(count(|input| matches!(input, Input::Wake)), 1);
        assert_eq!(*ear.shared.scene.lock().expect("not poisoned"), Some(last), "the newest");
    }
}
