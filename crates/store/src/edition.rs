//! Editions of a dialogue's report: numbered, and never changed once published.

use language::Tag;
use model::Timestamp;
use model::id::{DialogueId, EditionId};
use sqlx::{query, query_as, query_scalar};

use crate::column::{int, languages_json, long, words};
use crate::tx::{on, row, statements};
use crate::{ReadTx, Result, WriteTx};

words! {
    /// How far an edition is.
    pub enum EditionState {
        Waiting = "waiting",
        Rendering = "rendering",
        Published = "published",
        Failed = "failed",
    }
}

row! {
    /// One edition of a dialogue's report.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Edition {
        pub id: EditionId,
        pub dialogue_id: DialogueId,
        /// From 1, per dialogue.
        pub number: u32,
        pub state: EditionState,
        /// Steps done, of `total`.
        pub done: u32,
        pub total: u32,
        pub languages: Vec<Tag>,
        /// Of its data pack, in hexadecimal.
        pub hash: Option<String>,
        /// Why it failed, for the log and the organiser.
        pub problem: Option<String>,
        pub created_at: Timestamp,
        pub published_at: Option<Timestamp>,
    }
}

row! {
    /// A file of an edition, kept as a blob.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct EditionFile {
        /// Unique in its edition: `ar.html`, `ar.pdf`, `data/answers.csv`.
        pub name: String,
        pub media_type: String,
        /// Hash of the bytes: the blob's name.
        pub blob: String,
        pub bytes: u64,
    }
}

statements! {
    FIND = "SELECT id, dialogue_id, number, state, done, total, languages, hash, problem, \
        created_at, published_at FROM edition WHERE id = $1";
    FIND_BY_NUMBER = "SELECT id, dialogue_id, number, state, done, total, languages, hash, \
        problem, created_at, published_at FROM edition WHERE dialogue_id = $1 AND number = $2";
    OF_DIALOGUE = "SELECT id, dialogue_id, number, state, done, total, languages, hash, problem, \
        created_at, published_at FROM edition WHERE dialogue_id = $1 ORDER BY number DESC";
    LAST_NUMBER = "SELECT COALESCE(MAX(number), 0) FROM edition WHERE dialogue_id = $1";
    INSERT = "INSERT INTO edition (id, dialogue_id, number, state, done, total, languages, hash, \
        problem, created_at, published_at) VALUES ($1, $2, $3, $4, 0, $5, $6, NULL, NULL, $7, NULL)";
    PROGRESS = "UPDATE edition SET state = 'rendering', done = $2, total = $3 \
        WHERE id = $1 AND state <> 'published'";
    ADD_FILE = "INSERT INTO edition_file (edition_id, name, media_type, blob, bytes) \
        VALUES ($1, $2, $3, $4, $5)";
    CLEAR_FILES = "DELETE FROM edition_file WHERE edition_id = $1";
    PUBLISH = "UPDATE edition SET state = 'published', done = total, hash = $2, problem = NULL, \
        published_at = $3 WHERE id = $1 AND state <> 'published'";
    FAIL = "UPDATE edition SET state = 'failed', problem = $2 \
        WHERE id = $1 AND state <> 'published'";
    FILES = "SELECT name, media_type, blob, bytes FROM edition_file \
        WHERE edition_id = $1 ORDER BY name";
    HAS_BLOB = "SELECT EXISTS (SELECT 1 FROM edition_file WHERE blob = $1)";
    FILE = "SELECT name, media_type, blob, bytes FROM edition_file \
        WHERE edition_id = $1 AND name = $2";
}

/// Returns the edition.
pub async fn find(tx: &mut ReadTx, id: EditionId) -> Result<Option<Edition>> {
    let found = on!(tx, |conn| query_as(FIND).bind(id.uuid()).fetch_optional(conn).await)?;
    Ok(found)
}

/// Returns a dialogue's edition by its number.
pub async fn find_by_number(
    tx: &mut ReadTx,
    dialogue: DialogueId,
    number: u32,
) -> Result<Option<Edition>> {
    let found = on!(tx, |conn| query_as(FIND_BY_NUMBER)
        .bind(dialogue.uuid())
        .bind(int(number))
        .fetch_optional(conn)
        .await)?;
    Ok(found)
}

/// Returns a dialogue's editions, newest first.
pub async fn of_dialogue(tx: &mut ReadTx, dialogue: DialogueId) -> Result<Vec<Edition>> {
    let found = on!(tx, |conn| query_as(OF_DIALOGUE).bind(dialogue.uuid()).fetch_all(conn).await)?;
    Ok(found)
}

/// Adds a waiting edition of `total` steps and returns its number. `Conflict` if another one took
/// the number at the same moment: try again.
pub async fn insert(
    tx: &mut WriteTx,
    id: EditionId,
    dialogue: DialogueId,
    languages: &[Tag],
    total: u32,
) -> Result<u32> {
    let now = tx.now().micros();
    let last: i32 =
        on!(tx, |conn| query_scalar(LAST_NUMBER).bind(dialogue.uuid()).fetch_one(conn).await)?;
    let number = u32::try_from(last).unwrap_or(0).saturating_add(1);
    on!(tx, |conn| query(INSERT)
        .bind(id.uuid())
        .bind(dialogue.uuid())
        .bind(int(number))
        .bind(EditionState::Waiting.as_str())
        .bind(int(total))
        .bind(languages_json(languages))
        .bind(now)
        .execute(conn)
        .await
        .map(drop))?;
    Ok(number)
}

/// Notes that `done` of `total` steps are done; false once published.
pub async fn progress(tx: &mut WriteTx, id: EditionId, done: u32, total: u32) -> Result<bool> {
    let changed = on!(tx, |conn| query(PROGRESS)
        .bind(id.uuid())
        .bind(int(done))
        .bind(int(total))
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Publishes an edition with its files, once and for all; false if it was published already.
pub async fn publish(
    tx: &mut WriteTx,
    id: EditionId,
    hash: &str,
    files: &[EditionFile],
) -> Result<bool> {
    let now = tx.now().micros();
    let changed = on!(tx, |conn| query(PUBLISH)
        .bind(id.uuid())
        .bind(hash)
        .bind(now)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    if changed == 0 {
        return Ok(false);
    }
    on!(tx, |conn| query(CLEAR_FILES).bind(id.uuid()).execute(conn).await.map(drop))?;
    for file in files {
        on!(tx, |conn| query(ADD_FILE)
            .bind(id.uuid())
            .bind(&file.name)
            .bind(&file.media_type)
            .bind(&file.blob)
            .bind(long(file.bytes))
            .execute(conn)
            .await
            .map(drop))?;
    }
    Ok(true)
}

/// Notes that an edition could not be made, and why; false once published.
pub async fn fail(tx: &mut WriteTx, id: EditionId, problem: &str) -> Result<bool> {
    let changed = on!(tx, |conn| query(FAIL)
        .bind(id.uuid())
        .bind(problem)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Returns an edition's files by name.
pub async fn files(tx: &mut ReadTx, id: EditionId) -> Result<Vec<EditionFile>> {
    let found = on!(tx, |conn| query_as(FILES).bind(id.uuid()).fetch_all(conn).await)?;
    Ok(found)
}

/// Returns whether a file of any edition is kept under that blob's name: equal files share one.
pub async fn has_blob(tx: &mut ReadTx, blob: &str) -> Result<bool> {
    let found = on!(tx, |conn| query_scalar(HAS_BLOB).bind(blob).fetch_one(conn).await)?;
    Ok(found)
}

/// Returns one file of an edition.
pub async fn file(tx: &mut ReadTx, id: EditionId, name: &str) -> Result<Option<EditionFile>> {
    let found =
        on!(tx, |conn| query_as(FILE).bind(id.uuid()).bind(name).fetch_optional(conn).await)?;
    Ok(found)
}
