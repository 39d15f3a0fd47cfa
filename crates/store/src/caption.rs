//! The record of a meeting: final captions of those who let their words be kept.

use language::Tag;
use model::Timestamp;
use model::caption::{Caption, CaptionAuthor, CaptionState};
use model::id::{GuestId, MeetingId};
use sqlx::{query, query_as};

use crate::column::{int, words};
use crate::tx::{on, row, statements};
use crate::{ReadTx, Result, WriteTx, attendance, meeting};

words! {
    /// Who made the words of a caption in the record.
    pub enum RecordAuthor {
        Machine = "machine",
        Interpreter = "interpreter",
        Speaker = "speaker",
    }
}

impl From<CaptionAuthor> for RecordAuthor {
    fn from(author: CaptionAuthor) -> Self {
        match author {
            CaptionAuthor::Machine => Self::Machine,
            CaptionAuthor::Interpreter => Self::Interpreter,
            CaptionAuthor::Speaker => Self::Speaker,
        }
    }
}

row! {
    /// A segment of the record, in one language, in its last revision.
    #[derive(Clone, PartialEq, Eq)]
    pub struct RecordedCaption {
        pub segment: String,
        pub language: Tag,
        pub source_language: Tag,
        pub revision: u32,
        pub author: RecordAuthor,
        pub speaker: GuestId,
        pub starts_at: Timestamp,
        pub ends_at: Timestamp,
        pub words: String,
        /// The words are the original: no translation was available.
        pub is_untranslated: bool,
    }
}

/// What was said, and by whom, is nobody's business in a log.
impl std::fmt::Debug for RecordedCaption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordedCaption")
            .field("segment", &self.segment)
            .field("language", &self.language.as_str())
            .field("revision", &self.revision)
            .finish_non_exhaustive()
    }
}

/// What became of a caption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    Kept,
    /// This revision was there already.
    Repeated,
    /// Not final, or the meeting is not recorded, or the speaker did not agree: nothing was kept.
    Refused,
}

statements! {
    INSERT = "INSERT INTO caption (meeting_id, segment, language, revision, source_language, \
        author, speaker, track, starts_at, ends_at, words, is_untranslated, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
        ON CONFLICT (meeting_id, segment, language, revision) DO NOTHING";
    OF_MEETING = "SELECT segment, language, source_language, revision, author, speaker, \
        starts_at, ends_at, words, is_untranslated FROM caption AS latest \
        WHERE meeting_id = $1 AND NOT EXISTS (SELECT 1 FROM caption AS later \
        WHERE later.meeting_id = latest.meeting_id AND later.segment = latest.segment \
        AND later.language = latest.language AND later.revision > latest.revision) \
        ORDER BY starts_at, segment, language LIMIT $2";
}

/// Keeps a final caption, if the meeting is recorded and its speaker agreed in the lobby.
pub async fn record(tx: &mut WriteTx, meeting: MeetingId, caption: &Caption) -> Result<Recorded> {
    let Ok(speaker) = caption.speaker.parse::<GuestId>() else { return Ok(Recorded::Refused) };
    let is_recorded = meeting::find(tx, meeting).await?.is_some_and(|found| found.is_recorded);
    if caption.state != CaptionState::Final
        || !is_recorded
        || !attendance::consents(tx, meeting, speaker).await?
    {
        return Ok(Recorded::Refused);
    }
    let now = tx.now().micros();
    let added = on!(tx, |conn| query(INSERT)
        .bind(meeting.uuid())
        .bind(&caption.segment)
        .bind(caption.language.as_str())
        .bind(int(caption.revision))
        .bind(caption.source_language.as_str())
        .bind(RecordAuthor::from(caption.author).as_str())
        .bind(speaker.uuid())
        .bind(&caption.track)
        .bind(caption.start.micros())
        .bind(caption.end.micros())
        .bind(&caption.text)
        .bind(caption.untranslated)
        .bind(now)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(if added == 1 { Recorded::Kept } else { Recorded::Repeated })
}

/// Returns the record in the order in which it was spoken: each segment in each of its languages,
/// in the last revision. For the organiser to approve.
pub async fn of_meeting(
    tx: &mut ReadTx,
    meeting: MeetingId,
    limit: u32,
) -> Result<Vec<RecordedCaption>> {
    let found = on!(tx, |conn| query_as(OF_MEETING)
        .bind(meeting.uuid())
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await)?;
    Ok(found)
}

/// Returns the record as [`of_meeting`], but only if the organiser approved it; else nothing.
pub async fn published_of_meeting(
    tx: &mut ReadTx,
    meeting: MeetingId,
    limit: u32,
) -> Result<Vec<RecordedCaption>> {
    let is_approved = meeting::find(tx, meeting)
        .await?
        .is_some_and(|found| found.is_recorded && found.record_approved);
    if !is_approved {
        return Ok(Vec::new());
    }
    of_meeting(tx, meeting, limit).await
}
