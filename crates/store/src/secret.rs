//! Secrets of the server that may lie in its database: signing keys, the LiveKit key and secret.
//! The key that wraps free text is not one of them ([`crate::seal::Keyring`]).

use model::Timestamp;
use sqlx::{query, query_as};

use crate::column::int;
use crate::tx::{on, row, statements};
use crate::{ReadTx, Result, WriteTx};

row! {
    /// One key of a named secret. What it signs names `key_id`, so that keys can be changed.
    #[derive(Clone, PartialEq, Eq)]
    pub struct Secret {
        pub name: String,
        /// From 1.
        pub key_id: u32,
        pub value: Vec<u8>,
        pub created_at: Timestamp,
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret")
            .field("name", &self.name)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

statements! {
    CURRENT = "SELECT name, key_id, value, created_at FROM secret \
        WHERE name = $1 ORDER BY key_id DESC LIMIT 1";
    BY_KEY = "SELECT name, key_id, value, created_at FROM secret WHERE name = $1 AND key_id = $2";
    INSERT = "INSERT INTO secret (name, key_id, value, created_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (name, key_id) DO NOTHING";
}

/// Returns the key that signs from here on.
pub async fn current(tx: &mut ReadTx, name: &str) -> Result<Option<Secret>> {
    let found = on!(tx, |conn| query_as(CURRENT).bind(name).fetch_optional(conn).await)?;
    Ok(found)
}

/// Returns the key that something was signed with.
pub async fn by_key(tx: &mut ReadTx, name: &str, key_id: u32) -> Result<Option<Secret>> {
    let found =
        on!(tx, |conn| query_as(BY_KEY).bind(name).bind(int(key_id)).fetch_optional(conn).await)?;
    Ok(found)
}

/// Returns the current key, after having made `fresh` the first one if there was none. Whoever
/// starts at the same moment gets the same one.
pub async fn ensure(tx: &mut WriteTx, name: &str, fresh: &[u8]) -> Result<Secret> {
    if let Some(secret) = current(tx, name).await? {
        return Ok(secret);
    }
    add(tx, name, 1, fresh).await?;
    let secret = on!(tx, |conn| query_as(CURRENT).bind(name).fetch_one(conn).await)?;
    Ok(secret)
}

/// Makes `fresh` the current key; what the earlier ones signed can still be checked.
pub async fn rotate(tx: &mut WriteTx, name: &str, fresh: &[u8]) -> Result<Secret> {
    let last = current(tx, name).await?.map_or(0, |secret| secret.key_id);
    add(tx, name, last.saturating_add(1), fresh).await?;
    let secret = on!(tx, |conn| query_as(CURRENT).bind(name).fetch_one(conn).await)?;
    Ok(secret)
}

async fn add(tx: &mut WriteTx, name: &str, key_id: u32, value: &[u8]) -> Result<()> {
    let now = tx.now().micros();
    on!(tx, |conn| query(INSERT)
        .bind(name)
        .bind(int(key_id))
        .bind(value)
        .bind(now)
        .execute(conn)
        .await
        .map(drop))?;
    Ok(())
}
