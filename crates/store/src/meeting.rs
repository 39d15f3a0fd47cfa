//! Meetings: a sitting with a schedule and a record. The LiveKit room's name is the meeting's id.

use model::Timestamp;
use model::id::{DialogueId, MeetingId};
use sqlx::{query, query_as};

use crate::column::{Texts, int};
use crate::tx::{on, row, statements};
use crate::{ReadTx, Result, WriteTx};

row! {
    /// A sitting with a schedule and a record.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Meeting {
        pub id: MeetingId,
        pub dialogue_id: DialogueId,
        /// Unambiguous base 32: `/m/{code}`.
        pub code: String,
        pub title: Texts,
        pub starts_at: Timestamp,
        pub minutes: u32,
        /// The lobby asks for consent to the record.
        pub is_recorded: bool,
        /// The organiser lets what was said be published.
        pub record_approved: bool,
        pub is_demonstration: bool,
        pub created_at: Timestamp,
    }
}

statements! {
    FIND = "SELECT id, dialogue_id, code, title, starts_at, minutes, is_recorded, \
        record_approved, is_demonstration, created_at FROM meeting WHERE id = $1";
    FIND_BY_CODE = "SELECT id, dialogue_id, code, title, starts_at, minutes, is_recorded, \
        record_approved, is_demonstration, created_at FROM meeting WHERE code = $1";
    OF_DIALOGUE = "SELECT id, dialogue_id, code, title, starts_at, minutes, is_recorded, \
        record_approved, is_demonstration, created_at FROM meeting \
        WHERE dialogue_id = $1 ORDER BY starts_at, id";
    INSERT = "INSERT INTO meeting (id, dialogue_id, code, title, starts_at, minutes, is_recorded, \
        record_approved, is_demonstration, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    UPDATE = "UPDATE meeting SET title = $2, starts_at = $3, minutes = $4, is_recorded = $5 \
        WHERE id = $1";
    APPROVE = "UPDATE meeting SET record_approved = $2 WHERE id = $1";
}

/// Returns the meeting.
pub async fn find(tx: &mut ReadTx, id: MeetingId) -> Result<Option<Meeting>> {
    let found = on!(tx, |conn| query_as(FIND).bind(id.uuid()).fetch_optional(conn).await)?;
    Ok(found)
}

/// Returns the meeting with this code.
pub async fn find_by_code(tx: &mut ReadTx, code: &str) -> Result<Option<Meeting>> {
    let found = on!(tx, |conn| query_as(FIND_BY_CODE).bind(code).fetch_optional(conn).await)?;
    Ok(found)
}

/// Returns a dialogue's meetings in the order in which they begin.
pub async fn of_dialogue(tx: &mut ReadTx, dialogue: DialogueId) -> Result<Vec<Meeting>> {
    let found = on!(tx, |conn| query_as(OF_DIALOGUE).bind(dialogue.uuid()).fetch_all(conn).await)?;
    Ok(found)
}

/// Adds a meeting, with the transaction's time as `created_at`; `Conflict` if the code is taken.
pub async fn insert(tx: &mut WriteTx, meeting: &Meeting) -> Result<()> {
    let now = tx.now().micros();
    on!(tx, |conn| query(INSERT)
        .bind(meeting.id.uuid())
        .bind(meeting.dialogue_id.uuid())
        .bind(&meeting.code)
        .bind(meeting.title.json())
        .bind(meeting.starts_at.micros())
        .bind(int(meeting.minutes))
        .bind(meeting.is_recorded)
        .bind(meeting.record_approved)
        .bind(meeting.is_demonstration)
        .bind(now)
        .execute(conn)
        .await
        .map(drop))?;
    Ok(())
}

/// Changes title, schedule and whether it is recorded; false if there is none.
pub async fn update(tx: &mut WriteTx, meeting: &Meeting) -> Result<bool> {
    let changed = on!(tx, |conn| query(UPDATE)
        .bind(meeting.id.uuid())
        .bind(meeting.title.json())
        .bind(meeting.starts_at.micros())
        .bind(int(meeting.minutes))
        .bind(meeting.is_recorded)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Notes whether the organiser lets the record be published; false if there is no such meeting.
pub async fn approve_record(tx: &mut WriteTx, id: MeetingId, approved: bool) -> Result<bool> {
    let changed = on!(tx, |conn| query(APPROVE)
        .bind(id.uuid())
        .bind(approved)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}
