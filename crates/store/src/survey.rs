//! Surveys and their versions. A version is immutable JSON; what it means is `survey`'s to say.

use model::Timestamp;
use model::id::{DialogueId, SurveyId};
use sqlx::{query, query_as, query_scalar};

use crate::column::{int, words};
use crate::tx::{on, row, statements};
use crate::{ReadTx, Result, WriteTx};

words! {
    /// Whether a survey takes answers.
    pub enum SurveyState {
        Open = "open",
        Closed = "closed",
    }
}

row! {
    /// A versioned questionnaire put to people.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Survey {
        pub id: SurveyId,
        pub dialogue_id: DialogueId,
        pub state: SurveyState,
        pub created_at: Timestamp,
    }
}

row! {
    /// One version of a survey's questionnaire; never changed.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SurveyVersion {
        pub survey_id: SurveyId,
        /// From 1.
        pub number: u32,
        /// JSON of `survey::format`.
        pub questionnaire: String,
        pub created_at: Timestamp,
    }
}

statements! {
    FIND = "SELECT id, dialogue_id, state, created_at FROM survey WHERE id = $1";
    OF_DIALOGUE = "SELECT id, dialogue_id, state, created_at FROM survey \
        WHERE dialogue_id = $1 ORDER BY created_at, id";
    INSERT = "INSERT INTO survey (id, dialogue_id, state, cell_epoch, created_at) \
        VALUES ($1, $2, $3, $4, $5)";
    SET_STATE = "UPDATE survey SET state = $2 WHERE id = $1 AND state <> $2";
    VERSION = "SELECT survey_id, number, questionnaire, created_at FROM survey_version \
        WHERE survey_id = $1 AND number = $2";
    LATEST = "SELECT survey_id, number, questionnaire, created_at FROM survey_version \
        WHERE survey_id = $1 ORDER BY number DESC LIMIT 1";
    VERSIONS = "SELECT survey_id, number, questionnaire, created_at FROM survey_version \
        WHERE survey_id = $1 ORDER BY number";
    LAST_NUMBER = "SELECT COALESCE(MAX(number), 0) FROM survey_version WHERE survey_id = $1";
    INSERT_VERSION = "INSERT INTO survey_version (survey_id, number, questionnaire, created_at) \
        VALUES ($1, $2, $3, $4)";
}

/// Returns the survey.
pub async fn find(tx: &mut ReadTx, id: SurveyId) -> Result<Option<Survey>> {
    let found = on!(tx, |conn| query_as(FIND).bind(id.uuid()).fetch_optional(conn).await)?;
    Ok(found)
}

/// Returns a dialogue's surveys, oldest first.
pub async fn of_dialogue(tx: &mut ReadTx, dialogue: DialogueId) -> Result<Vec<Survey>> {
    let found = on!(tx, |conn| query_as(OF_DIALOGUE).bind(dialogue.uuid()).fetch_all(conn).await)?;
    Ok(found)
}

/// Adds an open survey with its first version (number 1).
pub async fn insert(
    tx: &mut WriteTx,
    id: SurveyId,
    dialogue: DialogueId,
    questionnaire: &str,
) -> Result<()> {
    let now = tx.now().micros();
    on!(tx, |conn| query(INSERT)
        .bind(id.uuid())
        .bind(dialogue.uuid())
        .bind(SurveyState::Open.as_str())
        .bind(now)
        .bind(now)
        .execute(conn)
        .await
        .map(drop))?;
    add_version(tx, id, questionnaire).await?;
    Ok(())
}

/// Adds a version and returns its number.
pub async fn add_version(tx: &mut WriteTx, id: SurveyId, questionnaire: &str) -> Result<u32> {
    let now = tx.now().micros();
    let last: i32 =
        on!(tx, |conn| query_scalar(LAST_NUMBER).bind(id.uuid()).fetch_one(conn).await)?;
    let number = u32::try_from(last).unwrap_or(0).saturating_add(1);
    on!(tx, |conn| query(INSERT_VERSION)
        .bind(id.uuid())
        .bind(int(number))
        .bind(questionnaire)
        .bind(now)
        .execute(conn)
        .await
        .map(drop))?;
    Ok(number)
}

/// Lets a survey take answers; false if it did already, or there is none.
pub async fn open(tx: &mut WriteTx, id: SurveyId) -> Result<bool> {
    move_to(tx, id, SurveyState::Open).await
}

/// Stops a survey from taking answers; false if it had stopped, or there is none. No answer that
/// is stored after this commit was acknowledged by [`crate::response::Writer`].
pub async fn close(tx: &mut WriteTx, id: SurveyId) -> Result<bool> {
    move_to(tx, id, SurveyState::Closed).await
}

/// Returns one version.
pub async fn version(
    tx: &mut ReadTx,
    survey: SurveyId,
    number: u32,
) -> Result<Option<SurveyVersion>> {
    let found = on!(tx, |conn| query_as(VERSION)
        .bind(survey.uuid())
        .bind(int(number))
        .fetch_optional(conn)
        .await)?;
    Ok(found)
}

/// Returns the version that is put to people.
pub async fn latest_version(tx: &mut ReadTx, survey: SurveyId) -> Result<Option<SurveyVersion>> {
    let found = on!(tx, |conn| query_as(LATEST).bind(survey.uuid()).fetch_optional(conn).await)?;
    Ok(found)
}

/// Returns all versions, oldest first: answers refer to the one they were given to.
pub async fn versions(tx: &mut ReadTx, survey: SurveyId) -> Result<Vec<SurveyVersion>> {
    let found = on!(tx, |conn| query_as(VERSIONS).bind(survey.uuid()).fetch_all(conn).await)?;
    Ok(found)
}

async fn move_to(tx: &mut WriteTx, id: SurveyId, state: SurveyState) -> Result<bool> {
    let changed = on!(tx, |conn| query(SET_STATE)
        .bind(id.uuid())
        .bind(state.as_str())
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}
