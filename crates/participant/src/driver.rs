//! The thread that carries participants.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinSet, LocalSet};

use crate::event::Events;
use crate::handle::Participant;
use crate::options::{JoinError, Options, StartError};
use crate::task;

/// How long it may take until media is connected.
const JOIN_LIMIT: Duration = Duration::from_secs(20);

/// Joins that wait for the thread.
const WAITING_MAX: usize = 256;

/// One thread with any number of participants. It ends when the last clone is dropped and every
/// participant has left.
#[derive(Clone, Debug)]
pub struct Driver {
    jobs: mpsc::Sender<Job>,
}

#[derive(Debug)]
struct Job {
    options: Options,
    done: oneshot::Sender<Result<(Participant, Events), JoinError>>,
}

impl Driver {
    /// Starts the thread.
    pub fn start() -> Result<Self, StartError> {
        let (jobs, waiting) = mpsc::channel(WAITING_MAX);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(StartError)?;
        std::thread::Builder::new()
            .name("participants".to_owned())
            .spawn(move || LocalSet::new().block_on(&runtime, serve(waiting)))
            .map_err(StartError)?;
        Ok(Self { jobs })
    }

    /// Joins a room. Returns when media is connected and data can be sent.
    pub async fn join(&self, options: Options) -> Result<(Participant, Events), JoinError> {
        let (done, joined) = oneshot::channel();
        self.jobs.send(Job { options, done }).await.map_err(|_| JoinError::Stopped)?;
        match tokio::time::timeout(JOIN_LIMIT, joined).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(JoinError::Stopped),
            Err(_) => Err(JoinError::Timeout),
        }
    }
}

async fn serve(mut waiting: mpsc::Receiver<Job>) {
    str0m::crypto::from_feature_flags().install_process_default();
    let mut participants = JoinSet::new();
    while let Some(job) = waiting.recv().await {
        participants.spawn_local(task::run(job.options, job.done));
        while participants.try_join_next().is_some() {}
    }
    while participants.join_next().await.is_some() {}
}
