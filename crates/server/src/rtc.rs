//! LiveKit's endpoints and one task per open room.
//!
//! ```text
//!   WebSocket ──▶ room task: signal::Room ──▶ sfu-net worker
//!                   │        ▲────────────────────┘ events
//!                   └──▶ recorder (attendance, final captions) · directory (who is where)
//! ```

mod directory;
mod metrics;
mod recorder;
mod registry;
mod room;
mod socket;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use signal::protocol::JoinRequest;
use signal::token::TokenError;
use signal::{Token, frame, join};

use crate::App;
use crate::http::host;

pub use directory::{Directory, Presence};
pub use registry::Rooms;

/// What somebody learns who knocks at the door of an older protocol.
const OLD_PROTOCOL: &str =
    "this server speaks LiveKit's protocol with a single peer connection: /rtc/v1";

/// Signalling is small and rare; the default of 128 KiB would be a fifth of what a listener costs.
const READ_BUFFER_BYTES: usize = 8 * 1024;

/// Query fields, decoded. `pairs` keeps the door open for names that are not known here.
type Pairs = Query<Vec<(String, String)>>;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/rtc", get(refuse_old))
        .route("/rtc/validate", get(validate))
        .route("/rtc/v1", get(enter))
        .route("/rtc/v1/validate", get(validate))
}

/// `GET /rtc/v1`: a participant's WebSocket.
async fn enter(
    State(app): State<App>,
    headers: HeaderMap,
    Query(pairs): Pairs,
    upgrade: WebSocketUpgrade,
) -> Response {
    if let Err(problem) = host::refuse_foreign_origin(&headers) {
        return problem.into_response();
    }
    let token = match token(&app, &headers, &pairs) {
        Ok(token) => token,
        Err(error) => return refuse(error),
    };
    let request = match request(&pairs) {
        Ok(request) => request,
        Err(error) => return problem(StatusCode::BAD_REQUEST, "bad_join_request", &error),
    };
    let upgrade = upgrade
        .max_message_size(frame::FRAME_BYTES_MAX)
        .max_frame_size(frame::FRAME_BYTES_MAX)
        .read_buffer_size(READ_BUFFER_BYTES);
    upgrade.on_upgrade(move |socket| socket::serve(socket, token, request, app.rooms))
}

/// `GET /rtc`: the door of the older protocol, with two peer connections.
async fn refuse_old(State(app): State<App>, headers: HeaderMap, Query(pairs): Pairs) -> Response {
    match token(&app, &headers, &pairs) {
        Ok(_) => problem(StatusCode::NOT_IMPLEMENTED, "old_protocol", &OLD_PROTOCOL),
        Err(error) => refuse(error),
    }
}

/// What a client asks after its WebSocket failed, to learn why. Any page may ask: it learns only
/// whether a token it already has is good.
async fn validate(State(app): State<App>, headers: HeaderMap, Query(pairs): Pairs) -> Response {
    let mut response = match token(&app, &headers, &pairs) {
        Ok(_) => "success".into_response(),
        Err(error) => refuse(error),
    };
    let anybody = HeaderValue::from_static("*");
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, anybody);
    response
}

fn token(app: &App, headers: &HeaderMap, pairs: &[(String, String)]) -> Result<Token, TokenError> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = bearer.and_then(|value| value.strip_prefix("Bearer "));
    let text = bearer.or_else(|| value(pairs, "access_token")).ok_or(TokenError::BadSignature)?;
    let room = value(pairs, "room").map(|room| model::media::RoomName(room.to_owned()));
    app.secrets.rtc().verify(text, room.as_ref(), app.clock.now())
}

fn request(pairs: &[(String, String)]) -> Result<JoinRequest, join::JoinError> {
    join::read_wrapped(value(pairs, "join_request").ok_or(join::JoinError::Malformed)?)
}

fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// Clients show `detail` to developers; people see their own client's words.
fn refuse(error: TokenError) -> Response {
    match error {
        TokenError::BadSignature => problem(StatusCode::UNAUTHORIZED, "bad_token", &error),
        TokenError::BadClaims => problem(StatusCode::UNAUTHORIZED, "bad_claims", &error),
        TokenError::Expired => problem(StatusCode::UNAUTHORIZED, "token_expired", &error),
        TokenError::WrongRoom => problem(StatusCode::FORBIDDEN, "wrong_room", &error),
        TokenError::NotAllowed => problem(StatusCode::FORBIDDEN, "not_allowed", &error),
    }
}

/// A problem as the rest of the server writes them, but complete: nothing on the way to the client
/// makes a page of it or takes its headers away.
fn problem(status: StatusCode, code: &str, detail: &dyn std::fmt::Display) -> Response {
    let body = serde_json::json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("error"),
        "status": status.as_u16(),
        "code": code,
        "detail": detail.to_string(),
    });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
