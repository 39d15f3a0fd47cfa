//! Editions of a dialogue's report: publishing, and serving page, PDF and data pack.

mod page;
pub(crate) mod printer;
pub(crate) mod record;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use language::Tag;
use model::id::{EditionId, JobId};
use store::dialogue::Dialogue;
use store::edition::{self, Edition, EditionState};
use store::{ReadTx, job};

use crate::api::EditionBody;
use crate::clock::new_uuid;
use crate::dialogue::{edition_body, public, run_by};
use crate::http::Problem;
use crate::job::report::{Payload, QUEUE, languages};
use crate::link::Organiser;
use crate::{App, page as frame};

/// A file of an edition never changes.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/dialogues/{id}/editions", get(list).post(publish))
        .route("/d/{slug}/report/{number}", get(to_page))
        .route("/d/{slug}/report/{number}/data/{file}", get(data))
        .route("/{language}/d/{slug}/report", get(to_newest))
        .route("/{language}/d/{slug}/report/{number}", get(page::show))
        .route("/{language}/d/{slug}/report/{number}/pdf", get(pdf))
}

/// The editions of a dialogue, newest first.
#[utoipa::path(get, path = "/api/v1/dialogues/{id}/editions", params(("id" = String, Path)),
    responses((status = 200, body = Vec<EditionBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    organiser: Organiser,
    Path(id): Path<String>,
) -> Result<Json<Vec<EditionBody>>, Problem> {
    let mut tx = app.store.read().await?;
    let dialogue = run_by(&mut tx, organiser, &id).await?;
    let editions = edition::of_dialogue(&mut tx, dialogue.id).await?;
    Ok(Json(editions.iter().map(|edition| edition_body(&app, &dialogue, edition)).collect()))
}

/// Begins to make an edition, or returns the one that is being made.
#[utoipa::path(post, path = "/api/v1/dialogues/{id}/editions", params(("id" = String, Path)),
    responses((status = 202, body = EditionBody), (status = 409, description = "`conflict`")))]
pub(crate) async fn publish(
    State(app): State<App>,
    organiser: Organiser,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<EditionBody>), Problem> {
    let mut tx = app.store.write(app.clock.now()).await?;
    let dialogue = run_by(&mut tx, organiser, &id).await?;
    let under_way = edition::of_dialogue(&mut tx, dialogue.id)
        .await?
        .into_iter()
        .find(|edition| matches!(edition.state, EditionState::Waiting | EditionState::Rendering));
    let edition = match under_way {
        Some(edition) => edition,
        None => begin(&mut tx, &dialogue).await?,
    };
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(edition_body(&app, &dialogue, &edition))))
}

/// Adds the edition and its job in one transaction: neither is without the other.
async fn begin(tx: &mut store::WriteTx, dialogue: &Dialogue) -> Result<Edition, Problem> {
    let now = tx.now();
    let id = EditionId::from_uuid(new_uuid(now));
    let languages = languages(&dialogue.languages);
    let total = u32::try_from(languages.len()).unwrap_or(u32::MAX);
    edition::insert(tx, id, dialogue.id, &languages, total).await?;
    let payload = Payload { edition: id }.json();
    job::add(tx, JobId::from_uuid(new_uuid(now)), QUEUE, &payload, now).await?;
    edition::find(tx, id).await?.ok_or_else(Problem::not_found)
}

/// `GET /d/{slug}/report/{number}`: the page in the reader's language.
async fn to_page(
    State(app): State<App>,
    Path((slug, number)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Redirect, Problem> {
    let mut tx = app.store.read().await?;
    let (dialogue, edition) = published(&mut tx, &slug, &number).await?;
    let language = frame::negotiated(&headers, &edition.languages);
    Ok(Redirect::to(&format!("/{language}/d/{}/report/{}", dialogue.slug, edition.number)))
}

/// `GET /{language}/d/{slug}/report`: the newest edition.
async fn to_newest(
    State(app): State<App>,
    Path((language, slug)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let mut tx = app.store.read().await?;
    let dialogue = public(&mut tx, &slug).await?;
    let editions = edition::of_dialogue(&mut tx, dialogue.id).await?;
    let newest = editions.into_iter().find(|edition| edition.state == EditionState::Published);
    let newest = newest.ok_or_else(Problem::not_found)?;
    let language: Tag = language.parse().map_err(|_| Problem::not_found())?;
    Ok(Redirect::to(&format!("/{language}/d/{}/report/{}", dialogue.slug, newest.number)))
}

async fn pdf(
    State(app): State<App>,
    Path((language, slug, number)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let mut tx = app.store.read().await?;
    let (dialogue, edition) = published(&mut tx, &slug, &number).await?;
    let language: Tag = language.parse().map_err(|_| Problem::not_found())?;
    let name = format!("{}-{}-{language}.pdf", dialogue.slug, edition.number);
    let file = format!("{language}.pdf");
    serve(&app, &mut tx, &edition, &file, &format!("inline; filename=\"{name}\"")).await
}

async fn data(
    State(app): State<App>,
    Path((slug, number, file)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let mut tx = app.store.read().await?;
    let (dialogue, edition) = published(&mut tx, &slug, &number).await?;
    let found = edition::file(&mut tx, edition.id, &format!("data/{file}")).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    let name = found.name.trim_start_matches("data/");
    let name = format!("attachment; filename=\"{}-{}-{name}\"", dialogue.slug, edition.number);
    serve(&app, &mut tx, &edition, &found.name, &name).await
}

async fn serve(
    app: &App,
    tx: &mut ReadTx,
    edition: &Edition,
    file: &str,
    disposition: &str,
) -> Result<Response, Problem> {
    let file = edition::file(tx, edition.id, file).await?.ok_or_else(Problem::not_found)?;
    let bytes = app.blobs.get(&file.blob).await.map_err(|error| Problem::internal(&error))?;
    let bytes = bytes.ok_or_else(Problem::not_found)?;
    let disposition = HeaderValue::from_str(disposition).map_err(|_| Problem::not_found())?;
    let media_type = HeaderValue::from_str(&file.media_type).map_err(|_| Problem::not_found())?;
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, FOREVER),
    ];
    Ok((headers, bytes).into_response())
}

/// Returns a published edition of a dialogue that the public may see.
async fn published(
    tx: &mut ReadTx,
    slug: &str,
    number: &str,
) -> Result<(Dialogue, Edition), Problem> {
    let number: u32 = number.parse().map_err(|_| Problem::not_found())?;
    let dialogue = public(tx, slug).await?;
    let found = edition::find_by_number(tx, dialogue.id, number).await?;
    let edition = found.filter(|edition| edition.state == EditionState::Published);
    Ok((dialogue, edition.ok_or_else(Problem::not_found)?))
}
