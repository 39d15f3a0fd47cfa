//! Background work: takes jobs from their table, one at a time and queue, and keeps hold of each
//! while it runs. A job that fails is tried again; one that cannot succeed stays with its problem.

pub(crate) mod report;

use std::time::Duration;

use store::StoreError;
use store::job::{self, Job};
use tokio::sync::watch;

use crate::{App, metrics};

/// How often the table is looked at. A person waits for the first sign of a report, no longer.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// How long a job is ours before another node may take it; extended while it runs.
const LEASE: Duration = Duration::from_mins(1);
const EXTEND_EVERY: Duration = Duration::from_secs(20);

/// How often a job is tried.
const ATTEMPTS_MAX: u32 = 3;

/// How long a failed job waits, times its attempts.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Why a job did not succeed.
#[derive(Debug)]
pub(crate) enum JobError {
    /// It may succeed later: the disk was full, a process died.
    Again(String),
    /// It never will: its payload makes no sense, or what it is about is gone.
    Never(String),
}

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        let mut text = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(error) = source {
            text = format!("{text}: {error}");
            source = error.source();
        }
        Self::Again(text)
    }
}

/// Runs jobs until `stop` says so. A job that runs then is left to its lease.
pub(crate) async fn run(app: App, mut stop: watch::Receiver<bool>) {
    loop {
        let worked = tokio::select! {
            worked = work(&app) => worked,
            _ = stop.wait_for(|is_stopping| *is_stopping) => return,
        };
        match worked {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "jobs cannot be read");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stop.wait_for(|is_stopping| *is_stopping) => return,
        }
    }
}

/// Does one job of each queue, if there is one; returns whether there was.
async fn work(app: &App) -> Result<bool, StoreError> {
    let mut tx = app.store.write(app.clock.now()).await?;
    let taken = job::take(&mut tx, report::QUEUE, 1, LEASE).await?;
    tx.commit().await?;
    let has_worked = !taken.is_empty();
    for job in taken {
        let result = held(app, &job, report::run(app, &job)).await;
        settle(app, &job, result).await?;
    }
    Ok(has_worked)
}

/// Runs a job and keeps its lease alive meanwhile.
async fn held(
    app: &App,
    job: &Job,
    work: impl Future<Output = Result<(), JobError>>,
) -> Result<(), JobError> {
    tokio::pin!(work);
    loop {
        tokio::select! {
            result = work.as_mut() => return result,
            () = tokio::time::sleep(EXTEND_EVERY) => {
                let mut tx = app.store.write(app.clock.now()).await?;
                let is_ours = job::extend(&mut tx, job, LEASE).await?;
                tx.commit().await?;
                if !is_ours {
                    return Err(JobError::Again("another node took the job".to_owned()));
                }
            }
        }
    }
}

async fn settle(app: &App, job: &Job, result: Result<(), JobError>) -> Result<(), StoreError> {
    let now = app.clock.now();
    let mut tx = app.store.write(now).await?;
    match result {
        Ok(()) => {
            job::finish(&mut tx, job).await?;
            metrics::job(true);
        }
        Err(JobError::Again(why)) if job.attempts < ATTEMPTS_MAX => {
            tracing::warn!(job = %job.id, why, attempts = job.attempts, "a job is tried again");
            job::retry(&mut tx, job, now + RETRY_AFTER * job.attempts, &why).await?;
        }
        Err(JobError::Again(why) | JobError::Never(why)) => {
            tracing::error!(job = %job.id, why, "a job is given up");
            report::give_up(&mut tx, job, &why).await?;
            job::fail(&mut tx, job, &why).await?;
            metrics::job(false);
        }
    }
    tx.commit().await
}
