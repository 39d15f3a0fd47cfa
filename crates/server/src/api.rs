//! What goes over the wire as JSON. Never a row of the store: serialisable means promised.

mod dialogue;
mod link;
mod meeting;
mod results;
mod survey;

use std::collections::BTreeMap;

use language::Tag;
use store::Texts;

pub(crate) use dialogue::{
    CountsBody, DialogueBody, DialogueSummaryBody, EditionBody, NewDialogueBody, PatchDialogueBody,
    ProgressBody,
};
pub(crate) use link::{ExchangeBody, MeBody, OrganisationBody, SecretBody};
pub(crate) use meeting::{
    ApproveBody, CaptionBody, CaptionsBody, EnterBody, EnteredBody, LobbyBody, MeetingBody,
    NewMeetingBody, PatchMeetingBody, RecordBody,
};
pub(crate) use results::ResultsBody;
pub(crate) use survey::{NewSurveyBody, SurveyBody};

/// A wording by language.
pub(crate) type TextsBody = BTreeMap<String, String>;

pub(crate) fn texts_body(texts: &Texts) -> TextsBody {
    texts.0.iter().map(|(tag, text)| (tag.to_string(), text.clone())).collect()
}

pub(crate) fn tags_body(tags: &[Tag]) -> Vec<String> {
    tags.iter().map(Tag::to_string).collect()
}
