//! The demonstration: a dialogue with life in it, made from a seed, marked as invented everywhere,
//! removed by one button.
//!
//! Its answers pass the same validation and the same writer as anybody's.

mod answers;
mod meeting;
mod words;

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::delete;
use model::Timestamp;
use model::id::{DialogueId, MeetingId, OrganisationId};
use store::dialogue::{Dialogue, DialogueState};
use store::link::Capability;
use store::meeting::Meeting;
use store::response::SubmitError;
use store::{ReadTx, StoreError, channel, demonstration, edition, response, survey as surveys};

use crate::clock::new_uuid;
use crate::http::Problem;
use crate::link::{self, Organiser};
use crate::{App, BlobError, DemonstrationLinks, code, dialogue, questionnaire};

/// How long the printed links are good.
const LINK_LIFE: Duration = Duration::from_hours(24);

const DAY: Duration = Duration::from_hours(24);

/// When the past meeting was, and how long it took.
const PAST: Duration = Duration::from_hours(12 * 24);
const PAST_MINUTES: u32 = 45;

/// Why the demonstration could not be made or removed.
#[derive(Debug, thiserror::Error)]
pub enum DemonstrationError {
    #[error("the store failed")]
    Store(#[source] StoreError),
    #[error("the answers could not be stored")]
    Answers(#[source] SubmitError),
    #[error("a blob could not be removed")]
    Blob(#[source] BlobError),
}

impl From<StoreError> for DemonstrationError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/api/v1/demonstration", delete(take_away))
}

/// Removes the demonstration with everything in it.
#[utoipa::path(delete, path = "/api/v1/demonstration", responses((status = 204)))]
pub(crate) async fn take_away(State(app): State<App>, _: Organiser) -> Result<StatusCode, Problem> {
    remove(&app).await.map_err(|error| Problem::internal(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes sure that the demonstration is there, and returns fresh links to it.
pub(crate) async fn ensure(app: &App) -> Result<DemonstrationLinks, DemonstrationError> {
    let mut tx = app.store.read().await?;
    let found = demonstration::dialogues(&mut tx).await?.first().copied();
    let is_whole = match found {
        Some(dialogue) => count_answers(&mut tx, dialogue).await? > 0,
        None => false,
    };
    drop(tx);
    let dialogue = match found {
        Some(dialogue) if is_whole => dialogue,
        // What a start that was cut short left behind.
        Some(_) => {
            remove(app).await?;
            make(app).await?
        }
        None => make(app).await?,
    };
    links(app, dialogue).await
}

/// Removes the demonstration; its organisation gets its own name back.
pub(crate) async fn remove(app: &App) -> Result<(), DemonstrationError> {
    let mut tx = app.store.write(app.clock.now()).await?;
    let mut blobs = Vec::new();
    for dialogue in demonstration::dialogues(&mut tx).await? {
        for edition in edition::of_dialogue(&mut tx, dialogue).await? {
            blobs.extend(edition::files(&mut tx, edition.id).await?.into_iter().map(|f| f.blob));
        }
    }
    demonstration::remove(&mut tx).await?;
    dialogue::organisation(&mut tx, &app.config.organisation).await?;
    let mut unused = Vec::new();
    for blob in blobs {
        if !edition::has_blob(&mut tx, &blob).await? {
            unused.push(blob);
        }
    }
    tx.commit().await?;
    for blob in unused {
        app.blobs.remove(&blob).await.map_err(DemonstrationError::Blob)?;
    }
    tracing::info!("the demonstration is removed");
    Ok(())
}

async fn make(app: &App) -> Result<DialogueId, DemonstrationError> {
    let now = app.clock.now();
    let mut tx = app.store.write(now).await?;
    let organisation = dialogue::organisation(&mut tx, words::ORGANISATION).await?;
    let made = dialogue_of(organisation, now);
    store::dialogue::insert(&mut tx, &made).await?;
    let (survey, channel) = questionnaire::add(&mut tx, made.id, survey::template::UN75).await?;
    let past = meeting_of(made.id, now - PAST, PAST_MINUTES, words::past_title(), now);
    let next = meeting_of(made.id, next_start(now), 90, words::next_title(), now);
    store::meeting::insert(&mut tx, &past).await?;
    store::meeting::insert(&mut tx, &next).await?;
    tx.commit().await?;
    meeting::hold(app, &past).await?;
    let responses = answers::invent(app.secrets.text(), survey, channel.id, now);
    let count = responses.len();
    app.answers.submit_all(responses).await.map_err(DemonstrationError::Answers)?;
    tracing::info!(answers = count, "the demonstration is made");
    Ok(made.id)
}

fn dialogue_of(organisation_id: OrganisationId, now: Timestamp) -> Dialogue {
    Dialogue {
        id: DialogueId::from_uuid(new_uuid(now)),
        organisation_id,
        slug: words::SLUG.to_owned(),
        title: words::title(),
        description: words::description(),
        languages: language::UN.to_vec(),
        opens_at: Some(now - 30 * DAY),
        closes_at: Some(now + 60 * DAY),
        state: DialogueState::Open,
        is_demonstration: true,
        created_at: now,
    }
}

fn meeting_of(
    dialogue_id: DialogueId,
    starts_at: Timestamp,
    minutes: u32,
    title: store::Texts,
    now: Timestamp,
) -> Meeting {
    Meeting {
        id: MeetingId::from_uuid(new_uuid(now)),
        dialogue_id,
        code: code::fresh(),
        title,
        starts_at,
        minutes,
        is_recorded: true,
        record_approved: false,
        is_demonstration: true,
        created_at: now,
    }
}

/// Two days from `now`, on the hour.
fn next_start(now: Timestamp) -> Timestamp {
    Timestamp::from_seconds((now.hour() + 1) * 3_600) + 2 * DAY
}

async fn count_answers(tx: &mut ReadTx, dialogue: DialogueId) -> Result<u64, StoreError> {
    let mut count = 0;
    for survey in surveys::of_dialogue(tx, dialogue).await? {
        count += response::count_of(tx, survey.id).await?;
    }
    Ok(count)
}

/// Mints the day's links, and moves the next meeting on if it has passed.
async fn links(app: &App, dialogue: DialogueId) -> Result<DemonstrationLinks, DemonstrationError> {
    let now = app.clock.now();
    let mut tx = app.store.write(now).await?;
    let found = store::dialogue::find(&mut tx, dialogue).await?;
    let organisation = match found {
        Some(found) => found.organisation_id,
        None => dialogue::organisation(&mut tx, words::ORGANISATION).await?,
    };
    let mut code = String::new();
    if let Some(survey) = surveys::of_dialogue(&mut tx, dialogue).await?.first() {
        let channels = channel::of_survey(&mut tx, survey.id).await?;
        code = channels.into_iter().next().map_or(code, |first| first.code);
    }
    let mut next = store::meeting::of_dialogue(&mut tx, dialogue).await?.pop();
    if let Some(next) = next.as_mut().filter(|next| next.starts_at < now) {
        next.starts_at = next_start(now);
        store::meeting::update(&mut tx, next).await?;
    }
    let expires = Some(now + LINK_LIFE);
    let organiser = link::mint(&mut tx, Capability::Organiser, organisation, None, expires).await?;
    let meeting_id = next.as_ref().map(|next| next.id);
    let delegate =
        link::mint(&mut tx, Capability::Delegate, organisation, meeting_id, expires).await?;
    tx.commit().await?;
    let url = app.config.public_url();
    let meeting_code = next.map(|next| next.code).unwrap_or_default();
    Ok(DemonstrationLinks {
        organiser: format!("{url}/o#{organiser}"),
        citizen: format!("{url}/s/{code}"),
        delegate: format!("{url}/m/{meeting_code}#{delegate}"),
    })
}
