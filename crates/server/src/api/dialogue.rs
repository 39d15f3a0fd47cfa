//! Dialogues as the organiser sees them.

use model::Timestamp;
use model::id::{DialogueId, EditionId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MeetingBody, SurveyBody, TextsBody};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DialogueSummaryBody {
    #[schema(value_type = String)]
    pub(crate) id: DialogueId,
    pub(crate) slug: String,
    pub(crate) title: TextsBody,
    pub(crate) languages: Vec<String>,
    /// `draft`, `open` or `closed`.
    pub(crate) state: String,
    #[schema(value_type = Option<String>)]
    pub(crate) opens_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub(crate) closes_at: Option<Timestamp>,
    pub(crate) is_demonstration: bool,
    /// The public page.
    pub(crate) url: String,
    pub(crate) counts: CountsBody,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct CountsBody {
    pub(crate) responses: u64,
    pub(crate) meetings: u32,
    pub(crate) editions: u32,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DialogueBody {
    #[serde(flatten)]
    pub(crate) summary: DialogueSummaryBody,
    pub(crate) description: TextsBody,
    pub(crate) surveys: Vec<SurveyBody>,
    pub(crate) meetings: Vec<MeetingBody>,
    pub(crate) editions: Vec<EditionBody>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EditionBody {
    #[schema(value_type = String)]
    pub(crate) id: EditionId,
    pub(crate) number: u32,
    /// `waiting`, `rendering`, `published` or `failed`.
    pub(crate) state: String,
    pub(crate) progress: ProgressBody,
    pub(crate) languages: Vec<String>,
    #[schema(value_type = Option<String>)]
    pub(crate) published_at: Option<Timestamp>,
    /// Of the data pack.
    pub(crate) hash: Option<String>,
    /// The edition's page.
    pub(crate) url: String,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct ProgressBody {
    pub(crate) done: u32,
    pub(crate) of: u32,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDialogueBody {
    /// The address: small letters, figures and hyphens.
    pub(crate) slug: String,
    pub(crate) title: TextsBody,
    #[serde(default)]
    pub(crate) description: TextsBody,
    pub(crate) languages: Vec<String>,
    #[schema(value_type = Option<String>)]
    pub(crate) opens_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub(crate) closes_at: Option<Timestamp>,
}

/// What is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PatchDialogueBody {
    pub(crate) title: Option<TextsBody>,
    pub(crate) description: Option<TextsBody>,
    pub(crate) languages: Option<Vec<String>>,
    #[schema(value_type = Option<String>)]
    pub(crate) opens_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub(crate) closes_at: Option<Timestamp>,
    /// `draft`, `open` or `closed`.
    pub(crate) state: Option<String>,
}
