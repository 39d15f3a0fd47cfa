//! Opening a database: two pools on SQLite (many readers, one writer), one on PostgreSQL.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, Executor, PgPool, SqlSafeStr, SqlitePool};

use crate::tx::Conn;
use crate::{Engine, ReadTx, Result, StoreError, WriteTx, migrate, statements};

/// Readers of the SQLite file. Each is a thread; more than the cores would only wait.
const SQLITE_READERS: u32 = 4;

/// Connections to PostgreSQL, without the one of the answer writer.
const POSTGRES_CONNECTIONS: u32 = 8;

/// How long a statement waits for another process (`plenary link`, a backup) to let go of the file.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a request waits for a free connection before it fails.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(20);

/// The database. A handle: clones are the same database.
#[derive(Clone, Debug)]
pub struct Store {
    pools: Arc<Pools>,
}

#[derive(Debug)]
pub(crate) enum Pools {
    Sqlite { path: PathBuf, readers: SqlitePool, writer: SqlitePool },
    Postgres { pool: PgPool, options: Box<PgConnectOptions> },
}

impl Store {
    /// Opens a database, makes it if it is a SQLite file that is not there, and brings its tables
    /// up to date. `url` is `postgres://…`, `sqlite:PATH`, or a plain path.
    pub async fn open(url: &str, now: Timestamp) -> Result<Self> {
        let pools = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            open_postgres(url, now).await?
        } else {
            let path = url.strip_prefix("sqlite:").unwrap_or(url);
            open_sqlite(Path::new(path.strip_prefix("//").unwrap_or(path)), now).await?
        };
        Ok(Self { pools: Arc::new(pools) })
    }

    /// Returns which database this is.
    pub fn engine(&self) -> Engine {
        match *self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres { .. } => Engine::Postgres,
        }
    }

    /// Begins to read: everything read in one transaction is of one moment.
    pub async fn read(&self) -> Result<ReadTx> {
        let conn = match &*self.pools {
            Pools::Sqlite { readers, .. } => Conn::Sqlite(readers.begin().await?),
            Pools::Postgres { pool, .. } => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Conn::Postgres(pool.begin_with(begin).await?)
            }
        };
        Ok(ReadTx(conn))
    }

    /// Begins a change of which every row bears the time `now`.
    pub async fn write(&self, now: Timestamp) -> Result<WriteTx> {
        let conn = match &*self.pools {
            Pools::Sqlite { writer, .. } => {
                Conn::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            Pools::Postgres { pool, .. } => Conn::Postgres(pool.begin().await?),
        };
        Ok(WriteTx::new(conn, now))
    }

    /// Prepares every statement this crate can run and returns how many there are: a database
    /// whose tables do not fit is found before somebody needs them.
    pub async fn prepare_all(&self) -> Result<usize> {
        let mut prepared = 0;
        let engine = self.engine();
        for statement in statements() {
            if statement.only.is_some_and(|only| only != engine) {
                continue;
            }
            let text = statement.text.into_sql_str();
            let done = match &*self.pools {
                Pools::Sqlite { readers, .. } => {
                    readers.acquire().await?.prepare(text).await.map(drop)
                }
                Pools::Postgres { pool, .. } => pool.acquire().await?.prepare(text).await.map(drop),
            };
            done.map_err(|source| StoreError::Statement { name: statement.name, source })?;
            prepared += 1;
        }
        Ok(prepared)
    }

    /// Closes all connections, after the transactions that are open.
    pub async fn close(&self) {
        match &*self.pools {
            Pools::Sqlite { readers, writer, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres { pool, .. } => pool.close().await,
        }
    }

    pub(crate) fn pools(&self) -> &Pools {
        &self.pools
    }
}

async fn open_sqlite(path: &Path, now: Timestamp) -> Result<Pools> {
    if path.as_os_str().is_empty() || path == Path::new(":memory:") {
        return Err(StoreError::Address("SQLite needs a file".to_owned()));
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .page_size(4096)
        .journal_mode(SqliteJournalMode::Wal)
        // An acknowledgement follows the commit, so the commit must be on the disk.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .pragma("cache_size", "-65536")
        .pragma("wal_autocheckpoint", "4000")
        // A multi-row INSERT opens a statement journal; in a file it costs a third of the rate.
        .pragma("temp_store", "MEMORY")
        // A forgotten key must not stay readable in a free page.
        .pragma("secure_delete", "ON");
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // A full disk makes SQLite roll back by itself, and sqlx goes on believing that it is in
        // a transaction: every later one would fail. Such a connection is replaced.
        .before_acquire(|conn, _| Box::pin(async move { Ok(!conn.is_in_transaction()) }))
        .connect_with(options.clone())
        .await?;
    let mut tx = WriteTx::new(Conn::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?), now);
    migrate::run(&mut tx).await?;
    tx.commit().await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options.pragma("cache_size", "-16384").pragma("query_only", "ON"))
        .await?;
    Ok(Pools::Sqlite { path: path.to_owned(), readers, writer })
}

async fn open_postgres(url: &str, now: Timestamp) -> Result<Pools> {
    // The address may hold a password: the error does not show it.
    let options: PgConnectOptions =
        url.parse().map_err(|_| StoreError::Address("postgres://… cannot be read".to_owned()))?;
    let options = options.application_name("plenary");
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options.clone())
        .await?;
    let mut tx = WriteTx::new(Conn::Postgres(pool.begin().await?), now);
    migrate::run(&mut tx).await?;
    tx.commit().await?;
    Ok(Pools::Postgres { pool, options: Box::new(options) })
}
