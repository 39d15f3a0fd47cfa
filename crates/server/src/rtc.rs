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
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    let upgrade =
        upgrade.max_message_size(frame::FRAME_BYTES_MAX).max_frame_size(frame::FRAME_BYTES_MAX);
    upgrade.on_upgrade(move |socket| socket::serve(socket, token, request, app.rooms))
}

/// `GET /rtc`: the door of the older protocol, with two peer connections.
async fn refuse_old(State(app): State<App>, headers: HeaderMap, Query(pairs): Pairs) -> Response {
    match token(&app, &headers, &pairs) {
        Ok(_) => (StatusCode::NOT_IMPLEMENTED, OLD_PROTOCOL).into_response(),
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

/// Clients show this text to developers; people see their own client's words.
fn refuse(error: TokenError) -> Response {
    let status = match error {
        TokenError::BadSignature | TokenError::Expired | TokenError::BadClaims => {
            StatusCode::UNAUTHORIZED
        }
        TokenError::WrongRoom | TokenError::NotAllowed => StatusCode::FORBIDDEN,
    };
    (status, error.to_string()).into_response()
}
