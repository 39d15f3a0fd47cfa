//! Links that let somebody do something. The 128-bit secret is stored as its hash only.

use aws_lc_rs::digest::{SHA256, digest};
use model::Timestamp;
use model::id::{LinkId, MeetingId, OrganisationId};
use sqlx::{query, query_as};

use crate::column::words;
use crate::tx::{on, row, statements};
use crate::{ReadTx, Result, WriteTx};

/// Length of a link's secret.
pub const SECRET_BYTES: usize = 16;

words! {
    /// What a link lets somebody do.
    pub enum Capability {
        /// Run an organisation's dialogues.
        Organiser = "organiser",
        /// Enter one meeting as a delegate.
        Delegate = "delegate",
    }
}

row! {
    /// A link that lets somebody do something.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Link {
        pub id: LinkId,
        pub capability: Capability,
        pub organisation_id: OrganisationId,
        /// The one meeting it is for.
        pub meeting_id: Option<MeetingId>,
        /// `None`: until revoked.
        pub expires_at: Option<Timestamp>,
        pub revoked_at: Option<Timestamp>,
        pub created_at: Timestamp,
    }
}

impl Link {
    /// Returns whether the link still opens anything.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

statements! {
    FIND = "SELECT id, capability, organisation_id, meeting_id, expires_at, revoked_at, \
        created_at FROM link WHERE id = $1";
    FIND_BY_SECRET = "SELECT id, capability, organisation_id, meeting_id, expires_at, revoked_at, \
        created_at FROM link WHERE secret_hash = $1";
    INSERT = "INSERT INTO link (id, secret_hash, capability, organisation_id, meeting_id, \
        expires_at, revoked_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    REVOKE = "UPDATE link SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
}

/// Returns the link if it is still good at `now`: what a cookie that names it is checked with.
pub async fn find_good(tx: &mut ReadTx, id: LinkId, now: Timestamp) -> Result<Option<Link>> {
    let found: Option<Link> =
        on!(tx, |conn| query_as(FIND).bind(id.uuid()).fetch_optional(conn).await)?;
    Ok(found.filter(|link| link.is_good(now)))
}

/// Returns the link with this secret if it is still good at `now`.
pub async fn find_by_secret(
    tx: &mut ReadTx,
    secret: &[u8; SECRET_BYTES],
    now: Timestamp,
) -> Result<Option<Link>> {
    let found: Option<Link> =
        on!(tx, |conn| query_as(FIND_BY_SECRET).bind(hash(secret)).fetch_optional(conn).await)?;
    Ok(found.filter(|link| link.is_good(now)))
}

/// Adds a link, with the transaction's time as `created_at`.
pub async fn insert(tx: &mut WriteTx, link: &Link, secret: &[u8; SECRET_BYTES]) -> Result<()> {
    let now = tx.now().micros();
    on!(tx, |conn| query(INSERT)
        .bind(link.id.uuid())
        .bind(hash(secret))
        .bind(link.capability.as_str())
        .bind(link.organisation_id.uuid())
        .bind(link.meeting_id.map(MeetingId::uuid))
        .bind(link.expires_at.map(Timestamp::micros))
        .bind(link.revoked_at.map(Timestamp::micros))
        .bind(now)
        .execute(conn)
        .await
        .map(drop))?;
    Ok(())
}

/// Takes a link back; false if it was, or there is none.
pub async fn revoke(tx: &mut WriteTx, id: LinkId) -> Result<bool> {
    let now = tx.now().micros();
    let changed = on!(tx, |conn| query(REVOKE)
        .bind(id.uuid())
        .bind(now)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// The secret has 128 random bits: nothing slower than one hash is needed.
fn hash(secret: &[u8; SECRET_BYTES]) -> Vec<u8> {
    digest(&SHA256, secret).as_ref().to_vec()
}
