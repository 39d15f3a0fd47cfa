//! Dialogues: what an organiser runs. Their surveys, meetings and editions refer to them.

use language::Tag;
use model::Timestamp;
use model::id::{DialogueId, OrganisationId};
use sqlx::{query, query_as};

use crate::column::{Texts, languages_json, words};
use crate::tx::{on, row, statements};
use crate::{ReadTx, Result, WriteTx};

words! {
    /// Whether the public sees a dialogue, and whether it takes part.
    pub enum DialogueState {
        /// Only the organiser sees it.
        Draft = "draft",
        Open = "open",
        /// Everybody can read it, nobody can take part.
        Closed = "closed",
    }
}

row! {
    /// What an organiser runs.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Dialogue {
        pub id: DialogueId,
        pub organisation_id: OrganisationId,
        pub slug: String,
        pub title: Texts,
        pub description: Texts,
        /// In the organiser's order.
        pub languages: Vec<Tag>,
        pub opens_at: Option<Timestamp>,
        pub closes_at: Option<Timestamp>,
        pub state: DialogueState,
        pub is_demonstration: bool,
        pub created_at: Timestamp,
    }
}

statements! {
    FIND = "SELECT id, organisation_id, slug, title, description, languages, opens_at, closes_at, \
        state, is_demonstration, created_at FROM dialogue WHERE id = $1";
    FIND_BY_SLUG = "SELECT id, organisation_id, slug, title, description, languages, opens_at, \
        closes_at, state, is_demonstration, created_at FROM dialogue WHERE slug = $1";
    OF_ORGANISATION = "SELECT id, organisation_id, slug, title, description, languages, opens_at, \
        closes_at, state, is_demonstration, created_at FROM dialogue \
        WHERE organisation_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2";
    INSERT = "INSERT INTO dialogue (id, organisation_id, slug, title, description, languages, \
        opens_at, closes_at, state, is_demonstration, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    UPDATE = "UPDATE dialogue SET title = $2, description = $3, languages = $4, opens_at = $5, \
        closes_at = $6, state = $7 WHERE id = $1";
}

/// Returns the dialogue.
pub async fn find(tx: &mut ReadTx, id: DialogueId) -> Result<Option<Dialogue>> {
    let found = on!(tx, |conn| query_as(FIND).bind(id.uuid()).fetch_optional(conn).await)?;
    Ok(found)
}

/// Returns the dialogue with this address.
pub async fn find_by_slug(tx: &mut ReadTx, slug: &str) -> Result<Option<Dialogue>> {
    let found = on!(tx, |conn| query_as(FIND_BY_SLUG).bind(slug).fetch_optional(conn).await)?;
    Ok(found)
}

/// Returns up to `limit` dialogues of an organisation, newest first.
pub async fn of_organisation(
    tx: &mut ReadTx,
    organisation: OrganisationId,
    limit: u32,
) -> Result<Vec<Dialogue>> {
    let found = on!(tx, |conn| query_as(OF_ORGANISATION)
        .bind(organisation.uuid())
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await)?;
    Ok(found)
}

/// Adds a dialogue, with the transaction's time as `created_at`; `Conflict` if the slug is taken.
pub async fn insert(tx: &mut WriteTx, dialogue: &Dialogue) -> Result<()> {
    let now = tx.now().micros();
    on!(tx, |conn| query(INSERT)
        .bind(dialogue.id.uuid())
        .bind(dialogue.organisation_id.uuid())
        .bind(&dialogue.slug)
        .bind(dialogue.title.json())
        .bind(dialogue.description.json())
        .bind(languages_json(&dialogue.languages))
        .bind(dialogue.opens_at.map(Timestamp::micros))
        .bind(dialogue.closes_at.map(Timestamp::micros))
        .bind(dialogue.state.as_str())
        .bind(dialogue.is_demonstration)
        .bind(now)
        .execute(conn)
        .await
        .map(drop))?;
    Ok(())
}

/// Changes words, languages, period and state to what `dialogue` says; false if there is none.
/// Slug, organisation and mark of demonstration stay.
pub async fn update(tx: &mut WriteTx, dialogue: &Dialogue) -> Result<bool> {
    let changed = on!(tx, |conn| query(UPDATE)
        .bind(dialogue.id.uuid())
        .bind(dialogue.title.json())
        .bind(dialogue.description.json())
        .bind(languages_json(&dialogue.languages))
        .bind(dialogue.opens_at.map(Timestamp::micros))
        .bind(dialogue.closes_at.map(Timestamp::micros))
        .bind(dialogue.state.as_str())
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}
