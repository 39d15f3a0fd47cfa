//! Who was in a meeting and when, and whether they let their words be kept. Read as counts only.

use language::Tag;
use model::id::{GuestId, MeetingId};
use sqlx::{query, query_as, query_scalar};

use crate::tx::{on, row, statements};
use crate::{ReadTx, Result, WriteTx};

row! {
    /// A meeting's attendance, without anybody in it.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Attendance {
        /// Different people who were in the room at some time.
        pub people: u64,
        /// Those of them who let their words be kept.
        pub consenting: u64,
        /// Those who are in the room now.
        pub present: u64,
    }
}

row! {
    /// How many people read one language.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Readers {
        pub reads: Tag,
        pub people: u64,
    }
}

statements! {
    ENTER = "INSERT INTO attendance (meeting_id, guest_id, entered_at, left_at, \
        consents_to_record, reads) VALUES ($1, $2, $3, NULL, $4, $5) \
        ON CONFLICT (meeting_id, guest_id, entered_at) DO NOTHING";
    LEAVE = "UPDATE attendance SET left_at = $3 \
        WHERE meeting_id = $1 AND guest_id = $2 AND left_at IS NULL";
    LEAVE_ALL = "UPDATE attendance SET left_at = $2 WHERE meeting_id = $1 AND left_at IS NULL";
    LEAVE_EVERYWHERE = "UPDATE attendance SET left_at = $1 WHERE left_at IS NULL";
    COUNTS = "SELECT COUNT(DISTINCT guest_id) AS people, \
        COUNT(DISTINCT CASE WHEN consents_to_record THEN guest_id END) AS consenting, \
        COUNT(DISTINCT CASE WHEN left_at IS NULL THEN guest_id END) AS present \
        FROM attendance WHERE meeting_id = $1";
    READERS = "SELECT reads, COUNT(DISTINCT guest_id) AS people FROM attendance \
        WHERE meeting_id = $1 GROUP BY reads ORDER BY people DESC, reads";
    CONSENTS = "SELECT COUNT(*) FROM attendance \
        WHERE meeting_id = $1 AND guest_id = $2 AND consents_to_record = $3";
}

/// Notes that a guest entered at the transaction's time.
pub async fn enter(
    tx: &mut WriteTx,
    meeting: MeetingId,
    guest: GuestId,
    reads: Tag,
    consents_to_record: bool,
) -> Result<()> {
    let now = tx.now().micros();
    on!(tx, |conn| query(ENTER)
        .bind(meeting.uuid())
        .bind(guest.uuid())
        .bind(now)
        .bind(consents_to_record)
        .bind(reads.as_str())
        .execute(conn)
        .await
        .map(drop))?;
    Ok(())
}

/// Notes that a guest left; false if nobody noted that they were there.
pub async fn leave(tx: &mut WriteTx, meeting: MeetingId, guest: GuestId) -> Result<bool> {
    let now = tx.now().micros();
    let changed = on!(tx, |conn| query(LEAVE)
        .bind(meeting.uuid())
        .bind(guest.uuid())
        .bind(now)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed > 0)
}

/// Notes that everybody left: the room closed.
pub async fn leave_all(tx: &mut WriteTx, meeting: MeetingId) -> Result<()> {
    let now = tx.now().micros();
    on!(tx, |conn| query(LEAVE_ALL).bind(meeting.uuid()).bind(now).execute(conn).await.map(drop))?;
    Ok(())
}

/// Notes at a start of the server that nobody is in any room: who was, left with the last one.
pub async fn leave_everywhere(tx: &mut WriteTx) -> Result<()> {
    let now = tx.now().micros();
    on!(tx, |conn| query(LEAVE_EVERYWHERE).bind(now).execute(conn).await.map(drop))?;
    Ok(())
}

/// Returns a meeting's attendance as counts.
pub async fn counts(tx: &mut ReadTx, meeting: MeetingId) -> Result<Attendance> {
    let counts = on!(tx, |conn| query_as(COUNTS).bind(meeting.uuid()).fetch_one(conn).await)?;
    Ok(counts)
}

/// Returns how many people read which language, most first.
pub async fn readers(tx: &mut ReadTx, meeting: MeetingId) -> Result<Vec<Readers>> {
    let found = on!(tx, |conn| query_as(READERS).bind(meeting.uuid()).fetch_all(conn).await)?;
    Ok(found)
}

/// Returns whether a guest lets what they say in this meeting be kept.
pub async fn consents(tx: &mut ReadTx, meeting: MeetingId, guest: GuestId) -> Result<bool> {
    let count: i64 = on!(tx, |conn| query_scalar(CONSENTS)
        .bind(meeting.uuid())
        .bind(guest.uuid())
        .bind(true)
        .fetch_one(conn)
        .await)?;
    Ok(count > 0)
}
