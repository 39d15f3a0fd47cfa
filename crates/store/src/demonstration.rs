//! The demonstration: dialogues marked as such, with all that hangs on them.

use model::id::DialogueId;
use sqlx::{query, query_scalar};
use uuid::Uuid;

use crate::tx::{on, statements};
use crate::{ReadTx, Result, WriteTx};

statements! {
    DIALOGUES = "SELECT id FROM dialogue WHERE is_demonstration = $1 ORDER BY created_at, id";
    // Taken before the rows go: a writer that adds to one of them waits, and then finds it gone.
    LOCK: postgres = "SELECT id FROM survey WHERE dialogue_id IN \
        (SELECT id FROM dialogue WHERE is_demonstration) FOR UPDATE";
    DELETE_RESPONSES = "DELETE FROM response WHERE survey_id IN (SELECT survey.id FROM survey \
        JOIN dialogue ON dialogue.id = survey.dialogue_id WHERE dialogue.is_demonstration = $1)";
    DELETE_CELLS = "DELETE FROM cell WHERE survey_id IN (SELECT survey.id FROM survey \
        JOIN dialogue ON dialogue.id = survey.dialogue_id WHERE dialogue.is_demonstration = $1)";
    DELETE_MEETINGS = "DELETE FROM meeting WHERE is_demonstration = $1";
    DELETE_DIALOGUES = "DELETE FROM dialogue WHERE is_demonstration = $1";
}

/// Returns the dialogues marked as demonstration.
pub async fn dialogues(tx: &mut ReadTx) -> Result<Vec<DialogueId>> {
    let ids: Vec<Uuid> = on!(tx, |conn| query_scalar(DIALOGUES).bind(true).fetch_all(conn).await)?;
    Ok(ids.into_iter().map(DialogueId::from_uuid).collect())
}

/// Deletes everything marked as demonstration, with what hangs on it: surveys, responses, cells,
/// meetings, attendance, captions, editions, links to its meetings. Returns how many dialogues
/// went. Blobs are not the database's: whoever calls lists the editions' files before.
pub async fn remove(tx: &mut WriteTx) -> Result<u64> {
    if let crate::tx::Conn::Postgres(conn) = &mut tx.0 {
        query(LOCK).execute(&mut **conn).await?;
    }
    for text in [DELETE_RESPONSES, DELETE_CELLS, DELETE_MEETINGS] {
        on!(tx, |conn| query(text).bind(true).execute(conn).await.map(drop))?;
    }
    let removed = on!(tx, |conn| query(DELETE_DIALOGUES)
        .bind(true)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(removed)
}
