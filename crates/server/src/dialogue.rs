//! Dialogues: the organiser's API and the public page.

mod page;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use language::{Tag, UN};
use model::Timestamp;
use model::id::{DialogueId, OrganisationId};
use store::dialogue::{Dialogue, DialogueState};
use store::{ReadTx, StoreError, Texts, WriteTx, dialogue, edition, meeting, response, survey};

use crate::api::{
    CountsBody, DialogueBody, DialogueSummaryBody, EditionBody, NewDialogueBody, PatchDialogueBody,
    ProgressBody, TextsBody, tags_body, texts_body,
};
use crate::clock::new_uuid;
use crate::http::Problem;
use crate::link::Organiser;
use crate::survey::Live;
use crate::{App, meeting as meetings, page as frame, questionnaire, text};

/// Dialogues an organiser is shown: more than a secretariat runs in a decade.
const LIST_MAX: u32 = 200;

/// Languages of one dialogue: what the United Nations' own survey had.
const LANGUAGES_MAX: usize = 64;

const TITLE_CHARACTERS_MAX: usize = 200;
const DESCRIPTION_CHARACTERS_MAX: usize = 4_000;
const SLUG_BYTES_MAX: usize = 60;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/dialogues", get(list).post(create))
        .route("/api/v1/dialogues/{id}", get(show).patch(change))
        .route("/", get(to_start))
        .route("/{language}", get(page::start))
        .route("/d/{slug}", get(to_page))
        .route("/{language}/d/{slug}", get(page::show))
        .layer(Extension(Live::default()))
}

/// An organiser's dialogues, newest first.
#[utoipa::path(get, path = "/api/v1/dialogues",
    responses((status = 200, body = Vec<DialogueSummaryBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    organiser: Organiser,
) -> Result<Json<Vec<DialogueSummaryBody>>, Problem> {
    let mut tx = app.store.read().await?;
    let found = dialogue::of_organisation(&mut tx, organiser.organisation, LIST_MAX).await?;
    let mut bodies = Vec::with_capacity(found.len());
    for dialogue in &found {
        bodies.push(summary(&app, &mut tx, dialogue).await?);
    }
    Ok(Json(bodies))
}

/// Opens a dialogue.
#[utoipa::path(post, path = "/api/v1/dialogues", request_body = NewDialogueBody,
    responses((status = 201, body = DialogueBody), (status = 409, description = "`conflict`")))]
pub(crate) async fn create(
    State(app): State<App>,
    organiser: Organiser,
    Json(body): Json<NewDialogueBody>,
) -> Result<Response, Problem> {
    let now = app.clock.now();
    let dialogue = new_dialogue(&body, organiser.organisation, now)?;
    let mut tx = app.store.write(now).await?;
    dialogue::insert(&mut tx, &dialogue).await?;
    tx.commit().await?;
    let mut tx = app.store.read().await?;
    let body = whole(&app, &mut tx, &dialogue).await?;
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// A dialogue with what belongs to it.
#[utoipa::path(get, path = "/api/v1/dialogues/{id}", params(("id" = String, Path)),
    responses((status = 200, body = DialogueBody), (status = 404, description = "`not_found`")))]
pub(crate) async fn show(
    State(app): State<App>,
    organiser: Organiser,
    Path(id): Path<String>,
) -> Result<Json<DialogueBody>, Problem> {
    let mut tx = app.store.read().await?;
    let dialogue = run_by(&mut tx, organiser, &id).await?;
    Ok(Json(whole(&app, &mut tx, &dialogue).await?))
}

/// Changes a dialogue's words, languages, period or state.
#[utoipa::path(patch, path = "/api/v1/dialogues/{id}", params(("id" = String, Path)),
    request_body = PatchDialogueBody, responses((status = 200, body = DialogueBody)))]
pub(crate) async fn change(
    State(app): State<App>,
    organiser: Organiser,
    Path(id): Path<String>,
    Json(body): Json<PatchDialogueBody>,
) -> Result<Json<DialogueBody>, Problem> {
    let mut tx = app.store.write(app.clock.now()).await?;
    let dialogue = run_by(&mut tx, organiser, &id).await?;
    let dialogue = changed(dialogue, &body)?;
    dialogue::update(&mut tx, &dialogue).await?;
    tx.commit().await?;
    let mut tx = app.store.read().await?;
    Ok(Json(whole(&app, &mut tx, &dialogue).await?))
}

async fn to_start(headers: HeaderMap) -> Redirect {
    Redirect::to(&format!("/{}", frame::negotiated(&headers, &UN)))
}

/// The page in the reader's language: negotiated once, then in the address.
async fn to_page(
    State(app): State<App>,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Result<Redirect, Problem> {
    let mut tx = app.store.read().await?;
    let dialogue = public(&mut tx, &slug).await?;
    let language = frame::negotiated(&headers, &dialogue.languages);
    Ok(Redirect::to(&format!("/{language}/d/{}", dialogue.slug)))
}

/// Returns the dialogue of that address if the public may see it.
pub(crate) async fn public(tx: &mut ReadTx, slug: &str) -> Result<Dialogue, Problem> {
    let found = dialogue::find_by_slug(tx, slug).await?;
    found.filter(|dialogue| dialogue.state != DialogueState::Draft).ok_or_else(Problem::not_found)
}

/// Returns the dialogue of that id if this organiser runs it.
pub(crate) async fn run_by(
    tx: &mut ReadTx,
    organiser: Organiser,
    id: &str,
) -> Result<Dialogue, Problem> {
    let id: DialogueId = id.parse().map_err(|_| Problem::not_found())?;
    let dialogue = dialogue::find(tx, id).await?.ok_or_else(Problem::not_found)?;
    organiser.may_run(&dialogue)?;
    Ok(dialogue)
}

fn new_dialogue(
    body: &NewDialogueBody,
    organisation_id: OrganisationId,
    now: Timestamp,
) -> Result<Dialogue, Problem> {
    let dialogue = Dialogue {
        id: DialogueId::from_uuid(new_uuid(now)),
        organisation_id,
        slug: slug(&body.slug)?,
        title: title(&body.title)?,
        description: description(&body.description)?,
        languages: languages(&body.languages)?,
        opens_at: body.opens_at,
        closes_at: body.closes_at,
        state: DialogueState::Open,
        is_demonstration: false,
        created_at: now,
    };
    check_period(&dialogue)?;
    Ok(dialogue)
}

fn changed(mut dialogue: Dialogue, body: &PatchDialogueBody) -> Result<Dialogue, Problem> {
    if let Some(texts) = &body.title {
        dialogue.title = title(texts)?;
    }
    if let Some(texts) = &body.description {
        dialogue.description = description(texts)?;
    }
    if let Some(tags) = &body.languages {
        dialogue.languages = languages(tags)?;
    }
    if body.opens_at.is_some() {
        dialogue.opens_at = body.opens_at;
    }
    if body.closes_at.is_some() {
        dialogue.closes_at = body.closes_at;
    }
    match body.state.as_deref() {
        None => {}
        Some("draft") => dialogue.state = DialogueState::Draft,
        Some("open") => dialogue.state = DialogueState::Open,
        Some("closed") => dialogue.state = DialogueState::Closed,
        Some(_) => return Err(Problem::invalid("state must be draft, open or closed")),
    }
    check_period(&dialogue)?;
    Ok(dialogue)
}

fn check_period(dialogue: &Dialogue) -> Result<(), Problem> {
    match (dialogue.opens_at, dialogue.closes_at) {
        (Some(opens), Some(closes)) if closes <= opens => {
            Err(Problem::invalid("closes_at must be after opens_at"))
        }
        _ => Ok(()),
    }
}

fn slug(text: &str) -> Result<String, Problem> {
    let is_good = (1..=SLUG_BYTES_MAX).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-');
    if is_good {
        Ok(text.to_owned())
    } else {
        Err(Problem::invalid("slug must be 1 to 60 small letters, figures and hyphens"))
    }
}

/// Returns a title in at least one language.
pub(crate) fn title(texts: &TextsBody) -> Result<Texts, Problem> {
    let texts = wordings(texts, |text| text::line(text, TITLE_CHARACTERS_MAX, "title"))?;
    if texts.0.is_empty() {
        return Err(Problem::invalid("title must be given in at least one language"));
    }
    Ok(texts)
}

fn description(texts: &TextsBody) -> Result<Texts, Problem> {
    wordings(texts, |text| text::paragraphs(text, DESCRIPTION_CHARACTERS_MAX, "description"))
}

fn wordings(
    texts: &TextsBody,
    check: impl Fn(&str) -> Result<String, Problem>,
) -> Result<Texts, Problem> {
    if texts.len() > LANGUAGES_MAX {
        return Err(Problem::invalid("at most 64 languages"));
    }
    let mut all = Texts::default();
    for (tag, text) in texts.iter().filter(|(_, text)| !text.trim().is_empty()) {
        all.0.insert(language(tag)?, check(text)?);
    }
    Ok(all)
}

/// Returns a language tag of a body.
pub(crate) fn language(text: &str) -> Result<Tag, Problem> {
    text.parse().map_err(|_| Problem::invalid("a language must be a BCP 47 tag"))
}

fn languages(tags: &[String]) -> Result<Vec<Tag>, Problem> {
    let mut all = Vec::new();
    for tag in tags {
        let tag = language(tag)?;
        if !all.contains(&tag) {
            all.push(tag);
        }
    }
    if all.is_empty() || all.len() > LANGUAGES_MAX {
        return Err(Problem::invalid("languages must name 1 to 64 languages"));
    }
    Ok(all)
}

async fn summary(
    app: &App,
    tx: &mut ReadTx,
    dialogue: &Dialogue,
) -> Result<DialogueSummaryBody, StoreError> {
    let mut responses = 0;
    for survey in survey::of_dialogue(tx, dialogue.id).await? {
        responses += response::count_of(tx, survey.id).await?;
    }
    let meetings = meeting::of_dialogue(tx, dialogue.id).await?.len();
    let editions = edition::of_dialogue(tx, dialogue.id).await?.len();
    let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(DialogueSummaryBody {
        id: dialogue.id,
        slug: dialogue.slug.clone(),
        title: texts_body(&dialogue.title),
        languages: tags_body(&dialogue.languages),
        state: dialogue.state.as_str().to_owned(),
        opens_at: dialogue.opens_at,
        closes_at: dialogue.closes_at,
        is_demonstration: dialogue.is_demonstration,
        url: format!("{}/d/{}", app.config.public_url(), dialogue.slug),
        counts: CountsBody { responses, meetings: small(meetings), editions: small(editions) },
    })
}

async fn whole(
    app: &App,
    tx: &mut ReadTx,
    dialogue: &Dialogue,
) -> Result<DialogueBody, StoreError> {
    let mut surveys = Vec::new();
    for survey in survey::of_dialogue(tx, dialogue.id).await? {
        surveys.push(questionnaire::body_of(app, tx, &survey).await?);
    }
    let mut all_meetings = Vec::new();
    for meeting in meeting::of_dialogue(tx, dialogue.id).await? {
        all_meetings.push(meetings::body_of(app, tx, &meeting).await?);
    }
    let editions = edition::of_dialogue(tx, dialogue.id).await?;
    Ok(DialogueBody {
        summary: summary(app, tx, dialogue).await?,
        description: texts_body(&dialogue.description),
        surveys,
        meetings: all_meetings,
        editions: editions.iter().map(|edition| edition_body(app, dialogue, edition)).collect(),
    })
}

/// Returns an edition as JSON.
pub(crate) fn edition_body(
    app: &App,
    dialogue: &Dialogue,
    edition: &edition::Edition,
) -> EditionBody {
    EditionBody {
        id: edition.id,
        number: edition.number,
        state: edition.state.as_str().to_owned(),
        progress: ProgressBody { done: edition.done, of: edition.total },
        languages: tags_body(&edition.languages),
        published_at: edition.published_at,
        hash: edition.hash.clone(),
        url: format!("{}/d/{}/report/{}", app.config.public_url(), dialogue.slug, edition.number),
    }
}

/// Returns the one organisation of this server, making it if there is none, under its name of the
/// configuration unless the demonstration gave it another.
pub(crate) async fn organisation(
    tx: &mut WriteTx,
    name: &str,
) -> Result<OrganisationId, StoreError> {
    if let Some(found) = store::organisation::first(tx).await? {
        if found.name != name {
            store::organisation::rename(tx, found.id, name).await?;
        }
        return Ok(found.id);
    }
    let id = OrganisationId::from_uuid(new_uuid(tx.now()));
    store::organisation::insert(tx, id, name).await?;
    Ok(id)
}
