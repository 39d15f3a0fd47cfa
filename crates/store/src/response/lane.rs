//! A lane: the one who may write certain rows of cells. It keeps what it wrote in memory, writes
//! new values (not differences) in the batch's transaction, and forgets all of it when in doubt.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicI16, AtomicU64, Ordering};
use std::time::Duration;

use model::Timestamp;
use model::cell::Stratum;
use model::id::{ResponseId, SurveyId};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{PgPool, Row as _, query, query_as, query_scalar, raw_sql};

use super::batch;
use super::cells::{CellRow, Counts, add, count, to_json};
use super::{
    CELLS_OF_LANE, NewResponse, Reply, SURVEY_ON_POSTGRES, SURVEY_ON_SQLITE, StoredResponse,
    WITHDRAW, WRITE_CELLS, Withdrawal,
};
use crate::open::{BUSY_TIMEOUT, Pools};
use crate::survey::SurveyState;
use crate::tx::{Conn, on, row};
use crate::{Engine, Result, Store, StoreError, WriteTx};

/// Nodes that may write answers to one PostgreSQL database at a time.
const LANES: i16 = 64;

/// First number of our advisory locks on PostgreSQL; the second is the lane.
const LOCK_CLASS: i32 = 75;

/// Hours of surveys kept in memory. Answers come to the current hour of a few surveys;
/// a withdrawal reads an old one. An hour has some hundred strata of some hundred counts.
const HOURS_MAX: usize = 64;

/// A batch is tried again when another node stored one of its responses at the same moment.
const ATTEMPTS: usize = 4;

/// How long the erasure of forgotten keys from SQLite's log may hold up answers.
const ERASE_TIMEOUT: Duration = Duration::from_millis(50);

/// What a batch asks for, each response once.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) responses: Vec<NewResponse>,
    pub(super) withdrawals: Vec<Withdrawn>,
}

/// A stored response that is to be withdrawn.
pub(super) struct Withdrawn {
    pub(super) response: StoredResponse,
    pub(super) stratum: Stratum,
    pub(super) slots: Vec<u16>,
    pub(super) at: Timestamp,
}

/// What became of a batch, in its order.
pub(super) struct Outcome {
    pub(super) replies: Vec<Reply>,
    pub(super) withdrawals: Vec<Withdrawal>,
}

/// Writes batches, one at a time.
pub(super) struct Lane {
    home: Home,
    /// Which connection the memory belongs to; a new one owns another lane.
    generation: u64,
    hours: BTreeMap<(SurveyId, i64), Hour>,
    batches: u64,
    owes_erasure: bool,
}

/// Where the lane writes.
enum Home {
    Sqlite {
        store: Store,
        /// Locked as long as this lives: two processes must not own one lane.
        _lock: File,
    },
    Postgres {
        /// One connection, which holds the lane's advisory lock.
        pool: PgPool,
        owned: Arc<Owned>,
    },
}

#[derive(Default)]
struct Owned {
    lane: AtomicI16,
    generation: AtomicU64,
}

/// One survey's cells of one hour, as they are on the disk.
struct Hour {
    epoch: i64,
    last_used: u64,
    counts_by_stratum: BTreeMap<Stratum, Counts>,
}

row! {
    struct SurveyRow {
        state: SurveyState,
        cell_epoch: i64,
    }
}

/// What is true of a batch's surveys while its transaction is open.
type Surveys = BTreeMap<SurveyId, SurveyRow>;

/// Of the responses that were there before: whether each was withdrawn.
type Known = BTreeMap<ResponseId, bool>;

impl Lane {
    /// Takes a lane of this database; fails where only one can write and somebody does.
    pub(super) async fn take(store: &Store) -> Result<Self> {
        let home = match store.pools() {
            Pools::Sqlite { path, .. } => {
                let lock = lock_file(path)?;
                Home::Sqlite { store: store.clone(), _lock: lock }
            }
            Pools::Postgres { options, .. } => take_on_postgres(options).await?,
        };
        Ok(Self { home, generation: 0, hours: BTreeMap::new(), batches: 0, owes_erasure: false })
    }

    /// Stores a batch in one commit. On an error nothing of it is stored, as far as anybody can
    /// tell: where the commit itself got lost, sending the batch again finds out.
    pub(super) async fn write(&mut self, batch: &Batch) -> Result<Outcome> {
        self.batches += 1;
        let outcome = self.write_repeatedly(batch).await;
        if outcome.is_err() {
            self.hours.clear();
        }
        outcome
    }

    /// Returns whether forgotten keys may still lie in the log.
    pub(super) fn owes_erasure(&self) -> bool {
        self.owes_erasure
    }

    /// Moves the log into the database file and empties it, unless a reader needs it now.
    pub(super) async fn erase(&mut self) -> Result<()> {
        let Home::Sqlite { store, .. } = &self.home else {
            self.owes_erasure = false;
            return Ok(());
        };
        let Pools::Sqlite { writer, .. } = store.pools() else { return Ok(()) };
        let mut conn = writer.acquire().await?;
        set_busy_timeout(&mut conn, ERASE_TIMEOUT).await?;
        let row = raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *conn).await;
        set_busy_timeout(&mut conn, BUSY_TIMEOUT).await?;
        self.owes_erasure = row?.try_get::<i64, _>(0)? != 0;
        Ok(())
    }

    /// Gives the lane back.
    pub(super) async fn close(self) {
        match self.home {
            Home::Sqlite { .. } => {}
            Home::Postgres { pool, .. } => pool.close().await,
        }
    }

    async fn write_repeatedly(&mut self, batch: &Batch) -> Result<Outcome> {
        let mut known = Known::new();
        for _ in 0..ATTEMPTS {
            if let Some(outcome) = self.attempt(batch, &mut known).await? {
                return Ok(outcome);
            }
        }
        Err(StoreError::Database(sqlx::Error::Protocol(
            "other nodes store the same responses at the same time".to_owned(),
        )))
    }

    /// Returns nothing if a response was there that is not in `known`; then it is.
    async fn attempt(&mut self, batch: &Batch, known: &mut Known) -> Result<Option<Outcome>> {
        let (mut tx, lane) = self.begin(batch).await?;
        let surveys = surveys_of(&mut tx, batch).await?;
        let is_open = |id| surveys.get(&id).is_some_and(|row| row.state == SurveyState::Open);
        let rows: Vec<&NewResponse> = batch
            .responses
            .iter()
            .filter(|row| is_open(row.stratum.survey) && !known.contains_key(&row.id))
            .collect();
        let added = batch::insert(&mut tx, &rows).await?;
        let has_all_rows = u64::try_from(rows.len()).is_ok_and(|count| count == added);
        let late: Vec<ResponseId> = batch
            .responses
            .iter()
            .filter(|row| !has_all_rows || !is_open(row.stratum.survey))
            .map(|row| row.id)
            .collect();
        if !has_all_rows {
            tx.rollback().await?;
            let (mut tx, _) = self.begin(batch).await?;
            known.extend(batch::find(&mut tx, &late).await?);
            tx.rollback().await?;
            return Ok(None);
        }
        known.extend(batch::find(&mut tx, &late).await?);
        let withdrawals = withdraw(&mut tx, batch).await?;
        let changes = changes_of(&rows, batch, &withdrawals);
        let changed = self.write_cells(&mut tx, lane, &surveys, changes).await?;
        tx.commit().await?;

        self.remember(changed);
        self.owes_erasure |= withdrawals.contains(&Withdrawal::Done);
        let replies = batch
            .responses
            .iter()
            .map(|row| match known.get(&row.id) {
                Some(true) => Reply::Withdrawn,
                Some(false) => Reply::Repeated,
                None if is_open(row.stratum.survey) => Reply::Stored,
                None => Reply::Closed,
            })
            .collect();
        Ok(Some(Outcome { replies, withdrawals }))
    }

    async fn begin(&mut self, batch: &Batch) -> Result<(WriteTx, i16)> {
        let stored = batch.responses.iter().map(|row| row.received_at);
        let now = stored
            .chain(batch.withdrawals.iter().map(|asked| asked.at))
            .max()
            .unwrap_or(Timestamp::from_micros(0));
        match &self.home {
            Home::Sqlite { store, .. } => Ok((store.write(now).await?, 0)),
            Home::Postgres { pool, owned } => {
                let tx = WriteTx::new(Conn::Postgres(pool.begin().await?), now);
                let generation = owned.generation.load(Ordering::Acquire);
                if generation != self.generation {
                    self.hours.clear();
                    self.generation = generation;
                }
                Ok((tx, owned.lane.load(Ordering::Acquire)))
            }
        }
    }

    /// Writes the new values of the cells that change, and returns them.
    async fn write_cells(
        &mut self,
        tx: &mut WriteTx,
        lane: i16,
        surveys: &Surveys,
        changes: BTreeMap<Stratum, Counts>,
    ) -> Result<BTreeMap<Stratum, Counts>> {
        let hours: BTreeSet<(SurveyId, i64)> =
            changes.keys().map(|stratum| (stratum.survey, stratum.hour)).collect();
        for (survey, hour) in hours {
            let Some(found) = surveys.get(&survey) else { continue };
            self.load(tx, lane, (survey, hour), found.cell_epoch).await?;
        }
        let mut changed: BTreeMap<SurveyId, BTreeMap<Stratum, Counts>> = BTreeMap::new();
        for (stratum, change) in changes {
            let Some(hour) = self.hours.get(&(stratum.survey, stratum.hour)) else { continue };
            let mut counts = hour.counts_by_stratum.get(&stratum).cloned().unwrap_or_default();
            add(&mut counts, &change);
            changed.entry(stratum.survey).or_default().insert(stratum, counts);
        }
        for (survey, cells) in &changed {
            let json = to_json(cells.iter());
            on!(tx, |conn| query(WRITE_CELLS)
                .bind(json)
                .bind(survey.uuid())
                .bind(lane)
                .execute(conn)
                .await
                .map(drop))?;
        }
        Ok(changed.into_values().flatten().collect())
    }

    /// Reads one hour of a survey's cells, unless they are in memory and of this epoch.
    async fn load(
        &mut self,
        tx: &mut WriteTx,
        lane: i16,
        key: (SurveyId, i64),
        epoch: i64,
    ) -> Result<()> {
        if let Some(hour) = self.hours.get_mut(&key)
            && hour.epoch == epoch
        {
            hour.last_used = self.batches;
            return Ok(());
        }
        let (survey, hour) = key;
        let rows: Vec<CellRow> = on!(tx, |conn| query_as(CELLS_OF_LANE)
            .bind(survey.uuid())
            .bind(hour)
            .bind(lane)
            .fetch_all(conn)
            .await)?;
        let counts_by_stratum =
            rows.into_iter().map(|row| (row.stratum(), row.into_counts())).collect();
        self.hours.insert(key, Hour { epoch, last_used: self.batches, counts_by_stratum });
        Ok(())
    }

    /// Takes over what was committed, and lets go of the hours that were used longest ago.
    fn remember(&mut self, changed: BTreeMap<Stratum, Counts>) {
        for (stratum, counts) in changed {
            if let Some(hour) = self.hours.get_mut(&(stratum.survey, stratum.hour)) {
                hour.counts_by_stratum.insert(stratum, counts);
            }
        }
        while self.hours.len() > HOURS_MAX {
            let oldest = self.hours.iter().min_by_key(|(_, hour)| hour.last_used);
            let Some(key) = oldest.map(|(key, _)| *key) else { return };
            self.hours.remove(&key);
        }
    }
}

/// Reads, and on PostgreSQL locks, the surveys of a batch until its commit.
async fn surveys_of(tx: &mut WriteTx, batch: &Batch) -> Result<Surveys> {
    let text = match tx.engine() {
        Engine::Sqlite => SURVEY_ON_SQLITE,
        Engine::Postgres => SURVEY_ON_POSTGRES,
    };
    let ids: BTreeSet<SurveyId> = batch
        .responses
        .iter()
        .map(|row| row.stratum.survey)
        .chain(batch.withdrawals.iter().map(|asked| asked.response.survey_id))
        .collect();
    let mut surveys = Surveys::new();
    for id in ids {
        let found: Option<SurveyRow> =
            on!(tx, |conn| query_as(text).bind(id.uuid()).fetch_optional(conn).await)?;
        if let Some(found) = found {
            surveys.insert(id, found);
        }
    }
    Ok(surveys)
}

async fn withdraw(tx: &mut WriteTx, batch: &Batch) -> Result<Vec<Withdrawal>> {
    let mut done = Vec::with_capacity(batch.withdrawals.len());
    for asked in &batch.withdrawals {
        let id = asked.response.id;
        let changed = on!(tx, |conn| query(WITHDRAW)
            .bind(id.uuid())
            .bind(asked.response.survey_id.uuid())
            .bind(asked.at.micros())
            .bind(&[][..] as &[u8])
            .bind(false)
            .execute(conn)
            .await
            .map(|done| done.rows_affected()))?;
        done.push(if changed == 1 {
            Withdrawal::Done
        } else if batch::find(tx, &[id]).await?.is_empty() {
            Withdrawal::Unknown
        } else {
            Withdrawal::Repeated
        });
    }
    Ok(done)
}

/// Returns what each cell gains and loses.
fn changes_of(
    rows: &[&NewResponse],
    batch: &Batch,
    withdrawals: &[Withdrawal],
) -> BTreeMap<Stratum, Counts> {
    let mut changes: BTreeMap<Stratum, Counts> = BTreeMap::new();
    for row in rows {
        let stratum = Stratum { hour: row.received_at.hour(), ..row.stratum };
        count(changes.entry(stratum).or_default(), &row.slots, 1);
    }
    for (asked, done) in batch.withdrawals.iter().zip(withdrawals) {
        if *done == Withdrawal::Done {
            let stratum = Stratum {
                survey: asked.response.survey_id,
                version: asked.response.version,
                hour: asked.response.received_at.hour(),
                ..asked.stratum
            };
            count(changes.entry(stratum).or_default(), &asked.slots, -1);
        }
    }
    changes
}

fn lock_file(database: &std::path::Path) -> Result<File> {
    let mut path = database.as_os_str().to_owned();
    path.push("-answers");
    let told = path.to_string_lossy().into_owned();
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|source| StoreError::File { path: told.clone(), source })?;
    file.try_lock().map_err(|_| StoreError::Taken(told))?;
    Ok(file)
}

async fn take_on_postgres(options: &PgConnectOptions) -> Result<Home> {
    let owned = Arc::new(Owned::default());
    let noted = Arc::clone(&owned);
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        // A connection that broke is replaced, and the new one takes a lane again. The lane of
        // the old one may still be locked by a back end that is just committing: then another.
        .after_connect(move |conn, _| {
            let noted = Arc::clone(&noted);
            Box::pin(async move {
                for lane in 0..LANES {
                    let is_free: bool = query_scalar("SELECT pg_try_advisory_lock($1, $2)")
                        .bind(LOCK_CLASS)
                        .bind(i32::from(lane))
                        .fetch_one(&mut *conn)
                        .await?;
                    if is_free {
                        noted.lane.store(lane, Ordering::Release);
                        noted.generation.fetch_add(1, Ordering::AcqRel);
                        return Ok(());
                    }
                }
                Err(sqlx::Error::Protocol(format!("all {LANES} lanes are taken")))
            })
        })
        .connect_with(options.clone())
        .await?;
    Ok(Home::Postgres { pool, owned })
}

async fn set_busy_timeout(conn: &mut sqlx::SqliteConnection, timeout: Duration) -> Result<()> {
    let text = format!("PRAGMA busy_timeout = {}", timeout.as_millis());
    raw_sql(sqlx::AssertSqlSafe(text)).execute(conn).await?;
    Ok(())
}
