//! Responses and their cells. Reading is here; writing passes [`Writer`], which commits in groups.

mod batch;
mod cells;
mod lane;
mod recount;
mod writer;

use language::Tag;
use model::Timestamp;
use model::cell::{Cell, Stratum};
use model::id::{ChannelId, ResponseId, SurveyId};
use sqlx::{query_as, query_scalar};
use uuid::Uuid;

pub use recount::{Recount, recount};
pub use writer::{Place, SubmitError, Writer, WriterConfig};

pub(crate) use batch::batch_statements;

use crate::seal::SealedText;
use crate::tx::{on, row, statements};
use crate::{ReadTx, Result};

/// Highest slot of a cell. A questionnaire has some hundred options; this bounds a cell's row.
pub const SLOT_MAX: u16 = 4_095;

/// A response that is to be stored, with what it counts in: `store` knows no survey rules.
#[derive(Clone, PartialEq, Eq)]
pub struct NewResponse {
    pub id: ResponseId,
    /// Its `survey` and `version` are the response's; its `hour` is made from `received_at`.
    pub stratum: Stratum,
    /// The slots of the cell that count one more. Slot 0 (responses) is counted anyway.
    pub slots: Vec<u16>,
    pub channel_id: ChannelId,
    pub language: Tag,
    pub received_at: Timestamp,
    /// The order in which options were shown; `survey` knows the form.
    pub shown: Vec<u8>,
    /// JSON without free text.
    pub answers: String,
    pub text: Option<SealedText>,
    /// The text may be quoted.
    pub may_quote: bool,
}

/// What somebody answered is nobody's business in a log.
impl std::fmt::Debug for NewResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewResponse")
            .field("id", &self.id)
            .field("survey", &self.stratum.survey)
            .finish_non_exhaustive()
    }
}

row! {
    /// A stored response. Withdrawn ones have neither answers nor text.
    #[derive(Clone, PartialEq, Eq)]
    pub struct StoredResponse {
        pub id: ResponseId,
        pub survey_id: SurveyId,
        pub version: u32,
        pub channel_id: ChannelId,
        pub language: Tag,
        pub received_at: Timestamp,
        pub shown: Vec<u8>,
        pub answers: String,
        pub sealed_text: Option<Vec<u8>>,
        pub sealed_key: Option<Vec<u8>>,
        pub may_quote: bool,
        pub withdrawn_at: Option<Timestamp>,
    }
}

impl StoredResponse {
    /// Returns the sealed text, unless there is none or its key was forgotten.
    pub fn text(&self) -> Option<SealedText> {
        let text = self.sealed_text.clone()?;
        let key = self.sealed_key.clone()?;
        Some(SealedText { text, key })
    }
}

impl std::fmt::Debug for StoredResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredResponse")
            .field("id", &self.id)
            .field("survey_id", &self.survey_id)
            .finish_non_exhaustive()
    }
}

/// What became of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It is on the disk.
    Stored,
    /// It was there already: sent twice, counted once.
    Repeated,
    /// It was there and was withdrawn: it stays so.
    Withdrawn,
    /// The survey takes no answers (or is gone): nothing was stored.
    Closed,
}

/// What became of a withdrawal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    /// Its answers are gone, its counts taken back, its text's key forgotten.
    Done,
    /// It had been withdrawn before.
    Repeated,
    /// There is no such response.
    Unknown,
}

statements! {
    FIND = "SELECT id, survey_id, version, channel_id, language, received_at, shown, answers, \
        sealed_text, sealed_key, may_quote, withdrawn_at FROM response WHERE id = $1";
    IDS_BETWEEN = "SELECT id FROM response WHERE id >= $1 AND id <= $2 ORDER BY id LIMIT $3";
    // By primary key, passing over other surveys' rows: an index by survey would be a second
    // tree to write for every answer, and this is read in the background only.
    AFTER = "SELECT id, survey_id, version, channel_id, language, received_at, shown, answers, \
        sealed_text, sealed_key, may_quote, withdrawn_at FROM response \
        WHERE survey_id = $1 AND id > $2 AND withdrawn_at IS NULL ORDER BY id LIMIT $3";
    CELLS_OF = "SELECT survey_id, hour, version, channel, region, age, gender, trust, counts \
        FROM cell WHERE survey_id = $1";
    CELLS_OF_LANE = "SELECT survey_id, hour, version, channel, region, age, gender, trust, counts \
        FROM cell WHERE survey_id = $1 AND hour = $2 AND lane = $3";
    // One text for both: json_each walks an object on both, `->>` takes a number on both.
    WRITE_CELLS = "INSERT INTO cell (survey_id, hour, lane, version, channel, region, age, gender, \
        trust, counts) SELECT $2, CAST(value->>0 AS BIGINT), $3, CAST(value->>1 AS INTEGER), \
        CAST(value->>2 AS SMALLINT), CAST(value->>3 AS SMALLINT), CAST(value->>4 AS SMALLINT), \
        CAST(value->>5 AS SMALLINT), CAST(value->>6 AS SMALLINT), value->>7 \
        FROM json_each($1) WHERE true \
        ON CONFLICT (survey_id, hour, lane, version, channel, region, age, gender, trust) \
        DO UPDATE SET counts = excluded.counts";
    DELETE_CELLS = "DELETE FROM cell WHERE survey_id = $1";
    // The lock keeps a survey from being closed, removed or recounted before the batch is in.
    SURVEY_ON_SQLITE: sqlite = "SELECT state, cell_epoch FROM survey WHERE id = $1";
    SURVEY_ON_POSTGRES: postgres =
        "SELECT state, cell_epoch FROM survey WHERE id = $1 FOR SHARE";
    LOCK_SURVEY: postgres = "SELECT id FROM survey WHERE id = $1 FOR UPDATE";
    NEXT_EPOCH = "UPDATE survey SET cell_epoch = cell_epoch + 1 WHERE id = $1";
    WITHDRAW = "UPDATE response SET answers = '', shown = $4, sealed_text = NULL, \
        sealed_key = NULL, may_quote = $5, withdrawn_at = $3 \
        WHERE id = $1 AND survey_id = $2 AND withdrawn_at IS NULL";
}

/// How many responses one millisecond can hold at most; a receipt's search stops there.
const MILLISECOND_MAX: i64 = 10_000;

/// Returns the response, withdrawn or not.
pub async fn find(tx: &mut ReadTx, id: ResponseId) -> Result<Option<StoredResponse>> {
    let found = on!(tx, |conn| query_as(FIND).bind(id.uuid()).fetch_optional(conn).await)?;
    Ok(found)
}

/// Returns the responses whose id was minted in the millisecond `millis` since 1970: those among
/// which a receipt's MAC finds its own. A range of the primary key.
pub async fn of_millisecond(tx: &mut ReadTx, millis: u64) -> Result<Vec<ResponseId>> {
    let first = u128::from(millis & 0xffff_ffff_ffff) << 80;
    let last = first | ((1_u128 << 80) - 1);
    let ids: Vec<Uuid> = on!(tx, |conn| query_scalar(IDS_BETWEEN)
        .bind(Uuid::from_u128(first))
        .bind(Uuid::from_u128(last))
        .bind(MILLISECOND_MAX)
        .fetch_all(conn)
        .await)?;
    Ok(ids.into_iter().map(ResponseId::from_uuid).collect())
}

/// Returns up to `limit` responses of a survey that are not withdrawn, in the order of their ids,
/// from the one after `after` on (`None`: from the first).
pub async fn responses_after(
    tx: &mut ReadTx,
    survey: SurveyId,
    after: Option<ResponseId>,
    limit: u32,
) -> Result<Vec<StoredResponse>> {
    let found = on!(tx, |conn| query_as(AFTER)
        .bind(survey.uuid())
        .bind(after.map_or(Uuid::nil(), ResponseId::uuid))
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await)?;
    Ok(found)
}

/// Returns a survey's cells in the order of their strata, lanes added up, without empty ones.
pub async fn cells_of(tx: &mut ReadTx, survey: SurveyId) -> Result<Vec<Cell>> {
    let rows: Vec<cells::CellRow> =
        on!(tx, |conn| query_as(CELLS_OF).bind(survey.uuid()).fetch_all(conn).await)?;
    Ok(cells::sum(rows))
}

/// Returns how many responses of a survey count: not those that were withdrawn.
pub async fn count_of(tx: &mut ReadTx, survey: SurveyId) -> Result<u64> {
    let cells = cells_of(tx, survey).await?;
    Ok(cells.iter().filter_map(|cell| cell.counts.first()).map(|count| u64::from(*count)).sum())
}
