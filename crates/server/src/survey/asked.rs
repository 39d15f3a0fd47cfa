//! What is asked under a code: the survey, its version, its dialogue. Kept for a second, because
//! a thousand answers of that second ask the same.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use language::Tag;
use model::Timestamp;
use model::id::{ChannelId, ResponseId, SurveyId};
use store::channel::{Channel, ChannelKind};
use store::dialogue::{Dialogue, DialogueState};
use store::survey::SurveyState;
use store::{ReadTx, channel, dialogue, organisation, survey as surveys};
use survey::{Layout, Questionnaire, format};

use crate::http::Problem;
use crate::{App, code};

/// How old what we know of a survey may be. Whether it still takes answers is asked again by the
/// writer with every batch, so an answer is never taken by a closed survey.
const FRESH: Duration = Duration::from_secs(1);

/// Codes kept at once: a server of a few hundred surveys with a few channels each.
const CODES_MAX: usize = 1_000;

/// What is asked under a code.
#[derive(Debug)]
pub(crate) struct Asked {
    channel: Channel,
    dialogue: Dialogue,
    organisation: String,
    state: SurveyState,
    version: u32,
    questionnaire: Questionnaire,
    layout: Layout,
    languages: Vec<Tag>,
}

/// Whether answers are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    NotYet(Timestamp),
    Open,
    Closed,
}

impl Asked {
    pub(crate) fn code(&self) -> &str {
        &self.channel.code
    }

    pub(crate) fn survey(&self) -> SurveyId {
        self.channel.survey_id
    }

    pub(crate) fn channel_id(&self) -> ChannelId {
        self.channel.id
    }

    /// Returns the kind of channel as cells count it.
    pub(crate) fn channel_kind(&self) -> u8 {
        kind_code(self.channel.kind)
    }

    pub(crate) fn dialogue(&self) -> &Dialogue {
        &self.dialogue
    }

    pub(crate) fn organisation(&self) -> &str {
        &self.organisation
    }

    pub(crate) fn version(&self) -> u32 {
        self.version
    }

    pub(crate) fn questionnaire(&self) -> &Questionnaire {
        &self.questionnaire
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Returns the languages the survey can be answered in, in the dialogue's order.
    pub(crate) fn languages(&self) -> &[Tag] {
        &self.languages
    }

    /// Returns the language of an address, if the survey has it.
    pub(crate) fn language(&self, tag: &str) -> Option<Tag> {
        self.languages.iter().copied().find(|known| known.as_str() == tag)
    }

    pub(crate) fn phase(&self, now: Timestamp) -> Phase {
        match (self.dialogue.opens_at, self.dialogue.closes_at) {
            (Some(opens), _) if now < opens => Phase::NotYet(opens),
            (_, Some(closes)) if now >= closes => Phase::Closed,
            _ if self.state == SurveyState::Closed => Phase::Closed,
            _ if self.dialogue.state != DialogueState::Open => Phase::Closed,
            _ => Phase::Open,
        }
    }

    /// Returns the order in which a response sees the options of this version.
    pub(crate) fn shown(&self, response: ResponseId) -> survey::Shown {
        survey::shown_order(&self.questionnaire, response.uuid().as_u128())
    }

    /// Returns the kind of another channel of the same survey, as cells count it.
    pub(crate) async fn kind_of(&self, app: &App, id: ChannelId) -> Result<u8, Problem> {
        let mut tx = app.store.read().await?;
        let all = channel::of_survey(&mut tx, self.survey()).await?;
        let own = all.iter().find(|channel| channel.id == id);
        own.map(|channel| kind_code(channel.kind)).ok_or_else(Problem::not_found)
    }

    /// Returns the same with another version's questionnaire: a page that was open while the
    /// organiser changed the questions.
    pub(crate) async fn at_version(&self, app: &App, version: u32) -> Result<Self, Problem> {
        let mut tx = app.store.read().await?;
        let questionnaire = questionnaire(&mut tx, self.survey(), version).await?;
        Ok(Self {
            channel: self.channel.clone(),
            dialogue: self.dialogue.clone(),
            organisation: self.organisation.clone(),
            state: self.state,
            version,
            layout: Layout::of(&questionnaire),
            languages: self.languages.clone(),
            questionnaire,
        })
    }
}

/// Returns the kind of channel as cells count it.
pub(crate) fn kind_code(kind: ChannelKind) -> u8 {
    match kind {
        ChannelKind::Web => 0,
        ChannelKind::Embed => 2,
        ChannelKind::Kiosk => 3,
    }
}

/// Returns the questionnaire of a stored version.
pub(crate) async fn questionnaire(
    tx: &mut ReadTx,
    survey: SurveyId,
    version: u32,
) -> Result<Questionnaire, Problem> {
    let stored = surveys::version(tx, survey, version).await?.ok_or_else(Problem::not_found)?;
    format::parse(&stored.questionnaire).map_err(|error| Problem::internal(&error))
}

/// What was looked up, by code.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surveys(
    /// A mutex, because it is held for one look into a map.
    Arc<Mutex<BTreeMap<String, Known>>>,
);

/// What was found, and when.
type Known = (Timestamp, Arc<Asked>);

impl Surveys {
    /// Returns what is asked under `typed`, which the public may see.
    pub(crate) async fn find(&self, app: &App, typed: &str) -> Result<Arc<Asked>, Problem> {
        let code = code::read(typed).ok_or_else(Problem::not_found)?;
        let now = app.clock.now();
        if let Some(asked) = self.known(&code, now) {
            return Ok(asked);
        }
        let asked = Arc::new(look_up(app, &code).await?);
        let mut by_code = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if by_code.len() >= CODES_MAX {
            by_code.retain(|_, (at, _)| now.since(*at) < FRESH);
        }
        if by_code.len() < CODES_MAX {
            by_code.insert(code, (now, Arc::clone(&asked)));
        }
        Ok(asked)
    }

    fn known(&self, code: &str, now: Timestamp) -> Option<Arc<Asked>> {
        let by_code = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, asked) = by_code.get(code)?;
        (now >= *at && now.since(*at) < FRESH).then(|| Arc::clone(asked))
    }
}

async fn look_up(app: &App, code: &str) -> Result<Asked, Problem> {
    let mut tx = app.store.read().await?;
    let channel = channel::find_by_code(&mut tx, code).await?.ok_or_else(Problem::not_found)?;
    let survey = surveys::find(&mut tx, channel.survey_id).await?.ok_or_else(Problem::not_found)?;
    let dialogue = dialogue::find(&mut tx, survey.dialogue_id).await?;
    let dialogue = dialogue
        .filter(|dialogue| dialogue.state != DialogueState::Draft)
        .ok_or_else(Problem::not_found)?;
    let organisation = organisation::find(&mut tx, dialogue.organisation_id).await?;
    let stored = surveys::latest_version(&mut tx, survey.id).await?;
    let stored = stored.ok_or_else(Problem::not_found)?;
    let questionnaire =
        format::parse(&stored.questionnaire).map_err(|error| Problem::internal(&error))?;
    let has = |tag: &Tag| questionnaire.languages().contains(tag);
    let mut languages: Vec<Tag> = dialogue.languages.iter().copied().filter(has).collect();
    if languages.is_empty() {
        languages = questionnaire.languages().to_vec();
    }
    Ok(Asked {
        layout: Layout::of(&questionnaire),
        organisation: organisation.map(|found| found.name).unwrap_or_default(),
        state: survey.state,
        version: stored.number,
        channel,
        dialogue,
        questionnaire,
        languages,
    })
}
