//! The one way to store and withdraw responses: a task that commits whatever waits in one group.
//!
//! ```text
//! reserve ──full──▶ refused before anything is read
//!    │ place
//!    ▼
//! submit ─▶ queue ─▶ batch (what waits, up to 1,000) ─▶ rows + cells ─▶ commit ─▶ reply
//! ```
//!
//! There is no lingering: while one batch is on its way to the disk, the next one gathers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use model::Timestamp;
use model::cell::Stratum;
use model::id::ResponseId;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::lane::{Batch, Lane, Outcome, Withdrawn};
use super::{NewResponse, Reply, SLOT_MAX, StoredResponse, Withdrawal};
use crate::{Metrics, Result, Store, StoreError};

/// Most responses of one commit: beyond this a bigger batch gains nothing and delays the first.
const BATCH_MAX: usize = 1_000;

/// Responses that may wait when nothing else is said: at 10,000 per second the last one waits half
/// a second, and at 4 KiB each they take 20 MiB.
const QUEUE_MAX: usize = 5_000;

/// How soon erasing a forgotten key from SQLite's log is tried again while a reader needs the log.
const ERASE_AGAIN: Duration = Duration::from_secs(1);

/// How the writer is set up.
#[derive(Clone, Copy, Debug)]
pub struct WriterConfig {
    /// Responses that may wait; what comes beyond is refused.
    pub queue_max: usize,
}

impl Default for WriterConfig {
    fn default() -> Self {
        Self { queue_max: QUEUE_MAX }
    }
}

/// Why a response was not stored.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SubmitError {
    /// Too many wait. Come back in a second.
    #[error("too many answers wait to be stored")]
    Full,
    /// The server is stopping.
    #[error("answers are no longer taken")]
    Stopped,
    /// A NUL character, or a slot beyond [`SLOT_MAX`].
    #[error("the answer holds what cannot be stored")]
    Unstorable,
    /// Nothing of the batch was stored; the same response may be sent again.
    #[error("the answer was not stored")]
    Store(#[source] Arc<StoreError>),
}

/// Stores and withdraws responses. A handle: clones are the same writer.
#[derive(Clone, Debug)]
pub struct Writer {
    queue: mpsc::Sender<Work>,
    metrics: Metrics,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
}

/// A place in the queue, taken before a request is parsed.
#[derive(Debug)]
pub struct Place {
    permit: mpsc::OwnedPermit<Work>,
    metrics: Metrics,
}

type Answer<T> = oneshot::Sender<Result<T, SubmitError>>;

enum Work {
    Store(Box<NewResponse>, Answer<Reply>),
    Withdraw(Box<Withdrawn>, Answer<Withdrawal>),
    Stop,
}

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Store(..) => "Store",
            Self::Withdraw(..) => "Withdraw",
            Self::Stop => "Stop",
        })
    }
}

impl Writer {
    /// Takes a lane of the database and starts the task. `Taken` if another process has it.
    pub async fn start(store: &Store, config: WriterConfig, metrics: Metrics) -> Result<Self> {
        let lane = Lane::take(store).await?;
        let (queue, works) = mpsc::channel(config.queue_max);
        let task = tokio::spawn(run(lane, works, metrics.clone()));
        Ok(Self { queue, metrics, task: Arc::new(Mutex::new(Some(task))) })
    }

    /// Takes a place in the queue, or says at once that there is none: before parsing, so that
    /// refusing costs nearly nothing.
    pub fn reserve(&self) -> Result<Place, SubmitError> {
        match self.queue.clone().try_reserve_owned() {
            Ok(permit) => Ok(Place { permit, metrics: self.metrics.clone() }),
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.metrics.refused_full.inc();
                Err(SubmitError::Full)
            }
            Err(mpsc::error::TrySendError::Closed(_)) => Err(SubmitError::Stopped),
        }
    }

    /// Stores a response and returns after the commit; `Full` instead of waiting for a place.
    pub async fn submit(&self, response: NewResponse) -> Result<Reply, SubmitError> {
        self.reserve()?.submit(response).await
    }

    /// Stores many responses, waiting for places: for imports and the demonstration. Returns
    /// their replies in order after the last commit, or the first error.
    pub async fn submit_all(&self, responses: Vec<NewResponse>) -> Result<Vec<Reply>, SubmitError> {
        let mut waiting = Vec::with_capacity(responses.len());
        for response in responses {
            let permit =
                self.queue.clone().reserve_owned().await.map_err(|_| SubmitError::Stopped)?;
            let place = Place { permit, metrics: self.metrics.clone() };
            waiting.push(place.send(response)?);
        }
        let mut replies = Vec::with_capacity(waiting.len());
        for reply in waiting {
            replies.push(reply.await.map_err(|_| SubmitError::Stopped)??);
        }
        Ok(replies)
    }

    /// Withdraws a stored response and returns after the commit. `stratum` and `slots` are those
    /// it counts in, as `survey` reads them from its answers.
    pub async fn withdraw(
        &self,
        response: StoredResponse,
        stratum: Stratum,
        slots: Vec<u16>,
        at: Timestamp,
    ) -> Result<Withdrawal, SubmitError> {
        check_slots(&slots)?;
        let place = self.reserve()?;
        let (answer, done) = oneshot::channel();
        place.metrics.waiting.inc();
        let asked = Withdrawn { response, stratum, slots, at };
        place.permit.send(Work::Withdraw(Box::new(asked), answer));
        done.await.map_err(|_| SubmitError::Stopped)?
    }

    /// Stores what waits, refuses what comes, and returns when the task has ended.
    pub async fn stop(&self) {
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(task) = task else { return };
        // An error means that the task has ended already.
        let _ = self.queue.send(Work::Stop).await;
        if let Err(error) = task.await {
            tracing::error!(%error, "the answer writer ended by a panic");
        }
    }
}

impl Place {
    /// Stores a response and returns after the commit.
    pub async fn submit(self, response: NewResponse) -> Result<Reply, SubmitError> {
        self.send(response)?.await.map_err(|_| SubmitError::Stopped)?
    }

    fn send(
        self,
        response: NewResponse,
    ) -> Result<oneshot::Receiver<Result<Reply, SubmitError>>, SubmitError> {
        check_slots(&response.slots)?;
        // One row with a NUL would fail its whole batch.
        if response.answers.contains('\0') {
            return Err(SubmitError::Unstorable);
        }
        let (answer, done) = oneshot::channel();
        self.metrics.waiting.inc();
        self.permit.send(Work::Store(Box::new(response), answer));
        Ok(done)
    }
}

fn check_slots(slots: &[u16]) -> Result<(), SubmitError> {
    if slots.iter().any(|slot| *slot > SLOT_MAX) {
        return Err(SubmitError::Unstorable);
    }
    Ok(())
}

/// Who waits for a batch. A response that came twice has two who wait for the one.
#[derive(Default)]
struct Waiting {
    stored: Vec<Vec<Answer<Reply>>>,
    withdrawn: Vec<Answer<Withdrawal>>,
}

async fn run(mut lane: Lane, mut queue: mpsc::Receiver<Work>, metrics: Metrics) {
    let mut works = Vec::with_capacity(BATCH_MAX);
    loop {
        let came = tokio::select! {
            came = queue.recv_many(&mut works, BATCH_MAX) => came,
            () = tokio::time::sleep(ERASE_AGAIN), if lane.owes_erasure() => {
                erase(&mut lane).await;
                continue;
            }
        };
        if came == 0 {
            break;
        }
        if works.iter().any(|work| matches!(work, Work::Stop)) {
            queue.close();
        }
        let (batch, waiting) = sort(works.drain(..));
        if batch.responses.is_empty() && batch.withdrawals.is_empty() {
            continue;
        }
        let begun = Instant::now();
        let outcome = lane.write(&batch).await;
        metrics.commit_seconds.observe(begun.elapsed().as_secs_f64());
        answer(outcome, waiting, &metrics);
        if lane.owes_erasure() {
            erase(&mut lane).await;
        }
    }
    if lane.owes_erasure() {
        erase(&mut lane).await;
    }
    lane.close().await;
}

async fn erase(lane: &mut Lane) {
    if let Err(error) = lane.erase().await {
        tracing::warn!(error = &error as &dyn std::error::Error, "the log could not be emptied");
    }
}

fn sort(works: impl Iterator<Item = Work>) -> (Batch, Waiting) {
    let (mut batch, mut waiting) = (Batch::default(), Waiting::default());
    let mut index_by_id: BTreeMap<ResponseId, usize> = BTreeMap::new();
    for work in works {
        match work {
            Work::Store(response, answer) => {
                let index = *index_by_id.entry(response.id).or_insert_with(|| {
                    batch.responses.push(*response);
                    waiting.stored.push(Vec::new());
                    waiting.stored.len() - 1
                });
                waiting.stored[index].push(answer);
            }
            Work::Withdraw(asked, answer) => {
                batch.withdrawals.push(*asked);
                waiting.withdrawn.push(answer);
            }
            Work::Stop => {}
        }
    }
    (batch, waiting)
}

/// Tells everybody what became of the batch. Who does not wait any more is not told.
fn answer(outcome: Result<Outcome>, waiting: Waiting, metrics: &Metrics) {
    let answers = waiting.stored.iter().map(Vec::len).sum::<usize>() + waiting.withdrawn.len();
    metrics.waiting.dec_by(i64::try_from(answers).unwrap_or(i64::MAX));
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                answers,
                "a batch of answers was not stored"
            );
            metrics.failed.inc();
            let error = SubmitError::Store(Arc::new(error));
            for answer in waiting.stored.into_iter().flatten() {
                let _ = answer.send(Err(error.clone()));
            }
            for answer in waiting.withdrawn {
                let _ = answer.send(Err(error.clone()));
            }
            return;
        }
    };
    metrics.commits.inc();
    metrics.batch.observe(f64::from(u32::try_from(answers).unwrap_or(u32::MAX)));
    for (reply, answers) in outcome.replies.into_iter().zip(waiting.stored) {
        for (index, answer) in answers.into_iter().enumerate() {
            // Of a response that came twice in one batch, the second is the repeated one.
            let reply = if index > 0 && reply == Reply::Stored { Reply::Repeated } else { reply };
            match reply {
                Reply::Stored => metrics.stored.inc(),
                Reply::Repeated => metrics.repeated.inc(),
                Reply::Withdrawn | Reply::Closed => 0,
            };
            let _ = answer.send(Ok(reply));
        }
    }
    for (done, answer) in outcome.withdrawals.into_iter().zip(waiting.withdrawn) {
        if done == Withdrawal::Done {
            metrics.withdrawn.inc();
        }
        let _ = answer.send(Ok(done));
    }
}

#[cfg(test)]
mod tests;
