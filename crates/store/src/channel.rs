//! Channels: the ways a survey reaches people. The code is in the link (`/s/{code}`).

use model::Timestamp;
use model::id::{ChannelId, SurveyId};
use sqlx::{query, query_as};

use crate::column::words;
use crate::tx::{on, row, statements};
use crate::{ReadTx, Result, WriteTx};

words! {
    /// What carries the survey.
    pub enum ChannelKind {
        /// An open link.
        Web = "web",
        Embed = "embed",
        Kiosk = "kiosk",
    }
}

row! {
    /// A way a survey reaches people.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Channel {
        pub id: ChannelId,
        pub survey_id: SurveyId,
        /// Unambiguous base 32.
        pub code: String,
        pub kind: ChannelKind,
        pub partner: Option<String>,
        pub campaign: Option<String>,
        pub created_at: Timestamp,
    }
}

statements! {
    FIND_BY_CODE = "SELECT id, survey_id, code, kind, partner, campaign, created_at \
        FROM channel WHERE code = $1";
    OF_SURVEY = "SELECT id, survey_id, code, kind, partner, campaign, created_at \
        FROM channel WHERE survey_id = $1 ORDER BY created_at, id";
    INSERT = "INSERT INTO channel (id, survey_id, code, kind, partner, campaign, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
}

/// Returns the channel with this code.
pub async fn find_by_code(tx: &mut ReadTx, code: &str) -> Result<Option<Channel>> {
    let found = on!(tx, |conn| query_as(FIND_BY_CODE).bind(code).fetch_optional(conn).await)?;
    Ok(found)
}

/// Returns a survey's channels, oldest first.
pub async fn of_survey(tx: &mut ReadTx, survey: SurveyId) -> Result<Vec<Channel>> {
    let found = on!(tx, |conn| query_as(OF_SURVEY).bind(survey.uuid()).fetch_all(conn).await)?;
    Ok(found)
}

/// Adds a channel, with the transaction's time as `created_at`; `Conflict` if the code is taken.
pub async fn insert(tx: &mut WriteTx, channel: &Channel) -> Result<()> {
    let now = tx.now().micros();
    on!(tx, |conn| query(INSERT)
        .bind(channel.id.uuid())
        .bind(channel.survey_id.uuid())
        .bind(&channel.code)
        .bind(channel.kind.as_str())
        .bind(channel.partner.as_deref())
        .bind(channel.campaign.as_deref())
        .bind(now)
        .execute(conn)
        .await
        .map(drop))?;
    Ok(())
}
