//! Links and who holds them.

use model::id::OrganisationId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A link's secret: what stood after `#`.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SecretBody {
    pub(crate) secret: String,
}

/// A secret is never shown.
impl std::fmt::Debug for SecretBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretBody(…)")
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganisationBody {
    #[schema(value_type = String)]
    pub(crate) id: OrganisationId,
    pub(crate) name: String,
}

/// What a link lets its holder do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExchangeBody {
    /// `organiser` or `delegate`.
    pub(crate) capability: String,
    pub(crate) organisation: OrganisationBody,
    /// The one meeting a delegate's link is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) meeting_code: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeBody {
    pub(crate) organiser: Option<ExchangeBody>,
    pub(crate) delegate: Option<ExchangeBody>,
}
