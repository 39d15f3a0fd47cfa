//! Surveys as the organiser sees them.

use model::id::SurveyId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SurveyBody {
    #[schema(value_type = String)]
    pub(crate) id: SurveyId,
    /// Of the open link.
    pub(crate) code: String,
    pub(crate) url: String,
    pub(crate) version: u32,
    /// `open` or `closed`.
    pub(crate) state: String,
    pub(crate) responses: u64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSurveyBody {
    /// `un75`.
    pub(crate) template: String,
}
