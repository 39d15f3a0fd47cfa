//! Who runs dialogues. One for now; each dialogue has its organisation from the first day.

use model::Timestamp;
use model::id::OrganisationId;
use sqlx::{query, query_as};

use crate::tx::{on, row, statements};
use crate::{ReadTx, Result, WriteTx};

row! {
    /// Who runs dialogues.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Organisation {
        pub id: OrganisationId,
        pub name: String,
        pub created_at: Timestamp,
    }
}

statements! {
    FIND = "SELECT id, name, created_at FROM organisation WHERE id = $1";
    FIRST = "SELECT id, name, created_at FROM organisation ORDER BY created_at, id LIMIT 1";
    INSERT = "INSERT INTO organisation (id, name, created_at) VALUES ($1, $2, $3)";
    RENAME = "UPDATE organisation SET name = $2 WHERE id = $1";
}

/// Returns the organisation.
pub async fn find(tx: &mut ReadTx, id: OrganisationId) -> Result<Option<Organisation>> {
    let found = on!(tx, |conn| query_as(FIND).bind(id.uuid()).fetch_optional(conn).await)?;
    Ok(found)
}

/// Returns the oldest organisation: the one of this server, while there is only one.
pub async fn first(tx: &mut ReadTx) -> Result<Option<Organisation>> {
    let found = on!(tx, |conn| query_as(FIRST).fetch_optional(conn).await)?;
    Ok(found)
}

/// Adds an organisation.
pub async fn insert(tx: &mut WriteTx, id: OrganisationId, name: &str) -> Result<()> {
    let now = tx.now().micros();
    on!(tx, |conn| query(INSERT)
        .bind(id.uuid())
        .bind(name)
        .bind(now)
        .execute(conn)
        .await
        .map(drop))?;
    Ok(())
}

/// Changes an organisation's name; false if there is none.
pub async fn rename(tx: &mut WriteTx, id: OrganisationId, name: &str) -> Result<bool> {
    let changed = on!(tx, |conn| query(RENAME)
        .bind(id.uuid())
        .bind(name)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}
