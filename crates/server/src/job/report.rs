//! Makes an edition of a report: page, PDF and data pack in each language.

use store::job::Job;
use store::{StoreError, WriteTx};

use super::JobError;
use crate::App;

/// The queue of these jobs.
pub(crate) const QUEUE: &str = "report";

/// Makes the edition that the job's payload names.
pub(crate) async fn run(app: &App, job: &Job) -> Result<(), JobError> {
    let _ = (app, job);
    Err(JobError::Never("reports are not made by this version".to_owned()))
}

/// Notes on the edition that it will not be made.
pub(crate) async fn give_up(tx: &mut WriteTx, job: &Job, why: &str) -> Result<(), StoreError> {
    let _ = (tx, job, why);
    Ok(())
}
