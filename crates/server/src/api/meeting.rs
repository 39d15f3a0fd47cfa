//! Meetings: for the organiser, in the lobby, and on entering.

use model::Timestamp;
use model::id::MeetingId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{OrganisationBody, TextsBody};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeetingBody {
    #[schema(value_type = String)]
    pub(crate) id: MeetingId,
    pub(crate) code: String,
    pub(crate) url: String,
    pub(crate) title: TextsBody,
    #[schema(value_type = String)]
    pub(crate) starts_at: Timestamp,
    pub(crate) minutes: u32,
    pub(crate) is_recorded: bool,
    pub(crate) is_record_approved: bool,
    /// Different people who were in it.
    pub(crate) people: u64,
    /// In it at this moment.
    pub(crate) present: u64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMeetingBody {
    pub(crate) title: TextsBody,
    #[schema(value_type = String)]
    pub(crate) starts_at: Timestamp,
    pub(crate) minutes: u32,
    #[serde(default)]
    pub(crate) is_recorded: bool,
}

/// What is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PatchMeetingBody {
    pub(crate) title: Option<TextsBody>,
    #[schema(value_type = Option<String>)]
    pub(crate) starts_at: Option<Timestamp>,
    pub(crate) minutes: Option<u32>,
    pub(crate) is_recorded: Option<bool>,
}

/// What one knows before one enters.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LobbyBody {
    pub(crate) title: TextsBody,
    #[schema(value_type = String)]
    pub(crate) starts_at: Timestamp,
    pub(crate) minutes: u32,
    pub(crate) dialogue: TextsBody,
    /// The dialogue's public page.
    pub(crate) dialogue_url: String,
    pub(crate) organisation: OrganisationBody,
    pub(crate) languages: Vec<String>,
    pub(crate) present: u64,
    pub(crate) is_recorded: bool,
    pub(crate) captions: CaptionsBody,
    pub(crate) is_demonstration: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaptionsBody {
    /// Pairs of spoken and read language for which a pack is present.
    pub(crate) available: Vec<[String; 2]>,
    /// What is missing before all captions can be made: keys of the catalogue `interpret`, such as
    /// `missing_recognition`.
    pub(crate) missing: Vec<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnterBody {
    pub(crate) name: String,
    /// The language one speaks.
    pub(crate) speaks: String,
    /// The language one reads.
    pub(crate) reads: String,
    #[serde(default)]
    pub(crate) consent: ConsentBody,
}

/// Names are nobody's business in a log.
impl std::fmt::Debug for EnterBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnterBody").finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ConsentBody {
    /// What one says may be kept in the record.
    pub(crate) record: bool,
}

/// What a `LiveKit` client needs to enter.
#[derive(Serialize, ToSchema)]
pub(crate) struct EnteredBody {
    /// `ws://…` or `wss://…`.
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) identity: String,
    pub(crate) room: String,
}

/// A token is never shown.
impl std::fmt::Debug for EnteredBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnteredBody").field("room", &self.room).finish_non_exhaustive()
    }
}

/// What was said, for the organiser to approve.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecordBody {
    pub(crate) is_approved: bool,
    pub(crate) captions: Vec<CaptionBody>,
}

/// What was said is nobody's business in a log.
impl std::fmt::Debug for RecordBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordBody").field("captions", &self.captions.len()).finish_non_exhaustive()
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CaptionBody {
    /// The same in every language of one segment.
    pub(crate) segment: String,
    pub(crate) language: String,
    pub(crate) source_language: String,
    /// `machine`, `interpreter` or `speaker`.
    pub(crate) author: String,
    #[schema(value_type = String)]
    pub(crate) starts_at: Timestamp,
    #[schema(value_type = String)]
    pub(crate) ends_at: Timestamp,
    pub(crate) text: String,
    pub(crate) is_untranslated: bool,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApproveBody {
    pub(crate) approved: bool,
}
