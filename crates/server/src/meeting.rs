//! Meetings: the organiser's API, the lobby, entering, the record.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use model::id::MeetingId;
use model::media::RoomName;
use signal::token::{Grants, Token, TokenKind};
use store::meeting::Meeting;
use store::{ReadTx, StoreError, attendance, caption, dialogue, meeting as meetings, organisation};

use crate::api::{
    ApproveBody, CaptionBody, CaptionsBody, EnterBody, EnteredBody, LobbyBody, MeetingBody,
    NewMeetingBody, OrganisationBody, PatchMeetingBody, RecordBody, tags_body, texts_body,
};
use crate::clock::new_uuid;
use crate::http::{Problem, host};
use crate::link::{self, Organiser};
use crate::{App, code, dialogue as dialogues, text};

/// A day: longer sittings are two meetings.
const MINUTES_MAX: u32 = 24 * 60;

/// Meetings of one dialogue: the largest dialogue on record had 1,141.
const MEETINGS_MAX: usize = 5_000;

/// A name with titles in any script; what is longer does not fit a plate.
const NAME_CHARACTERS_MAX: usize = 80;

/// Segments shown for approval: a day of speech in six languages.
const RECORD_MAX: u32 = 60_000;

/// How long an access token lets somebody in again after a break.
const TOKEN_LIFE: Duration = Duration::from_hours(6);

/// The languages somebody speaks and reads, and whether their words may be kept: attributes that
/// the room and the interpreter read.
const SPEAK: &str = "plenary.speak";
const READ: &str = "plenary.read";
const RECORD: &str = "plenary.record";

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/dialogues/{id}/meetings", post(create))
        // One template for both: a router cannot have two names for one segment.
        .route("/api/v1/meetings/{id}", patch(change))
        .route("/api/v1/meetings/{id}/lobby", get(lobby))
        .route("/api/v1/meetings/{id}/enter", post(enter))
        .route("/api/v1/meetings/{id}/record", get(record))
        .route("/api/v1/meetings/{id}/record/approve", post(approve))
}

/// Adds a meeting with its link.
#[utoipa::path(post, path = "/api/v1/dialogues/{id}/meetings", params(("id" = String, Path)),
    request_body = NewMeetingBody, responses((status = 201, body = MeetingBody)))]
pub(crate) async fn create(
    State(app): State<App>,
    organiser: Organiser,
    Path(id): Path<String>,
    Json(body): Json<NewMeetingBody>,
) -> Result<Response, Problem> {
    let now = app.clock.now();
    let mut tx = app.store.write(now).await?;
    let dialogue = dialogues::run_by(&mut tx, organiser, &id).await?;
    if meetings::of_dialogue(&mut tx, dialogue.id).await?.len() >= MEETINGS_MAX {
        return Err(Problem::invalid("a dialogue has at most 5,000 meetings"));
    }
    let meeting = Meeting {
        id: MeetingId::from_uuid(new_uuid(now)),
        dialogue_id: dialogue.id,
        code: code::fresh(),
        title: dialogues::title(&body.title)?,
        starts_at: body.starts_at,
        minutes: minutes(body.minutes)?,
        is_recorded: body.is_recorded,
        record_approved: false,
        is_demonstration: dialogue.is_demonstration,
        created_at: now,
    };
    meetings::insert(&mut tx, &meeting).await?;
    let body = body_of(&app, &mut tx, &meeting).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// Changes a meeting's title, schedule, or whether it is recorded.
#[utoipa::path(patch, path = "/api/v1/meetings/{id}", params(("id" = String, Path)),
    request_body = PatchMeetingBody, responses((status = 200, body = MeetingBody)))]
pub(crate) async fn change(
    State(app): State<App>,
    organiser: Organiser,
    Path(id): Path<String>,
    Json(patch): Json<PatchMeetingBody>,
) -> Result<Json<MeetingBody>, Problem> {
    let mut tx = app.store.write(app.clock.now()).await?;
    let mut meeting = run_by(&mut tx, organiser, &id).await?;
    if let Some(title) = &patch.title {
        meeting.title = dialogues::title(title)?;
    }
    meeting.starts_at = patch.starts_at.unwrap_or(meeting.starts_at);
    meeting.minutes = minutes(patch.minutes.unwrap_or(meeting.minutes))?;
    meeting.is_recorded = patch.is_recorded.unwrap_or(meeting.is_recorded);
    meetings::update(&mut tx, &meeting).await?;
    let body = body_of(&app, &mut tx, &meeting).await?;
    tx.commit().await?;
    Ok(Json(body))
}

/// What one knows before one enters. For everybody who has the meeting's link.
#[utoipa::path(get, path = "/api/v1/meetings/{code}/lobby", params(("code" = String, Path)),
    responses((status = 200, body = LobbyBody), (status = 404, description = "`not_found`")))]
pub(crate) async fn lobby(
    State(app): State<App>,
    Path(code): Path<String>,
) -> Result<Json<LobbyBody>, Problem> {
    let mut tx = app.store.read().await?;
    let meeting = coded(&mut tx, &code).await?;
    let dialogue = dialogue::find(&mut tx, meeting.dialogue_id).await?;
    let dialogue = dialogue.ok_or_else(Problem::not_found)?;
    let organisation = organisation::find(&mut tx, dialogue.organisation_id).await?;
    let organisation = organisation.ok_or_else(Problem::not_found)?;
    let available = app.interpreters.pairs();
    Ok(Json(LobbyBody {
        title: texts_body(&meeting.title),
        starts_at: meeting.starts_at,
        minutes: meeting.minutes,
        dialogue: texts_body(&dialogue.title),
        dialogue_url: format!("{}/d/{}", app.config.public_url(), dialogue.slug),
        organisation: OrganisationBody { id: organisation.id, name: organisation.name },
        languages: tags_body(&dialogue.languages),
        present: attendance::counts(&mut tx, meeting.id).await?.present,
        is_recorded: meeting.is_recorded,
        captions: CaptionsBody {
            available: available
                .iter()
                .map(|(from, to)| [from.to_string(), to.to_string()])
                .collect(),
            missing: app.interpreters.missing().into_iter().map(str::to_owned).collect(),
        },
        is_demonstration: meeting.is_demonstration,
    }))
}

/// Lets somebody in: one name, one click. The same browser is the same guest again.
#[utoipa::path(post, path = "/api/v1/meetings/{code}/enter", params(("code" = String, Path)),
    request_body = EnterBody, responses((status = 200, body = EnteredBody)))]
pub(crate) async fn enter(
    State(app): State<App>,
    Path(code): Path<String>,
    headers: HeaderMap,
    Json(body): Json<EnterBody>,
) -> Result<Response, Problem> {
    host::require_own_origin(&headers)?;
    let name = text::line(&body.name, NAME_CHARACTERS_MAX, "name")?;
    let speaks = dialogues::language(&body.speaks)?;
    let reads = dialogues::language(&body.reads)?;
    let now = app.clock.now();
    let mut tx = app.store.read().await?;
    let meeting = coded(&mut tx, &code).await?;
    let (guest, cookie) = link::guest(&app, &headers, now);
    let is_kept = meeting.is_recorded && body.consent.record;
    let attributes = BTreeMap::from([
        (SPEAK.to_owned(), speaks.to_string()),
        (READ.to_owned(), reads.to_string()),
        (RECORD.to_owned(), is_kept.to_string()),
    ]);
    let room = RoomName(meeting.id.to_string());
    let token = app.secrets.rtc().mint(&Token {
        room: room.clone(),
        identity: guest.to_string(),
        name,
        metadata: String::new(),
        attributes,
        kind: TokenKind::Standard,
        grants: Grants::taking_part(),
        expires: now + TOKEN_LIFE,
    });
    let url = socket_url(&app, &headers);
    let body = EnteredBody { url, token, identity: guest.to_string(), room: room.0 };
    Ok(([(header::SET_COOKIE, cookie)], Json(body)).into_response())
}

/// What was said, for the organiser to approve.
#[utoipa::path(get, path = "/api/v1/meetings/{id}/record", params(("id" = String, Path)),
    responses((status = 200, body = RecordBody)))]
pub(crate) async fn record(
    State(app): State<App>,
    organiser: Organiser,
    Path(id): Path<String>,
) -> Result<Json<RecordBody>, Problem> {
    let mut tx = app.store.read().await?;
    let meeting = run_by(&mut tx, organiser, &id).await?;
    let captions = caption::of_meeting(&mut tx, meeting.id, RECORD_MAX).await?;
    let captions = captions.into_iter().map(|caption| CaptionBody {
        segment: caption.segment,
        language: caption.language.to_string(),
        source_language: caption.source_language.to_string(),
        author: caption.author.as_str().to_owned(),
        starts_at: caption.starts_at,
        ends_at: caption.ends_at,
        text: caption.words,
        is_untranslated: caption.is_untranslated,
    });
    Ok(Json(RecordBody { is_approved: meeting.record_approved, captions: captions.collect() }))
}

/// Lets what was said be published, or takes that back for the editions to come.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/record/approve", params(("id" = String, Path)),
    request_body = ApproveBody, responses((status = 200, body = MeetingBody)))]
pub(crate) async fn approve(
    State(app): State<App>,
    organiser: Organiser,
    Path(id): Path<String>,
    Json(approval): Json<ApproveBody>,
) -> Result<Json<MeetingBody>, Problem> {
    let mut tx = app.store.write(app.clock.now()).await?;
    let mut meeting = run_by(&mut tx, organiser, &id).await?;
    meetings::approve_record(&mut tx, meeting.id, approval.approved).await?;
    meeting.record_approved = approval.approved;
    let body = body_of(&app, &mut tx, &meeting).await?;
    tx.commit().await?;
    Ok(Json(body))
}

/// Returns a meeting as JSON.
pub(crate) async fn body_of(
    app: &App,
    tx: &mut ReadTx,
    meeting: &Meeting,
) -> Result<MeetingBody, StoreError> {
    let attendance = attendance::counts(tx, meeting.id).await?;
    Ok(MeetingBody {
        id: meeting.id,
        code: meeting.code.clone(),
        url: format!("{}/m/{}", app.config.public_url(), meeting.code),
        title: texts_body(&meeting.title),
        starts_at: meeting.starts_at,
        minutes: meeting.minutes,
        is_recorded: meeting.is_recorded,
        is_record_approved: meeting.record_approved,
        people: attendance.people,
        present: attendance.present,
    })
}

fn minutes(minutes: u32) -> Result<u32, Problem> {
    if (1..=MINUTES_MAX).contains(&minutes) {
        Ok(minutes)
    } else {
        Err(Problem::invalid("minutes must be from 1 to 1,440"))
    }
}

async fn coded(tx: &mut ReadTx, typed: &str) -> Result<Meeting, Problem> {
    let code = code::read(typed).ok_or_else(Problem::not_found)?;
    meetings::find_by_code(tx, &code).await?.ok_or_else(Problem::not_found)
}

async fn run_by(tx: &mut ReadTx, organiser: Organiser, id: &str) -> Result<Meeting, Problem> {
    let id: MeetingId = id.parse().map_err(|_| Problem::not_found())?;
    let meeting = meetings::find(tx, id).await?.ok_or_else(Problem::not_found)?;
    let dialogue = dialogue::find(tx, meeting.dialogue_id).await?.ok_or_else(Problem::not_found)?;
    organiser.may_run(&dialogue)?;
    Ok(meeting)
}

/// Returns the address of the room's WebSocket, under the name by which the browser came.
fn socket_url(app: &App, headers: &HeaderMap) -> String {
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let origin = origin.unwrap_or(app.config.public_url());
    origin.replacen("http", "ws", 1)
}
