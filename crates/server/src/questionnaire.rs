//! The organiser's side of surveys: making one from a template, opening and closing it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use model::id::{ChannelId, DialogueId, SurveyId};
use store::channel::{Channel, ChannelKind};
use store::survey::Survey;
use store::{ReadTx, StoreError, WriteTx, channel, dialogue, response, survey as surveys};

use crate::api::{NewSurveyBody, SurveyBody};
use crate::clock::new_uuid;
use crate::http::Problem;
use crate::link::Organiser;
use crate::{App, code, dialogue as dialogues};

/// Surveys of one dialogue: far more than anybody answers.
const SURVEYS_MAX: usize = 50;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/dialogues/{id}/surveys", post(create))
        .route("/api/v1/surveys/{id}/open", post(open))
        .route("/api/v1/surveys/{id}/close", post(close))
}

/// Adds a survey made from a template, open, with its link.
#[utoipa::path(post, path = "/api/v1/dialogues/{id}/surveys", params(("id" = String, Path)),
    request_body = NewSurveyBody, responses((status = 201, body = SurveyBody)))]
pub(crate) async fn create(
    State(app): State<App>,
    organiser: Organiser,
    Path(id): Path<String>,
    Json(body): Json<NewSurveyBody>,
) -> Result<Response, Problem> {
    let template = survey::template::named(&body.template)
        .ok_or_else(|| Problem::invalid("template must be `un75`"))?;
    let mut tx = app.store.write(app.clock.now()).await?;
    let dialogue = dialogues::run_by(&mut tx, organiser, &id).await?;
    if surveys::of_dialogue(&mut tx, dialogue.id).await?.len() >= SURVEYS_MAX {
        return Err(Problem::invalid("a dialogue has at most 50 surveys"));
    }
    let (survey, _) = add(&mut tx, dialogue.id, template).await?;
    tx.commit().await?;
    let mut tx = app.store.read().await?;
    let survey = surveys::find(&mut tx, survey).await?.ok_or_else(Problem::not_found)?;
    let body = body_of(&app, &mut tx, &survey).await?;
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// Lets a survey take answers.
#[utoipa::path(post, path = "/api/v1/surveys/{id}/open", params(("id" = String, Path)),
    responses((status = 200, body = SurveyBody)))]
pub(crate) async fn open(
    State(app): State<App>,
    organiser: Organiser,
    Path(id): Path<String>,
) -> Result<Json<SurveyBody>, Problem> {
    let mut tx = app.store.write(app.clock.now()).await?;
    let id = run_by(&mut tx, organiser, &id).await?;
    surveys::open(&mut tx, id).await?;
    tx.commit().await?;
    body_again(&app, id).await
}

/// Stops a survey from taking answers.
#[utoipa::path(post, path = "/api/v1/surveys/{id}/close", params(("id" = String, Path)),
    responses((status = 200, body = SurveyBody)))]
pub(crate) async fn close(
    State(app): State<App>,
    organiser: Organiser,
    Path(id): Path<String>,
) -> Result<Json<SurveyBody>, Problem> {
    let mut tx = app.store.write(app.clock.now()).await?;
    let id = run_by(&mut tx, organiser, &id).await?;
    surveys::close(&mut tx, id).await?;
    tx.commit().await?;
    body_again(&app, id).await
}

/// Adds an open survey with its first version and a web channel; returns it and the link's code.
pub(crate) async fn add(
    tx: &mut WriteTx,
    dialogue: DialogueId,
    questionnaire: &str,
) -> Result<(SurveyId, Channel), StoreError> {
    let now = tx.now();
    let id = SurveyId::from_uuid(new_uuid(now));
    surveys::insert(tx, id, dialogue, questionnaire).await?;
    let channel = Channel {
        id: ChannelId::from_uuid(new_uuid(now)),
        survey_id: id,
        code: code::fresh(),
        kind: ChannelKind::Web,
        partner: None,
        campaign: None,
        created_at: now,
    };
    channel::insert(tx, &channel).await?;
    Ok((id, channel))
}

/// Returns a survey as JSON.
pub(crate) async fn body_of(
    app: &App,
    tx: &mut ReadTx,
    survey: &Survey,
) -> Result<SurveyBody, StoreError> {
    let code = channel::of_survey(tx, survey.id).await?.into_iter().next().map(|first| first.code);
    let code = code.unwrap_or_default();
    let version = surveys::latest_version(tx, survey.id).await?.map_or(0, |version| version.number);
    Ok(SurveyBody {
        id: survey.id,
        url: format!("{}/s/{code}", app.config.public_url()),
        code,
        version,
        state: survey.state.as_str().to_owned(),
        responses: response::count_of(tx, survey.id).await?,
    })
}

async fn body_again(app: &App, id: SurveyId) -> Result<Json<SurveyBody>, Problem> {
    let mut tx = app.store.read().await?;
    let survey = surveys::find(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(body_of(app, &mut tx, &survey).await?))
}

async fn run_by(tx: &mut ReadTx, organiser: Organiser, id: &str) -> Result<SurveyId, Problem> {
    let id: SurveyId = id.parse().map_err(|_| Problem::not_found())?;
    let survey = surveys::find(tx, id).await?.ok_or_else(Problem::not_found)?;
    let dialogue = dialogue::find(tx, survey.dialogue_id).await?.ok_or_else(Problem::not_found)?;
    organiser.may_run(&dialogue)?;
    Ok(id)
}
