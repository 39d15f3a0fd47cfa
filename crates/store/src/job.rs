//! Background work as rows: added in the transaction that makes it necessary, taken by a worker
//! for a while. A worker that dies lets go when its lock ends.

use std::time::Duration;

use model::Timestamp;
use model::id::JobId;
use sqlx::{query, query_as};

use crate::column::int;
use crate::tx::{on, row, statements};
use crate::{Engine, Result, WriteTx};

row! {
    /// A piece of background work that somebody took.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Job {
        pub id: JobId,
        /// JSON; the queue says of what shape.
        pub payload: String,
        /// How often it was taken, this time included.
        pub attempts: u32,
    }
}

statements! {
    ADD = "INSERT INTO job (id, queue, payload, run_at, attempts, locked_until, failed_at, \
        problem, created_at) VALUES ($1, $2, $3, $4, 0, NULL, NULL, NULL, $5) \
        ON CONFLICT (id) DO NOTHING";
    TAKE_ON_SQLITE: sqlite = "UPDATE job SET locked_until = $3, attempts = attempts + 1 \
        WHERE id IN (SELECT id FROM job WHERE queue = $1 AND run_at <= $2 AND failed_at IS NULL \
        AND (locked_until IS NULL OR locked_until <= $2) ORDER BY run_at, id LIMIT $4) \
        RETURNING id, payload, attempts";
    TAKE_ON_POSTGRES: postgres = "UPDATE job SET locked_until = $3, attempts = attempts + 1 \
        WHERE id IN (SELECT id FROM job WHERE queue = $1 AND run_at <= $2 AND failed_at IS NULL \
        AND (locked_until IS NULL OR locked_until <= $2) ORDER BY run_at, id LIMIT $4 \
        FOR UPDATE SKIP LOCKED) RETURNING id, payload, attempts";
    EXTEND = "UPDATE job SET locked_until = $3 WHERE id = $1 AND attempts = $2";
    FINISH = "DELETE FROM job WHERE id = $1 AND attempts = $2";
    RETRY = "UPDATE job SET locked_until = NULL, run_at = $3, problem = $4 \
        WHERE id = $1 AND attempts = $2";
    FAIL = "UPDATE job SET locked_until = NULL, failed_at = $3, problem = $4 \
        WHERE id = $1 AND attempts = $2";
}

/// Adds a job that is due at `run_at`; false if one with this id is there already.
pub async fn add(
    tx: &mut WriteTx,
    id: JobId,
    queue: &str,
    payload: &str,
    run_at: Timestamp,
) -> Result<bool> {
    let now = tx.now().micros();
    let added = on!(tx, |conn| query(ADD)
        .bind(id.uuid())
        .bind(queue)
        .bind(payload)
        .bind(run_at.micros())
        .bind(now)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(added == 1)
}

/// Takes up to `limit` jobs that are due and locks them for `lease`. Nobody else gets them before
/// that ends, so a worker that needs longer must [`extend`].
pub async fn take(tx: &mut WriteTx, queue: &str, limit: u32, lease: Duration) -> Result<Vec<Job>> {
    let text = match tx.engine() {
        Engine::Sqlite => TAKE_ON_SQLITE,
        Engine::Postgres => TAKE_ON_POSTGRES,
    };
    let now = tx.now();
    let mut taken: Vec<Job> = on!(tx, |conn| query_as(text)
        .bind(queue)
        .bind(now.micros())
        .bind((now + lease).micros())
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await)?;
    taken.sort_by_key(|job| job.id);
    Ok(taken)
}

/// Locks a job for `lease` from the transaction's time on; false if somebody else took it since.
pub async fn extend(tx: &mut WriteTx, job: &Job, lease: Duration) -> Result<bool> {
    let until = (tx.now() + lease).micros();
    let changed = on!(tx, |conn| query(EXTEND)
        .bind(job.id.uuid())
        .bind(int(job.attempts))
        .bind(until)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Removes a job that is done; false if somebody else took it since.
pub async fn finish(tx: &mut WriteTx, job: &Job) -> Result<bool> {
    let changed = on!(tx, |conn| query(FINISH)
        .bind(job.id.uuid())
        .bind(int(job.attempts))
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Gives a job back, to be taken again from `run_at` on; false if somebody else took it since.
pub async fn retry(tx: &mut WriteTx, job: &Job, run_at: Timestamp, problem: &str) -> Result<bool> {
    let changed = on!(tx, |conn| query(RETRY)
        .bind(job.id.uuid())
        .bind(int(job.attempts))
        .bind(run_at.micros())
        .bind(problem)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Gives a job up: it stays, with its problem, and is not taken again.
pub async fn fail(tx: &mut WriteTx, job: &Job, problem: &str) -> Result<bool> {
    let now = tx.now().micros();
    let changed = on!(tx, |conn| query(FAIL)
        .bind(job.id.uuid())
        .bind(int(job.attempts))
        .bind(now)
        .bind(problem)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}
