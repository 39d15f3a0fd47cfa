//! The workers: a thread per core, each with engines of its own, fed from one bounded queue.
//! Readings that count go before those that are only shown for a moment.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use language::Tag;
use tracing::error;

use crate::engine::{Recogniser, Translator};
use crate::{Library, SpeechError};

/// Jobs that count and may wait: at 0.3 s each and two workers, what is behind them is too late.
const LASTING_MAX: usize = 256;

/// Jobs for a moment that may wait. A further one is refused: its like comes in 0.4 s again.
const PASSING_MAX: usize = 32;

/// Starting an engine takes 0.1 s to 0.5 s; what is still waiting then is of no use.
const WARMING_MAX: Duration = Duration::from_secs(5);

/// What a worker is asked to do.
#[derive(Clone, PartialEq)]
pub enum Task {
    /// Read speech at 16 kHz.
    Read { pcm: Vec<f32>, language: Tag },
    /// Translate along these legs.
    Translate { text: String, legs: Vec<(Tag, Tag)> },
}

/// What was said stays out of logs.
impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { pcm, language } => f
                .debug_struct("Read")
                .field("samples", &pcm.len())
                .field("language", language)
                .finish(),
            Self::Translate { text, legs } => {
                f.debug_struct("Translate").field("bytes", &text.len()).field("legs", legs).finish()
            }
        }
    }
}

/// The text, or why there is none.
pub type Answer = Result<String, SpeechError>;

/// Which jobs go first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// What the record keeps.
    Lasting,
    /// What is shown for a moment.
    Passing,
}

/// Work, and who wants the answer. The answer is called once, on a worker's thread, unless the
/// pool stops before.
pub struct Job {
    pub task: Task,
    pub queue: Queue,
    pub deadline: Instant,
    pub answer: Box<dyn FnOnce(Answer) + Send>,
}

/// The queue is full; the job was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the workers do not keep up")]
pub struct Full;

/// The workers. Dropping it lets each finish its job and joins it.
#[derive(Debug)]
pub struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
}

/// A mutex and not channels, because workers take from two queues in an order of their own.
#[derive(Debug)]
struct Shared {
    queues: Mutex<Queues>,
    changed: Condvar,
}

#[derive(Default)]
struct Queues {
    lasting: VecDeque<Job>,
    passing: VecDeque<Job>,
    is_stopping: bool,
}

impl Pool {
    /// Starts the workers; they start their engines when they are first needed.
    pub fn start(library: &Arc<Library>, workers: usize) -> std::io::Result<Self> {
        let shared =
            Arc::new(Shared { queues: Mutex::new(Queues::default()), changed: Condvar::new() });
        let workers = (0..workers.max(1))
            .map(|index| {
                let (shared, library) = (Arc::clone(&shared), Arc::clone(library));
                thread::Builder::new()
                    .name(format!("speech-{index}"))
                    .spawn(move || Worker::new(library).run(&shared))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { shared, workers })
    }

    /// Queues a job, or refuses it.
    pub fn submit(&self, job: Job) -> Result<(), Full> {
        let mut queues = self.shared.lock();
        let (queue, limit) = match job.queue {
            Queue::Lasting => (&mut queues.lasting, LASTING_MAX),
            Queue::Passing => (&mut queues.passing, PASSING_MAX),
        };
        if queue.len() >= limit {
            return Err(Full);
        }
        queue.push_back(job);
        drop(queues);
        self.shared.changed.notify_one();
        Ok(())
    }

    /// Lets every worker do a task of this kind for nobody, so that its engines are started before
    /// the first words need them.
    pub fn warm(&self, task: &Task) {
        for _ in 0..self.workers.len() {
            let deadline = Instant::now() + WARMING_MAX;
            let answer = Box::new(|_| ());
            let job = Job { task: task.clone(), queue: Queue::Passing, deadline, answer };
            if self.submit(job).is_err() {
                // They are busy, and so warm already.
                return;
            }
        }
    }

    /// Returns how many jobs wait.
    pub fn waiting(&self) -> usize {
        let queues = self.shared.lock();
        queues.lasting.len() + queues.passing.len()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.lock().is_stopping = true;
        self.shared.changed.notify_all();
        for worker in self.workers.drain(..) {
            if worker.join().is_err() {
                error!("a speech worker ended in a panic");
            }
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<Job> {
        let mut queues = self.lock();
        loop {
            if queues.is_stopping {
                return None;
            }
            let job = queues.lasting.pop_front().or_else(|| queues.passing.pop_front());
            if job.is_some() {
                return job;
            }
            queues = self.changed.wait(queues).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// One thread's engines, by pack and by pair.
struct Worker {
    library: Arc<Library>,
    recognisers: BTreeMap<String, Box<dyn Recogniser>>,
    translators: BTreeMap<(Tag, Tag), Box<dyn Translator>>,
}

impl Worker {
    fn new(library: Arc<Library>) -> Self {
        Self { library, recognisers: BTreeMap::new(), translators: BTreeMap::new() }
    }

    fn run(mut self, shared: &Shared) {
        while let Some(job) = shared.next() {
            let Job { task, deadline, answer, .. } = job;
            // An engine that panics must cost one answer, not a worker.
            let result = catch_unwind(AssertUnwindSafe(|| self.work(task, deadline)));
            answer(result.unwrap_or_else(|_| {
                self.recognisers.clear();
                self.translators.clear();
                Err(SpeechError::Engine { engine: "speech", why: "it panicked".into() })
            }));
        }
    }

    fn work(&mut self, task: Task, deadline: Instant) -> Answer {
        if Instant::now() > deadline {
            return Err(SpeechError::Late);
        }
        match task {
            Task::Read { pcm, language } => self.read(&pcm, language, deadline),
            Task::Translate { mut text, legs } => {
                for (from, to) in legs {
                    text = self.translate(&text, from, to, deadline)?;
                }
                Ok(text)
            }
        }
    }

    fn read(&mut self, pcm: &[f32], language: Tag, deadline: Instant) -> Answer {
        let pack = self.library.pack_for(language).ok_or(SpeechError::NoPack)?;
        if !self.recognisers.contains_key(&pack.id) {
            let started = self.library.recogniser(pack)?;
            self.recognisers.insert(pack.id.clone(), started);
        }
        let recogniser = self.recognisers.get_mut(&pack.id).ok_or(SpeechError::NoPack)?;
        recogniser.recognise(pcm, language, deadline)
    }

    fn translate(&mut self, text: &str, from: Tag, to: Tag, deadline: Instant) -> Answer {
        if !self.translators.contains_key(&(from, to)) {
            self.translators.insert((from, to), self.library.translator(from, to)?);
        }
        let translator = self.translators.get_mut(&(from, to)).ok_or(SpeechError::NoPack)?;
        translator.translate(text, deadline)
    }
}

impl fmt::Debug for Queues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queues")
            .field("lasting", &self.lasting.len())
            .field("passing", &self.passing.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("task", &self.task)
            .field("queue", &self.queue)
            .finish_non_exhaustive()
    }
}
